"""Regras do EventBridge: o que uma regra ou um agendamento aciona."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN, HERE, NAME
from scripts.aws.questions import IDENTITY
from scripts.aws.types import EVENT_BUS, EVENT_RULE, FUNCTION, QUEUE, SCHEDULE, STATE_MACHINE, TOPIC
from scripts.proofs.arrows.permitted import admitted, fifo, granted, invoked
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee, names
from scripts.proofs.facts.filters import readable
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import ACCOUNT, Request
from scripts.proofs.identity.principals import assumed, role_of_arn
from scripts.template.cloudformation import Resource

EVENTS, SCHEDULER = "events.amazonaws.com", "scheduler.amazonaws.com"
ACTIONS = {FUNCTION: "lambda:InvokeFunction", QUEUE: "sqs:SendMessage", TOPIC: "sns:Publish", STATE_MACHINE: "states:StartExecution"}
WHEN = ("rate(", "cron(", "at(")


@rule(EVENT_RULE, tuple(ACTIONS), asks=(IDENTITY,))
def event_rule_acts(case: Case) -> Iterator[Evidence]:
    """Uma regra do EventBridge aciona uma função, uma fila, um tópico ou uma máquina de estados.

    A cada evento que casa com o padrão dela, ou a cada hora marcada, a regra chama os seus alvos.
    Funções, filas e tópicos dizem na política que a aceitam; uma máquina de estados roda com um papel.

    - a regra ligada, com um padrão de evento que se lê, ou uma expressão de agenda;
    - um alvo com o ARN do destino, ou com a fila em `DeadLetterConfig`;
    - da função, uma permissão para `events.amazonaws.com` com o ARN da regra em `SourceArn`;
    - da fila e do tópico, uma política que deixa `events.amazonaws.com` mandar só o que vem desta
      regra, ou desta conta, e a chave deles, quando há uma, também;
    - da máquina de estados, um papel em que `events.amazonaws.com` confia, com `states:StartExecution`;
    - um tópico padrão; e de uma fila FIFO, o grupo das mensagens.

    Fonte: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    view, ruling, target = case.view, case.tail, case.head
    yield from awake(view, ruling, "EventPattern")
    found = [item for item in view.items(ruling, "Targets") if names(view, view.inside(item, "Arn"), target) or _dead(view, item, target)]
    if not found:
        yield Missing(at(ruling, "Targets"), f"nenhum alvo de `{ruling.id}` é `{target.id}`", f"acrescente um com `Arn: {_said(target)}`")
        return
    item = found[0]
    yield from _aimed(view, item, target)
    if target.type == FUNCTION:
        called = callee(view, view.inside(item, "Arn"), by=(ARN,))
        yield from called.lines if called else ()
        yield from invoked(view, target, {called.qualifier if called else ""}, EVENTS, lambda arn: arn == view.arn(ruling), ruling.id)
    elif target.type == STATE_MACHINE:
        context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": view.arn(ruling) or ""}
        yield from _with_role(view, view.inside(item, "RoleArn"), item, target, EVENTS, context)
    else:
        yield from admitted(view, ruling, target, ACTIONS[target.type], EVENTS)


@rule(SCHEDULE, tuple(ACTIONS), asks=(IDENTITY,))
def schedule_acts(case: Case) -> Iterator[Evidence]:
    """Um agendamento do EventBridge aciona uma função, uma fila, um tópico ou uma máquina de estados.

    Na hora marcada, o EventBridge Scheduler assume um papel e chama o alvo com as permissões dele.

    - o agendamento ligado, com uma expressão de agenda;
    - o alvo com o ARN do destino, ou com a fila em `DeadLetterConfig`;
    - um papel em que `scheduler.amazonaws.com` confia, com a permissão da ação no destino;
    - a chave do KMS do destino, quando há uma, também permitida ao papel;
    - um tópico padrão; e de uma fila FIFO, o grupo das mensagens.

    Fonte: https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html
    """
    view, schedule, target = case.view, case.tail, case.head
    yield from awake(view, schedule, "")
    item = view.at(schedule, "Target")
    if item is None or not (names(view, view.inside(item, "Arn"), target) or _dead(view, item, target)):
        yield Missing(at(schedule, "Target"), f"o alvo de `{schedule.id}` não é `{target.id}`", f"escreva `Arn: {_said(target)}`")
        return
    yield from _aimed(view, item, target)
    # Quem o serviço diz que o fez agir é o grupo de agendamentos, e não cada um.
    group = view.value(schedule, "GroupName") or "default"
    context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:${{AWS::Partition}}:scheduler:{HERE}:schedule-group/{group}"}
    yield from _with_role(view, view.inside(item, "RoleArn"), item, target, SCHEDULER, context)


