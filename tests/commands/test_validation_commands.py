"""A validação das páginas sem servidor, digitada como quem lê a digitaria, mostra o que a página diz.

Rodam: todos os blocos de “Validação”, na ordem, o do reprocessamento, os que esvaziam buckets na limpeza, e os comandos das saídas.
Não rodam: `ComandoLogs`, que só para com Ctrl-C e acompanha registros que a rodada não guarda; e os das páginas com instâncias, que
pedem o endereço de uma máquina no ar e que outros testes exercitam.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from account import stage
from aws_program import loaded
from boto3.dynamodb.types import TypeDeserializer
from terminal import Terminal, Typed, opened

from scripts.replay.samples import png

CLI, METADATA, PHOTO = "cli-s3-lambda-dynamodb", "metadados-s3", "foto-perfil"
Opening = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="aws-") as folder, loaded(Path(folder)) as program:
        yield program


@pytest.fixture
def terminal(aws: str, tmp_path: Path) -> Opening:
    """`terminal(slug, estrago)` abre um terminal numa pasta vazia."""
    return lambda slug, spoil="": opened(slug, tmp_path, aws, spoil)


def row(typed: Typed) -> dict[str, Any]:
    """A linha da tabela que um comando mostrou; vazia, quando não há."""
    return TypeDeserializer().deserialize({"M": typed.json.get("Item", {})})


def rows(typed: Typed) -> list[dict[str, Any]]:
    return [TypeDeserializer().deserialize({"M": item}) for item in typed.json["Items"]]


# --- cli-s3-lambda-dynamodb


def test_a_file_sent_by_the_command_line_is_summed_up_in_the_table(terminal):
    with terminal(CLI) as term:
        sending, wrong = term.blocks("Validação")
        found = row(term.type(sending))
        term.says("`situacao` igual a `processado`, `registros` igual a 2 e os totais 5 (`quantidade`) e 14.75 (`preco`)")
        assert (found["situacao"], found["registros"]) == ("processado", 2)
        assert {name: float(total) for name, total in found["totais"].items()} == {"quantidade": 5, "preco": 14.75}
        term.says("Envie o mesmo arquivo outra vez: continua havendo uma linha só, com outro `processado_em`")
        again = row(term.type(sending))
        assert again["ordem"] > found["ordem"] and again["processado_em"] >= found["processado_em"]
        assert len(term.account.lab.rows("resultados")) == 1
        term.says("a linha traz `rejeitado` e o motivo")
        refused = row(term.type(wrong))
        assert (refused["situacao"], refused["motivo"]) == ("rejeitado", "o registro 1 não tem 2 campos")


def test_the_outputs_of_the_command_line_do_what_they_say(terminal):
    with terminal(CLI) as term:
        term.type("printf 'a,b\\n1,2\\n' > vendas.csv")
        assert term.output("ComandoEnviar").ok
        assert row(term.output("ComandoConsultar"))["situacao"] == "processado"
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziar").ok and term.account.lab.objects("entrada") == {}


def test_an_event_that_failed_is_processed_again_after_the_stack_is_mended(terminal):
    with terminal(CLI, "sem-gravar") as term:
        term.says("O arquivo subiu e não há linha na tabela.")
        assert "Item" not in term.type(term.blocks("Validação")[0]).json
        again, = term.blocks("Reprocessar um evento que falhou")
        assert term.type(again).ok
        term.says("Se o evento falhar de novo, ele volta à fila")
        assert len(term.output("ComandoFalhas").json["Messages"]) == 1
        term.account.update(stage(CLI).template)
        assert term.type(again).ok
        assert row(term.output("ComandoConsultar"))["situacao"] == "processado"
        term.says("com a fila vazia, o segundo avisa e para")
        empty = term.type(again)
        assert empty.status == 1 and empty.said.startswith("Nenhuma mensagem disponível.")


@pytest.mark.parametrize(("spoil", "said", "seen"), [
    ("sem-aviso", "O arquivo subiu e não há linha na tabela.", None),
    ("sem-invocar", "O arquivo subiu e não há linha na tabela.", None),
    ("sem-ler", "A linha diz `indisponivel`.", "indisponivel"),
])
def test_a_spoiled_stack_shows_what_the_problems_of_the_command_line_say(terminal, spoil, said, seen):
    with terminal(CLI, spoil) as term:
        term.says(said)
        typed = term.type(term.blocks("Validação")[0])
        assert typed.status == 0 and "upload: ./vendas.csv" in typed.out and row(typed).get("situacao") == seen


def test_a_bucket_that_denies_everyone_denies_who_deployed_it(terminal):
    with terminal(CLI, "bucket-nega") as term:
        typed = term.type(term.blocks("Validação")[0])
        assert "AccessDenied" in typed.said and "Item" not in typed.json


# --- metadados-s3


def test_an_old_file_is_converted_and_has_a_history(terminal):
    with terminal(METADATA) as term:
        sending, reading, history = term.blocks("Validação")
        term.says("`situacao` igual a `transformado`, `formato` igual a `csv`, e em `conteudo` a codificação `cp1252`, 2 colunas e 2 registros")
        found = row(term.type(sending))
        assert (found["situacao"], found["formato"]) == ("transformado", "csv")
        assert found["conteudo"]["codificacao"] == "cp1252", found
        term.says("Leia a cópia, agora em UTF-8, com o nome que está em `resultado`")
        assert term.type(reading, NOME_EM_RESULTADO=found["resultado"]).out == "produto;preço\ncafé;10\n"
        term.says("Depois envie o CSV outra vez e peça o histórico: são duas linhas, uma por versão")
        term.type(sending)
        trail = rows(term.type(history))
        assert len({entry["versao"] for entry in trail}) == len(trail) == 2


def test_a_photo_loses_its_place(terminal):
    with terminal(METADATA) as term:
        (term.folder / "foto.jpg").write_bytes(png())
        assert term.output("ComandoEnviar").ok
        assert row(term.output("ComandoConsultar"))["formato"] == "png"
        assert [entry["objeto"] for entry in rows(term.output("ComandoAuditoria"))] == ["foto.jpg"]
        assert term.output("ComandoCopias").ok
        copies = [path.read_bytes() for path in (term.folder / "copias").rglob("*") if path.is_file()]
        assert copies == list(term.account.lab.objects("resultado").values()) and len(copies) == 1
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziarResultado").ok and term.account.lab.objects("resultado") == {}


@pytest.mark.parametrize(("spoil", "said", "seen"), [
    ("sem-notificacao", "se a resposta vier vazia, repita o último comando", None),
    ("le-sem-versao", "A linha diz `indisponivel`.", "indisponivel"),
])
def test_a_spoiled_stack_shows_what_the_problems_of_the_metadata_say(terminal, spoil, said, seen):
    with terminal(METADATA, spoil) as term:
        term.says(said)
        assert row(term.type(term.blocks("Validação")[0])).get("situacao") == seen


# --- foto-perfil


class Photos:
    """Quem segue a validação de `foto-perfil` no terminal."""

    def __init__(self, term: Terminal):
        self.term = term
        self.asking, self.sending, looking = term.blocks("Validação")
        self.looking, self.signing = re.split(r"(?<!\\)\n(?=aws)", looking)
        (term.folder / "foto.jpg").write_bytes(png())

    def ask(self, old: str = "", new: str = "") -> dict[str, Any]:
        """Pede a autorização, com esta troca no pedido; devolve o que ficou em `formulario.json`."""
        assert self.term.type(self.asking.replace(old, new)).status == 0
        return json.loads((self.term.folder / "formulario.json").read_text(encoding="utf-8"))

    def send(self, name: str = "foto.jpg") -> Typed:
        """Envia este arquivo no lugar de `foto.jpg`, trocado na primeira linha do comando, como a página manda."""
        first, rest = self.sending.split("\n", 1)
        return self.term.type(first.replace("foto.jpg", name) + "\n" + rest)

    def photo(self) -> dict[str, Any]:
        return row(self.term.type(self.looking))

    def history(self) -> list[str]:
        return [entry["situacao"] for entry in rows(self.term.output("ComandoHistorico"))]


def test_a_photo_sent_by_the_form_opens_in_a_temporary_address(terminal):
    with terminal(PHOTO) as term:
        photos = Photos(term)
        assert photos.ask()["campos"]["key"] == "envios/ana"
        term.says("O S3 responde com um XML que traz a chave `envios/ana`")
        assert "<Key>envios/ana</Key>" in photos.send().out
        term.says("a linha `foto` traz o formato, as dimensões e a `chave`")
        found = photos.photo()
        assert (found["formato"], found["largura"], found["altura"]) == ("png", 120, 90)
        term.says("o segundo comando dá um endereço temporário para abrir a foto")
        address = term.type(photos.signing, CHAVE=found["chave"]).out.strip()
        opening = f"curl --silent --output aberta.jpg --write-out '%{{http_code}}' '{address}'"
        assert term.type(opening).out == "200" and (term.folder / "aberta.jpg").read_bytes() == png()
        term.account.later = 301
        assert term.type(opening).out == "403"


def test_what_the_page_says_must_fail_fails(terminal):
    with terminal(PHOTO) as term:
        photos = Photos(term)
        photos.ask()
        photos.send()
        found = photos.photo()
        term.type(term.code("echo oi"))
        assert photos.send("texto.txt").status == 0
        term.says("o histórico traz `recusada` e o motivo, e a foto vigente não muda")
        assert photos.history() == ["recusada", "aceita"] and photos.photo() == found
        term.type(term.code("head -c"))
        term.says("O S3 recusa com `EntityTooLarge`")
        assert "EntityTooLarge" in photos.send("grande.jpg").out
        term.type(term.code("sed -i.bak"))
        term.says("O S3 recusa: a chave não é a assinada")
        assert refused(photos.send())
        photos.ask()
        term.account.later = 301
        term.says("O S3 recusa: a autorização venceu")
        assert refused(photos.send())
        term.says('Pedir a autorização com `"tipo":"image/svg+xml"`. | A resposta traz `erro`, e nenhum formulário')
        assert photos.ask("image/jpeg", "image/svg+xml").keys() == {"erro"}
        assert photos.history() == ["recusada", "aceita"]


def refused(typed: Typed) -> bool:
    return typed.status != 0 and "<Code>AccessDenied</Code>" in typed.out


def test_the_outputs_of_the_photos_do_what_they_say(terminal):
    with terminal(PHOTO) as term:
        photos = Photos(term)
        assert term.output("ComandoAutorizar").ok and photos.send().status == 0
        assert row(term.output("ComandoFoto"))["formato"] == "png"
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziarFotos").ok and term.account.lab.objects("fotos") == {}


@pytest.mark.parametrize(("spoil", "said", "sent", "seen"), [
    ("sem-assinar", "O S3 responde 403 ao envio.", False, []),
    ("outro-prefixo", "O envio deu certo, e a foto não mudou.", True, []),
    ("outra-pasta", "O histórico diz `indisponivel`.", True, ["indisponivel"]),
])
def test_a_spoiled_stack_shows_what_the_problems_of_the_photos_say(terminal, spoil, said, sent, seen):
    with terminal(PHOTO, spoil) as term:
        term.says(said)
        photos = Photos(term)
        photos.ask()
        typed = photos.send()
        assert typed.status == 0 if sent else refused(typed)
        assert (photos.photo(), photos.history()) == ({}, seen)
