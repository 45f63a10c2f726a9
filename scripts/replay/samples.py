"""Os arquivos que um fluxo envia: o de quem lê, com `--arquivo`, ou um pequeno, feito aqui, sempre com os mesmos bytes."""

from __future__ import annotations

import mimetypes
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from scripts.base.tree import WrongUse

LARGEST = 64 * 1024 * 1024
"""O maior arquivo que se aceita, em bytes."""


@dataclass(frozen=True)
class Sample:
    """Um arquivo a enviar: o nome, os bytes e o tipo que um navegador declararia."""

    name: str
    body: bytes
    own: bool = False

    @property
    def type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


def theirs(path: Path) -> Sample:
    """O arquivo de quem lê. Erro: `WrongUse` quando ele não existe, está vazio, não se lê ou é grande demais."""
    if not path.is_file():
        raise WrongUse(f"O arquivo `{path}` não existe; confira `--arquivo`.")
    if path.stat().st_size > LARGEST:
        raise WrongUse(f"O arquivo `{path}` passa de {LARGEST // 1024**2} MiB; escolha um menor.")
    body = path.read_bytes()
    if not body:
        raise WrongUse(f"O arquivo `{path}` está vazio; escolha um com conteúdo.")
    return Sample(path.name, body, own=True)


def png(width: int = 120, height: int = 90, shade: int = 96) -> bytes:
    """Um PNG inteiro, em tons de cinza."""
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
