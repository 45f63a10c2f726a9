"""De que modos se criam objetos num bucket, e se o evento que uma seta ou uma regra nomeia é o de um deles."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.arrows.program import HANDED, handed, named
from scripts.proofs.arrows.registry import Case
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.code import creations
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.view import Placed
from scripts.proofs.facts.wildcards import covers

CREATED = "s3:ObjectCreated:*"
REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject", "CompleteMultipartUpload": "CompleteMultipartUpload"}
"""De cada modo de criar um objeto, como o EventBridge o chama."""


def tells(event: Placed, wanted: str) -> bool:
    """O aviso é deste evento, ou de todos os do tipo dele."""
    return isinstance(event.value, str) and event.value.startswith("s3:") and covers(event.value, wanted) is True


def missed(case: Case, events: list[Placed]) -> Iterator[Missing]:
    """A seta diz que criações acionam, e quem a figura mostra gravando cria de outro modo, ou não se sabe de qual."""
    wanted = case.edge.action.replace(",", " ").split()
    if not wanted or not all(each.startswith(CREATED[:-1]) for each in wanted) or CREATED in wanted:
        return
    ways, sure = ways_of(case)
    said = " e ".join(f"`{each}`" for each in wanted)
    other = next((f"s3:ObjectCreated:{way}" for way in ways
                  if not any(tells(event, f"s3:ObjectCreated:{way}") for event in events)), "")
    if other:
        yield Missing(events[-1].path, f"a seta só conta {said}, e em `{case.tail.id}` se cria por `{other}`, que não a aciona",
                      f"escreva `Event: {CREATED}`, e tire `acao` da seta")
    elif not sure and not any(tells(event, CREATED) for event in events):
        yield Missing(events[-1].path, f"a seta só conta {said}, e não se sabe de que modo alguém grava em `{case.tail.id}`: por formulário, em "
                      "partes ou por cópia, o evento é outro", f"escreva `Event: {CREATED}`, e tire `acao` da seta")


def ways_of(case: Case) -> tuple[tuple[str, ...], bool]:
    """De que modos se criam objetos no bucket, pelo código de quem grava nele, e se o de todos se conhece.

    Quem grava de fora sem credenciais usa o formulário que um programa assina.
    """
    view, found, known = case.view, set(), set()
    with view.reading():
        for owner in view.of_type(*HANDED):
            here = named(view, owner)
            ways = {way for source in dict.fromkeys(text for _, text in texts(view, [piece.path for piece in handed(view, owner)], longest=None))
                    for variable, way in creations(source) if here.get(variable) == case.tail}
            found |= ways
            known |= {owner.id} if ways else set()
    for edge in case.diagram.edges:
        if edge.head == case.edge.tail and "s3:PutObject" in edge.action.split():
            tail = case.diagram.elements[edge.tail]
            if not known.intersection(tail.resources) and not ("Post" in found and not tail.resources):
                return tuple(sorted(found)), False
    return tuple(sorted(found)), True


def reasoned(case: Case) -> Iterator[Missing]:
    """O motivo que o padrão pede é o do modo de gravar.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    asked = case.view.items(case.head, "EventPattern", "detail", "reason")
    ways, sure = ways_of(case) if asked else ((), True)
    said = {item.value for item in asked}
    for way in ways if sure else REASONS if asked else ():
        if REASONS[way] not in said:
            yield Missing(asked[0].path, f"`{case.head.id}` só ouve {', '.join(f'`{reason}`' for reason in sorted(map(str, said)))}, e em "
                          f"`{case.tail.id}` {'se cria' if sure else 'talvez se crie'} por `{REASONS[way]}`", "tire `reason` do padrão")
            return
