"""O que o template escreve e não faz o que parece: aceito ao criar a pilha, sem efeito, ou com o efeito contrário.

Cada função julga um tipo, sem depender de uma seta: o que se apaga, o que se registra, o que se avisa e como o
programa inicia. `programs` cuida do que o programa recebe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from functools import partial

from scripts.aws.catalog import ARN, NAME
from scripts.aws.types import (
    ALARM, BALANCER, BUCKET, DATABASE, DISTRIBUTION, EKS_CLUSTER, EVENT_INVOKE_CONFIG, EVENT_RULE, EVENT_SOURCE_MAPPING, FUNCTION, INSTANCE,
    JOB_DEFINITION, LOG_GROUP, QUEUE, SCALING_GROUP, STATE_MACHINE, SUBSCRIPTION, TABLE, TARGET_GROUP, TASK_DEFINITION, TOPIC,
)
from scripts.base.findings import Finding
from scripts.checks import flows, payloads, requested, settings, unmade, updates
from scripts.checks.alarms import mute, unseen, watched
from scripts.checks.characters import misspelled
from scripts.checks.environment import starved
from scripts.checks.handing import forbidden, misshapen, unending
from scripts.checks.hosts import misnamed, uncovered
from scripts.checks.keys import locked, unkept
from scripts.checks.programs import Effect, code, containers, misled, writes
from scripts.checks.senders import unsent
from scripts.checks.sifting import sifted_out
from scripts.proofs.claims.lifecycle import CURRENT, terms
from scripts.proofs.evidence import at
from scripts.proofs.facts.alarms import WATCHERS
from scripts.proofs.facts.expect import false
from scripts.proofs.facts.traces import traced
from scripts.proofs.facts.tables import attributes
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.evaluation import Request, decide
from scripts.proofs.identity.policies import Statement, every
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

CODE = "sem-efeito"
KEPT = "sem-expiracao"
ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")
"""Classes de que um objeto só se lê depois de restaurado; `GLACIER_IR` se lê na hora.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
"""
LOG_READERS = ("AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter")
ALARM_FIELDS = ("AlarmName", "AlarmDescription", "NewStateValue", "OldStateValue", "AlarmArn", "Region", "AWSAccountId")
EVENT_FIELDS = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
"""https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"""
Judge = Callable[[View, Resource], Iterator[Effect]]


def check(views: Views, told: Set[Path] = frozenset()) -> list[Finding]:
    """Um achado por linha sem efeito, em qualquer mundo; das de `told`, outro achado já diz a causa."""
    found: set[Finding] = set()
    for resource in views.template.resources.values():
        for view, effects in views.told(partial(_effects, resource)):
            found.update(Finding(view.template.path, view.template.line(*path), CODE, message) for path, message in effects if path not in told)
    return sorted(found)


def _effects(resource: Resource, view: View) -> list[Effect]:
    """O que este recurso escreve sem efeito num mundo, se existe nele."""
    if resource.id not in view.resources:
        return []
    return [*misled(view, resource), *misshapen(view, resource), *forbidden(view, resource), *unending(view, resource), *starved(view, resource),
            *misspelled(view, resource), *locked(view, resource), *_told(view, resource)]


def _told(view: View, resource: Resource) -> Iterator[Effect]:
    for judge in JUDGES.get(resource.type, ()):
        yield from judge(view, resource)


def _bucket(view: View, bucket: Resource) -> Iterator[Effect]:
    """O que o motivo diz que fica não se apaga, e o que alguém lê não vai para um arquivo que não se lê."""
    for term in terms(view, bucket, CURRENT) if bucket.exceptions.get(KEPT, "").strip() else ():
        yield term.line.path, f"`{bucket.id}` diz em `Excecoes` que guarda para sempre, e esta regra apaga; tire a regra, ou o motivo."
    for rule in view.items(bucket, "LifecycleConfiguration", "Rules"):
        moves = [*view.items_inside(rule, "Transitions"), *filter(None, [view.inside(rule, "Transition")])]
        for move in moves if _said(view, rule, "Status") != "Disabled" else ():
            to = view.inside(move, "StorageClass")
            if to and to.value in ARCHIVED and _read(view, bucket, _said(view, rule, "Prefix")):
                yield to.path, f"`{bucket.id}` arquiva em `{to.value}` o que alguém ainda lê: sem restaurar, a leitura falha; use `GLACIER_IR`."
    for item in view.items(bucket, "IntelligentTieringConfigurations"):
        if view.inside(item, "Tierings") and _read(view, bucket, _said(view, item, "Prefix")):
            yield item.path, f"`{bucket.id}` arquiva o que alguém ainda lê: sem restaurar, a leitura falha; tire `Tierings`."


def _said(view: View, item: Placed, name: str) -> str:
    found = view.inside(item, name)
    return str(found.value) if found else ""


def _read(view: View, bucket: Resource, prefix: str) -> bool:
    """Alguém do template pode ler um objeto com este começo."""
    whole = f"{view.arn(bucket)}/{prefix}*"
    return any(covers(str(action.value), "s3:GetObject", True) and covers(view.spelled(item.value) or "*", whole) is not False
               for owner in view.resources.values() for part in every(view, owner)
               if isinstance(part, Statement) and part.allows for action in part.actions for item in part.resources)


def _table(view: View, table: Resource) -> Iterator[Effect]:
    """O atributo do prazo é um que algum programa do template grava.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    name, switch = (view.at(table, "TimeToLiveSpecification", key) for key in ("AttributeName", "Enabled"))
    kind = attributes(view, table).get(str(name.value)) if name else None
    if name and kind and kind.value != "N":
        yield name.path, f"`{name.value}` de `{table.id}` não é um número, e o DynamoDB só apaga por um prazo em segundos; use o que o código grava."
    sources = code(view) if name and not (switch and false(switch.value)) else []
    if name and sources and not any(writes(source, str(name.value)) for source in sources):
        yield name.path, f"nenhum programa do template grava `{name.value}`, e o DynamoDB não apaga nada de `{table.id}`; diga o que o código grava."


