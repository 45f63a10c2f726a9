"""Processo que executa os scripts de diagramas, um por linha da entrada padrão.

Fica separado do comando para que um script que trava, encerra o Python ou derruba o
processo não leve os outros junto. Cada resposta é um objeto serializado na saída padrão:
`Rendered` ou a tupla de achados.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

from scripts.findings import Defect, Finding


def main() -> None:
    """Atende até a entrada acabar. O que os scripts imprimem vai para a saída de erros."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    root = Path(sys.argv[1])
    for line in sys.stdin:
        pickle.dump(_answer(root / line.rstrip("\n"), root), answers)
        answers.flush()


def _answer(script: Path, root: Path) -> object:
    from scripts.pipeline import render

    name = script.relative_to(root).as_posix()
    try:
        return render(script, root)
    except Defect as defect:
        return defect.findings
    except RecursionError:
        return (Finding(name, 1, "script-com-erro", "O diagrama é profundo demais para ser desenhado; divida-o."),)


if __name__ == "__main__":
    main()
