"""Da aplicação ao banco, e do banco à reserva."""

from __future__ import annotations


import pytest

from scripts.proofs.arrows.database import default_port, managed_secret
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.facts.view import Placed
from scripts.proofs.facts.views import views_of
from tests.proofs.bench import bench
from tests.proofs.scenery import GONE, network, ref


def test_the_application_reaches_the_database():
    assert bench(network(), "App >> Banco").missing() == []
    assert bench(network(), "App >> Banco porta=5432").missing() == []
    assert [found.text for found in bench(network(), "App >> Banco").proof().found][:2] == [
        "o motor postgres ouve na porta 5432", "`App` vive em `PrivadaA`"]


@pytest.mark.parametrize("changes, port, expected", [
    ({"Banco.Engine": "mysql"}, "", "`GrupoBanco` não deixa entrar tcp 3306 de `App`: só há tcp 5432 em `GrupoBanco` (ENI_SG_RULES_MISMATCH); "
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
    assert expected in bench(network(changes), f"App >> Banco porta={port}").missing()


def test_another_port_is_followed():
    changes = {"Banco.Port": 6000, "GrupoBanco.SecurityGroupIngress.0.FromPort": 6000,
               "GrupoBanco.SecurityGroupIngress.0.ToPort": 6000}
    done = bench(network(changes), "App >> Banco porta=6000").proof()
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
    done = bench(template, "App >> Banco").proof()
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
    assert bench(network(changes, trusted(*statements)), "App >> Banco").missing() == expected


def test_a_connection_by_iam_is_shown_by_the_arrow():
    drawn = bench(network(BY_IAM, trusted(permit("rds-db:connect", USERS))), "App >> Banco")
    left = [found.message for found in unclaimed(drawn.diagram, views_of(drawn.template), drawn.proofs)]
    assert not [message for message in left if "rds-db" in message]


@pytest.mark.parametrize("engine, port", [
    ("postgres", 5432), ("mariadb", 3306), ("oracle-ee", 1521), ("oracle-se2-cdb", 1521), ("sqlserver-web", 1433), ("db2-se", 50000),
    ("aurora-postgresql", 5432), ("postgress", None), ("oracle", None), ("db2", None), ("custom-oracle-ee", None),
])
def test_each_engine_has_its_port(engine, port):
    assert default_port(Placed((), engine)) == port


def test_an_aurora_cluster_listens_too():
    cluster = {"Cluster": ("RDS::DBCluster", {
        "Engine": "aurora-postgresql", "DBSubnetGroupName": ref("Sub"), "VpcSecurityGroupIds": [ref("GrupoBanco")],
        "DBClusterIdentifier": "vendas"})}
    assert bench(network({}, cluster), "App >> Cluster").missing() == []


PAIR = ("primario = Banco", "espera = Banco")


def standby(template, first="PrivadaA", second="PrivadaB"):
    places = f"[a sub-rede-privada] = {first}: primario", f"[b sub-rede-privada] = {second}: espera"
    return bench(template, *PAIR, *places, "primario >> espera").missing()


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
    drawn = bench(network(), *PAIR, "espera >> primario", "App >> primario")
    assert drawn.proof("app--primario").proven
    assert drawn.missing("espera--primario") == [
        "`primario` está em espera e não atende `app`; leve essa seta ao primário, ou inverta a da réplica"]


def test_only_the_primary_serves():
    drawn = bench(network(), *PAIR, "App >> primario", "App >> espera")
    assert {str(piece) for done in drawn.proofs for piece in done.missing} == {
        "`Banco` atende em `primario` e em `espera`, e só o primário atende; leve as setas das aplicações ao primário",
        "`Banco` atende em `espera` e em `primario`, e só o primário atende; leve as setas das aplicações ao primário"}


def test_a_read_replica_names_its_source():
    copy = {"Copia": ("RDS::DBInstance", {"SourceDBInstanceIdentifier": ref("Banco")})}
    assert bench(network({}, copy), "Banco >> Copia").missing() == []
    assert bench(network({"Copia.SourceDBInstanceIdentifier": "outro"}, copy), "Banco >> Copia").missing() == [
        "`Copia` não é réplica de `Banco`; escreva `SourceDBInstanceIdentifier: !Ref Banco`"]


def test_the_managed_secret_has_a_name():
    view = views_of(network({"Banco.ManageMasterUserPassword": True})).each[0]
    assert managed_secret(view, view.resources["Banco"]) == "${Banco.MasterUserSecret.SecretArn}"
    assert managed_secret(views_of(network()).each[0], view.resources["App"]) is None
