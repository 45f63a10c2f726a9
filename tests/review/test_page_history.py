"""O que mudou há pouco, no fim da página de cada arquitetura: só num clone com história."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

import pytest

from scripts.base.tree import Tree
from scripts.review.history import histories
from scripts.website import revised
from tests.review.edits import QUEUE, change, plant
from tests.review.test_comparing import commit, git


@pytest.fixture
def tree(tmp_path) -> Tree:
    """Três revisões depois da primeira: um rótulo, só o leiaute, e uma permissão."""
    tree = plant(tmp_path / "casa", QUEUE)
    git(tree.root, "init", "-q")
    commit(tree.root, "começo")
    for edit in (("script", 'label="registra"', 'label="anota"'), ("script", 'direction="LR"', 'direction="TB"'),
                 ("template", "Action: dynamodb:PutItem", "Action: [dynamodb:PutItem, dynamodb:DeleteItem]")):
        change(tree, QUEUE, edit)
        commit(tree.root, "mudança")
    return tree


def told(tree: Tree) -> list[list[str]]:
    return [[change.text for change in revision.changes] for revision in histories(tree).get(QUEUE, ())]


def test_the_last_changes_newest_first_without_the_layout(tree):
    assert told(tree) == [
        ["O papel `PapelFuncao`, de “Função registrar”, passa a poder apagar itens de “Tabela de pedidos” (`dynamodb:DeleteItem` em "
         "`table/TabelaPedidos`)."],
        ["A seta Função registrar → Tabela de pedidos mudou de rótulo: de “registra” para “anota”."],
    ]


def test_a_revision_that_does_not_read_tells_nothing(tree):
    change(tree, QUEUE, ("template", "Resources:", "Resources"))
    commit(tree.root, "quebrou")
    assert len(told(tree)) == 1


def test_without_history_nothing_is_told(tree, tmp_path):
    git(tmp_path, "clone", "-q", "--depth", "1", tree.root.as_uri(), "raso")
    assert histories(Tree(tmp_path / "raso")) == {} == histories(plant(tmp_path / "solta", QUEUE))


def test_the_page_folds_it_out_of_the_search(tree):
    root = Element("div")
    revised.show(root, histories(tree)[QUEUE])
    text = tostring(root, encoding="unicode")
    assert "<code>dynamodb:DeleteItem</code>" in text and text.count("data-search-exclude") == 2 and text.count("<ul>") == 2
    empty = Element("div")
    revised.show(empty, ())
    assert len(empty) == 0
