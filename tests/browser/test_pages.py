"""As páginas num navegador: leves, impressas, e sem nada que peça o que não está aqui."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_reading import LARGEST, button, shown

THEME = Path(__file__).resolve().parents[2] / "scripts" / "website" / "theme"
KB = 1024


def test_search_and_theme_show_where_the_focus_is_and_have_names(visit, address):
    page = visit(address)
    assert page.locator("[data-md-component=search]").get_attribute("aria-label")
    for selector, shows in (("[data-md-component=palette] input >> nth=0", "[data-md-component=palette] label:not([hidden])"),
                            (".md-search__input", ".md-search__form")):
        page.locator(selector).focus()
        assert page.locator(shows).first.evaluate("shown => getComputedStyle(shown).outlineStyle") == "solid"


class _Ours(HTMLParser):
    """Estilos e tratadores escritos no HTML do artigo, que uma política de segurança estrita recusaria."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.inside |= tag == "article"
        if self.inside:
            self.found += [f"{tag} {name}={value}" for name, value in attrs if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag):
        self.inside &= tag != "article"


def test_our_part_has_no_inline_style_nor_handler(site):
    for file in site.rglob("*.html"):
        assert _Ours(file.read_text(encoding="utf-8")).found == [], file


def test_our_script_and_style_are_small():
    size = {kind: sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in THEME.rglob(f"*.{kind}")) for kind in ("js", "css")}
    assert size["js"] <= 8 * KB and size["css"] <= 6 * KB, size


@pytest.mark.parametrize("path", ["", f"arquiteturas/{LARGEST}/", "arquiteturas/ecommerce/"])
def test_a_first_visit_is_light_and_does_not_load_the_search(visit, address, path):
    answers: list[Any] = []
    page = visit("about:blank", fresh=True)
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{address}{path}", wait_until="networkidle")
    sizes = {answer.url: len(gzip.compress(answer.body(), mtime=0)) for answer in answers}
    assert not [url for url in sizes if "search_index" in url]
    assert sizes[f"{address}{path}"] <= 60 * KB
    assert sum(sizes.values()) <= 160 * KB, sizes


def test_the_search_loads_when_someone_searches(visit, address):
    page = visit(address)
    with page.expect_response(re.compile(r"search_index\.json")):
        page.get_by_placeholder("Buscar").click()
    page.keyboard.type("espectrometria")
    result = page.locator(".md-search-result__link").first
    result.wait_for()
    assert "espectrometria" in result.get_attribute("href")


# Espera a página parar, e diz onde ficou o alvo.
LANDED = """async id => {
    for (let top, same = 0; same < 3; ) {
        await new Promise(resolve => setTimeout(resolve, 60));
        const now = Math.round(document.getElementById(id).getBoundingClientRect().top);
        same = now === top && document.readyState === 'complete' ? same + 1 : 0;
        top = now;
    }
    const box = document.getElementById(id).getBoundingClientRect();
    return box.top >= 40 && box.top < innerHeight / 2;
}"""


