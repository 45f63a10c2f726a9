"""Serviços que uma aplicação chama pela API da AWS: o que costuma fazer e em que ARN.

Um serviço novo é uma entrada em `SERVICES`. Que recurso cada ação aceita:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import NamedTuple

from scripts.aws.catalog import ARN, KINDS, Service
from scripts.aws.types import BUCKET, FUNCTION, TABLE
from scripts.proofs.facts.callees import callee, names_of
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.identity.policies import Statement, of_resource, of_role
from scripts.template.cloudformation import Resource

ACCOUNT = "${AWS::AccountId}"
TELLING = {
    "ecs-tasks.amazonaws.com": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:${{AWS::Partition}}:ecs:${{AWS::Region}}:{ACCOUNT}:task"},
    "pods.eks.amazonaws.com": {"aws:SourceAccount": ACCOUNT}, "scheduler.amazonaws.com": {"aws:SourceAccount": ACCOUNT},
    "lambda.amazonaws.com": {"aws:SourceAccount": ACCOUNT},
}
"""Os serviços que dizem à confiança do papel em nome de que conta agem, de quem a página diz que o dizem.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
https://github.com/aws/agent-toolkit-for-aws/tree/main/skills/specialized-skills/serverless-skills/deploying-custom-domain-rest-api/scripts
"""
READS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet", "Head", "Select")


SERVICES: dict[str, Service] = {kind.type: kind.service for kind in KINDS.values() if kind.service}
"""De cada tipo que se chama pela API da AWS, o serviço."""


def reads(action: str) -> bool:
    """A ação só lê."""
    return action.partition(":")[2].startswith(READS)


def on_objects(action: str) -> bool:
    """A ação do S3 é sobre objetos, não sobre o bucket."""
    name = action.partition(":")[2]
    return ("Object" in name and "Bucket" not in name) or name in ("AbortMultipartUpload", "ListMultipartUploadParts")


def arns(view: View, role: Resource, target: Resource, action: str) -> list[str]:
    """Os ARNs em que a ação serve: basta que um deles esteja permitido por inteiro."""
    own = view.arn(target)
    if own is None:
        return []
    if target.type == BUCKET and on_objects(action):
        # Sem outra notícia de que objetos são, serve qualquer conjunto deles que uma permissão nomeie.
        return [f"{own}/*", *_named_within(view, role, target, f"{own}/")]
    if target.type == TABLE and action in ("dynamodb:Query", "dynamodb:Scan"):
        return [own, f"{own}/index/*"]
    if target.type == FUNCTION:  # o programa escolhe por que nome a chama
        return [name for each in names_of(view, target) if (name := view.arn(each))]
    return [own]


def _named_within(view: View, role: Resource, target: Resource, start: str) -> list[str]:
    parts = [part for part in (*of_role(view, role), *of_resource(view, target)) if isinstance(part, Statement)]
    texts = [view.spelled(item.value) or "" for part in parts if part.allows for item in part.resources]
    return [text for text in dict.fromkeys(texts) if text.startswith(start)]


class Watched(NamedTuple):
    """Os objetos cuja notificação aciona uma função: começo e fim da chave, com o lugar do começo."""

    prefix: str | None
    suffix: str | None
    line: Placed | None


def watched(view: View, bucket: Resource, function: Resource) -> list[Watched]:
    """Uma entrada por notificação do bucket que aciona a função."""
    found = []
    for entry in view.items(bucket, "NotificationConfiguration", "LambdaConfigurations"):
        called = callee(view, view.inside(entry, "Function"), by=(ARN,))
        if called and called.function == function:
            found.append(filtered(view, entry))
    return found


def filtered(view: View, entry: Placed) -> Watched:
    """As chaves que passam pelo filtro desta notificação."""
    ends: dict[str, Placed | None] = {"prefix": None, "suffix": None}
    for item in view.items_inside(entry, "Filter", "S3Key", "Rules"):
        said = view.inside(item, "Name")
        name = str(said.value).lower() if said else ""
        if name not in ends:
            return Watched(None, None, None)
        ends[name] = view.inside(item, "Value")
    texts = {name: view.spelled(found.value) if found else "" for name, found in ends.items()}
    return Watched(texts["prefix"], texts["suffix"], ends["prefix"])
