"""O que uma tarefa do Step Functions devolve, de cada operação que não é um programa: os campos de que se sabe o nome.

O Step Functions escreve em `PascalCase` os nomes das respostas da AWS, seja qual for o nome na API: de uma operação que
não está aqui, é só isso que se sabe.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

import re

PASCAL = re.compile(r"[A-Z]\w*")
SDK = frozenset(("SdkHttpMetadata", "SdkResponseMetadata"))
"""O que as integrações otimizadas somam à resposta."""
HTTP = frozenset(("Headers", "ResponseBody", "StatusCode", "StatusText"))
EXECUTION = frozenset((
    "Cause", "Error", "ExecutionArn", "Input", "InputDetails", "MapRunArn", "Name", "Output", "OutputDetails", "RedriveCount", "RedriveDate",
    "RedriveStatus", "RedriveStatusReason", "StartDate", "StateMachineAliasArn", "StateMachineArn", "StateMachineVersionArn", "Status", "StopDate",
    "TraceHeader"))
"""Os do `DescribeExecution`: de uma execução que outra espera, a AWS só dá nome a `Output`, e cala os outros."""
RESPONSES: dict[str, frozenset[str]] = {
    "lambda:invoke": SDK | {"DurableExecutionArn", "ExecutedVersion", "FunctionError", "LogResult", "Payload", "StatusCode"},
    "batch:submitJob": SDK | {"JobArn", "JobId", "JobName"},
    "batch:submitJob.sync": frozenset((
        "ArrayProperties", "Attempts", "ConsumableResourceProperties", "Container", "CreatedAt",
        "DependsOn", "EcsProperties", "EksAttempts", "EksProperties", "IsCancelled",
        "IsTerminated", "JobArn", "JobDefinition", "JobId", "JobName", "JobQueue", "NodeDetails", "NodeProperties", "Parameters",
        "PlatformCapabilities", "PropagateTags", "RetryStrategy", "SchedulingPriority", "ShareIdentifier", "StartedAt", "Status", "StatusReason",
        "StoppedAt", "Tags", "Timeout")),
    "dynamodb:getItem": SDK | {"ConsumedCapacity", "Item"},
    **dict.fromkeys(("dynamodb:putItem", "dynamodb:updateItem", "dynamodb:deleteItem"),
                    SDK | {"Attributes", "ConsumedCapacity", "ItemCollectionMetrics"}),
    "sns:publish": SDK | {"MessageId", "SequenceNumber"},
    "sqs:sendMessage": SDK | {"MD5OfMessageAttributes", "MD5OfMessageBody", "MD5OfMessageSystemAttributes", "MessageId", "SequenceNumber"},
    "states:startExecution": SDK | {"ExecutionArn", "StartDate"},
    "states:startExecution.sync": EXECUTION, "states:startExecution.sync:2": EXECUTION,
    "http:invoke": HTTP, "apigateway:invoke": HTTP,
}
"""https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""


def answered(operation: str, name: str) -> bool:
    """A resposta desta operação, como `batch:submitJob.sync`, pode ter esse campo."""
    known = RESPONSES.get(operation)
    return name in known if known is not None else PASCAL.fullmatch(name) is not None
