"""Cores: do que um script escreve, como o Graphviz entende, para o que o SVG leva.

Vale o nome do X11 (também com número, `gray40`, `coral3`), `#rgb`, `#rrggbb`, `#rrggbbaa` e os
três números de matiz, saturação e valor.
"""

from __future__ import annotations

import colorsys
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
_HEX = re.compile("#(?:[0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})")
_NUMBERED = re.compile("([a-z]+?)([0-9]{1,3})")
TEXT = 30
# O mesmo nome com outro valor no CSS.
_DIFFERENT = {"gray", "grey", "green", "maroon", "purple"}
_ONLY_X11 = {"lightgoldenrod", "lightslateblue", "navyblue", "violetred", "mediumforestgreen", "webgray"}
# O fundo escuro da página, e o contraste abaixo do qual um traço some.
_DARK, _VISIBLE = 0.014, 1.8


def color(written: str) -> str:
    """A cor como o CSS a escreve; vazio quando o Graphviz não a conheceria."""
    name = written.strip()
    lower = name.lower()
    if _HEX.fullmatch(lower):
        return name
    if re.fullmatch(r"[0-9.]+[ ,]+[0-9.]+[ ,]+[0-9.]+", lower):
        return _from_hsv(lower)
    if lower in _names()["names"]:
        return _names()["names"][lower] if lower in _DIFFERENT | _ONLY_X11 else lower
    numbered = _NUMBERED.fullmatch(lower)
    return _numbered(numbered[1], numbered[2]) if numbered else ""


def paints(css: str, share: int = 55) -> list[str]:
    """Os valores a dar a um traço, do mais simples ao mais novo: a cor e, se ela some num dos fundos, a mistura com a tinta.

    `share` é quanto da cor fica na mistura, em %; um texto pede menos que um traço.
    """
    if not css:
        return []
    light = luminance(css)
    on_dark, on_light = (light + 0.05) / (_DARK + 0.05), 1.05 / (light + 0.05)
    if on_dark >= _VISIBLE and on_light * 1.3 >= _VISIBLE:
        return [css]
    return [css, f"color-mix(in srgb,{css} {share}%,var(--arq-line,#4a5568))"]


def ink_on(css: str) -> str:
    """A cor de um texto que se lê sobre o fundo dado."""
    return "#fff" if luminance(css) < 0.3 else "#1b2631"


def luminance(css: str) -> float:
    """A luminância relativa (WCAG), de 0 a 1."""
    channels = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in _rgb(css)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def _rgb(css: str) -> list[float]:
    digits = _names()["names"].get(css.lower(), css).removeprefix("#")
    if len(digits) <= 4:
        digits = "".join(2 * digit for digit in digits)
    return [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]


def _from_hsv(written: str) -> str:
    try:
        hue, saturation, value = (min(1.0, float(part)) for part in re.split("[ ,]+", written))
    except ValueError:
        return ""
    return _hex(colorsys.hsv_to_rgb(hue, saturation, value))


def _numbered(family: str, number: str) -> str:
    if family in ("gray", "grey"):
        return _hex([min(1.0, int(number) / 100)] * 3) if int(number) <= 100 else ""
    shades = _names()["families"].get(family, [])
    return shades[int(number) - 1] if 1 <= int(number) <= len(shades) else ""


def _hex(channels) -> str:
    return "#" + "".join(f"{int(channel * 255 + 0.5):02x}" for channel in channels)


@cache
def _names() -> dict:
    import tomllib  # só quem pede uma cor pelo nome espera por ele

    return tomllib.loads((HERE / "colors.toml").read_text(encoding="utf-8"))
