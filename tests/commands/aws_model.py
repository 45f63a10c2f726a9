"""Uma chamada da AWS CLI contra os modelos do botocore: operação, opções, valores, consulta e resposta.

`judge` recebe as palavras da chamada e devolve o que a CLI imprimiria e o que há de errado. As
opções dos comandos que a CLI acrescenta (`cloudformation deploy`, `s3 cp`…) estão em `scripts/aws/cli.py`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator
from botocore.waiter import WaiterModel

from scripts.aws.cli import CUSTOM, FLAGS, GLOBAL, PAGING

FORMATS = ("json", "text", "table", "yaml")


class Wrong(Exception):
    """O que a AWS CLI recusaria."""


class Call:
    """As palavras de uma chamada, separadas: serviço, operação, opções com os seus valores e o resto."""

    def __init__(self, words: list[str], operation: OperationModel | None, waiter: bool = False):
        self.operation, self.name = operation, " ".join(words[:3 if waiter else 2])
        self.members = {f"--{xform_name(name, '-')}": (name, shape) for name, shape in
                        (operation.input_shape.members.items() if operation and operation.input_shape else ())}
        self.options: dict[str, list[str]] = {}
        self.loose: list[str] = []
        pending = words[3 if waiter else 2:]
        while pending:
            word = pending.pop(0)
            if word.startswith("--"):
                self.options[word] = self._values(word, pending)
            else:
                self.loose.append(word)

    def _values(self, word: str, pending: list[str]) -> list[str]:
        several, none = self._arity(word)
        if none:
            return []
        if not pending or pending[0].startswith("--"):
            raise Wrong(f"`{self.name} {word}` não tem valor")
        values = [pending.pop(0)]
        while several and pending and not pending[0].startswith("--"):
            values.append(pending.pop(0))
        return values

    def _arity(self, word: str) -> tuple[bool, bool]:
        """Se a opção leva vários valores, e se não leva nenhum."""
        if word in GLOBAL or word in PAGING and self.operation and _paginates(self.operation):
            return False, False
        if word in FLAGS:
            return False, True
        if self.name in CUSTOM:
            if word not in CUSTOM[self.name].options:
                raise Wrong(f"`{self.name}` não tem a opção `{word}`")
            return word in ("--capabilities", "--parameter-overrides", "--tags"), word in CUSTOM[self.name].bare
        plain = word.replace("--no-", "--", 1) if word not in self.members else word
        if plain not in self.members or plain != word and self.members[plain][1].type_name != "boolean":
            raise Wrong(f"`{self.name}` não tem a opção `{word}`")
        shape = self.members[plain][1]
        return shape.type_name == "list", shape.type_name == "boolean"

    def parameters(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        """O que a chamada manda à AWS, já no formato da operação."""
        tokens = self.operation.idempotent_members if self.operation else []
        found: dict[str, Any] = {name: "valor" for name in tokens}  # a CLI os inventa
        for word, values in self.options.items():
            if word in GLOBAL | FLAGS | PAGING:
                continue
            name, shape = self.members.get(word) or self.members[word.replace("--no-", "--", 1)]
            if shape.type_name == "boolean":
                found[name] = word in self.members
            elif isinstance(shape, ListShape) and not (len(values) == 1 and _loaded(values[0], files).lstrip().startswith("[")):
                found[name] = [self._value(shape.member, value, files) for value in values]
            else:
                found[name] = self._value(shape, values[0], files)
        return found

    def _value(self, shape: Shape, written: str, files: Mapping[str, bytes]) -> Any:
        text = _loaded(written, files)
        if shape.type_name in ("structure", "map", "list"):
            if text.lstrip()[:1] in ("{", "["):
                try:
                    return json.loads(text)
                except ValueError as error:
                    raise Wrong(f"`{self.name}`: `{written}` não é JSON ({error})") from None
            return _shorthand(self.name, shape, text)
        if shape.type_name in ("integer", "long"):
            return int(text) if text.isdecimal() else _wrong(f"`{self.name}`: `{text}` não é um número")
        if shape.type_name in ("float", "double"):
            return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else _wrong(f"`{self.name}`: `{text}` não é um número")
        if shape.type_name == "blob":
            return self._blob(written, text)
        if getattr(shape, "enum", None) and text not in shape.enum:
            raise Wrong(f"`{self.name}`: `{text}` não é um destes: {', '.join(shape.enum[:8])}")
        return text

    def _blob(self, written: str, text: str) -> bytes:
        """Bytes: na versão 2 vêm em base64, a não ser que o comando diga que não."""
        if written.startswith("fileb://") or self.options.get("--cli-binary-format") == ["raw-in-base64-out"]:
            return text.encode()
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise Wrong(f"`{self.name}`: falta `--cli-binary-format raw-in-base64-out`") from None


def judge(words: list[str], files: Mapping[str, bytes], answers: Mapping[str, Any], fragment: bool = False) -> str:
    """O que a chamada imprime. `answers` troca a resposta inventada a partir do modelo, por comando.

    `fragment` só confere que o comando existe. Erro: `Wrong`, com o que a AWS CLI recusaria.
    """
    if words == ["--version"]:
        return "aws-cli/2"
    if len(words) < 2:
        raise Wrong(f"`aws {' '.join(words)}` não é um comando")
    waiter = words[1] == "wait"
    operation = None if " ".join(words[:2]) in CUSTOM else _operation(words[0], words[2] if waiter else words[1], waiter)
    if fragment:
        return ""
    call = Call(words, operation, waiter)
    if call.options.get("--output", ["json"])[0] not in FORMATS:
        raise Wrong(f"`{call.name}`: o formato `{call.options['--output'][0]}` não existe")
    if operation is None:
        return _custom(call)
    parameters = call.parameters(files)
    report = ParamValidator().validate(parameters, operation.input_shape) if operation.input_shape else None
    if report and report.has_errors():
        raise Wrong(f"`{call.name}`: {report.generate_report()}")
    streams = operation.has_streaming_output
    if len(call.loose) != (1 if streams else 0):
        raise Wrong(f"`{call.name}`: sobra ou falta um argumento solto: {call.loose}")
    if waiter:
        return ""
    answer = answers.get(call.name, _sample(operation.output_shape)) if operation.output_shape else None
    if streams:
        answer = {"StatusCode": 200}  # o resto vai para o arquivo, que quem chama escreve
    return _printed(call, operation, answer)


def _custom(call: Call) -> str:
    rules = CUSTOM[call.name]
    if not rules.least <= len(call.loose) <= rules.most:
        raise Wrong(f"`{call.name}`: {len(call.loose)} argumentos soltos: {call.loose}")
    missing = rules.required - call.options.keys()
    if missing:
        raise Wrong(f"`{call.name}`: falta {', '.join(sorted(missing))}")
    if call.name.startswith("s3 ") and call.loose and not any(word.startswith("s3://") for word in call.loose):
        raise Wrong(f"`{call.name}`: nenhum endereço `s3://`")
    return ""


def _printed(call: Call, operation: OperationModel, answer: Any) -> str:
    query, output = call.options.get("--query"), call.options.get("--output", ["json"])[0]
    if query:
        try:
            compiled = jmespath.compile(query[0])
        except jmespath.exceptions.JMESPathError as error:
            raise Wrong(f"`{call.name}`: a consulta `{query[0]}` não se lê: {error}") from None
        _typed(compiled.parsed, operation.output_shape, query[0])
        answer = compiled.search(answer)
    return _text(answer) if output == "text" else json.dumps(answer)


def _text(value: Any) -> str:
    if isinstance(value, list):
        rows = any(isinstance(item, list) for item in value)
        return ("\n" if rows else "\t").join(_text(item) for item in value)
    return "\t".join(map(_text, value.values())) if isinstance(value, dict) else str(value)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@cache
def _operation(service: str, name: str, waiter: bool = False) -> OperationModel:
    try:
        model = _session().get_service_model("s3" if service == "s3api" else service)
    except UnknownServiceError:
        raise Wrong(f"não há o serviço `{service}`") from None
    if waiter:
        waiters = WaiterModel(_session().get_component("data_loader").load_service_model(service, "waiters-2"))
        named = {xform_name(item, "-"): waiters.get_waiter(item).operation for item in waiters.waiter_names}
    else:
        named = {xform_name(item, "-"): item for item in model.operation_names}
    if service == "s3" or name not in named:
        raise Wrong(f"`{service}` não tem `{'wait ' * waiter}{name}`")
    return model.operation_model(named[name])


@cache
def _paginates(operation: OperationModel) -> bool:
    try:
        model = _session().get_component("data_loader").load_service_model(operation.service_model.service_name, "paginators-1")
    except UnknownServiceError:
        return False
    return operation.name in model["pagination"]


def _loaded(written: str, files: Mapping[str, bytes]) -> str:
    for prefix in ("fileb://", "file://"):
        if written.startswith(prefix):
            name = written.removeprefix(prefix)
            if name not in files:
                raise Wrong(f"o arquivo `{name}` não existe quando o comando roda")
            return files[name].decode()
    return written


def _shorthand(name: str, shape: Shape, text: str) -> dict[str, Any]:
    """`Name=volume-id,Values=a,b`, a forma curta da AWS CLI."""
    found: dict[str, Any] = {}
    key = ""
    for piece in text.split(","):
        first, equals, value = piece.partition("=")
        key, value = (first, value) if equals else (key, first)
        member = shape.members.get(key) if isinstance(shape, StructureShape) else None
        if not key or isinstance(shape, StructureShape) and member is None:
            raise Wrong(f"`{name}`: `{text}` não se lê como `Nome=valor`")
        if isinstance(member, ListShape):
            found.setdefault(key, []).append(value)
        elif isinstance(member, (StructureShape, MapShape)):
            raise Wrong(f"`{name}`: escreva `{key}` em JSON")
        else:
            found[key] = value
    return found


def _sample(shape: Shape | None, depth: int = 0) -> Any:
    """Uma resposta com tudo o que o modelo tem, até uma profundidade."""
    if shape is None or depth > 6:
        return None
    if isinstance(shape, StructureShape):
        members = list(shape.members.items())
        return {name: _sample(member, depth + 1) for name, member in (members[:1] if shape.is_tagged_union else members)}
    if isinstance(shape, ListShape):
        return [_sample(shape.member, depth + 1)]
    if isinstance(shape, MapShape):
        return {"chave": _sample(shape.value, depth + 1)}
    return {"boolean": True, "integer": 1, "long": 1, "float": 1.0, "double": 1.0, "blob": "YQ==",
            "timestamp": "2026-01-01T00:00:00Z"}.get(shape.type_name, "valor".ljust(shape.metadata.get("min", 0), "x"))


@dataclass(frozen=True)
class Listed:
    """Uma lista que a consulta montou, de itens deste tipo."""

    member: Any


def _typed(node: dict[str, Any], shape: Any, query: str) -> Any:
    """O tipo que a consulta dá a partir deste, ou `None` se não se sabe; um campo que a resposta não tem é erro."""
    kind, children = node["type"], node["children"]
    if kind == "field" and isinstance(shape, StructureShape):
        if node["value"] not in shape.members:
            raise Wrong(f"a consulta `{query}` pede `{node['value']}`, que a resposta não tem")
        return shape.members[node["value"]]
    if kind in ("current", "identity"):
        return shape
    if kind == "index":
        return _item(shape)
    if kind == "slice":
        return shape
    if kind in ("subexpression", "index_expression", "pipe"):
        for child in children:
            shape = _typed(child, shape, query)
        return shape
    if kind in ("projection", "filter_projection"):
        item = _item(_typed(children[0], shape, query))
        found = [_typed(child, item, query) for child in children[1:]]
        return Listed(found[0])
    if kind == "flatten":
        item = _item(_typed(children[0], shape, query))
        return Listed(_item(item) if isinstance(item, (ListShape, Listed)) else item)
    if kind == "function_expression":
        return _called(node, shape, query)
    found = [_typed(child, shape, query) for child in children if kind not in ("literal", "field")]
    return Listed(found[0]) if kind == "multi_select_list" else None


def _item(shape: Any) -> Any:
    return shape.member if isinstance(shape, (ListShape, Listed)) else None


def _called(node: dict[str, Any], shape: Any, query: str) -> Any:
    """O tipo que uma função dá; `&Campo` é de cada item da lista que vem antes."""
    first = None
    for position, child in enumerate(node["children"]):
        found = _typed(child["children"][0], _item(first), query) if child["type"] == "expref" else _typed(child, shape, query)
        first = found if position == 0 else first
    if node["value"] in ("reverse", "sort", "sort_by"):
        return first
    return _item(first) if node["value"] in ("max_by", "min_by") else None


def _wrong(reason: str) -> Any:
    raise Wrong(reason)
