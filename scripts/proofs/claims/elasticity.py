"""Elasticidade: a capacidade segue a demanda."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import ALARM, EKS_CLUSTER, EVENT_SOURCE_MAPPING, FUNCTION, INSTANCE, SCALING_GROUP, SCALING_POLICY, TABLE
from scripts.page.quantities import quantities
from scripts.proofs.claims.known import drawn, strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, below, equal, require, setting
from scripts.proofs.evidence import Evidence, Found, Missing, at, readable
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import false, true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.network.interfaces_by_type import switched_on
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

TRACKED = "TargetTrackingConfiguration"
METRICS = ("ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut", "ALBRequestCountPerTarget")

SPOKEN = {r"\bCPU\b": "cpu", r"\bmemória\b": "mem"}
"""O que um benefício diz que se mede, e o que o nome da métrica precisa ter."""
ENDLESS = re.compile(r"\bcotas? da conta\b|\btant[ao]s\b[^.;]*\bquant[ao]s\b", re.IGNORECASE)
"""Como um benefício diz que só a conta limita as execuções da função.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""


@claim("escalabilidade")
def follows_demand(scene: Scene) -> Iterator[Evidence]:
    """Escalabilidade.

    Nos picos de tráfego a capacidade de processamento cresce sozinha, e volta a diminuir
    depois. O banco relacional fica fora: o tamanho dele não muda sem interrupção.

    - o grupo do Auto Scaling pode ter mais instâncias que o mínimo, e uma política o ajusta, pela medida que o
      benefício diz;
    - a tabela do DynamoDB é sob demanda;
    - os trabalhos do Batch têm um teto de vCPU, e os nós do EKS são do Auto Mode;
    - as funções desenhadas são da Lambda, sem concorrência reservada igual a zero, e o teto que o template põe às execuções
      delas, o benefício diz;
    - não há instância EC2 avulsa.

    Fonte: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
    """
    yield from strangers(scene)
    view = scene.view
    for instance in view.of_type(INSTANCE):
        yield Missing(("Resources", instance.id, "Type"), f"`{instance.id}` é uma instância só, de tamanho fixo",
                      "ponha-a num grupo do Auto Scaling com uma política")
    for group in view.of_type(SCALING_GROUP):
        yield from _room(view, group)
        yield from _emptied(view, group)
        yield from _policy(view, group, scene.said)
    for table in view.of_type(TABLE):
        yield from require(view, table, ("BillingMode",), equal("PAY_PER_REQUEST"), "capacidade sob demanda",
                           f"`{table.id}` tem capacidade fixa", "use `BillingMode: PAY_PER_REQUEST`")
        if scene.view.at(table, "OnDemandThroughput") is not None:
            yield Missing(at(table, "OnDemandThroughput"), f"`{table.id}` tem um teto de vazão", "tire `OnDemandThroughput`")
    yield from _elastic(view)
    for function in drawn(scene):
        if function.type == FUNCTION:
            yield from _concurrency(view, function)
            yield from _capped(view, function, scene.said)


def _elastic(view: View) -> Iterator[Evidence]:
    """Quem cria e tira máquinas por conta própria."""
    for environment in view.of_type("AWS::Batch::ComputeEnvironment"):
        yield from switched_on(view, environment)
        yield from require(view, environment, ("ComputeResources", "MaxvCpus"), at_least(2), "os trabalhos crescem até este teto",
                           f"`{environment.id}` não cresce", "escreva `MaxvCpus` com 2 ou mais")
    for cluster in view.of_type(EKS_CLUSTER):
        if view.value(cluster, "ComputeConfig", "NodePools") == []:
            yield Missing(at(cluster, "ComputeConfig", "NodePools"), f"`{cluster.id}` não tem de onde criar nós", "use `[general-purpose]`")
        yield from require(view, cluster, ("ComputeConfig", "Enabled"), true, "o EKS cria e tira nós conforme os pods",
                           f"`{cluster.id}` não cria nós sozinho", "use `ComputeConfig: {Enabled: true}`")


