"""O que mudou na figura: componentes, grupos e setas, com o que se provou de cada uma."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.base.wording import listed
from scripts.review.change import CHANGED, GAINED, LOST, REST, Change, quoted
from scripts.review.facts import Facts, Judged, Line

STATES = {"provada": "provada", "declarada": "só declarada", "sem regra": "ainda sem regra", "sem prova": "sem prova"}


@dataclass(frozen=True)
class Sides:
    """Os dois lados com os mesmos nomes, e a que passo novo cada passo velho corresponde."""

    old: Facts
    new: Facts
    steps: Mapping[int, int]

    def name(self, id: str) -> str:
        """Como se chama o componente: do lado novo, se ele ainda existe."""
        return self.new.names.get(id) or self.old.names.get(id) or id


def changes(sides: Sides, old: Diagram, new: Diagram) -> Iterator[Change]:
    """Os componentes, os grupos e as setas, do que há de novo ao que saiu."""
    before, after = old.elements, new.elements
    if old.title != new.title:
        yield Change("página", CHANGED, "figura", f"O título da figura mudou: de {quoted(old.title)} para {quoted(new.title)}.", "título mudado")
    for id, element in after.items():
        if id not in before:
            yield Change(_noun(element), GAINED, id, f"{_what(sides, element)} é novo{_inside(sides, element)}{_stands(sides.new, element)}.",
                         f"{_noun(element)} novo")
        else:
            yield from _element(sides, before[id], element)
    for id, element in before.items():
        if id not in after:
            yield Change(_noun(element), LOST, id, f"{_what(sides, element)} saiu{_stands(sides.old, element)}.", f"{_noun(element)} a menos")
    yield from _arrows(sides, old, new)


def _noun(element: Node | Group) -> str:
    return "componente" if isinstance(element, Node) else "grupo"


def _what(sides: Sides, element: Node | Group) -> str:
    return f"O {_noun(element)} “{sides.name(element.id)}” (`{element.id}`)"


def _inside(sides: Sides, element: Node | Group) -> str:
    parent = element.group if isinstance(element, Node) else element.parent
    return f", dentro de “{sides.name(parent)}”" if parent else ""


def _stands(facts: Facts, element: Node | Group) -> str:
    """O que ele representa no template."""
    if not element.resources:
        return f"; não é um recurso: {element.without_resource}" if element.without_resource else ""
    types = {name: str(facts.resources.get(name, {}).get("Type", "")) for name in element.resources}
    return "; representa " + listed([f"`{name}` (`{kind}`)" if kind else f"`{name}`" for name, kind in types.items()])


def _element(sides: Sides, old: Node | Group, new: Node | Group) -> Iterator[Change]:
    what, noun = _what(sides, new), _noun(new)
    here, there = " ".join(old.label.split()), " ".join(new.label.split())
    if here != there:
        yield Change(noun, CHANGED, new.id, f"{what} mudou de nome na figura: de {quoted(here)} para {quoted(there)}.", "nome mudado")
    if set(old.resources) != set(new.resources):
        yield Change(noun, CHANGED, new.id, f"{what} passou a representar {_codes(new.resources)}, e antes representava {_codes(old.resources)}.",
                     f"{noun} que representa outro recurso", grave=True)
    if old.without_resource != new.without_resource and not new.resources:
        yield Change(noun, CHANGED, new.id, f"{what} diz agora que não é um recurso porque: {new.without_resource or 'não diz'}.", "motivo mudado")
    if old.kind != new.kind:
        yield Change(noun, CHANGED, new.id, f"{what} mudou de tipo: de `{old.kind or 'nenhum'}` para `{new.kind or 'nenhum'}`.", "tipo mudado")
    parents = tuple(element.group if isinstance(element, Node) else element.parent for element in (old, new))
    if parents[0] != parents[1]:
        came, went = (f"“{sides.name(parent)}”" if parent else "nenhum grupo" for parent in parents)
        yield Change(noun, CHANGED, new.id, f"{what} saiu de {came} e foi para {went}.", f"{noun} noutro lugar")
    yield from _carried(sides, noun, new.id, what, old.step, new.step)


def _codes(names: tuple[str, ...]) -> str:
    return listed([f"`{name}`" for name in names]) or "nenhum recurso"


def _carried(sides: Sides, noun: str, id: str, what: str, before: int | None, after: int | None) -> Iterator[Change]:
    """O passo que um elemento conta, se não é o mesmo com outro número."""
    expected = sides.steps.get(before, None) if before is not None else None
    if after == (expected if before is not None else None):
        return
    if before is None:
        text, short = f"{what} passou a contar o passo {after}", "passa a contá-lo"
    elif after is None:
        text, short = f"{what} deixou de contar o passo {before}", "deixa de contá-lo"
        if expected is None:
            return  # o passo inteiro saiu, e isso já está dito
    else:
        text, short = f"{what} passou do passo {before} ao {after}", "vem de outro passo"
    yield Change(noun, CHANGED, id, f"{text}.", f"{noun} {short}", step=after)


# --- as setas


def _arrows(sides: Sides, old: Diagram, new: Diagram) -> Iterator[Change]:
    pairs = _matched(old, new)
    gone = [edge for edge in old.edges if edge.id not in {before.id for before, _ in pairs}]
    come = [edge for edge in new.edges if edge.id not in {after.id for _, after in pairs}]
    for before, after in pairs:
        yield from _arrow(sides, before, after)
    for edge in list(come):
        back = next((other for other in gone if (other.tail, other.head) == (edge.head, edge.tail)), None)
        if back:
            gone.remove(back)
            come.remove(edge)
            yield Change("seta", CHANGED, edge.id, f"A seta {_ends(sides, back)} foi invertida: agora é {_ends(sides, edge)}.", "seta invertida",
                         step=edge.step)
            yield from _arrow(sides, back, edge)
    for edge in come:
        yield _new(sides, edge)
    for edge in gone:
        step = f", do passo {edge.step}," if edge.step is not None else ""
        yield Change("seta", LOST, edge.id, f"A seta {_ends(sides, edge)}{_says(edge)}{step} saiu.", "seta a menos",
                     step=sides.steps.get(edge.step or 0))


def _matched(old: Diagram, new: Diagram) -> list[tuple[Edge, Edge]]:
    """As setas que são a mesma: entre as mesmas pontas; de várias, primeiro as que dizem o mesmo."""
    pairs, left = [], list(new.edges)
    for alike in (lambda edge: (edge.label, edge.action, edge.port, edge.step), lambda edge: (edge.label,), lambda edge: ()):
        for edge in old.edges:
            if any(edge is before for before, _ in pairs):
                continue
            same = next((other for other in left if (other.tail, other.head, *alike(other)) == (edge.tail, edge.head, *alike(edge))), None)
            if same:
                left.remove(same)
                pairs.append((edge, same))
    return pairs


def _ends(sides: Sides, edge: Edge) -> str:
    return f"{sides.name(edge.tail)} → {sides.name(edge.head)}"


def _says(edge: Edge) -> str:
    said = [quoted(edge.label)] if edge.label else []
    said += [f"`{edge.action}`"] if edge.action else []
    said += [f"porta {edge.port}"] if edge.port else []
    return f" ({', '.join(said)})" if said else ""


def _new(sides: Sides, edge: Edge) -> Change:
    judged = sides.new.arrows.get(edge.id)
    step = f" no passo {edge.step}" if edge.step is not None else ""
    state = "" if judged is None else f"; {STATES[judged.state]}{_why(judged)}"
    lacking = bool(judged and judged.state == "sem prova")
    return Change("seta", GAINED, edge.id, f"Seta nova{step}: {_ends(sides, edge)}{_says(edge)}{state}.",
                  "seta nova, sem prova" if lacking else "seta nova", grave=lacking, step=edge.step)


def _why(judged: Judged) -> str:
    if judged.state == "sem prova":
        return f": {judged.missing[0]}" if judged.missing else ""
    return f": {judged.reason}" if judged.reason else ""


def _arrow(sides: Sides, old: Edge, new: Edge) -> Iterator[Change]:
    """O que mudou numa seta, e no que se prova dela."""
    what = f"A seta {_ends(sides, new)}"

    def change(text: str, short: str, grave: bool = False) -> Change:
        return Change("seta", CHANGED, new.id, f"{what} {text}.", short, grave, new.step)

    labels = tuple(" ".join(edge.label.split()) for edge in (old, new))
    if labels[0] != labels[1]:
        yield change(f"mudou de rótulo: de {quoted(labels[0])} para {quoted(labels[1])}", "rótulo mudado")
    if old.port != new.port:
        yield change(f"passou da porta {old.port} à {new.port}" if old.port and new.port else
                     f"passou a dizer a porta {new.port}" if new.port else f"deixou de dizer a porta {old.port}", "porta mudada")
    if old.action != new.action:
        yield change(f"passou de `{old.action}` a `{new.action}`" if old.action and new.action else
                     f"passou a dizer a ação `{new.action}`" if new.action else f"deixou de dizer a ação `{old.action}`", "ação mudada")
    if old.arrows != new.arrows:
        yield change("passou a ter duas pontas" if new.arrows == "both" else "passou a ter uma ponta só" if old.arrows == "both" else
                     "mudou de pontas", "pontas mudadas")
    for name, before, after in (("declarada", old.declared, new.declared), ("sem_regra", old.unruled, new.unruled)):
        if before.strip() != after.strip():
            yield change(f"{'mudou o motivo em' if before.strip() else 'traz agora'} `{name}`: {quoted(after)}" if after.strip() else
                         f"já não traz `{name}`", "motivo mudado", grave=not before.strip())
    yield from _carried(sides, "seta", new.id, what, old.step, new.step)
    yield from _proof(what, new, sides.old.arrows.get(old.id), sides.new.arrows.get(new.id))


def _proof(what: str, edge: Edge, old: Judged | None, new: Judged | None) -> Iterator[Change]:
    """A prova ganha, perdida, ou em outras linhas."""
    if old is None or new is None:
        return

    def change(kind: str, text: str, short: str, grave: bool = False) -> Change:
        return Change("prova", kind, edge.id, f"{what} {text}.", short, grave, edge.step)

    if old.proven and not new.proven:
        why = new.missing[0] if new.state == "sem prova" and new.missing else f"agora está {STATES[new.state]}{_why(new)}"
        yield change(LOST, f"perdeu a prova: {why}", "prova perdida", grave=True)
    elif new.proven and not old.proven:
        yield change(GAINED, f"ganhou prova: {new.title.rstrip('.')}", "prova ganha")
    elif old.state != new.state:
        yield change(CHANGED, f"estava {STATES[old.state]} e agora está {STATES[new.state]}{_why(new)}", STATES[new.state], new.state == "sem prova")
    elif new.proven:
        gone, come = other_lines(old.found, new.found)
        if gone or come:
            yield change(CHANGED, f"continua provada, por outras linhas: {rested(gone, come)}", REST)
    elif new.state == "sem prova" and old.missing != new.missing and new.missing:
        yield change(CHANGED, f"continua sem prova; o que falta agora: {new.missing[0]}", "sem prova")


def other_lines(old: tuple[Line, ...], new: tuple[Line, ...]) -> tuple[list[Line], list[Line]]:
    """As linhas de que a prova deixou de depender, e as de que passou a depender."""
    before, after = Counter(old), Counter(new)
    return list((before - after)), list((after - before))


def rested(gone: list[Line], come: list[Line]) -> str:
    """`` saiu `Banco.Port: 5432`, entrou `Banco.Port: 3306` ``."""
    parts = [f"{verb} {listed([f'`{line.place}: {line.value}`' for line in lines[:4]])}{f' e mais {len(lines) - 4}' if len(lines) > 4 else ''}"
             for verb, lines in (("saiu", gone), ("entrou", come)) if lines]
    return ", ".join(parts)
