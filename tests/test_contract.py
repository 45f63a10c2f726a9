"""O contrato do mundo fechado, por amostra: uma folha que contou como lida, mudada, muda um achado ou uma evidência."""

import random
from functools import lru_cache
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.checks.reading import Reading
from scripts.measure import contract, survivors
from scripts.proofs.drawn.unread import dotted_of

TREE = Tree(Path(__file__).resolve().parent.parent)
SEED, SIZE = 11, 12


@lru_cache
def subject(slug):
    read = survivors.subject(TREE, slug)
    return read, contract.leaves_read(read)


@pytest.mark.parametrize("slug", TREE.architectures())
def test_a_sample_of_what_was_read_matters_or_is_explained(slug):
    """A medida inteira é de `python3 scripts medir provas`."""
    read, leaves = subject(slug)
    sampled = random.Random(SEED).sample(leaves, SIZE)
    assert list(contract.unexplained(read, sampled)) == []


def test_a_leaf_that_changes_nothing_and_is_not_listed_is_reported(monkeypatch):
    read, leaves = subject("cli-s3-lambda-dynamodb")
    named = [path for path in leaves if dotted_of(read.template.data, path) == "Policies.PolicyDocument.Statement.Sid"]
    assert list(contract.unexplained(read, named)) == []
    monkeypatch.setattr(contract, "indifferent", lambda type_, dotted: False)
    assert list(contract.unexplained(read, named)) == [
        "PapelFuncao (AWS::IAM::Role): Policies.PolicyDocument.Statement.Sid" for _ in named] != []


def test_a_changed_evidence_text_is_a_change():
    read, _ = subject("cli-s3-lambda-dynamodb")
    assert isinstance(read, Reading)
    rule = ("Resources", "BucketEntrada", "Properties", "NotificationConfiguration", "LambdaConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Value")
    assert not contract.unmoved(read, rule)
