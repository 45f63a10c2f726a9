"""O que impede uma função de nascer numa VPC: o papel dela cria as interfaces de rede por que ela sai.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import FUNCTION
from scripts.base.wording import listed
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.powers import power
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource

INSIDE_VPC = "VpcConfig"
INTERFACES = ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")
"""Sem estas, a Lambda recusa criar a função; as outras da política da AWS, ela só usa com mais de um endereço por interface."""


@judge(FUNCTION)
def _networked(view: View, function: Resource) -> Iterator[Missing]:
    """O que não se vê conta como permissão: só se acusa o papel que certamente não pode."""
    if not view.items(function, INSIDE_VPC, "SubnetIds"):
        return
    with view.reading():
        role = principal_of(view, function).role
        lacking = [action for action in INTERFACES if not power(view, role, action, "*").paths] if role else []
    if role and lacking:
        said = listed([f"`{action}`" for action in lacking])
        yield Missing(at(function, INSIDE_VPC), f"a Lambda não cria `{function.id}` na VPC: `{role.id}` não deixa {said}, e é com ele que ela faz a "
                      "interface de rede", f'deixe-o, com `Resource: "*"`; se a função não precisa da rede, tire `{INSIDE_VPC}`')
