"""O site construído, lido como HTML: ids, figura embutida, template, cartões e nenhum pedido externo."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.built import ROOT, construir, site_of, tree

SLUGS = sorted(path.stem for path in (ROOT / "diagrams_src").glob("[!_]*.py"))
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    ancestors: list[str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)


INSIDE = {"li": {"ul", "ol"}, "td": {"tr"}, "th": {"tr"}, "tr": {"table", "thead", "tbody"}}
"""De que é filho o elemento cujo começo acaba o anterior."""


class Page(HTMLParser):
    """Todos os elementos de uma página, com o texto de dentro e as marcas de fora."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if any(parent.tag in INSIDE.get(tag, ()) for parent in self.open):
            while self.open[-1].tag not in INSIDE[tag]:
                self.open.pop()
        element = Element(tag, {key: value or "" for key, value in attrs}, [parent.tag for parent in self.open])
        self.elements.append(element)
        if self.open:
            self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def by_id(self, identity: str) -> Element:
        (found,) = [element for element in self.elements if element.attributes.get("id") == identity]
        return found

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [e for e in self.elements if e.tag == tag and attributes.items() <= e.attributes.items()]


def small(target: Path) -> Path:
    """Uma árvore em que quase nada há a montar."""
    shutil.copy(ROOT / "mkdocs.yml", target)
    shutil.copytree(ROOT / "docs" / "assets", target / "docs" / "assets")
    (target / "docs" / "index.md").write_text("# Início\n", encoding="utf-8")
    (target / "diagrams_src").mkdir()
    return target


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return site_of(tmp_path_factory)


@lru_cache
def parsed(file: Path) -> Page:
    return Page(file.read_text(encoding="utf-8"))


def page(site: Path, slug: str) -> Page:
    return parsed(site / "arquiteturas" / slug / "index.html")


def under(element: Element, tag: str = "") -> list[Element]:
    """Tudo o que está dentro, ou só o que tem esse nome."""
    found = [inner for child in element.children for inner in (child, *under(child))]
    return [inner for inner in found if not tag or inner.tag == tag]


def test_every_page_has_a_share_card_that_the_browser_does_not_ask_for(site):
    for file in site.rglob("index.html"):
        said = {e.attributes["property"]: e.attributes["content"] for e in parsed(file).all("meta") if "property" in e.attributes}
        address, *_ = [e.attributes["href"] for e in parsed(file).all("link", rel="canonical")]
        assert said["og:url"] == address and said["og:title"] and said["og:description"]
        base = address.removesuffix(file.parent.relative_to(site).as_posix().removeprefix(".") + "/").rstrip("/")
        assert (site / said["og:image"].removeprefix(f"{base}/")).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_component_of_the_picture_is_a_table_row(site, slug):
    built = page(site, slug)
    drawn = {e.attributes[key] for e in built.elements for key in ("data-node", "data-group") if key in e.attributes}
    assert drawn
    for identity in drawn:
        assert built.by_id(identity).tag == "tr"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_of_the_picture_is_a_list_item(site, slug):
    built = page(site, slug)
    steps = {e.attributes["data-step"] for e in built.elements if "data-step" in e.attributes}
    assert steps
    for step in steps:
        assert built.by_id(f"passo-{step}").tag == "li"
    assert len([e for e in built.elements if re.fullmatch(r"passo-\d+", e.attributes.get("id", ""))]) == len(steps)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_line_of_the_template_has_an_anchor_and_its_text(site, slug):
    built = page(site, slug)
    lines = (ROOT / "docs" / "arquiteturas" / slug / "template.yaml").read_text(encoding="utf-8").splitlines()
    shown = {e.attributes["id"]: e.text for e in built.elements if re.fullmatch(r"template-\d+", e.attributes.get("id", ""))}
    assert shown == {f"template-{number}": line for number, line in enumerate(lines, 1)}


def test_the_search_reads_the_text_and_neither_the_template_nor_the_picture(site):
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "#template-e-implantacao" in index and "AWSTemplateFormatVersion" not in index and "Passo 1 de" not in index
    assert len(index) < 800_000  # cerca de 175 KB comprimido, que só quem busca pede


@pytest.mark.parametrize("slug", SLUGS)
def test_resources_in_the_table_lead_to_their_line(site, slug):
    built = page(site, slug)
    links = [e for e in built.all("a") if "td" in e.ancestors and "details" not in e.ancestors]
    links = [e for e in links if e.attributes.get("href", "").startswith("#template-")]
    assert links
    for link in links:
        assert built.by_id(link.attributes["href"][1:]).text.strip().startswith(f"{link.text}:")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_picture_is_inlined_once_with_prefixed_ids(site, slug):
    built = page(site, slug)
    (picture,) = [e for e in built.all("svg") if "arq" in e.attributes.get("class", "").split()]
    assert "figure" in picture.ancestors
    inside = [e for e in built.elements if "svg" in e.ancestors and "id" in e.attributes and "figure" in e.ancestors]
    assert inside and all(e.attributes["id"].startswith(f"{slug}-") for e in inside)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_template_can_be_downloaded_whole(site, slug):
    built = page(site, slug)
    (link,) = built.all("a", href="template.yaml")
    assert "download" in link.attributes
    served = (site / "arquiteturas" / slug / "template.yaml").read_bytes()
    assert served == (ROOT / "docs" / "arquiteturas" / slug / "template.yaml").read_bytes()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_proof_leads_somewhere(site, slug):
    built = page(site, slug)
    ids = {element.attributes.get("id") for element in built.elements}
    inside = [link for box in built.all("details") if "arq-prices" not in box.attributes["class"] for link in under(box, "a")]
    assert inside
    targets = [link.attributes["href"] for link in inside]
    assert not [target for target in targets if target.startswith("#") and target[1:] not in ids]
    assert all(re.fullmatch(r"#[\w-]+|\.\./\.\./provas/(#[\w-]+)?|rastro\.json", target) for target in targets)


