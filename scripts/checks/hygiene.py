"""Higiene: o que todo template cumpre, seja qual for a arquitetura.

A exceção se justifica no próprio recurso, em `Metadata: {Excecoes: {código: motivo}}`; segredo
escrito e recurso público fora da figura não têm exceção.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.checks import public, secrets
from scripts.proofs.claims import encryption
from scripts.proofs.claims.kinds import BUCKET, INSTANCE, LAUNCH_TEMPLATE, QUEUE, TABLE, VOLUME
from scripts.proofs.claims.permissions import MANAGED, reason
from scripts.proofs.claims.settings import setting, true
from scripts.proofs.evidence import Missing, Path, at
from scripts.proofs.facts.reading import places
from scripts.proofs.identity.statements import IDENTITY, WIDE, Statement, statements
from scripts.template.cloudformation import Resource, Template
from scripts.template.resolution import Resolution, scenarios

STATEFUL = (
    BUCKET, TABLE, QUEUE, VOLUME, "AWS::DynamoDB::GlobalTable", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster",
    "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster", "AWS::Redshift::Cluster", "AWS::EFS::FileSystem",
    "AWS::Logs::LogGroup", "AWS::ElastiCache::ReplicationGroup", "AWS::OpenSearchService::Domain", "AWS::Kinesis::Stream",
    "AWS::Cognito::UserPool", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::ECR::Repository",
)
"""Tipos que guardam o que não se recria: a remoção deles se decide, não se herda."""
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
EVERYTHING = ("AdministratorAccess", "PowerUserAccess", "FullAccess", "IAMFullAccess")


def check(template: Template, diagram: Diagram | None = None) -> list[Finding]:
    """Os achados de todos os cenários; sem diagrama, não se julga o que a figura mostra."""
    found: set[Finding] = set()
    for values in scenarios(template):
        found.update(secrets.check(values))
        for resource in values.resources.values():
            found.update(_resource(values, resource))
        if diagram:
            found.update(public.check(values, diagram))
    return sorted(found)


def _resource(values: Resolution, resource: Resource) -> Iterator[Finding]:
    checks = {WIDE: _wide, "sem-criptografia": _clear, "sem-politica-de-remocao": _kept, "imdsv1": _metadata,
              "bucket-aberto": _open}
    for code, judge in checks.items():
        if code != WIDE and resource.exceptions.get(code, "").strip():
            continue
        for path, message in judge(values, resource):
            yield Finding(values.template.path, values.template.line(*path), code, message)


def _wide(values: Resolution, resource: Resource) -> Iterator[tuple[Path, str]]:
    for statement in statements(values, resource):
        if statement.allows and not _own_account(statement):
            for name, written in statement.unexcused[:1]:
                yield statement.place(name), (f"`{resource.id}` permite `{written}` em `{name}`; nomeie o que usa, ou dê em "
                                              f"`Metadata: {{Excecoes: {{{WIDE}: …}}}}` um motivo que cite o `Sid` ou o serviço.")
    for name in MANAGED if resource.type.startswith(IDENTITY) and not reason(resource) else ():
        for item in places(values, resource, name):
            if isinstance(item.value, str) and item.value.endswith(EVERYTHING):
                yield item.path, f"`{resource.id}` recebe `{item.value.rpartition('/')[2]}`; escreva só as permissões que usa."


def _own_account(statement: Statement) -> bool:
    """A política de uma chave que entrega o controle às políticas do IAM da própria conta."""
    principal = (statement.body or {}).get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else None
    return statement.resource.type == "AWS::KMS::Key" and isinstance(named, str) and named.endswith("${AWS::AccountId}:root")


def _clear(values: Resolution, resource: Resource) -> Iterator[tuple[Path, str]]:
    for piece in encryption.judge(values, resource, explicit=False):
        if isinstance(piece, Missing):
            yield piece.path, f"{piece.need[:1].upper()}{piece.need[1:]}; {piece.hint}."


def _kept(values: Resolution, resource: Resource) -> Iterator[tuple[Path, str]]:
    absent = [name for name in POLICIES if not isinstance(resource.body.get(name), str)]
    follower = "DBClusterIdentifier" in resource.properties
    if resource.type in STATEFUL and absent and not follower:
        yield ("Resources", resource.id), (f"`{resource.id}` guarda dados e não diz o que acontece com eles; escreva "
                                           f"{' e '.join(f'`{name}`' for name in absent)} (`Retain`, `Snapshot` ou `Delete`).")


def _metadata(values: Resolution, resource: Resource) -> Iterator[tuple[Path, str]]:
    start = {INSTANCE: (), LAUNCH_TEMPLATE: ("LaunchTemplateData",), "AWS::AutoScaling::LaunchConfiguration": ()}.get(resource.type)
    if start is None or (resource.type == INSTANCE and _borrowed(values, resource)):
        return
    keys = (*start, "MetadataOptions")
    tokens, endpoint = setting(values, resource, *keys, "HttpTokens"), setting(values, resource, *keys, "HttpEndpoint")
    if not tokens.always(lambda value: value == "required") and not endpoint.always(lambda value: value == "disabled"):
        yield tokens.path, f"`{resource.id}` aceita a IMDSv1, sem token; use `HttpTokens: required` em `MetadataOptions`."


def _borrowed(values: Resolution, instance: Resource) -> bool:
    """As opções vêm de um modelo de lançamento do template, que se julga por si."""
    model = values.property(instance, "LaunchTemplate", "LaunchTemplateId")
    return "MetadataOptions" not in instance.properties and values.resource(model) is not None


def _open(values: Resolution, resource: Resource) -> Iterator[tuple[Path, str]]:
    if resource.type != BUCKET:
        return
    off = [name for name in BLOCKS if not setting(values, resource, "PublicAccessBlockConfiguration", name).always(true)]
    if off:
        yield at(resource, "PublicAccessBlockConfiguration"), (
            f"`{resource.id}` não bloqueia todo acesso público; ligue {', '.join(f'`{name}`' for name in off)} em "
            "`PublicAccessBlockConfiguration`.")
