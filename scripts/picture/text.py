"""Medida e quebra de textos da figura, sem fontes: as larguras saem de uma tabela.

Assim as coordenadas são as mesmas em qualquer máquina. A tabela é a das larguras da
Helvetica (as da Arial e da Liberation Sans são iguais), em milésimos do corpo; uma folga
cobre as fontes um pouco mais largas.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

SIZE = 13
LINE_HEIGHT = 16
LONGEST = 300
SLACK = 1.06
_BOLD = 1.07
_WIDE = 1000
_WIDTHS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-`r",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jckvsxyz",
    556: "#$0123456789?L_abdeghnopqu",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
# O que o XML 1.0 não aceita, nem escapado. Uma expressão regular com estas faixas leva milissegundos para se compilar.
_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_BY_CHARACTER = {character: width for width, characters in _WIDTHS.items() for character in characters}


def _unescaped(text: str) -> str:
    import html  # a tabela de nomes é grande, e quase nenhum rótulo a usa

    return html.unescape(text)


def plain(written: object) -> str:
    """O texto do autor como o Graphviz o mostra, sem marcas nem caracteres de controle.

    Entre `<` e `>` está a linguagem de HTML dele, que o pacote `c4` usa. Fora dela, `\\n`, `\\l`
    e `\\r` quebram a linha, outra barra só protege o que vem depois, e `&…;` é um caractere.
    """
    return _read(str(written))


@cache
def _read(label: str) -> str:
    if label.startswith("<") and label.endswith(">") and len(label) > 1:
        label = re.sub(r"<br[^<>]*>|</tr\s*>", "\n", label[1:-1], flags=re.IGNORECASE)
        label = _unescaped(re.sub("<[^<>]*>", "", re.sub(r"</td\s*>", " ", label, flags=re.IGNORECASE)))
        label = "\n".join(filter(None, (" ".join(line.split()) for line in label.splitlines())))
    else:
        label = _ESCAPE.sub(lambda found: "\n" if found[1] in "nlr" else found[1], label)
        label = _ENTITY.sub(lambda found: _unescaped(found[0]), label).replace("\xa0", " ").removesuffix("\n")
    return writable(label)


def writable(written: object) -> str:
    """O texto sem o que um arquivo XML não pode levar."""
    return str(written).translate(_UNWRITABLE)


@cache
def width(text: str, bold: bool = False) -> float:
    """Largura do texto em px, no corpo de 13 px."""
    plain = unicodedata.normalize("NFD", text)
    units = sum(_BY_CHARACTER.get(c, _WIDE if ord(c) > 0x2E80 else 600) for c in plain if not unicodedata.combining(c))
    return units / 1000 * SIZE * SLACK * (_BOLD if bold else 1)


@cache
def _pieces(word: str) -> list[str]:
    """A palavra, em pedaços quando é comprida demais para uma linha."""
    pieces = [""]
    for character in word if width(word) > LONGEST else [word]:
        if pieces[-1] and width(pieces[-1] + character) > LONGEST:
            pieces.append("")
        pieces[-1] += character
    return pieces


@cache
def wrap(label: str, limit: float) -> tuple[str, ...]:
    """Linhas do rótulo: as quebras escritas valem, e as linhas longas quebram em espaços.

    `limit` é a largura desejada em px; uma palavra maior que ela fica inteira, a não ser que passe de `LONGEST`.
    """
    lines: list[str] = []
    for written in label.splitlines() or [""]:
        current = ""
        for word in (piece for word in written.split() for piece in _pieces(word)):
            longer = f"{current} {word}".strip()
            if current and width(longer) > limit:
                lines.append(current)
                longer = word
            current = longer
        lines.append(current)
    return tuple(lines)
