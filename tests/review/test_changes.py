"""Cada mudança feita dá as frases esperadas, palavra por palavra, e nenhuma outra."""

from __future__ import annotations

import re

import pytest

from tests.review.changes import CHANGES
from tests.review.edits import WEB, compared, sentences

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


def test_there_are_at_least_forty():
    assert len(CHANGES) >= 40
