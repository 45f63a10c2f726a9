"""Regra das cópias: o Data Lifecycle Manager tira snapshots de um volume, sozinho."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.catalog import HERE
from scripts.aws.questions import IDENTITY
from scripts.aws.types import INSTANCE, LAUNCH_TEMPLATE, SNAPSHOT_POLICY, VOLUME
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect, true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

SNAPSHOTS = "arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*"
NEEDED = (("ec2:CreateSnapshot", SNAPSHOTS), ("ec2:DeleteSnapshot", SNAPSHOTS), ("ec2:CreateTags", SNAPSHOTS),
          ("ec2:DescribeVolumes", "*"), ("ec2:DescribeSnapshots", "*"))
"""O que o serviço faz com o papel, além de ler o volume: as ações da política que a AWS mantém para ele."""


@rule(SNAPSHOT_POLICY, VOLUME, asks=(IDENTITY,))
def policy_snapshots_volume(case: Case) -> Iterator[Evidence]:
    """Uma política do Data Lifecycle Manager tira snapshots de um volume EBS.

    O serviço procura, na hora marcada, os volumes com a etiqueta que a política diz, tira um
    snapshot de cada um e apaga os que passam da conta.

    - a política ligada, para volumes, com uma etiqueta que o volume tem;
    - em cada agenda, quando criar e quantos guardar, ao menos um;
    - um papel em que `dlm.amazonaws.com` confia, que cria, apaga, vê e etiqueta snapshots.

    Fonte: https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html
    """
    view, policy = case.view, case.tail
    yield from _usual(view, policy)
    for keys, wanted in ((("State",), "ENABLED"), (("PolicyDetails", "ResourceTypes", 0), "VOLUME")):
        yield from expect(view, policy, keys, wanted, f"`{keys[0]}`: `{wanted}`", f"`{policy.id}` não é de volumes, ou não está ligada",
                          "escreva `State: ENABLED` e `ResourceTypes: [VOLUME]`")
    yield from _tagged(view, policy, case.head)
    yield from _undrawn(case)
    yield from _schedules(view, policy)
    principal = principal_of(view, policy)
    yield from principal.evidence
    volume = f"arn:${{AWS::Partition}}:ec2:{HERE}:volume/${{{case.head.id}}}"
    for action, arn in ((("ec2:CreateSnapshot", volume), *NEEDED) if principal.role else ()):
        # O que a política apaga é o que ela mesma criou, com as etiquetas que pôs.
        context = _added(view, policy, case.head) if action == "ec2:DeleteSnapshot" else {}
        decision = decide(Request(view, action, arn, principal.role, context=context), None)
        yield from evidence(decision, at(principal.role or policy), f"`{principal.role.id}`", f"`{arn}`",
                            f"acrescente às políticas dele uma declaração com `{action}`")


def _usual(view: View, policy: Resource) -> Iterator[Missing]:
    """O defeito de uma política que não é da espécie que tira snapshots de volumes da própria Região."""
    for name, wanted in (("PolicyType", "EBS_SNAPSHOT_MANAGEMENT"), ("ResourceLocations", "CLOUD")):
        for item in view.items(policy, "PolicyDetails", name):
            if item.value != wanted:
                yield Missing(item.path, f"`{name}` de `{policy.id}` não é `{wanted}`", f"tire `{name}`")


def _tagged(view: View, policy: Resource, volume: Resource) -> Iterator[Evidence]:
    own = {pair[0]: pair[1] for item in view.items(volume, "Tags") if (pair := _pair(view, volume, item))}
    for item in view.items(policy, "PolicyDetails", "TargetTags"):
        key, value = _pair(view, policy, item) or (None, None)
        if key is not None and key in own and own[key].value == value.value:
            yield Found(value.path, f"os volumes com a etiqueta `{key}`")
            yield Found(own[key].path, f"`{volume.id}` tem essa etiqueta")
            return
    yield Missing(at(policy, "PolicyDetails"), f"nenhuma etiqueta de `{policy.id}` é de `{volume.id}`",
                  "ponha em `TargetTags` uma etiqueta que o volume tem em `Tags`")


def _undrawn(case: Case) -> Iterator[Missing]:
    """O defeito de uma política cuja etiqueta é também de outro volume, que nenhuma seta dela mostra: ela o copia igual."""
    view, policy = case.view, case.tail
    wanted = {(pair[0], pair[1].value) for item in view.items(policy, "PolicyDetails", "TargetTags") if (pair := _pair(view, policy, item))}
    own = {node.id for node in case.diagram.nodes if policy.id in node.resources}
    drawn = {name for edge in case.diagram.edges if edge.tail in own for name in case.diagram.elements[edge.head].resources}
    for owner, tags in _tags_of_disks(view):
        for item in tags if owner.id not in {case.head.id, *drawn} else ():
            pair = _pair(view, owner, item)
            if pair and (pair[0], pair[1].value) in wanted:
                yield Missing(item.path, f"`{owner.id}` também tem a etiqueta `{pair[0]}`, e `{policy.id}` o copia sem que uma seta o mostre",
                              "tire a etiqueta dele, ou desenhe a seta")


def _tags_of_disks(view: View) -> Iterator[tuple[Resource, list[Placed]]]:
    """As etiquetas dos outros volumes do template, e dos discos que nascem com as instâncias."""
    with view.reading():
        found = [(volume, view.items(volume, "Tags")) for volume in view.of_type(VOLUME)]
        found += [(model, view.items_inside(item, "Tags")) for model in view.of_type(LAUNCH_TEMPLATE)
                  for item in view.items(model, "LaunchTemplateData", "TagSpecifications")
                  if (kind := view.inside(item, "ResourceType")) and kind.value == "volume"]
        found += [(instance, view.items(instance, "Tags")) for instance in view.of_type(INSTANCE)
                  if true(view.value(instance, "PropagateTagsToVolumeOnCreation"))]
    yield from found


def _added(view: View, policy: Resource, volume: Resource) -> dict[str, str]:
    """As etiquetas que os snapshots deste volume têm em todas as agendas, como a condição as lê: as que se põem, e as dele, se se copiam.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dlm-lifecyclepolicy-schedule.html
    """
    tags = []
    for schedule in view.items(policy, "PolicyDetails", "Schedules"):
        copied = view.inside(schedule, "CopyTags")
        own = [(volume, item) for item in view.items(volume, "Tags")] if copied and true(copied.value) else []
        put = [(policy, item) for item in view.items_inside(schedule, "TagsToAdd")]
        tags.append({pair[0]: str(pair[1].value) for owner, item in (*own, *put) if (pair := _pair(view, owner, item))})
    return {f"aws:ResourceTag/{key}": value for key, value in (tags[0] if tags else {}).items()
            if all(other.get(key) == value for other in tags)}


def _pair(view: View, resource: Resource, item: Placed) -> tuple[str, Placed] | None:
    key, value = (view.inside(item, name) for name in ("Key", "Value"))
    return (str(key.value), value) if key and value and isinstance(value.value, str) else None


def _schedules(view: View, policy: Resource) -> Iterator[Evidence]:
    schedules = view.items(policy, "PolicyDetails", "Schedules")
    if not schedules:
        yield Missing(at(policy, "PolicyDetails"), f"`{policy.id}` não diz quando", "escreva `Schedules`")
    for schedule in schedules:
        for name, other, text in (("CreateRule", "CronExpression", "quando criar"), ("RetainRule", "Count", "quanto guardar")):
            said = view.inside(schedule, name)
            if said and isinstance(said.value, dict) and _says(said.value, other):
                yield Found(said.path, text)
            else:
                yield Missing(schedule.path, f"uma agenda de `{policy.id}` não diz {text}", f"escreva `{name}`")


def _says(written: dict[str, Any], other: str) -> bool:
    """A regra diz um intervalo, com a unidade, ou o que se escreve no lugar dele: uma conta, ou um horário."""
    instead = written.get(other)
    by_hour = other == "CronExpression" and isinstance(instead, str) and instead.startswith("cron(")
    return bool(by_hour or other == "Count" and whole(instead) or whole(written.get("Interval")) and written.get("IntervalUnit"))
