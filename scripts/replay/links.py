"""O que a pessoa faz num bucket sem ter papel na pilha: por um formulário ou um endereço assinado por outro, ou pelo CloudFront.

Quem decide são as políticas: as do papel de quem assinou, ou a do bucket, para a distribuição.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scripts.aws.types import BUCKET, ORIGIN_ACCESS_CONTROL
from scripts.proofs.facts.wildcards import covers
from scripts.replay import gateway, limits
from scripts.replay.circumstances import OUTSIDE, PERSON, TLS, wire
from scripts.replay.door import ALLOWED, DENIED, Ruling
from scripts.replay.operations import OPERATIONS, Need
from scripts.replay.samples import Sample
from scripts.replay.session import Halt, Session
from scripts.replay.stack import ACCOUNT, Unresolved
from scripts.replay.trace import DENIAL, EXPECTATION, SIMULATED, Call
from scripts.template.cloudformation import Resource

KNOWN = frozenset(("x-id", "versionId", *(f"response-{name}" for name in ("content-type", "content-disposition", "cache-control", "content-language",
                                                                         "content-encoding", "expires"))))
"""O que um endereço assinado pode pedir além da assinatura."""
FORBIDDEN = 403, {}, b""
SERVICE = "cloudfront.amazonaws.com"


def put(session: Session, bucket: Resource, key: str, body: bytes, who: str, more: Mapping[str, Any]) -> None:
    """Grava um objeto com as credenciais da própria pessoa, que não são da pilha."""
    call = Call(who, "s3:PutObject", SIMULATED, given=f"{session.stack.physical(bucket)}/{key} · {len(body)} bytes")
    step = session.file(call, who, session.arrows.nodes(bucket.id), "s3:PutObject")
    need = OPERATIONS["s3", "PutObject"].needs({"Bucket": session.stack.physical(bucket), "Key": key, **more})[0]
    ruling = session.door.allow(None, need, {**PERSON, **wire(True)})
    if ruling.path and ruling.answer != ALLOWED:  # quem está fora da pilha tem as permissões dele; a política do bucket ainda pode negar
        call.ok, call.reason, call.rulings = False, ruling.reason, (ruling,)
        session.blame(step, DENIAL, ruling.reason)
        raise Halt
    excess = limits.refused(session.stack, "s3", "PutObject", {"Bucket": session.stack.physical(bucket), "Key": key, **more})
    if excess:
        call.ok, call.reason = False, excess[1]
        session.blame(step, EXPECTATION, excess[1])
        raise Halt
    answer = session.state.s3.put_object(Bucket=session.stack.physical(bucket), Key=key, Body=body, **more)
    session.written(gateway.Written(session.stack.physical(bucket), key, "ObjectCreated:Put", len(body), answer.get("VersionId"), answer["ETag"]))


def posted(session: Session, url: str, fields: dict[str, str], file: Sample, who: str, later: float) -> tuple[int, str]:
    """Envia um formulário assinado; devolve o estado e o código do erro. O papel de quem assinou decide."""
    signed = gateway.signed_form(session.secrets(), url, fields, len(file.body), _moment(fields.get("x-amz-date", ""), later))
    name, key = gateway.place(url)[0], fields.get("key", "")
    bucket = session.stack.named(name, BUCKET)
    call = Call(who, "s3:PutObject", SIMULATED, given=f"{name}/{key} · {len(file.body)} bytes")
    step = session.file(call, who, session.arrows.nodes(bucket.id) if bucket else [], "s3:PutObject")
    if signed.refusal or bucket is None:
        call.ok, call.reason = False, signed.refusal or f"o bucket `{name}` não existe na pilha"
        return 400 if signed.code.startswith("Entity") else 403, signed.code or "NoSuchBucket"
    signer, context = session.signer(signed.signer), {**OUTSIDE, **wire(url.startswith("https:")), "s3:authType": "POST"}
    given = {"ServerSideEncryption": "x-amz-server-side-encryption", "ACL": "acl", "StorageClass": "x-amz-storage-class", "Tagging": "tagging"}
    params = {"Bucket": name, "Key": key, **{param: fields[field] for param, field in given.items() if field in fields}}
    call.role, call.rulings = signer.id, (session.door.allow(signer, OPERATIONS["s3", "PutObject"].needs(params)[0], context),)
    if call.rulings[0].answer != ALLOWED:
        call.ok, call.reason = False, f"{call.rulings[0].reason}; o formulário vale o que o papel de quem assinou pode"
        session.blame(step, DENIAL, call.reason)
        return 403, "AccessDenied"
    metadata = {name.removeprefix("x-amz-meta-"): value for name, value in fields.items() if name.startswith("x-amz-meta-")}
    excess = limits.refused(session.stack, "s3", "PutObject", {"Bucket": name, "Key": key, "Metadata": metadata, "ACL": fields.get("acl")})
    if excess:
        call.ok, call.reason = False, excess[1]
        return excess[2], excess[0]
    answer = session.state.s3.put_object(Bucket=name, Key=key, Body=file.body, ContentType=fields.get("Content-Type", "binary/octet-stream"),
                                      Metadata=metadata)
    call.output = fields.get("success_action_status", "204")
    session.written(gateway.Written(name, key, "ObjectCreated:Post", len(file.body), answer.get("VersionId"), answer["ETag"]))
    return int(fields.get("success_action_status", "204")), ""


def _moment(signed: str, later: float) -> datetime:
    """Quando se usa o que foi assinado: agora, ou tantos segundos depois da assinatura, por mais que este computador tenha demorado."""
    if not later or not signed:
        return datetime.now(timezone.utc)
    return datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc) + timedelta(seconds=later)


def opened(session: Session, url: str, who: str, later: float) -> gateway.Answer:
    """Abre um endereço pré-assinado, `later` segundos depois. O papel de quem assinou decide."""
    bucket, key = _place(session, url)
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    unknown = sorted(name for name in query if name not in KNOWN and not name.lower().startswith("x-amz-"))
    if unknown:
        raise Unresolved(f"a rodada não sabe o que `{unknown[0]}` pede num endereço assinado")
    version = {"VersionId": query["versionId"]} if "versionId" in query else {}
    need = OPERATIONS["s3", "GetObject"].needs({"Bucket": session.stack.physical(bucket), "Key": key, **version})[0]
    call = Call(who, need.action, SIMULATED, given=f"{session.stack.physical(bucket)}/{key}")
    signed = gateway.signed_link(session.secrets(), "GET", url, _moment(query.get("X-Amz-Date", ""), later))
    step = session.file(call, who, session.arrows.nodes(bucket.id), "s3:GetObject")
    if signed.refusal:
        call.ok, call.reason = False, signed.refusal
        return FORBIDDEN
    role = session.signer(signed.signer)
    call.role = role.id
    context = {**OUTSIDE, **wire(url.startswith("https:")), "s3:authType": "REST-QUERY-STRING"}
    call.rulings = (session.door.allow(role, need, context),)
    if not _passed(session, call, step, "; o endereço vale o que o papel de quem assinou pode"):
        return FORBIDDEN
    answer = gateway.request("GET", url, {"Host": urlsplit(url).netloc}, None)
    listing = session.door.allow(role, Need("s3:ListBucket", session.stack.arn(bucket)), context)
    return _told(call, answer, listing)


def fetched(session: Session, distribution: Resource, path: str, who: str) -> gateway.Answer:
    """Pede um caminho à distribuição, que o busca no bucket da origem; a política do bucket decide.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    bucket, signs = _origin(session, distribution, path)
    arn, key = session.stack.arn(bucket), path.removeprefix("/")
    node = session.node_of(distribution)
    context = {**wire(True), "aws:PrincipalIsAWSService": "true", "aws:SourceAccount": ACCOUNT,
               "aws:SourceArn": session.stack.arn(distribution)} if signs else TLS
    ruling = session.door.allow(None, Need("s3:GetObject", f"{arn}/{key}"), context, SERVICE if signs else "")
    call = Call(node, "s3:GetObject", SIMULATED, given=f"{session.stack.physical(bucket)}/{key}", rulings=(ruling,))
    call.role = f"{SERVICE}, a pedido de {session.arrows.label(who)}" if signs else ""
    step = session.file(call, node, session.arrows.nodes(bucket.id), "s3:GetObject")
    unsigned = f"; `{distribution.id}` não assina o que pede ao bucket: falta o acesso de origem (OAC), ou ele diz `SigningBehavior: never`"
    if not _passed(session, call, step, "" if signs else unsigned):
        return FORBIDDEN
    body = session.state.object(session.stack.physical(bucket), key)
    listing = session.door.allow(None, Need("s3:ListBucket", arn), context, SERVICE if signs else "")
    return _told(call, (404, {}, b"") if body is None else (200, {}, body), listing)


