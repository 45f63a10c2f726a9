"""Quanto a conferência pega: uma amostra dos erros que gente comete, e cada linha de evidência que se apaga."""

from functools import lru_cache
from pathlib import Path

import pytest

from scripts.base.findings import Defect
from scripts.base.tree import Tree
from scripts.checks import verdict
from scripts.measure import survivors

TREE = Tree(Path(__file__).resolve().parent.parent)
SMALLEST = "cli-s3-lambda-dynamodb"
SEED, SIZE = 7, 40


@lru_cache
def subject(slug):
    return survivors.subject(TREE, slug)


@lru_cache
def mutants(slug):
    return tuple(subject(slug).mutants())


def unexplained(slug, sampled):
    """Os que a conferência deixa passar, e ninguém sabe dizer por quê."""
    read = subject(slug)
    return [f"{mutant.kind} em {mutant.place}" for mutant in sampled
            if not read.killed(mutant) and not survivors.reason(read, mutant)]


def test_the_same_seed_gives_the_same_mutants():
    first, again, other = (survivors.sample(subject(SMALLEST), seed, SIZE) for seed in (SEED, SEED, SEED + 1))
    assert [(one.kind, one.place) for one in first] == [(one.kind, one.place) for one in again]
    assert [(one.kind, one.place) for one in first] != [(one.kind, one.place) for one in other]


def test_every_line_of_evidence_removed_from_the_smallest_is_missed():
    removed = [mutant for mutant in mutants(SMALLEST) if mutant.kind == "evidência apagada"]
    assert len(removed) > 40
    assert [mutant.place for mutant in removed if not subject(SMALLEST).killed(mutant)] == []


@pytest.mark.parametrize("kind", ["porta trocada", "grupo trocado", "ação alargada", "evidência apagada", "efeito invertido"])
def test_a_survivor_without_explanation_is_reported(kind, monkeypatch):
    slug = next(slug for slug in TREE.architectures() if any(mutant.kind == kind for mutant in mutants(slug)))
    sampled = [mutant for mutant in mutants(slug)
               if mutant.kind == kind and mutant.template and not survivors.reason(subject(slug), mutant)][:3]
    assert unexplained(slug, sampled) == []
    monkeypatch.setattr(verdict, "judge", lambda *read: iter(()))
    assert unexplained(slug, sampled) == [f"{kind} em {mutant.place}" for mutant in sampled] != []


def test_what_cannot_be_read_is_already_caught(monkeypatch):
    monkeypatch.setattr(verdict, "judge", lambda *read: iter(()))
    broken = [mutant for mutant in mutants(SMALLEST) if mutant.template is None]
    assert all(subject(SMALLEST).killed(mutant) for mutant in broken)


def test_the_report_says_how_many_and_which(monkeypatch, capsys):
    few = mutants(SMALLEST)[:3]
    monkeypatch.setattr(survivors.Subject, "mutants", lambda read: iter(few))
    monkeypatch.setattr(survivors, "additions", lambda *read: ())
    monkeypatch.setattr(survivors, "subject", lambda tree, slug: subject(slug))
    monkeypatch.setattr(Tree, "architectures", lambda tree: [SMALLEST])
    assert survivors.run(TREE) == 0
    assert "Linhas de evidência: 3 de 3 mortos (100,0 %). Todos: 3 de 3 mortos (100,0 %)." in capsys.readouterr().out
    monkeypatch.setattr(verdict, "judge", lambda *read: iter(()))
    assert survivors.run(TREE) == 0
    said = capsys.readouterr().out
    assert "Todos: 0 de 3 mortos (0,0 %)." in said
    assert f"  {SMALLEST}: {few[0].kind} em {few[0].place}: SEM EXPLICAÇÃO" in said


def test_a_subject_has_no_findings(monkeypatch):
    monkeypatch.setattr(survivors.cloudformation, "read", lambda path: survivors.cloudformation.parse("Resources: {A: {Type: 'AWS::S3::Bucket'}}", "t"))
    with pytest.raises(Defect):
        survivors.subject(TREE, SMALLEST)
