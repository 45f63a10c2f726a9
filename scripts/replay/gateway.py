"""A entrada do estado simulado: responde a cada pedido HTTP do SDK, confere os assinados por outro e entrega os eventos.

Um envio só é respondido depois que o evento dele chegou a quem a notificação diz: na AWS a entrega vem depois,
e aqui a ordem é sempre a mesma.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from scripts.replay.state import REGION, State

Answer = tuple[int, dict[str, str], bytes]
BUCKET_HOST = re.compile(r"^(?P<bucket>.+)\.s3[.-]" + re.escape(REGION) + r"\.amazonaws\.com$|^(?P<other>.+)\.s3\.amazonaws\.com$")

BIRTHS = {"PutObject": "Put", "CopyObject": "Copy", "CompleteMultipartUpload": "CompleteMultipartUpload"}
"""Como o S3 chama, no aviso, o nascimento que cada operação do SDK faz."""


@dataclass(frozen=True)
class Written:
    """Um objeto que acabou de nascer."""

    bucket: str
    key: str
    event: str
    size: int
    version: str | None
    etag: str
    number: int = 0


def birth(state: State, operation: str, bucket: str, key: str, version: str | None) -> Written:
    """O objeto que esta operação do SDK, uma de `BIRTHS`, acaba de criar."""
    kept = state.s3.head_object(Bucket=bucket, Key=key)
    return Written(bucket, key, f"ObjectCreated:{BIRTHS[operation]}", kept["ContentLength"], version, kept["ETag"])


@dataclass(frozen=True)
class Signed:
    """Um pedido sem identidade própria, assinado por outro: de quem é a assinatura, e por que o S3 o recusaria."""

    signer: str
    refusal: str = ""
    code: str = ""


def request(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    """O que o estado simulado responde; o corpo que não é o que a soma dele diz é recusado, como no S3.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    """
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.compat import HTTPHeaders
    from moto.core.models import botocore_stubber

    kept = HTTPHeaders()
    for name, value in headers.items():
        kept[name] = value
    declared = kept.get("x-amz-checksum-sha256")
    if declared and base64.b64encode(hashlib.sha256(body or b"").digest()) != declared.encode():
        return 400, {"content-type": "application/xml"}, b"<Error><Code>BadDigest</Code><Message>The SHA256 did not match.</Message></Error>"
    with _TURN:
        found = botocore_stubber.process_request(AWSPreparedRequest(method, url, kept, body, False))
    if found is None:
        return 404, {}, b""
    status, answered, content = found
    return int(status), {str(key): str(value) for key, value in answered.items()}, content.encode() if isinstance(content, str) else bytes(content)


_TURN = threading.RLock()


def place(url: str) -> tuple[str, str]:
    """O bucket e a chave de um endereço do S3; vazios quando ele não é de um objeto."""
    parts = urlsplit(url)
    found = BUCKET_HOST.match(parts.hostname or "")
    path = unquote(parts.path.removeprefix("/"))
    if found:
        return found["bucket"] or found["other"], path
    bucket, _, key = path.partition("/")
    return bucket, key


def elsewhere(url: str) -> str:
    """Por que o S3 mandaria o pedido a outro endereço: o global, que redireciona o de um bucket novo de outra região.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
    """
    host = urlsplit(url).hostname or ""
    return f"o endereço é o global do S3 (`{host}`), que redireciona a `{REGION}`" if host.endswith("s3.amazonaws.com") else ""


# --- os pedidos assinados por outro


def signed_form(secrets: Mapping[str, str], url: str, fields: Mapping[str, str], size: int, now: datetime) -> Signed:
    """Confere um formulário como o S3: a assinatura, o prazo, cada condição, e se há campo sem condição.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    credential = fields.get("x-amz-credential", "").split("/")
    signer = credential[0]
    if signer not in secrets or len(credential) != 5:
        return Signed("", "o formulário não diz quem o assinou", "InvalidAccessKeyId")
    if elsewhere(url):
        return Signed(signer, elsewhere(url), "TemporaryRedirect")
    key = f"AWS4{secrets[signer]}".encode()
    for part in credential[1:]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(hmac.new(key, fields["policy"].encode(), hashlib.sha256).hexdigest(), fields.get("x-amz-signature", "")):
        return Signed(signer, "a assinatura não é a da política", "SignatureDoesNotMatch")
    policy = json.loads(base64.b64decode(fields["policy"]))
    if now >= datetime.fromisoformat(policy["expiration"]):
        return Signed(signer, "o prazo do formulário venceu", "AccessDenied")
    return _conditions(signer, policy["conditions"], {**{name.lower(): value for name, value in fields.items()}, "bucket": place(url)[0]}, size)


def _conditions(signer: str, conditions: list[Any], actual: Mapping[str, str], size: int) -> Signed:
    covered = {"policy", "x-amz-signature", "file"}
    for condition in conditions:
        if isinstance(condition, list) and condition[0] == "content-length-range":
            if not int(condition[1]) <= size <= int(condition[2]):
                return Signed(signer, f"o arquivo tem {size} bytes, e a política aceita de {condition[1]} a {condition[2]}",
                              "EntityTooLarge" if size > int(condition[2]) else "EntityTooSmall")
            continue
        operator, name, value = condition if isinstance(condition, list) else ("eq", *next(iter(condition.items())))
        name = str(name).removeprefix("$").lower()
        covered.add(name)
        given = actual.get(name, "")
        if not (given.startswith(str(value)) if operator == "starts-with" else given == str(value)):
            return Signed(signer, f"o campo `{name}` não é o que a política assina", "AccessDenied")
    extra = sorted(set(actual) - covered)
    return Signed(signer, f"o campo `{extra[0]}` não está na política", "AccessDenied") if extra else Signed(signer)


def signed_link(secrets: Mapping[str, str], method: str, url: str, now: datetime) -> Signed:
    """Confere um endereço pré-assinado: a assinatura, refeita com a chave de quem assinou, e o prazo."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    signer = query.get("X-Amz-Credential", "").split("/")[0]
    if signer not in secrets or "X-Amz-Date" not in query:
        return Signed("", "o endereço não diz quem o assinou", "AccessDenied")
    if elsewhere(url):
        return Signed(signer, elsewhere(url), "TemporaryRedirect")
    given = query.pop("X-Amz-Signature", "")
    auth = S3SigV4QueryAuth(Credentials(signer, secrets[signer]), "s3", REGION, int(query["X-Amz-Expires"]))
    asked = AWSRequest(method, urlunsplit(parts._replace(query=urlencode(query, quote_via=quote))))
    asked.context["timestamp"] = query["X-Amz-Date"]
    expected = auth.signature(auth.string_to_sign(asked, auth.canonical_request(asked)), asked)
    if not hmac.compare_digest(expected, given):
        return Signed(signer, "a assinatura não é a deste endereço", "SignatureDoesNotMatch")
    born = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    late = (now - born).total_seconds() > int(query["X-Amz-Expires"])
    return Signed(signer, "o prazo do endereço venceu", "AccessDenied") if late else Signed(signer)
