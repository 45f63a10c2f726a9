"""O que a página promete de um comando, de um listener e de quem entra em quem, contra a opção, o template e a figura."""

from __future__ import annotations

import pytest

from scripts.checks import entering, promised, refusals
from scripts.page import architecture
from scripts.proofs.facts.views import views_of
from tests.proofs.bench import REPOSITORY, real


def page_with(folder, slug: str, old: str, new: str):
    text = (REPOSITORY / "docs" / "arquiteturas" / slug / "index.md").read_text(encoding="utf-8")
    assert old in text
    (folder / "index.md").write_text(text.replace(old, new, 1), encoding="utf-8")
    return architecture.read(folder / "index.md", "index.md")


def commands_of(folder, slug: str, old: str, new: str) -> set[str]:
    return {finding.code for finding in promised.check(page_with(folder, slug, old, new), views_of(real(slug).template))}


def entries_of(folder, slug: str, old: str, new: str) -> set[str]:
    return {finding.code for finding in entering.check(page_with(folder, slug, old, new), real(slug).diagram, views_of(real(slug).template))}


PDV = "pdv-alta-disponibilidade"
COMMENT = "# Encerra uma instância: o Auto Scaling repõe."
FLAG = "  --no-should-decrement-desired-capacity --region"
SQUARE = "# Força a troca do banco para a outra zona."


@pytest.mark.parametrize("old, new, wrong", [
    (FLAG, FLAG.replace("--no-", "--"), True), (FLAG, FLAG, False), (COMMENT, "# Encerra uma instância, e o grupo encolhe.", True),
    (COMMENT, "# Encerra uma instância, que o grupo não repõe.", True), (COMMENT, "# Encerra uma instância: outra nasce.", False),
    ("--force-failover", "--no-force-failover", True), ("--force-failover", "--force-failover", False),
    (SQUARE, "# Reinicia o banco.", False),
])
def test_a_flag_against_the_comment_above_it(tmp_path, old, new, wrong):
    assert commands_of(tmp_path, PDV, old, new) == ({"comando-contra-promessa"} if wrong else set())


def test_a_flag_and_the_comment_that_says_the_same(tmp_path):
    text = f"{COMMENT}\n"
    page = page_with(tmp_path, PDV, text, "# Encerra uma instância, que o grupo não repõe.\n")
    written = (tmp_path / "index.md").read_text(encoding="utf-8").replace(FLAG, FLAG.replace("--no-", "--"))
    (tmp_path / "index.md").write_text(written, encoding="utf-8")
    assert page and not list(promised.check(architecture.read(tmp_path / "index.md", "index.md"), views_of(real(PDV).template)))


@pytest.mark.parametrize("old, new, wrong", [
    ('"S":"entrada/vendas.csv"', '"S":"vendas.csv"', True), ('"S":"entrada/ruim.csv"', '"S":"ruim.csv"', True),
    ('"S":"entrada/vendas.csv"', '"S":"entrada/vendas.csv"', False), ('"S":"entrada/vendas.csv"', '"S":"entrada/outro.csv"', False),
])
def test_the_line_sought_has_the_key_of_the_object(tmp_path, old, new, wrong):
    assert commands_of(tmp_path, "cli-s3-lambda-dynamodb", old, new) == ({"comando-contra-promessa"} if wrong else set())


FAILS = "O segundo **precisa falhar**: não há quem atenda HTTP."


@pytest.mark.parametrize("new, wrong", [
    ("O segundo **precisa responder 301**: o balanceador leva o HTTP ao HTTPS.", True), ("O balanceador redireciona o HTTP para HTTPS.", True),
    ("Por HTTP, o segundo responde 301.", True), ("O segundo falha: ninguém atende HTTP.", False),
    ("O segundo falha: o balanceador não redireciona o HTTP para HTTPS.", False), ("Com um listener na porta 80, ele responderia 301 por HTTP.", False),
])
def test_who_comes_by_http_where_nobody_answers(tmp_path, new, wrong):
    assert entries_of(tmp_path, "envio-e-consulta", FAILS, new) == ({"http-diferente"} if wrong else set())


@pytest.mark.parametrize("new, wrong", [("Ninguém atende HTTP.", True), ("Não há quem atenda HTTP.", True), ("O balanceador atende HTTP.", False)])
def test_who_comes_by_http_where_somebody_answers(tmp_path, new, wrong):
    old = "As respostas de `/saude` alternam entre as duas zonas."
    assert entries_of(tmp_path, PDV, old, f"{old} {new}") == ({"http-diferente"} if wrong else set())


SITE = "O banco, só o site; os buckets, cada papel no seu prefixo."


@pytest.mark.parametrize("new, wrong", [
    ("O banco, só a API; os buckets, cada papel no seu prefixo.", True), ("Só a API chega ao banco.", True), ("O banco, só o balanceador.", True),
    (SITE, False), ("Só o site chega ao banco.", False), ("O site, só o balanceador; a API, só o site.", False),
    ("O banco, só a aplicação; o resto, ninguém.", False),
])
def test_who_enters_whom(tmp_path, new, wrong):
    assert entries_of(tmp_path, "espectrometria", SITE, new) == ({"quem-entra"} if wrong else set())


AUDIO = "e o áudio vai direto do [bucket de músicas](#musicas) para a [pessoa](#pessoa)."
TO = "e o áudio vai do [bucket de músicas](#musicas) para a [pessoa](#pessoa)"


@pytest.mark.parametrize("new, wrong", [
    (f"{TO} passando pelo servidor, que o repassa.", True), (f"{TO} por meio do servidor.", True), (f"{TO} através do servidor.", True),
    (f"{TO} sem passar pelo servidor.", False), (f"{TO}, e não passa pelo servidor.", False), (f"{TO} pela internet.", False), (AUDIO, False),
])
def test_the_way_is_the_one_drawn(tmp_path, new, wrong):
    assert entries_of(tmp_path, "musicas", AUDIO, new) == ({"caminho-diferente"} if wrong else set())


@pytest.mark.parametrize("method, wrong", [("PUT", True), ("GET", True), ("POST", False)])
def test_cors_accepts_the_method_of_the_form(tmp_path, method, wrong):
    page = page_with(tmp_path, "foto-perfil", "para `POST`, só", f"para `{method}`, só")
    assert bool(list(refusals.check(page, views_of(real("foto-perfil").template)))) is wrong
