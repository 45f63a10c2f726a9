"""O que a máquina faz ao nascer: o sinal, o `cfn-init`, os arquivos que roda e as unidades que inicia."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import text_of
from bench import REMOVED, Architecture, real

R, FILES = "Resources", ("Metadata", "AWS::CloudFormation::Init", "config", "files")
CASES: dict[str, tuple[str, tuple[Any, ...], Any, str]] = {
    "o sinal vai a outro recurso": ("pdv-alta-disponibilidade", (R, "ModeloLancamento"), ("--resource GrupoInstancias", "--resource ModeloLancamento"),
                                    "manda a `ModeloLancamento`"),
    "o sinal vai a um nome que não há": ("web-ec2-rds-s3", (R, "Servidor"), ("$? --stack ${AWS::StackName} --resource Servidor",
                                                                             "$? --stack ${AWS::StackName} --resource Instancia"), "não lhe manda"),
    "não há sinal": ("musicas", (R, "Servidor"), ("/opt/aws/bin/cfn-signal", "/bin/echo"), "não lhe manda"),
    "o sinal vai a outra pilha": ("ecommerce", (R, "ModeloLancamento"), ("$? --stack ${AWS::StackName}", "$? --stack loja"), "não vai a esta pilha"),
    "o sinal é sempre de falha": ("musicas", (R, "Servidor"), ("--exit-code $?", "--exit-code 1"), "sempre de falha"),
    "o sinal vai a outra região": ("pdv-alta-disponibilidade", (R, "ModeloLancamento"), (
        "--resource GrupoInstancias --region ${AWS::Region}", "--resource GrupoInstancias --region us-west-2"), "o `cfn-signal` fala com o CloudFormation"),
    "o sinal não diz a região": ("musicas", (R, "Servidor"), (" --region ${AWS::Region}' EXIT", "' EXIT"), "de `us-east-1`, e não com o da região"),
    "o cfn-init lê de outra região": ("ecommerce", (R, "ModeloLancamento"), (
        "--resource ModeloLancamento --region ${AWS::Region}", "--resource ModeloLancamento --region us-west-2"), "o `cfn-init` fala com o CloudFormation"),
    "o sinal é sempre de sucesso": ("musicas", (R, "Servidor"), ("--exit-code $?", "--exit-code 0"), "mesmo quando a instalação falha"),
    "o sinal ao sair não diz no que deu": ("espectrometria", (R, "ModeloLancamento"), ("--exit-code $? ", ""), "mesmo quando a instalação falha"),
    "o cfn-init lê outro recurso": ("ecommerce", (R, "ModeloLancamento"), ("--resource ModeloLancamento", "--resource GrupoInstancias"),
                                    "não tem o que ele escreve"),
    "o cfn-init lê outra pilha": ("espectrometria", (R, "ModeloLancamento"), ("--verbose --stack ${AWS::StackName}", "--verbose --stack outra"),
                                  "lê outra pilha"),
    "ninguém roda o cfn-init": ("musicas", (R, "Servidor"), ("/opt/aws/bin/cfn-init", "/bin/echo"), "nada roda o `cfn-init`"),
    "o cfn-init pede um conjunto que não há": ("musicas", (R, "Servidor"), ("cfn-init --verbose", "cfn-init --configsets tudo --verbose"),
                                               "não está em `configSets`"),
    "o script de montagem não se executa": ("dois-volumes-ebs", (R, "Servidor", *FILES, "/usr/local/sbin/montar-volume"), ("000755", "000644"),
                                            "não tem permissão de execução"),
    "o script sem dono nem outros que o executem": ("upload-ec2-ebs-rds", (R, "Servidor", *FILES, "/usr/local/sbin/montar-volume"), ("000755", "000640"),
                                                    "não tem permissão de execução"),
    "a unidade roda um nome que não há": ("web-ec2-rds-s3", ("Mappings", "Codigo", "Site", "UnidadeVolume"), ("sbin/montar-volume", "sbin/monta"),
                                          "que nada escreve"),
    "a unidade lê um ambiente que não há": ("pdv-alta-disponibilidade", ("Mappings", "Codigo", "Site", "Unidade"), ("/etc/pdv.env", "/etc/loja.env"),
                                            "que nada escreve, e não inicia"),
    "o script não diz em que roda": ("envio-e-consulta", ("Mappings", "Codigo", "Site", "MontarVolume"), ("#!/bin/bash\n", ""), "não diz em que roda"),
    "o servidor carrega outro módulo": ("ecommerce", ("Mappings", "Codigo", "Site", "Unidade"), ("loja:app", "site:app"), "que o programa não tem"),
    "o servidor carrega outro nome": ("musicas", ("Mappings", "Codigo", "Site", "Unidade"), ("musicas:app", "musicas:aplicacao"), "que o programa não tem"),
}


def edited(slug: str, path: tuple[Any, ...], old: str, new: str) -> Architecture:
    changed = real(slug)
    for where, value in text_of(path, old, new).items():
        changed = changed.put(*where, value=value(changed.template.data))
    return changed


def needs(architecture: Architecture) -> str:
    return "\n".join(piece.need for proof in architecture.proofs for piece in proof.missing)


@pytest.mark.parametrize("case", CASES)
def test_what_stops_the_boot_is_named(case: str) -> None:
    slug, path, (old, new), reason = CASES[case]
    assert reason in needs(edited(slug, path, old, new))


@pytest.mark.parametrize("text, right", [("region=${AWS::Region}", True), ("region=us-west-2", False), ("stack=x", False)])
def test_the_daemon_asks_the_region_of_the_stack(text: str, right: bool) -> None:
    told = real("musicas").put(R, "Servidor", *FILES, "/etc/cfn/cfn-hup.conf", value={"mode": "000400", "content": {"Fn::Sub": f"[main]\n{text}\n"}})
    assert ("o `cfn-hup` fala" in needs(told)) is not right


def test_a_unit_nobody_starts_never_runs() -> None:
    services = (R, "Servidor", "Metadata", "AWS::CloudFormation::Init", "config", "services", "systemd", "cadastro")
    assert "nada inicia `cadastro`" in needs(real("web-ec2-rds-s3").put(*services, value=REMOVED))
    assert "nada inicia `cadastro`" in needs(real("web-ec2-rds-s3").put(*services, "ensureRunning", value=False))
    assert "nada inicia `volume@`" in needs(edited("dois-volumes-ebs", (R, "Servidor"), "systemctl enable --now", "systemctl enable"))


def test_one_instance_sends_one_signal() -> None:
    asked = real("musicas").put(R, "Servidor", "CreationPolicy", "ResourceSignal", "Count", value=2)
    assert "espera 2 sinais, e ela manda um só" in needs(asked)


@pytest.mark.parametrize("old, new", [
    ("cfn-signal --exit-code $? --stack ${AWS::StackName} --resource Servidor", "cfn-signal -e $? -s ${AWS::StackId} -r Servidor"),
    ("cfn-signal --exit-code $? --stack ${AWS::StackName} --resource Servidor", "cfn-signal --exit-code=$? --stack=${AWS::StackName} --resource=Servidor"),
    ("--resource Servidor --region ${AWS::Region}", "--region=${AWS::Region} --resource Servidor"),
    ("--resource Servidor --region ${AWS::Region}", "--resource Servidor --region $REGIAO"),
    ("trap '/opt", "trap 'estado=$?; /opt"),
])
def test_other_ways_of_writing_the_same_call_are_right(old: str, new: str) -> None:
    assert needs(edited("musicas", (R, "Servidor"), old, new)) == ""
