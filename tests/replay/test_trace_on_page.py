"""O rastro guardado: o que o torna velho, o que não, e como a página o mostra."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from mkdocs.commands.build import build as mkdocs_build

from scripts.base.tree import Tree
from scripts.checks import replayed, run
from scripts.cli import main
from scripts.website import build, published
from tests.test_website import Page

ROOT = Path(__file__).resolve().parents[2]
SLUG = "foto-perfil"
FOLDER = f"docs/arquiteturas/{SLUG}"
SCRIPT, PAGE, TEMPLATE, TRACE, FLOW = (f"diagrams_src/{SLUG}.py", f"{FOLDER}/index.md", f"{FOLDER}/template.yaml", f"{FOLDER}/rastro.json",
                                       f"fluxos/{SLUG}.py")
AGAIN = f"python3 scripts executar {SLUG} --gravar"


@pytest.fixture
def root(tmp_path) -> Path:
    """Esta árvore com uma arquitetura só."""
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    for name in (SCRIPT, FLOW, "mkdocs.yml", "docs/index.md", "docs/provas.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "docs" / "assets", tmp_path / "docs" / "assets")
    return tmp_path


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def about_the_trace(root: Path) -> list[tuple[str, int, str, str]]:
    found = run.check_tree(Tree(root), [SLUG]).findings
    return [(each.path, each.line, each.code, each.message) for each in found if each.code.startswith("rastro") or each.path == TRACE]


def test_the_committed_trace_is_the_one_of_now(root):
    assert about_the_trace(root) == []


@pytest.mark.parametrize(("name", "old", "new", "said"), [
    (PAGE, "envia a nova foto", "envia uma nova foto", "o texto dos passos"),
    (TEMPLATE, "Sid: GravarRegistros", "Sid: GravarRegistro", "o template"),
    (FLOW, "from scripts.flowbook", "\nfrom scripts.flowbook", "o fluxo"),
    (SCRIPT, 'label="aciona"', 'label="chama"', "o diagrama"),
    (TRACE, '"resposta": "permitido"', '"resposta": "negado"', "o próprio rastro"),
    (TRACE, '"passo": 4', '"passo": 3', "o próprio rastro"),
])
def test_what_the_run_depends_on_makes_the_trace_old(root, name, old, new, said):
    edit(root, name, old, new)
    assert main(["gerar", SLUG, "--raiz", str(root)]) == 0
    (path, line, code, message), = about_the_trace(root)
    assert (path, line, code) == (TRACE, 1, "rastro-velho") and said in message and AGAIN in message


def test_a_comment_or_another_line_ending_does_not(root):
    edit(root, TEMPLATE, "Resources:", "# Um comentário.\n\nResources:")
    for name in (PAGE, TEMPLATE, TRACE, FLOW):
        content = (root / name).read_bytes()
        (root / name).write_bytes(content.replace(b"\n", b"\r\n"))
    assert about_the_trace(root) == []


@pytest.mark.parametrize(("content", "line"), [
    (b'{\n"passos": [\n,', 3), (b"", 1), (b"[]", 1), (b"null", 1), (b"[" * 100_000, 1), (b'{"digest": {}, "passos": [], "estragos": []}', 1), (b"\xff", 1),
])
def test_a_trace_that_cannot_be_read_says_where(root, content, line):
    (root / TRACE).write_bytes(content)
    (path, at, code, _), = about_the_trace(root)
    assert (path, at, code) == (TRACE, line, "nao-utf-8" if content == b"\xff" else "rastro-ilegivel")


@pytest.mark.parametrize(("place", "wrong"), [("passos", {}), ("passos", [1]), ("estragos", [{"nome": 1}]), ("digest", {"template": None})])
def test_a_trace_of_another_shape_says_in_which_part(root, place, wrong):
    whole = json.loads((root / TRACE).read_text(encoding="utf-8"))
    (root / TRACE).write_text(json.dumps({**whole, place: wrong}), encoding="utf-8")
    (_, _, code, message), = about_the_trace(root)
    assert code == "rastro-ilegivel" and f"`arquivo.{place}" in message and AGAIN in message


def test_a_flow_needs_a_trace_a_trace_needs_a_flow_and_neither_is_needed(root):
    (root / TRACE).rename(root / "guardado")
    (path, line, code, message), = about_the_trace(root)
    assert (path, line, code) == (FLOW, 1, "rastro-ausente") and AGAIN in message
    (root / FLOW).unlink()
    assert about_the_trace(root) == []
    (root / "guardado").rename(root / TRACE)
    (path, line, code, message), = about_the_trace(root)
    assert (path, line, code) == (TRACE, 1, "rastro-sem-fluxo") and FLOW in message


def test_a_run_that_fails_keeps_what_was_there(root, capsys):
    before = (root / TRACE).read_bytes()
    edit(root, TEMPLATE, "Action: dynamodb:PutItem", "Action: dynamodb:GetItem")
    assert main(["executar", SLUG, "--gravar", "--raiz", str(root)]) == 1
    assert "Nada foi guardado: falhou no passo 4" in capsys.readouterr().err and (root / TRACE).read_bytes() == before
    assert main(["executar", SLUG, "--gravar", "--json"]) == 2


def publish(root: Path) -> Page:
    """A página publicada; os links para o resto do site, que não está aqui, não param a montagem."""
    config = build.configured(Tree(root), run.check_tree(Tree(root), [SLUG]).readings)
    mkdocs_build(config)
    published.finish(Path(config.site_dir))
    return Page((Path(config.site_dir) / "arquiteturas" / SLUG / "index.html").read_text(encoding="utf-8"))


def said(element) -> str:
    return " ".join(element.text.split())


def test_the_page_tells_what_ran_and_links_to_the_statement(root):
    page = publish(root)
    step = page.by_id("passo-4")
    assert "Simulado. Função validar: dynamodb:PutItem; permitido por PapelFuncao · GravarRegistros, linha" in said(step)
    links = [link.attributes["href"] for link in page.all("a") if link.text.startswith("GravarRegistros, linha")]
    assert links and "Sid: GravarRegistros" in page.by_id(links[0].removeprefix("#")).text
    above = said(next(each for each in page.all("p") if each.text.startswith("Este fluxo já rodou")))
    assert above == (f"Este fluxo já rodou, sem conta na AWS, a partir do template: 4 passos, 2 executados, 1 simulado e 1 conferido. "
                     f"Rode você: python3 scripts executar {SLUG}.")
    folds = " ".join(said(each) for each in page.all("details"))
    assert "Permitido aqui não é permitido na AWS" in folds and f"executar {SLUG} --estragar sem-gravar" in folds
    assert "Estrague o template: tire a permissão de gravar na tabela. Em que passo o fluxo para?No passo 4: nada deixa" in folds


def test_a_hostile_trace_is_only_text(root):
    evil = '"><script>alert(1)</script>&amp;`x` \x02'
    whole = json.loads((root / TRACE).read_text(encoding="utf-8"))
    call = {"quem": evil, "papel": evil, "chamada": evil, "rotulo": evil, "seta": evil, "entrada": evil, "saida": evil, "resultado": evil, "motivo": evil,
            "permissao": [{"acao": evil, "resposta": evil, "por": evil}]}
    steps = [{"passo": 1, "rotulo": evil, "chamadas": [call], "conferido": [evil], "nao_exercitado": [{"frase": f"a {evil}", "motivo": evil}]},
             {"passo": 99, "rotulo": evil, "chamadas": [], "conferido": []}]
    spoils = [{"nome": evil, "titulo": evil, "passo": 1, "causa": evil}]
    (root / TRACE).write_text(replayed.written(steps, spoils, whole["digest"]), encoding="utf-8")
    assert about_the_trace(root) == []
    page = publish(root)
    assert not [each for each in page.all("script") if "alert" in each.text] and said(page.by_id("passo-1")).count("<script>alert(1)</script>&amp;") >= 8
