"""O estado simulado da AWS, com o moto dentro deste processo: o que a pilha cria, e só o que um fluxo usa.

Só guarda e devolve. Permissões, eventos, assinaturas e prazos são de outros módulos: o moto aceitaria formulários
vencidos e chaves de outro. Uma propriedade que mudaria o que se guarda, e que não se conhece, para a rodada.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from scripts.aws.types import BUCKET, QUEUE, TABLE
from scripts.replay.stack import REGION, Stack, only
from scripts.template.cloudformation import Resource

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAPESSOA0000000000", "AWS_SECRET_ACCESS_KEY": "chave-do-replay", "AWS_DEFAULT_REGION": REGION}
KNOWN = {
    BUCKET: "BucketName VersioningConfiguration NotificationConfiguration BucketEncryption PublicAccessBlockConfiguration OwnershipControls "
            "LifecycleConfiguration Tags",
    TABLE: "TableName KeySchema AttributeDefinitions BillingMode SSESpecification PointInTimeRecoverySpecification TimeToLiveSpecification "
           "DeletionProtectionEnabled Tags GlobalSecondaryIndexes",
    QUEUE: "QueueName VisibilityTimeout MessageRetentionPeriod RedrivePolicy RedriveAllowPolicy SqsManagedSseEnabled ReceiveMessageWaitTimeSeconds "
           "DelaySeconds MaximumMessageSize KmsMasterKeyId KmsDataKeyReusePeriodSeconds Tags",
}
"""As propriedades que se sabe o que fazem aqui: guardar como se pede, ou nada que um fluxo veja."""
ATTRIBUTES = ("VisibilityTimeout", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "DelaySeconds", "MaximumMessageSize")


@contextmanager
def simulated() -> Iterator[None]:
    """Liga o moto neste processo, com as credenciais da rodada; no fim, tudo o que ele guardava some."""
    from moto import mock_aws

    before = {name: os.environ.get(name) for name in (*KEYS, "AWS_PROFILE", "AWS_ENDPOINT_URL")}
    os.environ.update(KEYS)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    try:
        with mock_aws(config={"core": {"mock_credentials": False}}):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@cache
def _clients() -> tuple[Any, Any, Any, Any]:
    """Criados uma vez por processo: custam mais que uma rodada inteira."""
    import boto3

    session = boto3.session.Session(region_name=REGION)
    return *map(session.client, ("s3", "sqs", "secretsmanager")), session.resource("dynamodb")


class State:
    """Os clientes com que o laboratório cria e olha o estado; não passam pela porta das permissões."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.s3, self.sqs, self.secrets, self.dynamodb = _clients()
        self._tables: dict[str, Any] = {}  # cada uma lembra as chaves dela

    def create(self) -> None:
        """Cria os buckets, as tabelas e as filas da pilha. Erro: `Unresolved`."""
        for resource in self.stack.view.of_type(BUCKET, TABLE, QUEUE):
            only(resource.properties, KNOWN[resource.type].split(), f"{{}} de `{resource.id}` mudaria")
        for queue in self.stack.view.of_type(QUEUE):
            self._queue(queue)
        for bucket in self.stack.view.of_type(BUCKET):
            self._bucket(bucket)
        for table in self.stack.view.of_type(TABLE):
            self._table(table)

    def _bucket(self, resource: Resource) -> None:
        name = self.stack.physical(resource)
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        versioning = self.stack.property(resource, "VersioningConfiguration", "Status")
        if versioning:
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})

    def _table(self, resource: Resource) -> None:
        shape = {key: self.stack.property(resource, key) for key in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")}
        self.dynamodb.create_table(TableName=self.stack.physical(resource), BillingMode="PAY_PER_REQUEST",
                                   **{key: value for key, value in shape.items() if value})

    def _queue(self, resource: Resource) -> None:
        found = {key: self.stack.property(resource, key) for key in ATTRIBUTES}
        attributes = {key: str(value) for key, value in found.items() if value is not None}
        self.sqs.create_queue(QueueName=self.stack.physical(resource), Attributes=attributes)

    def secret(self, name: str, text: str) -> str:
        """Guarda um segredo; devolve o ARN."""
        return str(self.secrets.create_secret(Name=name, SecretString=text)["ARN"])

    def sizes(self, bucket: str) -> dict[str, int]:
        """Quantos bytes tem cada objeto que está no bucket agora, por chave."""
        return {item["Key"]: item["Size"] for item in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])}

    def objects(self, bucket: str) -> dict[str, bytes]:
        """O que está no bucket agora, por chave."""
        return {key: self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in self.sizes(bucket)}

    def object(self, bucket: str, key: str) -> bytes | None:
        """O conteúdo do objeto; `None` quando ele não está lá."""
        try:
            return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except self.s3.exceptions.NoSuchKey:
            return None

    def versions(self, bucket: str, key: str) -> list[bytes]:
        """O conteúdo de cada versão do objeto, da mais velha à mais nova."""
        found = self.s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
        return [self.s3.get_object(Bucket=bucket, Key=key, VersionId=item["VersionId"])["Body"].read()
                for item in reversed(found) if item["Key"] == key]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """As linhas da tabela, na ordem das chaves."""
        found = self._tables.setdefault(table, self.dynamodb.Table(table))
        keys = [key["AttributeName"] for key in found.key_schema]
        return sorted(found.scan()["Items"], key=lambda row: [str(row.get(key)) for key in keys])

    def messages(self, queue: str) -> list[str]:
        """O corpo das mensagens que estão na fila e não estão com ninguém, sem tirá-las dela."""
        address = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = self.sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [message["Body"] for message in found]

    def send(self, address: str, body: str) -> None:
        """Põe uma mensagem na fila deste endereço."""
        self.sqs.send_message(QueueUrl=address, MessageBody=body)

    def receive(self, address: str, most: int) -> list[dict[str, Any]]:
        """Tira da vista as próximas mensagens da fila."""
        return list(self.sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=most).get("Messages", []))

    def delete_message(self, address: str, message: dict[str, Any]) -> None:
        self.sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])

    def show_message(self, address: str, message: dict[str, Any]) -> None:
        """A mensagem volta a ser vista, como quando o prazo de quem a recebeu acaba."""
        self.sqs.change_message_visibility(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
