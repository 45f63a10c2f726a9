"""Os serviços da AWS pelo nome curto, e os tipos do CloudFormation que dizem que um template os usa."""

from __future__ import annotations

from scripts.aws.types import (
    BUCKET, DATABASE, DISTRIBUTION, EKS_CLUSTER, FUNCTION, INSTANCE, JOB_QUEUE, QUEUE, SCALING_GROUP, STATE_MACHINE, TABLE, VOLUME,
)

SERVICES = {
    "EC2": (INSTANCE, SCALING_GROUP), "EBS": (VOLUME,), "S3": (BUCKET,),
    "RDS": (DATABASE,), "Lambda": (FUNCTION,), "DynamoDB": (TABLE,),
    "Step Functions": (STATE_MACHINE,), "Batch": (JOB_QUEUE,), "EKS": (EKS_CLUSTER,),
    "CloudFront": (DISTRIBUTION,), "SQS": (QUEUE,),
}
