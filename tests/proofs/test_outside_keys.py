"""A chave do KMS de um disco, de um banco e de uma tabela: a que a AWS cria passa, e a do template passa se deixa quem precisa."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Case, Edits, findings, refused
from bench import R, prop

PDV, MUSICAS, VOLUMES, CLI = "pdv-alta-disponibilidade", "musicas", "dois-volumes-ebs", "cli-s3-lambda-dynamodb"
ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
OWNED = {"Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}
LAUNCHER = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/autoscaling.amazonaws.com/"
                               "AWSServiceRoleForAutoScaling"}}
LAUNCHING = [
    {"Sid": "UsarNosDiscos", "Effect": "Allow", "Principal": LAUNCHER, "Resource": "*",
     "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"]},
    {"Sid": "ConcederAosDiscos", "Effect": "Allow", "Principal": LAUNCHER, "Resource": "*", "Action": "kms:CreateGrant",
     "Condition": {"Bool": {"kms:GrantIsForAWSResource": True}}}]
DISK = ("BlockDeviceMappings", 0, "Ebs")
FLEET = prop("ModeloLancamento", "LaunchTemplateData", *DISK, "KmsKeyId")


def key(*statements: dict[str, Any], **properties: Any) -> Edits:
    return {(R, "Chave"): {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": {
        "KeyPolicy": {"Version": "2012-10-17", "Statement": list(statements)}, **properties}}}


OWN = {"Fn::GetAtt": ["Chave", "Arn"]}
FALSE: dict[str, Case] = {
    "disco-com-a-chave-de-outro-servico": (MUSICAS, {prop("Servidor", *DISK, "KmsKeyId"): "alias/aws/s3"}, "para outro serviço"),
    "banco-com-a-chave-de-outro-servico": (PDV, {prop("Banco", "KmsKeyId"): "alias/aws/ebs"}, "para outro serviço"),
    "disco-com-chave-de-fora": (MUSICAS, {prop("Servidor", *DISK, "KmsKeyId"): "arn:aws:kms:sa-east-1:123456789012:key/1a2b"}, "não se conhece a chave"),
    "volume-com-chave-que-a-conta-nao-usa": (VOLUMES, {
        **key(OWNED | {"Action": "kms:PutKeyPolicy"}), prop("VolumeDefinitivos", "KmsKeyId"): OWN}, "não deixa a conta cifrar"),
    "banco-com-chave-que-nega": (PDV, {
        **key(OWNED, {"Effect": "Deny", "Principal": "*", "Action": "kms:CreateGrant", "Resource": "*"}), prop("Banco", "KmsKeyId"): OWN},
        "não deixa a conta cifrar"),
    "banco-com-chave-desligada": (PDV, {**key(OWNED, Enabled=False), prop("Banco", "KmsKeyId"): OWN}, "está desligada"),
    "banco-com-chave-de-assinar": (PDV, {
        **key(OWNED, KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048"), prop("Banco", "KmsKeyId"): OWN}, "não é uma chave simétrica"),
    "banco-com-chave-e-sem-cifra": (PDV, {prop("Banco", "KmsKeyId"): "alias/aws/rds", prop("Banco", "StorageEncrypted"): False}, "e não cifra"),
    "grupo-com-chave-que-o-auto-scaling-nao-usa": (PDV, {**key(OWNED), FLEET: OWN}, "não deixa o papel do Auto Scaling"),
    "grupo-sem-concessao": (PDV, {**key(OWNED, LAUNCHING[0]), FLEET: OWN}, "não deixa o papel do Auto Scaling"),
    "tabela-com-a-chave-de-fora": (CLI, {prop("TabelaResultados", "SSESpecification"): {
        "SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:sa-east-1:123456789012:key/1a2b"}}, "não se conhece a chave"),
}
GONE = {(R, "Chave", "DeletionPolicy"): "Delete"}
"""A página de músicas diz que nada sobra."""
ALIAS = {(R, "Apelido"): {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/discos", "TargetKeyId": {"Ref": "Chave"}}}}
RIGHT: dict[str, tuple[str, Edits]] = {
    "disco-com-a-chave-da-aws": (MUSICAS, {prop("Servidor", *DISK, "KmsKeyId"): "alias/aws/ebs"}),
    "volume-com-a-chave-da-aws": (VOLUMES, {prop("VolumeDefinitivos", "KmsKeyId"): "alias/aws/ebs"}),
    "grupo-com-a-chave-da-aws": (PDV, {FLEET: "alias/aws/ebs"}),
    "banco-com-a-chave-da-aws": (PDV, {prop("Banco", "KmsKeyId"): "alias/aws/rds"}),
    "segredo-com-a-chave-da-aws": (PDV, {prop("Banco", "MasterUserSecret"): {"KmsKeyId": "alias/aws/secretsmanager"}}),
    "volume-com-chave-do-template": (VOLUMES, {**key(OWNED), prop("VolumeDefinitivos", "KmsKeyId"): OWN}),
    "disco-com-chave-do-template": (MUSICAS, {**key(OWNED), **GONE, prop("Servidor", *DISK, "KmsKeyId"): {"Ref": "Chave"}}),
    "disco-com-o-apelido-dela": (MUSICAS, {**key(OWNED), **GONE, **ALIAS, prop("Servidor", *DISK, "KmsKeyId"): {"Ref": "Apelido"}}),
    "banco-com-chave-do-template": (PDV, {**key(OWNED, EnableKeyRotation=True), prop("Banco", "KmsKeyId"): OWN}),
    "grupo-com-chave-que-o-auto-scaling-usa": (PDV, {**key(OWNED, *LAUNCHING), FLEET: OWN}),
    "tabela-com-a-chave-da-aws": (CLI, {prop("TabelaResultados", "SSESpecification"): {"SSEEnabled": True, "SSEType": "KMS"}}),
    "tabela-com-o-apelido-da-aws": (CLI, {prop("TabelaResultados", "SSESpecification"): {
        "SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"}}),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_key_that_does_not_serve_is_a_finding(name):
    assert refused(FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_a_key_that_serves_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
