"""O que a máquina e o contêiner buscam ao nascer, contra a porta por que eles saem."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REMOVED, Architecture, prop, real
from test_boot import edited, needs

from scripts.proofs.facts.order import awaited

R, INIT = "Resources", ("Metadata", "AWS::CloudFormation::Init", "config")
PDV, WEB, ESPECTRO = "pdv-alta-disponibilidade", "web-ec2-rds-s3", "espectrometria"
STEP = (R, "ModeloLancamento", *INIT, "commands")
EGRESS = prop("GrupoAplicacao", "SecurityGroupEgress")


def commanded(text: str) -> Architecture:
    """O PDV com mais um comando do `cfn-init`."""
    return real(PDV).put(*STEP, "9-mais", value={"command": text})


def written(architecture: Architecture, path: tuple[Any, ...]) -> Any:
    found = architecture.template.data
    for key in path:
        found = found[key]
    return found


@pytest.mark.parametrize("text, host, port", [
    ("curl --fail http://exemplo.org/a.pem", "exemplo.org", 80), ("curl -o a https://exemplo.org:8443/a", "exemplo.org", 8443),
    ("wget 'http://exemplo.org'", "exemplo.org", 80), ("pip install --index-url http://pypi.exemplo.org/simple x", "pypi.exemplo.org", 80),
    ("git clone git://exemplo.org/a.git", "exemplo.org", 9418), ("git clone ssh://git@exemplo.org/a.git", "exemplo.org", 22),
    ("git clone git@exemplo.org:a/b.git", "exemplo.org", 22), ("dnf config-manager --add-repo http://exemplo.org/a.repo", "exemplo.org", 80),
    ("U=http://exemplo.org/a\ncurl $U", "exemplo.org", 80), ("curl \\\n  http://exemplo.org/a", "exemplo.org", 80),
    ("true && curl http://exemplo.org:8080/a | sh", "exemplo.org", 8080), ("curl ftp://exemplo.org/a", "exemplo.org", 21),
    ("curl http://s3.sa-east-1.amazonaws.com/a/b", "s3.sa-east-1.amazonaws.com", 80),
])
def test_what_a_command_fetches_by_a_port_that_does_not_leave(text, host, port):
    said = f"`GrupoInstancias` busca em `{host}`, por tcp {port}, e não sai até lá: `GrupoAplicacao` não deixa sair tcp {port}"
    assert said in needs(commanded(text))


@pytest.mark.parametrize("text", [
    "curl https://exemplo.org/a", "curl https://exemplo.org:443/a", "curl http://127.0.0.1:8080/saude", "curl http://localhost:8080/saude",
    "curl http://169.254.169.254/latest/meta-data", "# curl http://exemplo.org/a", "echo http://exemplo.org/a", "git clone https://exemplo.org/a.git",
    "M=http://169.254.169.254/latest\ncurl $M/api/token", "curl https://s3.sa-east-1.amazonaws.com/a/b", "pip install requests",
    "curl http://10.0.0.7/a", "curl http://$OUTRO/a", "dnf install -y git",
])
def test_what_leaves_or_stays_inside_is_right(text):
    assert "busca em" not in needs(commanded(text))


def test_another_port_is_right_with_its_own_way_out():
    more = [*written(real(PDV), EGRESS), {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}]
    assert "busca em" not in needs(commanded("curl http://exemplo.org/a").put(*EGRESS, value=more))


@pytest.mark.parametrize("path, value", [
    ((*INIT, "sources"), {"/opt/a": "http://exemplo.org/a.tar.gz"}),
    ((*INIT, "files", "/opt/a.pem"), {"source": "http://exemplo.org/a.pem"}),
    ((*INIT, "files", "/opt/a.sh"), {"content": "#!/bin/bash\ncurl http://exemplo.org/a\n", "mode": "000755"}),
    ((*INIT, "files", "/opt/a.py"), {"content": "import urllib.request\nurllib.request.urlopen('http://exemplo.org/a')\n"}),
])
def test_every_way_of_fetching_is_seen(path, value):
    assert "busca em `exemplo.org`, por tcp 80" in needs(real(PDV).put(R, "ModeloLancamento", *path, value=value))


@pytest.mark.parametrize("slug, owner, old", [
    (PDV, "ModeloLancamento", "METADATA=http://169.254.169.254/latest"), (WEB, "Servidor", "curl --fail --silent --output /dev/null"),
])
def test_the_user_data_counts(slug, owner, old):
    assert "busca em `exemplo.org`, por tcp 80" in needs(edited(slug, (R, owner), old, f"curl http://exemplo.org/a\n{old}"))


@pytest.mark.parametrize("slug, owner", [(PDV, "ModeloLancamento"), (WEB, "Servidor"), ("upload-ec2-ebs-rds", "Servidor"), ("ecommerce", "ModeloLancamento"),
                                         ("envio-e-consulta", "Servidor"), ("dois-volumes-ebs", "Servidor"), (ESPECTRO, "ModeloLancamento")])
def test_the_bundle_of_every_architecture_comes_by_tls(slug, owner):
    assert "busca em `truststore.pki.rds.amazonaws.com`, por tcp 80" in needs(edited(slug, (R, owner), "https://truststore", "http://truststore"))


@pytest.mark.parametrize("change", [
    lambda it: it.put(*prop("RotaSaidaA", "NatGatewayId"), value=REMOVED), lambda it: it.put(*EGRESS, value=[
        rule for rule in written(it, EGRESS) if rule.get("CidrIp") != "0.0.0.0/0"]),
])
def test_the_way_out_may_be_what_is_missing(change):
    assert "busca em `truststore.pki.rds.amazonaws.com`, por tcp 443, e não sai" in needs(change(real(PDV)))


@pytest.mark.parametrize("text, right", [("curl http://exemplo.org/a", False), ("curl https://exemplo.org/a", True)])
def test_a_container_counts(text, right):
    told = real(ESPECTRO).put(*prop("DefinicaoLote", "ContainerProperties", "Command"), value=["sh", "-c", text])
    assert ("busca em `exemplo.org`, por tcp 80" not in needs(told)) is right


def _depending():
    """Cada parte do caminho de saída que a máquina de uma arquitetura espera para nascer."""
    for slug, owner in ((PDV, "GrupoInstancias"), ("ecommerce", "GrupoInstancias"), (ESPECTRO, "GrupoInstancias"), (WEB, "Servidor"),
                        ("upload-ec2-ebs-rds", "Servidor"), ("envio-e-consulta", "Servidor"), ("dois-volumes-ebs", "Servidor"), ("musicas", "Servidor")):
        named = real(slug).template.data[R][owner]["DependsOn"]
        yield from ((slug, owner, name) for name in named if name.startswith(("Rota", "Associacao")))


def waits(architecture: Architecture, owner: str, names: list[str]) -> Architecture:
    return architecture.put(R, owner, "DependsOn", value=names)


@pytest.mark.parametrize("slug, owner, name", list(_depending()))
def test_the_way_out_exists_before_the_machine(slug, owner, name):
    changed = real(slug)
    kept = [other for other in changed.template.data[R][owner]["DependsOn"] if other != name]
    late = waits(changed, owner, kept)
    still = all(name in awaited(view, late.template.resources[owner]) for view in late.views.each)  # pelo balanceador, que espera a rota
    said = needs(late)
    assert (f"`{owner}` pode nascer antes de `{name}`" in said or f"e `{name}`, e o programa dela sai" in said) is not still


def test_the_way_out_may_come_by_another_that_waits_for_it():
    names = real(PDV).template.data[R]["GrupoInstancias"]["DependsOn"]
    late = waits(real(PDV), "GrupoInstancias", [name for name in names if name != "RotaSaidaA"])
    assert "pode nascer antes de `RotaSaidaA`" in needs(late)
    assert "pode nascer antes" not in needs(late.put(R, "RotaSaidaB", "DependsOn", value="RotaSaidaA"))
    assert "pode nascer antes" not in needs(waits(real(PDV), "GrupoInstancias", list(reversed(names))))


def test_a_machine_that_brings_nothing_may_be_born_first():
    own = real(WEB).put(R, "Servidor", "DependsOn", value=[])
    assert "pode nascer antes" in needs(own)
    quiet = own.put(*prop("Servidor", "UserData"), value={"Fn::Base64": "#!/bin/bash\necho pronto\n"}).put(R, "Servidor", "Metadata", value={})
    assert "pode nascer antes" not in needs(quiet)


def test_a_rule_apart_only_matters_when_the_group_brings_others():
    rule = next(each for each in written(real(WEB), prop("GrupoServidor", "SecurityGroupEgress")) if each.get("CidrIp") == "0.0.0.0/0")
    others = [each for each in written(real(WEB), prop("GrupoServidor", "SecurityGroupEgress")) if each != rule]
    apart = real(WEB).put(R, "Saida", value={"Type": "AWS::EC2::SecurityGroupEgress", "Properties": {**rule, "GroupId": {"Ref": "GrupoServidor"}}})
    assert "pode nascer antes de `Saida`" in needs(apart.put(*prop("GrupoServidor", "SecurityGroupEgress"), value=others))
    assert "pode nascer antes" not in needs(apart.put(*prop("GrupoServidor", "SecurityGroupEgress"), value=REMOVED))
