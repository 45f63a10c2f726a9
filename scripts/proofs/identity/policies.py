"""As políticas do IAM escritas no template, declaração por declaração, cada parte com o seu lugar.

Três origens: as de um papel (o que ele pode), a de confiança (quem o assume) e as de um recurso
(quem chega a ele). O que não dá para ler vira `Obscure`: pode negar qualquer coisa, e por isso
nada se prova enquanto estiver ali.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.aws.catalog import KINDS, kind_of
from scripts.aws.managed import ARN, Managed, managed
from scripts.aws.types import INLINE_POLICY, LOG_GROUP, LOGS_POLICY, MANAGED_POLICY, ROLE_POLICY
from scripts.proofs.evidence import Found, Path
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import SYMBOL, Unknown

POLICIES = {kind.type: kind.policy_of for kind in KINDS.values() if kind.policy_of}
"""De cada tipo que é a política de outro, a propriedade que o nomeia e a do documento."""

VERSIONS = ("2008-10-17", "2012-10-17")
"""A primeira vale para quem não diz: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""
READABLE, EFFECT = "escreva-a de modo que se leia aqui", "diga `Effect: Allow` ou `Effect: Deny`"
OWN = "escreva no template a política de que ele precisa"
IDENTITY = ("AWS::IAM::", "AWS::SSO::")
TRUST = "AssumeRolePolicyDocument"
DOCUMENTS = ("PolicyDocument", TRUST, "KeyPolicy", "ResourcePolicy", "InlinePolicy", "RepositoryPolicyText", "FileSystemPolicy", "AccessPolicies")
TEXT = "AccessPolicies"
"""A política que o OpenSearch também aceita como texto; a dos registros só se escreve assim."""


@dataclass(frozen=True)
class Statement:
    """Uma declaração. `links` são as linhas que a ligam a quem ela serve.

    `principals` traz pares de tipo (`AWS`, `Service`…; `Not` para `NotPrincipal`) e valor. `managed` é de
    que política a declaração é, quando o template só a cita (uma da AWS) ou a traz num texto.
    """

    owner: Resource
    path: Path
    allows: bool
    actions: tuple[Placed, ...]
    except_actions: tuple[Placed, ...]
    resources: tuple[Placed, ...]
    except_resources: tuple[Placed, ...]
    principals: tuple[tuple[str, Placed], ...]
    condition: Any
    sid: str = ""
    links: tuple[Found, ...] = ()
    managed: str = ""

    @property
    def trust(self) -> bool:
        """É de uma política de confiança: diz quem assume o papel."""
        return TRUST in self.path

    @property
    def identity(self) -> bool:
        """Dá permissões a quem a tem, e não a quem chega ao recurso."""
        return self.owner.type.startswith(IDENTITY) and not self.trust


@dataclass(frozen=True)
class Obscure:
    """Uma política, ou parte dela, que não se consegue ler; `hint` é como fazer com que se leia, e `limits` diz que ela só tira.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """

    path: Path
    reason: str
    hint: str = READABLE
    limits: bool = False


Part = Statement | Obscure
FIREWALL = "AWS::WAF"
"""Os serviços cujo `Statement` é uma regra sobre o pedido, e não uma declaração do IAM."""
SIGNS = frozenset({"Statement", "Fn::Transform", *DOCUMENTS})


def every(view: View, resource: Resource) -> list[Part]:
    """As declarações de todas as políticas do recurso, estejam onde estiverem, também de um tipo que não se conhece."""
    def conclude() -> list[Part]:
        if resource.type.startswith(FIREWALL) or not _mentioned(resource.properties):
            return []
        return [part for written in _documents(view, view.whole(resource), "") for part in inner(view, resource, written)]

    return view.once(("every", resource.id), conclude)


def _mentioned(node: Any) -> bool:
    """O que está escrito pode trazer uma política: há uma chave que a traz, ou algo que só a AWS expande."""
    if isinstance(node, dict):
        return any(key in SIGNS or _mentioned(item) for key, item in node.items())
    return isinstance(node, list) and any(map(_mentioned, node))


def _documents(view: View, node: Placed, name: Key) -> Iterator[Placed]:
    """Onde há uma política, ou algo no lugar de uma: um objeto com `Statement`, ou uma chave que sempre traz uma."""
    body = node.value if isinstance(node.value, dict) else {}
    if "Statement" in body or name in DOCUMENTS and not (body and set(body) & set(DOCUMENTS)):
        yield node
    else:
        for key, item in view.parts(node):
            yield from _documents(view, item, key)


