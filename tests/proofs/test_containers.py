"""ECS no Fargate: o balanceador, o banco, o NAT, o repositório, os serviços e os registros de um serviço."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REMOVED, Architecture, R, bench, holds, prop
from scenery import ELB, allow, network, ref

from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread


def att(name: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


def role(*statements: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "IAM::Role", {
        "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]}


def may(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


ADDED: dict[str, tuple[str, dict[str, Any]]] = {
    "Repositorio": ("ECR::Repository", {}),
    "Registros": ("Logs::LogGroup", {"RetentionInDays": 14}),
    "Tabela": ("DynamoDB::Table", {}),
    "Cluster": ("ECS::Cluster", {}),
    "PapelTarefa": role(may("dynamodb:PutItem", att("Tabela"))),
    "PapelExecucao": role(may("ecr:GetAuthorizationToken", "*"), may(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], att("Repositorio")),
                          may(["logs:CreateLogStream", "logs:PutLogEvents"], att("Registros"))),
    "Tarefa": ("ECS::TaskDefinition", {
        "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512", "TaskRoleArn": att("PapelTarefa"),
        "ExecutionRoleArn": att("PapelExecucao"),
        "ContainerDefinitions": [{
            "Name": "web", "Image": {"Fn::Sub": "${Repositorio.RepositoryUri}:1"}, "PortMappings": [{"ContainerPort": 8080}],
            "Environment": [{"Name": "PGHOST", "Value": {"Fn::GetAtt": ["Banco", "Endpoint.Address"]}}, {"Name": "TABELA", "Value": ref("Tabela")}],
            "LogConfiguration": {"LogDriver": "awslogs", "Options": {
                "awslogs-group": ref("Registros"), "awslogs-region": ref("AWS::Region"), "awslogs-stream-prefix": "web"}}}]}),
    "Alvo": (ELB + "TargetGroup", {"VpcId": ref("Vpc"), "TargetType": "ip", "Protocol": "HTTP", "Port": 80}),
    "Servico": ("ECS::Service", {
        "Cluster": ref("Cluster"), "TaskDefinition": ref("Tarefa"), "LaunchType": "FARGATE", "DesiredCount": 2,
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [ref("PrivadaA"), ref("PrivadaB")], "SecurityGroups": [ref("GrupoApp")]}},
        "LoadBalancers": [{"TargetGroupArn": ref("Alvo"), "ContainerName": "web", "ContainerPort": 8080}]}),
    "AssociaPrivadaB": ("EC2::SubnetRouteTableAssociation", {"SubnetId": ref("PrivadaB"), "RouteTableId": ref("TabelaPrivada")}),
}
CHANGES = {"Ouvinte.DefaultActions.0.TargetGroupArn": ref("Alvo"),
           "GrupoAlb.SecurityGroupEgress": [allow(8080, DestinationSecurityGroupId=ref("GrupoApp"))]}
ARROWS = ("Alb >> Servico", "Servico >> Banco", "Servico >> Nat", "Servico >> Repositorio", "Servico >> Tabela acao=dynamodb:PutItem",
          "Servico >> Registros")


def template():
    made = network(CHANGES, ADDED)
    made.data[R]["Servico"]["DependsOn"] = ["Ouvinte"]
    return made


def one(arrow: str) -> Architecture:
    return bench(template(), arrow)


@pytest.mark.parametrize("arrow", ARROWS)
def test_each_arrow_is_proven_and_every_line_counts(arrow):
    holds(one(arrow))


def test_all_together_nothing_of_the_service_is_left_unread():
    every = bench(template(), *ARROWS)
    said = [str(found) for found in unread(every.diagram, every.views, every.proofs)]
    scene = ("`Servidor` (", "`App` (", "`Destino` (")  # o resto da rede de teste, que estas setas não mostram
    assert [text for text in said if not any(name in text for name in scene)] == []
    left = [str(found) for found in unclaimed(every.diagram, every.views, every.proofs)]
    assert [text for text in left if "Papel" in text or "Servico" in text] == []


POLICY = ("Policies", 0, "PolicyDocument", "Statement")
CONTAINER = ("ContainerDefinitions", 0)
BROKEN = [
    ("Alb >> Servico", prop("Servico", "LoadBalancers", 0, "TargetGroupArn"), ref("Destino"), "encaminha a um grupo de destino de `Servico`"),
    ("Alb >> Servico", prop("Servico", "LoadBalancers", 0, "ContainerPort"), 80, "publica a porta"),
    ("Alb >> Servico", prop("Servico", "LoadBalancers", 0, "ContainerName"), "outro", "publica a porta"),
    ("Alb >> Servico", prop("Alvo", "TargetType"), "instance", "não entrega em endereços"),
    ("Alb >> Servico", prop("Alvo", "HealthCheckPort"), "9000", "não deixa entrar tcp 9000"),
    ("Alb >> Servico", (R, "Servico", "DependsOn"), REMOVED, "pode nascer antes do ouvinte"),
    ("Alb >> Servico", prop("GrupoApp", "SecurityGroupIngress"), [], "não deixa entrar tcp 8080"),
    ("Alb >> Servico", prop("Servico", "DesiredCount"), 0, "não roda nenhuma tarefa"),
    ("Alb >> Servico", prop("Servico", "LaunchType"), "EC2", "em que máquina `Servico` roda"),
    ("Alb >> Servico", prop("Tarefa", "RequiresCompatibilities"), ["EC2"], "não é do Fargate"),
    ("Alb >> Servico", prop("Tarefa", "NetworkMode"), "bridge", "não é do Fargate"),
    ("Alb >> Servico", prop("Tarefa", "Memory"), "300", "não tem o tamanho"),
    ("Alb >> Servico", prop("Tarefa", *CONTAINER, "Image"), REMOVED, "ou sem imagem"),
    ("Alb >> Servico", prop("Tarefa", *CONTAINER, "PortMappings", 0, "HostPort"), 80, "é a mesma do contêiner"),
    ("Alb >> Servico", prop("Tarefa", *CONTAINER, "Secrets"), [{"Name": "SENHA", "ValueFrom": "arn:aws:secretsmanager:sa-east-1:1:secret:x"}],
     "não lê um segredo"),
    ("Alb >> Servico", prop("Servico", "TaskDefinition"), "outra:1", "não se conhece a tarefa"),
    ("Servico >> Banco", prop("GrupoBanco", "SecurityGroupIngress"), [], "não deixa entrar tcp 5432"),
    ("Servico >> Banco", prop("Servico", "NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups"), [ref("GrupoAlb")], "tcp 5432"),
    ("Servico >> Nat", prop("RotaPrivada", "DestinationCidrBlock"), "10.9.0.0/16", "não tem rota 0.0.0.0/0"),
    ("Servico >> Repositorio", prop("Tarefa", *CONTAINER, "Image"), "public.ecr.aws/nginx:1", "usa a imagem de `Repositorio`"),
    ("Servico >> Repositorio", prop("Tarefa", "ExecutionRoleArn"), REMOVED, "não tem um papel de execução"),
    ("Servico >> Repositorio", prop("PapelExecucao", *POLICY, 0, "Resource"), att("Repositorio"), "fazer `ecr:GetAuthorizationToken`"),
    ("Servico >> Repositorio", prop("PapelExecucao", *POLICY, 1, "Action"), ["ecr:BatchGetImage"], "fazer `ecr:GetDownloadUrlForLayer`"),
    ("Servico >> Repositorio", prop("PapelExecucao", "AssumeRolePolicyDocument", "Statement", 0, "Principal"), {"Service": "ecs.amazonaws.com"},
     "não confia em `ecs-tasks.amazonaws.com`"),
    ("Servico >> Repositorio", prop("RotaPrivada", "DestinationCidrBlock"), "10.9.0.0/16", "não chega a `ecr.api`"),
    ("Servico >> Tabela acao=dynamodb:PutItem", prop("Tarefa", "TaskRoleArn"), REMOVED, "não usam um papel deste template"),
    ("Servico >> Tabela acao=dynamodb:PutItem", prop("Tarefa", "TaskRoleArn"), att("PapelExecucao"), "fazer `dynamodb:PutItem`"),
    ("Servico >> Tabela acao=dynamodb:PutItem", prop("Tarefa", *CONTAINER, "Environment", 1), {"Name": "X", "Value": "y"}, "qual é `Tabela`"),
    ("Servico >> Banco", prop("Tarefa", *CONTAINER, "Environment", 0), {"Name": "X", "Value": "y"}, "qual é `Banco`"),
    ("Servico >> Registros", prop("Tarefa", *CONTAINER, "LogConfiguration", "Options", "awslogs-group"), "outro", "escreve em `Registros`"),
    ("Servico >> Registros", prop("Tarefa", *CONTAINER, "LogConfiguration", "LogDriver"), "splunk", "não usa o `awslogs`"),
    ("Servico >> Registros", prop("Tarefa", *CONTAINER, "LogConfiguration", "Options", "awslogs-stream-prefix"), REMOVED, "que o Fargate exige"),
    ("Servico >> Registros", prop("Tarefa", *CONTAINER, "LogConfiguration", "Options", "awslogs-region"), "us-east-1", "não diz a região"),
    ("Servico >> Registros", prop("PapelExecucao", *POLICY, 2, "Action"), ["logs:PutLogEvents"], "fazer `logs:CreateLogStream`"),
]


def test_what_the_execution_role_does_needs_no_arrow():
    secret = {"Fn::GetAtt": ["Banco", "MasterUserSecret.SecretArn"]}
    whole = one("Servico >> Repositorio").put(*prop("Tarefa", *CONTAINER, "Secrets"), value=[
        {"Name": "SENHA", "ValueFrom": {"Fn::Sub": "${Banco.MasterUserSecret.SecretArn}:password::"}}])
    allowed = whole.put(*prop("PapelExecucao", *POLICY, 2), value=may(["logs:CreateLogStream", "logs:PutLogEvents"], att("Registros")))
    allowed = allowed.put(*prop("PapelTarefa", *POLICY, 0), value=may("dynamodb:PutItem", att("Tabela")))
    allowed = allowed.put(R, "PapelExecucao", "Properties", "Policies", value=[
        *allowed.template.data[R]["PapelExecucao"]["Properties"]["Policies"],
        {"PolicyName": "segredo", "PolicyDocument": {"Statement": [may("secretsmanager:GetSecretValue", secret)]}}])
    assert any("não lê um segredo" in text for text in whole.missing())
    assert allowed.missing() == []
    left = [str(found) for found in unclaimed(allowed.diagram, allowed.views, allowed.proofs)]
    assert not any("PapelExecucao" in text for text in left)
    other = allowed.put(*prop("PapelExecucao", "Policies", 1, "PolicyDocument", "Statement", 0, "Resource"), value=att("Tabela"))
    assert any("PapelExecucao" in str(found) for found in unclaimed(other.diagram, other.views, other.proofs))


def test_the_container_may_receive_the_password():
    kept = one("Servico >> Banco").put(*prop("Banco", "ManageMasterUserPassword"), value=True)
    assert any("secretsmanager:GetSecretValue" in text for text in kept.missing())
    given = kept.put(*prop("Tarefa", *CONTAINER, "Secrets"), value=[
        {"Name": "SENHA", "ValueFrom": {"Fn::Sub": "${Banco.MasterUserSecret.SecretArn}:password::"}}])
    assert any("não lê um segredo" in text for text in given.missing())
    secret = {"Fn::GetAtt": ["Banco", "MasterUserSecret.SecretArn"]}
    allowed = given.put(*prop("PapelExecucao", *POLICY, 2), value=may("secretsmanager:GetSecretValue", secret))
    assert allowed.missing() == []
    assert allowed.survivors() == []


@pytest.mark.parametrize("arrow, path, value, missing", BROKEN, ids=lambda value: str(value)[-40:].strip())
def test_what_is_missing(arrow, path, value, missing):
    architecture = one(arrow)
    said = (architecture.remove(*path) if value is REMOVED else architecture.put(*path, value=value)).missing()
    assert any(missing in text for text in said), said
