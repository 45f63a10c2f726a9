"""Grupos de registros: em qual uma função escreve, o que ela diz ou o que tem o nome dela; em qual um registro de fluxo anota."""

from __future__ import annotations

from scripts.aws.catalog import ARN, NAME
from scripts.aws.types import LOG_GROUP
from scripts.proofs.evidence import Found
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource


def written_by(view: View, function: Resource, group: Resource) -> Found | None:
    """A linha que diz que a função escreve neste grupo; `None` quando ela escreve noutro.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    said, named = view.at(function, "LoggingConfig", "LogGroup"), view.at(group, "LogGroupName")
    if said and is_group(view, said, group):
        return Found(said.path, f"`{function.id}` escreve em `{group.id}`")
    if said is None and named and view.spelled(named.value) == f"/aws/lambda/{view.name(function)}":
        return Found(named.path, f"é o grupo que a Lambda usa para `{function.id}`")
    return None


def noted_in(view: View, log: Resource) -> Resource | None:
    """O grupo do template em que este registro de fluxo anota o tráfego.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
    """
    return view.points(view.at(log, "LogGroupName"), LOG_GROUP, by=(NAME,)) or view.points(view.at(log, "LogDestination"), LOG_GROUP, by=(ARN,))


def is_group(view: View, said: Placed, group: Resource) -> bool:
    """O valor é o nome do grupo, ou o ARN dele, com ou sem o `:*` do fim."""
    text, own = view.spelled(said.value) or "", view.arn(group) or ""
    return text == view.name(group) or text in (own, own.removesuffix(":*")) or view.points(said, LOG_GROUP, by=(ARN,)) == group
