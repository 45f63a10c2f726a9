"""O que só trocou de id: o recurso, o componente ou o grupo que, fora o nome, continua o mesmo.

Também dois ids trocados um pelo outro. Só vale quando tudo o mais casa e não há dois que casariam; senão,
um saiu e outro entrou.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from scripts.base.diagram import Diagram, Edge, Group, Node
from scripts.review.facts import Facts

Renames = dict[str, str]


def resources(old: Facts, new: Facts) -> Renames:
    """De cada recurso que mudou de id lógico, o novo."""
    before, after = old.resources, new.resources
    lost = [name for name in before if before[name] != after.get(name)]
    gained = [name for name in after if after[name] != before.get(name)]
    blank = _blank({*lost, *gained})

    def form(body: Any) -> Hashable:
        return blank(json.dumps(body, sort_keys=True, default=str))

    found = _paired({name: form(before[name]) for name in lost}, {name: form(after[name]) for name in gained})
    change = _substitution(found)
    return {name: to for name, to in found.items()
            if change(json.dumps(before[name], sort_keys=True, default=str)) == json.dumps(after[to], sort_keys=True, default=str)}


def elements(old: Facts, new: Facts) -> Renames:
    """De cada componente e grupo que mudou de id, o novo."""
    if not old.diagram or not new.diagram:
        return {}
    before, after = (_signatures(facts, facts.diagram, True) for facts in (old, new))
    lost = {id: form for id, form in before.items() if after.get(id) != form}
    gained = {id: form for id, form in after.items() if before.get(id) != form}
    found = _paired(lost, gained)
    # Com a seta também mudada, basta o que o componente é; aqui só valem os ids que um dos lados não tem.
    here, there = (_signatures(facts, facts.diagram, False) for facts in (old, new))
    left = {id: here[id] for id in lost if id not in found and id not in after}
    came = {id: there[id] for id in gained if id not in found.values() and id not in before}
    return found | _paired(left, came)


def _paired(lost: Mapping[str, Hashable], gained: Mapping[str, Hashable]) -> Renames:
    """Os que têm a mesma forma dos dois lados, uma vez em cada um."""
    forms: dict[Hashable, tuple[list[str], list[str]]] = {}
    for side, many in enumerate((lost, gained)):
        for name, form in many.items():
            forms.setdefault(form, ([], []))[side].append(name)
    return {ours[0]: theirs[0] for ours, theirs in forms.values() if len(ours) == len(theirs) == 1 and ours != theirs}


def _signatures(facts: Facts, diagram: Diagram, whole: bool) -> dict[str, Hashable]:
    """O que cada elemento é sem os ids; `whole` inclui as setas dele e o passo."""
    plain = {id: (element.label, element.resources) for id, element in diagram.elements.items()}
    arrows: dict[str, list[Hashable]] = {id: [] for id in plain}
    for edge in diagram.edges if whole else ():
        said = (edge.label, edge.action, edge.port, edge.step, edge.declared, edge.unruled, edge.arrows)
        arrows[edge.tail].append(("vai", said, plain[edge.head]))
        arrows[edge.head].append(("vem", said, plain[edge.tail]))
    return {id: (type(element).__name__, element.kind, plain[id], element.without_resource, plain.get(_parent(element) or ""),
                 (element.step, facts.rows.get(id, ())[1:]) if whole else None, tuple(sorted(arrows[id], key=repr)))
            for id, element in diagram.elements.items()}


def _parent(element: Node | Group) -> str | None:
    return element.group if isinstance(element, Node) else element.parent


def _blank(names: Iterable[str]) -> Callable[[str], str]:
    pattern = _words(names)
    return (lambda text: pattern.sub("§", text)) if pattern else (lambda text: text)


def _substitution(renames: Renames) -> Callable[[str], str]:
    pattern = _words(renames)
    return (lambda text: pattern.sub(lambda found: renames[found[0]], text)) if pattern else (lambda text: text)


def _words(names: Iterable[str]) -> re.Pattern[str] | None:
    known = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)") if known else None


def with_resources(facts: Facts, renames: Renames) -> Facts:
    """Os fatos como seriam com os recursos de nome novo, para que só o resto difira."""
    if not renames:
        return facts
    change = _substitution(renames)
    own = {name: _renamed(getattr(facts, name), change) for name in
           ("labels", "roles", "acts", "rows", "arrows", "benefits", "template", "grants", "openings", "reaches", "exposed")}
    return replace(facts, **own, diagram=facts.diagram and _redrawn(facts.diagram, lambda name: renames.get(name, name)))


def _redrawn(diagram: Diagram, renamed: Callable[[str], str]) -> Diagram:
    def told(element: Any) -> Any:
        return replace(element, resources=tuple(map(renamed, element.resources)))

    return replace(diagram, nodes=tuple(map(told, diagram.nodes)), groups=tuple(map(told, diagram.groups)))


def with_elements(facts: Facts, renames: Renames) -> Facts:
    """Os fatos como seriam com os componentes e grupos de id novo."""
    if not renames or not facts.diagram:
        return facts
    to = {id: renames.get(id, id) for id in facts.diagram.elements}
    edges = {edge.id: _moved(edge, to) for edge in facts.diagram.edges}
    diagram = replace(
        facts.diagram, edges=tuple(edges.values()),
        nodes=tuple(replace(node, id=to[node.id], group=to.get(node.group or "")) for node in facts.diagram.nodes),
        groups=tuple(replace(group, id=to[group.id], parent=to.get(group.parent or "")) for group in facts.diagram.groups))
    return replace(facts, diagram=diagram, names={to.get(id, id): name for id, name in facts.names.items()},
                   rows={to.get(id, id): cells for id, cells in facts.rows.items()},
                   arrows={edges[id].id: judged for id, judged in facts.arrows.items()})


def _moved(edge: Edge, to: Mapping[str, str]) -> Edge:
    tail, head = to[edge.tail], to[edge.head]
    return replace(edge, id=f"{tail}--{head}{edge.id.removeprefix(f'{edge.tail}--{edge.head}')}", tail=tail, head=head)


def _renamed(value: Any, change: Callable[[str], str]) -> Any:
    """O valor com os nomes trocados em todo texto dele, também nas chaves."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_renamed(key, change): _renamed(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_renamed(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _renamed(getattr(value, field.name), change) for field in fields(value)})
    return value
