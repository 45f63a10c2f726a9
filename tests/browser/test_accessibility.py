"""As páginas para quem não vê ou não usa o mouse: o que o axe acha, o nome e a ordem da figura."""

from __future__ import annotations

import re
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.test_reading import LARGEST, follow
from tests.test_website import SLUGS

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
OTHERS = ("", "arquiteturas/", "notas/", "comparacoes/qual-arquitetura/", "trilhas/", "custo/", "limpeza/", "glossario/", "como-usar/", "404.html")
COLOURFUL = ("", "comparacoes/qual-arquitetura/", "como-usar/")
"""Entre elas há tudo o que tem cor própria: miniaturas, figura, tabela, código, aviso e dobra."""

ALL = "'target-size': {enabled: true}"
"""O que o axe só mede a pedido, e o Lighthouse pede."""
STRUCTURE = f"{{rules: {{{ALL}, 'color-contrast': {{enabled: false}}, 'link-in-text-block': {{enabled: false}}}}}}"
"""A cor, que custa caro, é a mesma em todas as páginas: basta medi-la em algumas."""


def violations(page, options: str = f"{{rules: {{{ALL}}}}}", inside: str = "body") -> list[str]:
    """O que o axe acha; do template e das evidências bastam as primeiras partes, que as outras repetem."""
    page.evaluate(AXE)
    page.evaluate("""for (const kind of ['.arq-part', '.arq-evidence'])
        [...document.querySelectorAll(kind)].slice(4).forEach(part => part.remove())""")  # excluídos, o axe ainda os percorreria
    found = page.evaluate(f"""axe.run('{inside}',
        {{...{options}, resultTypes: ['violations'], preload: false}}).then(said => said.violations.flatMap(rule =>
        rule.nodes.map(node => `${{rule.id}}: ${{node.html.slice(0, 150)}} ${{node.failureSummary.slice(0, 200)}}`)))""")
    return found[:12]


def cut(page) -> list[str]:
    """As tabelas mais largas que a tela: o que passa dela só se lê rolando de lado."""
    return page.evaluate("""[...document.querySelectorAll('.md-typeset table')].filter(table => table.checkVisibility()
        && table.getBoundingClientRect().right > innerWidth).map(table => table.innerText.slice(0, 80))""")


@pytest.mark.parametrize("path", OTHERS)
def test_axe_finds_no_fault_of_structure_on_a_short_page(visit, address, path):
    page = visit(f"{address}{path}", 390)
    assert violations(page, STRUCTURE) == []
    assert cut(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert violations(page, STRUCTURE) == []


@pytest.mark.parametrize("path", COLOURFUL)
@pytest.mark.parametrize("width, scheme", [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_a_page_of_many_colours(visit, address, path, width, scheme):
    assert violations(visit(f"{address}{path}", width, scheme=scheme)) == []


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_on_an_architecture_nor_in_the_player(visit, address, width, scheme):
    page = visit(f"{address}arquiteturas/pdv-alta-disponibilidade/", width, scheme=scheme)
    assert violations(page) == []
    follow(page)
    assert violations(page, inside=".arq-player") == []


@pytest.mark.parametrize("slug", [*(f"arquiteturas/{slug}" for slug in SLUGS), "provas"])
def test_a_long_page_has_no_fault_of_structure_and_its_picture_leads_to_the_text(visit, address, slug):
    page = visit(f"{address}{slug}/", 390)
    assert violations(page, STRUCTURE) == []
    assert cut(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    lost = page.evaluate("""() => [...document.querySelectorAll('svg.arq [data-node], svg.arq [data-group], svg.arq .arq-step')].filter(part => {
        const id = part.dataset.node ?? part.dataset.group ?? 'passo-' + parseInt(part.querySelector('text').textContent);
        const link = part.closest('a'), target = document.getElementById(link?.getAttribute('href').slice(1));
        const box = link?.getBoundingClientRect();
        return !link || link.getAttribute('href') !== '#' + id || !target || box.width < 24 || box.height < 24;
    }).map(part => part.outerHTML.slice(0, 120))""")
    assert lost == []


def test_the_picture_is_named_by_its_title_and_walked_in_the_order_of_the_steps(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    picture = page.get_by_role("group", name="Análise de dados de espectrometria de massa", exact=True)
    assert picture.count() == 1
    description = picture.evaluate("svg => document.getElementById(svg.getAttribute('aria-describedby')).textContent")
    assert len(description) > 500
    names = page.eval_on_selector_all("svg.arq [data-edge] a", "links => links.map(link => link.getAttribute('aria-label'))")
    assert names[2] == "Passo 3 de 10: de Pesquisadores para Internet Gateway: acessa"
    steps = [int(re.match(r"Passo (\d+)", name)[1]) for name in names]
    assert steps == sorted(steps)
    assert page.locator("tr#nat th[scope=row]").inner_text() == "NAT"
