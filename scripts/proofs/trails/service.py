"""O caminho até um serviço da AWS: o papel de quem chama, o que as políticas decidem, e por onde se sai da VPC até ele."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import FUNCTION, VPC_ENDPOINT
from scripts.proofs.arrows.access import decided, key_used
from scripts.proofs.arrows.failures import by_service
from scripts.proofs.arrows.passage import HTTPS, ways
from scripts.proofs.arrows.queues import POLLING
from scripts.proofs.arrows.registry import Case
from scripts.proofs.evidence import Missing, at
from scripts.proofs.identity.evaluation import Decision, Request, conditions_of, decide, evidence, lines
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.identity.services import SERVICES
from scripts.proofs.identity.wording import clearing, denial, doubt
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.path import named, same_vpc
from scripts.proofs.trails.hops import Hop, nearest, passed, refused, told
from scripts.proofs.trails.network import filtered, relayed
from scripts.template.cloudformation import Resource

DENIED, ABSENT = "explicitDeny", "implicitDeny"


def calls(case: Case, home: Home | None) -> Iterator[Hop]:
    """A origem da seta, que vive em `home` se está numa VPC, chama o serviço da outra ponta com as permissões do papel dela."""
    view, service = case.view, SERVICES[case.head.type]
    principal = principal_of(view, case.tail)
    lost = [piece for piece in principal.evidence if isinstance(piece, Missing)]
    if principal.role and not lost:
        yield passed(f"`{case.tail.id}` age com o papel `{principal.role.id}`", principal.evidence)
    for missing in lost:
        written = missing.path in view.template.lines and len(missing.path) > 3  # um papel, mas não deste template
        if missing.path == at(case.tail) and principal.role is None:
            yield Hop(False, f"`{case.tail.id}` não tem papel, e sem ele não tem credenciais com que chamar a AWS", (missing.path,), missing.hint)
        else:
            yield refused(view, missing, None if written and principal.role is None else False)
    if principal.role is None:
        return
    said = [action for action in case.edge.action.replace(",", " ").split() if action.startswith(f"{service.prefix}:")]
    actions = POLLING if POLLING[0] in said else said
    decisions = [decided(case, principal.role, action) for action in actions or service.usual]
    if not actions:
        decisions = [next((found for found in decisions if found.granted), decisions[0])]
    for decision in decisions:
        yield from _decision(decision, case.head, principal.role)
        yield from _key(decision.request, case.head, principal.role)
    by_aws = case.tail.type == FUNCTION and (actions is POLLING or by_service(view, case.tail, case.head))
    if home and home.subnets and not by_aws:
        for decision in [found for found in decisions if found.allowed or found.maybe] or decisions[:1]:
            yield from _passage(case, home, service.endpoint, decision.request)


def anonymous(case: Case) -> Iterator[Hop]:
    """Quem está fora da AWS age com credenciais que o template não mostra: só se sabe o que a política do destino nega a todos."""
    view, service = case.view, SERVICES[case.head.type]
    said = case.edge.action.replace(",", " ").split()
    for action in said or service.usual[:1]:
        arn = f"{view.arn(case.head)}/*" if service.prefix == "s3" else view.arn(case.head) or ""
        denied = decide(Request(view, action, arn), case.head).denied
        yield from (Hop(False, f"`{part.owner.id}` nega `{action}` a todos em `{case.head.id}`", (part.path,), "tire a negação", DENIED)
                    for part in denied)
    reason = f" A figura diz: “{case.edge.declared}”" if case.edge.declared else ""
    yield Hop(None, f"`{case.edge.tail}` está fora da AWS e chama `{case.head.id}` com credenciais que o template não mostra.{reason}".rstrip("."),
              (at(case.head),), "confira as políticas de quem chama")


def _decision(decision: Decision, target: Resource, role: Resource) -> Iterator[Hop]:
    """O que as políticas decidem de uma ação: a negação vence, o que não se lê pode negar, e sem permissão se recusa."""
    request, action = decision.request, f"`{decision.request.action}`"
    for statement in decision.denied:
        yield Hop(False, denial(statement, *conditions_of(statement, request), f"`{target.id}`"), (statement.path,),
                  "tire a negação, ou restrinja-a", DENIED)
    for part in decision.doubtful:
        said = conditions_of(part, request)
        yield Hop(None, f"{doubt(part, *said)} em `{target.id}`", (part.path,), clearing(part, said[1]))
    if decision.allowed:
        found = list(lines(decision.allowed, request))
        named = [piece.path for piece in found if piece.text.startswith("a ação")]
        yield passed(f"`{role.id}` pode {action} em `{target.id}`", found, *named)
        return
    for statement in decision.maybe:
        keys = sorted({str(key) for test in (statement.condition or {}).values() if isinstance(test, dict) for key in test}) if isinstance(
            statement.condition, dict) else []
        why = f"só com {' e '.join(f'`{key}`' for key in keys)}, que daqui não se sabe" if keys else "por um valor que não se conhece"
        yield Hop(None, f"`{statement.owner.id}` deixa {action} em `{target.id}` {why}", (statement.path,), "confira o valor no pedido")
    if not decision.maybe:
        hint = f"acrescente às políticas dele uma declaração com {action} e o ARN de `{target.id}`"
        absent = [piece for piece in evidence(decision, at(role), f"`{role.id}`", f"`{target.id}`", hint) if isinstance(piece, Missing)]
        yield Hop(False, absent[0].need, (absent[0].path,), absent[0].hint, ABSENT)


def _key(request: Request, target: Resource, role: Resource) -> Iterator[Hop]:
    for hop in told(request.view, key_used(request, target, at(role), f"`{role.id}`")):
        if not hop.passes:
            yield hop


def _passage(case: Case, home: Home, service: str, request: Request) -> Iterator[Hop]:
    """Por onde cada sub-rede chega ao serviço: um endpoint dele, o NAT, ou o gateway de internet."""
    net = case.net
    for piece in (*same_vpc(net, home), *named(net, home)):
        if isinstance(piece, Missing):
            yield refused(net.view, piece, None if piece.code == "UNASSOCIATED_COMPONENT" else False)
    for subnet in home.known_subnets(net):
        way = nearest(ways(net, home, subnet, service, request))
        missing = [piece for piece in way if isinstance(piece, Missing) and not piece.excess]
        answer = None if net.loose_routes or not subnet.known else False
        if not way:
            yield Hop(answer, f"`{subnet.id}` não tem por onde chegar a `{service}`", (at(subnet.resource),),
                      f"crie um endpoint de VPC de `{service}`, ou uma rota 0.0.0.0/0 por um NAT gateway", "NO_ROUTE_TO_DESTINATION")
        elif not missing:
            by_endpoint = case.view.resources[str(way[0].path[1])].type == VPC_ENDPOINT
            inside = by_endpoint and case.view.value(case.view.resources[str(way[0].path[1])], "VpcEndpointType") == "Interface"
            yield passed(f"de `{subnet.id}` se chega a `{service}` {f'pelo endpoint `{way[0].path[1]}`' if by_endpoint else 'pela internet'}", way)
            yield from () if inside else filtered(net, subnet, None, HTTPS)  # o endereço do serviço é público: é o que a ACL vê
            yield from () if by_endpoint else relayed(net, way, HTTPS)
        yield from (refused(net.view, piece, answer) for piece in missing)
