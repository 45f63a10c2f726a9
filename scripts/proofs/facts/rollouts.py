"""O que o CloudFormation espera ao criar e ao trocar instâncias: os atributos do recurso, fora das propriedades.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
"""

from __future__ import annotations

from typing import Any

from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource


def creation_signal(view: View, owner: Resource) -> dict[str, Any] | None:
    """O sinal que a criação espera; `None` quando não espera nenhum."""
    return _part(view, owner, "CreationPolicy", "ResourceSignal")


def rolling_update(view: View, group: Resource) -> dict[str, Any] | None:
    """Como as instâncias do grupo se trocam; `None` quando não se diz."""
    return _part(view, group, "UpdatePolicy", "AutoScalingRollingUpdate")


def _part(view: View, owner: Resource, attribute: str, name: str) -> dict[str, Any] | None:
    policy = view.resolved(owner.body.get(attribute))
    found = policy.get(name) if isinstance(policy, dict) else None
    return found if isinstance(found, dict) else None
