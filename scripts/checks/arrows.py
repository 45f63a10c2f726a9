"""Setas: cada uma está provada pelo template, ou diz por que não pode estar, com um motivo que a página mostra."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scripts.aws.catalog import is_support, kind_of
from scripts.aws.outside import outside_aws
from scripts.aws.types import ECS_SERVICE, EKS_CLUSTER
from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.base.wording import listed, merged
from scripts.proofs.arrows.program import HANDED
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.arrows.registry import OUTSIDE, RULES, Proof
from scripts.proofs.drawn.lost import unproven
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import HOMES
from scripts.template.cloudformation import Template
from scripts.template.values import Path

PUBLIC = re.compile(r"(?<!não é )(?<!sem ser )\bpúblic[oa]s?\b|\banônim|\bqualquer (?:um|pessoa)\b|\bsem (?:credencia|senha|assina|autentic)",
                    re.IGNORECASE)
PROPERTY = 3
"""Até onde o caminho ainda é o recurso inteiro."""
UNENTITLED = ("liga dois serviços da AWS, e `declarada` é para o que uma ponta fora da AWS faz sem deixar rastro no template; escreva a "
              "regra, ou diga em `sem_regra` por que ainda não há uma")


def check(diagram: Diagram, views: Views, proofs: Iterable[Proof]) -> Iterator[Finding]:
    """Um achado por causa, na linha da primeira seta que a perde; o que vale para todas, `unknown` diz uma vez."""
    template, proofs = views.template, tuple(proofs)
    told = causes(proofs)
    spoilt = {missing for proof in unproven(proofs) for missing in proof.missing if _spoilt(diagram, template, proof, missing)}
    lost: dict[tuple[str, Path, str, str], list[tuple[Edge, Missing]]] = {}
    for proof in proofs:
        yield from _bare(diagram, proof.edge)
        said = [name for name, reason in (("declarada", proof.edge.declared), ("sem_regra", proof.edge.unruled)) if reason.strip()]
        if proof.proven:
            if said:
                yield _finding(diagram, proof.edge, "declarada-a-toa", f"está provada; tire `{said[0]}`")
            yield from _unheard(diagram, views, proof)
        elif proof.declared or proof.unruled:
            yield from _from_inside(diagram, template, proof) if proof.declared else ()
        elif proof.edge.declared.strip() and proof.rule is None:
            yield _finding(diagram, proof.edge, "declarada-sem-direito", UNENTITLED)
        elif proof.reversed_rule and not _drawn_back(diagram, proof.edge):
            message = "está ao contrário: o template só permite o sentido oposto; inverta-a"
            yield _finding(diagram, proof.edge, "seta-ao-contrario", message)
        elif proof.rule is None:
            yield _finding(diagram, proof.edge, "par-sem-regra", _no_rule(diagram, template, proof))
        elif proof.missing:
            instead = _astray(diagram, views, proof)
            for missing in proof.missing:
                passed = missing in spoilt and not _spoilt(diagram, template, proof, missing)
                if not passed and missing not in views.unknown and missing.root not in told:
                    lost.setdefault((instead, missing.path, missing.hint, missing.code), []).append((proof.edge, missing))
        else:
            yield _finding(diagram, proof.edge, "seta-sem-prova", f"não tem evidência para `{proof.rule.title}`")
    yield from _lost(diagram, template, lost)


def _lost(diagram: Diagram, template: Template, lost: Mapping[tuple[str, Path, str, str], list[tuple[Edge, Missing]]]) -> Iterator[Finding]:
    """Um achado por lugar e conserto: as setas que o perdem, e as frases que só diferem num nome, com todos eles."""
    for (instead, path, hint, code), pieces in lost.items():
        for need in merged([missing.need for _, missing in pieces]):
            edges = {edge.id: edge for edge, missing in pieces if missing.need in need.parts}
            first, *others = edges.values()
            who = f"A seta `{first.id}` {instead}não está provada"
            if others and not instead:
                who = f"As setas {listed([f'`{each}`' for each in edges])} não estão provadas"
            said = f"{Missing(path, need.text, hint, code)} (`{template.path}`, linha {template.line(*path)})"
            yield Finding(diagram.path, first.line, "seta-sem-prova", f"{who}: {said}.")


def _astray(diagram: Diagram, views: Views, proof: Proof) -> str:
    """O componente igual com que a mesma seta se provaria: antes de mudar o template, a seta pode ter sido desenhada até o nó errado."""
    edge, drawn = proof.edge, {(other.tail, other.head) for other in diagram.edges}
    kind = _type(diagram, views.template, edge.head)
    for node in diagram.nodes:
        if (edge.tail, node.id) not in drawn and node.id != edge.tail and kind != OUTSIDE and _type(diagram, views.template, node.id) == kind:
            if prove_arrow(diagram, views, replace(edge, head=node.id)).proven:
                return f"vai a `{edge.head}`, e o template o faz com `{node.id}`: corrija a seta. Se é mesmo a `{edge.head}`, ela "
    return ""


def causes(proofs: Iterable[Proof]) -> frozenset[str | Path]:
    """O que falta às setas, dito por inteiro, e a propriedade de que falta: o que só decorre de uma dessas causas não se repete."""
    lost = rooted(proofs)
    return places(lost).union(missing.need for missing in lost)


def rooted(proofs: Iterable[Proof]) -> list[Missing]:
    """O que falta às setas e não decorre de outra coisa que falta."""
    return [missing for proof in unproven(proofs) if not proof.reversed_rule for missing in proof.missing if not missing.root]


def places(lost: Iterable[Missing]) -> frozenset[Path]:
    """As propriedades de que se diz o que falta; o recurso inteiro não é uma."""
    return frozenset(missing.path for missing in lost if len(missing.path) > PROPERTY)


def _spoilt(diagram: Diagram, template: Template, proof: Proof, missing: Missing) -> bool:
    """A seta é das que o defeito estraga, pelo tipo das pontas; as outras, em que ele também está, passam por ele sem se perder."""
    return bool({_type(diagram, template, end) for end in (proof.edge.tail, proof.edge.head)} & set(missing.only))


def meant(diagram: Diagram, views: Views, proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """As provas como seriam com as setas no sentido certo: o que a invertida deixa sem mostrar já está dito nela."""
    return tuple(prove_arrow(diagram, views, replace(proof.edge, tail=proof.edge.head, head=proof.edge.tail))
                 if not proof.proven and proof.reversed_rule and not _drawn_back(diagram, proof.edge) else proof for proof in proofs)


def _unheard(diagram: Diagram, views: Views, proof: Proof) -> Iterator[Finding]:
    """O que a seta diz e a regra não lê: com um valor absurdo no lugar, ela continuaria provada, e nenhuma evidência o traz."""
    edge, written = proof.edge, {str(written_at(views.template.data, piece.path)) for piece in proof.found}
    for name, said, absurd in (("porta", edge.port, {"port": "1"}), ("acao", edge.action, {"action": "nenhum:Nada"})):
        words = set(said.replace(",", " ").split())
        if words and not words <= written and prove_arrow(diagram, views, replace(edge, **absurd)).proven:
            yield _finding(diagram, edge, "atributo-sem-leitor", f"diz `{name}=\"{said}\"`, e nada do que a prova traz isso; tire-o")


def _from_inside(diagram: Diagram, template: Template, proof: Proof) -> Iterator[Finding]:
    """O que se declara é o ato de quem está fora: é ele que inicia, com uma permissão que se diz, e só programas chamam quem está fora."""
    edge = proof.edge
    tail, head = _type(diagram, template, edge.tail), _type(diagram, template, edge.head)
    if edge.arrows == "both":
        yield _finding(diagram, edge, "declarada-sem-direito", "tem duas pontas, e o que se declara é um ato só; desenhe uma ponta")
    elif tail not in (OUTSIDE, *HANDED, EKS_CLUSTER, ECS_SERVICE):
        yield _finding(diagram, edge, "declarada-sem-direito", f"parte de `{tail}`, que não inicia chamadas a quem está fora; inverta-a")
    elif tail == OUTSIDE and head in HOMES and not kind_of(head).service:
        yield _finding(diagram, edge, "declarada-sem-direito",
                       f"chega de fora a `{head}`, que vive numa rede: por onde se entra, o template diz; desenhe o caminho que ele deixa, ou tire-a")
    elif tail == OUTSIDE and PUBLIC.search(edge.declared):
        yield _finding(diagram, edge, "declarada-sem-direito",
                       f"diz que `{head}` atende a qualquer um, e isso o template diz ou nega: declare só quem chama com as próprias credenciais, "
                       "ou com um pedido que um programa da pilha assina")


def _bare(diagram: Diagram, edge: Edge) -> Iterator[Finding]:
    """Uma ponta que não diz o que é no template, nem é de fora da AWS: dela nada se prova."""
    for name in dict.fromkeys((edge.tail, edge.head)):
        element = diagram.elements[name]
        if not element.resources and not outside_aws(element.kind):
            yield _finding(diagram, edge, "ponta-sem-recurso",
                           f"toca `{name}`, que não diz que recurso é e não está fora da AWS; dê-lhe `recurso`, ou tire a seta")


def crowded(diagram: Diagram, template: Template) -> Iterator[Finding]:
    """Um nó que junta recursos de serviços diferentes que têm regra, ou um grupo que esconde um: a seta até ele não se provaria."""
    ruled = {kind for pair in RULES for kind in pair}
    own = {name for node in diagram.nodes for name in node.resources}
    for group in diagram.groups:
        for name in group.resources:
            kind = template.resources[name].type if name in template.resources else ""
            if kind in ruled and name not in own and group.kind != "instancia":
                yield Finding(diagram.path, group.line, "recurso-sem-no-proprio",
                              f"`{group.id}` é um grupo e representa `{name}`, a que uma seta pode chegar; dê-lhe um nó.")
    for node in diagram.nodes:
        found = {template.resources[name].type: name for name in node.resources if name in template.resources}
        services = {kind.split("::")[1]: name for kind, name in found.items() if kind in ruled and not is_support(kind)}
        if len(services) > 1:
            yield Finding(diagram.path, node.line, "recurso-sem-no-proprio",
                          f"`{node.id}` junta {' e '.join(f'`{name}`' for name in services.values())}, de serviços diferentes; dê a cada um "
                          "o seu nó.")


def unknown(views: Views) -> Iterator[Finding]:
    """O que não se pode saber deste template: nada se prova enquanto estiver ali."""
    for missing in views.unknown:
        yield Finding(views.template.path, views.template.line(*missing.path), "nao-se-sabe",
                      f"Não se sabe o que este template cria: {missing.need}, e por isso nada dele se prova; {missing.hint}.")


def _finding(diagram: Diagram, edge: Edge, code: str, message: str) -> Finding:
    return Finding(diagram.path, edge.line, code, f"A seta `{edge.id}` {message}.")


def _no_rule(diagram: Diagram, template: Template, proof: Proof) -> str:
    edge, excuse = proof.edge, "declarada" if proof.outside else "sem_regra"
    tail, head = _type(diagram, template, edge.tail), _type(diagram, template, edge.head)
    if (head, tail) in RULES and not _drawn_back(diagram, edge):
        return (f"vai de `{tail}` a `{head}`, e só há prova do contrário, “{RULES[head, tail].title}”: a seta parte de quem inicia a chamada; "
                "inverta-a")
    return (
        f"liga `{tail}` a `{head}` e nenhuma regra prova esse par; escreva uma em `regras/` "
        f'com `@rule("{tail}", "{head}")`, ou dê o motivo em `{excuse}="…"`'
    )


def _type(diagram: Diagram, template: Template, identity: str) -> str:
    known = [template.resources[name].type for name in diagram.elements[identity].resources if name in template.resources]
    return known[0] if known else OUTSIDE


def _drawn_back(diagram: Diagram, edge: Edge) -> bool:
    """O sentido oposto também está desenhado: então não é engano de sentido."""
    return any((other.tail, other.head) == (edge.head, edge.tail) for other in diagram.edges)
