"""Da aplicação ao banco, e do banco à reserva."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.base.diagram import Edge
from scripts.proofs.arrows.database import default_port, managed_secret
from scripts.proofs.arrows.prove import prove
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.facts.view import Placed
from scripts.proofs.facts.views import views_of
from tests.proofs.scenery import GONE, drawing, group, missing, network, node, proof, ref


def test_the_application_reaches_the_database():
    assert missing(network(), "App", "Banco") == []
    assert missing(network(), "App", "Banco", "5432") == []
    assert [found.text for found in proof(network(), "App", "Banco").found][:2] == [
        "o motor postgres ouve na porta 5432", "`App` vive em `PrivadaA`"]


@pytest.mark.parametrize("changes, port, expected", [
    ({"Banco.Engine": "mysql"}, "", "`GrupoBanco` não deixa entrar tcp 3306 de `App` (ENI_SG_RULES_MISMATCH); "
                                    "acrescente a regra de entrada com o grupo `GrupoApp`"),
    ({"Banco.Engine": "oracle-se2"}, "1522", "`Banco` ouve na porta 1521, e a seta diz 1522; corrija para `porta=\"1521\"`"),
    ({"Banco.Engine": GONE}, "", "não se sabe em que porta `Banco` ouve; escreva `Engine`, ou `Port` com um número"),
    *(({"Banco.Engine": wrong}, "", "não se sabe em que porta `Banco` ouve; escreva `Engine`, ou `Port` com um número")
      for wrong in ("postgress", "postgres-ee", "mysql8", "oracle", "sqlserverse", "")),
    ({"Banco.Port": ref("Faixa")}, "", "não se sabe em que porta `Banco` ouve; escreva `Engine`, ou `Port` com um número"),
    ({"GrupoBanco.SecurityGroupIngress.0.SourceSecurityGroupId": ref("GrupoAlb")}, "",
     "`GrupoBanco` não deixa entrar tcp 5432 de `App` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de entrada com o grupo `GrupoApp`"),
    ({"Banco.VPCSecurityGroups": [ref("GrupoApp")]}, "",
     "`GrupoApp` não deixa entrar tcp 5432 de `App` (ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de entrada com o grupo `GrupoApp`"),
    ({"GrupoBanco.SecurityGroupIngress.0": {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}}, "",
     "a entrada de `GrupoBanco` abre mais que tcp 5432 só de `App`; feche a regra em tcp 5432 e no grupo de `App`"),
    ({"Sub.SubnetIds": [ref("PrivadaA")]}, "",
     "as sub-redes de `Banco` não são, com certeza, de duas zonas; dê a elas zonas diferentes, como "
     "`!Select [0, !GetAZs \"\"]` e `!Select [1, !GetAZs \"\"]`"),
    ({"Banco.DBSubnetGroupName": "padrao"}, "",
     "`Banco` não vive em sub-redes conhecidas, ou não na do desenho (UNASSOCIATED_COMPONENT); "
     "cite por `!Ref` sub-redes deste template, e desenhe-o nelas"),
    ({"App.SubnetId": ref("Faixa")}, "",
     "`App` não vive em sub-redes conhecidas, ou não na do desenho (UNASSOCIATED_COMPONENT); "
     "cite por `!Ref` sub-redes deste template, e desenhe-o nelas"),
    ({"PrivadaB.VpcId": ref("Faixa")}, "",
     "`App` e `Banco` não estão numa mesma VPC deste template (DISCONNECTED_VPCS); "
     "ponha as duas pontas em sub-redes da mesma VPC"),
])
def test_what_is_missing(changes, port, expected):
    assert expected in missing(network(changes), "App", "Banco", port)


def test_another_port_is_followed():
    changes = {"Banco.Port": 6000, "GrupoBanco.SecurityGroupIngress.0.FromPort": 6000,
               "GrupoBanco.SecurityGroupIngress.0.ToPort": 6000}
    done = proof(network(changes), "App", "Banco", "6000")
    assert done.proven and ("Resources", "Banco", "Properties", "Port") in {found.path for found in done.found}


SECRET = {"Fn::GetAtt": ["Banco", "MasterUserSecret.SecretArn"]}
USERS = {"Fn::Sub": "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:${Banco.DbiResourceId}/*"}


def trusted(*statements):
    """A aplicação com um papel que permite isto."""
    return {
        "Papel": ("IAM::Role", {
            "AssumeRolePolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]}),
        "Perfil": ("IAM::InstanceProfile", {"Roles": [ref("Papel")]}),
    }


def permit(action, resource, effect="Allow"):
    return {"Effect": effect, "Action": action, "Resource": resource}


MANAGED = {"Banco.ManageMasterUserPassword": True, "App.IamInstanceProfile": ref("Perfil")}
BY_IAM = MANAGED | {"Banco.EnableIAMDatabaseAuthentication": True}
READ = permit("secretsmanager:GetSecretValue", SECRET)
UNREAD = ("nada deixa `Papel` fazer `secretsmanager:GetSecretValue` em o segredo de `Banco`; "
          "permita a ação em `!GetAtt Banco.MasterUserSecret.SecretArn`")


@pytest.mark.parametrize("changes, statements", [
    (MANAGED, [READ]), (BY_IAM, [permit("rds-db:connect", USERS)]), (BY_IAM, [permit("rds-db:connect", "*")]),
])
def test_the_application_has_the_credentials(changes, statements):
    template = network(changes, trusted(*statements))
    done = proof(template, "App", "Banco")
    assert done.missing == ()
    permitted = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0, "Action")
    assert permitted in {found.path for found in done.found}


@pytest.mark.parametrize("changes, statements, expected", [
    (MANAGED, [permit("s3:GetObject", "*")], [UNREAD]),
    (MANAGED, [permit("secretsmanager:GetSecretValue", ref("Faixa"))], [UNREAD]),
    (MANAGED, [READ, permit("secretsmanager:*", "*", "Deny")],
     ["`Papel` nega `secretsmanager:GetSecretValue` em o segredo de `Banco`; tire a negação"]),
    (MANAGED, [permit("rds-db:connect", USERS)], [UNREAD]),
    (BY_IAM, [permit("rds-db:connect", USERS), permit("rds-db:*", "*", "Deny")], [UNREAD]),
    (BY_IAM, [permit("rds-db:connect", "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-OUTRO/app")], [UNREAD]),
    (MANAGED | {"App.IamInstanceProfile": "outro"}, [READ],
     ["`App` não usa um perfil de instância deste template; crie um `AWS::IAM::InstanceProfile` e cite-o"]),
    ({"Banco.ManageMasterUserPassword": True}, [READ],
     ["não se sabe com que papel `App` chama a AWS; dê-lhe um papel do IAM"]),
])
def test_an_application_without_the_credentials(changes, statements, expected):
    assert missing(network(changes, trusted(*statements)), "App", "Banco") == expected


def test_a_connection_by_iam_is_shown_by_the_arrow():
    drawn = drawing(node("App"), node("Banco"), edge=("app", "banco"))
    template = network(BY_IAM, trusted(permit("rds-db:connect", USERS)))
    left = [found.message for found in unclaimed(drawn, views_of(template), prove(drawn, views_of(template)))]
    assert not [message for message in left if "rds-db" in message]


@pytest.mark.parametrize("engine, port", [
    ("postgres", 5432), ("mariadb", 3306), ("oracle-ee", 1521), ("oracle-se2-cdb", 1521), ("sqlserver-web", 1433), ("db2-se", 50000),
    ("aurora-postgresql", 5432), ("postgress", None), ("oracle", None), ("db2", None), ("custom-oracle-ee", None),
])
def test_each_engine_has_its_port(engine, port):
    assert default_port(Placed((), engine)) == port


def test_an_aurora_cluster_listens_too():
    cluster = {"Cluster": ("RDS::DBCluster", {
        "Engine": "aurora-postgresql", "DBSubnetGroupName": ref("Sub"), "VpcSecurityGroupIds": [ref("GrupoBanco")]})}
    assert missing(network({}, cluster), "App", "Cluster") == []


def standby(template, first="PrivadaA", second="PrivadaB"):
    drawn = (group("a", "sub-rede-privada", first), group("b", "sub-rede-privada", second),
             node("Banco", "a", "primario"), node("Banco", "b", "espera"))
    (done,) = prove(drawing(*drawn, edge=("primario", "espera")), views_of(template))
    return [str(piece) for piece in done.missing]


@pytest.mark.parametrize("changes, expected", [
    ({"Banco.MultiAZ": False}, "`Banco` não é Multi-AZ; escreva `MultiAZ: true`"),
    ({"Banco.MultiAZ": ref("Faixa")}, "`Banco` não é Multi-AZ; escreva `MultiAZ: true`"),
    ({"Banco.Engine": "aurora-mysql"},
     "o Aurora repete os dados no cluster, e não por `MultiAZ`; desenhe o cluster e as suas instâncias"),
    ({"PrivadaB.AvailabilityZone": GONE},
     "as sub-redes de `Banco` não são, com certeza, de duas zonas; dê a elas zonas diferentes, como "
     "`!Select [0, !GetAZs \"\"]` e `!Select [1, !GetAZs \"\"]`"),
])
def test_a_standby_that_is_not(changes, expected):
    assert standby(network()) == []
    assert expected in standby(network(changes))


def test_primary_and_standby_are_drawn_apart():
    assert standby(network(), "PrivadaA", "PublicaA") == [
        "o primário e o em espera não estão desenhados em zonas diferentes; "
        "desenhe cada um numa sub-rede de zona diferente"]


def test_a_standby_serves_no_one():
    diagram = drawing(node("App"), node("Banco", id="primario"), node("Banco", id="espera"), edge=("espera", "primario"))
    diagram = replace(diagram, edges=(*diagram.edges, Edge("grava", "app", "primario", 10)))
    backwards, write = prove(diagram, views_of(network()))
    assert write.proven
    assert [str(piece) for piece in backwards.missing] == [
        "`primario` está em espera e não atende `app`; leve essa seta ao primário, ou inverta a da réplica"]


def test_only_the_primary_serves():
    diagram = drawing(node("App"), node("Banco", id="primario"), node("Banco", id="espera"), edge=("app", "primario"))
    diagram = replace(diagram, edges=(*diagram.edges, Edge("le", "app", "espera", 10)))
    assert {str(piece) for done in prove(diagram, views_of(network())) for piece in done.missing} == {
        "`Banco` atende em `primario` e em `espera`, e só o primário atende; leve as setas das aplicações ao primário",
        "`Banco` atende em `espera` e em `primario`, e só o primário atende; leve as setas das aplicações ao primário"}


def test_a_read_replica_names_its_source():
    copy = {"Copia": ("RDS::DBInstance", {"SourceDBInstanceIdentifier": ref("Banco")})}
    assert missing(network({}, copy), "Banco", "Copia") == []
    assert missing(network({"Copia.SourceDBInstanceIdentifier": "outro"}, copy), "Banco", "Copia") == [
        "`Copia` não é réplica de `Banco`; escreva `SourceDBInstanceIdentifier: !Ref Banco`"]


def test_the_managed_secret_has_a_name():
    view = views_of(network({"Banco.ManageMasterUserPassword": True})).each[0]
    assert managed_secret(view, view.resources["Banco"]) == "${Banco.MasterUserSecret.SecretArn}"
    assert managed_secret(views_of(network()).each[0], view.resources["App"]) is None
