"""A forma do que se entrega a um programa: nome, ARN ou endereço, como a API que o código chama o aceita, e a unidade do nome.

Lê-se o Python que o template traz: de que variável de ambiente vem cada argumento das chamadas. Do que não se segue até
uma chamada não se diz nada.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.kinds import ARN, ID, NAME, URL, kind_of
from scripts.aws.types import BUCKET, QUEUE, SCALING_GROUP, STATE_MACHINE, TABLE, TOPIC
from scripts.checks.programs import WRITTEN, Effect
from scripts.proofs.arrows.program import HANDED, handed
from scripts.proofs.evidence import Path
from scripts.proofs.facts.measures import UNITS, parameters, texts, written_at
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

ACCEPTED: dict[str, tuple[str, ...]] = {
    "Bucket": (NAME,), "TableName": (NAME, ARN), "QueueUrl": (URL,), "TopicArn": (ARN,), "stateMachineArn": (ARN,), "executionArn": (ARN,),
    "FunctionName": (NAME, ARN), "SecretId": (NAME, ARN), "jobQueue": (NAME, ARN), "jobDefinition": (NAME, ARN), "EventBusName": (NAME, ARN),
    "StreamName": (NAME,), "StreamARN": (ARN,), "DeliveryStreamName": (NAME,), "KeyId": (ID, ARN),
}
"""De cada argumento das chamadas, as formas que a API aceita.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""
MAKERS = {"Table": "TableName", "Bucket": "Bucket", "Queue": "QueueUrl", "Topic": "TopicArn"}
"""Os objetos do boto3 que se fazem com um nome só."""
CALLED = {"Bucket": BUCKET, "TableName": TABLE, "QueueUrl": QUEUE, "TopicArn": TOPIC, "stateMachineArn": STATE_MACHINE}
"""De cada argumento, o tipo que ele nomeia, se é um só."""
OTHER = "?"
FORMS = {OTHER: "outro atributo", ARN: "o ARN", NAME: "o nome", URL: "o endereço", ID: "o id"}
PASSES = 3


def misshapen(view: View, owner: Resource) -> Iterator[Effect]:
    """As variáveis cujo valor não tem a forma que o código entrega à API, ou cuja unidade não é a do parâmetro que recebem."""
    if owner.type not in HANDED or owner.type == SCALING_GROUP:  # o modelo dele se julga por si
        return
    given = [piece.path for piece in handed(view, owner)]
    variables = {name: (path, value) for path, name, value in _variables(view, given)}
    for text in dict.fromkeys(text for _, text in texts(view, given, longest=None)):
        for variable, argument in sorted(_arguments(text)) if "environ" in text or "getenv" in text else ():
            path, value = variables.get(variable, ((), ""))
            form, kind = _form(view, value)
            if form and (form not in ACCEPTED[argument] or kind and kind != CALLED.get(argument, kind)):
                wanted = " ou ".join(FORMS[each] for each in ACCEPTED[argument])
                what = f"{FORMS[form]} de um `{kind}`" if kind else FORMS[form]
                yield path, f"`{variable}` entrega a `{owner.id}` {what}, e o código o usa em `{argument}`, que pede {wanted} do que chama."
    for name, (path, _) in variables.items():
        for cited in sorted(parameters(written_at(view.template.data, path)) & view.template.parameters.keys()):
            mine, other = _unit(name), _unit(cited)
            if mine and other and mine != other and SYMBOL.sub("", str(variables[name][1])) in ("", str(_default(view, cited))):
                yield path, f"`{name}` recebe `{cited}`, que é noutra unidade; passe o parâmetro que a variável diz."


def _variables(view: View, given: list[Path]) -> Iterator[tuple[Path, str, str]]:
    """Cada variável que o programa recebe, com o lugar e o valor."""
    for root in given:
        value = view.world.value(written_at(view.template.data, root))
        if isinstance(value, dict) and isinstance(value.get("Variables"), dict):
            yield from (((*root, "Variables", name), str(name), str(each)) for name, each in value["Variables"].items())
        for index, pair in enumerate(value if isinstance(value, list) else ()):
            if isinstance(pair, dict) and "Name" in pair and "Value" in pair:
                yield (*root, index, "Value"), str(pair["Name"]), str(pair["Value"])
        for path, text in texts(view, [root], longest=None):
            yield from ((path, name, each.strip("\"'")) for name, each in WRITTEN.findall(text))


