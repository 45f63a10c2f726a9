"""Leitura de um arquivo de texto que alguém escreveu: ou o texto, ou um achado."""

from __future__ import annotations

from pathlib import Path

import yaml

from scripts.base.findings import Defect, Finding

LARGEST = 1_048_576
"""Bytes. Acima disso nenhuma página ou template nosso é de verdade; nem se tenta ler."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""O leitor de YAML em C, onde há: a cada conferência se leem dezenas de páginas e templates."""


def read(path: Path, name: str, absent: Finding) -> str:
    """O texto em UTF-8, sem BOM e com fins de linha `\\n`; `absent` é o achado se faltar."""
    try:
        if path.stat().st_size > LARGEST:
            raise Defect(Finding(name, 1, "arquivo-grande",
                                 f"O arquivo passa de {LARGEST:,} bytes; reduza-o.".replace(",", ".")))
        content = path.read_bytes()
    except FileNotFoundError:
        raise Defect(absent) from None
    except OSError as error:
        raise Defect(Finding(name, 1, "arquivo-ilegivel",
                             f"Não foi possível ler o arquivo ({error.strerror}); confira o tipo e "
                             "as permissões.")) from None
    return decode(content, name)


def decode(content: bytes, name: str) -> str:
    """Decodifica, e diz a linha do primeiro byte que não é UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Defect(Finding(name, line, "nao-utf-8",
                             "O arquivo não está em UTF-8 nesta linha; salve-o como UTF-8.")) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
