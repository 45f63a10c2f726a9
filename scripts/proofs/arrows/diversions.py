"""Desvios: o que um ouvinte, ou uma regra dele, responde, redireciona ou manda a outros antes do destino da seta.

As regras se leem por prioridade, e vale a primeira que casa. Um desvio que a figura mostra, a outro grupo de destino
com seta do mesmo balanceador, não é achado; nem o de um caminho que o programa do destino não serve.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.types import LISTENER_RULE, TARGET_GROUP
from scripts.proofs.arrows.dns import records
from scripts.proofs.arrows.program import handed
from scripts.proofs.arrows.registry import Case
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.web_paths import caught, served
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.conditions import Answer, every, some
from scripts.proofs.network.listeners import listeners_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import Path

ANY = ("", "*")
"""Um pedido qualquer, quando não se sabe o que o programa serve."""
FORWARD, REDIRECT = "forward", "redirect"
PATTERNS = {"path-pattern": "PathPatternConfig", "host-header": "HostHeaderConfig", "http-request-method": "HttpRequestMethodConfig"}
REMEDY = "restrinja a regra ao que o programa não serve, encaminhe-a ao grupo de destino, ou mostre na figura a quem ela manda"


class Ruling(NamedTuple):
    """Um passo da decisão do ouvinte: uma regra, ou a ação padrão dele, que pega o que sobra."""

    owner: Resource
    actions: str
    first: int


def diversions(case: Case, targets: Resource) -> Iterator[Missing]:
    """O que o programa do destino serve e o balanceador não entrega a ele; sem conhecer o programa, todo desvio é dúvida."""
    view = case.view
    told = {targets.id, *_shown(case)}
    asked = _asked(view, case.head, targets)
    listeners = [listener for listener, _ in listeners_of(case.net, case.tail).values()]
    for listener in listeners:
        steps = _steps(view, listener)
        delivers = any(group and group.id == targets.id for step in steps for group in _led(view, step))
        if not delivers and not _bounces(view, steps[-1]):
            continue
        for request in asked or [ANY]:
            step = _taker(view, steps, told, request, known=bool(asked))
            if step:
                yield Missing(at(step.owner, step.actions), _said(step, targets, request), REMEDY, "ELBV2_LISTENER_REQUIRES_TG_ACCEPT")
                break


def _said(step: Ruling, targets: Resource, request: tuple[str, str]) -> str:
    what = "os pedidos, ou não se sabe quais, pois o programa não se lê," if request == ANY else f"`{request[0]} {request[1]}`, que o programa serve,"
    return f"`{step.owner.id}` pega {what} antes de `{targets.id}`"


def _taker(view: View, steps: list[Ruling], told: set[str], request: tuple[str, str], known: bool) -> Ruling | None:
    """Quem fica com o pedido, se não é o destino nem outro que a figura mostra."""
    for step in steps:
        last = step is steps[-1]
        answer = True if last else _matches(view, step.owner, request)
        kept = _leads(view, step, told) or _bounces(view, step)
        if answer is not False and not kept and (known or not last):
            return step
        if answer and kept:
            return None
    return None


def _steps(view: View, listener: Resource) -> list[Ruling]:
    """As regras do ouvinte, da que se lê primeiro à ação padrão."""
    found = [Ruling(ruling, "Actions", whole(view.value(ruling, "Priority")) or 0) for ruling in view.of_type(LISTENER_RULE)
             if view.points(view.value(ruling, "ListenerArn"), listener.type) == listener]
    return [*sorted(found, key=lambda step: step.first), Ruling(listener, "DefaultActions", 0)]


def _leads(view: View, step: Ruling, told: set[str]) -> bool:
    """Tudo o que este passo pega vai a um destes grupos de destino."""
    groups = _led(view, step)
    return bool(groups) and all(group is not None and group.id in told for group in groups)


def _led(view: View, step: Ruling) -> list[Resource | None]:
    """Os grupos de destino a que o passo encaminha; `None` no lugar do que não é deste template."""
    forwards = [action for action in view.items(step.owner, step.actions) if _kind(view, action) == FORWARD]
    return [view.points(arn, TARGET_GROUP) for action in forwards for arn in _groups(view, action)]


def _groups(view: View, action: Placed) -> list[Placed]:
    """Os grupos de destino de um encaminhamento que recebem alguma coisa."""
    items = view.items_inside(action, "ForwardConfig", "TargetGroups")
    listed = [(view.inside(item, "TargetGroupArn"), view.inside(item, "Weight")) for item in items]
    weighed = [arn for arn, weight in listed if arn and (weight is None or whole(weight.value) != 0)]
    alone = view.inside(action, "TargetGroupArn")
    return [*([alone] if alone else []), *weighed]


def _bounces(view: View, step: Ruling) -> bool:
    """Só manda o navegador pedir o mesmo em outra porta: o ouvinte dela é que decide, e outra regra pergunta se ele existe."""
    configs = [config for action in view.items(step.owner, step.actions)
               if _kind(view, action) == REDIRECT and (config := view.inside(action, "RedirectConfig")) and isinstance(config.value, dict)]
    same = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    return bool(configs) and all(config.value.get(name, usual) == usual for config in configs for name, usual in same.items()) and any(
        config.value.get("Port", "#{port}") != "#{port}" for config in configs)


def _kind(view: View, action: Placed) -> str:
    found = view.inside(action, "Type")
    return str(found.value) if found else ""


def _matches(view: View, ruling: Resource, request: tuple[str, str]) -> Answer:
    """A regra pega este pedido: todas as condições dela valem para ele."""
    return every([_met(view, condition, request) for condition in view.items(ruling, "Conditions")])


def _met(view: View, condition: Placed, request: tuple[str, str]) -> Answer:
    """O método e o caminho se conhecem, e o nome, quando o template o registra; do resto do pedido, nada."""
    field = view.inside(condition, "Field")
    kind = str(field.value) if field else next((name for name, config in PATTERNS.items() if view.inside(condition, config)), "")
    config = PATTERNS.get(kind)
    listed = [*view.items_inside(condition, "Values"), *(view.items_inside(condition, config, "Values") if config else ())]
    patterns = [item.value for item in listed]
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        return None
    method, path = request
    if kind == "http-request-method":
        return None if not method else method in patterns
    if kind == "path-pattern":
        return some(caught(pattern, path) for pattern in patterns)
    return some(_named(view, pattern) for pattern in patterns) if kind == "host-header" else None


def _named(view: View, pattern: str) -> Answer:
    names = [str(name.value).rstrip(".") for record in records(view) if (name := record.placed(view, "Name")) and isinstance(name.value, str)]
    return True if pattern == "*" else some(covers(pattern, name, True) for name in names) if names else None


def _shown(case: Case) -> set[str]:
    """Os outros grupos de destino cujos membros a figura mostra a receber deste balanceador."""
    heads = {name for edge in case.diagram.edges if edge.tail == case.edge.tail for name in case.diagram.elements[edge.head].resources}
    found = set()
    for group in case.view.of_type(TARGET_GROUP):
        if any(name in group.references or name in case.view.resources and group.id in case.view.resources[name].references for name in heads):
            found.add(group.id)
    return found


def _asked(view: View, member: Resource, targets: Resource) -> list[tuple[str, str]]:
    """O que o programa serve, por método e caminho; a verificação de saúde chega a ele sem passar pelo ouvinte."""
    with view.reading():
        sources: list[tuple[Path, str]] = list(texts(view, [piece.path for piece in handed(view, member)], longest=None))
    health = str(view.value(targets, "HealthCheckPath") or "/")
    found = served(text for _, text in sources)
    return sorted(request for request in found if request[1] != health or health == "/") if found else []
