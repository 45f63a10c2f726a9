"""O que um programa em Python passa às APIs da AWS do que lê do ambiente, e de que modo cada parâmetro nomeia o recurso."""

from __future__ import annotations

import ast

from scripts.aws.kinds import ARN, ID, NAME, URL

FORMS: dict[str, tuple[str, ...]] = {
    "QueueUrl": (URL,), "Bucket": (NAME,), "TopicArn": (ARN,), "TargetArn": (ARN,), "SecretId": (ARN, NAME), "TableName": (NAME, ARN),
    "FunctionName": (NAME, ARN), "stateMachineArn": (ARN,), "StreamName": (NAME,), "StreamARN": (ARN,), "logGroupName": (NAME,),
    "DBInstanceIdentifier": (NAME, ID), "KeyId": (ID, ARN, NAME), "jobQueue": (NAME, ARN), "jobDefinition": (NAME, ARN),
}
"""De que modo cada parâmetro das APIs da AWS nomeia o recurso; a página de cada operação o diz:
https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/index.html"""


def wanted(code: str) -> dict[str, str]:
    """De cada variável de ambiente que o código em Python passa a uma chamada da AWS, o parâmetro que a recebe."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target, value in _pairs(node.targets[0], node.value):
                variable = _variable(value)
                if variable and isinstance(target, ast.Name):
                    known[target.id] = variable
    found = {}
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            variable = _variable(keyword.value) or (known.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else None)
            if variable and keyword.arg in FORMS:
                found[variable] = keyword.arg
    return found


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts))
    return [(target, value)]


def _variable(node: ast.expr) -> str | None:
    """O nome que `os.environ["X"]`, `os.environ.get("X")` ou `os.getenv("X")` lê."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
        name: ast.expr | None = node.slice
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("environ.get", "getenv")):
        name = node.args[0] if node.args else None
    else:
        return None
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
