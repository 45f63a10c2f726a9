"""Todo o texto em português que alguém lê, trecho por trecho, com o arquivo e a linha."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from scripts.page import document
from scripts.picture.script.capture import capture
from scripts.template import cloudformation

SAID = ("Description", "GroupDescription", "ConstraintDescription", "Excecoes", "AlarmDescription")
"""Chaves do template cujo valor é uma frase para gente."""
PORTUGUESE = re.compile(r"\b(?:[aeo]s?|d[aeo]s?|n[ao]s?|um|uma|que|não|para|com|por|em|se|ou|é)\b", re.IGNORECASE)
"""O que toda frase em português tem; nas ferramentas, o texto sem isso é código."""
ENGLISH = "In English"
PLAIN = ("AWS::EC2::SecurityGroup", "AWS::DLM::LifecyclePolicy", "AWS::CloudWatch::Alarm")
"""Os tipos em que a AWS só aceita ASCII nas descrições, e o que vai num e-mail, que os templates escrevem sem acento."""
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
JOINED = re.compile(r"\S*\w[./:*=%@_]\w\S*|\S*\d\S*|--[\w-]+|[/.*]\w\S*|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z0-9]+[A-Z]\w*")
"""O que não é palavra: caminho, endereço, opção, ação, nome com número ou em CamelCase."""
CODE = re.compile(r"`[^`]*`|\$?\{[^}]*\}|<[^>]+>|https?://\S+|\S+@\S+")


@dataclass(frozen=True)
class Text:
    """Um trecho, e onde está; `plain` diz que ali a AWS não aceita acentos."""

    path: str
    line: int
    text: str
    plain: bool = False


def pages(root: Path) -> Iterator[Text]:
    """O texto das páginas, também o da que `novo` escreve, sem código, endereços nem HTML."""
    for path in sorted([*(root / "docs").rglob("*.md"), root / "README.md", root / "CONTRIBUINDO.md",
                        *(root / "scripts").rglob("*.md.txt")]):
        name = path.relative_to(root).as_posix()
        page = document.read(path, name)
        end = next((heading.line for heading in page.headings if heading.text == ENGLISH), 10**9)
        for token in page.tokens:
            for child, line in document.children(token) if token.map and token.map[0] + 1 < end else ():
                yield from (Text(name, line, text) for text in _written(child))


def _written(child: Token) -> list[str]:
    if child.type == "image":
        return [document.plain(child.children or [])]
    return [child.content] if child.type == "text" else []


def pictures(root: Path) -> Iterator[Text]:
    """Os rótulos e os motivos que os scripts declaram."""
    for script in sorted((root / "diagrams_src").glob("[!_]*.py")):
        diagram = capture(script, root)
        yield Text(diagram.path, diagram.line, diagram.title)
        for element in (*diagram.nodes, *diagram.groups):
            yield Text(diagram.path, element.line, f"{element.label} . {element.without_resource}")
        for edge in diagram.edges:
            yield Text(diagram.path, edge.line, f"{edge.label} . {edge.declared}")


def templates(root: Path) -> Iterator[Text]:
    """As descrições e os motivos dos templates."""
    for path in sorted((root / "docs").glob("arquiteturas/*/template.yaml")):
        template = cloudformation.read(path, path.relative_to(root).as_posix())
        yield from _values(template, template.data, (), False)


def _values(template: cloudformation.Template, node: Any, path: tuple, said: bool) -> Iterator[Text]:
    if isinstance(node, str) and said:
        owner = template.resources.get(str(path[1])) if path[0] == "Resources" else None
        yield Text(template.path, template.line(*path), node, bool(owner) and owner.type.startswith(PLAIN))
    for key, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _values(template, item, (*path, key), said or key in SAID)


def messages(root: Path) -> Iterator[Text]:
    """As frases das ferramentas: mensagens, ajudas e docstrings, que também viram páginas."""
    for path in sorted((root / "scripts").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for line, text in _strings(ast.parse(path.read_text(encoding="utf-8"))):
            if len(PORTUGUESE.findall(text)) > 1 and "(?" not in text and not _program(text):
                yield Text(name, line, text)


def _program(text: str) -> bool:
    """Se o texto é um programa, e não uma frase."""
    try:
        return "\n" in text.strip() and bool(ast.parse(text))
    except SyntaxError:
        return False


def _strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Cada texto do programa, inteiro: o que um `f"…"` intercala vira `{}`."""
    if isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, ast.JoinedStr) or isinstance(child, ast.FormattedValue):
            yield from _strings(child)


def words(text: Text) -> list[str]:
    """As palavras de um trecho, sem código, caminhos nem números."""
    return [word for word in WORD.findall(JOINED.sub(" ", CODE.sub(" ", text.text))) if len(word) > 1]


def everything(root: Path) -> Iterator[Text]:
    """Tudo o que o corretor lê."""
    for part in (pages, pictures, templates, messages):
        yield from part(root)
