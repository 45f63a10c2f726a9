"""Sobras: os atributos do Graphviz que mudariam a figura do `dot` e a nossa não segue.

O que some é dito uma vez por figura, do que mais se nota ao que menos; o que não teria efeito
visível, e o valor que o pacote `diagrams` já dá, não contam.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CODE = "atributo-sem-efeito"
# O que some, do que mais se nota ao que menos, e por quê.
_FAMILIES = (
    ("fundo, traço e setas são os da figura", (
        "bgcolor", "shape", "color", "pencolor", "style", "penwidth", "peripheries", "fillcolor", "gradientangle", "arrowsize",
        "colorscheme", "decorate")),
    ("há uma só letra", (
        "fontname", "fontsize", "fontcolor", "labelfontcolor", "labelfontname", "labelfontsize")),
    ("lugar e tamanho de tudo, a figura decide", (
        "layout", "concentrate", "rotate", "landscape", "orientation", "splines", "rank", "ordering", "clusterrank", "group", "pos", "pin",
        "headport", "tailport", "samehead", "sametail", "headclip", "tailclip", "len", "labelloc", "labeljust", "labelangle",
        "labeldistance", "labelfloat", "imagescale", "imagepos", "width", "height", "sides", "skew", "distortion", "regular",
        "size", "ratio", "viewport", "margin", "pad", "nodesep", "ranksep")),
)
_RANKS = {name: rank for rank, name in enumerate(name for _, names in _FAMILIES for name in names)}
# Os valores que a figura já segue, ou que `diagrams` escreve sozinho, por dono do atributo.
_PLAIN_LETTERS = {"sans-serif", "sans", "arial", "helvetica"}
_KEPT: dict[str, dict[str, set[str]]] = {
    "diagrama": {"bgcolor": {"transparent", "white", "#ffffff", "none"}, "splines": {"ortho", "curved", "spline", "true"},
                 "fontsize": {"15"}, "pad": {"2.0"}, "nodesep": {"0.60"}, "ranksep": {"0.75"}, "fontcolor": {"#2d3436"}},
    "grupo": {"style": {"rounded", "dashed", "filled"}, "labeljust": {"l"}, "pencolor": {"#aeb6be"}, "fontsize": {"12"},
              "margin": {"16"}},
    "nó": {"style": {"rounded", "filled", "invis", "solid"}, "fontsize": {"13"}, "imagescale": {"true"}, "labelloc": {"b"},
           "shape": {"none", "plaintext", "plain"}},
    "forma": {"style": {"rounded", "filled", "invis", "solid"}, "fontsize": {"13"}, "imagescale": {"true"}},
    "seta": {"style": {"solid", "dashed", "dotted", "bold", "invis"}, "fontsize": {"13"}},
}
# O que a figura desenha, ou que nada mudaria nela.
_DRAWN = {
    "diagrama": {"style", "color", "shape"},
    "grupo": {"bgcolor", "fillcolor", "shape"},
    "nó": {"fontcolor", "color", "penwidth", "peripheries", "height"},
    "forma": {"fontcolor", "shape", "color", "fillcolor", "width", "height", "labelloc", "margin"},
    "seta": {"color", "fontcolor", "penwidth"},
}
_WATCHED = {owner: _RANKS.keys() - drawn for owner, drawn in _DRAWN.items()}
# O que uns têm e outros não se diz com o dono.
_SOMETIMES = {"style"}.union(*_DRAWN.values())
_OWNERS = {"diagrama": "do diagrama", "grupo": "de grupo", "nó": "de componente", "forma": "de componente", "seta": "de seta"}


class Leftovers:
    """Junta os atributos que ficam de fora da figura, com o dono e a linha em que cada um aparece primeiro."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, int]] = {}

    def read(self, owner: str, attributes: Mapping[str, Any], line: int) -> None:
        """Anota os atributos de um `owner` (diagrama, grupo, nó, forma, seta) que a figura não segue."""
        for name in attributes.keys() & _WATCHED[owner]:
            asked = set(str(attributes[name]).replace(" ", "").lower().split(","))
            kept = _PLAIN_LETTERS if name.endswith("fontname") else _KEPT[owner].get(name, set())
            if not asked <= {"", *kept} and (name == "splines" or asked != {"false"}):
                self.found.setdefault(name, (owner, line))

    def message(self) -> str:
        """O aviso, vazio quando nada ficou de fora."""
        parts = []
        for why, names in _FAMILIES:
            asked = [self._called(name) for name in names if name in self.found]
            if asked:
                parts.append(f"{_listed(asked)} ({why})")
        return f"A figura não segue {'; '.join(parts)}." if parts else ""

    @property
    def line(self) -> int:
        """A linha do que mais se nota."""
        return self.found[min(self.found, key=_RANKS.__getitem__)][1]

    def _called(self, name: str) -> str:
        return f"`{name}` {_OWNERS[self.found[name][0]]}" if name in _SOMETIMES else f"`{name}`"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} e {last}" if first else last
