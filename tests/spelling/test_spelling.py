"""Nenhuma palavra desconhecida no que se lê: páginas, figuras, descrições dos templates e mensagens."""

from __future__ import annotations

from pathlib import Path

import pytest
import texts
from speller import dictionary, listed, unknown
from texts import Text

from scripts.page import document
from scripts.template import cloudformation

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("part", [texts.pages, texts.pictures, texts.templates, texts.messages], ids=lambda part: part.__name__)
def test_every_word_is_known(part):
    read = list(part(ROOT))
    wrong = [f"{text.path}:{text.line}: “{word}”; corrija, ou acrescente a tests/spelling/palavras.txt"
             for text in read for word in unknown(text)]
    assert len(read) > 50 and wrong == []


def test_the_lists_have_only_what_the_dictionary_lacks():
    for name in ("palavras.txt", "sem-acento.txt"):
        assert sorted(word for word in listed(name) if dictionary().spell(word)) == []
    assert sorted(word for word in listed("nunca.txt") if not dictionary().spell(word)) == []


def test_a_misspelt_word_in_a_label_is_pointed_out(tmp_path):
    (tmp_path / "diagrams_src").mkdir()
    (tmp_path / "diagrams_src" / "a.py").write_text(
        'from diagrams import Diagram, Edge\nfrom diagrams.aws.compute import EC2\n'
        'with Diagram("A figura", show=False):\n    EC2("Servidor") >> Edge(label="emvia") >> EC2("Banco")\n', encoding="utf-8")
    assert [(text.path, text.line, unknown(text)) for text in texts.pictures(tmp_path) if unknown(text)] == [
        ("diagrams_src/a.py", 4, ["emvia"])]


def test_a_misspelt_word_in_a_message_is_pointed_out(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "a.py").write_text(
        'NAME = "x"\nMESSAGE = (f"O recurso `{NAME}` não ezist"\n           "e no template; corrija `ezisto` e o resto.")\n', encoding="utf-8")
    assert [(text.path, text.line, unknown(text)) for text in texts.messages(tmp_path)] == [("scripts/a.py", 2, ["eziste"])]


def test_a_misspelt_description_is_pointed_out_and_plain_ascii_passes_only_where_aws_asks():
    template = cloudformation.parse(
        "Description: Uma pilia\nResources:\n"
        "  G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Aplicacao}}\n"
        "  F: {Type: AWS::Lambda::Function, Properties: {Description: Aplicacao}}\n", "t.yaml")
    found = [(text.line, unknown(text)) for text in texts._values(template, template.data, (), False) if unknown(text)]
    assert found == [(1, ["pilia"]), (4, ["Aplicacao"])]


@pytest.mark.parametrize("written, wrong", [
    ("A `pilia` fica em docs/pilia.md, na versão v2 e no `${Pilia}`.", []),
    ("Recebê-lo, instalá-la e pôr em sub-redes só-leitura.", []),
    ("Veja docs.aws.amazon.com/xyzw e GrupoInstancias, s3:GetObjecto.", []),
    ("A instancia nao responde; o ficheiro fica no ecrã.", ["instancia", "nao", "ficheiro", "ecrã"]),
])
def test_what_is_not_a_word_is_skipped(written, wrong):
    assert unknown(Text("p.md", 1, written)) == wrong


def test_the_text_of_a_page_has_its_true_line():
    page = document.parse("# Título\n\nUma linha\nduas linhaz.\n\n| a | b |\n|---|---|\n| c | trez |\n", "p.md")
    found = [(line, child.content) for token in page.tokens for child, line in document.children(token) if unknown(Text("", 1, child.content))]
    assert found == [(4, "duas linhaz."), (8, "trez")]
