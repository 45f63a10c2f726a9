"""O que se guarda e o que não se guarda: cada arquitetura desenhada e provada uma vez, e nada velho depois de um salvar."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from scripts import skeleton
from scripts.base.tree import Tree
from scripts.checks import benefits, reading, run, verdict
from scripts.page import shown
from scripts.picture.generate import DERIVED
from scripts.website import build, pages, templates
from scripts.website.preview import Preview
from tests.built import tree as whole

ROOT = Path(__file__).resolve().parent.parent
SLUG, OTHER = "cli-s3-lambda-dynamodb", "fila"
PAGE = f"docs/arquiteturas/{SLUG}/index.md"
TEMPLATE = f"docs/arquiteturas/{SLUG}/template.yaml"
SCRIPT = f"diagrams_src/{SLUG}.py"
NOTE, GLOSSARY = "docs/notas/lambda.md", "docs/glossario.md"


@pytest.fixture
def root(tmp_path) -> Path:
    """Parte desta árvore: uma arquitetura de verdade, uma que começa, e as páginas que mostram todas."""
    (tmp_path / "diagrams_src").mkdir()
    shutil.copy(ROOT / SCRIPT, tmp_path / "diagrams_src")
    shutil.copytree((ROOT / PAGE).parent, (tmp_path / PAGE).parent, ignore=shutil.ignore_patterns("rastro.json"))
    (tmp_path / "docs" / "notas").mkdir()
    for name in ("mkdocs.yml", "docs/index.md", "docs/provas.md", "docs/como-usar.md", NOTE, "docs/notas/dynamodb.md", GLOSSARY):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "docs" / "assets", tmp_path / "docs" / "assets")
    assert skeleton.create(Tree(tmp_path), OTHER) == 0
    return tmp_path


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def counted(monkeypatch):
    """As chamadas do desenho, das provas e das afirmações."""
    calls = {"draw": [], "prove": [], "claims": []}

    def count(name, module, attribute, key):
        real = getattr(module, attribute)

        def wrapper(*arguments, **options):
            calls[name].append(key(*arguments))
            return real(*arguments, **options)
        monkeypatch.setattr(module, attribute, wrapper)

    count("draw", run, "begin", lambda root, scripts: len(scripts))
    count("draw", __import__("scripts.picture.generate", fromlist=["render_all"]), "render_all", lambda root, scripts, done: len(scripts))
    count("prove", reading, "prove", lambda diagram, template: diagram.slug)
    count("claims", benefits, "results", lambda page, diagram, template: diagram.slug)
    return calls


def test_building_draws_and_proves_each_architecture_once(tmp_path, counted):
    tree = Tree(whole(tmp_path))
    assert build.build(tree) == 0
    assert counted["draw"] == [len(tree.architectures()) + len(tree.decisions())]
    assert sorted(counted["prove"]) == sorted(counted["claims"]) == tree.architectures()


@pytest.fixture
def preview(root, tmp_path_factory):
    shown = Preview(Tree(root), tmp_path_factory.mktemp("site"))
    shown.url = "http://127.0.0.1:8000/"
    shown.again()
    return shown


def html(preview: Preview, name: str = f"arquiteturas/{SLUG}") -> str:
    return (preview.folder / name / "index.html").read_text(encoding="utf-8")


def site(preview: Preview) -> dict[str, object]:
    """O que se serve, sem o que muda com a hora: a ordem das partes na busca e o mapa do site."""
    found = {}
    for path in sorted(preview.folder.rglob("*")):
        name = path.relative_to(preview.folder).as_posix()
        if path.is_file() and not name.startswith("sitemap"):
            found[name] = path.read_bytes()
    docs = json.loads(found.pop("search/search_index.json"))["docs"]
    return found | {"search": sorted(json.dumps(entry) for entry in docs)}


CHANGES = [
    (PAGE, "Você envia", "Você manda"),
    (TEMPLATE, "Action: dynamodb:PutItem", "Action: dynamodb:GetItem"),
    (SCRIPT, 'passo="1"', 'passo="2"'),
    (PAGE, "# Processar arquivos", "# Processar muitos arquivos"),
    (NOTE, "Executa uma função", "Roda uma função"),
    (TEMPLATE, "  TabelaResultados:\n", "  OutraTabela: {Type: AWS::DynamoDB::Table}\n  TabelaResultados:\n"),
    (NOTE, "# Lambda: código", "# Lambda, o código"),
    ("docs/index.md", "# ", "# Novo "),
    ("docs/provas.md", "# ", "# Novo "),
    ("docs/como-usar.md", "\n\n", "\n\nNovo.\n\n"),
    ("docs/assets/favicon.svg", "<svg ", "<svg data-novo='' "),
    ("mkdocs.yml", "site_name: ", "site_name: Novo "),
]


def test_after_any_save_the_site_is_the_one_built_from_nothing(preview, root, tmp_path_factory, capfd):
    """Compara-se depois de cada três: o que um salvar deixa velho continua velho até que outro refaça tudo."""
    before = site(preview)
    for number, (name, old, new) in enumerate(CHANGES, 1):
        edit(root, name, old, new)
        preview.again()
        told = capfd.readouterr().out
        shown = site(preview)
        assert shown != before, name
        before = shown
        if number % 3 == 0:
            afresh = Preview(Tree(root), tmp_path_factory.mktemp("afresh"))
            afresh.url = preview.url
            afresh.again()
            assert capfd.readouterr().out == told, name
            assert shown == site(afresh), name


def test_a_page_stops_citing_the_guide_when_the_guide_loses_the_section(preview, root):
    edit(root, TEMPLATE, "\nResources:\n", "\nResources:\n  Rede: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n")
    preview.again()
    assert 'href="../../como-usar/#cotas"' in html(preview)
    edit(root, "docs/como-usar.md", "### Cotas", "### Limites da conta")
    preview.again()
    assert "#cotas" not in html(preview)


def test_saving_and_undoing_brings_the_site_back(preview, root):
    before = site(preview)
    for name, old, new in CHANGES[:2]:
        edit(root, name, old, new)
        preview.again()
        assert site(preview) != before
        edit(root, name, new, old)
        preview.again()
        assert site(preview) == before


def test_one_saved_page_judges_and_builds_only_what_depends_on_it(preview, root, counted):
    other = preview.folder / "arquiteturas" / OTHER / "index.html"
    stamp = other.stat().st_mtime_ns
    edit(root, PAGE, "Você envia", "Você manda")
    preview.again()
    assert counted["prove"] == counted["claims"] == [SLUG]
    assert other.stat().st_mtime_ns == stamp and "Você manda" in html(preview)
    preview.again()
    assert counted["prove"] == [SLUG]


def test_the_first_save_reads_again_only_what_was_saved(preview, busy, root, monkeypatch):
    """O que a primeira rodada leu como o site lê fica neste processo: o leitor de muitas páginas, que é outro, não volta a começar."""
    monkeypatch.setattr(shown.subprocess, "run", lambda *_, **__: pytest.fail("leu tudo outra vez"))
    edit(root, PAGE, "Você envia", "Você manda")
    preview.again()
    assert "Você manda" in html(preview)


def test_a_page_with_a_mark_is_built_again_only_when_what_it_shows_changes(preview, root):
    pages = [preview.folder / name / "index.html" for name in ("notas/lambda", "notas/dynamodb", "glossario")]
    stamps = [page.stat().st_mtime_ns for page in pages]
    edit(root, PAGE, "Você envia", "Você manda")
    preview.again()
    assert [page.stat().st_mtime_ns for page in pages] == stamps
    edit(root, NOTE, "Executa uma função", "Roda uma função")
    preview.again()
    assert "Roda uma função" in html(preview, "glossario")
    assert [page.stat().st_mtime_ns == stamp for page, stamp in zip(pages, stamps, strict=True)] == [False, True, False]
    edit(root, PAGE, "# Processar arquivos", "# Processar muitos arquivos")
    preview.again()
    assert all("Processar muitos arquivos" in html(preview, name) for name in ("notas/lambda", "notas/dynamodb"))


def test_a_stale_proof_never_survives_the_template(preview, root):
    assert "O template permite" in html(preview) and "seta sem prova" not in html(preview)
    edit(root, TEMPLATE, "Action: dynamodb:PutItem", "Action: dynamodb:GetItem")
    preview.again()
    assert "seta sem prova" in html(preview)
    assert "sem prova" in html(preview, "provas")
    (root / TEMPLATE).write_text("Resources: [", encoding="utf-8")
    preview.again()
    assert "O template permite" not in html(preview)


def test_what_is_saved_while_it_is_read_is_not_remembered(root, monkeypatch):
    memory: run.Memory = {}
    real = verdict.check

    def saved_meanwhile(*arguments):
        found = real(*arguments)
        edit(root, TEMPLATE, "Description:", "Description: Outra.")
        return found

    monkeypatch.setattr(verdict, "check", saved_meanwhile)
    run.check_tree(Tree(root), [], memory=memory)
    assert SLUG not in memory and OTHER in memory


def test_what_stops_a_round_is_said_and_the_next_one_recovers(preview, root, capfd):
    shutil.move(root / "diagrams_src", root / "fora")
    preview.again()
    assert "erro: Não há a pasta `diagrams_src`" in capfd.readouterr().err
    shutil.move(root / "fora", root / "diagrams_src")
    edit(root, PAGE, "Você envia", "Você manda")
    preview.again()
    assert "Você manda" in html(preview)


def test_what_was_compiled_of_a_template_never_survives_it(root, tmp_path_factory, monkeypatch):
    """Um site novo com o mesmo modelo não o compila de novo; com outro texto no mesmo arquivo, mostra o outro."""
    monkeypatch.setattr(templates, "COMPILED", tmp_path_factory.mktemp("modelos"))
    own = root / "remendos" / "main.html"
    own.parent.mkdir()
    edit(root, "mkdocs.yml", "theme:\n", "theme:\n  custom_dir: remendos\n")
    times = []
    for said in ("Primeiro", "Primeiro", "Segundo"):
        own.write_text(f'{{% extends "base.html" %}}{{% block content %}}{said} de {root.name}{{% endblock %}}', encoding="utf-8")
        shown = Preview(Tree(root), tmp_path_factory.mktemp("site"))
        shown.again()
        assert f"{said} de {root.name}" in html(shown)
        times.append({path: path.stat().st_mtime_ns for path in templates.COMPILED.iterdir()})
    assert times[0] == times[1] and times[1] != times[2]


def test_this_configuration_is_known_page_by_page():
    config = build.configured(Tree(ROOT), {})
    assert pages.predictable(config)
    config.markdown_extensions.append("pymdownx.snippets")
    assert not pages.predictable(config)


@pytest.mark.parametrize(("name", "watched"), [
    ("index.md", True), ("template.yaml", True), ("loja.py", True), ("estilo.css", True), ("foto.png", True), ("diagrama.svg", False),
    ("diagrama-2.svg", False), (".index.md.swp", False), ("index.md~", False), (".diagrama.svg.x1", False), ("logo.svg", True),
])
def test_what_wakes_the_watcher(name, watched):
    assert (re.fullmatch(DERIVED, name) is None) == watched
