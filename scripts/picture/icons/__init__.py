"""Ícones: do PNG que `diagrams` associa a um nó para o símbolo SVG que a figura usa.

Os oficiais da AWS vêm de `svg/` (veja `catalog.toml`); os de outros provedores, do PNG do
próprio `diagrams`, embutido como está.
"""

from __future__ import annotations

import hashlib
import re
import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
_SVG = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(?:<title>.*?</title>)?(.*)</svg>\s*$', re.DOTALL)
_SVG_FILE = re.compile(rb"<svg[\s>].*</svg>\s*$", re.DOTALL)
LARGEST = 1024
# O começo de cada imagem que o navegador mostra, o tipo e o que um arquivo inteiro tem de ter.
_MEDIA_TYPES = ((b"\x89PNG", "image/png", b"IEND"), (b"\xff\xd8\xff", "image/jpeg", b"\xff\xd9"), (b"GIF8", "image/gif", b"\x3b"),
                (b"RIFF", "image/webp", b"WEBP"))


class Symbol(NamedTuple):
    """Conteúdo de um `<symbol>`; `name` serve de id e `content` já é SVG seguro."""

    name: str
    view_box: str
    content: str


_own: list[Path] = []


def use(folder: Path) -> None:
    """Passa a procurar primeiro nesta pasta: `aws/mobile/api-gateway.svg` vale pelo PNG de `diagrams` com esse caminho."""
    _own[:] = [folder] if folder.is_dir() else []


def node_symbol(image: str) -> Symbol | None:
    """Símbolo do ícone no caminho `image`; `None` quando não há imagem que se possa usar."""
    if not image:
        return None
    key = _key(image)
    if drawn := _drawn(key):
        return _embedded(drawn)
    official = _catalog()["icons"].get(key)
    return _official(official) if official else _embedded(Path(image))


@cache
def _key(image: str) -> str:
    """O caminho do PNG dentro de `resources/`, como o catálogo o escreve; vazio para uma imagem de outro lugar."""
    parts = Path(image).parts
    return "/".join(parts[-3:]) if "resources" in parts else ""


def _drawn(key: str) -> Path | None:
    """O SVG que a árvore dá para este ícone."""
    files = ((folder / key).with_suffix(".svg") for folder in _own if key)
    return next(filter(Path.is_file, files), None)


def lacking(image: str) -> str:
    """O caminho em `resources/` do PNG que fez as vezes de um ícone da AWS que o catálogo não tem; vazio quando há um."""
    key = _key(image)
    return key if key.startswith("aws/") and key not in _catalog()["icons"] and not _drawn(key) else ""


def likely(key: str) -> str:
    """O ícone oficial de nome mais parecido com o do PNG de `diagrams`; vazio quando nenhum se parece."""
    import difflib  # só aqui e em `_embedded`: quem só usa os ícones oficiais não espera por eles

    names = (HERE / "names.txt").read_text(encoding="utf-8").split("\n")[1:-1]
    known = {_plain(name): name for name in reversed(names)}  # de dois iguais vale o do serviço
    close = difflib.get_close_matches(_plain(Path(key).stem.removesuffix("-rounded")), known, 1, 0.75)
    return known[close[0]] if close else ""


def _plain(name: str) -> str:
    """Sem a pasta, a marca nem a pontuação: `architecture-service/AmazonBraket` → `braket`."""
    return re.sub("^(amazon|aws)", "", re.sub("[^a-z0-9]", "", name.rpartition("/")[2].lower()))


def problem(path: Path) -> str:
    """O que dizer do arquivo de um ícone que não serve, ou serve mal; vazio quando está bem."""
    if node_symbol(str(path)) is None:
        return "não é uma imagem que o navegador mostre e ficou de fora; use PNG, JPEG, GIF, WebP ou SVG."
    widest = max(_png_size(path))
    if widest > LARGEST:
        return f"tem {widest} px e pesa na figura, que o mostra com 48; reduza-o a no máximo {LARGEST} px."
    return ""


@cache
def _png_size(path: Path) -> tuple[int, int]:
    """Largura e altura de um PNG, do cabeçalho; zeros para outros arquivos."""
    with path.open("rb") as file:
        head = file.read(24)
    return struct.unpack(">II", head[16:24]) if head.startswith(b"\x89PNG") and len(head) == 24 else (0, 0)


def group_symbol(kind: str) -> Symbol | None:
    """Símbolo do canto de um grupo da AWS; `None` quando o tipo não tem ícone."""
    official = _catalog()["groups"].get(kind)
    return _official(official) if official else None


@cache
def _catalog() -> dict[str, dict[str, str]]:
    """As tabelas de `catalog.toml`, uma linha por ícone: ler só isso leva um décimo do tempo de carregar e rodar `tomllib`."""
    tables: dict[str, dict[str, str]] = {}
    for line in (HERE / "catalog.toml").read_text(encoding="utf-8").split("\n"):
        if line.startswith("["):
            table = tables.setdefault(line.strip("[]"), {})
        elif tables and (parts := line.split(" = ")) and len(parts) == 2:
            table[parts[0].strip('"')] = parts[1].strip('"')
    return tables


@cache
def _official(name: str) -> Symbol:
    match = _SVG.search((HERE / "svg" / f"{name}.svg").read_text(encoding="utf-8"))
    assert match, f"ícone com forma inesperada: {name}"
    content = match[2]
    if name.startswith("resource/"):
        # Os ícones gerais são pretos; assim acompanham a cor do texto no modo escuro.
        content = content.replace('fill="#242f3e"', 'fill="#242f3e" style="fill:var(--arq-ink,#242f3e)"')
    return Symbol(name.split("/")[-1].lower(), match[1], content)


@cache
def _embedded(path: Path) -> Symbol | None:
    import base64

    data = path.read_bytes()
    media_type = next((kind for magic, kind, needed in _MEDIA_TYPES if data.startswith(magic) and needed in data), None)
    if path.suffix.lower() == ".svg" and _SVG_FILE.search(data):
        media_type = "image/svg+xml"  # como imagem, o navegador não roda nem busca nada que o arquivo peça
    if not media_type:
        return None
    encoded = base64.b64encode(data).decode()
    # O id sai do conteúdo: não muda com a pasta, e dois ícones de mesmo nome não se confundem.
    name = f"png-{hashlib.sha256(data).hexdigest()[:12]}"
    # O fundo claro só se vê no modo escuro, em que um desenho preto sumiria.
    plate = '<rect width="48" height="48" rx="6" fill="#fff" fill-opacity=".85"/>'
    image = f'{plate}<image width="48" height="48" preserveAspectRatio="xMidYMid meet" href="data:{media_type};base64,{encoded}"/>'
    return Symbol(name, "0 0 48 48", image)
