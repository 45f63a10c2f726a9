"""Por onde a página diz que algo passa: sem seta entre os dois na figura é um achado; com ela, num sentido ou no outro, não."""

from __future__ import annotations

import pytest
from attempts import subject
from bench import REPOSITORY

from scripts.checks import carrying
from scripts.page import architecture

MUSIC, PHOTO, SHOP, CLI = "musicas", "foto-perfil", "ecommerce", "cli-s3-lambda-dynamodb"
STEPS = {
    MUSIC: ("e o áudio vai direto do [bucket de músicas](#musicas) para a [pessoa](#pessoa).", {
        "e o áudio vai do [bucket de músicas](#musicas) para a [pessoa](#pessoa).": True,
        "e o [bucket de músicas](#musicas) manda o áudio à [pessoa](#pessoa).": True,
        "e o áudio volta do [bucket de músicas](#musicas) direto à [pessoa](#pessoa).": True,
        "e o [servidor](#servidor) não repassa o áudio à [pessoa](#pessoa).": True,
        "e o áudio, sem passar pelo servidor, chega à [pessoa](#pessoa).": True,
        "e o áudio vai do [bucket de músicas](#musicas) ao servidor, que o repassa à [pessoa](#pessoa).": False,
        "e o [servidor](#servidor) entrega o áudio à [pessoa](#pessoa).": False,
        "e o servidor envia o áudio para a pessoa.": False,
        "e o áudio vai da [função](#funcao) para a [pessoa](#pessoa).": False,
        "e o áudio vai direto do [bucket de fichas](#fichas) para a [pessoa](#pessoa).": False,
        "e a [função](#funcao) encaminha o áudio ao [servidor](#servidor).": False,
        "e o áudio passa pela [função](#funcao) e chega à [pessoa](#pessoa).": False,
        "e o [bucket de fichas](#fichas) devolve o áudio à [pessoa](#pessoa).": False,
    }),
    PHOTO: ("Com ele, a foto vai direto ao S3, sem passar por servidor nenhum.", {
        "Com ele, a [pessoa](#pessoa) manda a foto ao [bucket de entrada](#entrada).": True,
        "Com ele, a foto vai direto da [pessoa](#pessoa) para o [bucket de entrada](#entrada).": True,
        "Com ele, a [pessoa](#pessoa) não envia a foto à [função validar](#validar).": True,
        "Com ele, a [pessoa](#pessoa) manda a foto à [função validar](#validar).": False,
        "Com ele, a foto vai da [função autorizar](#autorizar) para o [bucket de fotos](#fotos).": False,
        "Com ele, a foto vai direto da [pessoa](#pessoa) para o [bucket de fotos](#fotos).": False,
        "Com ele, a [função autorizar](#autorizar) encaminha a foto ao [bucket de fotos](#fotos).": False,
    }),
    SHOP: ("a [instância](#app-a) leva o aviso à [fila de pedidos](#fila).", {
        "a [instância](#app-a) entrega o aviso à [fila de pedidos](#fila).": True,
        "o aviso vai da [instância](#app-a) para a [fila de pedidos](#fila).": True,
        "a [instância](#app-a) leva o aviso à [função](#funcao).": False,
        "o aviso vai da [instância](#app-a) à [função](#funcao).": False,
        "o [banco](#primario) manda o aviso à [fila de pedidos](#fila).": False,
        "o aviso vai da [instância](#app-a) à [fila de falhas](#falhas).": False,
    }),
    CLI: ("O [bucket](#entrada) entrega o evento à [função](#funcao) de forma assíncrona", {
        "O [bucket](#entrada) manda o evento à [função](#funcao) de forma assíncrona": True,
        "O evento vai do [bucket](#entrada) para a [função](#funcao) de forma assíncrona": True,
        "A [AWS CLI](#cli) entrega o evento à [função](#funcao) de forma assíncrona": False,
        "O [bucket](#entrada) entrega o evento à [tabela](#resultados) de forma assíncrona": False,
        "O [bucket](#entrada) envia o evento à [fila de falhas](#falhas), de forma assíncrona": False,
    }),
}


@pytest.mark.parametrize("slug, old, new, right", [(slug, old, new, right) for slug, (old, ways) in STEPS.items() for new, right in ways.items()])
def test_what_goes_from_one_to_another_has_an_arrow(slug, old, new, right):
    real, page = subject(slug)
    text = (REPOSITORY / page.path).read_text(encoding="utf-8")
    assert old in text
    found = list(carrying.check(architecture.parse(text.replace(old, new, 1), page.path), real.diagram))
    assert ([finding.code for finding in found] == []) is right, found


@pytest.mark.parametrize("slug", ["musicas", "foto-perfil", "ecommerce", "cli-s3-lambda-dynamodb", "espectrometria", "envio-e-consulta", "metadados-s3",
                                  "dois-volumes-ebs", "pdv-alta-disponibilidade", "upload-ec2-ebs-rds", "web-ec2-rds-s3"])
def test_the_real_pages_follow_their_arrows(slug):
    real, page = subject(slug)
    assert list(carrying.check(page, real.diagram)) == []
