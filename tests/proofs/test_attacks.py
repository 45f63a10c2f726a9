"""Estragos que já enganaram as provas: cada um, numa arquitetura de verdade, tem de ser achado."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.checks import verdict
from scripts.measure.survivors import subject
from scripts.template import cloudformation

ROOT = Path(__file__).resolve().parents[2]
CLI, PDV = "cli-s3-lambda-dynamodb", "pdv-alta-disponibilidade"
SCHEDULED = """
  Zera:
    Type: AWS::AutoScaling::ScheduledAction
    Properties: {AutoScalingGroupName: !Ref GrupoInstancias, DesiredCapacity: 0, MinSize: 0, MaxSize: 0}

Outputs:
"""
HOOK = """
  Gancho:
    Type: AWS::AutoScaling::LifecycleHook
    Properties:
      AutoScalingGroupName: !Ref GrupoInstancias
      LifecycleTransition: autoscaling:EC2_INSTANCE_LAUNCHING
      DefaultResult: ABANDON

Outputs:
"""
INLINE = """      LifecycleHookSpecificationList:
        - {LifecycleHookName: g, LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING", DefaultResult: ABANDON}
      HealthCheckType: ELB
"""


@pytest.fixture(scope="module")
def subjects():
    return {slug: subject(Tree(ROOT), slug) for slug in (CLI, PDV)}


@pytest.mark.parametrize(("slug", "old", "new", "need"), [
    (CLI, "MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 60", "`MessageRetentionPeriod` de `FilaFalhas` é pouco"),
    (CLI, "SqsManagedSseEnabled: true", "SqsManagedSseEnabled: true\n      MaximumMessageSize: 1024", "`MaximumMessageSize` de"),
    (CLI, "      OwnershipControls:", "      ObjectLockEnabled: true\n      OwnershipControls:", "o bloqueio de objetos de"),
    (CLI, "      BillingMode: PAY_PER_REQUEST", "      BillingMode: PAY_PER_REQUEST\n      OnDemandThroughput: {MaxWriteRequestUnits: 1}",
     "tem um teto de vazão"),
    (PDV, "      MultiAZ: true", "      MultiAZ: true\n      DBSnapshotIdentifier: arn:aws:rds:x", "é a do snapshot de que nasce"),
    (PDV, "        TargetValue: !Ref CpuAlvo", "        TargetValue: !Ref CpuAlvo\n        DisableScaleIn: true", "nenhuma política ajusta"),
    (PDV, "\nOutputs:\n", SCHEDULED, "pode deixar `GrupoInstancias` sem instâncias"),
    (PDV, "\nOutputs:\n", HOOK, "abandona a instância que nasce"),
    (PDV, "      HealthCheckType: ELB\n", INLINE, "abandona a instância que nasce"),
])
def test_what_once_fooled_the_proofs_is_found(subjects, slug, old, new, need):
    read = subjects[slug]
    assert old in read.template.text
    damaged = cloudformation.parse(read.template.text.replace(old, new, 1), "template.yaml")
    assert any(need in finding.message for finding in verdict.judge(replace(read, template=damaged)))