def document(view: View, owner: Resource, *keys: Key, links: tuple[Found, ...] = ()) -> Iterator[Part]:
    """As declarações do documento nessa propriedade."""
    yield from inner(view, owner, view.whole(owner), *keys, links=links)


def inner(view: View, owner: Resource, around: Placed, *keys: Key, links: tuple[Found, ...] = ()) -> Iterator[Part]:
    """As declarações do documento que está nesse caminho, dentro de um valor já achado."""
    written = view.inside(around, *keys) if keys else around
    if written is None:
        return
    texts = written.path[-1:] == (TEXT,) or owner.type == LOGS_POLICY
    if texts and isinstance(written.value, str) and (read := _text(written.value)) is not None:
        yield from _cited(owner, written.path, read, f"o texto da política de `{owner.id}`")
        return
    if not isinstance(written.value, dict) or "Statement" not in written.value:
        yield Obscure(written.path, f"a política de `{owner.id}` não está escrita como objeto", "escreva-a como objeto, com `Statement`")
        return
    if written.value.get("Version", VERSIONS[0]) not in VERSIONS:
        yield Obscure(written.path, f"a política de `{owner.id}` não diz uma `Version` que o IAM aceite", f'use `Version: "{VERSIONS[-1]}"`')
    for item in view.items_inside(written, "Statement"):
        body = item.value if isinstance(item.value, dict) else {}
        if body.get("Effect") in ("Allow", "Deny"):
            yield _statement(view, owner, item, links)
        else:
            yield Obscure(item.path, f"uma declaração de `{owner.id}` não diz `Allow` nem `Deny`", EFFECT)


def _statement(view: View, owner: Resource, item: Placed, links: tuple[Found, ...]) -> Statement:
    body = item.value
    parts = (tuple(view.items_inside(item, name)) for name in ("Action", "NotAction", "Resource", "NotResource"))
    return Statement(owner, item.path, body["Effect"] == "Allow", *parts, tuple(_principals(view, item)),
                     body.get("Condition"), str(body.get("Sid", "")), links)


def _principals(view: View, item: Placed) -> Iterator[tuple[str, Placed]]:
    negated = view.inside(item, "NotPrincipal")
    if negated:
        yield "Not", negated
    principal = view.inside(item, "Principal")
    if principal and isinstance(principal.value, dict):
        for kind in principal.value:
            for named in view.items_inside(principal, kind):
                yield kind, named
    elif principal:
        yield "AWS", principal


def of_role(view: View, role: Resource) -> list[Part]:
    """Tudo o que diz o que o papel pode: políticas dele, ligadas a ele e as que só a AWS mostra."""
    return view.once(("of_role", role.id), lambda: _of_role(view, role))


def _of_role(view: View, role: Resource) -> list[Part]:
    parts: list[Part] = []
    for policy in view.items(role, "Policies"):
        if isinstance(policy.value, dict):
            parts += inner(view, role, policy, "PolicyDocument")
        else:
            parts.append(Obscure(policy.path, f"uma política de `{role.id}` não se conhece"))
    for policy in view.of_type(INLINE_POLICY, ROLE_POLICY, MANAGED_POLICY):
        parts += _attached(view, policy, role)
    parts += _managed(view, role)
    boundary = view.at(role, "PermissionsBoundary")
    if boundary:
        parts.append(Obscure(boundary.path, f"`{role.id}` tem um limite de permissões, que não se avalia", "tire `PermissionsBoundary`", limits=True))
    return parts


def _attached(view: View, policy: Resource, role: Resource) -> Iterator[Part]:
    """As declarações de uma política que cita o papel."""
    name = "RoleName" if policy.type == ROLE_POLICY else "Roles"
    for item in view.items(policy, name):
        if isinstance(item.value, Unknown):
            # Talvez seja deste papel: o que permite não conta, o que nega talvez negue.
            parts = document(view, policy, "PolicyDocument")
            yield from (part for part in parts if isinstance(part, Obscure) or not part.allows)
        elif view.spelled(item.value) == view.name(role):
            link = Found(item.path, f"`{policy.id}` vale para `{role.id}`")
            yield from document(view, policy, "PolicyDocument", links=(link,))


