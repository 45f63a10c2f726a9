"""O que vale para toda instância que um template monta: cabe, instala o que se testou e não espera por si mesma."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from scripts.template.cloudformation import LIMIT, read
from tests.architectures.stack import locked

ROOT = Path(__file__).resolve().parents[2]
ROOM = 48_000
"""O maior template, em bytes: o envio direto aceita 51.200, e a diferença é a folga para crescer."""
LOCKED = locked(ROOT / "requirements")
GIB = 1024**3
INIT = "AWS::CloudFormation::Init"
ACCENTED = {"AWS::CloudWatch::Alarm": "AlarmDescription", "AWS::Lambda::Function": "Description", "AWS::IAM::Role": "Description"}
"""Descrições em que a AWS aceita acentos."""


def machines() -> list[tuple[str, str]]:
    """Cada template com o recurso que o cfn-init configura."""
    found = [(path.parent.name, resource.id) for path in sorted((ROOT / "docs/arquiteturas").glob("*/template.yaml"))
             for resource in read(path).resources.values() if INIT in resource.metadata]
    assert len(found) >= 8
    return found


@pytest.fixture(params=machines(), ids=lambda pair: pair[0])
def source(request: pytest.FixtureRequest, load: Any) -> Any:
    return load(*request.param)


@pytest.mark.parametrize("path", sorted((ROOT / "docs/arquiteturas").glob("*/template.yaml")), ids=lambda path: path.parent.name)
def test_every_template_has_room_to_grow(path):
    """Cabe no envio direto do CloudFormation com folga, mesmo que o Git troque o fim das linhas."""
    text = path.read_bytes()
    assert b"\r" not in text and len(text) <= ROOM
    assert len(text) + text.count(b"\n") <= LIMIT


def test_user_data_fits(source):
    """O limite do EC2."""
    assert len(source.user_data.encode()) < 16 * 1024


def test_tested_versions_are_the_installed_ones(source):
    assert source.requirements == {name: version(name) for name in source.requirements}


def test_installed_bytes_are_the_locked_ones(source):
    """O pip recusa o pacote cujo conteúdo não é o que as travas deste projeto conhecem."""
    assert set().union(*(hashes for _, hashes in source.pinned.values())) <= LOCKED


def test_uploads_fit_in_the_root_disk(source):
    """O que chega e a cópia de cada linha de execução ficam em `/var/tmp`; o sistema ocupa menos de 3 GiB do disco."""
    if "TMPDIR=/var/tmp" not in source.files[f"/etc/{source.name}.env"]:
        pytest.skip("os temporários têm um volume próprio, ou nada grande chega")
    options = dict(word.removeprefix("--").split("=", 1) for word in source.command() if word.startswith("--"))
    connections, threads = int(options["connection-limit"]), int(options.get("threads", 4))
    properties = source.data["Resources"][source.resource]["Properties"]
    disk, = properties.get("LaunchTemplateData", properties)["BlockDeviceMappings"]
    free = (disk["Ebs"]["VolumeSize"] - 3) * GIB
    assert (connections + min(threads, connections)) * int(options["max-request-body-size"]) < free


def test_a_new_instance_is_not_throttled(source):
    """Uma T3 nasce sem créditos de CPU: no modo `standard`, instalar tudo pode passar do prazo do sinal."""
    properties = source.data["Resources"][source.resource]["Properties"]
    properties = properties.get("LaunchTemplateData", properties)
    credits = properties.get("CreditSpecification", {"CpuCredits": "unlimited"})
    assert list(credits.values()) in (["unlimited"], [{"Ref": "CreditosCpu"}])
    assert source.data["Parameters"].get("CreditosCpu", {"Default": "unlimited"})["Default"] == "unlimited"


def test_every_dependency_is_pinned(source):
    """O pip instala com `--no-deps`: o que falta na lista falta na instância."""
    assert source.missing_requirements() == set()


def test_sources_compile(source):
    modules = {path: text for path, text in source.files.items() if path.endswith(".py")}
    assert modules
    for path, text in modules.items():
        compile(text, path, "exec")


def test_stored_descriptions_are_ascii(source):
    """O EC2 e o RDS só aceitam ASCII nas descrições."""
    resources = source.data["Resources"].values()
    free = {found.get("Properties", {}).get(ACCENTED.get(found["Type"])) for found in resources}
    assert [text for text in source.visible_text() if not text.isascii() and text not in free] == []


def test_text_with_accents_travels_in_base64(source):
    """O CloudFormation troca por `?` o que não é ASCII quando o cfn-init relê os metadados."""
    plain = [path for path, entry in source.init["files"].items() if "encoding" not in entry]
    assert [path for path in plain if not source.files[path].isascii()] == []


def test_scripts_are_valid_bash(source):
    for path, text in source.files.items():
        if text.startswith("#!/bin/bash") or "/sbin/" in path and text.startswith("#!/usr/bin/env bash"):
            assert subprocess.run(["bash", "-n"], input=text, text=True).returncode == 0, path


def test_signal_does_not_wait_for_the_volume(source):
    """A ligação do volume espera a instância; a instância não pode esperar por ela."""
    attachments = [(name, found) for name, found in source.data["Resources"].items() if found["Type"] == "AWS::EC2::VolumeAttachment"]
    for name, found in attachments:
        assert found["Properties"]["InstanceId"] == {"Ref": source.resource}
        assert name not in source.resources_needed(source.resource)
    # Onde há as duas, é `/saude/partes` que olha o volume.
    looks = "/saude/partes" if any("/saude/partes" in text for text in source.files.values()) else "/saude"
    assert not attachments or looks not in source.user_data


def test_instances_wait_for_the_way_out_of_their_nat(source):
    """Sem a rota da sub-rede do NAT para a internet, a instalação falha; só a ordem da criação a garante."""
    resources = source.data["Resources"]
    groups = [name for name, found in resources.items() if found["Type"] == "AWS::AutoScaling::AutoScalingGroup"]
    public = {found["Properties"]["SubnetId"]["Ref"] for found in resources.values() if found["Type"] == "AWS::EC2::NatGateway"}
    way = {name for name, found in resources.items()
           if found["Type"] == "AWS::EC2::SubnetRouteTableAssociation" and found["Properties"]["SubnetId"].get("Ref") in public
           or found["Type"] == "AWS::EC2::Route" and "GatewayId" in found["Properties"]}
    for group in groups:
        assert way <= source.resources_needed(group)


def test_the_default_pool_fits_in_the_default_database(source):
    """Cada linha de execução abre uma conexão; um `db.t4g.micro` aceita 112 no papel, e menos na prática."""
    if not source.needs_database:
        pytest.skip("não há banco")
    options = dict(word.removeprefix("--").split("=", 1) for word in source.command() if word.startswith("--"))
    instances = source.data["Parameters"].get("InstanciasMaximas", {"Default": 4 if "GrupoInstancias" in source.data["Resources"] else 1})
    assert int(options.get("threads", 4)) * instances["Default"] <= 80
