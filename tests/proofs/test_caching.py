"""O que o CloudFront guarda e leva à origem, contra o que o programa da loja lê."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REMOVED, real
from test_boot import edited, needs

R, P = "Resources", "Properties"
USUAL = (R, "Distribuicao", P, "DistributionConfig", "DefaultCacheBehavior")
FILES = (R, "Distribuicao", P, "DistributionConfig", "CacheBehaviors", 0)
GET = ["GET", "HEAD"]


def custom(least: int, query: str, cookies: str) -> dict[str, Any]:
    carried = {"EnableAcceptEncodingGzip": True, "QueryStringsConfig": {"QueryStringBehavior": query}, "CookiesConfig": {"CookieBehavior": cookies},
               "HeadersConfig": {"HeaderBehavior": "none"}}
    return {"Type": "AWS::CloudFront::CachePolicy", "Properties": {"CachePolicyConfig": {
        "Name": "loja", "MinTTL": least, "MaxTTL": 60, "DefaultTTL": least, "ParametersInCacheKeyAndForwardedToOrigin": carried}}}


@pytest.mark.parametrize("path, value, reason", [
    ((*USUAL, "CachePolicyId"), "658327ea-f89d-4fab-a63d-7e88639e58f6", "sem separá-la pela query"),
    ((*USUAL, "CachePolicyId"), "b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "sem separá-la pela query"),
    ((*USUAL, "CachePolicyId"), "00000000-0000-0000-0000-000000000000", "não se sabe o que uma política"),
    ((*USUAL, "OriginRequestPolicyId"), REMOVED, "não leva a query"),
    ((*USUAL, "OriginRequestPolicyId"), "59781a5b-3903-41f3-afcb-af62929ccde1", "não leva a query"),
    ((*USUAL, "AllowedMethods"), GET, "não deixa passar `POST`"),
    ((*FILES, "OriginRequestPolicyId"), "216adef6-5c7f-47e4-b989-5492eafa07d3", "não se sabe se o S3 aceita"),
])
def test_what_the_program_needs_reaches_it(path: tuple[Any, ...], value: Any, reason: str) -> None:
    assert reason in needs(real("ecommerce").put(*path, value=value))


@pytest.mark.parametrize("policy", ["4cc15a8a-d715-48a4-82b8-cc0b614638fe", "83da9c7e-98b4-4e11-a168-04f0df8e2c65"])
def test_policies_that_obey_the_origin_are_right(policy: str) -> None:
    assert needs(real("ecommerce").put(*USUAL, "CachePolicyId", value=policy)) == ""


def test_a_policy_of_the_template_is_read() -> None:
    cited = real("ecommerce").put(*USUAL, "CachePolicyId", value={"Ref": "Guarda"})
    assert needs(cited.put(R, "Guarda", value=custom(0, "none", "none"))) == ""
    assert needs(cited.put(R, "Guarda", value=custom(30, "all", "all"))) == ""
    assert "ao menos 30 s" in needs(cited.put(R, "Guarda", value=custom(30, "none", "none")))


def test_a_program_that_reads_no_query_may_be_cached() -> None:
    quiet = edited("ecommerce", ("Mappings", "Codigo", "Site", "Programa"), "request.args", "request.caminho")
    assert "pela query" not in needs(quiet.put(*USUAL, "CachePolicyId", value="658327ea-f89d-4fab-a63d-7e88639e58f6"))