def _room(view: View, group: Resource) -> Iterator[Evidence]:
    least, most = setting(view, group, "MinSize"), setting(view, group, "MaxSize")
    if least.numbers and most.numbers and most.numbers[0] > least.numbers[1]:
        yield from least.evidence("começa com este mínimo", below(most.numbers[0]))
        yield from most.evidence("cresce até este máximo, sempre maior que o mínimo", at_least(least.numbers[1] + 1))
    else:
        yield Missing(at(group, "MaxSize"), f"não se prova que o máximo de `{group.id}` seja maior que o mínimo",
                      "aumente `MaxSize`, ou limite os parâmetros com `MinValue` e `MaxValue`")


def _emptied(view: View, group: Resource) -> Iterator[Missing]:
    """O que tira instâncias do grupo, ou não as deixa nascer, sem que a demanda o peça."""
    for action in view.of_type("AWS::AutoScaling::ScheduledAction"):
        if view.points(view.at(action, "AutoScalingGroupName"), SCALING_GROUP) in (group, None):
            for name in ("MinSize", "MaxSize", "DesiredCapacity"):
                if view.at(action, name) is not None and not setting(view, action, name).always(at_least(1)):
                    yield Missing(at(action, name), f"`{action.id}` pode deixar `{group.id}` sem instâncias", "use 1 ou mais")
    for hook in view.of_type("AWS::AutoScaling::LifecycleHook"):
        if view.points(view.at(hook, "AutoScalingGroupName"), SCALING_GROUP) in (group, None):
            yield from _abandoning(view, hook.id, view.whole(hook))
    for hook in view.items(group, "LifecycleHookSpecificationList"):
        yield from _abandoning(view, group.id, hook)


def _abandoning(view: View, name: str, hook: Placed) -> Iterator[Missing]:
    """Sem `CONTINUE`, a instância que ninguém confirma é encerrada ao nascer."""
    moment, result = view.inside(hook, "LifecycleTransition"), view.inside(hook, "DefaultResult")
    if not (moment and "TERMINATING" in str(moment.value)) and not (result and result.value == "CONTINUE"):
        yield Missing(result.path if result else hook.path, f"um gancho de `{name}` abandona a instância que nasce", "use `DefaultResult: CONTINUE`")


def _policy(view: View, group: Resource, said: str) -> Iterator[Evidence]:
    none = f"nenhuma política ajusta sozinha o tamanho de `{group.id}`"
    idle: list[Missing] = []
    for policy in view.of_type(SCALING_POLICY):
        if view.points(view.at(policy, "AutoScalingGroupName"), SCALING_GROUP) != group:
            continue
        evidence = list(_trigger(view, policy, none))
        stopped = [piece for piece in evidence if isinstance(piece, Missing)]
        if not stopped:
            yield Found(at(policy, "AutoScalingGroupName"), f"a política ajusta `{group.id}`")
            yield from evidence
            yield from _otherwise(view, policy, said)
            return
        idle += stopped
    yield from idle[:1]
    if not idle:
        yield Missing(("Resources", group.id), none, "acrescente um `AWS::AutoScaling::ScalingPolicy` com `TargetTrackingConfiguration`")


def _trigger(view: View, policy: Resource, none: str) -> Iterator[Evidence]:
    """O que faz a política agir: uma métrica que ela persegue, ou um alarme que a chama; senão, só o que a impede."""
    kind = view.value(policy, "PolicyType")
    if kind == "TargetTrackingScaling":
        yield from _tracking(view, policy, none)
        return
    for alarm in view.of_type(ALARM) if kind in (None, "SimpleScaling", "StepScaling") else ():
        for action in view.items(alarm, "AlarmActions"):
            if view.points(action, policy.type) == policy:
                yield Found(action.path, f"`{alarm.id}` aciona a política")
                return
    yield Missing(at(policy), f"{none}: nenhum alarme aciona `{policy.id}`", "cite-a em `AlarmActions` de um alarme, ou use `TargetTrackingScaling`")


