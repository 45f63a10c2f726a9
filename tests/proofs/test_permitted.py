"""O que a página diz que um papel deixa, o que um pedido pede, e quem recusa: ao contrário do template, ou da AWS, é um achado."""

from __future__ import annotations

import pytest
from attempts import subject
from bench import REPOSITORY

from scripts.checks import permitted, refusals
from scripts.page import architecture

META, CLI, MUSIC, PHOTO, SHOP = "metadados-s3", "cli-s3-lambda-dynamodb", "musicas", "foto-perfil", "ecommerce"
STOP = "\n## Segurança\n"
DOC = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"


def said(slug: str, old: str, new: str) -> set[str]:
    real, page = subject(slug)
    text = (REPOSITORY / page.path).read_text(encoding="utf-8")
    assert old in text
    turned = architecture.parse(text.replace(old, new, 1), page.path)
    return {finding.code for check in (permitted.check, refusals.check) for finding in check(turned, real.views)}


def prose(slug: str, sentence: str) -> set[str]:
    return said(slug, STOP, f"{STOP}\n{sentence}\n")


@pytest.mark.parametrize("slug, sentence, right", [
    (META, "Ler uma versão pede `s3:GetObjectVersion`.", True), (META, "Ler uma versão exige `s3:GetObjectVersion`, e não `s3:GetObject`.", True),
    (META, "O papel não permite `s3:GetObject`.", True), (META, "A função precisa de `s3:PutObject`.", True), (META, "O papel permite `dynamodb:PutItem`.", True),
    (META, "Dê a quem envia `s3:PutObject`, e não `s3:GetObject`.", True), (META, "Você precisa de `s3:ListBucket`.", True),
    (META, f"Ler pede `s3:GetObjectVersion`, e [não `s3:GetObject`]({DOC}).", True), (META, "O papel permitiria `s3:GetObject`.", True),
    (META, "Ler uma versão pede `s3:GetObject`.", False), (META, "Ler uma versão pede `s3:GetObject`, e não `s3:GetObjectVersion`.", False),
    (META, "O papel não permite `s3:GetObjectVersion`.", False), (META, "O papel permite `s3:DeleteObject`.", False),
    (META, "O papel permite `dynamodb:UpdateItem`.", False), (META, "O papel não permite `dynamodb:PutItem`.", False),
    (META, f"Ler pede `s3:GetObject`, e [não `s3:GetObjectVersion`]({DOC}).", False), (META, "A permissão é `s3:ListBucket`.", False),
])
def test_the_action_that_a_page_names(slug, sentence, right):
    assert (prose(slug, sentence) == set()) is right


@pytest.mark.parametrize("slug, sentence, right", [
    (CLI, "O papel da função não permite listar o bucket.", True), (CLI, "O papel da função permite listar o bucket.", False),
    (CLI, "A função não pode listar o bucket.", True), (CLI, "A função pode listar o bucket.", False), (CLI, "O papel da função pode apagar os objetos.", False),
    (CLI, "O papel da função não pode apagar os objetos.", True), (MUSIC, "A função pode listar o bucket de músicas.", True),
    (MUSIC, "A função não pode listar o bucket de músicas.", False), (META, "O papel não atualiza nem apaga.", True), (META, "O papel atualiza e apaga.", False),
    (META, "O papel da função não deixa apagar linhas.", True), (META, "O papel da função deixa apagar linhas.", False),
    (META, "O papel da função também atualiza as linhas.", False), (CLI, "O papel da função só permite ler.", True),
    (SHOP, "O papel da função pode apagar a mensagem.", True), (SHOP, "O papel da função não pode apagar as mensagens da fila.", False),
    (SHOP, "O papel da função não pode apagar os objetos.", True), (CLI, "O papel da função pode remover a mensagem da fila.", False),
    (CLI, "O papel da função não apaga mensagens.", True),
])
def test_what_a_role_does(slug, sentence, right):
    assert (prose(slug, sentence) == set()) is right


