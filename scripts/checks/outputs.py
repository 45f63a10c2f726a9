"""As saídas: o que o nome delas diz, e o que os comandos da página e delas pedem, é o que o valor é.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
https://docs.aws.amazon.com/cli/latest/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.catalog import ARN, ID, NAME, URL, kind_of
from scripts.aws.types import (
    BALANCER, BUCKET, DATABASE, DISTRIBUTION, EKS_CLUSTER, FUNCTION, INSTANCE, LISTENER, LOG_GROUP, QUEUE, SCALING_GROUP, SECRET,
    SNAPSHOT_POLICY, STATE_MACHINE, SUBNET, TABLE, TARGET_GROUP, TOPIC, VOLUME, VPC,
)
from scripts.base.findings import Finding
from scripts.checks.calls import filled
from scripts.page.architecture import Page
from scripts.page.commands import commands
from scripts.proofs.arrows.program import misheard
from scripts.proofs.facts.outputs import Output, outputs
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import SYMBOL

CODE = "saida-trocada"
FORMS = {"Url": (URL,), "Arn": (ARN,), "Nome": (NAME,), "Id": (ID, NAME)}
"""Do começo do nome de uma saída, o que o valor é do recurso; o id de um banco é o nome dele."""
TOLD = {URL: "o endereço", ARN: "o ARN", NAME: "o nome", ID: "o id", "": "outro atributo"}
OPTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "--queue-url": (QUEUE, (URL,)), "--function-name": (FUNCTION, (NAME, ARN)), "--table-name": (TABLE, (NAME, ARN)),
    "--target-group-arn": (TARGET_GROUP, (ARN,)), "--topic-arn": (TOPIC, (ARN,)), "--bucket": (BUCKET, (NAME,)), "s3://": (BUCKET, (NAME,)),
    "--volume-ids": (VOLUME, (ID,)), "--volume-id": (VOLUME, (ID,)), "Name=volume-id,Values=": (VOLUME, (ID,)),
    "Name=instance-id,Values=": (INSTANCE, (ID,)), "Name=vpc-id,Values=": (VPC, (ID,)), "Name=subnet-id,Values=": (SUBNET, (ID,)),
    "Name=attachment.instance-id,Values=": (INSTANCE, (ID,)),
    "--instance-ids": (INSTANCE, (ID,)), "--instance-id": (INSTANCE, (ID,)), "--auto-scaling-group-name": (SCALING_GROUP, (NAME,)),
    "--db-instance-identifier": (DATABASE, (NAME,)), "--state-machine-arn": (STATE_MACHINE, (ARN,)), "--target": (INSTANCE, (ID,)),
    "--log-group-name": (LOG_GROUP, (NAME,)), "--load-balancer-arn": (BALANCER, (ARN,)), "--listener-arn": (LISTENER, (ARN,)),
    "--policy-id": (SNAPSHOT_POLICY, (ID,)), "update-kubeconfig --name": (EKS_CLUSTER, (NAME,)),
    "DBInstanceIdentifier==": (DATABASE, (NAME,)), "--distribution-id": (DISTRIBUTION, (ID,)), "logs tail": (LOG_GROUP, (NAME, ARN)),
}
USED = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, OPTIONS))})[\s=\"']*{SYMBOL.pattern}")
LINK = re.compile(rf"(https?)://{SYMBOL.pattern}(?::(\d+))?")
PORTS = {"http": 80, "https": 443}
STEM = 5
REGIONAL = re.compile(r"--region[ =]+([a-z]{2}-(?:gov-)?[a-z]+-\d)")
GLOBAL = re.compile(r"\baws (?:acm|cloudfront|wafv2|route53|iam|budgets)\b")
"""Os serviços que atendem numa região só, ou pedem os recursos nela."""


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por saída que não é o que o nome, ou quem a usa, diz."""
    for view in views.each:
        known = {output.name: output for output in outputs(view)}
        for output in list(known.values()):
            for message in (*_named(view, output), *_used(view, output.text, f"a saída `{output.name}`"), *_reached(view, output), *_here(output)):
                known.pop(output.name, None)  # o que está errado nela já está dito
                yield Finding(view.template.path, view.template.line(*output.path), CODE, message)
        for command in commands(page):
            for line, text in command.lines():
                for message in _used(view, filled(text, known), "o comando"):
                    yield Finding(page.path, line, CODE, message)


