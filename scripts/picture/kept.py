"""Os desenhos que `servir` guarda de uma rodada para a outra, e de que cada um depende.

Um desenho vale enquanto tudo o que o script leu ou procurou (`script/noticing.py` anota) é, byte por byte, o que era. O que não
se sabe de que depende não se guarda.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from scripts.base.diagram import Rendered
from scripts.base.tree import TOOLKIT, content

Place = tuple[str, bool]
"""Um caminho, e se o que se viu nele foram os nomes que há na pasta."""
Inputs = dict[Place, object]
TOOLS = tuple(TOOLKIT / "scripts" / name for name in ("base", "picture"))
"""Quem desenha."""


class Memory:
    """O último desenho de cada script, com tudo o que entrou nele."""

    def __init__(self) -> None:
        self.drawn: dict[Path, tuple[Inputs, Rendered]] = {}
        self.tools: object = None

    def kept(self, scripts: Iterable[Path]) -> dict[Path, Rendered]:
        """Os desenhos destes scripts que ainda são os de agora; nenhum, se mudou quem desenha."""
        before = self.tools
        self.tools = [(path, path.stat().st_mtime_ns) for folder in TOOLS for path in folder.rglob("*.*") if path.suffix != ".pyc"]
        if before != self.tools:
            self.drawn.clear()
        known = {script: self.drawn[script] for script in scripts if script in self.drawn}
        return {script: rendered for script, (inputs, rendered) in known.items() if unchanged(inputs)}

    def note(self, script: Path, result: object, inputs: Inputs | None) -> None:
        """Guarda o que acaba de ser desenhado, se se sabe de que depende."""
        self.drawn.pop(script, None)
        if isinstance(result, Rendered) and inputs is not None:
            self.drawn[script] = inputs, result


def unchanged(inputs: Inputs) -> bool:
    """Se tudo o que entrou num desenho ainda é o que era."""
    return all(state(*place) == before for place, before in inputs.items())


def state(path: str, listed: bool) -> object:
    """O que há neste caminho, ou por que não se lê; `None` para o que muda a cada leitura, como um dispositivo."""
    try:
        about = os.stat(path)
        if listed:
            return sorted(os.listdir(path))
    except OSError as error:
        return error.errno
    if stat.S_ISDIR(about.st_mode):
        return "pasta"
    return (about.st_mtime_ns, content(Path(path))) if stat.S_ISREG(about.st_mode) else None
