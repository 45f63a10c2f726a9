"""O que inicia com a pilha volta quando a máquina reinicia, ou é um defeito, em cada arquitetura e em cada modo de o dizer."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REMOVED, Architecture, real
from test_boot import edited, needs

R = "Resources"
CONFIG = ("Metadata", "AWS::CloudFormation::Init", "config")
EVERY = {"dois-volumes-ebs": "Servidor", "ecommerce": "ModeloLancamento", "envio-e-consulta": "Servidor", "espectrometria": "ModeloLancamento",
         "musicas": "Servidor", "pdv-alta-disponibilidade": "ModeloLancamento", "upload-ec2-ebs-rds": "Servidor", "web-ec2-rds-s3": "Servidor"}
WEB, UPLOAD = "web-ec2-rds-s3", "upload-ec2-ebs-rds"
GONE, INSTALL = "não volta quando a máquina reinicia", "[Install]\nWantedBy=multi-user.target\n"
SERVICES = [(slug, owner, name) for slug, owner in EVERY.items()
            for name in real(slug).template.data[R][owner][CONFIG[0]][CONFIG[1]][CONFIG[2]]["services"]["systemd"]]


def service(owner: str, name: str, *more: str) -> tuple[Any, ...]:
    return (R, owner, *CONFIG, "services", "systemd", name, *more)


@pytest.mark.parametrize("slug, owner, name", SERVICES)
@pytest.mark.parametrize("value", [False, "false", REMOVED])
def test_every_unit_of_every_architecture_is_enabled(slug, owner, name, value):
    assert f"`{name}.service` inicia com a pilha e {GONE}" in needs(real(slug).put(*service(owner, name, "enabled"), value=value))


@pytest.mark.parametrize("slug", EVERY)
def test_what_the_real_ones_start_comes_back(slug):
    assert GONE not in needs(real(slug)) and "[Install]" not in needs(real(slug))


UNITS = ("Mappings", "Codigo", "Site")


@pytest.mark.parametrize("slug", sorted(set(EVERY) - {"espectrometria"}))
@pytest.mark.parametrize("new, said", [("", "não diz por quem inicia"), ("[Install]\nWantedBy=rescue.target", "por que a máquina não passa ao iniciar")])
def test_a_unit_says_who_starts_it(slug, new, said):
    assert said in needs(edited(slug, (*UNITS, "Unidade"), "[Install]\nWantedBy=multi-user.target", new))


def replaced(command: str, unit: str = "", name: str = "") -> Architecture:
    """O site sem habilitar o volume pelo `cfn-init`, com um comando a mais e, se há, uma unidade a mais."""
    told = real(UPLOAD).put(*service("Servidor", "volume-de-arquivos", "enabled"), value=REMOVED)
    told = told.put(R, "Servidor", *CONFIG, "commands", "9-mais", value={"command": command})
    return told.put(R, "Servidor", *CONFIG, "files", f"/etc/systemd/system/{name}", value={"content": unit}) if unit else told


OTHER = f"[Service]\nExecStart=/bin/true\nRequires=volume-de-arquivos.service\n\n{INSTALL}"


@pytest.mark.parametrize("command, unit, name, right", [
    ("systemctl enable volume-de-arquivos", "", "", True), ("systemctl daemon-reload && systemctl enable --now volume-de-arquivos.service", "", "", True),
    ("systemctl --now enable volume-de-arquivos", "", "", True), ("systemctl enable \\\n  volume-de-arquivos", "", "", True),
    ("ln -s /etc/systemd/system/volume-de-arquivos.service /etc/systemd/system/multi-user.target.wants/volume-de-arquivos.service", "", "", True),
    ("systemctl enable --now outra", OTHER, "outra.service", True),
    ("systemctl enable --now volume-de-arquivos.timer", f"[Timer]\nOnBootSec=1\n\n{INSTALL}", "volume-de-arquivos.timer", True),
    ("systemctl start volume-de-arquivos", "", "", False), ("systemctl enable outra", "", "", False), ("# systemctl enable volume-de-arquivos", "", "", False),
    ("systemctl enable volume-de-arquivos; systemctl disable volume-de-arquivos", "", "", False),
    ("systemctl enable volume-de-arquivos && systemctl mask volume-de-arquivos", "", "", False),
    ("systemctl start outra", OTHER, "outra.service", False), ("systemctl enable volume", "", "", False),
    ("systemctl start volume-de-arquivos.timer", f"[Timer]\nOnBootSec=1\n\n{INSTALL}", "volume-de-arquivos.timer", False),
])
def test_other_ways_of_enabling(command, unit, name, right):
    assert (f"`volume-de-arquivos.service` inicia com a pilha e {GONE}" not in needs(replaced(command, unit, name))) is right


def test_what_enabled_units_ask_for_is_a_chain():
    chain = replaced("systemctl enable a", f"[Service]\nExecStart=/bin/true\nWants=b.service\n\n{INSTALL}", "a.service").put(
        R, "Servidor", *CONFIG, "files", "/etc/systemd/system/b.service", value={"content": "[Service]\nExecStart=/bin/true\nRequires=volume-de-arquivos.service\n"})
    assert GONE not in needs(chain)


def test_instances_of_a_unit_count():
    disks = "dois-volumes-ebs"
    assert f"`volume@.service` inicia com a pilha e {GONE}" in needs(edited(disks, (R, "Servidor"), "systemctl enable --now", "systemctl start"))


@pytest.mark.parametrize("value, right", [({"enabled": True, "ensureRunning": True}, True), ({"enabled": False, "ensureRunning": True}, False)])
def test_a_packaged_service_counts_too(value, right):
    assert (f"`nginx` inicia com a pilha e {GONE}" not in needs(real(WEB).put(*service("Servidor", "nginx"), value=value))) is right