def test_on_a_phone_what_is_far_is_not_laid_out(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/", 390)
    for far in (".arq-part li", "article > ul li", "article > .highlight code"):
        assert page.locator(far).last.evaluate("far => far.checkVisibility({contentVisibilityAuto: true})") is False


@pytest.mark.parametrize("target", ["template-84", "template-424", "template-700", "passo-9", "nat", "limpeza"])
def test_on_a_phone_a_link_to_what_is_far_lands_there(visit, address, target):
    page = visit(f"{address}arquiteturas/{LARGEST}/#{target}", 390)
    assert page.evaluate(LANDED, target)


def test_a_template_line_leads_to_the_row_of_its_resource(visit, address):
    page = visit(f"{address}arquiteturas/pdv-alta-disponibilidade/")
    page.locator(".arq-template a", has_text=re.compile("^Banco$")).click()
    assert page.locator("tr:target").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_short_and_shows_what_is_folded(visit, address, scheme):
    page = visit(f"{address}arquiteturas/{LARGEST}/", scheme=scheme)
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(sheets) <= 25
    page.emulate_media(media="print")
    paper = page.evaluate("""() => {
        const seen = selector => [...document.querySelectorAll(selector)].filter(found => found.checkVisibility()).length;
        const color = getComputedStyle(document.body).backgroundColor;
        const picture = document.querySelector('.arq-figure');
        return {color, cited: seen('.arq-part li.arq-cited'), others: seen('.arq-part li:not(.arq-cited)'),
                tools: seen('.arq-tools, .md-header'), high: picture.getBoundingClientRect().height / 96 * 25.4,
                ink: getComputedStyle(document.querySelector('.md-typeset p')).color};
    }""")
    assert paper["color"] == "rgb(255, 255, 255)" and paper["ink"] in ("rgba(0, 0, 0, 0.87)", "rgb(0, 0, 0)")
    assert paper["cited"] > 20 and paper["others"] == 0 and paper["tools"] == 0
    assert paper["high"] <= 190  # a folha deitada, sem as margens


def test_beside_the_steps_the_picture_stays_in_view(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/", 1440, 900)
    for step in range(6, 11):
        page.locator(f"#passo-{step}").evaluate("item => item.scrollIntoView({block: 'end'})")
        box = page.locator("svg.arq").bounding_box()
        assert box["y"] >= 40 and box["y"] + box["height"] <= 900, step
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["", "provas/", f"arquiteturas/{LARGEST}/", "arquiteturas/musicas/"])
def test_nothing_scrolls_sideways(visit, address, path):
    page = visit(f"{address}{path}")
    for width in (1920, 1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_the_whole_screen_shows_the_picture_and_leaves(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    button(page, "Ver em tela cheia").click()
    page.wait_for_function("document.fullscreenElement?.matches('figure.arq-figure')")
    button(page, "Sair da tela cheia").click()
    button(page, "Ver em tela cheia").click()
    button(page, "Sair da tela cheia").wait_for()
    button(page, "Seguir o fluxo").click()
    assert shown(page) == "1"


def test_each_page_has_its_own_description_and_its_canonical_address(site):
    descriptions, places = [], []
    for file in site.rglob("index.html"):
        html = file.read_text(encoding="utf-8")
        descriptions += re.findall(r'<meta name="description" content="([^"]{20,})"', html)
        places += re.findall(r'<link rel="canonical" href="(https://[^"]+)"', html)
        assert '<html lang="pt-BR"' in html
    pages = len(list(site.rglob("index.html")))
    assert len(set(descriptions)) == len(set(places)) == pages
    assert set(re.findall("<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))) == set(places)


def test_filters_choose_the_cards_without_any_script(visit, address):
    page = visit(address, java_script_enabled=False)
    cards = page.locator(".arq-cards > li")
    whole = cards.count()
    page.get_by_label("não cobra por hora", exact=True).check()
    seen = [card.inner_text() for card in cards.all() if card.is_visible()]
    assert 0 < len(seen) < whole and all("não cobra por hora" in text for text in seen)
    page.get_by_label("EC2", exact=True).check()
    assert not [card for card in cards.all() if card.is_visible()]
    nothing = page.get_by_text("Nenhuma arquitetura é assim").filter(visible=True)
    assert nothing.count() == 1
    for every in (*page.get_by_label("todas", exact=True).all(), *page.get_by_label("todos", exact=True).all()):
        every.check()
    assert nothing.count() == 0
    assert sum(card.is_visible() for card in cards.all()) == whole


@pytest.mark.parametrize("width", [390, 1280])
def test_the_index_of_a_long_page_is_always_one_touch_away(visit, address, width):
    page = visit(f"{address}arquiteturas/{LARGEST}/", width)
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    assert page.locator(".md-header .arq-index").count() == 1  # no cabeçalho, nada do texto fica embaixo dele
    page.locator(".arq-index").click()
    page.wait_for_function("(() => { const box = document.getElementById('nesta-pagina').getBoundingClientRect();"
                           " return box.top >= 0 && box.top < innerHeight / 2; })()")


@pytest.mark.parametrize("path", ["notas/", "como-usar/", f"arquiteturas/{LARGEST}/"])
def test_the_mark_of_a_heading_never_opens_a_line(visit, address, path):
    page = visit(f"{address}{path}")
    heights = """shown => [...document.querySelectorAll('article :is(h1, h2, h3)')].map(heading => {
        for (const mark of heading.querySelectorAll('.headerlink')) mark.style.display = shown ? '' : 'none';
        return heading.offsetHeight;
    })"""
    for width in range(320, 430, 10):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(heights, True) == page.evaluate(heights, False), width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_on_a_phone_a_table_says_what_its_first_column_is(visit, address):
    page = visit(f"{address}comparacoes/ebs-s3-instancia/", 390)
    heads = page.locator("#como-decidir ~ * thead th")
    assert heads.first.text_content() == "Se…"
    clipped = heads.evaluate_all("heads => heads.map(head => getComputedStyle(head).clipPath)")
    assert clipped[0] == "none" and {*clipped[1:]} == {"inset(50%)"}  # as outras, cada célula diz


def test_on_a_phone_the_copy_button_is_above_the_command(visit, address):
    page = visit(f"{address}como-usar/", 390)
    page.locator(".md-code__nav").first.wait_for()
    assert page.evaluate("""[...document.querySelectorAll('pre > .md-code__nav')].every(bar => {
        const code = bar.parentNode.querySelector('code');
        const text = code.getBoundingClientRect().top + parseFloat(getComputedStyle(code).paddingTop);
        return bar.firstElementChild.getBoundingClientRect().bottom <= text;
    })""")


@pytest.mark.parametrize("path", ["notas/ec2/", f"arquiteturas/{LARGEST}/"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_path_begins_where_the_title_does(visit, address, path, width):
    page = visit(f"{address}{path}", width)
    assert page.evaluate("document.querySelector('.md-path__list').getBoundingClientRect().left"
                         " === document.querySelector('h1').getBoundingClientRect().left")
