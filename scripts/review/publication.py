"""A comparação pedida, na forma pedida."""

from __future__ import annotations

from scripts.base.tree import Tree
from scripts.picture import icons
from scripts.review import report, revision, sheet
from scripts.review.comparison import compare

FORMS = {"texto": report.text, "markdown": report.markdown, "json": report.to_json, "html": sheet.page}


def publish(tree: Tree, base: str, revision_: str, form: str) -> str:
    """O que mudou de `base` a `revision_` (vazia: a árvore como está). Erro: `WrongUse`, como em `revision.pair`."""
    with revision.pair(tree.root, base, revision_) as pair:
        icons.use(pair.new / "regras" / "icones")
        return FORMS[form](compare(pair))
