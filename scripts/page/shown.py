"""O que o site mostra de uma página: as partes que o Python-Markdown lê, com as extensões de `mkdocs.yml`.

O resto deste projeto lê Markdown com linhas, em `document`; esta é a outra leitura, para que as duas se
comparem. Muitas páginas são lidas noutro processo, enquanto os scripts são desenhados.
"""

from __future__ import annotations

import html
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from scripts.base.tree import TOOLKIT
from scripts.page import header
from scripts.page.document import HTML_ID
from scripts.page.parts import Part, squeezed

OURS = "scripts.website.extension"
"""Acrescenta à página o que se leu dela: não é leitura."""
ALWAYS = ("toc", "tables", "fenced_code")
"""As que o MkDocs põe em todo site."""
HEADINGS = {f"h{level}" for level in range(1, 7)}
BLOCKS = {"p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "blockquote", "pre", "div", "hr", "details", "summary", "dl", "dt", "dd",
          "section", "figure", "nav", *HEADINGS}
STASHED = re.compile("\x02wzxhzdk:(\\d+)\x03")
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
CODE = re.compile(r'\s*<(div class="[^"]*highlight|pre|table class="highlight)')
WORTH = 3
"""Páginas a ler de uma vez que já valem outro processo."""

Shown = tuple[Part, ...] | str | None
"""As partes; ou por que o leitor do site desiste; ou nada, quando o cabeçalho não se lê e o site o mostra como texto."""
_known: dict[tuple[str, bytes], Shown] = {}


def read_all(root: Path, texts: dict[str, str]) -> dict[str, Shown]:
    """O que o site mostra de cada página, por nome; o que já se leu fica guardado até a leitura seguinte.

    Erro: `ValueError`, com o motivo, quando as extensões de `mkdocs.yml` não se carregam.
    """
    key = _configuration(root).read_bytes()
    new = {name: text for name, text in texts.items() if (text, key) not in _known}
    if len(new) > WORTH:
        command = [sys.executable, "-m", "scripts.page.shown", str(root)]
        answer = subprocess.run(command, cwd=TOOLKIT, input=pickle.dumps(new), stdout=subprocess.PIPE, check=True).stdout
        found: dict[str, Shown] | str = pickle.loads(answer)
        if isinstance(found, str):
            raise ValueError(found)
    else:
        asked = settings(root) if new else {}
        found = {name: read(text, asked) for name, text in new.items()}
    kept = {(text, key): found[name] if name in found else _known[text, key] for name, text in texts.items()}
    _known.clear()
    _known.update(kept)
    return {name: kept[text, key] for name, text in texts.items()}


def main() -> None:
    """O outro processo: recebe as páginas e devolve as partes, ou o motivo de não as ler."""
    texts, root = pickle.load(sys.stdin.buffer), Path(sys.argv[1])
    try:
        asked = settings(root)
        answer: dict[str, Shown] | str = {name: read(text, asked) for name, text in texts.items()}
    except ValueError as error:
        answer = str(error)
    sys.stdout.buffer.write(pickle.dumps(answer))


def _configuration(root: Path) -> Path:
    file = root / "mkdocs.yml"
    return file if file.is_file() else TOOLKIT / "mkdocs.yml"


def settings(root: Path) -> dict[str, dict[str, Any]]:
    """As extensões da árvore com as suas opções; sem `mkdocs.yml`, as deste projeto. Erro: `ValueError`."""
    from mkdocs.utils.yaml import yaml_load

    try:
        with open(_configuration(root), encoding="utf-8") as source:
            written = yaml_load(source) or {}
        entries = written.get("markdown_extensions") or []
        pairs = [pair for entry in ([entries] if isinstance(entries, dict) else entries)
                 for pair in (entry.items() if isinstance(entry, dict) else [(entry, None)])]
    except Exception as error:  # o que o MkDocs diria ao montar, o YAML e as etiquetas dele inclusive
        raise ValueError(" ".join(str(error).split())) from None
    found: dict[str, dict[str, Any]] = {name: {} for name in ALWAYS}
    found.update({name: options or {} for name, options in pairs if name != OURS})
    found["toc"] = {**found["toc"], "permalink": False, "anchorlink": False, "toc_depth": "6-6"}
    if "pymdownx.highlight" in found:
        found["pymdownx.highlight"] = {"use_pygments": False}
    return found


_readers: dict[str, Any] = {}


def reader(asked: dict[str, dict[str, Any]]) -> Any:
    """O leitor com estas extensões, feito uma vez. Erro: `ValueError` quando elas não se carregam."""
    from markdown import Markdown

    from scripts.page.inline import hasten

    if repr(asked) in _readers:
        return _readers[repr(asked)]
    try:
        _readers[repr(asked)] = Markdown(extensions=list(asked), extension_configs=asked)
        hasten(_readers[repr(asked)])
        _readers[repr(asked)].treeprocessors.deregister("prettify", strict=False)  # só põe espaços e linhas entre as marcas, que aqui se juntam
    except Exception as error:  # uma extensão pode falhar de qualquer modo
        raise ValueError(" ".join(str(error).split())) from None
    return _readers[repr(asked)]


