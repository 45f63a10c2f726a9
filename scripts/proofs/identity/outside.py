"""Quem pede de fora da rede do template: a pessoa, do computador dela, e o CloudFormation, por ela.

Uma declaração do próprio recurso que nega a todos os que não vêm por um endpoint, ou pela VPC, nega também a estes. Quem é a pessoa, e de que
endereço público ela vem, não se sabe: a negação que poupa alguém que o template não cria, ou um endereço desses, talvez a poupe.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from scripts.aws.types import ROLE
from scripts.proofs.facts.view import View
from scripts.proofs.identity.conditions import Context
from scripts.proofs.identity.evaluation import CALLER, USUAL, Request, conditions_of, decide
from scripts.proofs.identity.policies import Statement
from scripts.template.cloudformation import Resource

ABSENT = ("aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:SourceArn", "aws:SourceAccount")
SOURCE, VISITOR = "aws:SourceIp", "203.0.113.7"
"""De que endereço vêm as pessoas: um dos de exemplo da RFC 5737."""
NETWORK = frozenset(key.lower() for key in (*ABSENT[:3], SOURCE))
"""O que uma condição pede da rede de onde o pedido vem."""
PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""As faixas de que nenhum pedido chega pela internet: https://www.rfc-editor.org/rfc/rfc1918"""


def refusing(view: View, target: Resource, action: str, arn: str, through: str = "") -> Iterator[tuple[Statement, Request]]:
    """As declarações do recurso que negam a ação, neste ARN, a uma pessoa de fora da rede; `through` é o serviço que pede por ela, se há um."""
    request = Request(view, action, arn, context=_context(view, through))
    for statement in decide(request, target).denied:
        if not _spares(statement, request):
            yield statement, request


def _context(view: View, through: str) -> Context:
    usual = {key: view.spelled(value) or value for key, value in USUAL.items() if key != "aws:PrincipalType"}
    called = dict.fromkeys(("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"), through or None)
    own = {CALLER: view.spelled("arn:${AWS::Partition}:iam::${AWS::AccountId}:user/pessoa"), "aws:ViaAWSService": str(bool(through)).lower()}
    return {**usual, **dict.fromkeys(ABSENT), **called, **own, **({} if through else {SOURCE: VISITOR})}


def _spares(statement: Statement, request: Request) -> bool:
    """A declaração poupa alguém que o template não cria, ou um endereço da internet: talvez seja a pessoa."""
    view = request.view
    roles = {view.arn(role) for role in view.of_type(ROLE)}
    excepted = [view.spelled(value) for kind, item in statement.principals if kind == "Not" for value in _flat(item.value)]
    for test in conditions_of(statement, request)[1]:
        if test.key.lower() == CALLER.lower() and "Not" in test.operator:
            excepted += [view.spelled(value) for value in _flat(test.wanted)]
        if test.key.lower() == SOURCE.lower() and not all(map(_private, _flat(test.wanted))):
            return True
    return any(arn not in roles for arn in excepted)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for item in value.values() for each in _flat(item)]
    return list(value) if isinstance(value, list) else [value]


def _private(block: Any) -> bool:
    try:
        written = ipaddress.ip_network(str(block), strict=False)
    except ValueError:
        return False
    return any(isinstance(written, type(private)) and written.subnet_of(private) for private in PRIVATE)
