"""ARNs: o de cada recurso do template, escrito sempre do mesmo jeito para poder ser comparado.

`!GetAtt Tabela.Arn` e `!Sub arn:${AWS::Partition}:dynamodb:…:table/${Tabela}` são o mesmo ARN;
aqui os dois viram o segundo. `arn:aws:` conta como a partição da pilha. Formas:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from scripts.template.cloudformation import Resource
from scripts.template.resolution import Resolution
from scripts.template.values import SYMBOL

HERE = "${AWS::Region}:${AWS::AccountId}"


@dataclass(frozen=True)
class Form:
    """Como se escreve o ARN de um tipo.

    `tail` é o que vem depois da partição; `{}` é o nome físico. `named` é a propriedade que dá
    esse nome, e `symbol` o atributo que o devolve (vazio: `Ref`). `arn` são os atributos que
    devolvem o ARN (vazio: `Ref`).
    """

    tail: str
    named: str = ""
    symbol: str = ""
    arn: tuple[str, ...] = ("Arn",)


FORMS = {
    "AWS::S3::Bucket": Form("s3:::{}", "BucketName"),
    "AWS::DynamoDB::Table": Form(f"dynamodb:{HERE}:table/{{}}", "TableName"),
    "AWS::SQS::Queue": Form(f"sqs:{HERE}:{{}}", "QueueName", "QueueName"),
    "AWS::SNS::Topic": Form(f"sns:{HERE}:{{}}", "TopicName", "TopicName", ("", "TopicArn")),
    "AWS::Lambda::Function": Form(f"lambda:{HERE}:function:{{}}", "FunctionName"),
    "AWS::StepFunctions::StateMachine": Form(f"states:{HERE}:stateMachine:{{}}", "StateMachineName", "Name", ("", "Arn")),
    "AWS::Logs::LogGroup": Form(f"logs:{HERE}:log-group:{{}}:*", "LogGroupName"),
    "AWS::Kinesis::Stream": Form(f"kinesis:{HERE}:stream/{{}}", "Name"),
    "AWS::Events::EventBus": Form(f"events:{HERE}:event-bus/{{}}", "Name"),
    "AWS::KMS::Key": Form(f"kms:{HERE}:key/{{}}"),
    "AWS::SSM::Parameter": Form(f"ssm:{HERE}:parameter/{{}}", "Name", arn=()),
    "AWS::IAM::Role": Form("iam::${AWS::AccountId}:role/{}", "RoleName"),
    # No Batch, `Ref` já é o ARN, que acaba no nome (a definição de trabalho, com a revisão).
    "AWS::Batch::JobQueue": Form("", arn=("", "JobQueueArn")),
    "AWS::Batch::JobDefinition": Form("", arn=("", "JobDefinitionArn")),
    "AWS::CloudFront::Distribution": Form("cloudfront::${AWS::AccountId}:distribution/{}", arn=()),
    "AWS::DLM::LifecyclePolicy": Form(f"dlm:{HERE}:policy/{{}}"),
    # O nome de um segredo ganha seis caracteres no ARN: só `Ref` o diz por inteiro.
    "AWS::SecretsManager::Secret": Form("", arn=("", "Id")),
}


def name_of(values: Resolution, resource: Resource) -> str:
    """O nome físico: o que o template escreve, ou o símbolo que o representa."""
    form = FORMS.get(resource.type, Form(""))
    written = values.property(resource, form.named) if form.named else None
    attribute = f".{form.symbol}" if form.symbol else ""
    return _marked(values, written) if isinstance(written, str) else f"${{{resource.id}{attribute}}}"


def arn_of(values: Resolution, resource: Resource) -> str | None:
    """O ARN do recurso; `None` quando não se sabe escrever o do tipo."""
    form = FORMS.get(resource.type)
    if form is None:
        return None
    name = name_of(values, resource)
    if resource.type == "AWS::SSM::Parameter":
        name = name.removeprefix("/")
    return f"arn:${{AWS::Partition}}:{form.tail.replace('{}', name)}" if form.tail else name


def canonical(values: Resolution, text: Any) -> str | None:
    """O texto com cada ARN simbólico por extenso; `None` quando não é um texto conhecido."""
    if not isinstance(text, str):
        return None
    if text.startswith("arn:aws:"):
        text = "arn:${AWS::Partition}:" + text.removeprefix("arn:aws:")
    return SYMBOL.sub(lambda found: _spelled(values, found), _marked(values, text))


def designated(values: Resolution, text: Any, *types: str, by_name: bool = False) -> Resource | None:
    """O recurso de um destes tipos cujo ARN é esse; com `by_name`, também o que tem esse nome."""
    spelled = canonical(values, text)
    for resource in values.of_type(*types) if spelled else []:
        if spelled == arn_of(values, resource) or by_name and spelled == name_of(values, resource):
            return resource
    return None


def _marked(values: Resolution, text: str) -> str:
    """O texto com os parâmetros sem padrão marcados: podem valer qualquer coisa."""
    parameters = values.template.parameters
    return SYMBOL.sub(lambda found: f"${{Parameters.{found[1]}}}" if found[1] in parameters else found[0], text)


def _spelled(values: Resolution, found: re.Match[str]) -> str:
    resource = values.resources.get(found[1])
    form = FORMS.get(resource.type) if resource else None
    if resource is None or form is None:
        return found[0]
    attribute = found[2].removeprefix(".")
    if attribute in form.arn:
        return arn_of(values, resource) or found[0]
    return name_of(values, resource) if attribute == form.symbol else found[0]