@rule(EVENT_BUS, EVENT_RULE, asks=())
def bus_feeds_rule(case: Case) -> Iterator[Evidence]:
    """Um barramento do EventBridge passa os eventos a uma regra.

    Cada regra ouve um barramento só, e escolhe os eventos pelo padrão dela.

    - `EventBusName` da regra com o nome ou o ARN do barramento;
    - a regra ligada, com um padrão de evento que se lê.

    Fonte: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
    """
    view, ruling = case.view, case.head
    named = view.at(ruling, "EventBusName")
    if named and view.points(named, EVENT_BUS, by=(ARN, NAME)) == case.tail:
        yield Found(named.path, f"`{ruling.id}` ouve `{case.tail.id}`")
    else:
        yield Missing(at(ruling, "EventBusName"), f"`{ruling.id}` não ouve `{case.tail.id}`", f"escreva `EventBusName: !Ref {case.tail.id}`")
    yield from awake(view, ruling, "EventPattern")


@judge(EVENT_RULE)
def _event_rule(view: View, ruling: Resource) -> Iterator[Missing]:
    """Cada alvo tem o seu id: o segundo com o mesmo tomaria o lugar do primeiro.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
    """
    named = []
    for item in view.items(ruling, "Targets"):
        said, aim, _ = (view.inside(item, name) for name in ("Id", "Arn", "RoleArn"))
        if said is None or aim is None or said.value in named:
            yield Missing(item.path, f"um alvo de `{ruling.id}` não diz o que é, ou repete o `Id` de outro", "dê a cada um o seu `Id`, e `Arn`")
        named.append(said.value if said else None)


def awake(view: View, resource: Resource, pattern: str) -> Iterator[Evidence]:
    """Está ligada, e há o que a faça agir."""
    if view.value(resource, "State") not in (None, "ENABLED"):
        yield Missing(at(resource, "State"), f"`{resource.id}` está desligado", "use `State: ENABLED`")
    events = view.at(resource, pattern) if pattern else None
    moment = view.at(resource, "ScheduleExpression")
    if events and readable(view, events):
        yield Found(events.path, "age a cada evento que casa com este padrão")
    elif moment and isinstance(moment.value, str) and moment.value.startswith(WHEN):
        yield Found(moment.path, f"age em `{moment.value}`")
    else:
        yield Missing(at(resource), f"não se sabe quando `{resource.id}` age",
                      "escreva `EventPattern` com uma lista em cada campo, ou `ScheduleExpression`" if pattern else "escreva `ScheduleExpression`")


def _aimed(view: View, item: Placed, target: Resource) -> Iterator[Evidence]:
    named = view.inside(item, "Arn")
    if named and names(view, named, target):
        yield Found(named.path, f"o alvo é `{target.id}`")
    else:
        yield Found((*item.path, "DeadLetterConfig", "Arn"), f"o que não se entrega vai para `{target.id}`")
    group = view.inside(item, "SqsParameters", "MessageGroupId")
    if fifo(view, target) and target.type == TOPIC:
        yield Missing(at(target), f"`{target.id}` é FIFO, e o EventBridge não publica nele", "use o tipo padrão")
    elif fifo(view, target) and group is None:
        yield Missing(item.path, f"`{target.id}` é FIFO, e o alvo não diz o grupo das mensagens", "escreva `SqsParameters: {MessageGroupId: …}`")


def _dead(view: View, item: Placed, target: Resource) -> bool:
    return target.type == QUEUE and names(view, view.inside(item, "DeadLetterConfig", "Arn"), target)


def _with_role(
    view: View, written: Placed | None, item: Placed, target: Resource, service: str, context: dict[str, str]
) -> Iterator[Evidence]:
    role = role_of_arn(view, written)
    if written is None or role is None:
        yield Missing(item.path, f"o alvo `{target.id}` não diz um papel deste template", "escreva `RoleArn: !GetAtt Papel.Arn`")
        return
    yield Found(written.path, f"com o papel `{role.id}`")
    yield from assumed(role, Request(view, "sts:AssumeRole", "", service=service, context=context))
    called = callee(view, view.inside(item, "Arn"), by=(ARN,)) if target.type == FUNCTION else None
    yield from called.lines if called else ()
    yield from granted(view, role, ACTIONS[target.type], called.arn if called else view.arn(target) or "", target)


def _said(target: Resource) -> str:
    return f"!Ref {target.id}" if target.type in (TOPIC, STATE_MACHINE) else f"!GetAtt {target.id}.Arn"
