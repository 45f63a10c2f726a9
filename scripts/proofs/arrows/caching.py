"""O que o CloudFront leva e guarda, contra o que o programa da origem pede: métodos, query, cookies e respostas que mudam."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scripts.aws.caching import CACHE, REQUEST, Carried
from scripts.aws.types import BALANCER, DISTRIBUTION, INSTANCE, SCALING_GROUP
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import machines
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

CONFIG = "DistributionConfig"
CACHE_POLICY, REQUEST_POLICY = "AWS::CloudFront::CachePolicy", "AWS::CloudFront::OriginRequestPolicy"
PROGRAMS = (BALANCER, INSTANCE, SCALING_GROUP)
"""As pontas por onde se chega a um programa."""
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
QUERY = re.compile(r"request\.args|request\.GET\b|query_params|query_string|QUERY_STRING|searchParams")
COOKIES = re.compile(r"\bcookies\b|set_cookie|\bsession\[|sessions\b|LoginManager|csrf", re.IGNORECASE)
POSTS = re.compile(r"\.(?:post|put|patch|delete)\(\s*[\"']/|methods=\[[^\]]*[\"'](?:POST|PUT|PATCH|DELETE)|require_POST|do_POST")


@judge(DISTRIBUTION)
def _distribution(view: View, distribution: Resource) -> Iterator[Missing]:
    """O comportamento que leva a um programa não guarda o que muda, e deixa passar o que o programa lê."""
    with view.reading():
        program = "\n".join(file.text for machine in machines(view) for file in machine.files if file.name.endswith((".py", ".js")))
        origins = {str(name.value): item for item in view.items(distribution, CONFIG, "Origins") if (name := view.inside(item, "Id"))}
        usual = view.at(distribution, CONFIG, "DefaultCacheBehavior")
        ways = [*([usual] if usual else []), *view.items(distribution, CONFIG, "CacheBehaviors")]
        led = [(way, origins.get(str(view.inside(way, "TargetOriginId").value))) for way in ways if view.inside(way, "TargetOriginId")]
        found = [piece for way, origin in led if origin for piece in (
            _stored(view, way) if view.inside(origin, "S3OriginConfig") else (replace(lost, only=PROGRAMS) for lost in _dynamic(view, way, program)))]
        methods = {str(method.value) for way, origin in led if origin and not view.inside(origin, "S3OriginConfig")
                   for method in view.items_inside(way, "AllowedMethods")}
    yield from found
    if POSTS.search(program) and any(origin and not view.inside(origin, "S3OriginConfig") for _, origin in led) and "POST" not in methods:
        yield Missing(usual.path if usual else (), f"o programa recebe formulários, e `{distribution.id}` não deixa passar `POST`",
                      "acrescente os métodos a `AllowedMethods`", only=PROGRAMS)


def _dynamic(view: View, way: Placed, program: str) -> Iterator[Missing]:
    """De um comportamento que aceita gravar, ou do padrão: o cache não mistura pedidos diferentes, e o que o programa lê chega a ele."""
    changing = CHANGING & {str(method.value) for method in view.items_inside(way, "AllowedMethods")}
    if not changing and way.path[-1] != "DefaultCacheBehavior" or view.inside(way, "ForwardedValues"):
        return
    key, sent = (_carried(view, way, name) for name in ("CachePolicyId", "OriginRequestPolicyId"))
    if key is None or sent is None:
        yield Missing(way.path, "não se sabe o que uma política do CloudFront guarda, ou leva à origem", "use uma da AWS, ou deste template")
        return
    for read, name, by, what in ((QUERY, "query", "pela query", "a query"), (COOKIES, "cookies", "pelos cookies", "nenhum cookie")):
        if not read.search(program) or getattr(key, name):
            continue
        if key.least:
            yield Missing(way.path, f"o CloudFront guarda a resposta por ao menos {key.least} s sem separá-la {by}, e o programa lê isso",
                          "use a política `CachingDisabled`, `4135ea2d-6df8-44a3-9df3-4b5a84be39ad`")
        elif not getattr(sent, name):
            asked = view.inside(way, "OriginRequestPolicyId")
            cause = "sem `OriginRequestPolicyId`" if asked is None else "com esse `OriginRequestPolicyId`"
            yield Missing(asked.path if asked else way.path, f"{cause}, o CloudFront não leva {what} de quem visita ao programa, que lê isso",
                          "use nele a política de origem `AllViewer`, `216adef6-5c7f-47e4-b989-5492eafa07d3`")


def _stored(view: View, way: Placed) -> Iterator[Missing]:
    """Ao S3 não vai o `Host` de quem visita: o controle de acesso assina com o do bucket."""
    sent = _carried(view, way, "OriginRequestPolicyId")
    if sent is None or sent.host:
        yield Missing(way.path, "não se sabe se o S3 aceita o pedido com o `Host` de quem visita, que a política de origem leva", "tire a política")


def _carried(view: View, way: Placed, name: str) -> Carried | None:
    """O que a política leva; nada, se não há; `None` quando não se conhece."""
    written = view.inside(way, name)
    if written is None:
        return Carried(False, False)
    policy = view.points(written, CACHE_POLICY, REQUEST_POLICY)
    if policy is None:
        return (CACHE if name == "CachePolicyId" else REQUEST).get(str(written.value).lower())
    keys = ("CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin") if policy.type == CACHE_POLICY else ("OriginRequestPolicyConfig",)
    query = view.value(policy, *keys, "QueryStringsConfig", "QueryStringBehavior")
    cookies = view.value(policy, *keys, "CookiesConfig", "CookieBehavior")
    headers = view.value(policy, *keys, "HeadersConfig", "HeaderBehavior")
    least = whole(view.value(policy, "CachePolicyConfig", "MinTTL")) if policy.type == CACHE_POLICY else 0
    return None if least is None else Carried(query not in (None, "none"), cookies not in (None, "none"), headers in ("allViewer",), least)
