"""De cada chamada à AWS que o código faz: que permissões ela pede, e em que recursos.

Uma operação, ou um parâmetro dela, que não está aqui para a rodada: ninguém sabe que permissão pediria.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.replay.stack import ACCOUNT, PARTITION, REGION

Params = Mapping[str, Any]
WRITTEN = {
    "ServerSideEncryption": "s3:x-amz-server-side-encryption", "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "SSECustomerAlgorithm": "s3:x-amz-server-side-encryption-customer-algorithm", "ACL": "s3:x-amz-acl", "StorageClass": "s3:x-amz-storage-class",
    "CopySource": "s3:x-amz-copy-source", "MetadataDirective": "s3:x-amz-metadata-directive", "IfMatch": "s3:if-match",
    "IfNoneMatch": "s3:if-none-match", "ObjectLockMode": "s3:object-lock-mode", "ObjectLockLegalHoldStatus": "s3:object-lock-legal-hold",
    "GrantRead": "s3:x-amz-grant-read", "GrantWriteACP": "s3:x-amz-grant-write-acp", "GrantReadACP": "s3:x-amz-grant-read-acp",
    "GrantFullControl": "s3:x-amz-grant-full-control", "Tagging": "s3:RequestObjectTagKeys",
}
"""De cada parâmetro de uma gravação, a chave de condição que o traz."""


@dataclass(frozen=True)
class Need:
    """Uma permissão que a chamada pede: a ação, o ARN e o que o pedido diz às condições."""

    action: str
    arn: str
    context: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Operation:
    """O que uma chamada pede, os parâmetros que se conhecem e os que são só o conteúdo dela."""

    needs: Callable[[Params], list[Need]]
    known: frozenset[str]
    denied: str = "AccessDeniedException"


def _bucket(params: Params) -> str:
    name = str(params["Bucket"])
    return name if name.startswith("arn:") else f"arn:{PARTITION}:s3:::{name}"


def _said(params: Params, keys: Mapping[str, str]) -> tuple[tuple[str, str | None], ...]:
    """De cada parâmetro, a chave de condição que o traz; `None` quando o pedido não o leva."""
    return tuple((said, str(params[key]) if params.get(key) is not None else None) for key, said in keys.items())


def _read(params: Params) -> Need:
    return Need("s3:GetObjectVersion" if params.get("VersionId") else "s3:GetObject", f"{_bucket(params)}/{params['Key']}",
                _said(params, {"VersionId": "s3:VersionId"}))


def _copied(params: Params) -> Params:
    """A origem de uma cópia, que se escreve como objeto ou como `bucket/chave?versionId=…`."""
    source = params["CopySource"]
    if isinstance(source, Mapping):
        return source
    place, _, version = str(source).removeprefix("/").partition("?versionId=")
    bucket, _, key = place.partition("/")
    return {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}


def _copy(params: Params) -> list[Need]:
    return [_read(_copied(params)), *_write(params)]


def _write(params: Params) -> list[Need]:
    """Gravar com uma ACL pede também a permissão de mudá-la."""
    place, said = f"{_bucket(params)}/{params['Key']}", _said(params, WRITTEN)
    return [Need("s3:PutObject", place, said)] + [Need("s3:PutObjectAcl", place, said)] * ("ACL" in params)


def _delete(params: Params) -> Need:
    return Need("s3:DeleteObjectVersion" if params.get("VersionId") else "s3:DeleteObject", f"{_bucket(params)}/{params['Key']}")


def _delete_many(params: Params) -> list[Need]:
    return [_delete({"Bucket": params["Bucket"], **item}) for item in params["Delete"]["Objects"]]


def _list(params: Params) -> list[Need]:
    keys = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}
    return [Need("s3:ListBucket", _bucket(params), _said(params, keys))]


def _object(action: str) -> Callable[[Params], list[Need]]:
    return lambda params: [Need(action, f"{_bucket(params)}/{params['Key']}")]


def _put_named(bucket_action: str) -> Callable[[Params], list[Need]]:
    return lambda params: [Need(bucket_action, _bucket(params))]


def _table(action: str) -> Callable[[Params], list[Need]]:
    def needs(params: Params) -> list[Need]:
        name = str(params["TableName"])
        arn = name if name.startswith("arn:") else f"arn:{PARTITION}:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
        return [Need(f"dynamodb:{action}", f"{arn}/index/{params['IndexName']}" if "IndexName" in params else arn)]

    return needs


def _queue(action: str) -> Callable[[Params], list[Need]]:
    return lambda params: [Need(f"sqs:{action}", f"arn:{PARTITION}:sqs:{REGION}:{ACCOUNT}:{str(params['QueueUrl']).rsplit('/', 1)[-1]}")]


def _named(action: str, key: str, prefix: str) -> Callable[[Params], list[Need]]:
    """Um recurso que o pedido nomeia por ARN ou por nome."""
    def needs(params: Params) -> list[Need]:
        name = str(params[key])
        return [Need(action, name if name.startswith("arn:") else f"arn:{PARTITION}:{prefix.format(region=REGION, account=ACCOUNT)}{name}")]

    return needs


def _job(params: Params) -> list[Need]:
    """Mandar um trabalho pede a permissão na fila e na definição."""
    return [Need("batch:SubmitJob", str(params["jobQueue"])), Need("batch:SubmitJob", str(params["jobDefinition"]))]


def _operation(needs: Callable[[Params], list[Need]], known: str, denied: str = "AccessDeniedException") -> Operation:
    return Operation(needs, frozenset(known.split()), denied)


_S3 = "Bucket Key VersionId Range IfMatch IfNoneMatch IfModifiedSince IfUnmodifiedSince ChecksumMode ChecksumAlgorithm " \
    "ExpectedBucketOwner PartNumber"
_WRITTEN = f"{_S3} Body Metadata ContentType ContentDisposition ContentEncoding ContentLanguage ContentLength ContentMD5 CacheControl " \
    "ChecksumSHA256 ChecksumCRC32 ServerSideEncryption"
_ITEM = "TableName Key Item ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValues ReturnConsumedCapacity " \
    "UpdateExpression ConsistentRead ProjectionExpression KeyConditionExpression FilterExpression ScanIndexForward Limit " \
    "ExclusiveStartKey IndexName Select ReturnValuesOnConditionCheckFailure"


def _s3() -> Iterator[tuple[str, Operation]]:
    denied = "AccessDenied"
    yield "GetObject", _operation(lambda params: [_read(params)], _S3, denied)
    yield "HeadObject", _operation(lambda params: [_read(params)], _S3, denied)
    yield "PutObject", _operation(_write, f"{_WRITTEN} ACL", denied)
    yield "CopyObject", _operation(_copy, f"{_WRITTEN} ACL CopySource CopySourceIfMatch MetadataDirective TaggingDirective", denied)
    yield "DeleteObject", _operation(lambda params: [_delete(params)], _S3, denied)
    yield "DeleteObjects", _operation(_delete_many, "Bucket Delete ChecksumAlgorithm", denied)
    listing = "Bucket Prefix Delimiter MaxKeys StartAfter ContinuationToken Marker EncodingType FetchOwner"
    yield "ListObjectsV2", _operation(_list, listing, denied)
    yield "ListObjects", _operation(_list, listing, denied)
    yield "HeadBucket", _operation(_list, "Bucket", denied)
    yield "ListObjectVersions", _operation(_put_named("s3:ListBucketVersions"), f"{listing} KeyMarker VersionIdMarker", denied)
    for name in ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"):
        yield name, _operation(_object("s3:PutObject"), f"{_WRITTEN} UploadId PartNumber MultipartUpload MpuObjectSize ChecksumType", denied)
    yield "AbortMultipartUpload", _operation(_object("s3:AbortMultipartUpload"), "Bucket Key UploadId", denied)


def _others() -> Iterator[tuple[tuple[str, str], Operation]]:
    for name in ("PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan"):
        yield ("dynamodb", name), _operation(_table(name), _ITEM)
    queue = "QueueUrl MessageBody DelaySeconds MessageAttributes MessageGroupId MessageDeduplicationId MaxNumberOfMessages WaitTimeSeconds " \
        "VisibilityTimeout ReceiptHandle AttributeNames MessageSystemAttributeNames MessageAttributeNames"
    for name in ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"):
        yield ("sqs", name), _operation(_queue(name), queue, "AccessDenied")
    yield ("sqs", "SendMessageBatch"), _operation(_queue("SendMessage"), "QueueUrl Entries", "AccessDenied")
    yield ("secretsmanager", "GetSecretValue"), _operation(
        _named("secretsmanager:GetSecretValue", "SecretId", "secretsmanager:{region}:{account}:secret:"), "SecretId VersionId VersionStage")
    yield ("lambda", "Invoke"), _operation(_named("lambda:InvokeFunction", "FunctionName", "lambda:{region}:{account}:function:"),
                                           "FunctionName InvocationType Payload")
    yield ("states", "StartExecution"), _operation(_named("states:StartExecution", "stateMachineArn", "states:{region}:{account}:stateMachine:"),
                                                   "stateMachineArn name input")
    yield ("batch", "SubmitJob"), _operation(_job, "jobName jobQueue jobDefinition containerOverrides parameters retryStrategy timeout tags")


OPERATIONS: dict[tuple[str, str], Operation] = {**{("s3", name): operation for name, operation in _s3()}, **dict(_others())}
"""Pelo nome com que o serviço assina e o da operação na API."""