def test_ids_are_unique_on_every_page(site):
    for file in site.rglob("*.html"):
        ids = [e.attributes["id"] for e in parsed(file).elements if "id" in e.attributes]
        # O Material repete `__…` nos controles do próprio tema.
        repeated = {i for i in ids if ids.count(i) > 1 and not i.startswith("__")} if len(ids) != len(set(ids)) else set()
        assert not repeated, (file, repeated)


def test_no_page_asks_for_anything_outside(site):
    outside = re.compile(r"^(https?:)?//")
    for file in site.rglob("*.html"):
        for element in parsed(file).elements:
            loads = ("src", "srcset", "data", "poster") + (("href",) if element.tag in ("link", "use", "image") else ())
            for key in loads:
                value = element.attributes.get(key, "")
                if element.tag == "link" and element.attributes.get("rel") in ("canonical", "prev", "next"):
                    continue
                assert not outside.match(value), (file, element.tag, value)
    for style in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", style.read_text(encoding="utf-8")), style


def test_home_shows_a_card_for_each_architecture(site):
    home = Page((site / "index.html").read_text(encoding="utf-8"))
    (cards,) = home.all("ul", **{"class": "arq-cards"})
    targets = sorted(e.attributes["href"] for e in home.all("a") if "li" in e.ancestors and e in under(cards))
    assert targets == [f"arquiteturas/{slug}/" for slug in SLUGS]
    assert len([e for e in under(cards) if e.tag == "svg"]) == len(SLUGS)


def test_menu_leads_to_every_part_and_inside_one_to_each_of_its_pages(site):
    def menu(name: str) -> set[str]:
        return {e.attributes["href"] for e in parsed(site / name).all("a") if "md-nav__link" in e.attributes.get("class", "")}

    assert {"arquiteturas/", "trilhas/", "notas/", "comparacoes/", "custo/", "como-usar/"} <= menu("index.html")
    assert {f"{slug}/" for slug in SLUGS} <= menu("arquiteturas/index.html")
    assert {"../glossario/"} <= menu("notas/index.html") and {"../limpeza/"} <= menu("custo/index.html")


def test_pages_are_in_brazilian_portuguese(site):
    (html,) = Page((site / "index.html").read_text(encoding="utf-8")).all("html")
    assert html.attributes["lang"].startswith("pt")


def test_a_finding_stops_the_build_and_says_where(tmp_path):
    root = tree(tmp_path)
    index = root / "docs" / "arquiteturas" / SLUGS[0] / "index.md"
    index.write_text(index.read_text(encoding="utf-8") + "\nVeja [isto](nada.md).\n", encoding="utf-8")
    line = len(index.read_text(encoding="utf-8").splitlines())
    done = construir(root)
    assert done.returncode == 1
    assert f"docs/arquiteturas/{SLUGS[0]}/index.md:{line}: [link-quebrado]" in done.stdout
    assert not (root / "site").exists()


def test_a_warning_of_the_strict_build_stops_it(tmp_path):
    root = small(tmp_path)
    assert construir(root).returncode == 0
    # Só o MkDocs repara: os dois seriam a mesma página.
    (root / "docs" / "README.md").write_text("# Outro início\n", encoding="utf-8")
    done = construir(root)
    assert done.returncode == 1
    assert "mkdocs.yml:1: [mkdocs] O MkDocs avisa, em inglês: “Excluding 'README.md'" in done.stderr and "Aborted" not in done.stderr


def test_without_mkdocs_yml_the_use_is_wrong(tmp_path):
    (tmp_path / "diagrams_src").mkdir()
    done = construir(tmp_path)
    assert done.returncode == 2
    assert "mkdocs.yml" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_says_what_it_needs_before_any_command_and_what_it_costs(site, slug):
    elements = page(site, slug).elements
    order = {name: next(index for index, element in enumerate(elements) if wanted(element)) for name, wanted in {
        "section": lambda element: element.attributes.get("id") == "template-e-implantacao",
        "before": lambda element: element.attributes.get("class") == "arq-before",
        "command": lambda element: element.tag == "pre" and "cloudformation" in element.text,
        "account": lambda element: element.attributes.get("class") == "arq-account"}.items()}
    assert order["section"] < order["before"] < order["command"] < order["account"]
    before, account = elements[order["before"]], elements[order["account"]]
    assert "Plano gratuito" in before.text and ("US$" in before.text or "não cobra por hora" in before.text)
    assert "Em uso" in account.text and "calculadora da AWS" in account.text and "Data e fonte" in account.text


def test_cards_say_what_each_architecture_costs_at_rest(site):
    listed = Page((site / "arquiteturas" / "index.html").read_text(encoding="utf-8"))
    costs = [element.text for element in listed.all("p", **{"class": "arq-cost"})]
    assert len(costs) == len(SLUGS) and all(re.match(r"Parada, (cerca de US\$ \d|não cobra por hora)", cost) for cost in costs)
