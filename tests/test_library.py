"""A biblioteca: notas, comparações e trilhas, o glossário que sai delas, e o que as trilhas pedem das arquiteturas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scripts.checks import verdict
from scripts.page import library

DOC = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html"
NOTE = f"""\
---
grupo: Armazenamento
verbete: S3
recursos: [AWS::S3::Bucket, AWS::S3::Bucket LifecycleConfiguration]
tags: [objeto, balde]
conferida: 2026-11-30
---

# S3: onde o arquivo fica

Guarda objetos. [Documentação]({DOC}).

## O que saber

- Um objeto tem até 48,8 TiB ([S3]({DOC}), consultada em 2026-11-30).

## O engano comum

Não é um disco.

## Quando usar

**Use** para guardar. **Não use** como disco.

## Onde aparece

<!-- onde-aparece -->

## Prove aqui

- [Passo 1](../arquiteturas/a/index.md#passo-1): o envio.
"""
COMPARISON = f"""\
---
tags: [disco]
conferida: 2026-11-30
---

# S3 ou disco?

O caso.

## Lado a lado

| Critério | S3 | Disco |
| --- | --- | --- |
| Tamanho | o que usar | 500 GiB ([EBS]({DOC}), consultada em 2026-11-30) |

## Como decidir

| Se… | Escolha | Porque |
| --- | --- | --- |
| precisa de pasta | Disco | monta |

## Na dúvida

S3.

## Onde ver cada lado

- [A](../arquiteturas/a/index.md).
"""
TRAIL = """\
---
tags: [começo]
conferida: 2026-11-30
---

# Trilha: primeira

Para quem começa.

## Antes de começar

Nada.

## Paradas

1. [S3](../notas/s3.md): leia. Depois dela, você guarda.

## E depois

Outra.
"""
GLOSSARY = "# Glossário\n\n## S3\n\n<!-- verbete: s3 -->\n\n## VPC\n\nUma rede.\n"
PAGE = """\
---
nivel: básico
---

# A

Resumo.

## Confira o que você aprendeu

??? question "Uma?"
    Sim. [Veja](#a).

??? question "Outra?"
    Não. [Veja](../../notas/s3.md).
"""
TEMPLATE = """\
Parameters: {Guarda: {Type: String, Default: "false"}}
Resources:
  Balde: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled}]}}}
  Banco: {Type: AWS::RDS::DBInstance, Properties: {MultiAZ: !Ref Guarda}}
