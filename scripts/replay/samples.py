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


def block(name: bytes, body: bytes) -> bytes:
    """Um bloco de PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 120, height: int = 90, shade: int = 96, more: bytes = b"") -> bytes:
    """Um PNG inteiro, em tons de cinza; `more` vem depois das dimensões."""
    header = block(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = (b"\0" + bytes([shade]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + header + more + block(b"IDAT", zlib.compress(rows)) + block(b"IEND", b"")


def segment(kind: int, body: bytes) -> bytes:
    """Um segmento de JPEG; `kind` é o segundo byte da marca."""
    return bytes((0xFF, kind)) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int, height: int, *more: bytes, frame: int = 0xC0) -> bytes:
    """Um JPEG em tons de cinza que se lê do começo ao fim, sem imagem de verdade; `more` vem antes das dimensões, e `frame` é o tipo de quadro."""
    sides = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    head = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + b"".join(more) + segment(0xDB, bytes(65)) + segment(frame, sides)
    return b"\xff\xd8" + head + segment(0xC4, bytes(17)) + segment(0xDA, b"\1\1\0\0?\0") + b"\x12\xff\0\x34\xff\xd9"


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Um arquivo RIFF, que um WAV e um WebP são: cada bloco é o nome e o conteúdo."""
    body = form + b"".join(name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2) for name, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