def _logs(view: View, group: Resource) -> Iterator[Effect]:
    """A classe do grupo de logs dá o que se espera dele.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
    """
    kind = view.at(group, "LogGroupClass")
    if kind is None or kind.value == "STANDARD":
        return
    readers = [other.id for other in view.of_type(*LOG_READERS) if view.points(view.at(other, "LogGroupName"), LOG_GROUP) == group]
    if kind.value != "INFREQUENT_ACCESS":
        yield kind.path, f"com a classe `{kind.value}`, `{group.id}` guarda os logs por um dia, e não se consultam nele; tire `LogGroupClass`."
    elif readers:
        yield kind.path, f"com a classe `{kind.value}`, `{group.id}` não aceita `{readers[0]}`; tire `LogGroupClass`."


def _container_logs(view: View, owner: Resource) -> Iterator[Effect]:
    """O contêiner registra num grupo do template, na região da pilha: senão não inicia.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    for container in containers(view, owner):
        keys = ("region", "group", "create-group")
        region, group, made = (view.inside(container, "LogConfiguration", "Options", f"awslogs-{name}") for name in keys)
        if region and region.value != "${AWS::Region}":
            yield region.path, f"`{owner.id}` registra em `{region.value}`, e o grupo de logs é da região da pilha; use `!Ref AWS::Region`."
        if group and not (made and not false(made.value)) and view.points(group, LOG_GROUP, by=(NAME,)) is None:
            yield group.path, f"o grupo de logs de `{owner.id}` não é, pelo nome, um do template, e o contêiner não inicia; use `!Ref` do grupo."


def _cluster(view: View, cluster: Resource) -> Iterator[Effect]:
    """Alguém administra o cluster: quem o cria, ou quem uma entrada de acesso diz.

    https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
    """
    creator = view.at(cluster, "AccessConfig", "BootstrapClusterCreatorAdminPermissions")
    entered = [entry for entry in view.of_type("AWS::EKS::AccessEntry")
               if view.items(entry, "AccessPolicies") or view.items(entry, "KubernetesGroups")]
    if creator and false(creator.value) and not entered:
        yield creator.path, f"ninguém administra `{cluster.id}`, nem quem cria a pilha: nada se aplica nele; tire a propriedade."


def _traces(view: View, owner: Resource) -> Iterator[Effect]:
    """Quem registra rastros pode mandá-los: sem permissão, ninguém os vê.

    https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
    """
    role = principal_of(view, owner).role if traced(view, owner) else None
    if role and not decide(Request(view, "xray:PutTraceSegments", "*", role), None).granted:
        line = at(owner, "TracingConfig" if owner.type == FUNCTION else "TracingConfiguration")
        yield line, f"`{owner.id}` registra rastros, e `{role.id}` não deixa mandá-los: permita `xray:PutTraceSegments` em `*`, ou desligue-os."


def _topic(view: View, topic: Resource) -> Iterator[Effect]:
    for item in view.items(topic, "Subscription"):
        yield from _filter(view, topic, item)


def _subscription(view: View, subscription: Resource) -> Iterator[Effect]:
    topic = view.points(view.at(subscription, "TopicArn"), TOPIC, by=(ARN,))
    yield from _filter(view, topic, view.whole(subscription)) if topic else ()


def _filter(view: View, topic: Resource, item: Placed) -> Iterator[Effect]:
    """O filtro deixa passar o que se publica: os serviços da AWS não mandam atributos, e um programa, só os do código dele.

    https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
    """
    chosen, scope = view.inside(item, "FilterPolicy"), view.inside(item, "FilterPolicyScope")
    if chosen is None:
        return
    fields = [str(name) for name, _ in view.parts(chosen)]
    services = [other for other in view.resources.values() if topic.id in other.references and other.type in SPEAKERS]
    body = scope is not None and scope.value == "MessageBody"
    for other in services:
        said = SPEAKERS[other.type] if body and not _rewritten(view, other) else ()
        states = [each.value for each in view.items_inside(chosen, "NewStateValue")]
        if not set(fields) <= set(said) or states and "ALARM" not in states or _apart(view, other, chosen):
            yield chosen.path, (f"o filtro não deixa passar o que `{other.id}` publica em `{topic.id}`, ou não se sabe; filtre pelo corpo, com "
                                "`FilterPolicyScope: MessageBody` e os campos que ele traz, ou tire `FilterPolicy`.")
            return
    sources = code(view) if not services else []
    strange = [name for name in fields if sources and not any(writes(source, name) for source in sources)]
    if strange:
        yield chosen.path, f"nenhum programa do template publica `{strange[0]}` em `{topic.id}`, e o filtro descarta tudo; use o que o código manda."


def _rewritten(view: View, speaker: Resource) -> bool:
    """Um alvo da regra manda outra coisa que não o evento."""
    return any(view.inside(item, name) for item in view.items(speaker, "Targets") for name in ("Input", "InputPath", "InputTransformer"))


def _apart(view: View, speaker: Resource, chosen: Placed) -> bool:
    """O filtro e o padrão da regra não têm em comum a origem, ou o tipo do evento: nada passaria pelos dois."""
    for name in ("source", "detail-type") if speaker.type == EVENT_RULE else ():
        heard = {str(item.value) for item in view.items(speaker, "EventPattern", name) if isinstance(item.value, str)}
        wanted = {str(item.value) for item in view.items_inside(chosen, name) if isinstance(item.value, str)}
        if heard and wanted and not heard & wanted:
            return True
    return False


SPEAKERS = {ALARM: ALARM_FIELDS, BUCKET: ("Records",), EVENT_RULE: EVENT_FIELDS, "AWS::Budgets::Budget": (), "AWS::RDS::EventSubscription": (),
            "AWS::AutoScaling::AutoScalingGroup": (), "AWS::CodeStarNotifications::NotificationRule": ()}
"""Os tipos por que um serviço publica num tópico, e os campos que o corpo da mensagem sempre traz, se se conhecem."""
JUDGES: dict[str, tuple[Judge, ...]] = {
    BUCKET: (_bucket, settings.versioned), TABLE: (_table, settings.keyed, unkept), LOG_GROUP: (_logs,),
    JOB_DEFINITION: (_container_logs,), TASK_DEFINITION: (_container_logs,), ALARM: (unseen, mute, watched), EKS_CLUSTER: (_cluster,),
    FUNCTION: (_traces,), STATE_MACHINE: (_traces, unmade.unmade, flows.flawed, payloads.misread), QUEUE: (unsent,), TOPIC: (unsent, _topic),
    SUBSCRIPTION: (_subscription,), SCALING_GROUP: (updates.held, settings.terminated), INSTANCE: (updates.held,),
    BALANCER: (settings.attributes, misnamed),
    TARGET_GROUP: (settings.attributes, requested.checked, requested.disguised),
    DISTRIBUTION: (settings.named, settings.kept_errors, requested.rooted, requested.carried, uncovered), "AWS::Budgets::Budget": (settings.budget,),
    DATABASE: (settings.exported,), EVENT_SOURCE_MAPPING: (sifted_out,), "AWS::S3::BucketPolicy": (settings.demanded,),
    EVENT_INVOKE_CONFIG: (settings.aged,), **dict.fromkeys(WATCHERS, (unseen,)),
}