"""
FILES = {"notas/s3.md": NOTE, "comparacoes/s3-disco.md": COMPARISON, "trilhas/primeira.md": TRAIL, "glossario.md": GLOSSARY,
         "arquiteturas/a/index.md": PAGE, "arquiteturas/a/template.yaml": TEMPLATE}


def check(root: Path, changes: dict[str, tuple[str, str] | str | None] = {}, slugs=None) -> list[str]:
    """Os achados da árvore com estas trocas: um texto inteiro, um par `(de, para)`, ou nada no lugar do arquivo."""
    files: dict[str, str | None] = dict(FILES)
    for name, change in changes.items():
        if isinstance(change, tuple):
            assert change[0] in (FILES[name]), (name, change)
            files[name] = FILES[name].replace(*change)
        else:
            files[name] = change
    for name, text in files.items():
        path = root / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
    templates = {"a": verdict.template_of(root, "a")}
    return [f"{one.path.removeprefix('docs/')}:{one.line} {one.code} {one.message}"
            for one in verdict.check_library(root, templates, slugs, today=date(2026, 11, 30))]


def test_a_good_library_is_silent(tmp_path):
    assert check(tmp_path) == []


def test_a_tree_without_library_hears_nothing(tmp_path):
    absent = dict.fromkeys(("notas/s3.md", "comparacoes/s3-disco.md", "trilhas/primeira.md"))
    bare = {"arquiteturas/a/index.md": "# A\n", "sala/solta.md": "# Solta\n", "glossario.md": "# Glossário\n\n## S3\n\nObjetos.\n"}
    assert check(tmp_path, {**absent, **bare}) == []
    assert library.read(tmp_path / "docs") == library.Library()


BROKEN = {
    "chave": ("notas/s3.md", ("grupo:", "grupos:"), ":2 cabecalho-desconhecido", "talvez seja `grupo`"),
    "chave que falta": ("notas/s3.md", ("grupo:", "grupos:"), ":1 cabecalho-incompleto", "Falta `grupo` no cabeçalho"),
    "grupo": ("notas/s3.md", ("Armazenamento", "Discos"), ":2 cabecalho-incompleto", "`grupo: Discos`, que não se entende; escreva um destes: Conceitos"),
    "verbete que não é texto": ("notas/s3.md", ("verbete: S3", "verbete: 3"), ":3 cabecalho-incompleto", "escreva um texto"),
    "recurso": ("notas/s3.md", ("AWS::S3::Bucket,", "S3,"), ":4 cabecalho-incompleto", "`fora:` e por quê"),
    "recursos e fora": ("notas/s3.md", ("tags:", "fora: não há\ntags:"), ":5 cabecalho-contraditorio", "deixe só um"),
    "tags": ("notas/s3.md", ("[objeto, balde]", "objeto"), ":5 cabecalho-incompleto", "`tags: objeto`"),
    "tags de comparação": ("comparacoes/s3-disco.md", ("[disco]", "[]"), ":2 cabecalho-incompleto", "numa lista"),
    "dia": ("trilhas/primeira.md", ("2026-11-30", "novembro"), ":3 cabecalho-incompleto", "como `2026-11-30`"),
    "seção a mais": ("notas/s3.md", ("## O engano comum", "## O erro comum"), ":17 secao-desconhecida", "use `## O que saber`"),
    "seção que falta": ("notas/s3.md", ("## O engano comum", "### O engano comum"), ":1 secao-ausente", "Falta a seção `## O engano comum`"),
    "seção fora de ordem": ("trilhas/primeira.md", ("Para quem começa.", "Para quem começa.\n\n## E depois"), ":12 secao-fora-de-ordem", "é: Antes"),
    "seção repetida": ("comparacoes/s3-disco.md", ("S3.\n", "S3.\n\n## Na dúvida\n"), ":26 secao-fora-de-ordem", "repetida"),
    "sem fatos": ("notas/s3.md", ("- Um objeto", "Um objeto"), ":13 lista-ausente", "um fato por item"),
    "sem resumo": ("notas/s3.md", ("# S3: onde o arquivo fica\n\n", ""), ":1 pagina-sem-resumo", "Falta o título"),
    "nome": ("notas/S_3.md", NOTE, ":1 slug-invalido", "não serve de endereço"),
    "assunto que ninguém usa": ("notas/s3.md", ("AWS::S3::Bucket,", "AWS::SQS::Queue,"), ":4 assunto-sem-template", "mostra `AWS::SQS::Queue`"),
    "propriedade que ninguém escreve": ("notas/s3.md", ("LifecycleConfiguration", "WebsiteConfiguration"), ":4 assunto-sem-template", "WebsiteConfiguration"),
    "propriedade falsa": ("notas/s3.md", ("AWS::S3::Bucket LifecycleConfiguration", "AWS::RDS::DBInstance MultiAZ"), ":4 assunto-sem-template", "MultiAZ"),
    "fato sem link": ("notas/s3.md", (f"([S3]({DOC}), consultada", "(consultada"), ":15 fato-sem-fonte", "não traz um link para a documentação da AWS;"),
    "fato de outro lugar": ("notas/s3.md", (f"[S3]({DOC})", "[S3](https://example.com/aws.amazon.com/)"), ":15 fato-sem-fonte", "link para"),
    "fato sem dia": ("notas/s3.md", (", consultada em 2026-11-30", ""), ":15 fato-sem-fonte", "não traz o dia em que ela foi lida"),
    "fato sem número nem link": ("notas/s3.md", ("- Um objeto tem até", "- Um objeto tem nome.\n- Um objeto tem até"), ":15 fato-sem-fonte", "um link."),
    "prazo por extenso": ("notas/s3.md", ("- Um objeto tem até", "- [Vence](x.md) em quinze minutos.\n- Um objeto tem até"), ":15 fato-sem-fonte", "da AWS nem"),
    "linha sem fonte": ("comparacoes/s3-disco.md", (f" ([EBS]({DOC}), consultada em 2026-11-30)", ""), ":14 fato-sem-fonte", "nem o dia"),
    "decisão sem fonte": ("comparacoes/s3-disco.md", ("monta |", "até 16 |"), ":20 fato-sem-fonte", "A linha “precisa"),
    "nota longa": ("notas/s3.md", ("Não é um disco.", "Não é um disco. " * 100), ":1 nota-longa", "cabem 350"),
    "conferida amanhã": ("notas/s3.md", ("conferida: 2026-11-30", "conferida: 2026-12-03"), ":6 data-futura", "2026-12-03"),
    "consultada amanhã": ("comparacoes/s3-disco.md", ("consultada em 2026-11-30", "consultada em 2027-01-01"), ":14 data-futura", "2027-01-01"),
    "sem tabela": ("comparacoes/s3-disco.md", (
        "| Se… | Escolha | Porque |\n| --- | --- | --- |\n| precisa de pasta | Disco | monta |\n", "Disco.\n"), ":16 tabela-ausente", "não tem tabela"),
    "parada sem link": ("trilhas/primeira.md", ("[S3](../notas/s3.md)", "S3"), ":16 parada-quebrada", "não começa por um link"),
    "parada que começa por texto": ("trilhas/primeira.md", ("1. [S3]", "1. Leia [S3]"), ":16 parada-quebrada", "comece por ele"),
    "parada fora daqui": ("trilhas/primeira.md", ("../notas/s3.md", DOC), ":16 parada-quebrada", "para uma página daqui"),
    "parada sem depois": ("trilhas/primeira.md", ("Depois dela, você", "E"), ":16 parada-sem-depois", "Depois dela, você…"),
    "sem paradas": ("trilhas/primeira.md", ("1. [S3]", "[S3]"), ":14 lista-ausente", "um item por parada"),
    "verbete que não há": ("notas/s3.md", ("verbete: S3", "verbete: Balde"), "notas/s3.md:3 verbete-inexistente", "`## Balde`"),
    "verbete escrito à mão": ("glossario.md", ("<!-- verbete: s3 -->", "Objetos."), ":3 verbete-escrito-duas-vezes", "só `<!-- verbete: s3 -->`"),
    "verbete e mais texto": ("glossario.md", ("s3 -->\n", "s3 -->\n\nE mais.\n"), ":3 verbete-escrito-duas-vezes", "leve para ela"),
    "marca sem nota": ("glossario.md", ("Uma rede.", "<!-- verbete: vpc -->"), ":9 verbete-inexistente", "nota `vpc`, que não existe"),
    "sem glossário": ("glossario.md", None, ":1 verbete-inexistente", "não existe ou não se lê"),
    "dois com o mesmo verbete": ("notas/balde.md", NOTE, "notas/s3.md:3 verbete-repetido", "A nota `balde` já é o verbete “S3”"),
    "página órfã": ("sala/solta.md", "# Solta\n", "sala/solta.md:1 pagina-orfa", "cite-a de uma"),
    "sem nível": ("arquiteturas/a/index.md", ("nivel: básico", "title: A"), ":1 nivel-ausente", "não diz o nível"),
    "nível que não há": ("arquiteturas/a/index.md", ("básico", "fácil"), ":2 nivel-ausente", "`fácil` não existe"),
    "uma pergunta só": ("arquiteturas/a/index.md", ('??? question "Outra?"', "Outra"), ":9 perguntas-ausentes", "1 de 2"),
    "sem perguntas": ("arquiteturas/a/index.md", ("## Confira", "## Veja"), ":1 perguntas-ausentes", "0 de 2"),
    "resposta sem link": ("arquiteturas/a/index.md", ("[Veja](#a)", "Veja"), ":11 pergunta-sem-resposta", "acrescente um link"),
    "resposta que só leva para fora": ("arquiteturas/a/index.md", ("(#a)", f"({DOC})"), ":11 pergunta-sem-resposta", "acrescente um link"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_way_of_breaking_it_is_found(tmp_path, name):
    file, change, where, said = BROKEN[name]
    found = check(tmp_path, {file: change})
    assert any(where in one and said in one for one in found), found


def test_a_fact_without_a_number_may_lead_to_another_page(tmp_path):
    plain = "- Um objeto não se abre na porta 22, nem em duas zonas ([S3](s3.md)).\n- Um objeto tem até"
    assert check(tmp_path, {"notas/s3.md": ("- Um objeto tem até", plain)}) == []


def test_what_is_cited_is_no_orphan(tmp_path):
    cited = {"sala/solta.md": "# Solta\n", "trilhas/primeira.md": ("Outra.", "[Outra](../sala/solta.md).")}
    assert check(tmp_path, cited) == []


def test_what_no_template_shows_says_so_and_needs_no_resource(tmp_path):
    recursos = "recursos: [AWS::S3::Bucket, AWS::S3::Bucket LifecycleConfiguration]"
    assert check(tmp_path, {"notas/s3.md": (recursos, "fora: nenhum template precisa.")}) == []
    assert any("fora" in one for one in check(tmp_path, {"notas/s3.md": (recursos, "fora: ")}))


def test_a_template_that_is_not_read_hides_no_subject(tmp_path):
    assert check(tmp_path, {"arquiteturas/a/template.yaml": "Resources: ["}) == []


def test_asked_about_one_architecture_only_its_questions_are_judged(tmp_path):
    broken = {"notas/s3.md": ("Armazenamento", "Discos"), "arquiteturas/a/index.md": ("[Veja](#a)", "Veja")}
    assert [one.split()[1] for one in check(tmp_path, broken, slugs=["a"])] == ["pergunta-sem-resposta"]
