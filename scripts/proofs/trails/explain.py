"""Por que um componente chega, ou não, a outro: a pergunta que o VPC Reachability Analyzer responde de uma conta, feita ao template.

Entra um diagrama, os mundos do template e dois ids da figura; sai uma `Explanation`. Nada aqui lê o template por outro caminho:
cada salto é o que as portas das provas respondem.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scripts.aws.catalog import kind_of
from scripts.aws.outside import outside_aws
from scripts.aws.types import ECS_SERVICE, EKS_CLUSTER, FUNCTION, INSTANCE, INTERNET_GATEWAY, JOB_DEFINITION, NAT_GATEWAY, SCALING_GROUP
from scripts.base.diagram import Diagram, Edge, Node
from scripts.proofs.arrows.passage import HTTPS
from scripts.proofs.arrows.ports import ports_of
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.arrows.registry import NOWHERE, RULES, Case
from scripts.proofs.evidence import Missing, at, guarded
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views, when
from scripts.proofs.identity.services import SERVICES
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.interfaces_by_type import drawn_home, home_of
from scripts.proofs.network.topology import network_of
from scripts.proofs.trails.hops import Explanation, Hop, Outcome, told
from scripts.proofs.trails.network import between, inward, outward
from scripts.proofs.trails.ports import asked, heard
from scripts.proofs.trails.service import anonymous, calls
from scripts.template.cloudformation import Resource, Template

INTERNET = "internet"
"""O nome de quem está na internet, quando a figura não desenha ninguém com esse id."""
CALLERS = (INSTANCE, SCALING_GROUP, FUNCTION, ECS_SERVICE)
"""Quem chama um serviço da AWS com um papel seu; dos outros, a regra da seta diz o que é preciso."""
DELEGATED = (FUNCTION, JOB_DEFINITION, EKS_CLUSTER, NAT_GATEWAY)
"""O que tem interfaces na VPC e a que ninguém se conecta por elas."""


def explain(diagram: Diagram, views: Views, source: str, target: str, ports: Sequence[int] = ()) -> Explanation:
    """Por que `source` chega a `target`, ou que salto recusa.

    Entra: o desenho, as vistas do template (`views_of`), dois ids da figura (de nó ou de grupo, ou `internet`) e as portas TCP; sem
    elas, as da seta desenhada entre os dois ou, se ela não diz, as que o alvo atende. Sai: um `Outcome` por porta e por caso em que a
    resposta muda, com os saltos e, se se chega e nenhuma porta foi pedida, em `rest` o que ainda falta à seta desenhada. O que se lê aqui não
    conta como lido pelas provas. Erro: `KeyError` quando um id não está na figura.
    """
    diagram = with_internet(diagram)
    drawn = [edge for edge in diagram.edges if (edge.tail, edge.head) == (source, target)]
    edge = _merged(diagram, source, target, drawn)
    found: dict[tuple, tuple[list[int], Outcome]] = {}
    for index, view in enumerate(views.each):
        with view.reading():
            outcomes = list(_outcomes(diagram, view, edge, ports))
        for outcome in outcomes:
            key = outcome.port, outcome.answer, outcome.broken and outcome.broken.text
            found.setdefault(key, ([], outcome))[0].append(index)
    answered = Explanation(source, target, tuple(replace(outcome, when=when(views, where)) for where, outcome in found.values()))
    return replace(answered, rest=_rest(diagram, views, drawn, answered.outcomes)) if answered.answer and not ports else answered


def with_internet(diagram: Diagram) -> Diagram:
    """O desenho com alguém na internet, se ele não desenha um componente de id `internet`."""
    if INTERNET in diagram.elements:
        return diagram
    return replace(diagram, nodes=(*diagram.nodes, Node(INTERNET, "Internet", 0, kind="aws.general.InternetAlt1")))


def _merged(diagram: Diagram, source: str, target: str, drawn: list[Edge]) -> Edge:
    """Uma seta só entre os dois: a desenhada, com as portas e ações de todas, ou uma que ninguém desenhou."""
    if not drawn:
        return Edge(f"{diagram.elements[source].id}--{diagram.elements[target].id}", source, target, 0)
    port, action = (" ".join(dict.fromkeys(word for each in drawn for word in getattr(each, name).replace(",", " ").split()))
                    for name in ("port", "action"))
    return replace(drawn[0], port=port, action=action)


def _rest(diagram: Diagram, views: Views, drawn: list[Edge], outcomes: tuple[Outcome, ...]) -> tuple[Missing, ...]:
    """O que a regra da seta ainda pede e nenhum salto disse."""
    said = {hop.text for outcome in outcomes for hop in outcome.hops}
    proofs = [prove_arrow(diagram, views, edge) for edge in drawn if not (edge.declared or edge.unruled)]
    return tuple(dict.fromkeys(missing for proof in proofs for missing in proof.missing if missing.need not in said))


def _outcomes(diagram: Diagram, view: View, edge: Edge, ports: Sequence[int]) -> Iterator[Outcome]:
    """O que acontece num mundo, em cada porta."""
    doubts = [Hop(None, piece.need, (piece.path,), piece.hint) for piece in view.unknown]
    found: dict[int | None, dict[Hop, None]] = {}
    for tail, head in _ends(diagram, view.template, edge):
        absent = [Hop(False, f"`{end.id}` não existe", (("Resources", end.id, "Condition"),), "tire a condição dele", "NO_SOURCE_OR_DESTINATION")
                  for end in (tail, head) if end != NOWHERE and end.id not in view.resources]
        for port, hops in [(None, absent)] if absent else _asked(Case(view, diagram, edge, tail, head), ports):
            found.setdefault(port, dict.fromkeys(doubts)).update(dict.fromkeys(hops))
    for port, all_hops in found.items():
        yield Outcome("", port, tuple(all_hops))


def _asked(case: Case, ports: Sequence[int]) -> Iterator[tuple[int | None, list[Hop]]]:
    """Cada porta, e os saltos até o alvo nela."""
    source, target = (_home(case, end, resource) for end, resource in ((case.edge.tail, case.tail), (case.edge.head, case.head)))
    wide = [_world(case, end, resource) for end, resource in ((case.edge.tail, case.tail), (case.edge.head, case.head))]
    bare = [end for end, resource, world in zip((case.edge.tail, case.edge.head), (case.tail, case.head), wide) if resource == NOWHERE and not world]
    loose = source is not None and case.tail.type == FUNCTION and not source.subnets
    within = kind_of(case.tail.type).database and kind_of(case.head.type).database  # a réplica é o próprio RDS quem faz, fora dos grupos
    connected = target and case.head.type not in DELEGATED and not within
    if bare:
        yield None, [Hop(None, f"`{bare[0]}` não diz que recurso é, e não está fora da AWS", (), "dê-lhe `recurso` no script")]
    elif case.tail.type in CALLERS and case.head.type in SERVICES:
        yield None, [*_odd(case, ports), *calls(case, source)]
    elif connected and (source or wide[0]):
        for port in ports or asked(case, target) or [0]:
            gateway = case.tail if case.tail.type == INTERNET_GATEWAY else None
            inside = source and not wide[0] and not loose
            hops = list(between(case.net, source, target, port) if source and inside else inward(case.net, target, gateway, port))
            start = [_outside_vpc(case, any(hop.passes is False for hop in hops))] if loose else []
            yield (port, [*start, *hops, *heard(case, port)]) if port else (None, [_portless(case)])
    elif source and wide[1]:
        for port in ports or ports_of(case.edge, HTTPS):
            hops = [_outside_vpc(case, False)] if loose else list(outward(case.net, source, port))
            yield port, [*hops, *_someone(case)]
    else:
        yield None, list(_ruled(case))


def _ruled(case: Case) -> Iterator[Hop]:
    """O que não se decide só pela rede nem só pelo papel: o que a regra da seta pede; sem regra, não se sabe."""
    rule = RULES.get((case.tail.type, case.head.type))
    if rule:
        yield from told(case.view, guarded(rule.prove(case), f"a regra `{rule.id}`", rule.origin))
    elif case.tail == NOWHERE and case.head.type in SERVICES:
        yield from anonymous(case)
    else:
        ends = [resource.type for resource in (case.tail, case.head)]
        back = (ends[1], ends[0]) in RULES
        hint = "pergunte no sentido contrário, de quem inicia a chamada" if back else "pergunte por quem está no meio do caminho"
        yield Hop(None, f"nenhuma regra diz como `{case.edge.tail}` ({ends[0]}) chega a `{case.edge.head}` ({ends[1]})", (), hint)


def _ends(diagram: Diagram, template: Template, edge: Edge) -> list[tuple[Resource, Resource]]:
    """Os recursos das pontas que têm regra entre si, ou os primeiros, e os do mesmo tipo: cada um precisa chegar a cada um."""
    tails, heads = ([template.resources[name] for name in diagram.elements[end].resources if name in template.resources] or [NOWHERE]
                    for end in (edge.tail, edge.head))
    pairs = [(tail, head) for tail in tails for head in heads]
    first = next((pair for pair in pairs if (pair[0].type, pair[1].type) in RULES), pairs[0])
    alike = [pair for pair in pairs if (pair[0].type, pair[1].type) == (first[0].type, first[1].type)]
    return [first] if first[1].type == NAT_GATEWAY else alike  # a regra do NAT já vê os vários que um componente representa


def _home(case: Case, end: str, resource: Resource) -> Home | None:
    """Onde a ponta vive: nas sub-redes em que está desenhada, se vive nalguma delas; um banco, em todas as dele."""
    home = home_of(network_of(case.view), resource)
    if home is None or kind_of(resource.type).database:
        return home
    drawn = drawn_home(case.net, case.diagram, end, home)
    return drawn if drawn.subnets else home


def _world(case: Case, end: str, resource: Resource) -> bool:
    """A ponta é a internet: quem está fora da AWS, ou o gateway por onde se entra."""
    return resource.type == INTERNET_GATEWAY or resource == NOWHERE and outside_aws(case.diagram.elements[end].kind)


def _outside_vpc(case: Case, private: bool) -> Hop:
    """Uma função sem VPC sai pela rede da Lambda, que chega à internet e a nenhum endereço privado.

    https://docs.aws.amazon.com/lambda/latest/operatorguide/networking-vpc.html
    """
    if private:
        return Hop(False, f"`{case.tail.id}` não está numa VPC, e não chega a endereços privados", (at(case.tail),),
                   "dê-lhe `VpcConfig` com as sub-redes e um grupo", "UNASSOCIATED_COMPONENT")
    return Hop(True, f"`{case.tail.id}` roda fora de VPC, e sai para a internet pela rede da Lambda", (at(case.tail),))


def _someone(case: Case) -> Iterator[Hop]:
    """Sair para a internet não é chegar a alguém dela: o que atende lá não está no template."""
    if case.head == NOWHERE and case.edge.head != INTERNET:
        yield Hop(None, f"`{case.edge.head}` está fora da AWS, e o template não mostra o que atende lá", (),
                  f"pergunte por `{INTERNET}`, para saber se se sai para ela")


def _portless(case: Case) -> Hop:
    return Hop(None, f"não se sabe em que porta `{case.edge.head}` atende", (at(case.head),), "diga-a com `--porta`")


def _odd(case: Case, ports: Sequence[int]) -> Iterator[Hop]:
    """As APIs da AWS se chamam por HTTPS: de outra porta, nada se sabe."""
    for port in ports:
        if port != HTTPS:
            yield Hop(None, f"`{case.head.id}` se chama por HTTPS, em tcp {HTTPS}; de tcp {port} nada se sabe", (at(case.head),),
                      "pergunte sem `--porta`")
