"""O mundo fechado: o que o template escreve no caminho de uma prova, e ela não leu, nunca está bem.

O caminho são as pontas da seta, todo recurso com uma linha de evidência e os que essas linhas nomeiam.
Uma propriedade escrita ali precisa ter sido lida por aquela prova, naquele mundo, ou não mudar o que a
seta pergunta (`scripts/aws/questions.py`), nem seta nenhuma (`scripts/aws/neutral.py`), nem valer o que a
AWS usa sem ela (`scripts/aws/defaults.py`); um recurso que cita um do caminho precisa ter sido olhado, ou
ser de um tipo que só observa; e o que não cita ninguém, nem se conhece, pode valer para a conta inteira.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from scripts.aws.catalog import KINDS
from scripts.aws.defaults import harder, usual
from scripts.aws.neutral import BARRIERS, GUARDS, neutral, observes
from scripts.aws.questions import touches
from scripts.aws.types import FLOW_LOG, NETWORK_INTERFACE, SCALING_POLICY, SUBNET, TOPIC, VPC
from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.proofs.arrows.registry import Proof, Seen
from scripts.proofs.drawn.lost import unproven
from scripts.proofs.facts import attributes
from scripts.proofs.facts.leaves import leaves
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.policies import DOCUMENTS
from scripts.template.cloudformation import Key, Resource, references
from scripts.template.values import Path

ALARMS, ACTIONS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"), ("AlarmActions", "OKActions", "InsufficientDataActions")
NOTED = (VPC, SUBNET, NETWORK_INTERFACE)
"""De quem um registro de fluxo anota o tráfego; onde ele o anota, uma seta pode começar."""
CHOSEN = "${Parameters."
SHOWN = 12
"""Quantas propriedades um achado nomeia; das demais, diz as linhas."""


def unread(diagram: Diagram, views: Views, proofs: Sequence[Proof], absent: Sequence[Proof] = (),
           told: Set[Path] = frozenset()) -> Iterator[Finding]:
    """Um achado por recurso: as propriedades que a prova não leu, ou o próprio recurso, vizinho que ninguém olhou.

    `absent` são as provas das setas que faltam: o vizinho que elas olham já é um achado; e `told`, onde outro achado já diz o que
    há de errado. O que só pode mudar uma seta sem prova
    espera por ela, que ainda não leu tudo.
    """
    arrows: dict[str, dict[str, None]] = {}
    left: dict[str, dict[Path, dict[str, None]]] = {}
    for proof in proofs:
        for seen in proof.seen:
            for name in path_of(diagram, proof.edge, seen):
                arrows.setdefault(name, {})[proof.edge.id] = None
                for path in unread_leaves(seen, seen.view.resources[name]):
                    if any(path[:end] in told for end in range(4, len(path) + 1)):
                        continue
                    left.setdefault(name, {}).setdefault(path, {})[proof.edge.id] = None
    waiting = {proof.edge.id for proof in unproven(proofs)}
    for name, doubts in left.items():
        if not waiting.issuperset(edge for edges in doubts.values() for edge in edges):
            resource = views.template.resources[name]
            for path in [path for path in doubts if dotted_of(views.template.data, path) == GUARDS.get(resource.type)]:
                yield _barrier(views, resource, written_at(views.template.data, path), [name], list(doubts.pop(path)), f"`{path[-1]}` de `{name}`")
            yield from (_property(views, resource, doubts),) if doubts else ()
    for name, doubted in list(arrows.items()):
        for network in _networks(views.template.resources, name):
            arrows.setdefault(network, {}).update(doubted)
    looked = {path[1] for proof in (*proofs, *absent) if proof.rule for path in proof.reads if len(path) > 1}
    yield from _neighbours(views, arrows, looked, waiting)
    drawn = {name for element in diagram.elements.values() for name in element.resources}
    yield from _alone(views, {*arrows, *looked, *drawn}) if arrows else ()


def path_of(diagram: Diagram, edge: Edge, seen: Seen) -> list[str]:
    """Os recursos de que a seta depende neste mundo: as pontas, os que têm uma linha de evidência e os que ela nomeia."""
    found = {name: None for end in (edge.tail, edge.head) for name in diagram.elements[end].resources}
    for piece in seen.found:
        if len(piece.path) > 1 and piece.path[0] == "Resources":
            found[str(piece.path[1])] = None
            found.update(dict.fromkeys(sorted(_cited(seen.view.template.data, piece.path))))
    return [name for name in found if name in seen.view.resources]


def _cited(data: Any, path: Path) -> set[str]:
    """Os recursos que a linha nomeia, se ela é um valor, ou uma lista deles."""
    for key in path if len(path) > 3 else ():
        data = data.get(key) if isinstance(data, dict) else data[key]
    items = data if isinstance(data, list) else [data]
    return references([item for item in items if isinstance(item, dict) and len(item) == 1]) if len(path) > 3 else set()


def unread_leaves(seen: Seen, resource: Resource) -> Iterator[Path]:
    """As folhas do recurso que a prova não leu neste mundo, e que podem mudar o que ela pergunta."""
    for path, covered in _leaves(seen, resource):
        if not covered:
            dotted = dotted_of(seen.view.template.data, path)
            changes = touches(resource.type, dotted)
            if not neutral(resource.type, dotted) and (not changes or changes & seen.asks) and not _usual(seen.view, resource, path, dotted):
                yield path


def _usual(view: View, resource: Resource, path: Path, dotted: str) -> bool:
    """A folha vale o que a AWS usaria sem ela; de um par de atributos, o que conta é o valor."""
    where = (*path[:5], "Value") if len(path) > 5 and path[3] in attributes.LISTS else path
    value = view.resolved(view.written(Placed(where, None)))
    return usual(resource.type, dotted, value) or harder(resource.type, dotted, value)


def read_leaves(seen: Seen, resource: Resource) -> Iterator[Path]:
    """As folhas do recurso que a prova leu neste mundo."""
    return (path for path, covered in _leaves(seen, resource) if covered)


def _leaves(seen: Seen, resource: Resource) -> Iterator[tuple[Path, bool]]:
    reads = seen.by_resource.get(resource.id, set())
    begun = {path[:end] for path in reads for end in range(4, len(path) + 1)}
    return ((path, _covered(path, reads, begun)) for path in leaves(seen.view, resource))


def _covered(path: Path, reads: set[Path], begun: set[Path]) -> bool:
    """A folha foi lida: ela mesma, a lista de escalares em que está, ou a política inteira."""
    if path in begun or isinstance(path[-1], int) and path[:-1] in reads:
        return True
    document = max((end for end, key in enumerate(path, 1) if key in DOCUMENTS), default=0)  # a de uma tabela está dentro de `ResourcePolicy`
    return bool(document) and (*path[:document], "Statement") in begun


def dotted_of(data: Any, path: Path) -> str:
    """O nome da propriedade, sem as posições e os ramos de `Fn::If`; nas listas de atributos, com a chave no lugar do par."""
    if len(path) > 5 and path[3] in attributes.LISTS:
        pair = data["Resources"][path[1]]["Properties"][path[3]][path[4]]
        return f"{path[3]}.{pair.get('Key') if isinstance(pair, dict) else ''}"
    return ".".join(key for key in path[3:] if isinstance(key, str) and key != "Fn::If")


def _property(views: Views, resource: Resource, doubts: Mapping[Path, Mapping[str, None]]) -> Finding:
    names: dict[str, int] = {}
    for path in doubts:
        names.setdefault(dotted_of(views.template.data, path), views.template.line(*path))
    more = list(dict.fromkeys(str(line) for line in list(names.values())[SHOWN:]))
    left = f" e mais {len(names) - SHOWN}, {'nas linhas' if more[1:] else 'na linha'} {listed(more)}," if more else ""
    arrows = list(dict.fromkeys(edge for edges in doubts.values() for edge in edges))
    return Finding(views.template.path, views.template.line(*next(iter(doubts))), "propriedade-desconhecida",
                   f"A prova não leu {_named(list(names)[:SHOWN])}{left} de `{resource.id}`, e isso pode mudar {_named(arrows)}; tire a propriedade, "
                   "leia-a na regra da seta, ou, se ela não muda seta nenhuma, diga por quê em `regras/`, com `harmless`.")


def _networks(resources: Mapping[str, Resource], name: str) -> set[str]:
    """As VPCs que o recurso cita: o que mexe na rede toda mexe nele."""
    cited = resources[name].references & resources.keys() if name in resources else set()
    return {other for other in cited if resources[other].type == VPC}


def _neighbours(views: Views, arrows: Mapping[str, Mapping[str, None]], seen: set[Key], waiting: set[str]) -> Iterator[Finding]:
    for resource in views.template.resources.values():
        cited = sorted(references(resource.properties) & arrows.keys())
        if cited and resource.id not in seen and resource.id not in arrows and not _watching(views, resource, cited):
            doubted = list(dict.fromkeys(edge for name in cited for edge in arrows[name]))
            if waiting.intersection(doubted):
                continue  # a prova que parou antes talvez o olhe
            if resource.type in BARRIERS:
                yield _barrier(views, resource, resource.properties.get(BARRIERS[resource.type]), cited, doubted, f"`{resource.id}`")
                continue
            yield Finding(views.template.path, resource.line, "vizinho-desconhecido",
                          f"`{resource.id}` (`{resource.type}`) cita {_named(cited)}, nenhuma prova o olhou, e ele pode mudar "
                          f"{_named(doubted)}; tire-o, leia-o na regra da seta, ou, se ele só observa, diga por quê em `regras/`, com "
                          "`observer`.")


def _alone(views: Views, known: Set[Key]) -> Iterator[Finding]:
    """O recurso de um tipo que não se conhece, que não cita nada nem é citado: o que ele muda, muda na conta, ou na região, inteira."""
    resources = views.template.resources
    cited = {name for resource in resources.values() for name in resource.references}
    for resource in resources.values():
        free = resource.type not in KINDS and not observes(resource.type) and not resource.references & resources.keys()
        if free and resource.id not in known and resource.id not in cited:
            yield Finding(views.template.path, resource.line, "vizinho-desconhecido",
                          f"`{resource.id}` (`{resource.type}`) não cita nada do template: pode valer para a conta, ou a região, inteira, e nenhuma "
                          "prova o olhou; tire-o ou, se ele não muda seta nenhuma, diga por quê em `regras/`, com `observer`.")


def _barrier(views: Views, link: Resource, named: Any, cited: list[str], doubted: list[str], undone: str) -> Finding:
    """A lista de regras que recusa pedidos antes que cheguem, na linha dela; de outro template, na de quem a nomeia."""
    barrier = next((views.template.resources[name] for name in references(named) if name in views.template.resources), link)
    what = "Uma lista de regras do WAF" if barrier == link else f"`{barrier.id}` (`{barrier.type}`)"
    return Finding(views.template.path, barrier.line, "barreira-nao-lida",
                   f"{what} fica diante de {_named(cited)} e recusa o que uma regra dela pega; nenhuma prova lê essas "
                   f"regras, e elas podem mudar {_named(doubted)}; tire {undone}, ou leia as regras na regra da seta.")


def _watching(views: Views, resource: Resource, cited: list[str]) -> bool:
    """O recurso só observa os que cita; um alarme, se só aciona um tópico, uma política de escala, ou o que quem implanta escolhe.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html
    """
    if resource.type == FLOW_LOG:
        return all(views.template.resources[name].type in NOTED for name in cited)
    if resource.type not in ALARMS:
        return resource.type not in BARRIERS and observes(resource.type)
    return all(view.points(item, TOPIC, SCALING_POLICY) or (view.spelled(item.value) or "").startswith(CHOSEN)
               for view in views.each if resource.id in view.resources for name in ACTIONS for item in view.items(resource, name))


def _named(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
