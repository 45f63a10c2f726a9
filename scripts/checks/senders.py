"""Serviços da AWS que mandam a um tópico ou a uma fila cifrados: a chave precisa deixá-los usá-la, e a que a AWS cria não deixa."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import HERE
from scripts.aws.senders import SENDERS
from scripts.aws.types import ALARM
from scripts.checks.programs import Effect
from scripts.proofs.arrows.access import key_used
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import ACCOUNT, Request
from scripts.proofs.identity.services import SERVICES
from scripts.template.cloudformation import Resource

KEYLESS = ("events",)
"""Não diz ao KMS de quem vem: uma condição sobre isso não deixa passar."""


def unsent(view: View, target: Resource) -> Iterator[Effect]:
    """O que um serviço manda e a chave não deixa cifrar; um por serviço."""
    senders = {SENDERS[target.type][other.type]: other for other in view.resources.values()
               if other.type in SENDERS[target.type] and target.id in other.references}
    for service, other in senders.items():
        action = SERVICES[target.type].usual[0]
        context = {} if service in KEYLESS else {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": _arn(view, other)}
        request = Request(view, action, view.arn(target) or "", service=f"{service}.amazonaws.com", context=context)
        for piece in key_used(request, target, at(target), f"`{service}.amazonaws.com`"):
            if isinstance(piece, Missing):
                yield piece.path, f"`{other.id}` não consegue mandar a `{target.id}`: {piece.need}; {piece.hint}."
                break


def _arn(view: View, sender: Resource) -> str:
    """O ARN de quem manda; de um alarme, o do nome dele."""
    return f"arn:${{AWS::Partition}}:cloudwatch:{HERE}:alarm:{view.name(sender)}" if sender.type == ALARM else view.arn(sender) or ""