def _managed(view: View, role: Resource) -> Iterator[Part]:
    for item in view.items(role, "ManagedPolicyArns"):
        policy = view.points(item, MANAGED_POLICY)
        text = view.spelled(item.value) or ""
        if policy:
            link = Found(item.path, f"`{role.id}` usa a política `{policy.id}`")
            yield from document(view, policy, "PolicyDocument", links=(link,))
        elif known := managed(text):
            yield from _of_aws(role, item, known)
        elif text.startswith(ARN):
            yield Obscure(item.path, f"não se sabe o que deixa e o que nega `{text.removeprefix(ARN)}`, da AWS, que `{role.id}` usa", OWN)
        else:
            yield Obscure(item.path, f"`{role.id}` usa uma política que não está no template", OWN)


def _of_aws(role: Resource, item: Placed, known: Managed) -> Iterator[Part]:
    """As declarações de uma política da AWS; o lugar de todas é a linha que a cita."""
    yield from _cited(role, item.path, list(known.statements), f"`{known.name}` ({known.version}, de {known.date}), da AWS,")


def _text(written: str) -> list[Any] | None:
    """As declarações de uma política escrita como texto, como a do OpenSearch; `None` quando o texto não é uma."""
    try:
        body = json.loads(written)
    except (ValueError, RecursionError):
        return None
    said = body.get("Statement") if isinstance(body, dict) and body.get("Version", VERSIONS[0]) in VERSIONS else None
    return said if isinstance(said, list) else [said] if isinstance(said, dict) else None


def _cited(owner: Resource, path: Path, statements: list[Any], managed: str) -> Iterator[Part]:
    """As declarações que o template só cita, ou traz num texto: o lugar de todas é o da citação."""
    for said in statements:
        if not isinstance(said, dict) or said.get("Effect") not in ("Allow", "Deny"):
            yield Obscure(path, f"uma declaração de `{owner.id}` não diz `Allow` nem `Deny`", EFFECT)
            continue
        parts = (tuple(Placed(path, text) for text in _several(said.get(name, []))) for name in ("Action", "NotAction", "Resource", "NotResource"))
        given = said.get("Principal", {})
        named = given if isinstance(given, dict) else {"AWS": given}
        principals = [(kind, Placed(path, one)) for kind, items in named.items() for one in _several(items)]
        principals += [("Not", Placed(path, said["NotPrincipal"]))] if "NotPrincipal" in said else []
        yield Statement(owner, path, said["Effect"] == "Allow", *parts, tuple(principals), said.get("Condition"), str(said.get("Sid", "")),
                        managed=managed)


def _several(written: Any) -> list[Any]:
    return written if isinstance(written, list) else [written]


def trust(view: View, role: Resource) -> list[Part]:
    """A política de confiança."""
    return list(document(view, role, "AssumeRolePolicyDocument"))


def of_resource(view: View, resource: Resource) -> list[Part]:
    """As políticas que dizem quem chega ao recurso."""
    return view.once(("of_resource", resource.id), lambda: _of_resource(view, resource))


def _of_resource(view: View, resource: Resource) -> list[Part]:
    parts: list[Part] = []
    own = kind_of(resource.type).policy
    if own:
        parts += document(view, resource, *own)
    for policy in view.of_type(LOGS_POLICY) if resource.type == LOG_GROUP else ():
        parts += document(view, policy, "PolicyDocument")  # vale na conta: cada declaração nomeia os grupos dela
    for policy in view.of_type(*POLICIES):
        named, written, by = POLICIES[policy.type]
        for item in view.items(policy, named):
            if view.points(item, resource.type, by=by) == resource:
                link = Found(item.path, f"`{policy.id}` vale para `{resource.id}`")
                parts += document(view, policy, *filter(None, (written,)), links=(link,))
            elif isinstance(item.value, Unknown) or _cites(view, item.value, resource):
                parts.append(Obscure(item.path, f"`{policy.id}` nomeia `{resource.id}` de um modo que a AWS não aceita ali",
                                     f"nomeie-o como a AWS espera em `{named}`"))
    return parts


def _cites(view: View, text: Any, resource: Resource) -> bool:
    """O texto traz o recurso dentro dele, como num endereço escrito por extenso."""
    return any(found[1] == resource.id for found in SYMBOL.finditer(str(text))) or view.name(resource) in str(text)
