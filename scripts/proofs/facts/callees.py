"""Quem se chama: a função que um valor nomeia, ela mesma, por um apelido ou por uma versão."""

from __future__ import annotations

from typing import Any, NamedTuple

from scripts.aws.catalog import ARN, NAME
from scripts.aws.types import ALIAS, EVENT_INVOKE_CONFIG, FUNCTION, LAMBDA_PERMISSION, VERSION
from scripts.proofs.evidence import Found, Missing, at
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource

LATEST = "$LATEST"


class Callee(NamedTuple):
    """A função, e por que nome da versão se chega a ela: `qualifier` é vazio quando é a que se edita.

    `named` é o recurso que o valor nomeia, `arn` o ARN por que se chama, e `lines` o que leva dele à função.
    """

    function: Resource
    qualifier: str
    named: Resource
    arn: str
    lines: tuple[Found, ...] = ()


def callee(view: View, value: Placed | object, by: tuple[str, ...] = (ARN, NAME)) -> Callee | None:
    """A função que o valor nomeia; `None` se nomeia outra coisa, ou se não se sabe que código o apelido roda.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
    """
    function = view.points(value, FUNCTION, by=by)
    if function:
        return Callee(function, "", function, view.arn(function) or "")
    named = view.points(value, ALIAS, VERSION, by=(ARN,)) or _shortened(view, value, by)
    return through(view, named) if named else None


def asked_of(view: View, resource: object, arguments: object) -> tuple[Resource, dict[str, Any]] | None:
    """A função que uma tarefa do Step Functions chama, e os campos que o programa recebe; `None`, se não é uma do template.

    Pelo ARN, são os argumentos da tarefa; por `lambda:invoke`, o que está em `Payload`.
    """
    own = callee(view, str(resource), by=(ARN,))
    given = arguments if isinstance(arguments, dict) else {}
    called = own or callee(view, str(given.get("FunctionName")))
    handed = given if own else given.get("Payload")
    return (called.function, handed if isinstance(handed, dict) else {}) if called else None


def _shortened(view: View, value: Placed | object, by: tuple[str, ...]) -> Resource | None:
    """O apelido escrito depois do nome da função: `!Sub "${Funcao}:viva"`."""
    text = view.spelled(value.value if isinstance(value, Placed) else value) if NAME in by else None
    for alias in view.of_type(ALIAS) if text else ():
        function = view.points(view.at(alias, "FunctionName"), FUNCTION, by=(ARN, NAME))
        if function and text == f"{view.name(function)}:{view.name(alias)}":
            return alias
    return None


def through(view: View, named: Resource) -> Callee | None:
    """A função de um apelido ou de uma versão; `None` se a versão do apelido não é desta função, ou não se conhece."""
    function = view.points(view.at(named, "FunctionName"), FUNCTION, by=(ARN, NAME))
    arn = view.arn(named)
    if function is None or arn is None:
        return None
    lines = (Found(at(named, "FunctionName"), f"`{named.id}` é de `{function.id}`"),)
    if named.type == VERSION:
        return Callee(function, view.name(named), named, arn, lines)
    version = view.at(named, "FunctionVersion")
    published = [found for found in view.of_type(VERSION) if version and version.value == view.name(found)
                 and view.points(view.at(found, "FunctionName"), FUNCTION, by=(ARN, NAME)) == function]
    if version is None or version.value != LATEST and not published:
        return None
    return Callee(function, view.name(named), named, arn, (*lines, Found(version.path, "na versão que ele diz")))


def names(view: View, value: Placed | None, target: Resource) -> bool:
    """O valor é o ARN deste recurso; de uma função, também o de um apelido ou de uma versão dela."""
    if target.type == FUNCTION:
        called = callee(view, value, by=(ARN,))
        return called is not None and called.function == target
    return value is not None and view.points(value, target.type, by=(ARN,)) == target


def names_of(view: View, function: Resource) -> list[Resource]:
    """A função e os apelidos e versões dela."""
    return [function, *(found for found in view.of_type(ALIAS, VERSION) if (way := through(view, found)) and way.function == function)]


def invoked_as(view: View, function: Resource) -> set[str]:
    """Os nomes de versão por que outros serviços chamam a função, conforme as permissões dela."""
    called = [callee(view, view.at(permission, "FunctionName")) for permission in view.of_type(LAMBDA_PERMISSION)]
    return {found.qualifier for found in called if found and found.function == function} or {""}


def configured(view: View, config: Resource, function: Resource, qualifiers: set[str]) -> bool:
    """O `EventInvokeConfig` é desta função, e de um desses nomes de versão."""
    assert config.type == EVENT_INVOKE_CONFIG
    said = view.value(config, "Qualifier")
    own = callee(view, view.at(config, "FunctionName"))
    wanted = "" if said in (None, LATEST) else said or None  # vazio, o CloudFormation o recusa
    return own is not None and own.function == function and wanted in qualifiers


def astray(config: Resource, qualifiers: set[str]) -> Missing:
    """O `EventInvokeConfig` vale para outra versão, e não para as por que se chama a função."""
    wanted = min(qualifiers) or LATEST
    return Missing(at(config, "Qualifier"), f"`{config.id}` não é da versão `{wanted}`", f"escreva `Qualifier: {wanted}`")


def lapsed(view: View, function: Resource, qualifiers: set[str]) -> Missing | None:
    """O que falta ao `EventInvokeConfig` que guarda as falhas da função, e só vale para outra versão dela."""
    for config in view.of_type(EVENT_INVOKE_CONFIG):
        called = callee(view, view.at(config, "FunctionName"))
        own = called is not None and called.function == function
        if own and view.at(config, "DestinationConfig", "OnFailure") and not configured(view, config, function, qualifiers):
            return astray(config, qualifiers)
    return None
