"""Recuperação: o que falha volta sozinho, ou não se perde."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.types import (
    ALARM, BUCKET, CLASSIC_BALANCER, DATABASE, DB_CLUSTER, EVENT_BUS, EVENT_INVOKE_CONFIG, FUNCTION, INSTANCE,
    LAMBDA_PERMISSION, QUEUE, SCALING_GROUP, SCHEDULE, TABLE, TARGET_GROUP, TOPIC,
)
from scripts.proofs.arrows.balancing import enrolments
from scripts.proofs.arrows.queues import set_aside
from scripts.proofs.claims.known import strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import Setting, at_least, below, equal, number, require, setting
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.alarms import misread, watching
from scripts.proofs.facts.callees import Callee, callee, configured, lapsed
from scripts.proofs.facts.expect import false, true
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import service_name
from scripts.template.cloudformation import Key, Resource

WAITING = tuple(f"{name}.amazonaws.com" for name in (
    "apigateway", "elasticloadbalancing", "cognito-idp", "lex", "lexv2", "edgelambda", "batchoperations.s3")) + ("alexa-appkit.amazon.com",)
"""Serviços que esperam a resposta da função; os outros a chamam e seguem adiante.

https://docs.aws.amazon.com/lambda/latest/operatorguide/invocation-modes.html
"""
USUAL_RETENTION = 345_600
"""Por quantos segundos uma fila guarda o que recebe, quando não diz."""


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
    view = scene.view
    for instance in view.of_type(INSTANCE):
        yield Missing(("Resources", instance.id, "Type"), f"ninguém substitui `{instance.id}` se ela falhar",
                      "ponha-a num grupo do Auto Scaling")
    for group in view.of_type(SCALING_GROUP):
        yield from _health(view, group)
    for database in view.of_type(DATABASE, DB_CLUSTER):
        yield from _standby(view, database)
    for table in view.of_type(TABLE):
        keys = ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
        yield from require(view, table, keys, true, "volta a qualquer instante recente",
                           f"`{table.id}` não tem recuperação a um ponto no tempo", "use `PointInTimeRecoveryEnabled: true`")
    yield from kept_failures(view)


def _health(view: View, group: Resource) -> Iterator[Evidence]:
    balanced = enrolments(view, group)
    if balanced or view.at(group, "HealthCheckType") is not None:
        if any(view.points(target, TARGET_GROUP, CLASSIC_BALANCER) for target in balanced):
            yield Found(balanced[0].path, "o balanceador vê a saúde de cada instância")
        else:
            yield Missing(("Resources", group.id), f"`{group.id}` não está em nenhum balanceador do template",
                          "dê-lhe `TargetGroupARNs`")
        yield from require(view, group, ("HealthCheckType",), lambda kind: "ELB" in str(kind).split(","),
                           "a que o balanceador diz doente é trocada",
                           f"`{group.id}` só troca a instância que para, não a que deixa de atender",
                           "use `HealthCheckType: ELB`")
    else:
        yield from require(view, group, ("MinSize",), at_least(1), "a instância que para é trocada",
                           f"`{group.id}` pode ficar sem instância", "use `MinSize: 1` ou mais")


def _standby(view: View, database: Resource) -> Iterator[Evidence]:
    if view.at(database, "DBClusterIdentifier") or view.at(database, "SourceDBInstanceIdentifier"):
        return
    if database.type == DATABASE:
        yield from require(view, database, ("MultiAZ",), true, "passa sozinho para a reserva",
                           f"`{database.id}` não tem reserva", "use `MultiAZ: true`")
    yield from require(view, database, ("BackupRetentionPeriod",), at_least(1), "tem backup automático",
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
    view = scene.view
    for database in view.of_type(DATABASE):
        if scene.view.at(database, "DBClusterIdentifier") is not None:
            continue
        yield from require(view, database, ("BackupRetentionPeriod",), at_least(1), "o RDS copia o banco todo dia",
                           f"`{database.id}` não tem backup automático", "use `BackupRetentionPeriod: 7`")
        for name, text in (("AutoMinorVersionUpgrade", "o RDS aplica as correções"),
                           ("ManageMasterUserPassword", "o RDS cria e troca a senha")):
            yield from require(view, database, (name,), true, text, f"`{database.id}` deixa isso para você: `{name}`",
                               f"use `{name}: true`")


@claim("falhas-guardadas")
def keeps_failures(scene: Scene) -> Iterator[Evidence]:
    """Nenhum evento que falha se perde.

    O evento que a função não consegue processar em nenhuma tentativa fica guardado, e um
    alarme dispara enquanto há o que olhar.

    - cada função que um serviço chama sem esperar a resposta tem, na versão `$LATEST`, destino de falha
      ou fila de mensagens mortas;
    - o mais que as funções leem são filas do template: cada uma manda a outra, que guarda por mais tempo,
      o que falha, e a função diz que mensagens do lote falharam;
    - o destino é uma fila do template, e um alarme vigia, pelo nome dela, as mensagens visíveis.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    view = scene.view
    yield from kept_failures(view)
    for mapping in view.of_type("AWS::Lambda::EventSourceMapping"):
        yield from _set_aside(view, mapping)
    for target in filter(None, (_destination(view, each.function, each.qualifier)[1] for each in _asynchronous(view)[0])):
        if target.type == QUEUE:
            yield from _watched(view, target)
            yield from _roomy(view, target)
        else:
            yield Missing(("Resources", target.id, "Type"), f"`{target.id}` não é uma fila", "guarde as falhas numa fila do SQS")