@pytest.mark.parametrize("slug, sentence, right", [
    (CLI, "O S3 responde 403, e não 404, quando o objeto foi apagado.", True), (CLI, "Sem `s3:ListBucket`, o S3 responde 403 ao que não existe.", True),
    (CLI, "O S3 não responde 404 quando o objeto não existe, e sim 403.", True), (CLI, "Com `s3:ListBucket`, o S3 responderia 404.", True),
    (CLI, "O papel não permite listar o bucket. Por isso o S3 responde 403 quando o objeto foi apagado.", True),
    (CLI, "Quem pode listar o bucket recebe do S3 404 ao que não existe.", True), (CLI, "O site responde 404 ao que não existe.", True),
    (CLI, "O S3 responde 404, e não 403, quando o objeto foi apagado.", False), (CLI, "Sem `s3:ListBucket`, o S3 responde 404 ao que não existe.", False),
    (CLI, "O S3 responde 404 quando o objeto não existe.", False), (CLI, "Quem pode listar o bucket recebe do S3 403 ao que não existe.", False),
    (CLI, "O papel não permite listar o bucket. Por isso o S3 responde 404 quando o objeto foi apagado.", False),
    (MUSIC, "Com a permissão de listar, o S3 responde 403 ao que não existe.", False), (MUSIC, "O S3 responde 404 ao que não existe.", True),
    (MUSIC, "O S3 responde 403 ao que não existe.", False), (CLI, "O S3 não responde 403 quando o objeto foi apagado.", False),
])
def test_what_s3_answers_to_what_is_not_there(slug, sentence, right):
    assert (prose(slug, sentence) == set()) is right


BIG, TEXT = "| Enviar o arquivo de 6 MiB. | O S3 recusa com `EntityTooLarge`. |", "| Enviar o arquivo de texto. | O S3 aceita, e a função recusa: o histórico"
KEY, LATE = "| O S3 recusa: a chave não é a assinada. |", "| O S3 recusa: a autorização venceu. |"
STEP = "O que não cumpre, o S3 recusa antes de guardar."


@pytest.mark.parametrize("old, new, right", [
    (BIG, "| Enviar o arquivo de 6 MiB. | O bucket recusa com `EntityTooLarge`. |", True), (BIG, "| Enviar um arquivo de 7 MiB. | É recusado pelo S3. |", True),
    (BIG, "| Enviar o arquivo de 6 MiB. | O S3 não aceita, e a função nem é acionada. |", True), (BIG, "| Enviar o arquivo de 4 MiB. | O S3 aceita. |", True),
    (BIG, "| Enviar o arquivo de 6 MiB. | O S3 aceita, e a função recusa: o histórico traz `recusada`. |", False),
    (BIG, "| Enviar o arquivo de 6 MiB. | A função recusa com `EntityTooLarge`. |", False), (BIG, "| Enviar o arquivo de 6 MiB. | O S3 guarda. |", False),
    (BIG, "| Enviar o arquivo de 6 MiB. | É recusado pela função. |", False), (BIG, "| Enviar o arquivo de 6 MiB. | O S3 não recusa. |", False),
    (BIG, "| Enviar um arquivo grande demais. | O S3 o aceita. |", False), (BIG, "| Enviar um arquivo de 10 MiB. | A Lambda rejeita. |", False),
    (TEXT, "| Enviar o arquivo de texto. | O S3 guarda, e a função rejeita: o histórico", True), (TEXT, "| Enviar o arquivo de texto. | A função recusa: o histórico", True),
    (TEXT, "| Enviar o arquivo de texto. | O S3 recusa: o histórico", False), (TEXT, "| Enviar o arquivo de texto. | O S3 não aceita: o histórico", False),
    (TEXT, "| Enviar o arquivo de texto. | A função aceita: o histórico", False), (KEY, "| O bucket rejeita: a chave não é a assinada. |", True),
    (KEY, "| A função recusa: a chave não é a assinada. |", False), (KEY, "| O S3 aceita, e a chave não é a assinada. |", False),
    (LATE, "| A autorização venceu: o S3 rejeita. |", True), (LATE, "| A função recusa, pois a autorização venceu. |", False),
    (STEP, "O S3 recusa o que não cumpre, antes de guardar.", True), (STEP, "O que não cumpre, a função validar recusa.", False),
    (STEP, "O que não cumpre, o S3 recusa depois de guardar.", False), (STEP, "O que não cumpre, o S3 guarda, e a função recusa.", False),
])
def test_who_refuses_what_was_signed(old, new, right):
    assert (said(PHOTO, old, new) == set()) is right
