"""Snapshots automáticos: a etiqueta, a agenda e o papel."""

import pytest
from tests.proofs.bench import bench

GOOD = """\
Disco:
  Type: AWS::EC2::Volume
  Properties:
    Tags:
      - Key: Copiar
        Value: !Ref AWS::StackName
Copias:
  Type: AWS::DLM::LifecyclePolicy
  Properties:
    State: ENABLED
    ExecutionRoleArn: !GetAtt Papel.Arn
    PolicyDetails:
      ResourceTypes:
        - VOLUME
      TargetTags:
        - Key: Copiar
          Value: !Ref AWS::StackName
      Schedules:
        - Name: diaria
          CreateRule: {Interval: 24, IntervalUnit: HOURS}
          RetainRule: {Count: 7}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
        - {Effect: Allow, Principal: {Service: dlm.amazonaws.com}, Action: "sts:AssumeRole"}
    Policies:
      - PolicyName: copiar
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: ec2:CreateSnapshot
              Resource: !Sub arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/${Disco}
            - Effect: Allow
              Action:
                - ec2:CreateSnapshot
                - ec2:DeleteSnapshot
                - ec2:CreateTags
              Resource: !Sub arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*
            - Effect: Allow
              Action:
                - ec2:DescribeVolumes
                - ec2:DescribeSnapshots
              Resource: "*"
"""
ARROW = ("copias = Copias", "disco = Disco", "copias >> disco")
DETAILS = ("Resources", "Copias", "Properties", "PolicyDetails")
POLICY = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement")


def test_a_policy_snapshots_a_volume():
    architecture = bench(GOOD, *ARROW)
    assert architecture.missing() == []
    assert architecture.survivors("copias--disco") == []


@pytest.mark.parametrize("path, value, missing", [
    (("Resources", "Copias", "Properties", "State"), "DISABLED", "não está ligada"),
    ((*DETAILS, "ResourceTypes"), ["INSTANCE"], "não é de volumes"),
    ((*DETAILS, "TargetTags", 0, "Value"), "outra", "nenhuma etiqueta de `Copias` é de `Disco`"),
    (("Resources", "Disco", "Properties", "Tags"), [], "nenhuma etiqueta de `Copias` é de `Disco`"),
    ((*DETAILS, "Schedules"), [], "não diz quando"),
    ((*DETAILS, "Schedules", 0, "RetainRule"), {}, "não diz quanto guardar"),
    ((*DETAILS, "Schedules", 0, "RetainRule"), {"Count": 0}, "não diz quanto guardar"),
    ((*DETAILS, "Schedules", 0, "RetainRule"), {"Interval": 7}, "não diz quanto guardar"),
    ((*DETAILS, "Schedules", 0, "CreateRule"), {"Interval": 0, "IntervalUnit": "HOURS"}, "não diz quando criar"),
    ((*DETAILS, "ResourceLocations"), ["OUTPOST"], "`ResourceLocations` de `Copias` não é `CLOUD`"),
    ((*DETAILS, "PolicyType"), "EVENT_BASED_POLICY", "`PolicyType` de `Copias` não é"),
    ((*POLICY, 0, "Resource"), "arn:aws:ec2:us-east-1:111122223333:volume/vol-1", "fazer `ec2:CreateSnapshot`"),
    ((*POLICY, 1, "Action"), ["ec2:CreateSnapshot", "ec2:CreateTags"], "fazer `ec2:DeleteSnapshot`"),
    ((*POLICY, 2, "Effect"), "Deny", "nega `ec2:DescribeVolumes`"),
])
def test_what_is_missing(path, value, missing):
    found = bench(GOOD, *ARROW).put(*path, value=value).missing()
    assert any(missing in text for text in found), found


GUARDED = {"StringEquals": {"aws:ResourceTag/Copiar": {"Ref": "AWS::StackName"}}}
TAG = {"Key": "Copiar", "Value": {"Ref": "AWS::StackName"}}


def test_only_its_own_snapshots_may_be_deleted():
    guarded = bench(GOOD, *ARROW).put(*POLICY, 1, "Condition", value=GUARDED)
    guarded = guarded.put(*POLICY, 1, "Action", value="ec2:DeleteSnapshot")
    guarded = guarded.put(*POLICY, 0, "Action", value=["ec2:CreateSnapshot", "ec2:CreateTags"])
    guarded = guarded.put(*POLICY, 0, "Resource", value="*")
    assert any("`ec2:DeleteSnapshot`" in text for text in guarded.missing())
    assert guarded.put(*DETAILS, "Schedules", 0, "TagsToAdd", value=[TAG]).missing() == []
    assert guarded.put(*DETAILS, "Schedules", 0, "CopyTags", value=True).missing() == []
    assert guarded.put(*DETAILS, "Schedules", 0, "CopyTags", value=False).missing()
    assert guarded.put(*DETAILS, "Schedules", 0, "CopyTags", value=True).put(
        *DETAILS, "Schedules", 0, "TagsToAdd", value=[{"Key": "Copiar", "Value": "outra"}]).missing()


def test_the_service_says_on_whose_behalf():
    trust = ("Resources", "Papel", "Properties", "AssumeRolePolicyDocument", "Statement", 0, "Condition")
    own = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
           "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:dlm:${AWS::Region}:${AWS::AccountId}:policy/*"}}}
    assert bench(GOOD, *ARROW).put(*trust, value=own).missing() == []
    other = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert any("não confia" in text for text in bench(GOOD, *ARROW).put(*trust, value=other).missing())


@pytest.mark.parametrize("name, value", [
    ("CreateRule", {"CronExpression": "cron(0 3 * * ? *)"}), ("RetainRule", {"Interval": 7, "IntervalUnit": "DAYS"})])
def test_a_rule_may_be_written_another_way(name, value):
    assert bench(GOOD, *ARROW).put(*DETAILS, "Schedules", 0, name, value=value).missing() == []
    assert bench(GOOD, *ARROW).put(*DETAILS, "ResourceLocations", value=["CLOUD"]).missing() == []