def _set_aside(view: View, mapping: Resource) -> Iterator[Evidence]:
    """A fila lida manda a outra, vigiada, o que falha vezes demais."""
    queue = view.points(view.value(mapping, "EventSourceArn"), QUEUE, by=(ARN,))
    if queue is None:
        yield Missing(at(mapping), f"o que falha na leitura de `{mapping.id}` não fica guardado, ou não se sabe onde: a fonte não é uma fila",
                      "leia de uma fila do SQS deste template")
        return
    partial = [item for item in view.items(mapping, "FunctionResponseTypes") if item.value == "ReportBatchItemFailures"]
    if partial:
        yield Found(partial[0].path, "só a mensagem que falhou volta à fila")
    else:
        yield Missing(at(mapping), f"uma mensagem que falha devolve o lote inteiro a `{queue.id}`",
                      "use `FunctionResponseTypes: [ReportBatchItemFailures]`")
    dead = view.points(view.value(queue, "RedrivePolicy", "deadLetterTargetArn"), QUEUE, by=(ARN,))
    if dead is None:
        yield Missing(at(queue), f"a mensagem que ninguém processa some de `{queue.id}`", "dê à fila uma `RedrivePolicy`")
        return
    yield from set_aside(view, queue, dead)
    yield from _outlasts(view, queue, dead)
    yield from _watched(view, dead)
    yield from _roomy(view, dead)


def _outlasts(view: View, queue: Resource, dead: Resource) -> Iterator[Evidence]:
    """Numa fila padrão, a mensagem conta a idade desde a primeira fila.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    """
    if true(view.value(queue, "FifoQueue")):
        return
    first, last = (setting(view, item, "MessageRetentionPeriod") for item in (queue, dead))
    before, after = _seconds(first), _seconds(last)
    if before is None or after is None or after[0] <= before[1]:
        yield Missing(at(dead, "MessageRetentionPeriod"), f"a mensagem chega a `{dead.id}` com a idade que tem, e pode sumir logo: `{dead.id}` "
                      f"não guarda por mais tempo que `{queue.id}`", "aumente `MessageRetentionPeriod` dela")
        return
    if last.value is not None and before[1] >= USUAL_RETENTION:
        yield from last.evidence(f"`{dead.id}` guarda por mais tempo que `{queue.id}`", at_least(before[1] + 1))
    if first.value is not None and after[0] <= USUAL_RETENTION:
        yield from first.evidence(f"`{queue.id}` guarda por menos tempo que `{dead.id}`", below(after[0]))


def _seconds(retention: Setting) -> tuple[float, float] | None:
    return (USUAL_RETENTION, USUAL_RETENTION) if retention.value is None else retention.numbers


def _roomy(view: View, queue: Resource) -> Iterator[Missing]:
    """A fila guarda por ao menos os 4 dias de praxe, e a mensagem inteira cabe nela."""
    for name, least in (("MessageRetentionPeriod", USUAL_RETENTION), ("MaximumMessageSize", 262_144)):
        if view.at(queue, name) is not None and not setting(view, queue, name).always(at_least(least)):
            yield Missing(at(queue, name), f"`{name}` de `{queue.id}` é pouco para guardar uma falha", f"use ao menos {least}")


def kept_failures(view: View) -> Iterator[Evidence]:
    """Cada função assíncrona tem para onde mandar o que falha."""
    called, unknown = _asynchronous(view)
    yield from unknown
    for each in called:
        function = each.function
        found, destination = _destination(view, function, each.qualifier)
        if destination is None:
            yield lapsed(view, function, {each.qualifier}) or Missing(("Resources", function.id), f"o evento que `{function.id}` não processa se "
                                                                      "perde", "acrescente um `AWS::Lambda::EventInvokeConfig` com `OnFailure`")
        yield from found


