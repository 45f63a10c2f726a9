"""O template na página: cada linha com âncora, para que se possa apontar para ela."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString
from pygments.lexers import YamlLexer
from pygments.token import STANDARD_TYPES

from scripts.template.cloudformation import Template


def insert(root: Element, shown: Template) -> None:
    """Põe a listagem depois do primeiro parágrafo que é só um link para `template.yaml`."""
    for index, element in enumerate(root):
        link = element.find("a") if element.tag == "p" else None
        alone = link is not None and len(element) == 1 and not (element.text or "").strip() and not (link.tail or "").strip()
        if alone and link is not None and link.get("href") == "template.yaml":
            link.set("download", "")
            link.text = AtomicString(f"Baixar {link.text}")
            link.set("class", "md-button arq-download")
            root.insert(index + 1, _listing(shown))
            return


def _listing(shown: Template) -> Element:
    box = Element("div", {"class": "highlight arq-template", "id": "template", "tabindex": "0", "role": "region"})
    box.set("aria-label", "Template da arquitetura")
    code = SubElement(SubElement(box, "pre"), "code")
    for number, tokens in enumerate(_lines(shown.text), 1):
        line = SubElement(code, "span", {"id": f"template-{number}", "class": "arq-code"})
        anchor = {"href": f"#template-{number}", "data-n": str(number), "aria-hidden": "true", "tabindex": "-1"}
        SubElement(line, "a", anchor)
        for kind, value in tokens:
            SubElement(line, "span", {"class": kind} if kind else {}).text = AtomicString(value)
        line.tail = "\n"
    return box


def _lines(text: str) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, value in YamlLexer(stripnl=False).get_tokens(text):
        first, *others = value.split("\n")
        if first:
            lines[-1].append((STANDARD_TYPES.get(kind, ""), first))
        for part in others:
            lines.append([(STANDARD_TYPES.get(kind, ""), part)] if part else [])
    while lines and not lines[-1]:
        lines.pop()
    return lines