def meant(view: View, symbol: re.Match[str]) -> tuple[Resource, str] | None:
    """O recurso de um símbolo, e o que o atributo é dele; vazio, se não é um modo de nomeá-lo."""
    resource = view.resources.get(symbol[1])
    kind = kind_of(resource.type) if resource else None
    if resource is None or kind is None:
        return None
    attribute = symbol[2].removeprefix(".")
    return resource, kind.gives.get(attribute, "") if attribute else kind.ref


def _named(view: View, output: Output) -> Iterator[str]:
    symbol = SYMBOL.fullmatch(output.text)
    said, found = re.match(r"(Url|Arn|Nome|Id|Segredo)([A-Z]\w*)", output.name), meant(view, symbol) if symbol else None
    if said is None or found is None:
        return
    resource, form = found
    if said[1] == "Segredo":
        if not (symbol and symbol[2].endswith("SecretArn")) and resource.type != SECRET:
            yield f"`{output.name}` não é um segredo: é {TOLD[form]} de `{resource.id}`; use o ARN do segredo."
        return
    if form not in FORMS[said[1]]:
        yield f"`{output.name}` é {TOLD[form]} de `{resource.id}`, e o nome diz {TOLD[FORMS[said[1]][0]]}; use o que ele diz."
    better = _better(view, said[2], output.about, resource)
    if better:
        yield f"`{output.name}` é de `{resource.id}`, e pelo nome ou pela descrição seria de `{better}`; use `{better}`."


def _better(view: View, name: str, about: str, resource: Resource) -> str:
    """O recurso de que a saída fala, se não é o que ela dá."""
    alike = [other for other in view.resources if other.startswith(name)]
    if name in alike:
        return name if resource.id != name else ""
    told = [other for other in alike if len(other) > len(name) and other[len(name):][:STEM].lower() in about.lower()]
    if len(told) == 1 and told[0] != resource.id:
        return told[0]
    return alike[0] if alike and resource.id not in alike else ""


def _used(view: View, text: str, who: str) -> Iterator[str]:
    """O que um comando dá a uma opção é o tipo de recurso e a forma que ela pede."""
    for found in USED.finditer(text):
        symbol = SYMBOL.search(found[0])
        named = meant(view, symbol) if symbol else None
        wanted, forms = OPTIONS[found[1]]
        if named and (named[0].type != wanted or named[1] not in forms):
            yield f"{who} dá a `{found[1]}` {TOLD[named[1]]} de `{named[0].id}`, um `{named[0].type}`, e ali vai {TOLD[forms[0]]} de um `{wanted}`."


def _here(output: Output) -> Iterator[str]:
    """O comando fala com a região da pilha."""
    found = REGIONAL.search(output.text)
    if found and not GLOBAL.search(output.text):
        yield f"`{output.name}` fala com `{found[1]}`, e os recursos são da região da pilha; use `${{AWS::Region}}`."


def _reached(view: View, output: Output) -> Iterator[str]:
    """O endereço que se abre tem quem atenda, no protocolo e na porta dele."""
    found = LINK.match(output.text)
    symbol = SYMBOL.search(found[0]) if found else None
    resource = view.resources.get(symbol[1]) if symbol else None
    if found is None or resource is None:
        return
    port = int(found[found.lastindex or 0]) if found[0].rpartition(":")[2].isdecimal() else PORTS[found[1]]
    if resource.type == BUCKET:
        yield f"`{output.name}` abre `{resource.id}` direto, e um bucket que bloqueia o acesso público recusa; dê o endereço de quem o serve."
    if resource.type == INSTANCE and symbol and symbol[2].startswith(".Private"):
        yield f"`{output.name}` é o endereço privado de `{resource.id}`, que de fora da VPC ninguém abre; use `PublicIp`."
    elif resource.type == INSTANCE:
        yield from (f"`{output.name}` abre `{found[1]}`: {missing.need}; use o protocolo e a porta do programa."
                    for missing in misheard(view, resource, port, output.path, found[1].upper()))
    if resource.type == BALANCER:
        listeners = [each for each in view.of_type(LISTENER) if view.points(view.at(each, "LoadBalancerArn"), BALANCER) == resource]
        if listeners and not any(whole(view.value(each, "Port")) == port and view.value(each, "Protocol") == found[1].upper() for each in listeners):
            yield f"`{output.name}` abre `{found[1]}` na porta {port}, e nenhum ouvinte de `{resource.id}` atende nela; use o de um ouvinte."