def _passed(session: Session, call: Call, step: int, more: str) -> bool:
    if call.rulings[0].answer == ALLOWED:
        return True
    call.ok, call.reason = False, f"{call.rulings[0].reason}{more}"
    session.blame(step, DENIAL, call.reason)
    return False


def _told(call: Call, answer: gateway.Answer, listing: Ruling) -> gateway.Answer:
    """A resposta, com o 403 que o S3 dá, em vez de 404, a quem não pode listar o bucket."""
    answer = (403, {}, b"") if answer[0] == 404 and listing.answer == DENIED else answer
    call.output, call.ok = f"{answer[0]} · {len(answer[2])} bytes" if answer[0] < 400 else str(answer[0]), answer[0] < 400
    return answer


def _place(session: Session, url: str) -> tuple[Resource, str]:
    name, key = gateway.place(url)
    bucket = session.stack.named(name, BUCKET) if name and key else None
    if bucket is None:
        raise Unresolved(f"o endereço `{url.split('?')[0]}` não é de um objeto de um bucket da pilha")
    return bucket, key


def _origin(session: Session, distribution: Resource, path: str) -> tuple[Resource, bool]:
    """O bucket da origem que atende o caminho, e se a distribuição assina o que pede a ele."""
    stack = session.stack
    behaviors = stack.property(distribution, "DistributionConfig", "CacheBehaviors", default=[])
    chosen = next((found for found in behaviors if covers(str(found["PathPattern"]).removeprefix("/"), path.removeprefix("/"))), None)
    wanted = chosen["TargetOriginId"] if chosen else stack.property(distribution, "DistributionConfig", "DefaultCacheBehavior", "TargetOriginId")
    count = len(stack.view.value(distribution, "DistributionConfig", "Origins"))
    for number in range(count):
        place = ("DistributionConfig", "Origins", number)
        if stack.property(distribution, *place, "Id") != wanted:
            continue
        if stack.view.value(distribution, *place, "S3OriginConfig") is None:
            raise Unresolved(f"`{path}` não é do bucket: a distribuição o pede à origem `{wanted}`")
        domain = str(stack.property(distribution, *place, "DomainName"))
        return _place(session, f"https://{domain}{path}")[0], _signs(session, stack.property(distribution, *place, "OriginAccessControlId"))
    raise Unresolved(f"a distribuição não tem a origem `{wanted}`, a que pediria `{path}`")


def _signs(session: Session, control: object) -> bool:
    found = session.stack.named(str(control), ORIGIN_ACCESS_CONTROL) if control else None
    return found is not None and session.stack.property(found, "OriginAccessControlConfig", "SigningBehavior") == "always"
