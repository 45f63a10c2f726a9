"""Recuperação: o que falha volta sozinho, ou não se perde."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.claims.kinds import DATABASE, DATABASE_CLUSTER, GROUP, INSTANCE, QUEUE, TABLE, strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, equal, require, setting, true
from scripts.proofs.arns import designated
from scripts.proofs.places import place, places
from scripts.proofs.queues import set_aside
from scripts.proofs.rules import Evidence, Found, Missing, at
from scripts.resolution import Resolution
from scripts.template import Resource

ALARM = "AWS::CloudWatch::Alarm"
ASYNCHRONOUS = ("s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com")


@claim("resiliencia")
def recovers_alone(scene: Scene) -> Iterator[Evidence]:
    """Resiliência.

    Depois de uma falha a arquitetura volta sozinha, e o que ela guarda tem cópia de onde
    voltar: instância doente é trocada, banco passa para a reserva, evento que falha não some.

    - o grupo do Auto Scaling usa a verificação de saúde do balanceador a que pertence;
    - o banco do RDS é Multi-AZ e tem backup automático de ao menos um dia;
    - a tabela do DynamoDB tem recuperação a um ponto no tempo;
    - a função que recebe eventos assíncronos tem destino de falha ou fila de mensagens mortas;
    - não há instância EC2 avulsa.

    Fonte: https://docs.aws.amazon.com/wellarchitected/latest/framework/rel11.html
    """
    yield from strangers(scene)
    values = scene.values
    for instance in values.of_type(INSTANCE):
        yield Missing(("Resources", instance.id, "Type"), f"ninguém substitui `{instance.id}` se ela falhar",
                      "ponha-a num grupo do Auto Scaling")
    for group in values.of_type(GROUP):
        yield from _health(values, group)
    for database in values.of_type(DATABASE, DATABASE_CLUSTER):
        yield from _standby(values, database)
    for table in values.of_type(TABLE):
        keys = ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
        yield from require(values, table, keys, true, "volta a qualquer instante recente",
                           f"`{table.id}` não tem recuperação a um ponto no tempo", "use `PointInTimeRecoveryEnabled: true`")
    yield from kept_failures(values)


def _health(values: Resolution, group: Resource) -> Iterator[Evidence]:
    balanced = [name for name in ("TargetGroupARNs", "LoadBalancerNames") if name in group.properties]
    if balanced or "HealthCheckType" in group.properties:
        if balanced and any(values.resource(target) for target in values.items(group, balanced[0])):
            yield Found(at(group, balanced[0]), "o balanceador vê a saúde de cada instância")
        else:
            yield Missing(("Resources", group.id), f"`{group.id}` não está em nenhum balanceador do template",
                          "dê-lhe `TargetGroupARNs`")
        yield from require(values, group, ("HealthCheckType",), lambda kind: "ELB" in str(kind).split(","),
                           "a que o balanceador diz doente é trocada",
                           f"`{group.id}` só troca a instância que para, não a que deixa de atender",
                           "use `HealthCheckType: ELB`")
    else:
        yield from require(values, group, ("MinSize",), at_least(1), "a instância que para é trocada",
                           f"`{group.id}` pode ficar sem instância", "use `MinSize: 1` ou mais")


def _standby(values: Resolution, database: Resource) -> Iterator[Evidence]:
    written = database.properties
    if "DBClusterIdentifier" in written or "SourceDBInstanceIdentifier" in written:
        return
    if database.type == DATABASE:
        yield from require(values, database, ("MultiAZ",), true, "passa sozinho para a reserva",
                           f"`{database.id}` não tem reserva", "use `MultiAZ: true`")
    yield from require(values, database, ("BackupRetentionPeriod",), at_least(1), "tem backup automático",
                       f"`{database.id}` não tem backup automático", "use `BackupRetentionPeriod: 7`")


@claim("banco-gerenciado")
def managed_database(scene: Scene) -> Iterator[Evidence]:
    """Banco gerenciado.

    O trabalho de rotina com o banco é do RDS: copiar todo dia, corrigir a versão, guardar e
    trocar a senha.

    - backup automático de ao menos um dia;
    - versões menores aplicadas pelo RDS, com `AutoMinorVersionUpgrade: true`;
    - senha criada e trocada pelo RDS, com `ManageMasterUserPassword: true`.

    Fonte: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Welcome.html
    """
    values = scene.values
    for database in values.of_type(DATABASE):
        if "DBClusterIdentifier" in database.properties:
            continue
        yield from require(values, database, ("BackupRetentionPeriod",), at_least(1), "o RDS copia o banco todo dia",
                           f"`{database.id}` não tem backup automático", "use `BackupRetentionPeriod: 7`")
        for name, text in (("AutoMinorVersionUpgrade", "o RDS aplica as correções"),
                           ("ManageMasterUserPassword", "o RDS cria e troca a senha")):
            yield from require(values, database, (name,), true, text, f"`{database.id}` deixa isso para você: `{name}`",
                               f"use `{name}: true`")


@claim("falhas-guardadas")
def keeps_failures(scene: Scene) -> Iterator[Evidence]:
    """Nenhum evento que falha se perde.

    O evento que a função não consegue processar em nenhuma tentativa fica guardado, e um
    alarme avisa que há o que olhar.

    - cada função que recebe eventos assíncronos tem destino de falha ou fila de mensagens mortas;
    - cada fila que uma função lê manda a outra o que falha, e a função diz que mensagens do lote falharam;
    - o destino é uma fila do template, e um alarme vigia as mensagens visíveis nela.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    values = scene.values
    yield from kept_failures(values)
    for mapping in values.of_type("AWS::Lambda::EventSourceMapping"):
        yield from _set_aside(values, mapping)
    for target in filter(None, (_destination(values, function)[1] for function in _asynchronous(values))):
        if target.type == QUEUE:
            yield from _watched(values, target)
            yield from _roomy(values, target)
        else:
            yield Missing(("Resources", target.id, "Type"), f"`{target.id}` não é uma fila", "guarde as falhas numa fila do SQS")


