"""Elasticidade: a capacidade segue a demanda."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.proofs.arrows.jobs import switched_on
from scripts.proofs.claims.kinds import FUNCTION, GROUP, INSTANCE, TABLE, drawn, strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import at_least, below, equal, require, setting, true
from scripts.proofs.evidence import Evidence, Found, Missing, Path, at
from scripts.proofs.facts.reading import place, places
from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution

POLICY = "AWS::AutoScaling::ScalingPolicy"
ALARM = "AWS::CloudWatch::Alarm"
METRICS = ("ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut", "ALBRequestCountPerTarget")


@claim("escalabilidade")
def follows_demand(scene: Scene) -> Iterator[Evidence]:
    """Escalabilidade.

    Nos picos de tráfego a capacidade de processamento cresce sozinha, e volta a diminuir
    depois. O banco relacional fica fora: o tamanho dele não muda sem interrupção.

    - o grupo do Auto Scaling pode ter mais instâncias que o mínimo, e uma política o ajusta;
    - a tabela do DynamoDB é sob demanda;
    - os trabalhos do Batch têm um teto de vCPU, e os nós do EKS são do Auto Mode;
    - as funções desenhadas são da Lambda, sem concorrência reservada igual a zero;
    - não há instância EC2 avulsa.

    Fonte: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
    """
    yield from strangers(scene)
    values = scene.values
    for instance in values.of_type(INSTANCE):
        yield Missing(("Resources", instance.id, "Type"), f"`{instance.id}` é uma instância só, de tamanho fixo",
                      "ponha-a num grupo do Auto Scaling com uma política")
    for group in values.of_type(GROUP):
        yield from _room(values, group)
        yield from _emptied(values, group)
        yield from _policy(values, group)
    for table in values.of_type(TABLE):
        yield from require(values, table, ("BillingMode",), equal("PAY_PER_REQUEST"), "capacidade sob demanda",
                           f"`{table.id}` tem capacidade fixa", "use `BillingMode: PAY_PER_REQUEST`")
        if "OnDemandThroughput" in table.properties:
            yield Missing(at(table, "OnDemandThroughput"), f"`{table.id}` tem um teto de vazão", "tire `OnDemandThroughput`")
    yield from _elastic(values)
    for function in drawn(scene):
        if function.type == FUNCTION:
            yield from _concurrency(values, function)


def _elastic(values: Resolution) -> Iterator[Evidence]:
    """Quem cria e tira máquinas por conta própria."""
    for environment in values.of_type("AWS::Batch::ComputeEnvironment"):
        yield from switched_on(values, environment)
        yield from require(values, environment, ("ComputeResources", "MaxvCpus"), at_least(2), "os trabalhos crescem até este teto",
                           f"`{environment.id}` não cresce", "escreva `MaxvCpus` com 2 ou mais")
    for cluster in values.of_type("AWS::EKS::Cluster"):
        if values.property(cluster, "ComputeConfig", "NodePools") == []:
            yield Missing(at(cluster, "ComputeConfig", "NodePools"), f"`{cluster.id}` não tem de onde criar nós", "use `[general-purpose]`")
        yield from require(values, cluster, ("ComputeConfig", "Enabled"), true, "o EKS cria e tira nós conforme os pods",
                           f"`{cluster.id}` não cria nós sozinho", "use `ComputeConfig: {Enabled: true}`")


def _room(values: Resolution, group: Resource) -> Iterator[Evidence]:
    least, most = setting(values, group, "MinSize"), setting(values, group, "MaxSize")
    if least.numbers and most.numbers and most.numbers[0] > least.numbers[1]:
        yield from least.evidence("começa com este mínimo", below(most.numbers[0]))
        yield from most.evidence("cresce até este máximo, sempre maior que o mínimo", at_least(least.numbers[1] + 1))
    else:
        yield Missing(at(group, "MaxSize"), f"não se prova que o máximo de `{group.id}` seja maior que o mínimo",
                      "aumente `MaxSize`, ou limite os parâmetros com `MinValue` e `MaxValue`")


def _emptied(values: Resolution, group: Resource) -> Iterator[Missing]:
    """O que tira instâncias do grupo, ou não as deixa nascer, sem que a demanda o peça."""
    for action in values.of_type("AWS::AutoScaling::ScheduledAction"):
        if values.resource(values.property(action, "AutoScalingGroupName")) in (group, None):
            for name in ("MinSize", "MaxSize", "DesiredCapacity"):
                if name in action.properties and not setting(values, action, name).always(at_least(1)):
                    yield Missing(at(action, name), f"`{action.id}` pode deixar `{group.id}` sem instâncias", "use 1 ou mais")
    for hook in values.of_type("AWS::AutoScaling::LifecycleHook"):
        if values.resource(values.property(hook, "AutoScalingGroupName")) in (group, None):
            yield from _abandoning(hook.id, at(hook, "DefaultResult"), hook.properties)
    for hook in places(values, group, "LifecycleHookSpecificationList"):
        yield from _abandoning(group.id, hook.path, hook.value if isinstance(hook.value, dict) else {})


def _abandoning(name: str, where: Path, hook: dict) -> Iterator[Missing]:
    """Sem `CONTINUE`, a instância que ninguém confirma é encerrada ao nascer."""
    if "TERMINATING" not in str(hook.get("LifecycleTransition")) and hook.get("DefaultResult") != "CONTINUE":
        yield Missing(where, f"um gancho de `{name}` abandona a instância que nasce", "use `DefaultResult: CONTINUE`")


def _policy(values: Resolution, group: Resource) -> Iterator[Evidence]:
    reasons = []
    for policy in values.of_type(POLICY):
        if values.resource(values.property(policy, "AutoScalingGroupName")) != group:
            continue
        evidence = list(_trigger(values, policy))
        if evidence:
            yield Found(at(policy, "AutoScalingGroupName"), f"a política ajusta `{group.id}`")
            yield from evidence
            return
        reasons.append(policy)
    where = at(reasons[0]) if reasons else ("Resources", group.id)
    yield Missing(where, f"nenhuma política ajusta sozinha o tamanho de `{group.id}`",
                  "acrescente um `AWS::AutoScaling::ScalingPolicy` com `TargetTrackingConfiguration`")


def _trigger(values: Resolution, policy: Resource) -> Iterator[Found]:
    """O que faz a política agir: uma métrica que ela persegue, ou um alarme que a chama."""
    kind = values.property(policy, "PolicyType")
    target = setting(values, policy, "TargetTrackingConfiguration", "TargetValue")
    if kind == "TargetTrackingScaling":
        metric = _metric(values, policy)
        shrinks = values.property(policy, "TargetTrackingConfiguration", "DisableScaleIn")
        if str(shrinks).lower() not in ("none", "false"):
            return
        if metric and target.always(at_least(1)):
            yield Found(at(policy, "PolicyType"), "persegue um alvo")
            yield metric
            yield from target.evidence("com este valor", at_least(1))
        return
    for alarm in values.of_type(ALARM) if kind in (None, "SimpleScaling", "StepScaling") else ():
        for action in places(values, alarm, "AlarmActions"):
            if values.resource(action.value) == policy:
                yield Found(action.path, f"`{alarm.id}` aciona a política")
                return


def _metric(values: Resolution, policy: Resource) -> Found | None:
    for keys in (("PredefinedMetricSpecification", "PredefinedMetricType"), ("CustomizedMetricSpecification", "MetricName")):
        found = place(values, policy, "TargetTrackingConfiguration", *keys)
        if found and isinstance(found.value, str) and (keys[1] == "MetricName" or found.value in METRICS):
            return Found(found.path, f"da métrica `{found.value}`")
    return None


def _concurrency(values: Resolution, function: Resource) -> Iterator[Evidence]:
    if "ReservedConcurrentExecutions" in function.properties:
        yield from require(values, function, ("ReservedConcurrentExecutions",), at_least(2), "várias execuções ao mesmo tempo",
                           f"`{function.id}` não executa em paralelo", "aumente `ReservedConcurrentExecutions`, ou retire-a")
    else:
        yield Found(("Resources", function.id, "Type"), "a Lambda executa tantas cópias quantos forem os eventos")
