"""Higiene: o que todo template cumpre, seja qual for a arquitetura.

A exceção se justifica no próprio recurso, em `Metadata: {Excecoes: {código: motivo}}`; segredo
escrito e recurso público fora da figura não têm exceção.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from scripts.aws.catalog import kind_of
from scripts.aws.types import BUCKET, INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE
from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.checks import public, secrets
from scripts.proofs.claims import encryption
from scripts.proofs.claims.permissions import MANAGED, reason
from scripts.proofs.claims.settings import setting
from scripts.proofs.evidence import Missing, Path, at
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.breadth import WIDE, boundless, own_account, unexcused
from scripts.proofs.identity.policies import IDENTITY, Statement, every
from scripts.template.cloudformation import Resource

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
CODES = (WIDE, "sem-criptografia", "sem-politica-de-remocao", "imdsv1", "bucket-aberto")
EVERYTHING = ("AdministratorAccess", "PowerUserAccess", "FullAccess", "IAMFullAccess")


def check(views: Views, diagram: Diagram | None = None) -> list[Finding]:
    """Os achados de todos os mundos; sem diagrama, não se julga o que a figura mostra."""
    found: set[Finding] = set()
    asks: list[Callable[[View], list[Finding]]] = [partial(_resource, resource) for resource in views.template.resources.values()]
    asks.append(lambda view: list(secrets.check(view)))
    if diagram:
        asks.append(lambda view: list(public.check(view, diagram)))
    for ask in asks:
        for _, told in views.told(ask):
            found.update(told)
    return sorted(found)


def _resource(resource: Resource, view: View) -> list[Finding]:
    return list(_flaws(view, resource)) if resource.id in view.resources else []


def _flaws(view: View, resource: Resource) -> Iterator[Finding]:
    for code, judge in zip(CODES, (_wide, _clear, _kept, _metadata, _open), strict=True):
        if code != WIDE and resource.exceptions.get(code, "").strip():
            continue
        for path, message in judge(view, resource):
            yield Finding(view.template.path, view.template.line(*path), code, message)


def _wide(view: View, resource: Resource) -> Iterator[tuple[Path, str]]:
    for statement in every(view, resource):
        if isinstance(statement, Statement) and statement.allows and not own_account(statement):
            for name, written in unexcused(statement)[:1]:
                mend = boundless(statement) or (f"nomeie o que usa, ou dê em `Metadata: {{Excecoes: {{{WIDE}: …}}}}` um motivo que cite o `Sid` ou o "
                                                "serviço")
                yield (*statement.path, name), f"`{resource.id}` permite `{written}` em `{name}`; {mend}."
    for name in MANAGED if resource.type.startswith(IDENTITY) and not reason(resource) else ():
        for item in view.items(resource, name):
            if isinstance(item.value, str) and item.value.endswith(EVERYTHING):
                yield item.path, f"`{resource.id}` recebe `{item.value.rpartition('/')[2]}`; escreva só as permissões que usa."


def _clear(view: View, resource: Resource) -> Iterator[tuple[Path, str]]:
    for piece in encryption.judge(view, resource, explicit=False):
        if isinstance(piece, Missing):
            yield piece.path, f"{piece.need[:1].upper()}{piece.need[1:]}; {piece.hint}."


def _kept(view: View, resource: Resource) -> Iterator[tuple[Path, str]]:
    absent = [name for name in POLICIES if not isinstance(resource.body.get(name), str)]
    follower = view.at(resource, "DBClusterIdentifier") is not None
    if kind_of(resource.type).keeps_data and absent and not follower:
        yield ("Resources", resource.id), (f"`{resource.id}` guarda dados e não diz o que acontece com eles; escreva "
                                           f"{' e '.join(f'`{name}`' for name in absent)} (`Retain`, `Snapshot` ou `Delete`).")


def _metadata(view: View, resource: Resource) -> Iterator[tuple[Path, str]]:
    start = {INSTANCE: (), LAUNCH_TEMPLATE: ("LaunchTemplateData",), LAUNCH_CONFIGURATION: ()}.get(resource.type)
    if start is None or (resource.type == INSTANCE and _borrowed(view, resource)):
        return
    keys = (*start, "MetadataOptions")
    tokens, endpoint = setting(view, resource, *keys, "HttpTokens"), setting(view, resource, *keys, "HttpEndpoint")
    if not tokens.always(lambda value: value == "required") and not endpoint.always(lambda value: value == "disabled"):
        yield tokens.path, f"`{resource.id}` aceita a IMDSv1, sem token; use `HttpTokens: required` em `MetadataOptions`."


def _borrowed(view: View, instance: Resource) -> bool:
    """As opções vêm de um modelo de lançamento do template, que se julga por si."""
    model = view.at(instance, "LaunchTemplate", "LaunchTemplateId")
    return view.at(instance, "MetadataOptions") is None and view.points(model, LAUNCH_TEMPLATE) is not None


def _open(view: View, resource: Resource) -> Iterator[tuple[Path, str]]:
    if resource.type != BUCKET:
        return
    off = [name for name in BLOCKS if not setting(view, resource, "PublicAccessBlockConfiguration", name).always(true)]
    if off:
        yield at(resource, "PublicAccessBlockConfiguration"), (
            f"`{resource.id}` não bloqueia todo acesso público; ligue {', '.join(f'`{name}`' for name in off)} em "
            "`PublicAccessBlockConfiguration`.")
