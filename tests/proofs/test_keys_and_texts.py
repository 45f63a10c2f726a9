"""Chaves do KMS que cifram quem roda, e políticas escritas como texto: o que se lê delas, e o que se recusa."""

import json

import pytest
from tests.proofs.bench import bench

from scripts.proofs.arrows.viable import viable
from scripts.proofs.identity.policies import Obscure, Statement, every, of_resource

KEYED = """\
Chave:
  Type: AWS::KMS::Key
  Properties:
    KeyPolicy:
      Statement:
        - Effect: Allow
          Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
          Action: "kms:*"
          Resource: "*"
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement: [{Effect: Allow, Principal: {Service: [states.amazonaws.com, lambda.amazonaws.com]}, Action: "sts:AssumeRole"}]
    Policies:
      - PolicyName: chave
        PolicyDocument: {Statement: [{Effect: Allow, Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: !GetAtt Chave.Arn}]}
Maquina:
  Type: AWS::StepFunctions::StateMachine
  Properties:
    RoleArn: !GetAtt Papel.Arn
    EncryptionConfiguration: {Type: CUSTOMER_MANAGED_KMS_KEY, KmsKeyId: !Ref Chave}
Funcao:
  Type: AWS::Lambda::Function
  Properties: {Role: !GetAtt Papel.Arn, KmsKeyArn: !GetAtt Chave.Arn}
"""
ACTIONS = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0)
KEY = ("Resources", "Chave", "Properties")
MACHINE, FUNCTION = "a chave que cifra `Maquina` não se deixa usar por ele", "a chave que cifra `Funcao` não se deixa usar por ele"


def hindered(found, name: str) -> set[str]:
    view = found.views.each[0]
    return {missing.need for missing in viable(view, view.resources[name]) if "chave" in missing.need}


def test_a_key_of_the_template_serves_who_may_use_it():
    found = bench(KEYED)
    assert hindered(found, "Maquina") == hindered(found, "Funcao") == hindered(found, "Chave") == set()


@pytest.mark.parametrize("path, value, machine, function", [
    ((*ACTIONS, "Action"), "kms:Decrypt", {MACHINE}, set()),  # a função usa a concessão da Lambda
    ((*ACTIONS, "Effect"), "Deny", {MACHINE}, {FUNCTION}),
    ((*KEY, "Enabled"), False, {MACHINE}, {FUNCTION}),
    ((*KEY, "KeySpec"), "RSA_2048", {MACHINE}, {FUNCTION}),
    (("Resources", "Maquina", "Properties", "EncryptionConfiguration", "KmsKeyId"), "arn:aws:kms:sa-east-1:123456789012:key/1a", {MACHINE}, set()),
    (("Resources", "Maquina", "Properties", "EncryptionConfiguration", "Type"), "AWS_OWNED_KEY", set(), set()),
    (("Resources", "Funcao", "Properties", "KmsKeyArn"), "arn:aws:kms:sa-east-1:123456789012:key/1a", set(), {FUNCTION}),
])
def test_each_way_a_key_does_not_serve(path, value, machine, function):
    found = bench(KEYED).put(*path, value=value)
    assert (hindered(found, "Maquina"), hindered(found, "Funcao")) == (machine, function)


def domain(policy: object) -> str:
    return "Busca:\n  Type: AWS::OpenSearchService::Domain\n  Properties:\n    AccessPolicies: " + json.dumps(policy) + "\n"


SAID = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": "*"}]}


@pytest.mark.parametrize("policy", [SAID, json.dumps(SAID)], ids=["objeto", "texto"])
def test_a_policy_written_as_text_is_the_same_policy(policy):
    view = bench(domain(policy)).views.each[0]
    for parts in (of_resource(view, view.resources["Busca"]), every(view, view.resources["Busca"])):
        part, = parts
        assert isinstance(part, Statement) and part.allows
        assert [(kind, item.value) for kind, item in part.principals] == [("AWS", "*")]
        assert [item.value for item in part.actions] == ["es:*"]


@pytest.mark.parametrize("policy", ["qualquer texto", "{}", json.dumps({**SAID, "Version": "2020-01-01"})])
def test_a_text_that_is_no_policy_is_a_doubt(policy):
    view = bench(domain(policy)).views.each[0]
    assert all(isinstance(part, Obscure) for part in of_resource(view, view.resources["Busca"])) and of_resource(view, view.resources["Busca"])
