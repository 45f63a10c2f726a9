"""O Python que um template traz: o que ele é, e de que variável de ambiente vem cada argumento das chamadas."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.catalog import ARN, ID, NAME, URL

ACCEPTED: dict[str, tuple[str, ...]] = {
    "Bucket": (NAME,), "TableName": (NAME, ARN), "QueueUrl": (URL,), "TopicArn": (ARN,), "stateMachineArn": (ARN,), "executionArn": (ARN,),
    "FunctionName": (NAME, ARN), "SecretId": (NAME, ARN), "jobQueue": (NAME, ARN), "jobDefinition": (NAME, ARN), "EventBusName": (NAME, ARN),
    "StreamName": (NAME,), "StreamARN": (ARN,), "DeliveryStreamName": (NAME,), "KeyId": (ID, ARN, NAME), "TargetArn": (ARN,),
    "logGroupName": (NAME,), "DBInstanceIdentifier": (NAME, ID),
}
"""De cada argumento das chamadas, as formas que a API aceita.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""
MAKERS = {"Table": "TableName", "Bucket": "Bucket", "Queue": "QueueUrl", "Topic": "TopicArn"}
"""Os objetos do boto3 que se fazem com um nome só."""
DOES: dict[str, str] = {
    "put_object": "s3:PutObject", "upload_file": "s3:PutObject", "upload_fileobj": "s3:PutObject", "copy_object": "s3:PutObject",
    "create_multipart_upload": "s3:PutObject", "generate_presigned_post": "s3:PutObject", "get_object": "s3:GetObject",
    "head_object": "s3:GetObject", "download_file": "s3:GetObject", "download_fileobj": "s3:GetObject", "delete_object": "s3:DeleteObject",
    "delete_objects": "s3:DeleteObject", "list_objects_v2": "s3:ListBucket", "list_objects": "s3:ListBucket",
    "put_item": "dynamodb:PutItem", "get_item": "dynamodb:GetItem", "update_item": "dynamodb:UpdateItem", "delete_item": "dynamodb:DeleteItem",
    "query": "dynamodb:Query", "scan": "dynamodb:Scan", "send_message": "sqs:SendMessage", "send_message_batch": "sqs:SendMessage",
    "receive_message": "sqs:ReceiveMessage", "delete_message": "sqs:DeleteMessage", "publish": "sns:Publish",
    "start_execution": "states:StartExecution", "invoke": "lambda:InvokeFunction",
}
"""De cada chamada do boto3, a permissão que ela pede.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""
WAYS = {
    "put_object": ("Put",), "copy_object": ("Copy",), "generate_presigned_post": ("Post",), "complete_multipart_upload": ("CompleteMultipartUpload",),
    "upload_file": ("Put", "CompleteMultipartUpload"), "upload_fileobj": ("Put", "CompleteMultipartUpload"),
}
"""De cada chamada que cria um objeto, os eventos que ela causa; a que manda em partes só o faz com um arquivo grande.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""
DEADLINE = re.compile(r"(?:expir|ttl|prazo|venc)\w*")
"""Como se chama o atributo em que um programa grava até quando vale uma linha."""
CLOCK = re.compile(r"time|datetime|now")
LISTING = ("list_objects", "list_objects_v2", "list_object_versions", "paginate")
PASSES = 3
SILENT = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)
CHILDLESS = (ast.Name, ast.Constant, ast.alias)
"""Metade dos nós: só têm texto."""


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module | None:
    """A árvore do programa; `None` quando o texto não é Python."""
    try:
        return ast.parse(source.replace("\u2060", ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Tudo o que há na árvore do programa, percorrida uma vez para quem pergunta; vazio quando o texto não é Python."""
    tree = parsed(source)
    return tuple(walked(tree)) if tree else ()


def walked(tree: ast.AST) -> list[ast.AST]:
    """O mesmo que `ast.walk`, sem os nós que só dizem de que modo outro se usa."""
    found = [tree]
    for node in found:
        found += children(node)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """O mesmo que `ast.iter_child_nodes`, em menos da metade do tempo, e sem `Load`, `Store` e os sinais das contas."""
    found: list[ast.AST] = []
    if isinstance(node, CHILDLESS):
        return found
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, SILENT):
            found.append(value)
    return found


@lru_cache(maxsize=128)
def arguments(source: str) -> frozenset[tuple[str, str]]:
    """Os pares de variável e argumento: o valor de uma chega, por nomes, ao outro."""
    every, held = followed(source)
    return frozenset((variable, argument) for node in every for argument, value in _uses(node) for variable in came_from(value, held))


@lru_cache(maxsize=128)
def calls(source: str) -> frozenset[tuple[str, str]]:
    """Os pares de variável e permissão: o que o programa faz com o recurso que ela diz.

    Ler uma versão pede outra permissão que ler o objeto: a chamada que a nomeia não se julga.
    """
    every, held = followed(source)
    return frozenset((variable, DOES[called(node.func)]) for node in every if isinstance(node, ast.Call) and called(node.func) in DOES
                     and not any(key.arg == "VersionId" for key in node.keywords)
                     for _, value in _uses(node) for variable in came_from(value, held))


@lru_cache(maxsize=128)
def creations(source: str) -> frozenset[tuple[str, str]]:
    """Os pares de variável e evento: de que modo o programa cria objetos no bucket que ela diz."""
    every, held = followed(source)
    return frozenset((variable, way) for node in every if isinstance(node, ast.Call) for way in WAYS.get(called(node.func), ())
                     for argument, value in _uses(node) if argument == "Bucket" for variable in came_from(value, held))


@lru_cache(maxsize=128)
def deadlines(source: str) -> frozenset[tuple[str, frozenset[str]]]:
    """Os atributos em que o programa grava até quando vale uma linha, e as variáveis das tabelas da função que o grava; vazias, se não se sabe."""
    every, held = followed(source)
    tables = {called(target): came_from(node.value.args[0], held) for node in every if isinstance(node, ast.Assign) and _makes_table(node.value)
              for target in node.targets if isinstance(node.value, ast.Call)}
    known = {variable for variable, argument in arguments(source) if argument == "TableName"}
    found = set()
    for function in every:
        if isinstance(function, ast.FunctionDef):
            inner = walked(function)
            used = {variable for node in inner for variable in (tables.get(called(node), set()) | came_from(node, held)) & known}
            found |= {(name, frozenset(used)) for node in inner for name in _dated(node)}
    return frozenset(found)


def _makes_table(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "Table" and bool(node.args)


def _dated(node: ast.AST) -> Iterator[str]:
    """As chaves de um dicionário com nome de prazo e um valor calculado a partir de agora."""
    for key, value in zip(node.keys, node.values) if isinstance(node, ast.Dict) else ():
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and DEADLINE.fullmatch(key.value):
            if any(CLOCK.match(called(part)) for part in walked(value)):
                yield key.value


@lru_cache(maxsize=128)
def followed(source: str) -> tuple[tuple[ast.AST, ...], dict[str, set[str]]]:
    """Os nós do programa, e de que variáveis vem cada nome dele."""
    every = nodes(source)
    known = {node.name: _parameters(node) for node in every if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    held: dict[str, set[str]] = {}
    holders = [node for node in every if isinstance(node, (ast.Assign, ast.Call))]
    for _ in range(PASSES):
        for node in holders:
            _hold(node, held, known)
    return every, held


def _hold(node: ast.AST, held: dict[str, set[str]], known: dict[str, list[str]]) -> None:
    """Anota de que variáveis vem cada nome: por atribuição, ou por uma chamada a uma função ou classe daqui."""
    for target in node.targets if isinstance(node, ast.Assign) else ():
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
            pairs = list(zip(target.elts, node.value.elts))
        for left, right in pairs:
            name = called(left)
            if name and (found := came_from(right, held)):
                held.setdefault(name, set()).update(found)
    names = known.get(called(node.func), []) if isinstance(node, ast.Call) else []
    for name, value in zip(names, node.args if isinstance(node, ast.Call) else ()):
        if found := came_from(value, held):
            held.setdefault(name, set()).update(found)


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    """Os parâmetros de uma função, ou de quem faz um objeto da classe, sem `self`."""
    if isinstance(node, ast.ClassDef):
        return next((_parameters(each) for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), [])
    return [each.arg for each in node.args.args if each.arg != "self"]


def called(node: ast.AST) -> str:
    """O nome de uma variável, ou o último de `a.b`; vazio, do que não é um nome."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def came_from(node: ast.AST, held: dict[str, set[str]]) -> set[str]:
    """As variáveis de ambiente de que o valor vem."""
    if isinstance(node, ast.Subscript) and called(node.value) == "environ" and isinstance(node.slice, ast.Constant):
        return {str(node.slice.value)}
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        if called(node.func) == "getenv" or called(node.func) == "get" and called(getattr(node.func, "value", node)) == "environ":
            return {str(node.args[0].value)}
    return held.get(called(node), set())


def _uses(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Os argumentos que se julgam, com o valor que se lhes dá."""
    if isinstance(node, ast.Call):
        yield from ((key.arg, key.value) for key in node.keywords if key.arg in ACCEPTED)
        maker = MAKERS.get(called(node.func)) if isinstance(node.func, ast.Attribute) else None
        if maker and node.args:
            yield maker, node.args[0]
    elif isinstance(node, ast.Dict):
        yield from ((str(key.value), value) for key, value in zip(node.keys, node.values)
                    if isinstance(key, ast.Constant) and key.value in ACCEPTED)


@lru_cache(maxsize=128)
def listed(source: str) -> frozenset[str | None]:
    """Os prefixos com que o programa lista um bucket, com `*` no lugar do que só se sabe rodando; `None`, do que lista sem um, ou não se lê."""
    every = nodes(source) if "list_object" in source else ()
    calls = [node for node in every if isinstance(node, ast.Call) and called(node.func) in LISTING]
    given = [{key.arg: key.value for key in call.keywords} for call in calls]
    return frozenset(_begun(names.get("Prefix")) for names in given if "Bucket" in names)


def _begun(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
