"""O `python` de um contêiner: entra nas mesmas cercas das funções e roda o que se pediu a ele."""

from __future__ import annotations

import os
import runpy
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from scripts.replay.fences import Job, enter, modules_of


def main() -> None:
    """Os argumentos: o número do cano, a pasta da execução e os que o Python receberia."""
    number, folder, *asked = sys.argv[1:]
    listed = Path(folder) / "bibliotecas.txt"
    modules = modules_of(listed.read_text(encoding="utf-8") if listed.is_file() else "")
    enter(Connection(int(number)), Job(folder, dict(os.environ), modules))
    if asked[:1] == ["-c"] and len(asked) > 1:
        sys.argv = ["-c", *asked[2:]]
        exec(compile(asked[1], "<string>", "exec"), {"__name__": "__main__"})
    elif asked[:1] == ["-m"] and len(asked) > 1:
        sys.argv = asked[1:]
        runpy.run_module(asked[1], run_name="__main__", alter_sys=True)
    elif asked and not asked[0].startswith("-"):
        sys.argv = asked
        runpy.run_path(asked[0], run_name="__main__")
    else:
        sys.exit(f"a rodada não sabe rodar o Python com {asked}")
