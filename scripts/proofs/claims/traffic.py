"""Tráfego: quem alcança o que é público, e por que canal."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from scripts.aws.types import BUCKET, EKS_CLUSTER
from scripts.proofs.claims.entrances import WORLDS, api_blocks, unlimited, wide
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import written
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Request, decide
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

QUANTIFIED, REPEATED = re.compile(r"[*+?{]"), re.compile(r"\)\{[1-4]\}")
ENDLESS = re.compile(r"\)(?:[*+]|\{(?![1-4]\}))")
"""Um padrão que repete grupos sem limite pode levar horas para dizer que não: esse não se testa, e não prova."""


@claim("entrada-limitada")
def limited_entry(scene: Scene) -> Iterator[Evidence]:
    """Só a faixa de endereços escolhida entra.

    O que está aberto a `0.0.0.0/0` deixa qualquer pessoa da internet tentar. Aqui, quem implanta
    escolhe a faixa, e o template não aceita o mundo inteiro.

    - toda entrada por endereços, de um grupo de segurança ou da API de um cluster do EKS, traz uma
      faixa que não é a internet inteira, nem uma parte grande dela;
    - quando a faixa é um parâmetro, ele não tem padrão e recusa `0.0.0.0/0`;
    - nada recebe da internet por fora dessas faixas: API, URL de função, distribuição, bucket ou
      política aberta a todos, nem endereço público sem um grupo do template.

    Fonte: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    for rule in all_rules(network_of(scene.view)):
        for kind, peer in rule.peers:
            if rule.ingress and not kind.endswith(("GroupId", "GroupName")):
                yield from _range(scene.view, f"em `{rule.group or 'um grupo'}`", peer)
    for cluster in scene.view.of_type(EKS_CLUSTER):
        for block in api_blocks(scene.view, cluster):
            yield from _range(scene.view, f"na API de `{cluster.id}`", block)
    for resource, path, how in unlimited(scene.view):
        yield Missing(path, f"`{resource.id}` {how}", "feche-o, ou tire da página que a entrada é limitada")


def _range(view: View, where: str, peer: Placed) -> Iterator[Evidence]:
    symbol = SYMBOL.fullmatch(str(peer.value))
    name = symbol[1] if symbol else written(view, peer).parameter
    declared = view.template.parameters.get(name)
    if not wide(peer.value) and not name:
        yield Found(peer.path, f"só de {peer.value}")
    elif isinstance(declared, dict) and "Default" not in declared and not _accepts_world(declared):
        yield Found(peer.path, f"só da faixa que você passa em `{name}`")
        yield Found(("Parameters", name, "AllowedPattern"), f"`{name}` recusa a internet inteira")
    else:
        yield Missing(peer.path, f"a entrada {where} pode ser da internet inteira",
                      "use um parâmetro sem padrão, com `AllowedPattern` que recuse `0.0.0.0/0`")


def _accepts_world(declared: dict) -> bool:
    written = str(declared.get("AllowedPattern") or ".*")
    if len(QUANTIFIED.findall(written)) > 6 or len(REPEATED.findall(written)) > 1 or ENDLESS.search(written):
        return True
    try:
        with warnings.catch_warnings(action="ignore"):  # o que o Python achar do padrão não é de quem lê os achados
            pattern = re.compile(written)
    except (re.error, OverflowError, RecursionError):
        return True
    return any(pattern.fullmatch(block) for block in WORLDS)


@claim("so-por-tls")
def only_by_tls(scene: Scene) -> Iterator[Evidence]:
    """O bucket só atende por TLS.

    O S3 aceita pedidos sem TLS, a menos que a política do bucket os negue: sem a negação, um
    programa mal configurado manda e lê arquivos em claro.

    - cada bucket com uma política que nega tudo a todos quando `aws:SecureTransport` é falso;
    - a negação vale para o bucket e para os objetos.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    for bucket in scene.view.of_type(BUCKET):
        arn = scene.view.arn(bucket)
        for target in (f"{arn}", f"{arn}/*"):
            yield from _refused(scene.view, bucket, target)


def _refused(view: View, bucket: Resource, arn: str) -> Iterator[Evidence]:
    # Quem pede é qualquer um: o `*` só se nega negando a todos.
    clear, secure = (Request(view, "s3:*", arn, service="*", context={"aws:SecureTransport": tls}) for tls in ("false", "true"))
    denied = decide(clear, bucket).denied
    if not denied:
        what = "os objetos" if arn.endswith("/*") else "o bucket"
        yield Missing(at(bucket), f"`{bucket.id}` aceita sem TLS algum pedido sobre {what}",
                      "negue `s3:*` a todos quando `aws:SecureTransport` é `false`, no bucket e nos objetos")
        return
    statement = denied[0]
    if statement in decide(secure, bucket).denied:
        yield Missing(statement.path, f"`{statement.owner.id}` nega também os pedidos com TLS",
                      "escreva `Condition: {Bool: {aws:SecureTransport: \"false\"}}`")
        return
    yield from statement.links
    yield Found((*statement.path, "Effect"), "a declaração nega")
    yield Found((*statement.path, "Condition"), "os pedidos sem TLS")
    yield from (Found(item.path, "a todos") for _, item in statement.principals)
    yield from (Found(item.path, "qualquer ação") for item in statement.actions)
    yield from (Found(item.path, "neste recurso") for item in statement.resources)
