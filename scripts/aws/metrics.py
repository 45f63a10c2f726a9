"""Em que unidade cada serviço publica as suas métricas: a que o CloudWatch aceita, por nome, em `Unit`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
"""

from __future__ import annotations

import re
from functools import lru_cache

UNITS: dict[str, dict[str, str]] = {
    "AWS/ApplicationELB": {
        "Count": r"HTTPCode_\w+|HTTP_\w+|\w*(?:Request|Requests|Connection|Host|Error|Errors|Evaluations|Failure|Success|Invocations?)Count"
                 r"|RequestCountPerTarget|(?:H|Unh)ealthyState(?:DNS|Routing)|LambdaUserError|LambdaInternalError|ELBAuth(?:Error|Failure|Success)",
        "Seconds": "TargetResponseTime", "Milliseconds": "ELBAuthLatency", "Bytes": "ProcessedBytes|IPv6ProcessedBytes|LambdaTargetProcessedBytes"},
    "AWS/NetworkELB": {
        "Count": r"(?:ActiveFlow|NewFlow|(?:Client|Target)TLSNegotiationError|TCP_\w+_Reset_|(?:Un)?HealthyHost|PortAllocationError)Count"
                 r"|(?:Active|New)FlowCount_\w+|ProcessedPackets",
        "Bytes": r"ProcessedBytes\w*"},
    "AWS/SQS": {
        "Count": r"ApproximateNumberOf(?:Messages(?:Visible|NotVisible|Delayed)|GroupsWithInflightMessages)|NumberOf\w+",
        "Seconds": "ApproximateAgeOfOldestMessage", "Bytes": "SentMessageSize"},
    "AWS/SNS": {"Count": r"NumberOf\w+", "Bytes": "PublishSize"},
    "AWS/EC2": {
        "Percent": "CPUUtilization|EBSIOBalance%|EBSByteBalance%",
        "Count": r"StatusCheckFailed\w*|CPU(?:Credit(?:Usage|Balance)|SurplusCredit(?:Balance|sCharged))|(?:Disk|EBS)(?:Read|Write)Ops"
                 r"|NetworkPackets(?:In|Out)|MetadataNoToken\w*",
        "Bytes": "Network(?:In|Out)|(?:Disk|EBS)(?:Read|Write)Bytes"},
    "AWS/EBS": {
        "Bytes": "Volume(?:Read|Write)Bytes", "Count": "Volume(?:Read|Write)Ops|VolumeQueueLength|VolumeConsumedReadWriteOps",
        "Seconds": "VolumeTotal(?:Read|Write)Time|VolumeIdleTime", "Percent": "BurstBalance|VolumeThroughputPercentage"},
    "AWS/RDS": {
        "Percent": "CPUUtilization|BurstBalance|EBSIOBalance%|EBSByteBalance%",
        "Bytes": r"FreeStorageSpace|FreeableMemory|SwapUsage|\w+DiskUsage",
        "Count": "DatabaseConnections|DiskQueueDepth|CPUCredit(?:Usage|Balance)|MaximumUsedTransactionIDs",
        "Count/Second": "(?:Read|Write)IOPS", "Seconds": "(?:Read|Write)Latency|ReplicaLag",
        "Bytes/Second": "(?:Read|Write)Throughput|Network(?:Receive|Transmit)Throughput"},
    "AWS/Lambda": {
        "Count": r"Invocations|Errors|Throttles|DeadLetterErrors|DestinationDeliveryFailures|AsyncEvents(?:Received|Dropped)|\w*ConcurrentExecutions"
                 r"|ClaimedAccountConcurrency|ProvisionedConcurrency(?:Invocations|SpilloverInvocations)|RecursiveInvocationsDropped",
        "Milliseconds": "Duration|PostRuntimeExtensionsDuration|IteratorAge|AsyncEventAge"},
    "AWS/DynamoDB": {
        "Count": r"\w+(?:CapacityUnits|ThrottleEvents|Requests|Errors|ItemCount|RecordsCount)|TransactionConflict", "Milliseconds": r"\w+Latency",
        "Bytes": r"Returned(?:Bytes|\w+Bytes)", "Percent": r"\w+Utilization"},
    "AWS/States": {
        "Count": r"Executions\w+|ExecutionThrottled|(?:Activities|LambdaFunctions|ServiceIntegrations)\w+|ThrottledEvents|ConsumedCapacity",
        "Milliseconds": r"ExecutionTime|(?:Activity|LambdaFunction|ServiceIntegration)\w+Time"},
    "AWS/CloudFront": {"None": "Requests|BytesDownloaded|BytesUploaded", "Percent": r"\w+ErrorRate|CacheHitRate|FunctionComputeUtilization"},
    "AWS/ApiGateway": {"Count": "Count|4XXError|5XXError|4xx|5xx|CacheHitCount|CacheMissCount", "Milliseconds": "Latency|IntegrationLatency",
                       "Bytes": "DataProcessed"},
    "AWS/S3": {"Bytes": "BucketSizeBytes|BytesDownloaded|BytesUploaded", "Count": r"NumberOfObjects|\w+Requests|[45]xxErrors",
               "Milliseconds": "FirstByteLatency|TotalRequestLatency|ReplicationLatency"},
    "AWS/Events": {"Count": r"(?:\w+)?(?:Invocations\w*|Rules|Events)"},
    "AWS/ECS": {"Percent": r"\w+(?:Utilization|Reservation)"},
    "AWS/NATGateway": {"Count": r"\w+Count|ErrorPortAllocation|Packets\w+", "Bytes": r"Bytes\w+"},
}
"""De cada espaço de métricas, o que se publica em cada unidade; o que não está aqui não se sabe."""


@lru_cache(maxsize=256)
def unit_of_metric(namespace: str, metric: str) -> str | None:
    """A unidade em que esta métrica se publica; `None`, quando não se sabe."""
    return next((unit for unit, names in UNITS.get(namespace, {}).items() if re.fullmatch(names, metric)), None)
