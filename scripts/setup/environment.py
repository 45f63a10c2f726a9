"""O ambiente `.venv`: onde fica, o que está instalado nele e por que refazê-lo.

Só usa a biblioteca padrão e pouco dela, porque todo comando passa por aqui. Cada trava de
`requirements/` instalada deixa em `.venv` um selo, cópia do que se instalou. Selo igual à trava
quer dizer pronto; selo vazio, instalação parada pelo meio, da qual nada se aproveita.
"""

from __future__ import annotations

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
VENV = os.path.join(ROOT, ".venv")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if WINDOWS else ("bin", "python")))


class Unavailable(Exception):
    """O ambiente não pode ser preparado: a mensagem diz o que houve e o que fazer."""


def lock_path(name: str) -> str:
    return os.path.join(ROOT, "requirements", f"{name}.txt")


def stamp_path(name: str) -> str:
    return os.path.join(VENV, f"{name}.stamp")


def expected_stamp(name: str) -> bytes:
    """O selo de uma trava instalada por este Python, nesta pasta.

    Comparar os bytes custa menos que importar um módulo de hash.
    """
    with open(lock_path(name), "rb") as lock:
        version = " ".join(sys.version.split())
        return b"\n".join((version.encode(), os.fsencode(ROOT), lock.read()))


def stamp(name: str) -> bytes | None:
    """O selo que está no disco; `None` quando não há."""
    try:
        with open(stamp_path(name), "rb") as stored:
            return stored.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_stamp(name: str, content: bytes) -> None:
    # De uma vez só: quem lê vê o selo velho ou o novo, nunca um pedaço.
    draft = f"{stamp_path(name)}.new"
    with open(draft, "wb") as stored:
        stored.write(content)
    os.replace(draft, stamp_path(name))


def ready(names: tuple[str, ...]) -> bool:
    """Se há um Python em `.venv` com todas as travas pedidas, instaladas até o fim."""
    return all(stamp(name) == expected_stamp(name) for name in names) and os.path.exists(PYTHON)


def reason_to_rebuild(names: tuple[str, ...]) -> str:
    """Por que `.venv` tem de ser refeito do zero; vazio quando o que há serve de base."""
    found = stamp("site")
    if found is None and not os.path.exists(os.path.join(VENV, "pyvenv.cfg")):
        return "primeira vez"
    parts = (found or b"").split(b"\n", 2)
    if len(parts) < 3 or any(stamp(name) == b"" for name in names):
        return "a preparação anterior não terminou"
    reasons = ("o Python mudou", "a pasta mudou de lugar", "requirements/site.txt mudou")
    for reason, old, new in zip(reasons, parts, expected_stamp("site").split(b"\n", 2)):
        if old != new:
            return reason
    return "" if os.path.exists(PYTHON) else "o Python de `.venv` sumiu"
