"""Modelos de lançamento: a versão que um recurso usa é a que este template descreve."""

from __future__ import annotations

from scripts.proofs.facts.view import Placed
from scripts.template.cloudformation import Resource


def current(model: Resource, version: Placed | None) -> bool:
    """A versão é a do modelo que o template escreve: a última, ou a padrão, que é a primeira; uma de número fixo pode ser outra."""
    return version is not None and version.value in (f"${{{model.id}.LatestVersionNumber}}", "$Latest") or still(model, version)


def still(model: Resource, version: Placed | None) -> bool:
    """A versão é a padrão, que fica na primeira: o CloudFormation cria outra quando o modelo muda, e não muda a padrão.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html
    """
    return version is not None and version.value in (f"${{{model.id}.DefaultVersionNumber}}", "$Default")
