"""`medir links`: abre todos os links da AWS que o site cita e guarda a data dos que respondem.

Precisa de rede, e por isso não é um teste. A lista fica com os links de hoje mesmo sem rede: os
novos entram com `nunca`, e os que ninguém mais cita saem.
"""

from __future__ import annotations

import datetime
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.aws import links
from scripts.aws.prices import calculator, prices
from scripts.aws.quotas import free_plan, quotas
from scripts.base.tree import Tree
from scripts.page import document
from scripts.proofs import manual

TIMEOUT = 20
AT_ONCE = 8
HEADERS = {"User-Agent": "Mozilla/5.0 (arquiteturas-aws-vivas; medir links)"}
CONSULTED = re.compile(r"\]\((https://[^)\s]+)\)[^\n\]]{0,200}?consultad[oa]s? em (\d{4}-\d\d-\d\d)")
DATA = "https://pricing."
"""As listas de preços têm centenas de megabytes: delas só se pede o cabeçalho."""


@dataclass(frozen=True)
class Visit:
    """O que houve com um endereço: `problem` vazio quando abriu; `reached`, se alguém respondeu."""

    address: str
    problem: str = ""
    reached: bool = True


def run(tree: Tree) -> int:
    """Atualiza a lista e diz o que não abriu; devolve 0 quando tudo abriu, 1 se algo não, 2 sem rede."""
    cited = sources(tree.root)
    print(f"Abrindo {len(cited)} links da AWS…", file=sys.stderr)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        visits = list(pool.map(visit, sorted(cited)))
    links.write(dated(visits, links.read(), told(tree.root), datetime.date.today()))
    if not any(found.reached for found in visits):
        print("Ninguém respondeu: confira a rede. A lista ficou com os links de hoje e as datas de antes.", file=sys.stderr)
        return 2
    broken = [found for found in visits if found.problem]
    for found in broken:
        print(f"{cited[found.address]}: {found.address} {found.problem}")
    print(f"{len(visits) - len(broken)} abriram, {len(broken)} não.", file=sys.stderr)
    return 1 if broken else 0


def dated(visits: Iterable[Visit], known: dict[str, str], consulted: dict[str, str], today: datetime.date) -> dict[str, str]:
    """A data de cada endereço visitado: hoje se abriu; senão a de antes, a que a página diz, ou `nunca`."""
    before = {found.address: known.get(found.address, links.NEVER) for found in visits}
    before |= {address: consulted[address] for address, date in before.items() if date == links.NEVER and address in consulted}
    return before | {found.address: today.isoformat() for found in visits if not found.problem}


def told(root: Path) -> dict[str, str]:
    """Os endereços que uma página diz ter consultado, com a data mais nova que ela dá."""
    found: dict[str, str] = {}
    for path in (root / "docs").rglob("*.md"):
        for address, date in CONSULTED.findall(path.read_text(encoding="utf-8")):
            found[address] = max(date, found.get(address, ""))
    return found


def sources(root: Path) -> dict[str, str]:
    """Cada endereço da AWS que se cita, e onde: páginas, regras, preços e cotas."""
    found: dict[str, str] = {}
    for where, address in _cited(root):
        if links.is_aws(address):
            found.setdefault(address, where)
    return found


def _cited(root: Path) -> Iterator[tuple[str, str]]:
    pages = [*(root / "docs").rglob("*.md"), *(path for path in (root / "README.md", root / "CONTRIBUINDO.md") if path.is_file())]
    for path in sorted(pages):
        name = path.relative_to(root).as_posix()
        yield from ((f"{name}:{link.line}", link.target) for link in document.read(path, name).links)
    yield from ((f"a página Provas, {entry.title}", entry.source) for entry in (*manual.rules(), *manual.claims()))
    yield from ((f"scripts/aws/prices.toml:{price.line}", price.source.replace("REGIAO", region))
                for price in prices().values() for region in price.by_region)
    yield "scripts/aws/prices.toml", calculator()
    yield from (("scripts/aws/quotas.toml", entry.source) for entry in (*quotas().values(), free_plan()))


def visit(address: str) -> Visit:
    """Abre um endereço: ele responde, e a âncora existe na página."""
    page, _, anchor = address.partition("#")
    request = urllib.request.Request(page, headers=HEADERS, method="HEAD" if page.startswith(DATA) else "GET")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            body = answer.read().decode("utf-8", "replace") if anchor else ""
            moved = answer.geturl().rstrip("/") != page.rstrip("/")
    except urllib.error.HTTPError as error:
        return Visit(address, f"respondeu {error.code}; procure a página nova")
    except (OSError, ValueError) as error:
        return Visit(address, f"não respondeu ({error})", reached=False)
    if anchor and not re.search(rf"""(?:id|name)=["']?{re.escape(anchor)}["'\\s>]""", body):
        return Visit(address, f"abriu sem `#{anchor}`; procure a seção nova")
    return Visit(address, f"agora é {answer.geturl()}; troque o link" if moved else "")