def _tracking(view: View, policy: Resource, none: str) -> Iterator[Evidence]:
    """O mesmo, da política que persegue um alvo."""
    metric, target = _metric(view, policy), setting(view, policy, TRACKED, "TargetValue")
    shrinks, written = view.at(policy, TRACKED, "DisableScaleIn"), view.at(policy, TRACKED, "TargetValue")
    if shrinks and not false(shrinks.value):
        yield Missing(shrinks.path, f"{none}: `{policy.id}` acrescenta instâncias e não as retira, com `DisableScaleIn`", "tire `DisableScaleIn`")
    elif metric is None:
        yield Missing(at(policy, TRACKED), f"{none}: `{policy.id}` não diz uma métrica que se conheça", "escreva `PredefinedMetricSpecification`")
    elif not target.always(at_least(1)) or "CPU" in metric.text and not target.always(below(100)):
        yield Missing(written.path if written else at(policy, TRACKED), f"{none}: `{policy.id}` não tem um alvo que a métrica alcance",
                      "use, em `TargetValue`, 1 ou mais e, de CPU, menos que 100")
    else:
        yield Found(at(policy, "PolicyType"), "persegue um alvo")
        yield metric
        yield from target.evidence("com este valor", at_least(1))


def _otherwise(view: View, policy: Resource, said: str) -> Iterator[Missing]:
    """A página diz que a capacidade segue uma medida, e a política segue outra."""
    alarms = [alarm for alarm in view.of_type(ALARM)
              if any(view.points(action, policy.type) == policy for action in view.items(alarm, "AlarmActions"))]
    followed = _metric(view, policy)
    names = [followed.text] if followed else [str(view.value(alarm, "MetricName")) for alarm in alarms]
    for spoken, measured in SPOKEN.items():
        if re.search(spoken, said) and names and not any(re.search(measured, name, re.IGNORECASE) for name in names):
            yield Missing(followed.path if followed else at(policy), f"o benefício diz {spoken[2:-2]}, e `{policy.id}` segue outra medida",
                          "acerte o texto ou a métrica")


def _metric(view: View, policy: Resource) -> Found | None:
    for keys in (("PredefinedMetricSpecification", "PredefinedMetricType"), ("CustomizedMetricSpecification", "MetricName")):
        found = view.at(policy, TRACKED, *keys)
        if found and isinstance(found.value, str) and (keys[1] == "MetricName" or found.value in METRICS):
            return Found(found.path, f"da métrica `{found.value}`")
    return None


def _concurrency(view: View, function: Resource) -> Iterator[Evidence]:
    if view.at(function, "ReservedConcurrentExecutions") is not None:
        yield from require(view, function, ("ReservedConcurrentExecutions",), at_least(2), "várias execuções ao mesmo tempo",
                           _serial(function), "tire `ReservedConcurrentExecutions`")
    else:
        yield Found(("Resources", function.id, "Type"), "a Lambda executa tantas cópias quantos forem os eventos")


def _serial(function: Resource) -> str:
    return f"`{function.id}` não executa em paralelo"


def _capped(view: View, function: Resource, said: str) -> Iterator[Missing]:
    """O benefício diz que só a conta limita as execuções, e o template as limita antes."""
    if not ENDLESS.search(said):
        return
    told = {quantity.value for quantity in quantities(said)}
    for cap in caps(view, function):
        if whole(cap.value) not in told:
            yield Missing(cap.path, f"o benefício diz que só a conta limita `{function.id}`, e aqui o teto é de {cap.value} de cada vez",
                          f"tire `{cap.path[-1]}`, ou diga no benefício até quantas de cada vez", root=_serial(function))


def caps(view: View, function: Resource) -> list[Placed]:
    """Quantas execuções da função o template deixa ao mesmo tempo, onde o diz: a reserva dela, e o teto de cada ligação."""
    mappings = (mapping for mapping in view.of_type(EVENT_SOURCE_MAPPING)
                if (called := callee(view, view.at(mapping, "FunctionName"))) and called.function == function)
    found = (view.at(function, "ReservedConcurrentExecutions"), *(view.at(mapping, "ScalingConfig", "MaximumConcurrency") for mapping in mappings))
    return [cap for cap in found if cap]
