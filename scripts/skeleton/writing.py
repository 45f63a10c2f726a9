"""O desenho e a página que `novo --de` escreve, com as linhas e os passos por contar."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from scripts.base.diagram import Diagram, Group, Node
from scripts.proofs.claims.evaluate import CLAIMS, evaluate
from scripts.proofs.claims.known import HOURLY
from scripts.proofs.facts.views import Views

COMMON = ("criptografado-em-repouso", "menor-privilegio", "logs-com-prazo", "so-por-tls")
WIDEST = 16


def script(diagram: Diagram, direction: str) -> str:
    """O script que declara o desenho, nessa direção."""
    imports: dict[str, set[str]] = {}
    for node in diagram.nodes:
        module, _, name = node.kind.rpartition(".")
        imports.setdefault(module, set()).add(name)
    lines = [f'"""{diagram.title}."""', ""]
    lines += [f"from diagrams.{module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    lines += ["", "from scripts.vocabulary import Cluster, Diagram, Edge", "", f'with Diagram("{diagram.title}", direction="{direction}"):']
    lines += [f"    {line}" for line in _inside(diagram, None)]
    lines += ["", *(f'    {_name(edge.tail)} >> Edge(passo="{edge.step}"{_action(edge.action)}) >> {_name(edge.head)}' for edge in diagram.edges)]
    return "\n".join(lines).rstrip() + "\n"


def _inside(diagram: Diagram, parent: str | None) -> Iterator[str]:
    for node in diagram.nodes:
        if node.group == parent:
            yield f'{_name(node.id)} = {node.kind.rpartition(".")[2]}("{_label(node.label)}", nodeid="{node.id}", {_of(node)})'
    for group in diagram.groups:
        if group.parent == parent:
            own = f', recurso="{" ".join(group.resources)}"' if group.resources else ""
            yield f'with Cluster("{_label(group.label)}", id="{group.id}", grupo="{group.kind}"{own}):'
            inside = list(_inside(diagram, group.id))
            yield from (f"    {line}" for line in inside or ["pass"])


def _action(action: str) -> str:
    return f', acao="{action}"' if action else ""


def _of(node: Node) -> str:
    return f'recurso="{node.resources[0]}"' if node.resources else f'sem_recurso="{node.without_resource}"'


def _name(identity: str) -> str:
    """Um nome de variável; o que começa por algarismo ganha uma letra."""
    name = identity.replace("-", "_")
    return name if name.isidentifier() else f"n_{name}"


def _label(text: str) -> str:
    return "\\n".join(textwrap.wrap(text, WIDEST, break_long_words=False))


def parts(diagram: Diagram, views: Views, proofs: bool) -> dict[str, str]:
    """O que a página tem desse desenho: as linhas, os passos, os benefícios que se provam e a cobrança; `proofs` diz se há onde citá-los."""
    names = {element.id: " ".join(element.label.split()) for element in (*diagram.nodes, *diagram.groups)}
    used = {resource.type for resource in views.template.resources.values()}
    first = {edge.step: edge for edge in reversed(diagram.edges)}
    steps = [f"{step}. Diga o que acontece quando [{names[edge.tail]}](#{edge.tail}) chama [{names[edge.head]}](#{edge.head})."
             for step, edge in sorted(first.items())]
    named = any("RoleName" in resource.properties for resource in views.template.resources.values())
    identity = any(type_.startswith("AWS::IAM::") for type_ in used)
    return {
        "rows": "\n".join(_row(element, names) for element in (*diagram.nodes, *diagram.groups)),
        "steps": "\n".join(steps) or "1. Diga o que acontece primeiro.",
        "benefits": "\n".join(_benefits(diagram, views)) if proofs else "",
        "charge": "**Cobra por hora desde que a pilha é criada**, mesmo sem uso." if used & set(HOURLY) else (
            "**Não cobra por hora**: sem uso, só o que fica guardado."),
        "capabilities": f" --capabilities CAPABILITY_{'NAMED_' if named else ''}IAM" if identity else "",
    }


def _row(element: Node | Group, names: dict[str, str]) -> str:
    resources = " ".join(f"`{name}`" for name in element.resources) or "—"
    return f"| [{names[element.id]}](#{element.id}) | Diga o que faz. | Diga por que assim. | {resources} |"


def _benefits(diagram: Diagram, views: Views) -> Iterator[str]:
    """Os que se provam; os que todas as arquiteturas costumam ter ficam para o parágrafo comum."""
    proven = [claim for name, claim in CLAIMS.items() if evaluate(name, diagram, views, claim.title).proven]
    own = [claim for claim in proven if claim.id not in COMMON] or proven
    yield from (f"- [{claim.title}](../../provas.md#{claim.id})." for claim in own)
    shared = [claim for claim in proven if claim not in own]
    if shared:
        yield "\nO que todas têm: " + "; ".join(f"[{claim.title[0].lower()}{claim.title[1:]}](../../provas.md#{claim.id})" for claim in shared) + "."