def _form(view: View, value: str) -> tuple[str, str]:
    """A forma de um valor que nomeia um recurso do template, e o tipo dele; vazios, se não é um, ou não se conhece."""
    symbol = SYMBOL.fullmatch(value)
    resource = view.resources.get(symbol[1]) if symbol else None
    if symbol and resource:
        kind, attribute = kind_of(resource.type), symbol[2].removeprefix(".")
        if attribute.endswith(".SecretArn"):  # o segredo que o RDS cria é outro recurso
            return ARN, ""
        return (kind.gives.get(attribute, OTHER) if attribute else kind.ref), resource.type
    return (ARN if value.startswith("arn:") else URL if value.startswith("https://sqs.") else ""), ""


def _default(view: View, name: str) -> object:
    declared = view.template.parameters.get(name)
    return declared.get("Default") if isinstance(declared, dict) else None


def _unit(name: str) -> tuple[str, float] | None:
    return next(((kind, scale) for pattern, kind, scale in UNITS if re.search(pattern, name)), None)


@lru_cache(maxsize=128)
def _arguments(source: str) -> frozenset[tuple[str, str]]:
    """Os pares de variável e argumento: o valor de uma chega, por nomes, ao outro."""
    try:
        tree = ast.parse(source.replace("\u2060", ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    nodes = list(ast.walk(tree))
    known = {node.name: _parameters(node) for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    held: dict[str, set[str]] = {}
    for _ in range(PASSES):
        for node in nodes:
            _hold(node, held, known)
    return frozenset((variable, argument) for node in nodes for argument, value in _uses(node) for variable in _from(value, held))


def _hold(node: ast.AST, held: dict[str, set[str]], known: dict[str, list[str]]) -> None:
    """Anota de que variáveis vem cada nome: por atribuição, ou por uma chamada a uma função ou classe daqui."""
    for target in node.targets if isinstance(node, ast.Assign) else ():
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
            pairs = list(zip(target.elts, node.value.elts))
        for left, right in pairs:
            name = _name(left)
            if name and (found := _from(right, held)):
                held.setdefault(name, set()).update(found)
    names = known.get(_name(node.func), []) if isinstance(node, ast.Call) else []
    for name, value in zip(names, node.args if isinstance(node, ast.Call) else ()):
        if found := _from(value, held):
            held.setdefault(name, set()).update(found)


def _parameters(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """Os parâmetros de uma função, ou de quem faz um objeto da classe, sem `self`."""
    if isinstance(node, ast.ClassDef):
        return next((_parameters(each) for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), [])
    return [each.arg for each in node.args.args if each.arg != "self"]


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _from(node: ast.AST, held: dict[str, set[str]]) -> set[str]:
    """As variáveis de ambiente de que o valor vem."""
    if isinstance(node, ast.Subscript) and _name(node.value) == "environ" and isinstance(node.slice, ast.Constant):
        return {str(node.slice.value)}
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        if _name(node.func) == "getenv" or _name(node.func) == "get" and _name(getattr(node.func, "value", node)) == "environ":
            return {str(node.args[0].value)}
    return held.get(_name(node), set())


def _uses(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Os argumentos que se julgam, com o valor que se lhes dá."""
    if isinstance(node, ast.Call):
        yield from ((key.arg, key.value) for key in node.keywords if key.arg in ACCEPTED)
        maker = MAKERS.get(_name(node.func)) if isinstance(node.func, ast.Attribute) else None
        if maker and node.args:
            yield maker, node.args[0]
    elif isinstance(node, ast.Dict):
        yield from ((str(key.value), value) for key, value in zip(node.keys, node.values)
                    if isinstance(key, ast.Constant) and key.value in ACCEPTED)
