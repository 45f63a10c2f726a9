"""`conferir SLUG --de a --a b`: a trilha que permite, ou a parada que recusa, palavra por palavra."""

from __future__ import annotations

import argparse
import json
import re
import sys

import pytest

from scripts.base.tree import WrongUse
from scripts.review import asking
from tests.review.edits import QUEUE, WEB, change, plant

ACL = """
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  AclDados: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref SubRedeDadosA, NetworkAclId: !Ref Acl}}

Outputs:"""
OPEN = "  SourceSecurityGroupId: !Ref GrupoServidor"


@pytest.fixture
def tree(tmp_path):
    return plant(tmp_path, WEB)


def main(tree, *arguments: str) -> int:
    """A pergunta desta sala: a da linha de comando é a de `scripts/checks/reaching.py`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("slug", nargs="*")
    for name, kind in (("--de", str), ("--a", str), ("--porta", int), ("--formato", str)):
        parser.add_argument(name, type=kind, default=None)
    parser.add_argument("--json", action="store_true")
    try:
        return asking.answer(tree, parser.parse_args(arguments))
    except WrongUse as error:
        print(f"erro: {error}", file=sys.stderr)
        return 2


def ask(capsys, tree, *arguments: str) -> tuple[int, list[str]]:
    """O estado e as linhas, sem o número da linha do template, que anda com cada edição dele."""
    code = main(tree, *arguments)
    told = capsys.readouterr()
    return code, [re.sub(r"^  \S+/template\.yaml:\d+: ", "  ", line) for line in (told.out or told.err).splitlines()]


def test_the_trail_that_allows(tree, capsys):
    code, lines = ask(capsys, tree, WEB, "--de", "servidor", "--a", "banco")
    assert code == 0 and lines[0] == "De “Servidor EC2” (`servidor`) a “RDS PostgreSQL” (`banco`), tcp 5432, pela rede: alcança."
    assert lines[-5:] == ["  a regra de entrada é do grupo `GrupoBanco`", "  entrada: protocolo tcp", "  entrada: da porta 5432",
                          "  entrada: até a porta 5432", "  entrada: de `GrupoServidor`"]


@pytest.mark.parametrize("arguments, edits, stop", [
    (("servidor", "banco", "--porta", "3306"), (),
     "`GrupoServidor` não deixa sair tcp 3306 para `Banco` (ENI_SG_RULES_MISMATCH); acrescente a regra de saída com o grupo `GrupoBanco`"),
    (("pessoa", "banco", "--porta", "5432"), (),
     "`SubRedeDadosA` não tem rota 0.0.0.0/0 por `InternetGateway` (NO_ROUTE_TO_DESTINATION); associe-a a uma tabela com uma rota "
     "`GatewayId: !Ref InternetGateway`"),
    (("servidor", "banco"), [("template", OPEN, "  CidrIp: 10.99.0.0/24")],
     "`GrupoBanco` não deixa entrar tcp 5432 de `Servidor` (ENI_SG_RULES_MISMATCH); acrescente a regra de entrada com o grupo `GrupoServidor`"),
    (("servidor", "banco"), [("template", "\nOutputs:", ACL)],
     "a ACL de rede de `SubRedeDadosA` não deixa entrar tcp 5432 de 10.10.0.0/24 (SUBNET_ACL_RESTRICTION); acrescente uma entrada `allow` de "
     "número menor"),
    (("pessoa", "servidor"), [("template", "      MapPublicIpOnLaunch: true\n", "")],
     "`Servidor` não tem endereço público (IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS); associe um endereço elástico, ou ligue "
     "`MapPublicIpOnLaunch` na sub-rede"),
    (("banco", "pessoa", "--porta", "443"), (),
     "`GrupoBanco` não deixa sair tcp 443 de `Banco` para a internet (ENI_SG_RULES_MISMATCH); acrescente a regra de saída de tcp 443 para 0.0.0.0/0"),
], ids=["porta", "rota", "entrada", "acl", "endereço", "saída"])
def test_the_first_stop_that_refuses(tree, capsys, arguments, edits, stop):
    change(tree, WEB, *edits)
    code, lines = ask(capsys, tree, WEB, "--de", arguments[0], "--a", *arguments[1:2], *arguments[2:])
    assert code == 1 and lines[0].endswith("não alcança.") and lines[1] == f"  {stop}"


def test_a_wider_rule_still_lets_through(tree, capsys):
    change(tree, WEB, ("template", f"FromPort: 5432\n      ToPort: 5432\n    {OPEN}", f"FromPort: 0\n      ToPort: 65535\n    {OPEN}"))
    assert ask(capsys, tree, WEB, "--de", "servidor", "--a", "banco")[0] == 0


def test_between_services_it_is_the_rule_of_the_arrow(tmp_path, capsys):
    queue = plant(tmp_path, QUEUE)
    code, lines = ask(capsys, queue, QUEUE, "--de", "funcao", "--a", "tabela")
    assert code == 0 and "pela regra “Uma função Lambda usa um serviço da AWS”: alcança." in lines[0]
    change(queue, QUEUE, ("template", "Action: dynamodb:PutItem", "Action: dynamodb:GetItem"))
    code, lines = ask(capsys, queue, QUEUE, "--de", "funcao", "--a", "tabela")
    assert code == 1 and lines[1].startswith("  nada deixa `PapelFuncao` fazer `dynamodb:PutItem` em `TabelaPedidos`")


def test_a_case_in_which_it_may_not_exist(tree, capsys):
    change(tree, WEB, ("template", "\nResources:\n", '\nConditions:\n  Com: !Equals [!Ref TipoInstancia, t3.micro]\n\nResources:\n'),
           ("template", "  EntradaBanco:\n    Type: AWS::EC2::SecurityGroupIngress\n",
            "  EntradaBanco:\n    Type: AWS::EC2::SecurityGroupIngress\n    Condition: Com\n"))
    code, lines = ask(capsys, tree, WEB, "--de", "servidor", "--a", "banco")
    assert code == 1 and lines[1].startswith("  `GrupoBanco` não deixa entrar tcp 5432 de `Servidor` (SG_HAS_NO_RULES)")


def test_as_json(tree, capsys):
    code = main(tree, WEB, "--de", "servidor", "--a", "banco", "--porta", "22", "--json")
    found = json.loads(capsys.readouterr().out)
    assert code == 1 and (found["de"], found["a"], found["porta"], found["alcanca"]) == ("servidor", "banco", 22, False)
    assert found["paradas"][0]["code"] == "ENI_SG_RULES_MISMATCH" and found["paradas"][0]["path"] == f"docs/arquiteturas/{WEB}/template.yaml"


@pytest.mark.parametrize("arguments, said", [
    ((WEB, "--de", "ninguem", "--a", "banco"), "erro: Não há o componente `ninguem` na figura. Os que existem são: banco, bucket, "),
    ((WEB, "--de", "servidor"), "erro: Diga uma arquitetura e as duas pontas"),
    (("--de", "servidor", "--a", "banco"), "erro: Diga uma arquitetura e as duas pontas"),
    ((WEB, "--porta", "80"), "erro: Diga uma arquitetura e as duas pontas"),
    ((WEB, "--de", "servidor", "--a", "pessoa"), "erro: Diga a porta em `--porta`."),
    ((WEB, "--de", "bucket", "--a", "volume"), "erro: Nenhuma regra liga `bucket` a `volume` nesse sentido"),
    ((WEB, "--de", "servidor", "--a", "banco", "--formato", "sarif"), "erro: A resposta sai em `texto` ou em `json`."),
    (("outra", "--de", "servidor", "--a", "banco"), "erro: Não há script para `outra`"),
])
def test_wrong_use(tree, capsys, arguments, said):
    code, lines = ask(capsys, tree, *arguments)
    assert code == 2 and lines[0].startswith(said)
