"""Por que tipos um serviço da AWS manda a um tópico ou a uma fila, e que serviço cria os discos de um grupo de Auto Scaling."""

from __future__ import annotations

from scripts.aws.types import ALARM, BUCKET, EVENT_RULE, QUEUE, SCALING_GROUP, SUBSCRIPTION, TOPIC

SENDERS: dict[str, dict[str, str]] = {
    TOPIC: {ALARM: "cloudwatch", BUCKET: "s3", EVENT_RULE: "events", "AWS::Budgets::Budget": "budgets",
            "AWS::RDS::EventSubscription": "events.rds", SCALING_GROUP: "autoscaling",
            "AWS::CodeStarNotifications::NotificationRule": "codestar-notifications"},
    QUEUE: {BUCKET: "s3", EVENT_RULE: "events", SUBSCRIPTION: "sns", TOPIC: "sns"},
}
"""De cada destino, os tipos e o começo do nome do serviço.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
"""
FIXED = ("sns", "sqs")
"""Os serviços cuja chave, a que a AWS cria, não deixa outro serviço mandar nada: as mesmas páginas."""
LAUNCHER = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
"""O papel com que o Auto Scaling lança as instâncias, e de que a chave dos discos precisa gostar:
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html"""
