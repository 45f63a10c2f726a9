"""O que um arquivo de `fluxos/` importa."""

from __future__ import annotations

from scripts.replay.browsing import Site, told
from scripts.replay.flows import Spoil
from scripts.replay.functions import SENDER
from scripts.replay.lab import Lab
from scripts.replay.samples import Sample, block, jpeg, png, riff, segment

__all__ = ["SENDER", "Lab", "Sample", "Site", "Spoil", "block", "jpeg", "png", "riff", "segment", "told"]
