"""Os caracteres que a AWS aceita num nome ou numa descrição, onde o esquema do CloudFormation não os diz.

O que o esquema diz, o `cfn-lint` confere. Um nome errado só se descobre ao criar a pilha, que é desfeita.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

ANY = "*"
"""Cada item de uma lista."""


@dataclass(frozen=True)
class Spelling:
    """O que um texto pode ter: a expressão que o cobre inteiro, como se diz, e a página da AWS."""

    shape: re.Pattern[str]
    allowed: str
    source: str

    def takes(self, text: str) -> bool:
        return self.shape.fullmatch(text) is not None


def _spelling(shape: str, allowed: str, source: str) -> Spelling:
    return Spelling(re.compile(shape, re.ASCII | re.DOTALL), allowed, f"https://docs.aws.amazon.com/{source}")


GROUP = _spelling(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}", "até 255 letras sem acento, números, espaços e `._-:/()#,@[]+=&;{}!$*`",
                  "AWSEC2/latest/APIReference/API_CreateSecurityGroup.html")
NAMED = _spelling(r"(?!sg-)[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}", "o mesmo que na descrição, sem `sg-` no começo",
                  "AWSEC2/latest/APIReference/API_CreateSecurityGroup.html")
RANGE = replace(GROUP, source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html")
LOGS = _spelling(r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}", "letras sem acento, números e `._-/#`, sem começar por `aws/`",
                 "AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html")
BALANCED = _spelling(r"(?!internal-)(?!-)[a-zA-Z0-9-]{1,32}(?<!-)",
                     "até 32 letras sem acento, números e hifens, sem hífen nas pontas nem `internal-` no começo",
                     "elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html")
QUEUED = _spelling(r"[a-zA-Z0-9_-]{1,80}|[a-zA-Z0-9_-]{1,75}\.fifo", "até 80 letras sem acento, números, `-` e `_`, e `.fifo` no fim da FIFO",
                   "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html")
TOPIC = _spelling(r"[a-zA-Z0-9_-]{1,256}|[a-zA-Z0-9_-]{1,251}\.fifo", "até 256 letras sem acento, números, `-` e `_`, e `.fifo` no fim do FIFO",
                  "sns/latest/api/API_CreateTopic.html")
SHOWN = _spelling(r"(?s:.){0,100}", "até 100 caracteres", "sns/latest/api/API_SetTopicAttributes.html")
BATCH = _spelling(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,127}", "até 128 letras sem acento, números, `-` e `_`, e começa por letra ou número",
                  "batch/latest/APIReference/API_CreateJobQueue.html")
TABLE = _spelling(r"[a-zA-Z0-9_.-]{3,255}", "de 3 a 255 letras sem acento, números e `_.-`",
                  "amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html")
POLICY = _spelling(r"[\w+=,.@-]{1,128}", "até 128 letras sem acento, números e `_+=,.@-`", "IAM/latest/APIReference/API_PutRolePolicy.html")
DESCRIBED = _spelling("[\t\n\r\x20-\x7e\xa1-\xff]{0,1000}", "até 1.000 caracteres do latim ocidental, sem travessão nem aspas curvas",
                      "IAM/latest/APIReference/API_CreatePolicy.html")
COPIED = _spelling(r"[0-9A-Za-z _-]{0,500}", "até 500 letras sem acento, números, espaços, `_` e `-`",
                   "dlm/latest/APIReference/API_CreateLifecyclePolicy.html")
SECRET = _spelling(r"[\w/+=.@-]{1,512}", "letras sem acento, números e `/_+=.@-`", "secretsmanager/latest/apireference/API_CreateSecret.html")
MACHINE = _spelling("[^\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}", "até 80 caracteres, sem espaço nem sinais como `?*#%:;,/$&`",
                    "step-functions/latest/apireference/API_CreateStateMachine.html")
CLUSTER = _spelling(r"[a-zA-Z0-9_-]{1,255}", "até 255 letras sem acento, números, `-` e `_`", "AmazonECS/latest/APIReference/API_CreateCluster.html")
TEMPLATE = _spelling(r"[a-zA-Z0-9().\-/_]{3,128}", "de 3 a 128 letras sem acento, números e `().-/_`",
                     "AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html")
BUDGET = _spelling(r"(?!.*/action/)[^:\\]{1,100}", "até 100 caracteres, sem `:`, `\\` nem `/action/`",
                   "aws-cost-management/latest/APIReference/API_budgets_Budget.html")

SPELLINGS: dict[str, dict[tuple[str, ...], Spelling]] = {
    "AWS::EC2::SecurityGroup": {
        ("GroupDescription",): GROUP, ("GroupName",): NAMED, ("SecurityGroupIngress", ANY, "Description"): RANGE,
        ("SecurityGroupEgress", ANY, "Description"): RANGE},
    "AWS::EC2::SecurityGroupIngress": {("Description",): RANGE},
    "AWS::EC2::SecurityGroupEgress": {("Description",): RANGE},
    "AWS::Logs::LogGroup": {("LogGroupName",): LOGS},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {("Name",): BALANCED},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {("Name",): BALANCED},
    "AWS::SQS::Queue": {("QueueName",): QUEUED},
    "AWS::SNS::Topic": {("TopicName",): TOPIC, ("DisplayName",): SHOWN},
    "AWS::Batch::JobQueue": {("JobQueueName",): BATCH},
    "AWS::Batch::JobDefinition": {("JobDefinitionName",): BATCH},
    "AWS::Batch::ComputeEnvironment": {("ComputeEnvironmentName",): BATCH},
    "AWS::DynamoDB::Table": {
        ("TableName",): TABLE, ("GlobalSecondaryIndexes", ANY, "IndexName"): TABLE, ("LocalSecondaryIndexes", ANY, "IndexName"): TABLE},
    "AWS::IAM::Role": {("Policies", ANY, "PolicyName"): POLICY, ("Description",): DESCRIBED},
    "AWS::IAM::User": {("Policies", ANY, "PolicyName"): POLICY},
    "AWS::IAM::Group": {("Policies", ANY, "PolicyName"): POLICY},
    "AWS::IAM::Policy": {("PolicyName",): POLICY},
    "AWS::IAM::ManagedPolicy": {("ManagedPolicyName",): POLICY, ("Description",): DESCRIBED},
    "AWS::DLM::LifecyclePolicy": {("Description",): COPIED},
    "AWS::SecretsManager::Secret": {("Name",): SECRET},
    "AWS::StepFunctions::StateMachine": {("StateMachineName",): MACHINE},
    "AWS::ECS::Cluster": {("ClusterName",): CLUSTER},
    "AWS::ECS::Service": {("ServiceName",): CLUSTER},
    "AWS::ECS::TaskDefinition": {("Family",): CLUSTER, ("ContainerDefinitions", ANY, "Name"): CLUSTER},
    "AWS::EC2::LaunchTemplate": {("LaunchTemplateName",): TEMPLATE},
    "AWS::Budgets::Budget": {("Budget", "BudgetName"): BUDGET},
}
"""De cada tipo, onde está o texto e o que ele pode ter."""
RESERVED = "aws:"
"""O começo de tag que só a AWS usa: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
