"""A bancada das funções reprova o que a AWS recusaria, mesmo que o código engula o erro, e falha quando se pede."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from scripts.replay.stack import Stack
from scripts.template.cloudformation import rebuilt
from tests.architectures.handlers import Notified, alone
from tests.architectures.stack import Deployed

CSV = b"item,valor\na,1\n"
LATE = """import boto3, botocore.session
def handler(event, context):
    try:
        {}.list_buckets()
    except Exception:
        pass
"""


def spoiled(change: Callable[[dict[str, Any]], None]) -> Deployed:
    """A pilha de um template mudado por `change`, que recebe os recursos."""
    stack = Deployed("cli-s3-lambda-dynamodb")
    data = deepcopy(stack.data)
    change(data["Resources"])
    Stack.__init__(stack, rebuilt(stack.template, data), {}, {})
    return stack


def without_reading(resources: dict[str, Any]) -> None:
    document = resources["PapelFuncao"]["Properties"]["Policies"][0]["PolicyDocument"]
    document["Statement"] = [item for item in document["Statement"] if "s3:GetObject" not in item["Action"]]


def denied_by_the_bucket(resources: dict[str, Any]) -> None:
    resources["PoliticaBucket"]["Properties"]["PolicyDocument"]["Statement"][0].pop("Condition")


def late(client: str) -> Callable[[dict[str, Any]], None]:
    """O cliente nasce dentro do manipulador, que engole o erro, e a operação é uma que a porta não conhece."""
    return lambda resources: resources["FuncaoProcessar"]["Properties"]["Code"].update(ZipFile=LATE.format(client))


@pytest.mark.parametrize(("change", "said"), [
    (without_reading, "nada deixa o papel `PapelFuncao` fazer `s3:GetObject`"), (denied_by_the_bucket, "`PoliticaBucket` nega `s3:GetObject`"),
    (late("boto3.client('s3')"), "não sabe que permissões `s3:ListBuckets` pede"),
    (late("botocore.session.get_session().create_client('s3')"), "não sabe que permissões `s3:ListBuckets` pede"),
], ids=["papel", "bucket", "boto3", "botocore"])
def test_what_the_door_refuses_fails_the_test(change, said):
    with alone() as environment:
        bench = Notified(spoiled(change), environment, "FuncaoProcessar")
        with pytest.raises(pytest.fail.Exception, match=said):
            bench.invoke(bench.upload("entrada/a.csv", CSV))


@pytest.mark.parametrize("lost", [False, True])
def test_a_fault_comes_before_the_call_or_loses_its_answer(lost):
    with alone() as environment:
        bench = Notified(Deployed("cli-s3-lambda-dynamodb"), environment, "FuncaoProcessar")
        event = bench.upload("entrada/a.csv", CSV)
        bench.fail("dynamodb", "PutItem", "ThrottlingException", times=1, lost=lost)
        with pytest.raises(RuntimeError):
            bench.invoke(event)
        assert len(bench.rows("TabelaResultados")) == lost
        bench.invoke(event)
        assert len(bench.rows("TabelaResultados")) == 1
