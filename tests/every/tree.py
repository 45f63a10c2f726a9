"""A árvore que estes testes julgam: esta, ou a que `testar --raiz` diz."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.base.tree import TREE_VARIABLE, Tree

TREE = Tree(Path(os.environ.get(TREE_VARIABLE) or Path(__file__).resolve().parents[2]))
SLUGS = TREE.architectures()
