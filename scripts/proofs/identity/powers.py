"""O que um papel talvez possa: para dizer que não pode, o que não se vê conta como permissão.

`policies.of_role` serve a quem prova que se pode, e deixa de fora o que não se lê e só permitiria.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from scripts.aws.types import INLINE_POLICY, MANAGED_POLICY, ROLE, ROLE_POLICY
from scripts.proofs.evidence import Found, Path
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Request, applies
from scripts.proofs.identity.policies import Obscure, Part, Statement, document, of_resource, of_role, trust
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

STACK = {"${AWS::Partition}": "particao", "${AWS::AccountId}": "111122223333", "${AWS::Region}": "sa-east-1"}
ANY_ROLE = "arn:${AWS::Partition}:iam::*:role/*"
INDIRECT = (":accesspoint/", ":assumed-role/")
"""Outros nomes do mesmo bucket e do mesmo papel, que aqui não se comparam."""


class Power(NamedTuple):
    """Os lugares que permitem, ou talvez permitam; sem nenhum, as negações de que isso depende."""

    paths: tuple[Path, ...]
    denials: tuple[Found, ...] = ()


def power(view: View, role: Resource, action: str, arn: str, target: Resource | None = None) -> Power:
    """O que deixa, ou talvez deixe, o papel fazer a ação em algum dos recursos do ARN."""
    request = Request(view, action, _concrete(arn), role)
    parts = [(part, True) for part in (*of_role(view, role), *_unseen(view, role))]
    parts += [(part, False) for part in (of_resource(view, target) if target else [])]
    paths, denials = [], []
    for part, own in parts:
        answer = None if isinstance(part, Obscure) else applies(_comparable(view, part), request, own)
        if isinstance(part, Statement) and not part.allows:
            denials += [Found((*part.path, "Effect"), f"nega `{action}` onde a permissão alcançaria")] if answer else []
        elif answer is not False and not (isinstance(part, Obscure) and part.limits):
            paths.append(part.path)
    return Power((), tuple(denials[:1] if paths else ())) if denials else Power(tuple(paths))


def assuming(view: View, role: Resource) -> Iterator[Path]:
    """O que deixa, ou talvez deixe, o papel assumir outro: pelas políticas dele, ou pela confiança do outro."""
    yield from power(view, role, "sts:AssumeRole", ANY_ROLE).paths
    for other in view.of_type(ROLE):
        for part in trust(view, other):
            asked = Request(view, "sts:AssumeRole", "", role)
            if isinstance(part, Obscure) or part.allows and applies(_comparable(view, part), asked, identity=False) is not False:
                yield part.path


def _unseen(view: View, role: Resource) -> Iterator[Part]:
    """As políticas ligadas a um papel cujo nome não se conhece."""
    own = view.name(role)
    for policy in view.of_type(INLINE_POLICY, ROLE_POLICY, MANAGED_POLICY):
        for item in view.items(policy, "RoleName" if policy.type == ROLE_POLICY else "Roles"):
            name = view.spelled(item.value)
            if name is None or name != own and "${Parameters." in name + own:
                yield from document(view, policy, "PolicyDocument")


def _comparable(view: View, statement: Statement) -> Statement:
    """A declaração com os ARNs numa conta e região quaisquer, e com o que não se compara desconhecido."""
    def known(item: Placed) -> Placed:
        text = view.spelled(item.value)
        unknown = text is None or any(name in text for name in INDIRECT)
        return item._replace(value=Unknown("não se compara") if unknown else _concrete(text or ""))

    return replace(
        statement, resources=tuple(map(known, statement.resources)), except_resources=tuple(map(known, statement.except_resources)),
        principals=tuple((kind, item._replace(value=Unknown("não se compara")) if ":assumed-role/" in str(item.value) else item)
                         for kind, item in statement.principals))


def _concrete(arn: str) -> str:
    """O ARN numa conta e região quaisquer: as mesmas dos dois lados, não podem explicar uma diferença."""
    for symbol, value in STACK.items():
        arn = arn.replace(symbol, value)
    return arn
