"""Texto alheio nas páginas: nomes, motivos e provas viram nós de texto, nunca HTML.

Estes elementos entram na árvore depois dos padrões do Markdown, então nada neles é lido como
marcação. Sobram dois riscos, tratados em `clean`: os sinais com que o Python-Markdown guarda
HTML para depois, e o `&` que o serializador deixaria passar como entidade.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AMP_SUBSTITUTE

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
CODE = re.compile(r"`([^`]+)`")


def clean(text: str) -> str:
    """O texto como aparecerá, letra por letra."""
    return CONTROL.sub("", text).replace("&", f"{AMP_SUBSTITUTE}amp;")


def say(parent: Element, text: str) -> None:
    """Acrescenta texto ao fim do elemento; o que está entre crases vira código."""
    for index, part in enumerate(CODE.split(text)):
        if index % 2:
            SubElement(parent, "code").text = clean(part)
        elif part:
            _append(parent, clean(part))


def link(parent: Element, target: str, text: str) -> Element:
    """Acrescenta um link; sem destino, só o texto."""
    found = SubElement(parent, "a", {"href": target}) if target else parent
    say(found, text)
    return found


def paragraph(parent: Element, text: str = "", tag: str = "p", **attributes: str) -> Element:
    """Acrescenta um bloco com esse texto e o devolve."""
    block = SubElement(parent, tag, {name.rstrip("_"): value for name, value in attributes.items()})
    say(block, text)
    return block


def fold(title: str) -> tuple[Element, Element]:
    """Uma dobra e o lugar do que ela guarda."""
    # A busca do site já acha o texto do passo; números de linha só a atrapalhariam. Ela se perde numa dobra dentro
    # de outra que se exclui: por isso se excluem as duas partes.
    box = Element("details", {"class": "arq-proof"})
    paragraph(box, title, tag="summary").set("data-search-exclude", "")
    return box, SubElement(box, "div", {"class": "arq-inside", "data-search-exclude": ""})


def note(title: str, reason: str) -> Element:
    """O que caberia numa dobra e se diz numa linha."""
    return paragraph(Element("div"), f"{title}: {reason}", class_="arq-proof arq-note")


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
