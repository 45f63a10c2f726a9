"""Rastros do X-Ray: quem os registra.

https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
"""

from __future__ import annotations

from scripts.aws.types import FUNCTION, STATE_MACHINE
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource


def traced(view: View, resource: Resource) -> bool:
    """O recurso manda rastros ao X-Ray."""
    if resource.type == STATE_MACHINE:
        return true(view.value(resource, "TracingConfiguration", "Enabled"))
    return resource.type == FUNCTION and view.value(resource, "TracingConfig", "Mode") == "Active"
