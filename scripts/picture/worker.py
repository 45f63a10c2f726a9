"""Processo que executa os scripts de diagramas, um por linha da entrada padrão.

Fica separado do comando para que um script que trava, encerra o Python ou derruba o
processo não leve os outros junto. Cada resposta é um objeto serializado na saída padrão:
`Rendered` ou a tupla de achados, e o que entrou no desenho, se se pede.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.base.findings import Defect, Finding

if TYPE_CHECKING:
    from scripts.picture.script.noticing import Notebook


def serve(root: Path, asked: int, told: int, draw: bool, noted: bool) -> None:
    """Atende os pedidos que chegam em `asked` até acabarem, com respostas em `told`; sem `draw`, só lê os scripts.

    Com `noted`, cada resposta traz também o que entrou no desenho; sem, ou se não se sabe, `None`.

    Os scripts não têm entrada padrão, e o que imprimem vai para a saída de erros; o Ctrl-C é de quem
    comanda, que encerra este processo.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = os.fdopen(os.dup(asked), "rb"), os.fdopen(os.dup(told), "wb")
    sys.stdin = open(os.devnull, encoding="utf-8")
    os.dup2(sys.stdin.fileno(), 0)
    os.dup2(2, 1)
    notebook = _notebook() if noted else None
    for line in requests:
        result = _answer(root / os.fsdecode(line.rstrip(b"\n")), root, draw, notebook)
        pickle.dump((result, notebook and notebook.inputs()), answers)
        answers.flush()


def _notebook() -> Notebook:
    from scripts.picture.script.noticing import Notebook

    return Notebook()


def _answer(script: Path, root: Path, draw: bool, notebook: Notebook | None) -> object:
    from scripts.picture.render import read, render

    name = script.relative_to(root).as_posix()
    try:
        return render(script, root, notebook and notebook.noting(script)) if draw else read(script, root)
    except Defect as defect:
        return defect.findings
    except RecursionError:
        return (Finding(name, 1, "script-com-erro", "O diagrama é profundo demais para ser desenhado; divida-o."),)
    except BaseException as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        return (Finding(name, 1, "script-com-erro", f"O desenho deste script parou com `{cause}`; corrija o script."),)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), 0, 1, draw="ler" not in sys.argv[2:], noted="anotar" in sys.argv[2:])
