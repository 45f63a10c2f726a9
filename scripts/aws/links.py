"""Os links da AWS que o site cita, com a data em que cada um foi aberto pela última vez.

Em `links.txt`, um por linha: a data, ou `nunca`, e o endereço. Quem mantém a lista é
`python3 scripts medir links`, que precisa de rede; ninguém a edita à mão.
"""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("links.txt")
NEVER = "nunca"
HOSTS = ("aws.amazon.com", "amazonaws.com", "awsstatic.com", "calculator.aws")
HEAD = "# Os links da AWS que o site cita e quando cada um foi aberto; refeita por `python3 scripts medir links`.\n"


def read(file: Path = FILE) -> dict[str, str]:
    """A data de cada endereço."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    pairs = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {address: date for date, address in pairs}


def write(dates: dict[str, str], file: Path = FILE) -> None:
    """Guarda a lista, em ordem de endereço."""
    file.write_text(HEAD + "".join(f"{dates[address]} {address}\n" for address in sorted(dates)), encoding="utf-8")


def is_aws(address: str) -> bool:
    """Se o endereço é da AWS."""
    host = address.partition("://")[2].partition("/")[0].partition("#")[0]
    return address.startswith("https://") and (host in HOSTS or host.endswith(tuple(f".{name}" for name in HOSTS)))
