"""O que já há quando a máquina o usa, e o que o sistema deixa cada unidade fazer."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import text_of
from bench import Architecture, real
from test_boot import needs

R, SITE = "Resources", ("Mappings", "Codigo", "Site")
CONFIG = ("Metadata", "AWS::CloudFormation::Init", "config")
UNIT, PDV, LOJA, WEB, DISKS = (*SITE, "Unidade"), "pdv-alta-disponibilidade", "ecommerce", "web-ec2-rds-s3", "dois-volumes-ebs"
Swap = tuple[tuple[Any, ...], str, str]


def command(*keys: str) -> tuple[Any, ...]:
    return (R, "Servidor", *CONFIG, "commands", *keys)


FALSE: dict[str, tuple[str, list[Swap], str]] = {
    "o pip de um ambiente que ninguém faz": ("musicas", [(command("1-ambiente"), "-m venv venv", "-m venv ambiente")], "que nada cria antes"),
    "as bibliotecas de um arquivo que não há": ("musicas", [(command("2-bibliotecas"), "requirements.txt", "bibliotecas.txt")], "usa `bibliotecas.txt`"),
    "o comando noutra pasta": ("musicas", [(command("2-bibliotecas"), "/opt/musicas", "/opt/site")], "usa `venv/bin/pip`, que nada cria"),
    "a unidade roda de outra pasta": (PDV, [(UNIT, "/opt/pdv/venv/bin", "/opt/pdv/env/bin")], "roda `/opt/pdv/env/bin/waitress-serve`, que nada cria"),
    "outro Python": (DISKS, [((R, "Servidor", "Properties", "UserData"), "python3.11", "python3.12")], "chama `python3.11`, que nada instala"),
    "o certificado noutra pasta": (LOJA, [((R, "ModeloLancamento"), "/opt/loja/rds.pem", "/opt/pdv/rds.pem")], "um arquivo que nada escreve"),
    "o certificado com outro nome": (LOJA, [((R, "ModeloLancamento"), "--output rds.pem", "--output banco.pem")], "um arquivo que nada escreve"),
    "um usuário que não há": (DISKS, [(UNIT, "User=musicas", "User=envios")], "roda como `envios`, que nada cria"),
    "a pasta de um usuário que não há": (WEB, [((*SITE, "MontarVolume"), "-o cadastro", "-o site")], "usa o usuário `site`"),
    "a porta 80 sem a capacidade": ("upload-ec2-ebs-rds", [(UNIT, "AmbientCapabilities=CAP_NET_BIND_SERVICE\n", "")], "não pode abrir a porta 80"),
    "a porta 80 fora do que se limita": ("musicas", [(UNIT, "CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "CapabilityBoundingSet=")],
                                         "não pode abrir a porta 80"),
    "só de dentro": (PDV, [(UNIT, "0.0.0.0:8080", "127.0.0.1:8080")], "só ouve a porta 8080 de dentro"),
    "só de dentro, numa instância": ("musicas", [(UNIT, "0.0.0.0:80", "localhost:80")], "só ouve a porta 80 de dentro"),
    "os temporários só de leitura": (WEB, [(UNIT, "ProtectSystem=full", "ProtectSystem=strict")], "não pode gravar em `/temporarios/envios`"),
    "o volume só de leitura": ("envio-e-consulta", [(UNIT, "PrivateTmp=yes", "PrivateTmp=yes\nReadOnlyPaths=/dados")], "não pode gravar em `/dados/arquivos`"),
    "o volume escondido": ("upload-ec2-ebs-rds", [(UNIT, "PrivateTmp=yes", "InaccessiblePaths=-/dados")], "não pode gravar em `/dados/arquivos`"),
    "o volume montado numa vista só dele": (WEB, [((*SITE, "UnidadeVolume"), "[Service]\n", "[Service]\nPrivateTmp=yes\n")], "monta um disco com `PrivateTmp`"),
}
RIGHT: dict[str, tuple[str, list[Swap]]] = {
    "nomes que mantêm a ordem": ("musicas", [(command("2-bibliotecas"), "requirements.txt", "/opt/musicas/requirements.txt")]),
    "o usuário que um comando cria": (DISKS, [(UNIT, "User=musicas", "User=envios"), (SITE, "-o musicas", "-o envios"),
                                              ((R, "Servidor", "Properties", "UserData"), "dnf install", "useradd --system envios\ndnf install")]),
    "estrito, com a pasta liberada": (WEB, [(UNIT, "ProtectSystem=full", "ProtectSystem=strict\nReadWritePaths=/temporarios")]),
    "root abre a porta": ("upload-ec2-ebs-rds", [(UNIT, "User=envios\n", ""), (UNIT, "AmbientCapabilities=CAP_NET_BIND_SERVICE\n", "")]),
    "o certificado pelo caminho inteiro": (LOJA, [((R, "ModeloLancamento"), "--output rds.pem", "--output /opt/loja/rds.pem")]),
    "outro endereço também": (PDV, [(UNIT, "--listen=0.0.0.0:8080", "--listen=127.0.0.1:8080 --listen=0.0.0.0:8080")]),
    "a pasta do estado": (WEB, [(UNIT, "ProtectSystem=full", "ProtectSystem=strict\nStateDirectory=cadastro\nReadWritePaths=/temporarios/envios")]),
}


def swapped(slug: str, swaps: list[Swap]) -> Architecture:
    changed = real(slug)
    for path, old, new in swaps:
        for place, value in text_of(path, old, new).items():
            changed = changed.put(*place, value=value(changed.template.data))
    return changed


@pytest.mark.parametrize("case", FALSE)
def test_what_stops_the_program_is_named(case: str) -> None:
    slug, swaps, reason = FALSE[case]
    assert reason in needs(swapped(slug, swaps))


@pytest.mark.parametrize("case", RIGHT)
def test_another_right_way_is_proven(case: str) -> None:
    assert needs(swapped(*RIGHT[case])) == ""


def test_the_commands_run_in_the_order_of_their_names() -> None:
    commands = (R, "Servidor", *CONFIG, "commands")
    architecture = real("musicas")
    steps = architecture.template.resources["Servidor"].metadata["AWS::CloudFormation::Init"]["config"]["commands"]
    late = architecture.put(*commands, value={"9-ambiente": steps["1-ambiente"], "2-bibliotecas": steps["2-bibliotecas"]})
    assert "`2-bibliotecas` usa `venv/bin/pip`, que só `9-ambiente` cria" in needs(late)
    ordered = architecture.put(*commands, value={"b": steps["2-bibliotecas"], "a": steps["1-ambiente"]})
    assert needs(ordered) == ""
