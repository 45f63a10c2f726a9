"""A página: o que se lê do Markdown, em que linha, e o que falta."""

import time

import pytest
from markdown import Markdown
from markdown.extensions import toc

from scripts.base.findings import Defect
from scripts.page import architecture, document

GOOD = """\
---
title: Nada
---
# Envio de `arquivos` & cia

![A pessoa envia
ao bucket](diagrama.svg "título com [link](x.md)")

## Componentes

| Componente | O que faz | Recurso |
|---|---|---|
| [Balanceador](#alb) | Distribui a \\| b | `Alb` e `Escuta` |
| [Banco](#banco) | Guarda <script>alert(1)</script> | |

Fluxo de dados
--------------

1. A pessoa chama o [Balanceador](#alb).
2. Ele grava
   no [banco
   de dados](#banco), veja [a referência][ref] e `[código](nada.md)`.

       ## Falso

   ```
   ## Também falso
   [link](falso.md)
   ```

## Benefícios { #ganhos }

- [Escala](../../provas.md#escala): cresce.
- *Opinião*: barato.

[ref]: https://example.com/a "título"
"""


def parse(text):
    return architecture.parse(text, "p.md")


def codes(text):
    return [(finding.line, finding.code) for finding in parse(text).findings]


def test_a_good_page_has_no_findings():
    good = parse(GOOD)
    assert good.findings == ()
    assert good.title == "Envio de arquivos & cia"


def test_rows_steps_and_benefits():
    good = parse(GOOD)
    assert [(row.node_id, row.name, row.resources, row.line) for row in good.rows] == [
        ("alb", "Balanceador", ("Alb", "Escuta"), 13), ("banco", "Banco", (), 14)]
    assert good.rows[0].cells == ("Balanceador", "Distribui a | b", "Alb e Escuta")
    assert [(step.number, step.line) for step in good.steps] == [(1, 19), (2, 20)]
    assert good.steps[0].text == "A pessoa chama o Balanceador."
    assert [(benefit.text, benefit.line) for benefit in good.benefits] == [("Escala: cresce.", 33), ("Opinião: barato.", 34)]
    assert good.benefits[0].link.target == "../../provas.md#escala"
    assert good.benefits[1].link is None


COMMON = """
O que todas têm: [Escala](../../provas.md#escala) sem
limite; e **[Logs](../../provas.md#logs)**, por 14 dias.
"""


def test_each_link_of_the_common_paragraph_is_a_benefit_after_those_of_the_list():
    read = parse(GOOD.replace("- *Opinião*: barato.\n", f"- *Opinião*: barato.\n{COMMON}"))
    assert read.findings == ()
    assert [(benefit.text, benefit.link.target, benefit.line) for benefit in read.benefits if benefit.common] == [
        ("Escala sem limite; e", "../../provas.md#escala", 36), ("Logs, por 14 dias.", "../../provas.md#logs", 37)]
    assert [benefit.common for benefit in read.benefits] == [False, False, True, True]


@pytest.mark.parametrize("old, new, expected", [
    ("- *Opinião*: barato.\n", "- *Opinião*: barato.\n\nO que todas têm: nada.\n", (36, "paragrafo-sem-link")),
    ("- *Opinião*: barato.\n", f"- *Opinião*: barato.\n\nOutro.\n{COMMON}", (38, "paragrafo-fora-do-lugar")),
    ("- *Opinião*: barato.\n", f"- *Opinião*: barato.\n{COMMON}{COMMON}", (39, "paragrafo-fora-do-lugar")),
    ("## Componentes", f"{COMMON}\n## Componentes", (10, "paragrafo-fora-do-lugar")),
    ("- *Opinião*: barato.\n", f"- *Opinião*: barato.{COMMON}", (34, "paragrafo-fora-do-lugar")),
    ("- *Opinião*: barato.\n", f"- *Opinião*: barato.\n\n  {COMMON.strip()}\n", (36, "paragrafo-fora-do-lugar")),
])
def test_a_common_paragraph_out_of_place_or_without_links_is_a_finding(old, new, expected):
    assert codes(GOOD.replace(old, new)) == [expected]


def test_links_and_images_have_their_true_line():
    good = parse(GOOD)
    assert [(link.text, link.target, link.line) for link in good.steps[1].links] == [
        ("banco de dados", "#banco", 21), ("a referência", "https://example.com/a", 22)]
    assert [(image.text, image.target, image.line) for image in good.images] == [
        ("A pessoa envia ao bucket", "diagrama.svg", 6)]
    assert all("falso" not in link.target and link.target != "nada.md" for link in good.links)


def test_fenced_and_indented_code_has_no_headings():
    assert [(heading.text, heading.id, heading.level, heading.line) for heading in parse(GOOD).headings] == [
        ("Envio de arquivos & cia", "envio-de-arquivos-cia", 1, 4), ("Componentes", "componentes", 2, 9),
        ("Fluxo de dados", "fluxo-de-dados", 2, 16), ("Benefícios", "ganhos", 2, 31)]