def _asynchronous(view: View) -> tuple[list[Callee], list[Missing]]:
    """As funções que um serviço chama sem esperar a resposta, e as chamadas que não se sabe de que função são."""
    called = [(permission, view.value(permission, "FunctionName")) for permission in view.of_type(LAMBDA_PERMISSION)
              if not _waits(view.value(permission, "Principal"))]
    for schedule in view.of_type(SCHEDULE):
        target = view.value(schedule, "Target", "Arn")
        if ":lambda:" in (view.spelled(target) or ":lambda:") or view.concerns(target, "AWS::Lambda::"):
            called.append((schedule, target))
    functions = {caller.id: callee(view, named) for caller, named in called}
    unknown = [Missing(at(caller), f"não se sabe que função `{caller.id}` chama", "cite uma função deste template, ou um apelido dela")
               for caller, _ in called if functions[caller.id] is None]
    return list({(each.function.id, each.qualifier): each for each in functions.values() if each}.values()), unknown


def _waits(principal: object) -> bool:
    """Quem chama espera a resposta, ou é uma conta ou um papel, que decide a cada chamada."""
    text = service_name(principal)
    return text in (*WAITING, "*") or text.isdecimal() or text.startswith(("arn:", "${AWS::AccountId}"))


def _destination(view: View, function: Resource, qualifier: str) -> tuple[list[Found], Resource | None]:
    target = view.points(view.value(function, "DeadLetterConfig", "TargetArn"), QUEUE, TOPIC, by=(ARN,))
    if target:
        return [Found(at(function, "DeadLetterConfig", "TargetArn"), f"o evento que falha vai para `{target.id}`")], target
    for config in view.of_type(EVENT_INVOKE_CONFIG):
        written = view.at(config, "DestinationConfig", "OnFailure", "Destination")
        target = view.points(written, QUEUE, TOPIC, FUNCTION, EVENT_BUS, BUCKET, by=(ARN,)) if written else None
        if written and target and configured(view, config, function, {qualifier}):
            found = [Found(at(config, "FunctionName"), f"vale para `{function.id}`"),
                     Found(written.path, f"o evento que falha vai para `{target.id}`")]
            return found, target
    return [], None


def _watched(view: View, queue: Resource) -> Iterator[Evidence]:
    for alarm in view.of_type(ALARM):
        start = watching(view, alarm)
        items = view.items(alarm, *start, "Dimensions") if start is not None else []
        name, value = (view.inside(items[0], key) for key in ("Name", "Value")) if len(items) == 1 else (None, None)
        named = name and value and name.value == "QueueName" and view.spelled(value.value) == view.name(queue)
        miscounted = next(misread(view, alarm), None)
        silent = view.at(alarm, "ActionsEnabled")
        if start is not None and named and silent and false(silent.value):
            yield Missing(silent.path, f"`{alarm.id}` vigia `{queue.id}` com as ações desligadas, e não avisa ninguém", "tire `ActionsEnabled`")
            return
        if start is not None and named and miscounted:
            yield Missing(*miscounted, "tire `Unit`, como a AWS recomenda")
            return
        if start is not None and named:
            yield Found(items[0].path, f"o alarme olha `{queue.id}`")
            view.items(alarm, "AlarmActions")  # a quem avisa: o benefício que o nomear diz o que se leu
            yield from _alarm(view, alarm, start)
            return
    yield Missing(("Resources", queue.id), f"nenhum alarme vigia `{queue.id}`",
                  "acrescente um `AWS::CloudWatch::Alarm` de `ApproximateNumberOfMessagesVisible`")


def _alarm(view: View, alarm: Resource, start: tuple[Key, ...]) -> Iterator[Evidence]:
    expected = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}
    for name, value in expected.items():
        yield from require(view, alarm, (*start, name), equal(value), "e as mensagens à espera",
                           f"`{alarm.id}` não olha as mensagens à espera", f"use `{name}: {value}`")
    fires = {"GreaterThanOrEqualToThreshold": 1, "GreaterThanThreshold": 0}
    compare = view.value(alarm, "ComparisonOperator")
    limit = fires.get(str(compare))
    yield from require(view, alarm, ("ComparisonOperator",), lambda written: written in fires, "dispara quando há mensagens",
                       f"`{alarm.id}` não dispara quando há mensagens", "use `GreaterThanOrEqualToThreshold`")
    yield from require(view, alarm, ("Threshold",), lambda written: limit is not None and number(written) == limit,
                       "já na primeira", f"`{alarm.id}` não dispara na primeira mensagem", "use `Threshold: 1`, com `GreaterThanOrEqualToThreshold`")
