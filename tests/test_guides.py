"""O que o site tira das páginas de leitura e dos templates: verbetes, onde aparece, tempos, selos, custo, limpeza e busca."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from mkdocs.commands.build import build as mkdocs_build

from scripts.base.tree import Tree
from scripts.checks import run
from scripts.page import document
from scripts.website import build, menu, published
from scripts.website.inline import rebased
from scripts.proofs.facts.remains import left
from scripts.template import cloudformation
from tests.test_library import COMPARISON, GLOSSARY, NOTE, PAGE, TRAIL
from tests.test_website import Page, parsed, under

ROOT = Path(__file__).resolve().parent.parent
SLUGS = ("cli-s3-lambda-dynamodb", "dois-volumes-ebs")
PLACE = "../arquiteturas/cli-s3-lambda-dynamodb/index.md"
OPENING = "Guarda **objetos** de uma [`VPC`](../glossario.md#vpc) ou de [outra nota](outra.md). [Fonte](https://aws.amazon.com/)."
OTHERS = {
    "index.md": "# Início\n\nComece.\n\n<!-- arquiteturas -->\n",
    "glossario.md": GLOSSARY + "\n## Outra\n\n<!-- verbete: outra -->\n",
    "provas.md": "# Provas\n\n<!-- provas -->\n",
    "como-usar.md": "# Como usar\n\nLeia.\n",
    "custo.md": "---\ntags: [preços]\n---\n\n# Custo\n\nVeja.\n\n<!-- custo -->\n",
    "limpeza.md": "# Limpeza\n\nVeja.\n\n<!-- limpeza -->\n",
    "notas/index.md": "# Notas\n\nTodas.\n\n<!-- notas -->\n",
    "trilhas/index.md": "# Trilhas\n\nTodas.\n\n<!-- trilhas -->\n",
    "comparacoes/index.md": "# Comparações\n\nTodas.\n\n<!-- comparacoes -->\n",
    "notas/s3.md": NOTE.replace("../arquiteturas/a/index.md", PLACE).replace(NOTE[NOTE.index("Guarda"):NOTE.index("\n\n## O que saber")], OPENING),
    "notas/outra.md": NOTE.replace("../arquiteturas/a/index.md", PLACE).replace("verbete: S3", "verbete: Outra").replace("Armazenamento", "Rede").replace(
        "recursos: [AWS::S3::Bucket, AWS::S3::Bucket LifecycleConfiguration]", "fora: o site não tem rede."),
    "comparacoes/s3-disco.md": COMPARISON.replace("../arquiteturas/a/index.md", PLACE),
    "trilhas/primeira.md": TRAIL.replace("[S3](../notas/s3.md)", f"[S3](../notas/s3.md) e [envio]({PLACE}#limpeza)").replace(
        "você guarda.", "você lê [outra](../notas/outra.md)."),
}


def write(root: Path) -> Tree:
    """Uma árvore com duas arquiteturas deste site e uma biblioteca pequena."""
    (root / "diagrams_src").mkdir(parents=True)
    for slug in SLUGS:
        shutil.copytree(ROOT / "docs/arquiteturas" / slug, root / "docs/arquiteturas" / slug, ignore=shutil.ignore_patterns("rastro.json"))
        shutil.copy(ROOT / f"diagrams_src/{slug}.py", root / "diagrams_src")
        page = root / "docs/arquiteturas" / slug / "index.md"
        text = re.sub(r"\A---\n.*?\n---\n", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        level = "básico" if slug == SLUGS[1] else "avançado"
        page.write_text(f"---\nnivel: {level}\nhide: [navigation, toc]\n---\n{text}", encoding="utf-8")
    shutil.copytree(ROOT / "docs/assets", root / "docs/assets")
    shutil.copy(ROOT / "mkdocs.yml", root)
    for name, text in OTHERS.items():
        (root / "docs" / name).parent.mkdir(exist_ok=True)
        (root / "docs" / name).write_text(text, encoding="utf-8")
    return Tree(root)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """O site dela; os links para as arquiteturas que não vieram ficam quebrados, e por isso a montagem não é a estrita."""
    tree = write(tmp_path_factory.mktemp("guias"))
    loaded = build.configured(tree, run.check_tree(tree, []).readings)
    mkdocs_build(loaded)
    published.finish(Path(loaded.site_dir))
    return Path(loaded.site_dir)


def page(site: Path, name: str) -> Page:
    return parsed(site / name / "index.html")


def said(found) -> str:
    return " ".join(found.text.split())


def article(site: Path, name: str):
    (found,) = page(site, name).all("article")
    return found


def test_a_note_says_its_other_names_and_where_it_appears(site):
    inside = article(site, "notas/s3")
    assert "Também se diz: objeto, balde." in said(inside)
    links = {said(link): link.attributes["href"] for link in under(inside, "a")}
    assert links["Processar arquivos enviados pela AWS CLI"] == "../../arquiteturas/cli-s3-lambda-dynamodb/"
    row = document.read(ROOT / "docs/arquiteturas/cli-s3-lambda-dynamodb/index.md").links
    assert any(f"../../arquiteturas/cli-s3-lambda-dynamodb/{link.target}" == target and link.text in links
               for link in row if link.target.startswith("#") for target in links.values())
    assert not any("dois-volumes-ebs" in target for target in links.values())  # ela não tem bucket


def test_a_note_outside_says_why(site):
    assert "Nenhum template deste site o mostra: o site não tem rede." in said(article(site, "notas/outra"))


def test_the_entry_is_the_first_paragraph_of_the_note_and_leads_to_it(site):
    inside = article(site, "glossario")
    entry = next(text for text in under(inside, "p") if text.text.startswith("Guarda objetos"))
    assert said(entry) == "Guarda objetos de uma VPC ou de outra nota. Fonte. Leia a nota."
    assert [link.attributes["href"] for link in under(entry, "a")] == ["#vpc", "../notas/outra/", "https://aws.amazon.com/", "../notas/s3/"]
    assert under(entry, "strong") and under(entry, "code")
    assert page(site, "glossario").by_id("s3").tag == "h2"


def test_a_trail_says_how_long_each_stop_takes(site):
    inside = article(site, "trilhas/primeira")
    (stop,) = [item for item in under(inside, "li") if item.text.startswith("S3")]
    time = int(re.search(r"\((\d+)\smin\)", stop.text)[1])
    assert time == 1 + 9 or time == 1 + 10  # a nota e a arquitetura; a outra nota, que vem depois, não conta
    assert f"Leitura: cerca de {time} minutos" in said(inside)


@pytest.mark.parametrize(("name", "line"), [
    ("notas/s3", "Trilha: primeira, parada 1 de 1 · próxima: envio"),
    ("arquiteturas/cli-s3-lambda-dynamodb", "Trilha: primeira, parada 1 de 1 · anterior: S3 · próxima: e depois"),
    ("notas/outra", ""), ("trilhas/primeira", ""),
])
def test_a_stop_leads_to_the_ones_before_and_after_it(site, name, line):
    found = page(site, name).all("nav", **{"class": "arq-trail"})
    assert [said(paragraph) for nav in found for paragraph in under(nav, "p")] == [line] * bool(line)
    places = [(site / name / target.attributes["href"].partition("#")[0]).resolve() for nav in found for target in under(nav, "a")]
    wanted = {"Trilha: primeira": "trilhas/primeira", "envio": "arquiteturas/cli-s3-lambda-dynamodb", "S3": "notas/s3", "e depois": "trilhas/primeira"}
    assert places == [site / wanted[said(target)] for nav in found for target in under(nav, "a")]


def test_each_list_has_its_pages(site):
    assert [said(heading).removesuffix("¶") for heading in under(article(site, "notas"), "h2")] == ["Armazenamento", "Rede"]
    assert "S3 ou disco?: O caso." in said(article(site, "comparacoes"))
    assert "Trilha: primeira: Para quem começa. 1 parada." in said(article(site, "trilhas"))


def test_cards_come_in_reading_order_with_badges_and_filters(site):
    home = parsed(site / "index.html")
    (cards,) = home.all("ul", **{"class": "arq-cards"})
    titles = [said(title) for title in under(cards, "strong")]
    assert len(titles) == 2 and titles[0].startswith("Upload")  # a básica antes, embora mais longa
    badges = [[said(badge) for badge in under(items, "li")] for items in under(cards, "ul")]
    assert badges[0][0] == "básico" and re.fullmatch(r"\d+ min de leitura", badges[0][1])
    assert badges[0][2:] == ["EC2", "EBS", "RDS", "cobra por hora", "deixa snapshot"]
    assert badges[1][2:] == ["S3", "Lambda", "DynamoDB", "SQS", "não cobra por hora"]
    choices = {label.text.strip(): under(label, "input")[0].attributes.get("class", "") for label in home.all("label") if "fieldset" in label.ancestors}
    assert {"básico", "avançado", "cobra por hora", "EC2", "Lambda"} < set(choices) and "intermediário" not in choices
    first, second = [card for card in cards.children if card.tag == "li"]
    assert choices["EC2"] in first.attributes["class"].split() and choices["EC2"] not in second.attributes["class"].split()
    assert len([choice for choice in home.all("input", type="radio") if "checked" in choice.attributes and "fieldset" in choice.ancestors]) == 3


def test_every_filter_has_its_rule_of_style():
    style = (ROOT / "scripts/website/theme/assets/arquiteturas.css").read_text(encoding="utf-8")
    assert {int(number) for number in re.findall(r"input\.f(\d+):checked", style)} == set(range(1, 20))


def test_cost_and_cleaning_are_told_of_each_architecture(site):
    cost, clean = article(site, "custo"), article(site, "limpeza")
    for inside, anchor in ((cost, "#o-que-e-cobrado-mesmo-parado"), (clean, "#limpeza")):
        targets = [link.attributes["href"] for link in under(inside, "a")]
        assert {f"../arquiteturas/{slug}/{anchor}" for slug in SLUGS} <= set(targets)
    rows = [said(row) for row in under(cost, "tr")]
    assert any(row.endswith("nadaUS$ 0US$ 0US$ 0") for row in rows) and any(re.search(r"o banco.*US\$ 0,\d+.*US\$ \d+$", row) for row in rows)
    rows = [said(row) for row in under(clean, "tr")]
    assert any(row.endswith("nada") for row in rows)
    assert any("um snapshot do banco" in row and "um snapshot do volume" in row and "os snapshots que a política tirou" in row for row in rows)


@pytest.mark.parametrize("body, what", [
    ("AWS::S3::Bucket}", []),
    ("AWS::S3::Bucket, DeletionPolicy: RetainExceptOnCreate}", ["o bucket `R`, com os objetos"]),
    ("AWS::EC2::Volume, DeletionPolicy: Snapshot}", ["um snapshot do volume"]),
    ("AWS::EC2::Volume, DeletionPolicy: Delete}", []),
    ("AWS::RDS::DBInstance}", ["um snapshot do banco"]),
    ("AWS::RDS::DBInstance, DeletionPolicy: Delete}", []),
    ("AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: c}}", []),
    ("AWS::DLM::LifecyclePolicy}", ["os snapshots que a política tirou"]),
])
def test_what_is_left_behind(body, what):
    assert [each.what for each in left(cloudformation.parse("Resources:\n  R: {Type: " + body + "\n", "t"))] == what


def test_the_search_knows_other_names_without_accents_in_both_numbers_and_the_rules_come_last(site):
    index = json.loads((site / published.INDEX).read_text(encoding="utf-8"))
    entries = {entry["location"]: entry for entry in index["docs"]}
    assert {"objeto", "objetos", "S3", "balde"} <= set(entries["notas/s3/"]["tags"])
    assert "precos" in entries["custo/"]["tags"] and "preço" in entries["custo/"]["tags"]
    assert "seguranca" in entries["arquiteturas/cli-s3-lambda-dynamodb/#seguranca"]["text"]
    weights = {name: entries[name].get("boost", 1) for name in ("notas/s3/", "comparacoes/s3-disco/", "glossario/", "provas/")}
    assert list(weights.values()) == sorted(weights.values(), reverse=True) and weights["provas/"] < weights["glossario/"]
    assert re.split(index["config"]["separator"], "de") == ["", ""] and re.split(index["config"]["separator"], "dedo") == ["dedo"]
    assert json.loads((site / published.INDEX).with_suffix(".js").read_text(encoding="utf-8").removeprefix("var __index = ")) == index


@pytest.mark.parametrize("word, other", [("lambda", "lambdas"), ("função", "funções"), ("permissões", "permissão"), ("canal", "canais"), ("imagem", "imagens"),
                                         ("servidor", "servidores"), ("discos", "disco"), ("log", "logs")])
def test_the_other_number_of_a_word(word, other):
    assert published.numbers(word) == [other]


def test_a_compact_page_keeps_its_article():
    html = "<nav>\n\n   <a>\n</a></nav><article>\n\n<p data-search-exclude=\"\">a\n\n b</p>\n<ul>\n<li>c</li>\n</ul><pre>d\n<b></b>\n</pre></article>\n\n\n<footer></footer>"
    assert published.compact(html) == "<nav>\n<a>\n</a></nav><article>\n\n<p>a\n\n b</p><ul><li>c</ul><pre>d\n<b></b>\n</pre></article>\n<footer></footer>"


@pytest.mark.parametrize("target, here, wanted", [
    ("vpc.md", "glossario.md", "notas/vpc.md"), ("../glossario.md#a", "glossario.md", "#a"), ("#x", "glossario.md", "notas/s3.md#x"),
    ("vpc.md", "notas/index.md", "vpc.md"), ("https://aws.amazon.com/", "glossario.md", "https://aws.amazon.com/"),
])
def test_a_link_leads_to_the_same_place_from_another_page(target, here, wanted):
    assert rebased(target, "notas/s3.md", here) == wanted


def test_the_menu_has_only_what_there_is(tmp_path):
    whole = menu.navigation(write(tmp_path / "inteira"))
    assert [name for entry in whole for name in entry] == ["Início", "Trilhas", "Arquiteturas", "Notas", "Comparações", "Custo e limpeza", "Como usar"]
    assert whole[3]["Notas"] == [{"Notas": "notas/index.md"}, {"Armazenamento": [{"S3: onde o arquivo fica": "notas/s3.md"}]},
                                 {"Rede": [{"S3: onde o arquivo fica": "notas/outra.md"}]}, {"Glossário": "glossario.md"}]
    bare = tmp_path / "so"
    for name, text in (("index.md", "# A\n"), ("glossario.md", GLOSSARY), ("provas.md", "# Provas\n"), ("arquiteturas/a/index.md", PAGE)):
        (bare / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (bare / "docs" / name).write_text(text, encoding="utf-8")
    assert menu.navigation(Tree(bare)) == [{"Início": "index.md"}, {"Arquiteturas": [{"A": "arquiteturas/a/index.md"}]},
                                           {"Glossário": "glossario.md"}, {"Provas": "provas.md"}]



def test_where_an_error_is_told_is_one_setting(tmp_path):
    tree = write(tmp_path / "arvore")
    settings = tree.root / "mkdocs.yml"
    assert "Achou um erro?" not in _built(tree, "trilhas/primeira")
    settings.write_text("repo_url: https://github.com/pessoa/repositorio\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    html = _built(tree, "trilhas/primeira")
    assert 'Última conferência das fontes: 2026-11-30. Achou um erro? <a href="https://github.com/pessoa/repositorio/issues">' in html
    assert 'data-md-component="source"' not in html  # o tema buscaria em outro servidor os números do repositório


def _built(tree: Tree, name: str) -> str:
    loaded = build.configured(tree, {})
    mkdocs_build(loaded)
    return (Path(loaded.site_dir) / name / "index.html").read_text(encoding="utf-8")
