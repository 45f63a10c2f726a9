"""Serviços que uma aplicação chama pela API da AWS: o que costuma fazer e em que ARN.

Um serviço novo é uma entrada em `SERVICES`. Que recurso cada ação aceita:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from dataclasses import dataclass

from scripts.proofs.facts.names import arn_of, canonical
from scripts.proofs.facts.reading import Placed, place, places
from scripts.proofs.identity.policies import Statement, of_resource, of_role, written_keys
from scripts.template.cloudformation import Key, Resource
from scripts.template.resolution import Resolution

BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
FUNCTION = "AWS::Lambda::Function"
BUS = "AWS::Events::EventBus"
READS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet", "Head", "Select")


@dataclass(frozen=True)
class Service:
    """`usual` são as ações a tentar quando a seta não diz a sua, nessa ordem.

    `endpoint` é o nome dele nos endpoints de VPC, e `key` a propriedade com a chave do KMS.
    """

    prefix: str
    usual: tuple[str, ...]
    endpoint: str
    key: tuple[Key, ...] = ()


SERVICES: dict[str, Service] = {
    BUCKET: Service("s3", ("s3:PutObject", "s3:GetObject"), "s3",
                    ("BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault",
                     "KMSMasterKeyID")),
    TABLE: Service("dynamodb", ("dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"), "dynamodb",
                   ("SSESpecification", "KMSMasterKeyId")),
    QUEUE: Service("sqs", ("sqs:SendMessage",), "sqs", ("KmsMasterKeyId",)),
    TOPIC: Service("sns", ("sns:Publish",), "sns", ("KmsMasterKeyId",)),
    "AWS::SecretsManager::Secret": Service("secretsmanager", ("secretsmanager:GetSecretValue",), "secretsmanager",
                                           ("KmsKeyId",)),
    FUNCTION: Service("lambda", ("lambda:InvokeFunction",), "lambda"),
    "AWS::StepFunctions::StateMachine": Service("states", ("states:StartExecution",), "states"),
    BUS: Service("events", ("events:PutEvents",), "events"),
    "AWS::Kinesis::Stream": Service("kinesis", ("kinesis:PutRecord", "kinesis:PutRecords"), "kinesis-streams"),
    "AWS::SSM::Parameter": Service("ssm", ("ssm:GetParameter",), "ssm"),
    "AWS::KMS::Key": Service("kms", ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"), "kms"),
}


def reads(action: str) -> bool:
    """A ação só lê."""
    return action.partition(":")[2].startswith(READS)


def on_objects(action: str) -> bool:
    """A ação do S3 é sobre objetos, não sobre o bucket."""
    name = action.partition(":")[2]
    return ("Object" in name and "Bucket" not in name) or name in ("AbortMultipartUpload", "ListMultipartUploadParts")


def arns(values: Resolution, role: Resource, target: Resource, action: str) -> list[str]:
    """Os ARNs em que a ação serve: basta que um deles esteja permitido por inteiro."""
    own = arn_of(values, target)
    if own is None:
        return []
    if target.type == BUCKET and on_objects(action):
        # Sem outra notícia de que objetos são, serve qualquer conjunto deles que uma permissão nomeie.
        return [f"{own}/*", *_named_within(values, role, target, f"{own}/")]
    if target.type == TABLE and action in ("dynamodb:Query", "dynamodb:Scan"):
        return [own, f"{own}/index/*"]
    return [own]


def _named_within(values: Resolution, role: Resource, target: Resource, start: str) -> list[str]:
    parts = [part for part in (*of_role(values, role), *of_resource(values, target)) if isinstance(part, Statement)]
    texts = [canonical(values, item.value) or "" for part in parts if part.allows for item in part.resources]
    return [text for text in dict.fromkeys(texts) if text.startswith(start)]


@dataclass(frozen=True)
class Watched:
    """Os objetos cuja notificação aciona uma função: começo e fim da chave, com o lugar do começo."""

    prefix: str | None
    suffix: str | None
    line: Placed | None


def watched(values: Resolution, bucket: Resource, function: Resource) -> list[Watched]:
    """Uma entrada por notificação do bucket que aciona a função."""
    found = []
    for entry in places(values, bucket, "NotificationConfiguration", "LambdaConfigurations"):
        named = entry.value.get("Function") if isinstance(entry.value, dict) else None
        if named is not None and canonical(values, named) == arn_of(values, function):
            found.append(filtered(values, bucket, written_keys(entry.path)))
    return found


def filtered(values: Resolution, bucket: Resource, keys: tuple[Key, ...]) -> Watched:
    """As chaves que passam pelo filtro da notificação nesse caminho."""
    ends: dict[str, Placed | None] = {"prefix": None, "suffix": None}
    for item in places(values, bucket, *keys, "Filter", "S3Key", "Rules"):
        name = str(item.value.get("Name")).lower() if isinstance(item.value, dict) else ""
        if name not in ends:
            return Watched(None, None, None)
        ends[name] = place(values, bucket, *written_keys(item.path), "Value")
    texts = {name: canonical(values, found.value) if found else "" for name, found in ends.items()}
    return Watched(texts["prefix"], texts["suffix"], ends["prefix"])
