"""Valores de um template: os que se conhecem, os simbólicos e o desconhecido, que nunca prova nada."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Key = str | int
Path = tuple[Key, ...]
"""O caminho de algo, desde o documento: `("Resources", "Alb", "Properties", "Subnets", 0)`."""

SYMBOL = re.compile(r"\$\{([A-Za-z0-9]+)((?:\.[A-Za-z0-9.]+)?)\}")

LITERAL = "$\u2060{"
"""Como fica um `${` que o template escreveu como texto: não é símbolo, nem pode parecer um."""

PSEUDO = {
    "AWS::AccountId": r"\d{12}", "AWS::Partition": r"aws[a-z-]*", "AWS::Region": r"[a-z]+(?:-[a-z]+)+-\d+", "AWS::StackId": r"arn:.+",
    "AWS::StackName": r"[A-Za-z][A-Za-z0-9-]*", "AWS::URLSuffix": r"[a-z0-9.-]+",
}
"""A forma do que a AWS põe no lugar dos pseudoparâmetros, que nunca é vazio.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""


@dataclass(frozen=True)
class Unknown:
    """Um valor que não dá para saber sem implantar, com o motivo."""

    reason: str


def text_of(value: Any) -> str:
    """Um escalar como o CloudFormation o escreve num texto."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def literal(text: str) -> str:
    """O texto, sem nada que se confunda com um símbolo."""
    return text.replace("${", LITERAL)


def function_name(name: str) -> bool:
    """A chave é a de uma função do CloudFormation."""
    return name == "Ref" or name.startswith("Fn::")


def is_pair(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2
