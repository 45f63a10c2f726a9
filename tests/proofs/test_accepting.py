"""O que um parâmetro aceita contra o que a propriedade pede, e o padrão dele contra o que a página diz de dois deles."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import findings
from bench import prop

from scripts.checks.accepting import CONTRARY, REFUSED, SAMPLES

WEB, ENVIO, PDV, ESPECTRO = "web-ec2-rds-s3", "envio-e-consulta", "pdv-alta-disponibilidade", "espectrometria"
CERTIFIED = {ENVIO: "ArnCertificado", ESPECTRO: "ArnCertificado"}


def told(code: str, slug: str, edits: dict[tuple[Any, ...], Any], page: tuple[str, str] = ("", "")) -> list[str]:
    return [found.message for found in findings(slug, edits, page) if found.code == code]


@pytest.mark.parametrize("slug", CERTIFIED)
@pytest.mark.parametrize("pattern, right", [
    (r"^arn:aws[a-z-]*:iam:[a-z0-9-]+:\\d{12}:certificate/[0-9a-f-]+$", False), (r"^arn:aws:acm:eu-west-1:\\d{12}:certificate/.+$", True), (r"^arn:aws:acm:eu-west-1:111122223333:certificate/.+$", True),
    (r"^arn:aws:s3:::.+$", False), (r"^[a-z0-9-]+$", False), ("(", False), (r"^arn:aws:acm:us-east-1:\\d+:certificate/.+$", True),
    (r"^arn:aws[a-z-]*:acm:.+$", True), (r"^arn:aws:iam::\\d{12}:server-certificate/.+$", True), (r".*", True),
])
def test_a_certificate_is_one_the_listener_takes(slug, pattern, right):
    edits = {("Parameters", CERTIFIED[slug], "AllowedPattern"): pattern.replace("\\\\", "\\")}
    assert (told(REFUSED, slug, edits) == []) is right


@pytest.mark.parametrize("slug, path, key", [
    (WEB, prop("GrupoServidor", "SecurityGroupIngress", 0, "CidrIp"), "CidrIp"), (WEB, prop("Servidor", "ImageId"), "ImageId"),
    (WEB, prop("Banco", "KmsKeyId"), "KmsKeyId"), (PDV, prop("GrupoInstancias", "VPCZoneIdentifier"), ""),
    (ESPECTRO, prop("Cluster", "ResourcesVpcConfig", "PublicAccessCidrs", 0), "PublicAccessCidrs"), (WEB, prop("Servidor", "SubnetId"), "SubnetId"),
    (WEB, prop("Servidor", "SecurityGroupIds", 0), "SecurityGroupIds"), (WEB, prop("PoliticaBucket", "RoleArn"), "RoleArn"),
])
@pytest.mark.parametrize("choose", [lambda ref: ref, lambda ref: {"Fn::If": ["Com", ref, {"Ref": "AWS::NoValue"}]}])
def test_every_known_property_is_asked(slug, path, key, choose):
    declared = {"Type": "String", "AllowedPattern": "^nada$"}
    edits = {("Parameters", "Novo"): declared, path: choose({"Ref": "Novo"})}
    assert bool(told(REFUSED, slug, edits)) is bool(key)
    for sample in SAMPLES.get(key, ())[:1]:
        edits[("Parameters", "Novo")] = {"Type": "String", "AllowedPattern": f"^{sample.replace('.', '[.]')}$"}
        assert told(REFUSED, slug, edits) == []


@pytest.mark.parametrize("pattern, right", [(r"^192\.0\.2\.\d+/32$", True), (r"^10\.20\.\d+\.\d+/(16|24)$", True), (r"^\d+\.\d+\.\d+\.\d+$", False), (r"^2001:.+$", False)])
def test_a_range_may_be_of_someone(pattern, right):
    edits = {("Parameters", "CidrPermitido", "AllowedPattern"): pattern}
    assert (told(REFUSED, WEB, edits) == []) is right


def test_an_address_that_warns_is_of_its_protocol():
    edits = {("Parameters", "Email", "AllowedPattern"): r"^https://.+$"}
    assert told(REFUSED, ESPECTRO, edits) and not told(REFUSED, ESPECTRO, {("Parameters", "Email", "AllowedPattern"): r"^.+@exemplo.+$"})


SAID = "O prazo não deve ser menor que `DiasBackup`"
DEFAULTS = ("Parameters", "DiasBackup", "Default"), ("Parameters", "DiasVersoes", "Default")


@pytest.mark.parametrize("backup, kept, right", [(30, 7, False), (8, 7, False), (7, 7, True), (1, 7, True), (7, 1, False), (1, 1, True)])
def test_the_defaults_keep_what_the_page_says_of_them(backup, kept, right):
    assert (told(CONTRARY, WEB, {DEFAULTS[0]: backup, DEFAULTS[1]: kept}) == []) is right


@pytest.mark.parametrize("text, right", [
    ("O prazo nunca é menor do que o de `DiasBackup`", False), ("`DiasVersoes` deve ser maior ou igual a `DiasBackup`", False),
    ("`DiasVersoes` precisa ser maior que `DiasBackup`", False), ("`DiasBackup` não pode passar de `DiasVersoes`", False),
    ("`DiasBackup` não deve ser maior que `DiasVersoes`", False), ("O prazo é no mínimo `DiasBackup`", False),
    ("`DiasBackup` é no máximo `DiasVersoes`", False), ("`DiasBackup` não fica acima de `DiasVersoes`", False),
    ("O prazo não deve ser maior que `DiasBackup`", True), ("`DiasBackup` deve ser maior que `DiasVersoes`", True),
    ("O prazo e `DiasBackup` são do banco", True), ("O prazo não deve ser menor que 7 dias", True), ("`DiasVersoes` não depende de `DiasBackup`", True),
])
def test_every_way_of_comparing_two_parameters(text, right):
    assert (told(CONTRARY, WEB, {DEFAULTS[0]: 30, DEFAULTS[1]: 7}, (SAID, text)) == []) is right


def test_as_they_are_the_defaults_are_right():
    assert told(CONTRARY, WEB, {}) == []
