"""O leitor de linhas que não tenta o que o texto não tem lê o mesmo que o de sempre."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest

from scripts.page import shown
from scripts.page.inline import hasten

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))
ODD = (
    "a `b` c `` d`e `` \\`f` `g", "\\\\`a` \\*b\\* *c* **d** _e_ __f__ ***g*** _h*i_j*", "[a](b) ![c](d) [e][f] ![g][h] [i] ![j]\n\n[f]: g\n[h]: i\n[i]: j\n[j]: k",
    "<https://a.b> <c@d.e> <b>f</b> <!-- g --> &amp; &#65; &nada; h & i < j", "a  \nb\\\nc   \n  d", "[a `b` *c*](d \"e `f`\") **[g](h)** `[i](j)`",
    "| a `b` | [c](d) |\n| --- | --- |\n| *e* | f\\|g |", "* a\n\n    b [c](d)\n* e <i>f</i>\n\n> g `h`\n\n# i `j` [k](l) { #m }", "\x02klzzwxh:0001\x03 `a` \x02amp\x03",
    "", "[", "![", "`", "\\", "<", "&", "*", "  \n", "[a](<b c>) [d](e 'f') [](g) [h]()",
)


def reader():
    return markdown.Markdown(extensions=list(shown.settings(ROOT)), extension_configs=shown.settings(ROOT))


@pytest.mark.parametrize("text", [*ODD, *(page.read_text(encoding="utf-8") for page in PAGES)], ids=[*map(repr, ODD), *(page.stem for page in PAGES)])
def test_a_text_reads_the_same(text):
    quick = reader()
    hasten(quick)
    assert quick.convert(text) == reader().convert(text)


def test_a_pattern_of_an_extension_is_always_tried():
    quick = reader()
    hasten(quick)
    quick.inlinePatterns.register(markdown.inlinepatterns.SimpleTagInlineProcessor(r"()z(\w+)z", "em"), "z", 65)
    assert quick.convert("a zbz") == "<p>a <em>b</em></p>"
