"""O shell com as variáveis que se conhecem no lugar: as que o programa recebe e as que ele escreve numa linha."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

PLACE = re.compile(r"\$\{(\w+)([^{}]*)\}|\$(\w+)")
ASSIGNED = re.compile(r"\s*(?:export\s+|local\s+)?([A-Za-z_]\w*)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']*))\s*")


def expanded(text: str, arguments: Sequence[str], given: Mapping[str, str]) -> str:
    """O texto, linha a linha; o que não se conhece fica como está."""
    known = {**given, **{str(index): value for index, value in enumerate(arguments, 1)}}
    lines = []
    for line in text.replace("\\\n", " ").splitlines():
        line = PLACE.sub(lambda found: _placed(found, known), line) if not line.lstrip().startswith("#") else ""
        assigned = ASSIGNED.fullmatch(line)
        if assigned:
            known[assigned[1]] = assigned[2] or assigned[3] or assigned[4] or ""
        lines.append(line)
    return "\n".join(lines)


def _placed(found: re.Match[str], known: Mapping[str, str]) -> str:
    name, change = found[1] or found[3], found[2] or ""
    value = known.get(name)
    if change.startswith((":-", "-")):
        return value or change.lstrip(":").removeprefix("-")
    if value is None:
        return found[0]
    swap = re.fullmatch(r"(//?)([\w-]+)(?:/([\w-]*))?", change)
    if swap:
        return value.replace(swap[2], swap[3] or "", -1 if swap[1] == "//" else 1)
    cut = re.fullmatch(r"##?([\w-]+)", change)
    if cut:
        return value.removeprefix(cut[1])
    return value if not change or change.startswith(":?") else found[0]
