"""Cada mudança feita dá as frases esperadas, palavra por palavra, e nenhuma outra."""

from __future__ import annotations

import re

import pytest

from tests.review.changes import CHANGES
from tests.review.edits import QUEUE, WEB, compared, sentences

LINE = re.compile(r"na linha \d+")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("comparar")


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_word_by_word(folder, name):
    slug, edits, expected = CHANGES[name]
    found = sentences(compared(folder / slug / name.replace(" ", "-"), slug, *edits))
    # A linha de uma arquitetura de verdade anda com cada edição dela.
    assert [LINE.sub("na linha N", said) if slug == WEB else said for said in found] == expected


def test_a_default_that_turns_a_condition_on(folder):
    """O acesso em cada caso é o mesmo; o que muda é o que se implanta sem dizer nada."""
    before = (("template", "\nResources:\n", '\nParameters:\n  Modo: {Type: String, Default: "prod"}\nConditions:\n  Dev: !Equals [!Ref Modo, "dev"]\n'
               '\nResources:\n'), ("template", "Action: dynamodb:PutItem", 'Action: !If [Dev, "dynamodb:*", "dynamodb:PutItem"]'))
    found = sentences(compared(folder / QUEUE / "padrao", QUEUE, ("template", 'Default: "prod"', 'Default: "dev"'), before=before))
    assert found == ["! Com os padrões dos parâmetros, a condição `Dev` passa a valer.",
                     "O parâmetro `Modo` mudou: `Default` passou de `prod` a `dev`."]


def test_the_version_of_a_policy_with_variables_is_not_the_same(folder):
    said = 'Condition: {StringEquals: {"aws:PrincipalTag/x": "${aws:username}"}}'
    before = (("template", "Action: dynamodb:PutItem\n", f"Action: dynamodb:PutItem\n                {said}\n"),)
    version = ("template", '          PolicyDocument:\n            Version: "2012-10-17"\n', "          PolicyDocument:\n")
    assert sentences(compared(folder / QUEUE / "versao", QUEUE, version, before=before)) == [
        "! A política escrita em `PapelFuncao` mudou, e o que ela deixa não se lê."]
    assert sentences(compared(folder / QUEUE / "versao-so", QUEUE, version)) == ["A política escrita em `PapelFuncao` mudou, e o que ela deixa é o mesmo."]


def test_there_are_at_least_forty():
    assert len(CHANGES) >= 40
