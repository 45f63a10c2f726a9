"""Estilo: cores dos grupos e a folha CSS que cada figura leva.

As cores são propriedades CSS com valores claros por padrão; a página que embute a figura as
troca no modo escuro.
"""

from __future__ import annotations

from scripts.base.diagram import Diagram, Group
from scripts.picture import text

# Cores dos grupos nas diretrizes de ícones da AWS; a segunda é a do título, mais escura para
# que o contraste com o fundo chegue a 4,5:1.
GROUP_COLORS = {
    "nuvem": ("#242f3e", "#242f3e"),
    "conta": ("#e7157b", "#b00d5c"),
    "regiao": ("#00a4a6", "#00696b"),
    "vpc": ("#8c4fff", "#6a2bdc"),
    "zona": ("#00a4a6", "#00696b"),
    "sub-rede-publica": ("#7aa116", "#4d660c"),
    "sub-rede-privada": ("#00a4a6", "#00696b"),
    "auto-scaling": ("#ed7100", "#9c4a00"),
    "grupo-de-seguranca": ("#dd344c", "#b3213a"),
    "instancia": ("#ed7100", "#9c4a00"),
    "local": ("#7d8998", "#4b5563"),
    "computador": ("#7d8998", "#4b5563"),
}
_GENERIC = ("#7d8998", "#4b5563")
_DASHED = {"regiao", "zona", "auto-scaling", ""}
_FILLED = {"sub-rede-publica", "sub-rede-privada"}

_STYLE = f"""
.arq text{{font:{text.SIZE}px Arial,"Liberation Sans",Helvetica,"Noto Sans",sans-serif;fill:#1b2631;fill:var(--arq-ink,#1b2631)}}
.arq .arq-back{{fill:#fff;fill:var(--arq-back,#fff)}}
.arq .arq-halo{{paint-order:stroke;stroke:#fff;stroke:var(--arq-back,#fff);stroke-width:4px;stroke-linejoin:round}}
.arq .arq-title{{font-weight:bold}}
.arq .arq-line{{fill:none;stroke:#4a5568;stroke:var(--arq-line,#4a5568);stroke-width:1.6}}
.arq .arq-tip{{fill:#4a5568;fill:var(--arq-line,#4a5568)}}
.arq .arq-step :is(circle,rect){{fill:#0b5394;fill:var(--arq-step,#0b5394);stroke:#fff;stroke:var(--arq-back,#fff);stroke-width:2}}
.arq .arq-step text{{font-weight:bold;fill:#fff;fill:var(--arq-step-ink,#fff);text-anchor:middle}}
"""


def kind(group: Group) -> str:
    """O tipo do grupo que tem estilo; `generic` para os demais."""
    return group.kind if group.kind in GROUP_COLORS else "generic"


def sheet(diagram: Diagram) -> str:
    """A folha de estilos da figura: o que todas têm e os tipos de grupo desta."""
    rules = []
    for name in sorted({kind(group) for group in diagram.groups}):
        border, title = GROUP_COLORS.get(name, _GENERIC)
        dashes = "stroke-dasharray:6 4;" if name in _DASHED or name == "generic" else ""
        fill = f"fill:{border};fill-opacity:.08" if name in _FILLED else "fill:none"
        stroke = f"stroke:{border};stroke:var(--arq-{name}-line,{border})"
        rules.append(f".arq .arq-{name}>rect{{{fill};{stroke};stroke-width:1.5;{dashes}}}")
        rules.append(f".arq .arq-{name} .arq-title{{fill:{title};fill:var(--arq-{name},{title})}}")
    return _STYLE + "\n".join(rules) + "\n"
