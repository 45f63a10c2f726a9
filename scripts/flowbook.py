"""O que um arquivo de `fluxos/` importa."""

from __future__ import annotations

from scripts.replay.browsing import told
from scripts.replay.flows import Spoil
from scripts.replay.lab import Lab
from scripts.replay.samples import Sample, png

__all__ = ["Lab", "Sample", "Spoil", "png", "told"]
