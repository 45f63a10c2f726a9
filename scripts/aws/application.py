"""Mensagens, eventos, identidade, segredos e observação."""

from __future__ import annotations

from scripts.aws.kind import ARN, HERE, ID, MANAGED, NAME, OTHER, URL, Kind, Service

KINDS = (
    Kind("AWS::SQS::Queue", URL, gives={"QueueUrl": URL, "QueueName": NAME, "Arn": ARN}, arn=f"sqs:{HERE}:{{}}", named="QueueName",
         nature=MANAGED, keeps_data=True, service=Service("sqs", ("sqs:SendMessage",), "sqs", ("KmsMasterKeyId",))),
    Kind("AWS::SQS::QueuePolicy", policy_of=("Queues", "PolicyDocument", (URL,))),
    Kind("AWS::SQS::QueueInlinePolicy", policy_of=("Queue", "PolicyDocument", (URL,))),
    Kind("AWS::SNS::Topic", ARN, gives={"TopicArn": ARN, "TopicName": NAME}, arn=f"sns:{HERE}:{{}}", named="TopicName", nature=MANAGED,
         service=Service("sns", ("sns:Publish",), "sns", ("KmsMasterKeyId",))),
    Kind("AWS::SNS::TopicPolicy", policy_of=("Topics", "PolicyDocument", (ARN,))),
    Kind("AWS::SNS::TopicInlinePolicy", policy_of=("TopicArn", "PolicyDocument", (ARN,))),
    Kind("AWS::Events::EventBus", NAME, gives={"Name": NAME, "Arn": ARN}, arn=f"events:{HERE}:event-bus/{{}}", named="Name",
         nature=MANAGED, service=Service("events", ("events:PutEvents",), "events")),
    Kind("AWS::Events::EventBusPolicy", policy_of=("EventBusName", "", (NAME,))),
    Kind("AWS::Events::Rule", ARN, gives={"Arn": ARN}, named="Name", nature=MANAGED),
    Kind("AWS::Scheduler::Schedule", NAME, gives={"Arn": ARN}, named="Name", nature=MANAGED),
    Kind("AWS::Kinesis::Stream", NAME, gives={"Arn": ARN}, arn=f"kinesis:{HERE}:stream/{{}}", named="Name", nature=OTHER, hourly=True,
         keeps_data=True, service=Service("kinesis", ("kinesis:PutRecord", "kinesis:PutRecords"), "kinesis-streams",
                                          ("StreamEncryption", "KeyId"))),
    Kind("AWS::Kinesis::ResourcePolicy", policy_of=("ResourceArn", "ResourcePolicy", (ARN,))),
    Kind("AWS::Cognito::UserPool", gives={"UserPoolId": ID, "Arn": ARN}, nature=MANAGED, keeps_data=True),
    Kind("AWS::Cognito::UserPoolClient", gives={"ClientId": ID}),
    Kind("AWS::IAM::Role", NAME, gives={"Arn": ARN}, arn="iam::${AWS::AccountId}:role/{}", named="RoleName", folder="Path",
         nature=OTHER, scope="global"),
    Kind("AWS::IAM::InstanceProfile", NAME, gives={"Arn": ARN}, arn="iam::${AWS::AccountId}:instance-profile/{}",
         named="InstanceProfileName", folder="Path", scope="global"),
    Kind("AWS::IAM::ManagedPolicy", ARN, gives={"PolicyArn": ARN}, named="ManagedPolicyName", scope="global"),
    Kind("AWS::KMS::Key", ID, gives={"KeyId": ID, "Arn": ARN}, arn=f"kms:{HERE}:key/{{}}", nature=OTHER, keeps_data=True,
         policy=("KeyPolicy",), service=Service("kms", ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"), "kms")),
    Kind("AWS::KMS::Alias", NAME, named="AliasName"),
    # O nome de um segredo ganha seis caracteres no ARN: só `Ref` o diz por inteiro.
    Kind("AWS::SecretsManager::Secret", ARN, gives={"Id": ARN}, nature=OTHER, keeps_data=True,
         service=Service("secretsmanager", ("secretsmanager:GetSecretValue",), "secretsmanager", ("KmsKeyId",))),
    Kind("AWS::SecretsManager::ResourcePolicy", policy_of=("SecretId", "ResourcePolicy", (ARN, NAME))),
    Kind("AWS::SSM::Parameter", NAME, arn=f"ssm:{HERE}:parameter/{{}}", named="Name", nature=OTHER,
         service=Service("ssm", ("ssm:GetParameter",), "ssm")),
    Kind("AWS::Logs::LogGroup", NAME, gives={"Arn": ARN}, arn=f"logs:{HERE}:log-group:{{}}:*", named="LogGroupName", nature=OTHER,
         keeps_data=True, service=Service("logs", ("logs:PutLogEvents",), "logs", ("KmsKeyId",))),
    Kind("AWS::Logs::ResourcePolicy", NAME, named="PolicyName"),
    Kind("AWS::CloudWatch::Alarm", NAME, gives={"Arn": ARN}, nature=OTHER),
    Kind("AWS::CloudWatch::Dashboard", NAME, nature=OTHER),
    Kind("AWS::CloudTrail::Trail", NAME, gives={"Arn": ARN}, nature=OTHER),
    Kind("AWS::Budgets::Budget", NAME, nature=OTHER, scope="global"),
)
