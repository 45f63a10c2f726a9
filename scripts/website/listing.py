"""O template na página: cada linha com âncora, para que se possa apontar para ela.

O texto vai inteiro no HTML, com o mínimo de marcas: o YAML é texto puro, que o script do site
colore sem mexer nele, e só os programas que ele traz têm elementos de cor. Cada seção e cada
recurso é um bloco, que o navegador só desenha quando chega perto; a primeira linha de um recurso
leva à linha dele na tabela.
"""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString
from pygments.lexer import Lexer
from pygments.lexers import BashLexer, PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Operator, String, _TokenType

from scripts.checks import copies
from scripts.page.architecture import Page
from scripts.template.cloudformation import Template
from scripts.website.facts import Facts

BLOCK = re.compile(r"( *)(?:- )?[\w-]+: (?:!Sub )?[|>][-+]?\s*")
SECTION = re.compile(r"\w")
COLORS = ((Comment, "c"), (String, "s"), (Literal, "m"), (Keyword, "k"), (Name.Function, "nf"), (Name.Class, "nf"),
          (Operator.Word, "k"))
"""Que nomes de token têm cor; os demais são texto puro."""
Lines = list[list[tuple[str, str]]]
_known: dict[str, Lines] = {}


def insert(root: Element, shown: Template, page: Page, known: Facts | None, later: Callable[[Element], str]) -> None:
    """Põe a listagem depois do primeiro parágrafo que é só um link para `template.yaml`; `later` a guarda e dá o que fica no lugar dela."""
    for index, element in enumerate(root):
        link = element.find("a") if element.tag == "p" else None
        alone = link is not None and len(element) == 1 and not (element.text or "").strip() and not (link.tail or "").strip()
        if alone and link is not None and link.get("href") == "template.yaml":
            link.set("download", "")
            link.text = AtomicString(f"Baixar {link.text}")
            link.set("class", "md-button arq-download")
            place = Element("p")
            place.text = later(_listing(shown, page, _cited(root, known)))
            root.insert(index + 1, place)
            return


def _cited(root: Element, known: Facts | None) -> set[int]:
    """As linhas que a página cita: as das provas e aquelas a que um link leva. No papel, saem só elas."""
    targets = (link.get("href", "") for link in root.iter("a"))
    cited = {int(target.removeprefix("#template-")) for target in targets if re.fullmatch(r"#template-\d+", target)}
    if known:
        pieces = [piece for proof in known.proofs for piece in proof.found]
        pieces += [piece for _, result in known.claims if result for piece in result.found]
        cited |= {known.template.line(*piece.path) for piece in pieces}
    return cited


def _listing(shown: Template, page: Page, cited: set[int]) -> Element:
    box = Element("div", {"class": "arq-template", "id": "template", "tabindex": "0", "role": "region"})
    box.set("aria-label", "Template da arquitetura")
    # A busca do site acha o que a página diz; mil linhas de YAML só a fariam pesar.
    box.set("data-search-exclude", "")
    rows = {name: row.node_id for row in reversed(page.rows) for name in row.resources}
    owners = {resource.line: resource.id for resource in shown.resources.values()}
    part = _part(box, 1)
    for number, tokens in enumerate(_lines(shown.text), 1):
        if number > 1 and (number in owners or (tokens and SECTION.match(tokens[0][1]))):
            part = _part(box, number)
        line = SubElement(part, "li", {"id": f"template-{number}"})
        line.tail = "\n"
        if number in cited or number in owners:
            line.set("class", "arq-cited")
        _write(line, tokens, rows, owners.get(number, ""))
    return box


def _part(box: Element, first: int) -> Element:
    """Um bloco de linhas; a lista numerada dá o número de cada uma sem escrevê-lo, e não é lida como lista."""
    # O bloco por fora: dentro dele a contagem começa onde a lista diz.
    part = SubElement(box, "div", {"class": "arq-part"})
    return SubElement(part, "ol", {"role": "presentation", "start": str(first)})


def _write(line: Element, tokens: list[tuple[str, str]], rows: dict[str, str], owner: str) -> None:
    if owner in rows:
        before, name, after = "".join(value for _, value in tokens).partition(owner)
        line.text = AtomicString(before)
        link = SubElement(line, "a", {"href": f"#{rows[owner]}"})
        link.text, link.tail = AtomicString(name), AtomicString(after)
        return
    for kind, value in tokens:
        if kind:
            SubElement(line, "span", {"class": kind}).text = AtomicString(value)
        elif len(line):
            line[-1].tail = AtomicString((line[-1].tail or "") + value)
        else:
            line.text = AtomicString((line.text or "") + value)


def prepare(sources: Collection[str]) -> None:
    """Colore estes templates, repartidos pelos núcleos: é o mais demorado das páginas deles."""
    _known.clear()
    _known.update(zip(sources, copies.each([functools.partial(_colors, source) for source in sources]), strict=True))


def _lines(source: str) -> Lines:
    return _known.get(source) or _colors(source)


def _colors(source: str) -> Lines:
    """Cada linha como pares de cor e texto; só os programas dentro do YAML têm cor."""
    plain = source.splitlines()
    lines = [[("", line)] if line else [] for line in plain]
    for first, block in _programs(plain):
        lexer = _lexer(textwrap.dedent("\n".join(block)))
        if lexer:
            indent = min(len(line) - len(line.lstrip()) for line in block if line.strip())
            inside = _colored("\n".join(line[indent:] for line in block), lexer)
            for offset, tokens in enumerate(inside):
                lines[first + offset] = [("", block[offset][:indent]), *tokens] if tokens else []
    return lines


def _colored(source: str, lexer: Lexer) -> Lines:
    lines: Lines = [[]]
    for kind, value in lexer.get_tokens(source):
        color = _color(kind)
        for index, part in enumerate(value.split("\n")):
            if index:
                lines.append([])
            if part and lines[-1] and lines[-1][-1][0] == color:
                lines[-1][-1] = color, lines[-1][-1][1] + part
            elif part:
                lines[-1].append((color, part))
    while lines and not lines[-1]:
        lines.pop()
    return lines


@functools.cache
def _color(kind: _TokenType) -> str:
    return next((name for token, name in COLORS if kind in token), "")


def _programs(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Os blocos de texto (`chave: |`) do YAML: o índice da primeira linha de cada um e as linhas."""
    index = 0
    while index < len(lines):
        found = BLOCK.fullmatch(lines[index])
        index += 1
        if not found:
            continue
        block = list(_deeper(lines[index:], len(found[1])))
        if block:
            yield index, block
            index += len(block)


def _deeper(lines: Iterable[str], depth: int) -> Iterator[str]:
    """As linhas mais recuadas que `depth`, até a primeira que não é; as vazias do fim também não."""
    waiting: list[str] = []
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            return
        waiting.append(line)
        if line.strip():
            yield from waiting
            waiting = []


def _lexer(text: str) -> Lexer | None:
    """Python é o que o Python lê e faz algo; shell, o que se anuncia com `#!`."""
    if text.startswith("#!"):
        return PythonLexer(stripnl=False) if "python" in text.partition("\n")[0] else BashLexer(stripnl=False)
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    programs = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return PythonLexer(stripnl=False) if any(isinstance(part, programs) for part in body) else None
