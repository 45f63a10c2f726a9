"""Uma leitura só de Markdown: o que `conferir` lê de uma página é o que o site mostra."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def conferred(project):
    """`conferred(texto)` → os achados de uma árvore em que só há a página `docs/a.md`, com esse texto."""
    def run(text, name="a.md"):
        page = project.root / "docs" / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes(text.encode())
        return [re.fullmatch(rf"docs/{re.escape(name)}:(\d+): \[([\w-]+)\] (.*)", line).groups() for line in project.run("conferir").findings]

    return run


TABLE = "| a | b |\n|---|---|\n| [c](#d) | d |\n"
DIFFERENT = {
    "tabela colada ao parágrafo": (f"# A\n\nDuas colunas:\n{TABLE}\n## D\n", 3, "uma linha de tabela", "um parágrafo"),
    "passos colados ao parágrafo": ("# A\n\nAssim:\n1. um\n2. dois\n", 3, "um item de lista", "um parágrafo"),
    "benefícios colados ao parágrafo": ("# A\n\nAssim:\n- um\n- dois\n", 3, "um item de lista", "um parágrafo"),
    "marcas com parêntese": ("# A\n\n1) um\n2) dois\n", 3, "um item de lista", "um parágrafo"),
    "continuação com 3 espaços": ("# A\n\n1. um\n\n   continua\n2. dois\n", 5, "um parágrafo", "um parágrafo"),
    "item de dentro com 2 espaços": ("# A\n\n- um\n  - dentro\n- dois\n", 4, "um item de lista de nível 2", "um item de lista de nível 1"),
    "cerca que não se fecha": ("# A\n\ntexto\n\n```bash\nls\n\n## B\n", 5, "um bloco de código", "um parágrafo"),
    "dobra de HTML sem `markdown`": ("# A\n\n<details>\n<summary>x</summary>\n\n## Dentro\n\n</details>\n", 6, "um título de nível 2", "nada"),
    "âncora que o site não dá": ("# A\n\nTexto { #nada }\n", 3, "uma âncora", "nada"),
    "link que um leitor não vê": ("# A\n\n[x](javascript:y)\n", 3, "um parágrafo", "um parágrafo"),
    "metadados sem traços": ("titulo: de lá\nautor: eu\n\n# A\n", 1, "um parágrafo", ""),
    "recuo de código numa lista": ("# A\n\n1. um\n\n       código\n", 5, "um bloco de código", ""),
    "título sem linha em branco e com recuo": ("# A\n\n   ## B\n", 3, "um título de nível 2", ""),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_the_two_readers_do_not_read_alike_is_a_finding_with_its_line(conferred, case):
    text, line, ours, theirs = DIFFERENT[case]
    found = [(int(at), message) for at, code, message in conferred(text) if code == "leitura-diferente"]
    assert found and found[0][0] == line, found
    assert ours in found[0][1].partition(", e o site mostra")[0] and f"o site mostra {theirs}" in found[0][1]


@pytest.mark.parametrize("text", [
    f"# A\n\nDuas colunas:\n\n{TABLE}\n## D\n",
    "# A\n\n1. um\n\n    continua\n\n    ```bash\n    ls\n    ```\n\n2. dois\n    - dentro\n    - mais\n",
    "# A\n\n!!! note \"Olá `x`\"\n\n    Texto com [link](#a).\n\n    ## Dentro\n\n    - um\n\n??? warning\n    oi\n\n[x](#dentro)\n",
    "# A\n\n<details markdown>\n<summary>x</summary>\n\n## Dentro\n\n[y](#dentro)\n\n</details>\n",
    "# A\n\n## a\\_b c\n\n## H<sub>2</sub>O\n\n## De <eu@aqui.br>\n\n## `a_b` & c &amp; d\n\n## Um\n\n## Um\n\n"
    "[1](#a_b-c) [2](#h2o) [3](#de-euaquibr) [4](#a_b-c-d) [5](#um_1)\n",
    "# A\n\n<a id=\"aqui\"></a>\n\nTexto <span id='la'>x</span>.\n\n[x](#aqui) [y](#la)\n",
    "# A\n\nQuebra  \nde linha, *ênfase*, **[negrito](#a)**, `código`, &copy; e &amp;, \\*, <https://a.b/c?d=e&f>.\n\n> Citação\n> longa\n\n---\n\n![x](y.png \"z\")\n",
])
def test_what_the_site_shows_is_accepted(conferred, project, text):
    (project.root / "docs").mkdir(exist_ok=True)
    (project.root / "docs" / "y.png").write_bytes(b"")
    assert conferred(text) == []


@pytest.mark.parametrize("head, line", [
    ("---\ntitle: Fila: a rápida\n---\n", 2), ("---\ntitle: Fila\nhide: [a\n---\n", 3), ("---\n- a\ntitle: b\n---\n", 3),
])
def test_a_header_that_does_not_parse_is_one_finding_with_its_line(conferred, head, line):
    (at, code, message), = conferred(f"{head}# A\n\nTexto.\n")
    assert (int(at), code) == (line, "cabecalho-invalido") and "o site o mostra como texto" in message


def test_a_file_with_crlf_bom_and_tabs_reads_alike(conferred):
    assert conferred("\ufeff# A\r\n\r\n1. um\r\n\t- dentro\r\n\r\n| a | b |\r\n| --- | --- |\r\n| c\t| d |\r\n") == []


def test_links_inside_an_admonition_are_checked(conferred):
    (line, code, message), = conferred("# A\n\n!!! note\n\n    Veja [lá](nada.md).\n")
    assert (line, code) == ("5", "link-quebrado") and "`docs/nada.md`, que não existe" in message


def test_an_encoded_anchor_is_told_to_be_written_as_it_is(conferred):
    (line, code, message), = conferred("# A\n\n## O que é\n\n[x](#o%2Dque-e)\n")
    assert (line, code) == ("5", "link-quebrado") and message.endswith("que o site não decodifica; escreva `#o-que-e`.")


def test_the_extensions_of_the_tree_are_the_ones_read(conferred, project):
    text = "# A\n\n!!! note\n    oi\n"
    assert conferred(text) == []
    (project.root / "mkdocs.yml").write_text("site_name: x\nmarkdown_extensions: [attr_list]\n", encoding="utf-8")
    assert [code for _, code, _ in conferred(text)] == ["leitura-diferente"]
    (project.root / "mkdocs.yml").write_text("site_name: x\nmarkdown_extensions: [nada_disso]\n", encoding="utf-8")
    said, = project.run("conferir").findings
    assert said.startswith("mkdocs.yml:1: [configuracao-invalida] As extensões de Markdown não se carregam: ")


def test_many_pages_are_read_in_another_process_with_the_same_answer(conferred, project):
    (project.root / "docs").mkdir(exist_ok=True)
    for number in range(8):
        (project.root / "docs" / f"p{number}.md").write_text("# A\n\n1) um\n", encoding="utf-8")
    assert [line.partition(" ")[0] for line in project.run("conferir").findings] == [f"docs/p{number}.md:3:" for number in range(8)]


# O que se recusava, e está certo

def test_hidden_files_are_neither_read_nor_run(project):
    project.script("_ajuda", "raise SystemExit('rodou')", title="")
    for name in (".#x.py", "._x.py", ".x.py"):
        (project.sources / name).write_text("open('rodou', 'w')\n", encoding="utf-8")
    (project.root / "regras").mkdir()
    (project.root / "regras" / ".#x.py").symlink_to("ninguem@lugar.123")
    (project.root / "regras" / "._x.py").write_text("open('rodou', 'w')\n", encoding="utf-8")
    docs = project.root / "docs"
    (docs / ".oculta").mkdir(parents=True)
    (docs / ".#x.md").symlink_to("ninguem@lugar.123")
    for name in ("._x.md", ".oculta/x.md"):
        (docs / name).write_bytes(b"[x](nada.md)\xff")
    answer = project.run("conferir")
    assert (answer.status, answer.findings) == (0, []) and not any("rodou" in name for name in project.files())
    assert project.run("gerar").findings == []


@pytest.mark.parametrize("name, code", [("comum", "diagrama-unico"), ("comum_aws", "slug-invalido")])
def test_a_module_beside_the_scripts_is_told_to_begin_with_an_underscore(project, name, code):
    project.script(name, "COR = 'azul'", title="")
    for verb in ("conferir", "gerar"):
        said, = project.run(verb).findings
        assert said.startswith(f"diagrams_src/{name}.py:1: [{code}] ") and f"`_{name}.py`" in said


# O site

@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Uma arquitetura pequena com o que os dois leitores precisam ver igual, montada no modo estrito."""
    root = tmp_path_factory.mktemp("arvore")
    shutil.copy(ROOT / "mkdocs.yml", root)
    shutil.copytree(ROOT / "docs" / "assets", root / "docs" / "assets")
    (root / "docs" / "index.md").write_text("# Início\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts")]
    subprocess.run([*command, "novo", "fila", "--raiz", str(root)], check=True, capture_output=True)
    page = root / "docs" / "arquiteturas" / "fila" / "index.md"
    text = page.read_text(encoding="utf-8")
    text = text.replace("[Bucket de arquivos](#arquivos)", f"**[{unicodedata.normalize('NFD', 'Bucket de arquivos')}](#arquivos)**")
    text = text.replace("[Região AWS]", f"[{unicodedata.normalize('NFD', 'Região AWS')}]").replace("## Benefícios", unicodedata.normalize("NFD", "## Benefícios"))
    text = text.replace("Diga", "Dito")
    text += "\n??? note \"Mais\"\n\n    ### Na dobra\n\n    [o título](#na-dobra) e [outro](#a_b-h2o)\n\n## a\\_b H<sub>2</sub>O\n\nTexto.\n"
    page.write_text(text, encoding="utf-8")
    done = subprocess.run([*command, "construir", "--raiz", str(root)], capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return (root / "site" / "arquiteturas" / "fila" / "index.html").read_text(encoding="utf-8")


def test_a_bold_link_still_makes_the_row(built):
    assert re.search(r'<tr id="?arquivos"?>', built)


def test_the_short_contents_lead_to_every_section(built):
    bar = re.search(r'<nav[^>]*arq-contents.*?</nav>', built, re.DOTALL)[0]
    targets = re.findall(r'href="?#([^"> ]+)', bar)
    assert "a_b-h2o" in targets and all(re.search(f'id="?{re.escape(target)}["> ]', built) for target in targets)


def test_a_heading_inside_a_fold_is_an_anchor(built):
    assert re.search(r'<h3 id="?na-dobra"?>', built)


def test_a_section_in_decomposed_unicode_is_the_section(built):
    assert re.search(r'id="?beneficios["> ].*?arq-proof', built, re.DOTALL) or "arq-proof" not in built


def test_what_mkdocs_says_has_a_line_and_is_in_portuguese(project, tmp_path):
    from scripts.website.messages import Messages

    import logging
    (project.root / "docs").mkdir(exist_ok=True)
    (project.root / "docs" / "a.md").write_text("# A\n\n[x](b.md#c)\n", encoding="utf-8")

    def said(message):
        return Messages(project.root).format(logging.LogRecord("mkdocs", logging.WARNING, "", 0, message, (), None))

    for message in ("Doc file 'a.md' contains a link 'b.md#c', but the doc 'b.md' does not contain an anchor '#c'.",
                    "Doc file 'a.md' contains an unrecognized relative link 'b.md#c', it was left as is. Did you mean 'x'?",
                    "Doc file 'a.md' contains a link 'b.md#c', but the target 'b.md' is not found among documentation files."):
        assert said(message) == "docs/a.md:3: [link-quebrado] O site não acha o destino do link `b.md#c`; corrija o caminho ou a âncora."
    assert said("Config value 'x': bad").startswith("mkdocs.yml:1: [mkdocs] O MkDocs avisa, em inglês: “Config value")
