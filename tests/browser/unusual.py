"""Figuras que ninguém desenhou, na forma que o contrato da figura pede, e um site com elas."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from scripts.base.tree import Tree
from scripts.checks.reading import Reading
from scripts.page import architecture
from scripts.website.build import publish

ROOT = Path(__file__).resolve().parents[2]
NASTY = ['<b>"Aspas" & \'mais\'</b>', "😀 Função 🚀", "</text><script>alert(1)</script>"]


@dataclass
class Sketch:
    """Uma figura: nós numa grade, setas entre eles (de, para, rótulo, passo), grupos e passos de cada parte."""

    nodes: dict[str, tuple[int, int, str]]
    edges: list[tuple[str, str, str, int]] = field(default_factory=list)
    told_by: dict[str, int] = field(default_factory=dict)
    groups: dict[str, tuple[int, int, int, int, str]] = field(default_factory=dict)

    def svg(self, slug: str) -> str:
        width = max(x for x, _, _ in self.nodes.values()) + 100
        height = max(y for _, y, _ in self.nodes.values()) + 100
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" class="arq" viewBox="0 0 {width} {height}" width="{width}" '
                 f'height="{height}" role="img" aria-labelledby="{slug}--title" aria-describedby="{slug}--desc">',
                 f'<title id="{slug}--title">Figura</title><desc id="{slug}--desc">Descrição.</desc>',
                 "<style>.arq text{font:13px Arial,sans-serif}.arq .arq-line{fill:none;stroke:#4a5568}</style><defs/>"]
        for name, (x, y, wide, high, label) in self.groups.items():
            parts.append(f'<g data-group="{name}" id="{slug}-{name}" class="arq-group"{self._step(name)}>'
                         f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="none" stroke="#000"/>'
                         f'<text x="{x + 10}" y="{y + 16}">{escape(label)}</text>{self._number(x + 300, y + 12, name)}</g>')
        for tail, head, label, step in self.edges:
            (ax, ay, _), (bx, by, _) = self.nodes[tail], self.nodes[head]
            x, y = (ax + bx) / 2, (ay + by) / 2
            parts.append(f'<g data-edge="{tail}--{head}" id="{slug}-{tail}--{head}" data-step="{step}">'
                         f'<path class="arq-line" d="M{ax},{ay}L{bx},{by}"/><path class="arq-tip" d="M{bx},{by}L{bx - 9},{by}Z"/>'
                         f'<text x="{x}" y="{y - 16}" text-anchor="middle">{escape(label)}</text>{_circle(x, y, step)}</g>')
        for name, (x, y, label) in self.nodes.items():
            parts.append(f'<g data-node="{name}" id="{slug}-{name}"{self._step(name)}><rect x="{x - 24}" y="{y - 24}" width="48" height="48"/>'
                         f'<text x="{x}" y="{y + 40}" text-anchor="middle">{escape(label)}</text>{self._number(x + 38, y - 20, name)}</g>')
        return "\n".join([*parts, "</svg>"])

    def _step(self, name: str) -> str:
        return f' data-step="{self.told_by[name]}"' if name in self.told_by else ""

    def _number(self, x: float, y: float, name: str) -> str:
        return _circle(x, y, self.told_by[name]) if name in self.told_by else ""

    @property
    def steps(self) -> int:
        return max([0, *self.told_by.values(), *(step for *_, step in self.edges)])

    def page(self, picture: str = "![Uma figura](diagrama.svg)") -> str:
        steps = "\n".join(f"{number}. Acontece a coisa {number}." for number in range(1, self.steps + 1)) or "Nada acontece."
        rows = "\n".join(f"| [Parte {name}](#{name}) | Faz. | — |" for name in (*self.groups, *self.nodes))
        return (f"# Figura\n\nUm resumo.\n\n{picture}\n\n## Fluxo de dados\n\n{steps}\n\n## Componentes\n\n"
                f"| Componente | Papel | Recurso |\n| --- | --- | --- |\n{rows}\n")


def _circle(x: float, y: float, step: int) -> str:
    return f'<g class="arq-step"><circle cx="{x}" cy="{y}" r="11"/><text x="{x}" y="{y + 4}" text-anchor="middle">{step}</text></g>'


def _grid(count: int, columns: int) -> dict[str, tuple[int, int, str]]:
    return {f"n{index}": (80 + index % columns * 230, 80 + index // columns * 150, f"Parte {index}") for index in range(count)}


def sketches() -> dict[str, Sketch]:
    """Cada figura estranha, por nome."""
    many = _grid(31, 6)
    star = {"centro": (400, 400, "Centro"), **{f"p{index}": (400 + dx, 400 + dy, f"Ponta {index}") for index, (dx, dy) in enumerate(
        [(-320, -300), (0, -320), (330, -280), (-340, 300), (20, 320), (340, 310)])}}
    return {
        "um": Sketch({"so": (80, 80, "Sozinho")}),
        "sem-passo": Sketch(_grid(4, 2)),
        "sessenta": Sketch(_grid(60, 10), [("n0", "n59", "atravessa tudo", 1)]),
        "trinta": Sketch(many, [(f"n{index}", f"n{index + 1}", "segue", index + 1) for index in range(30)]),
        "seis-setas": Sketch(star, [("centro", f"p{index}", f"manda {index}", 1) for index in range(6)]),
        "grupo": Sketch(_grid(4, 4), [("n0", "n1", "chama", 2)], {"vizinhanca": 1, "n3": 3}, {"vizinhanca": (10, 10, 900, 150, "Vizinhança")}),
        "perigo": Sketch({f"x{index}": (120 + index * 400, 100, label) for index, label in enumerate(NASTY)},
                         [("x0", "x1", NASTY[0], 1), ("x1", "x2", NASTY[2], 2)]),
    }


def build(root: Path) -> None:
    """Um site com uma página por figura e uma com duas, montado pelo mesmo caminho de `construir`."""
    pages = root / "docs" / "arquiteturas"
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("# Início\n", encoding="utf-8")
    for slug, sketch in sketches().items():
        _write(pages / slug, sketch, sketch.page())
    both = sketches()["grupo"]
    _write(pages / "duas", both, both.page("![Uma](diagrama.svg)\n\n![Outra](diagrama.svg)"))
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("  favicon: assets/favicon.svg\n", "")
    (root / "mkdocs.yml").write_text(config, encoding="utf-8")
    found = {slug: Reading(None, architecture.read(pages / slug / "index.md"), None) for slug in (*sketches(), "duas")}
    publish(Tree(root), found)


def _write(folder: Path, sketch: Sketch, page: str) -> None:
    folder.mkdir(parents=True)
    (folder / "diagrama.svg").write_text(sketch.svg(folder.name), encoding="utf-8")
    (folder / "index.md").write_text(page, encoding="utf-8")