def read(text: str, asked: dict[str, dict[str, Any]]) -> Shown:
    """O que o site mostra desta página. Erro: `ValueError` quando as extensões não se carregam."""
    from mkdocs.utils.meta import get_data

    body, meta = get_data(text)
    if header.PATTERN.match(text) and body == text and not meta:
        return None
    md = reader(asked)
    try:
        return _read(md, body)
    except RecursionError:
        return "há blocos dentro de blocos demais"
    except Exception as error:  # uma extensão pode falhar de qualquer modo, e aqui só se diz em que página
        return f"`{type(error).__name__}: {' '.join(str(error).split())}`"


def _read(md: Any, body: str) -> tuple[Part, ...]:
    md.reset()
    lines = body.split("\n")
    for step in md.preprocessors:
        lines = step.run(lines)
    tree = md.parser.parseDocument(lines).getroot()
    for step in md.treeprocessors:
        changed = step.run(tree)
        tree = tree if changed is None else changed
    stash = md.htmlStash.rawHtmlBlocks
    ids = {element.get("id", "") for element in tree.iter() if element.tag not in HEADINGS}
    ids |= {found["id"] for kept in stash if isinstance(kept, str) and not CODE.match(kept) for found in HTML_ID.finditer(kept)}
    return (*(Part("âncora", id) for id in sorted(ids - {""})), *_Walk(stash).parts(tree))


class _Walk:
    """O passeio pela árvore do Python-Markdown, em que o HTML pronto está guardado à parte."""

    def __init__(self, stash: list[Any]):
        self.stash = stash

    def parts(self, block: Element, depth: int = 0, mark: str = "") -> Iterator[Part]:
        if block.tag in ("ul", "ol"):
            depth, mark = depth + 1, "*" if block.tag == "ul" else "1."
        words, inside = [self._text(block.text)], []
        for child in block:
            if child.tag not in BLOCKS:
                words.append(self._words(child))
                inside += self._inside(child)
                words.append(self._text(child.tail))
                continue
            yield from self._flow(words, inside, block)
            yield from self._block(child, depth, mark)
            words, inside = [self._text(child.tail)], []
        yield from self._flow(words, inside, block)

    def _block(self, block: Element, depth: int, mark: str) -> Iterator[Part]:
        if block.tag == "tr" or block.tag in HEADINGS:
            cells = list(block) if block.tag == "tr" else [block]
            said = " | ".join(squeezed(self._words(cell)) for cell in cells)
            yield Part("linha", said) if block.tag == "tr" else Part(f"título {block.tag[1]}", f"{said} #{block.get('id')}")
            for cell in cells:
                yield from self._inside(cell)
        elif block.tag == "pre":
            yield Part("código", squeezed(self._words(block)))
        elif block.tag == "hr":
            yield Part("traço", "")
        elif block.tag != "summary" and block.get("class") != "admonition-title":
            if block.tag == "li":
                yield Part(f"item {depth}", mark)
            yield from self.parts(block, depth, mark)

    def _flow(self, words: list[str], inside: list[Part], block: Element) -> Iterator[Part]:
        """Um trecho de texto; um bloco de código que está guardado como HTML é código."""
        whole = "".join(words)
        for index, piece in enumerate(re.split("\x01(\\d+)\x01", whole)):
            if index % 2:
                yield Part("código", squeezed(html.unescape(TAG.sub("", self.stash[int(piece)]))))
            elif said := squeezed(piece):
                yield Part("texto", said)
        yield from inside

    def _inside(self, element: Element) -> Iterator[Part]:
        for part in element.iter():
            if part.tag == "a" and part.get("href") is not None:
                yield Part("link", self._text(part.get("href")))
            elif part.tag == "img":
                yield Part("imagem", self._text(part.get("src")))

    def _words(self, element: Element) -> str:
        if element.tag == "img":
            return self._text(element.get("alt"))
        if element.tag == "br":
            return " "
        pieces = [self._text(element.text)]
        for child in element:
            pieces += [self._words(child), self._text(child.tail)]
        return "".join(pieces)

    def _text(self, text: str | None) -> str:
        """O que se lê deste texto: as entidades como sinais, as marcas de HTML fora, e a do código no lugar dele."""
        if not text or "\x02" not in text:
            return html.unescape(text or "")
        return html.unescape(STASHED.sub(self._stashed, text.replace("\x02amp\x03", "&")))

    def _stashed(self, found: re.Match[str]) -> str:
        kept = self.stash[int(found[1])]
        if not isinstance(kept, str):
            return "".join(kept.itertext())
        if CODE.match(kept):
            return f"\x01{found[1]}\x01"
        return "" if kept.lstrip().startswith("<") else kept


if __name__ == "__main__":
    main()
