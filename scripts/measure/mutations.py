"""Mutações: versões estragadas de um template ou diagrama, para medir se a conferência as pega.

Cada mutante muda uma coisa só. As de evidência apagam, esvaziam ou alteram cada linha que
uma prova devolveu; as outras são os erros que gente comete: abrir ao mundo, trocar grupos,
portas, ações, rotas, desligar a criptografia, inverter uma seta.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from scripts.base.diagram import Diagram, Edge, Node
from scripts.base.findings import Defect
from scripts.template import cloudformation
from scripts.template.cloudformation import Key, Template

Path = tuple[Key, ...]
WORLD = "0.0.0.0/0"
GROUPS = ("SourceSecurityGroupId", "DestinationSecurityGroupId", "GroupId")
PORTS = ("FromPort", "ToPort", "Port", "HealthCheckPort")
SWITCHES = {
    "MultiAZ": False,
    "StorageEncrypted": False,
    "Encrypted": False,
    "SSEEnabled": False,
    "SqsManagedSseEnabled": False,
    "PubliclyAccessible": True,
    "ManageMasterUserPassword": False,
    "Scheme": "internal",
    "HttpTokens": "optional",
    "HealthCheckType": "EC2",
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
LINKS = ("Attachment", "Association", "Permission", "::Route", "Policy", "Ingress", "EventInvokeConfig")


@dataclass(frozen=True)
class Mutant:
    """Uma versão estragada; `kind` é o tipo de estrago e `place`, onde foi feito.

    `template` é `None` quando o estrago já impede a leitura.
    """

    kind: str
    place: str
    diagram: Diagram
    template: Template | None


def template_mutants(diagram: Diagram, original: Template, evidence: Iterable[Path]) -> Iterator[Mutant]:
    """Os mutantes do template: primeiro os de cada linha de evidência, depois os erros comuns."""
    for kind, path, data in (*_evidence(original.data, evidence), *_mistakes(original)):
        if data != original.data:
            yield Mutant(kind, ".".join(map(str, path[1:])), diagram, rebuilt(original, data))


def rebuilt(original: Template, data: dict[str, Any]) -> Template | None:
    """O template com estes dados; `None` quando já não se lê."""
    try:
        return cloudformation.rebuilt(original, data)
    except Defect:
        return None


def _evidence(data: dict[str, Any], paths: Iterable[Path]) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    for path in dict.fromkeys(paths):
        value = _get(data, path)
        if value is None:
            continue
        yield "evidência apagada", path, removed(data, path)
        yield "evidência esvaziada", path, _replaced(data, path, _emptied(value))
        yield "evidência alterada", path, _replaced(data, path, _altered(path[-1], value))


def _mistakes(original: Template) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    data = original.data
    groups = [r.id for r in original.resources.values() if r.type == "AWS::EC2::SecurityGroup"]
    tables = [r.id for r in original.resources.values() if r.type == "AWS::EC2::RouteTable"]
    for resource in original.resources.values():
        home: Path = ("Resources", resource.id)
        if resource.type.endswith(LINKS):
            yield "ligação removida", home, removed(data, home)
        for path, value in _walk(resource.properties, (*home, "Properties")):
            yield from _network(data, path, value, groups, tables)
            yield from _permission(data, path, value)
            yield from _event(data, path, value)
            if path[-1] in SWITCHES:
                yield "proteção desligada", path, _replaced(data, path, SWITCHES[path[-1]])


def _network(
    data: dict[str, Any], path: Path, value: Any, groups: list[str], tables: list[str]
) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    key = path[-1]
    if key == "CidrIp" and value != "127.0.0.1/32":
        yield "aberto ao mundo", path, _replaced(data, path, WORLD)
    if key == "SourceSecurityGroupId":
        yield "aberto ao mundo", path, _replaced(removed(data, path), (*path[:-1], "CidrIp"), WORLD)
    if key in GROUPS or (len(path) > 1 and path[-2] in ("SecurityGroupIds", "SecurityGroups", "VPCSecurityGroups")):
        for other in groups:
            if value != {"Ref": other}:
                yield "grupo trocado", path, _replaced(data, path, {"Ref": other})
    if key in PORTS and str(value).isdigit():
        yield "porta trocada", path, _replaced(data, path, int(str(value)) + 1)
    if key == "RouteTableId":
        for other in tables:
            if value != {"Ref": other}:
                yield "rota movida", path, _replaced(data, path, {"Ref": other})
    if key in ("GatewayId", "NatGatewayId"):
        yield "rota sem destino", path, removed(data, path)


def _permission(data: dict[str, Any], path: Path, value: Any) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    if not isinstance(value, dict) or value.get("Effect") != "Allow" or "Principal" in value:
        return
    actions = value.get("Action")
    for action in actions if isinstance(actions, list) else [actions]:
        service = str(action).split(":", 1)[0]
        yield "ação alargada", path, _replaced(data, (*path, "Action"), f"{service}:*")
    yield "ação trocada", path, _replaced(data, (*path, "Action"), "sts:GetCallerIdentity")
    yield "efeito invertido", path, _replaced(data, (*path, "Effect"), "Deny")
    yield "recurso alargado", path, _replaced(data, (*path, "Resource"), "*")
    yield "recurso trocado", path, _replaced(data, (*path, "Resource"), "arn:aws:s3:::outro/*")


def _event(data: dict[str, Any], path: Path, value: Any) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    if path[-1] == "Event" and isinstance(value, str):
        yield "evento trocado", path, _replaced(data, path, "s3:ObjectRemoved:*")
    if path[-1] == "S3Key":
        yield "filtro retirado", path[:-1], removed(data, path[:-1])


def altered(original: Template, path: Path) -> Template:
    """O mesmo template com outro valor nesse lugar. Erro: `Defect` quando deixa de ser um template."""
    value = _get(original.data, path)
    return cloudformation.rebuilt(original, _replaced(original.data, path, _altered(path[-1], value)))


def diagram_mutants(diagram: Diagram, original: Template) -> Iterator[Mutant]:
    """Os mutantes do diagrama: setas invertidas, desviadas e inventadas; componentes mudados."""
    for kind, place, mutated in (*_arrows(diagram), *_invented(diagram), *_moved(diagram), *_swapped(diagram)):
        yield Mutant(kind, place, mutated, original)


def _with_edge(diagram: Diagram, old: Edge, new: Edge) -> Diagram:
    return replace(diagram, edges=tuple(new if edge is old else edge for edge in diagram.edges))


def _arrows(diagram: Diagram) -> Iterator[tuple[str, str, Diagram]]:
    for edge in diagram.edges:
        reversed_edge = replace(edge, tail=edge.head, head=edge.tail, declared="")
        yield "seta invertida", edge.id, _with_edge(diagram, edge, reversed_edge)
        for node in diagram.nodes:
            if node.id not in (edge.tail, edge.head) and not _same(diagram, node.id, edge.head):
                aimed = replace(edge, head=node.id, declared="")
                yield "seta desviada", f"{edge.id} → {node.id}", _with_edge(diagram, edge, aimed)


def _invented(diagram: Diagram) -> Iterator[tuple[str, str, Diagram]]:
    drawn = {(edge.tail, edge.head) for edge in diagram.edges}
    for tail, head in permutations([node.id for node in diagram.nodes], 2):
        alike = any(_same(diagram, tail, a) and _same(diagram, head, b) for a, b in drawn)
        if not alike and not _same(diagram, tail, head):
            edge = Edge(f"{tail}--{head}", tail, head, diagram.line)
            yield "seta inventada", edge.id, replace(diagram, edges=(*diagram.edges, edge))


def _same(diagram: Diagram, one: str, other: str) -> bool:
    """O mesmo nó, ou dois que são o mesmo recurso: trocar um pelo outro nada muda de verdade."""
    first, second = diagram.elements[one], diagram.elements[other]
    return one == other or bool(first.resources) and first.resources == second.resources


def _moved(diagram: Diagram) -> Iterator[tuple[str, str, Diagram]]:
    for node in diagram.nodes:
        for group in diagram.groups:
            if node.group != group.id and (node.resources or group.resources):
                nodes = tuple(replace(n, group=group.id) if n is node else n for n in diagram.nodes)
                yield "componente movido", f"{node.id} → {group.id}", replace(diagram, nodes=nodes)


def _swapped(diagram: Diagram) -> Iterator[tuple[str, str, Diagram]]:
    bound = [node for node in diagram.nodes if node.resources]
    for i, first in enumerate(bound):
        for second in bound[i + 1 :]:
            if first.resources != second.resources:
                yield "recursos trocados", f"{first.id} ↔ {second.id}", _swap(diagram, first, second)


def _swap(diagram: Diagram, first: Node, second: Node) -> Diagram:
    exchanged = {first.id: second.resources, second.id: first.resources}
    nodes = tuple(replace(node, resources=exchanged.get(node.id, node.resources)) for node in diagram.nodes)
    return replace(diagram, nodes=nodes)


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Cada valor por dentro, com o caminho; não entra em `Fn::…` nem `Ref`."""
    items: Iterable[tuple[Key, Any]] = ()
    if isinstance(value, dict) and not any(str(key).startswith(("Fn::", "Ref")) for key in value):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key), inner
        yield from _walk(inner, (*path, key))


def _get(data: Any, path: Path) -> Any:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _replaced(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    inner = copy.get(path[0]) if isinstance(copy, dict) else copy[path[0]]
    copy[path[0]] = _replaced(inner if inner is not None else {}, path[1:], value)
    return copy


def removed(data: Any, path: Path) -> Any:
    """Uma cópia dos dados sem o que há nesse caminho. Erro: o do Python, se não há nada nele."""
    copy = dict(data) if isinstance(data, dict) else list(data)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = removed(copy[path[0]], path[1:])
    return copy


def _emptied(value: Any) -> Any:
    return {} if isinstance(value, dict) else [] if isinstance(value, list) else ""


def _altered(key: Key, value: Any) -> Any:
    """Outro valor; o de um limite de parâmetro, o que o afrouxa."""
    if key == "AllowedPattern":
        return ".*"
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value - 1 if key == "MinValue" else value + 1
    if isinstance(value, str):
        return str(int(value) + 1) if value.isdigit() else f"{value}x"
    return "alterado"
