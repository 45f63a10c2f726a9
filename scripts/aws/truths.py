"""Um fato da AWS que uma página pode dizer ao contrário: de quem se fala, como se diz, se é verdade, e onde a AWS o diz.

Cada linha dos catálogos (`truths_of_*`) foi conferida em `READ`, em cópias guardadas da documentação da AWS, ou de quem a cita, e não
na página aberta: o endereço é onde a AWS o diz. Uma negação na mesma oração inverte o que a frase diz.
"""

from __future__ import annotations

from typing import NamedTuple

READ = "2026-11-30"
AWS = "https://docs.aws.amazon.com"
PRICES = "https://aws.amazon.com"
NEVER = r"(?!)"
CHARGED = r"\b(?:cobr(?:a|am|ar|ad[oa]s?|ando)|cust(?:a|am|ar)|pag(?:a|am|ar|o|os|a-se)|tarifad\w+)\b"
NUMBER = (r"(?:\d[\d.]*(?:,\d+)?|uma?|d(?:ois|uas|e\w+|oze)|tr[êei]\w+|qu(?:a|i)\w+|cinco|cinquenta|se(?:is|te|ssenta|tenta)|oit\w+|nov[eo]\w*|onze"
          r"|vinte|cem|mil)")
DENY = r"(?:não|nem|nunca|jamais)"
TIME = r"(?:segundos?|minutos?|horas?|dias?|semanas?|m[eê]s(?:es)?|anos?)"
TIER = r"\b(?:nível gratuito|período de teste|free tier|créditos? da AWS)\b"
FREE = r"\bgratuit\w+|\bde graça\b|\bsem (?:nenhum )?custo\b|\bsem cobrança\b"


class Truth(NamedTuple):
    """Um fato, com os modos de dizê-lo.

    `told` é a frase que o resume; `signs` e `words`, em minúsculas, o que não falta a quem fala dele: um de uns, e um dos outros, com `_` no
    lugar do espaço; `subject`, de quem se fala; `rival`, quem mais poderia fazê-lo; `unless`, as palavras com que a frase fala de outra coisa;
    `said`, cada modo de dizer, e se é verdade. As expressões só se compilam quando os sinais aparecem.
    """

    told: str
    signs: str
    words: str
    subject: str
    rival: str
    unless: str
    said: tuple[tuple[str, bool], ...]
    source: str


def other(right: str, unit: str) -> str:
    """Uma quantidade, com esta unidade, que não é a certa; `right` são os modos de dizer a certa, com a unidade, separados por `|`."""
    return rf"(?<![\w.,])(?!(?:{right})(?![\w])){NUMBER}\s+(?:{unit})(?![\w])"
