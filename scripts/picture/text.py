"""Medida e quebra de textos da figura, sem fontes: as larguras saem de uma tabela.

Assim as coordenadas são as mesmas em qualquer máquina. A tabela é a das larguras da
Helvetica (as da Arial e da Liberation Sans são iguais), em milésimos do corpo; uma folga
cobre as fontes um pouco mais largas.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

SIZE = 13
LINE_HEIGHT = 16
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
# O que o XML 1.0 não aceita, nem escapado.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HTML = re.compile("<([^<>]*<.*>[^<>]*)>", re.DOTALL)
_BY_CHARACTER = {character: width for width, characters in _WIDTHS.items() for character in characters}


def plain(written: object) -> str:
    """O texto do autor como se lê: sem caracteres de controle nem marcas de rótulo HTML.

    Um rótulo entre `<` e `>` é a linguagem de HTML do Graphviz, que o pacote `c4` usa.
    """
    label = str(written)
    if marked := _HTML.fullmatch(label):
        label = html.unescape(re.sub("<[^<>]*>", "", re.sub("<br[^<>]*>", "\n", marked[1])))
        label = "\n".join(filter(None, map(str.strip, label.splitlines())))
    return _UNWRITABLE.sub("", label)


@cache
def width(text: str, bold: bool = False) -> float:
    """Largura do texto em px, no corpo de 13 px."""
    plain = unicodedata.normalize("NFD", text)
    units = sum(_BY_CHARACTER.get(c, _WIDE if ord(c) > 0x2E80 else 600) for c in plain if not unicodedata.combining(c))
    return units / 1000 * SIZE * SLACK * (_BOLD if bold else 1)


@cache
def wrap(label: str, limit: float) -> tuple[str, ...]:
    """Linhas do rótulo: as quebras escritas valem, e as linhas longas quebram em espaços.

    `limit` é a largura desejada em px; uma palavra maior que ela fica inteira.
    """
    lines: list[str] = []
    for written in label.replace("\\n", "\n").splitlines() or [""]:
        current = ""
        for word in written.split():
            longer = f"{current} {word}".strip()
            if current and width(longer) > limit:
                lines.append(current)
                longer = word
            current = longer
        lines.append(current)
    return tuple(lines)
