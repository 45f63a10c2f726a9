"""O que as provas tomam como dado: as propriedades que não mudam a resposta, por motivo, e as políticas da AWS que se conhecem.

Sai do catálogo em `scripts/aws/`; cada tipo leva à página dele na documentação.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from scripts.aws import defaults, indifferent, managed, neutral, questions
from scripts.proofs import manual
from scripts.website.prose import link, paragraph, say

REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-"
POLICIES = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/"
Rows = Mapping[str, tuple[str, ...]]


def build(root: Element) -> None:
    """Acrescenta a parte ao fim da página."""
    SubElement(root, "h2", {"id": manual.TRUST}).text = "O que se toma como dado"
    paragraph(root, "Uma propriedade escrita no caminho de uma seta, que a prova dela não leu, é um achado, a menos que esteja numa destas "
                    "listas. São a base em que se confia: se uma delas mudar a resposta de uma seta, é um defeito.")
    _part(root, "Não mudam seta nenhuma", neutral.REASONS)
    _part(root, "Só mudam algumas perguntas", {f"{question.capitalize()}. {reason}": rows for (question, reason), rows in questions.ONLY.items()})
    _part(root, "São lidas, e nem sempre decidem", indifferent.REASONS)
    usual = {type_: tuple(f"{name}: {_written(value)}" for name, value in rows.items()) for type_, rows in defaults.USUAL.items()}
    _part(root, "Valem o que a AWS usa sem elas", {"Escrever o padrão não muda nada; outro valor é um achado.": usual})
    _part(root, "Recursos que citam outro sem mudar nada nele", {reason: {type_: ()} for type_, reason in neutral.NEIGHBOURS.items()})
    SubElement(root, "h3").text = "Políticas da AWS que se conhecem"
    paragraph(root, f"O que cada uma deixa, na versão conferida em {managed.checked()}. De outra, não se sabe o que deixa nem o que nega.")
    listed = SubElement(root, "ul")
    for path in managed.names():
        policy = managed.managed(managed.ARN + path)
        if policy:
            item = SubElement(listed, "li")
            link(item, f"{POLICIES}{policy.name}.html", policy.name)
            say(item, f": {policy.version}, de {policy.date}.")


def _written(value: object) -> str:
    """O valor como o template o escreve."""
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _part(root: Element, title: str, reasons: Mapping[str, Rows]) -> None:
    SubElement(root, "h3").text = title
    for reason, rows in reasons.items():
        box = SubElement(root, "details", {"class": "arq-proof"})
        paragraph(box, reason[:1].upper() + reason[1:], tag="summary")
        listed = SubElement(SubElement(box, "div", {"class": "arq-inside"}), "ul")
        for type_, names in sorted(rows.items()):
            _row(SubElement(listed, "li"), type_, names)


def _row(item: Element, type_: str, names: tuple[str, ...]) -> None:
    """Um tipo, com o endereço da página dele, e as propriedades."""
    if type_ == "*":
        say(item, "Todos os tipos")
    else:
        link(item, f"{REFERENCE}{'-'.join(type_.split('::')[1:]).lower()}.html", type_)
    say(item, ": " if names else ".")
    for index, name in enumerate(names):
        say(item, ", " if index else "")
        say(item, f"`{name}`")
    say(item, "." if names else "")