def test_crlf_and_bom_change_nothing(tmp_path):
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert architecture.read(tmp_path / "a.md", "p.md") == parse(GOOD)


@pytest.mark.parametrize("text", [
    "# Ação — é `código` & <b>isto</b>\n\n## Ação\n\n## Ação\n\n### Ação_1\n\n# 日本\n\n# !\n\n## Fim { #acao_2 }\n\n## Ação\n",
    "# [Link](x.md) e ![imagem](y.png)\n\n# a_b *c* d--e\n\nSetext *duplo*\n===\n\n## x {: #y .z }\n\n## x\n",
])
def test_heading_ids_are_those_of_the_site(text):
    site = Markdown(extensions=["toc", "attr_list"])
    site.convert(text)

    def flat(tokens):
        for token in tokens:
            yield token["id"]
            yield from flat(token["children"])

    assert [heading.id for heading in parse(text).headings] == list(flat(site.toc_tokens))


@pytest.mark.parametrize("text", ["Olá, mundo", " a -- b_c ", "", "日本", "ﬁm", "É\u0301"])
def test_slugs_are_those_of_python_markdown(text):
    assert document.slugify(text) == toc.slugify(text, "-")
    used = {"a", "a_1", "b_7", "_1"}
    for id in ("a", "b_7", "", "novo"):
        assert document.unique(id, used) == toc.unique(id, set(used))


def replaced(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize("text, found", [
    ("", [(1, "secao-ausente")] * 3),
    (replaced("## Componentes", "## Peças"), [(1, "secao-ausente")]),
    (replaced("## Componentes", "### Componentes"), [(1, "secao-ausente")]),
    (replaced("|---|---|---|", "texto"), [(9, "tabela-ausente")]),
    (replaced("Fluxo de dados\n---", "| a |\n|---|\n| b |\n\nFluxo de dados\n---"), [(16, "tabela-repetida")]),
    (replaced("[Balanceador](#alb) | D", "Balanceador | D"), [(13, "linha-sem-link")]),
    (replaced("[Balanceador](#alb) | D", "[Balanceador](alb.md) | D"), [(13, "linha-sem-link")]),
    (replaced("[Banco](#banco) | G", "[Banco](#alb) | G"), [(14, "linha-repetida")]),
    (replaced("2. Ele", "3. Ele"), [(20, "passo-pulado")]),
    (replaced("2. Ele", "1. Ele"), [(20, "passo-pulado")]),
    (replaced("1. A pessoa", "0. A pessoa"), [(19, "passo-pulado")]),
    (replaced("2. Ele", "\nInterrompe.\n\n2. Ele"), [(23, "lista-repetida")]),
    (replaced("1. A pessoa", "- A pessoa").replace("2. Ele", "- Ele"), [(16, "lista-ausente")]),
    (replaced("- [Escala]", "[Escala]").replace("- *Op", "*Op"), [(31, "lista-ausente")]),
    (GOOD + "\n## Componentes\n", [(38, "secao-repetida")]),
])
def test_what_is_missing_is_a_finding_with_its_line(text, found):
    assert codes(text) == found


def test_a_table_without_rows_is_no_table():
    text = "## Componentes\n\n| A |\n|---|\n\n## Fluxo de dados\n\n1. a\n\n## Benefícios\n\n- b\n"
    assert codes(text) == [(3, "tabela-ausente")]


def test_nested_lists_are_not_steps():
    text = replaced("1. A pessoa chama", "1. A pessoa:\n\n    1. abre\n    3. envia\n\n    e chama")
    assert codes(text) == []
    assert len(parse(text).steps) == 2


def test_messages_say_what_to_do():
    finding, = parse(replaced("2. Ele", "4. Ele")).findings
    assert finding.message == "O item está escrito como `4` e será o passo 2; numere a lista de 1 em 1."
    finding, = parse(replaced("[Balanceador](#alb) | D", "Balanceador | D")).findings
    assert "`[Nome](#id)`" in finding.message


def test_a_missing_page_is_a_defect(tmp_path):
    with pytest.raises(Defect, match=r"^p.md:1: \[pagina-ausente\]"):
        architecture.read(tmp_path / "nada.md", "p.md")
    (tmp_path / "a.md").write_bytes(b"# T\n\n\xe7\n")
    with pytest.raises(Defect, match=r"^p.md:3: \[nao-utf-8\]"):
        architecture.read(tmp_path / "a.md", "p.md")


@pytest.mark.parametrize("text", ["> " * 5_000, "- " * 5_000, "[" * 5_000, "`" * 50_000, "---\n" * 5_000, "|a" * 2_000 + "|\n" + "|-" * 2_000])
def test_hostile_text_is_read_quickly(text):
    start = time.perf_counter()
    parse(text)
    assert time.perf_counter() - start < 3
