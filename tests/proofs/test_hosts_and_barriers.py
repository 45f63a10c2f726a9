"""O nome por que se chega contra o certificado e o que o programa aceita; e a verificação de saúde que o programa desvia."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Edits, findings, text_of
from bench import R, bench, prop

from scripts.checks import effects
from scripts.proofs.facts.barriers import barrier

ESPECTRO, ENVIO = "espectrometria", "envio-e-consulta"
OWN = {"Ref": "NomeDominio"}
GIVEN = 'ENDERECOS="${NomeDominio} ${Balanceador.DNSName}"'


def inside(name: str) -> dict[str, str]:
    return {"Fn::Sub": f"{name}.${{NomeDominio}}"}


def told(text: str) -> Edits:
    return text_of((R, "ModeloLancamento"), GIVEN, f'ENDERECOS="{text}"')


def certified(name: Any, *others: Any, **properties: Any) -> Edits:
    return {(R, "Certificado"): {"Type": "AWS::CertificateManager::Certificate", "Properties": {
        "DomainName": name, "SubjectAlternativeNames": list(others), "ValidationMethod": "DNS", **properties}},
        prop("OuvinteHttps", "Certificates"): [{"CertificateArn": {"Ref": "Certificado"}}]}


def healthy(path: str) -> Edits:
    return {prop("GrupoDestino", "HealthCheckPath"): path}


FALSE: dict[str, tuple[str, Edits, str]] = {
    "o registro leva a outro nome": (ESPECTRO, {prop("Registro", "Name"): inside("app")}, "só aceita `${Balanceador.DNSName}`, `${NomeDominio}`"),
    "o programa não recebe o nome": (ESPECTRO, told("${Balanceador.DNSName}"), "só aceita `${Balanceador.DNSName}`"),
    "o programa recebe outro": (ESPECTRO, told("www.${NomeDominio}"), "só aceita `www.${NomeDominio}`"),
    "o certificado é de outro nome": (ESPECTRO, certified(inside("app")), "só vale para `app.${NomeDominio}`"),
    "o curinga não vale o domínio": (ESPECTRO, certified(inside("*")), "só vale para `*.${NomeDominio}`"),
    "o certificado espera um e-mail": (ESPECTRO, certified(OWN, ValidationMethod="EMAIL"), "espera que alguém responda a um e-mail"),
    "a saúde na página que pede sessão": (ENVIO, healthy("/"), "passa antes por `require_login`, que redireciona"),
    "a saúde na página do Django que pede sessão": (ESPECTRO, healthy("/"), "pede que se entre"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "o programa aceita todo nome do domínio": (ESPECTRO, {**told(".${NomeDominio}")}),
    "o certificado do domínio": (ESPECTRO, certified(OWN)),
    "o certificado com mais nomes": (ESPECTRO, certified(inside("www"), OWN)),
    "a saúde na página de entrar": (ENVIO, healthy("/entrar")),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_answers_with_an_error_is_named(name: str) -> None:
    slug, edits, cause = FALSE[name]
    said = [found.message for found in findings(slug, edits)]
    assert any(cause in message for message in said), said


@pytest.mark.parametrize("name", RIGHT)
def test_what_answers_is_right(name: str) -> None:
    assert findings(*RIGHT[name]) == []


@pytest.mark.parametrize(("alias", "right"), [("loja.exemplo.com", True), ("a.loja.exemplo.com", False), ("exemplo.com", False)])
def test_a_distribution_has_a_certificate_of_its_names(alias: str, right: bool) -> None:
    template = f"""
    Certificado: {{Type: AWS::CertificateManager::Certificate, Properties: {{DomainName: "*.exemplo.com", ValidationMethod: DNS}}}}
    Rede: {{Type: AWS::CloudFront::Distribution, Properties: {{DistributionConfig: {{Enabled: true, Aliases: [{alias}],
        ViewerCertificate: {{AcmCertificateArn: !Ref Certificado}}}}}}}}
    """
    said = [found.message for found in effects.check(bench(template, "Rede").views) if "não certifica" in found.message]
    assert (said == []) is right


FLASK = "from flask import Flask\napp = Flask(__name__)\n{}\n@app.get('/saude')\n{}\ndef saude():\n    return {}\n"


@pytest.mark.parametrize(("source", "reason"), [
    (FLASK.format("", "", "'ok'"), ""),
    (FLASK.format("", "", "redirect('/')"), "só redireciona"),
    (FLASK.format("", "", "'não', 503"), "só redireciona"),
    (FLASK.format("", "@login_required", "'ok'"), "pede que se entre"),
    (FLASK.format("", "@cached", "'ok'"), ""),
    (FLASK.format("@app.before_request\ndef antes():\n    return redirect('/entrar')", "", "'ok'"), "passa antes por `antes`"),
    (FLASK.format("@app.before_request\ndef antes():\n    if request.endpoint in ('saude',):\n        return None\n    return redirect('/x')", "", "'ok'"), ""),
    (FLASK.format("@app.before_request\ndef antes():\n    if request.path == '/saude':\n        return None\n    return redirect('/x')", "", "'ok'"), ""),
    (FLASK.format("@app.before_request\ndef antes():\n    if request.method == 'POST':\n        abort(403)", "", "'ok'"), ""),
])
def test_why_a_path_does_not_answer(source: str, reason: str) -> None:
    found = barrier(source, "/saude")
    assert found.startswith(reason) if reason else found == ""