def _set_aside(values: Resolution, mapping: Resource) -> Iterator[Evidence]:
    """A fila lida manda a outra, vigiada, o que falha vezes demais."""
    queue = designated(values, values.property(mapping, "EventSourceArn"), QUEUE)
    if queue is None:
        return
    partial = [item for item in places(values, mapping, "FunctionResponseTypes") if item.value == "ReportBatchItemFailures"]
    if partial:
        yield Found(partial[0].path, "só a mensagem que falhou volta à fila")
    else:
        yield Missing(at(mapping), f"uma mensagem que falha devolve o lote inteiro a `{queue.id}`",
                      "use `FunctionResponseTypes: [ReportBatchItemFailures]`")
    dead = designated(values, values.property(queue, "RedrivePolicy", "deadLetterTargetArn"), QUEUE)
    if dead is None:
        yield Missing(at(queue), f"a mensagem que ninguém processa some de `{queue.id}`", "dê à fila uma `RedrivePolicy`")
        return
    yield from set_aside(values, queue, dead)
    yield from _watched(values, dead)
    yield from _roomy(values, dead)


def _roomy(values: Resolution, queue: Resource) -> Iterator[Missing]:
    """A fila guarda por ao menos os 4 dias de praxe, e a mensagem inteira cabe nela."""
    for name, least in (("MessageRetentionPeriod", 345_600), ("MaximumMessageSize", 262_144)):
        if name in queue.properties and not setting(values, queue, name).always(at_least(least)):
            yield Missing(at(queue, name), f"`{name}` de `{queue.id}` é pouco para guardar uma falha", f"use ao menos {least}")


def kept_failures(values: Resolution) -> Iterator[Evidence]:
    """Cada função assíncrona tem para onde mandar o que falha."""
    for function in _asynchronous(values):
        found, destination = _destination(values, function)
        if destination is None:
            yield Missing(("Resources", function.id), f"o evento que `{function.id}` não processa se perde",
                          "acrescente um `AWS::Lambda::EventInvokeConfig` com `OnFailure`")
        yield from found


def _asynchronous(values: Resolution) -> list[Resource]:
    functions = []
    for permission in values.of_type("AWS::Lambda::Permission"):
        function = values.resource(values.property(permission, "FunctionName"))
        if function and values.property(permission, "Principal") in ASYNCHRONOUS and function not in functions:
            functions.append(function)
    return functions


def _destination(values: Resolution, function: Resource) -> tuple[list[Found], Resource | None]:
    target = values.resource(values.property(function, "DeadLetterConfig", "TargetArn"))
    if target:
        return [Found(at(function, "DeadLetterConfig", "TargetArn"), f"o evento que falha vai para `{target.id}`")], target
    for config in values.of_type("AWS::Lambda::EventInvokeConfig"):
        keys = ("DestinationConfig", "OnFailure", "Destination")
        written = place(values, config, *keys)
        target = values.resource(written.value) if written else None
        if written and target and values.resource(values.property(config, "FunctionName")) == function:
            found = [Found(at(config, "FunctionName"), f"vale para `{function.id}`"),
                     Found(written.path, f"o evento que falha vai para `{target.id}`")]
            return found, target
    return [], None


def _watched(values: Resolution, queue: Resource) -> Iterator[Evidence]:
    for alarm in values.of_type(ALARM):
        for item in places(values, alarm, "Dimensions"):
            dimension = item.value if isinstance(item.value, dict) else {}
            named = dimension.get("Value") if dimension.get("Name") == "QueueName" else None
            if values.resource(named) == queue and values.property(alarm, "ActionsEnabled") in (None, True, "true"):
                yield Found(item.path, f"o alarme olha `{queue.id}`")
                yield from _alarm(values, alarm)
                return
    yield Missing(("Resources", queue.id), f"nenhum alarme vigia `{queue.id}`",
                  "acrescente um `AWS::CloudWatch::Alarm` de `ApproximateNumberOfMessagesVisible`")


def _alarm(values: Resolution, alarm: Resource) -> Iterator[Evidence]:
    expected = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}
    for name, value in expected.items():
        yield from require(values, alarm, (name,), equal(value), "e as mensagens à espera",
                           f"`{alarm.id}` não olha as mensagens à espera", f"use `{name}: {value}`")
    fires = {"GreaterThanOrEqualToThreshold": 1, "GreaterThanThreshold": 0}
    compare = values.property(alarm, "ComparisonOperator")
    limit = fires.get(str(compare))
    yield from require(values, alarm, ("ComparisonOperator",), lambda written: written in fires, "dispara quando há mensagens",
                       f"`{alarm.id}` não dispara quando há mensagens", "use `GreaterThanOrEqualToThreshold`")
    yield from require(values, alarm, ("Threshold",), lambda written: str(written).isdigit() and int(written) == limit,
                       "já na primeira", f"`{alarm.id}` não dispara na primeira mensagem", "use `Threshold: 1`")
