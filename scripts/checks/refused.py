"""Os comandos que a página manda rodar do computador de quem lê, e o que o CloudFormation faz por ele, contra a política do próprio recurso.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scripts.aws.catalog import ARN, ID, NAME
from scripts.aws.types import BUCKET, KMS_KEY, QUEUE, SECRET, TABLE, TOPIC
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.checks.calls import Call, Made
from scripts.checks.cleanup import REMOVAL
from scripts.checks.outputs import OPTIONS
from scripts.page.architecture import Page
from scripts.proofs.arrows.workflows import ACTIONS
from scripts.proofs.facts.objects import VERSIONED
from scripts.proofs.facts.remains import GONE, fate
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, conditions_of
from scripts.proofs.identity.outside import NETWORK, refusing
from scripts.proofs.identity.policies import Statement, of_resource
from scripts.proofs.identity.services import on_objects
from scripts.proofs.identity.wording import denial
from scripts.template.cloudformation import Resource

CODE = "comando-negado"
NAMING = {**{option: OPTIONS[option] for option in ("--queue-url", "--table-name", "--topic-arn", "--bucket")},
          "--secret-id": (SECRET, (ARN, NAME)), "--key-id": (KMS_KEY, (ID, ARN))}
"""Como um comando nomeia um recurso que pode ter a própria política."""
READS = {"s3 cp": "s3:GetObject", "s3 mv": "s3:GetObject s3:DeleteObject", "s3 sync": "s3:GetObject s3:ListBucket", "s3 ls": "s3:ListBucket",
         "s3 rm": "s3:DeleteObject", "s3 rb": "s3:DeleteBucket", "s3 presign": "s3:GetObject"}
WRITES = {"s3 cp": "s3:PutObject", "s3 mv": "s3:PutObject", "s3 sync": "s3:PutObject s3:ListBucket"}
"""O que os comandos de cópia pedem do bucket do primeiro endereço, e do segundo; um link assinado, quem o abre é que pede."""
REMOVING = {BUCKET: "s3:DeleteBucket", QUEUE: "sqs:DeleteQueue", TOPIC: "sns:DeleteTopic", TABLE: "dynamodb:DeleteTable"}
UNLOCKING = {BUCKET: "s3:DeleteBucketPolicy", QUEUE: "sqs:SetQueueAttributes", TOPIC: "sns:SetTopicAttributes"}
"""O que o CloudFormation faz, em nome de quem remove a pilha: do recurso, e da política dele, quando ela é outro recurso."""
CLOUDFORMATION = "cloudformation.amazonaws.com"


class Asked(NamedTuple):
    """O que uma chamada pede: de que recurso, que ação, em que ARN, e por que serviço, se não é a pessoa que pede."""

    target: Resource
    action: str
    arn: str
    through: str = ""


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por declaração que nega algum comando da página a quem o roda de fora da rede."""
    for each in made:
        found: dict[tuple[str | int, ...], list[tuple[Call, Asked, Statement, Request]]] = {}
        with each.view.reading():
            for call in each.calls:
                for asked in _asked(each.view, call):
                    for statement, request in refusing(each.view, *asked):
                        found.setdefault(statement.path, []).append((call, asked, statement, request))
        for refused in found.values():
            refused.sort(key=lambda one: bool(one[1].through))  # o que a pessoa roda diz mais que o que se faz por ela
            yield Finding(page.path, refused[0][0].line, CODE, _told(each.view, refused))


def _told(view: View, refused: list[tuple[Call, Asked, Statement, Request]]) -> str:
    call, asked, statement, request = refused[0]
    said = denial(statement, *conditions_of(statement, request), f"`{asked.target.id}`")
    lines = sorted({str(other.line) for other, one, *_ in refused if not one.through} - {str(call.line)}, key=int)
    others = [f"{'o da linha' if len(lines) == 1 else 'os das linhas'} {listed(lines)}"] if lines else []
    others += ["o que o CloudFormation faz ao remover a pilha"] if not asked.through and any(one.through for _, one, *_ in refused) else []
    who = "o CloudFormation, ao remover a pilha," if asked.through else f"este comando, `aws {call.name}`, que sai do computador de quem lê,"
    also = f", como {listed(others)}" if others else ""
    why = "não vem pela rede que ela pede, e " if any(test.key.lower() in NETWORK for test in conditions_of(statement, request)[1]) else ""
    return (f"{said} (`{view.template.path}`, linha {view.template.line(*statement.path)}): {who} {why}é recusado{also}. "
            "Limite a negação a quem é do template, com `ArnEquals` de `aws:PrincipalArn`, ou tire-a.")


def _asked(view: View, call: Call) -> Iterator[Asked]:
    if call.name == REMOVAL:
        for target in view.of_type(*REMOVING):
            beside = any(fate(part.owner) == GONE for part in of_resource(view, target) if isinstance(part, Statement) and part.owner != target)
            actions = [UNLOCKING[target.type]] if beside and target.type in UNLOCKING else []
            actions += [REMOVING[target.type]] if fate(target) == GONE else []
            yield from (Asked(target, action, str(view.arn(target)), CLOUDFORMATION) for action in actions)
    elif call.name.startswith("s3 "):
        yield from _copied(view, call)
    else:
        yield from _called(view, call)


def _copied(view: View, call: Call) -> Iterator[Asked]:
    """Um comando `aws s3`: o que ele pede de cada endereço `s3://`."""
    many = call.flags & {"--recursive", "--force"} or call.name == "s3 sync"
    for place, word in enumerate(call.loose if call.name in READS else ()):
        bucket, _, key = word.removeprefix("s3://").partition("/")
        target = view.points(bucket, BUCKET) if word.startswith("s3://") else None
        actions = (READS, WRITES)[place].get(call.name, "").split() if place < 2 else []
        actions += ["s3:ListBucket"] if many and place == 0 else []
        actions += ["s3:DeleteObject"] if "--force" in call.flags else []
        yield from (_on(view, target, action, f"{key}*" if many else key) for action in actions if target)


def _called(view: View, call: Call) -> Iterator[Asked]:
    """Uma operação da API, do recurso que uma opção nomeia."""
    service = "s3" if call.service == "s3api" else call.service
    first, *rest = call.operation.split("-")
    name = first + "".join(map(str.capitalize, rest))
    action = ACTIONS.get(f"{service}:{name}", f"{service}:{name[:1].upper()}{name[1:]}")
    action = VERSIONED.get(action, action) if "--version-id" in call.flags else action
    for option in sorted(call.flags & NAMING.keys()):
        kind, forms = NAMING[option]
        for value in call.option(option):
            target = view.points(value, kind, by=forms)
            if target:
                yield _on(view, target, action, "".join(call.option("--key")[:1]))


def _on(view: View, target: Resource, action: str, key: str) -> Asked:
    arn = str(view.arn(target))
    return Asked(target, action, f"{arn}/{key or '*'}" if on_objects(action) else arn)
