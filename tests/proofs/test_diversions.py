"""O que as regras de um ouvinte desviam antes do destino da seta: caminho, método, nome e o resto do pedido."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Edits, findings
from bench import R, bench, prop

PDV, LOJA, ESPECTRO, ENVIO = "pdv-alta-disponibilidade", "ecommerce", "espectrometria", "envio-e-consulta"
CLOSED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
AWAY = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_302", "Host": "exemplo.com"}}
SECURE = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"}}
OTHER = {(R, "Outro"): {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {
    "VpcId": {"Ref": "Vpc"}, "Protocol": "HTTP", "Port": 8080, "TargetType": "instance"}}}
ELSEWHERE, HERE = ({"Type": "forward", "TargetGroupArn": {"Ref": name}} for name in ("Outro", "GrupoDestino"))


def ruling(listener: str, action: dict[str, Any], *conditions: dict[str, Any], name: str = "Desvio", priority: int = 1) -> Edits:
    return {(R, name): {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {
        "ListenerArn": {"Ref": listener}, "Priority": priority, "Conditions": list(conditions), "Actions": [action]}}}


def path(*patterns: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "Values": list(patterns)}


def method(*verbs: str) -> dict[str, Any]:
    return {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": list(verbs)}}


def split(weight: int) -> Edits:
    return {**OTHER, prop("OuvinteHttps", "DefaultActions", 0): {"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": {"Ref": "GrupoDestino"}, "Weight": 1}, {"TargetGroupArn": {"Ref": "Outro"}, "Weight": weight}]}}}


FALSE: dict[str, tuple[str, Edits, str]] = {
    "um caminho que o programa serve": (LOJA, ruling("OuvinteHttp", CLOSED, path("/pedidos")), "`POST /pedidos`"),
    "um começo dele": (LOJA, ruling("OuvinteHttp", AWAY, {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/carrinho*"]}}), "`GET /carrinho`"),
    "uma variável dele": (LOJA, {**OTHER, **ruling("OuvinteHttp", ELSEWHERE, path("/pedidos/*"))}, "`GET /pedidos/<uuid:key>`"),
    "o caminho de outra arquitetura": (ESPECTRO, ruling("OuvinteHttps", CLOSED, path("/analises*")), "`GET /analises`"),
    "na porta que redireciona": (PDV, ruling("OuvinteHttp", CLOSED, path("/vendas")), "`POST /vendas`"),
    "só de um método": (LOJA, ruling("OuvinteHttp", CLOSED, method("POST")), "`POST /pedidos`"),
    "de qualquer nome": (PDV, ruling("OuvinteHttps", CLOSED, {"Field": "host-header", "Values": ["*"]}), "`GET /`"),
    "de um nome que não se sabe": (PDV, ruling("OuvinteHttps", CLOSED, {"Field": "host-header", "Values": ["caixa.exemplo.com"]}), "`GET /`"),
    "de um cabeçalho": (PDV, ruling("OuvinteHttps", CLOSED, {
        "Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["*Mozilla*"]}}), "`GET /`"),
    "de um endereço": (PDV, ruling("OuvinteHttps", CLOSED, {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}), "`GET /`"),
    "de uma expressão": (PDV, ruling("OuvinteHttps", CLOSED, {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v"]}}), "`GET /`"),
    "uma parte do tráfego": (PDV, split(9), "`OuvinteHttps` pega"),
    "o que sobra": (PDV, {prop("OuvinteHttps", "DefaultActions"): [CLOSED], **ruling("OuvinteHttps", HERE, path("/ajuda"))}, "`OuvinteHttps` pega"),
    "por um grupo de fora": (PDV, ruling("OuvinteHttps", {"Type": "forward", "TargetGroupArn": "arn:aws:x"}, path("/*")), "`GET /`"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "um caminho que ele não serve": (PDV, ruling("OuvinteHttps", CLOSED, path("/ajuda", "/wp-admin/*"))),
    "um método que ele não aceita": (LOJA, ruling("OuvinteHttp", CLOSED, path("/pedidos"), method("DELETE", "PUT"))),
    "um nome que o template não registra": (ESPECTRO, {("Parameters", "NomeDominio", "Default"): "exemplo.com", **ruling("OuvinteHttps", AWAY, {"Field": "host-header", "Values": ["antigo.exemplo.com"]}, path("/*"))}),
    "a verificação de saúde, que vai direto": (LOJA, ruling("OuvinteHttp", CLOSED, path("/saude"))),
    "o mesmo destino": (PDV, ruling("OuvinteHttps", HERE, path("/vendas*"))),
    "o destino antes do desvio": (LOJA, {**ruling("OuvinteHttp", HERE, path("/*"), name="Antes"), **ruling("OuvinteHttp", CLOSED, path("/*"), priority=2)}),
    "a porta segura": (PDV, ruling("OuvinteHttp", SECURE, path("/vendas*"))),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_a_rule_takes_before_the_target_is_named(name: str) -> None:
    slug, edits, cause = FALSE[name]
    said = [found.message for found in findings(slug, edits)]
    assert any(cause in message and "antes de `GrupoDestino`" in message for message in said), said


@pytest.mark.parametrize("name", RIGHT)
def test_a_rule_that_takes_nothing_of_it_is_right(name: str) -> None:
    assert findings(*RIGHT[name]) == []


def test_a_group_of_no_weight_takes_nothing() -> None:
    assert not any("antes de" in found.message for found in findings(PDV, split(0)))


def behaving(pattern: str) -> Edits:
    """O CloudFront leva este caminho ao bucket, antes dos outros."""
    path = prop("Distribuicao", "DistributionConfig", "CacheBehaviors")

    def first(data: Any) -> Any:
        known = data[R]["Distribuicao"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
        return [{**known[0], "PathPattern": pattern}, *known]

    return {path: first}


@pytest.mark.parametrize(("pattern", "taken"), [
    ("/carrinho", "GET /carrinho"), ("pedidos*", "GET /pedidos/<uuid:key>"), ("/pedidos", "POST /pedidos"), ("/imagens/*", ""), ("/pedidos.html", ""),
])
def test_a_distribution_leads_to_the_program_what_only_it_serves(pattern: str, taken: str) -> None:
    said = [found.message for found in findings(LOJA, behaving(pattern))]
    assert any(f"e `{taken}` quem serve é o programa" in message for message in said) if taken else said == []


TWO = """
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Alb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
Ouvinte: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Alb, Port: 80, Protocol: HTTP, DefaultActions: [
    {Type: forward, TargetGroupArn: !Ref Um}]}}
Regra: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Ouvinte, Priority: 1,
    Conditions: [{Field: path-pattern, Values: [/dois/*]}], Actions: [{Type: forward, TargetGroupArn: !Ref Dois}]}}
Um: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: HTTP, Port: 80, Targets: [{Id: !Ref A}]}}
Dois: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: HTTP, Port: 80, Targets: [{Id: !Ref B}]}}
A: {Type: AWS::EC2::Instance}
B: {Type: AWS::EC2::Instance}
"""


def test_what_the_figure_shows_elsewhere_is_not_a_diversion() -> None:
    """Sem programa no template, o desvio é dúvida, a menos que a figura mostre a quem ele vai."""
    hidden = bench(TWO, "Alb >> A").missing()
    assert any("`Regra` pega os pedidos, ou não se sabe quais" in text for text in hidden)
    assert not any("`Regra` pega" in text for text in bench(TWO, "Alb >> A", "Alb >> B").missing("alb--a"))
    assert not any("`Regra` pega" in text for text in bench(TWO, "Alb >> A").remove(R, "Regra").missing())
