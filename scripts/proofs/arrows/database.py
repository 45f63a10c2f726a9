"""Regras do RDS: quem fala com o banco, e como ele se repete noutra zona."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scripts.aws.catalog import HERE
from scripts.aws.questions import IDENTITY, NAMES, REACH
from scripts.aws.types import DATABASE, DB_CLUSTER, ECS_SERVICE, FUNCTION, INSTANCE, SCALING_GROUP
from scripts.proofs.arrows.passage import passage
from scripts.proofs.arrows.ports import misread, ports_of
from scripts.proofs.arrows.program import unhanded
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.citations import cites
from scripts.proofs.facts.expect import expect, true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Request, decide, evidence, lines as permitted
from scripts.proofs.identity.keys import key_of, of_aws
from scripts.proofs.identity.principals import principal_of, task_of
from scripts.proofs.network.interfaces_by_type import drawn_subnets
from scripts.proofs.network.path import named, reach, same_vpc
from scripts.proofs.network.topology import Network, distinct_zones
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
ENGINES = {
    "aurora-mysql": 3306, "aurora-postgresql": 5432, "db2": 50000, "mariadb": 3306, "mysql": 3306, "oracle": 1521,
    "postgres": 5432, "sqlserver": 1433,
}

EDITIONS = ("db2", "oracle", "sqlserver")
"""Motores cujo nome sempre traz a edição: `oracle-ee`, `sqlserver-se`."""


@rule((INSTANCE, SCALING_GROUP, FUNCTION, ECS_SERVICE), (DATABASE, DB_CLUSTER), asks=(REACH, IDENTITY, NAMES))
def workload_reaches_database(case: Case) -> Iterator[Evidence]:
    """Uma aplicação na VPC conversa com o banco do RDS.

    O banco vive nas sub-redes do grupo de sub-redes dele, e só ouve na porta do motor, se os
    grupos de segurança das duas pontas deixam. Quando é o RDS que guarda a senha, a aplicação
    precisa poder lê-la.

    - as duas pontas na mesma VPC, e o `DBSubnetGroup` que diz as sub-redes do banco;
    - a porta do motor, igual à da seta quando ela diz uma;
    - a saída do grupo da aplicação e a entrada do grupo do banco nessa porta, e só nela;
    - o endereço do banco e o segredo dele no que o programa recebe do template;
    - com `ManageMasterUserPassword`, a permissão de ler o segredo e um caminho até o Secrets Manager; ou
      `EnableIAMDatabaseAuthentication` e a permissão `rds-db:connect`.

    Fonte: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.Scenarios.html
    """
    net, source, target = case.net, case.drawn_tail, case.head_home
    port, lines = listening(net, case.head)
    yield from lines
    yield from misread(case.edge, at(case.head, "Engine"))
    if port is None:
        return
    other = _elsewhere(case, port)
    yield from (other,) if other else ()
    yield from one_door(case)
    yield from source.lines()
    yield from target.lines(2)
    yield from target.spread(net)
    yield from named(net, source)
    for piece in reach(net, source, target, port):
        yield replace(piece, root=other.need) if other and isinstance(piece, Missing) else piece  # abrir a porta errada não é o conserto
    yield from _addressed(case)
    yield from _credentials(case)


def _elsewhere(case: Case, port: int) -> Missing | None:
    """O banco ouve numa porta, e a seta diz outra: se é por esta que os grupos deixam passar, quem mudou foi o banco."""
    view, said = case.view, ports_of(case.edge, port)
    if said == [port]:
        return None
    written, need = view.at(case.head, "Port"), f"`{case.head.id}` ouve na porta {port}"
    if written:
        return Missing(written.path, f"{need}, a de `Port`, e a seta diz {case.edge.port}",
                       "tire `Port`, ou iguale a ela a seta e os grupos de segurança")
    ways = [reach(case.net, case.drawn_tail, case.head_home, one) for one in said]
    if ways and not any(isinstance(piece, Missing) for way in ways for piece in way):
        return Missing(at(case.head, "Engine"), f"{need}, a do motor `{view.value(case.head, 'Engine')}`, e a seta e os grupos de segurança dizem "
                       f"{case.edge.port}", f"volte ao motor dessa porta, ou escreva `Port: {case.edge.port}`")
    return Missing(at(case.head, "Engine"), f"{need}, e a seta diz {case.edge.port}", f"corrija para `porta=\"{port}\"`")


def _addressed(case: Case) -> Iterator[Missing]:
    """O RDS gera o endereço do banco: alguém no template precisa dizê-lo ao programa, se o nome não é escrito."""
    if case.view.at(case.head, "DBInstanceIdentifier") or case.view.at(case.head, "DBClusterIdentifier"):
        return
    if not any(cites(resource.body, f"{case.head.id}.Endpoint.Address") for resource in case.view.resources.values()):
        yield Missing(at(case.head), f"nada diz ao programa de `{case.tail.id}` o endereço de `{case.head.id}`",
                      f"passe `!GetAtt {case.head.id}.Endpoint.Address` ao programa")


def _credentials(case: Case) -> Iterator[Evidence]:
    """Com a senha gerenciada pelo RDS, a aplicação lê o segredo ou se autentica pelo IAM."""
    secret = managed_secret(case.view, case.head)
    handed = next(_handed(case, secret), None) if secret else None
    if handed:
        yield handed
        return
    principal = principal_of(case.view, case.tail) if secret else None
    if secret is None or principal is None:
        return
    yield from principal.evidence
    if principal.role is None:
        return
    by_iam = _by_iam(case.view, case.head, principal.role)
    if by_iam:
        yield from by_iam
        return
    yield from unhanded(case.view, case.tail, secret[2:-1], f"qual é o segredo de `{case.head.id}`")
    decision = decide(Request(case.view, "secretsmanager:GetSecretValue", secret, principal.role), None)
    yield from evidence(decision, at(principal.role), f"`{principal.role.id}`", f"o segredo de `{case.head.id}`",
                        f"permita a ação em `!GetAtt {case.head.id}.MasterUserSecret.SecretArn`")
    yield from _unlocked(case, decision.request)
    yield from passage(case, case.tail, "secretsmanager", decision.request)


def _handed(case: Case, secret: str) -> Iterator[Found]:
    """O contêiner do ECS recebe a senha ao nascer: quem a lê é o papel de execução, e a viabilidade do serviço o confere."""
    view = case.view
    task = task_of(view, case.tail) if case.tail.type == ECS_SERVICE else None
    for container in view.items(task, "ContainerDefinitions") if task else ():
        for item in view.items_inside(container, "Secrets"):
            source = view.inside(item, "ValueFrom")
            if source and str(source.value).startswith(secret):
                yield Found(source.path, f"o contêiner recebe a senha de `{case.head.id}`")


def _unlocked(case: Case, request: Request) -> Iterator[Evidence]:
    """A chave do segredo, se é de quem escreveu o template, também se deixa usar por quem o lê."""
    written = case.view.at(case.head, "MasterUserSecret", "KmsKeyId")
    key = key_of(case.view, written)
    if of_aws(written):
        return
    if written and key:
        yield Found(written.path, f"o segredo é cifrado com a chave `{key.id}`")
        yield from evidence(decide(replace(request, action="kms:Decrypt", arn=case.view.arn(key) or ""), key), at(key), "o papel",
                            f"o segredo de `{case.head.id}`", "permita `kms:Decrypt` na chave que o cifra")
    elif written:
        yield Missing(written.path, f"não se conhece a chave do segredo de `{case.head.id}`", "cite uma `AWS::KMS::Key` do template")


def _by_iam(view: View, database: Resource, role: Resource) -> list[Evidence]:
    """As linhas com que o papel entra no banco sem senha, como qualquer usuário dele; vazio quando não entra."""
    enabled = view.at(database, "EnableIAMDatabaseAuthentication")
    number = "DBClusterResourceId" if database.type == DB_CLUSTER else "DbiResourceId"
    users = f"arn:${{AWS::Partition}}:rds-db:{HERE}:dbuser:${{{database.id}.{number}}}/*"
    decision = decide(Request(view, "rds-db:connect", users, role), None)
    if enabled is None or str(enabled.value).lower() != "true" or not decision.granted or not decision.allowed:
        return []
    return [Found(enabled.path, "o banco aceita as credenciais do IAM"), *permitted(decision.allowed, decision.request)]


@rule(DATABASE, DATABASE, asks=(REACH,))
def primary_reaches_standby(case: Case) -> Iterator[Evidence]:
    """O banco primário se repete na instância em espera, ou numa réplica de leitura.

    Com Multi-AZ, o RDS mantém uma cópia síncrona noutra zona, entre as do grupo de sub-redes;
    uma réplica de leitura é outro recurso, que cita a origem.

    - `MultiAZ: true`, quando os dois componentes são o mesmo recurso;
    - sub-redes de ao menos duas zonas no `DBSubnetGroup`, e os componentes desenhados em zonas diferentes;
    - nenhuma outra seta até a instância em espera, que não atende conexões;
    - ou `SourceDBInstanceIdentifier` na réplica.

    Fonte: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
    """
    net = case.net
    if case.tail != case.head:
        yield _replica(net, case.tail, case.head)
        return
    yield from expect(net.view, case.head, "MultiAZ", true, "o RDS mantém uma cópia em espera noutra zona",
                      f"`{case.head.id}` não é Multi-AZ", "escreva `MultiAZ: true`")
    engine = str(net.view.value(case.head, "Engine"))
    if engine.startswith("aurora"):
        yield Missing(at(case.head, "Engine"), "o Aurora repete os dados no cluster, e não por `MultiAZ`",
                      "desenhe o cluster e as suas instâncias")
    yield from _zones(net, case)
    yield from _idle(case)


def listening(net: Network, database: Resource) -> tuple[int | None, list[Evidence]]:
    """A porta em que o banco ouve, com as linhas que a decidem."""
    engine, written = net.view.at(database, "Engine"), net.view.at(database, "Port")
    usual = default_port(engine)
    port = whole(written.value) if written else None
    if written and port is not None:
        return port, [Found(written.path, f"o banco ouve na porta {port}")] if port != usual else [_engine(engine, port)]
    if usual is None or written:
        return None, [Missing(at(database, "Engine"), f"não se sabe em que porta `{database.id}` ouve",
                              "escreva `Engine`, ou `Port` com um número")]
    return usual, [_engine(engine, usual)]


def default_port(engine: Placed | None) -> int | None:
    """A porta que o RDS dá a cada motor."""
    value = str(engine.value) if engine else ""
    names = [name for name in ENGINES if (value.startswith(f"{name}-") if name in EDITIONS else value == name)]
    return ENGINES[names[0]] if names else None


def managed_secret(view: View, database: Resource) -> str | None:
    """O ARN do segredo que o RDS cria com a senha, quando é ele que a gerencia."""
    managed = true(view.value(database, "ManageMasterUserPassword"))
    return f"${{{database.id}.MasterUserSecret.SecretArn}}" if managed else None


def _engine(engine: Placed | None, port: int) -> Evidence:
    assert engine
    return Found(engine.path, f"o motor {engine.value} ouve na porta {port}")


def _replica(net: Network, source: Resource, replica: Resource) -> Evidence:
    written = net.view.at(replica, "SourceDBInstanceIdentifier")
    named = net.view.points(written, DATABASE) if written else None
    if written and named == source:
        return Found(written.path, f"`{replica.id}` é réplica de `{source.id}`")
    return Missing(at(replica), f"`{replica.id}` não é réplica de `{source.id}`",
                   f"escreva `SourceDBInstanceIdentifier: !Ref {source.id}`")


def one_door(case: Case) -> Iterator[Evidence]:
    """Um banco desenhado como primário e espera só atende num deles."""
    twins = {node.id for node in case.diagram.nodes if case.head.id in node.resources} - {case.edge.head}
    for other in case.diagram.edges:
        if other.head in twins and case.head.id not in case.diagram.elements[other.tail].resources:
            need = f"`{case.head.id}` atende em `{case.edge.head}` e em `{other.head}`, e só o primário atende"
            yield Missing(at(case.head), need, "leve as setas das aplicações ao primário")


def _idle(case: Case) -> Iterator[Evidence]:
    """A instância em espera não atende: nenhuma outra seta chega a ela. É o que a distingue do primário."""
    for other in case.diagram.edges:
        if other.head == case.edge.head and other.id != case.edge.id:
            yield Missing(at(case.head), f"`{case.edge.head}` está em espera e não atende `{other.tail}`",
                          "leve essa seta ao primário, ou inverta a da réplica")


def _zones(net: Network, case: Case) -> Iterator[Evidence]:
    home = case.head_home
    yield from same_vpc(net, home)
    yield from home.lines(2)
    yield from home.spread(net)
    drawn = [drawn_subnets(net, case.diagram, end) for end in (case.edge.tail, case.edge.head)]
    if all(drawn) and not distinct_zones(*(net.subnets[ends[0]].zone for ends in drawn)):
        yield Missing(at(case.head), "o primário e o em espera não estão desenhados em zonas diferentes",
                      "desenhe cada um numa sub-rede de zona diferente")
