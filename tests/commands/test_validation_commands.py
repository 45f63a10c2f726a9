"""A validação das páginas de arquivos, digitada como quem lê a digitaria, mostra o que a página diz.

Daqui e de `test_validation_media` rodam: os blocos de “Validação”, na ordem, o do reprocessamento, os da limpeza, e os comandos das
saídas. Não rodam: `ComandoLogs`, que só para com Ctrl-C e acompanha registros que a rodada não guarda; a validação de
`envio-e-consulta`, que pede um balanceador com TLS e a saúde de um grupo de destino; e a de `espectrometria`, que pede a execução de
uma máquina de estados da AWS Step Functions, que a rodada interpreta sem guardar como o serviço a guardaria.
"""

from __future__ import annotations

import re

import pytest
from terminal import Terminal, Typed

from scripts.replay.samples import png

CLI, METADATA = "cli-s3-lambda-dynamodb", "metadados-s3"


# --- cli-s3-lambda-dynamodb


def test_a_file_sent_by_the_command_line_is_summed_up_in_the_table(terminal):
    with terminal(CLI) as term:
        sending, wrong = term.blocks("Validação")
        found = term.type(sending).row
        term.says("`situacao` igual a `processado`, `registros` igual a 2 e os totais 5 (`quantidade`) e 14.75 (`preco`)")
        assert (found["situacao"], found["registros"]) == ("processado", 2)
        assert {name: float(total) for name, total in found["totais"].items()} == {"quantidade": 5, "preco": 14.75}
        term.says("Envie o mesmo arquivo outra vez: continua havendo uma linha só, com outro `processado_em`")
        again = term.type(sending).row
        assert again["ordem"] > found["ordem"] and again["processado_em"] >= found["processado_em"]
        assert len(term.account.lab.rows("resultados")) == 1
        term.says("a linha traz `rejeitado` e o motivo")
        refused = term.type(wrong).row
        assert (refused["situacao"], refused["motivo"]) == ("rejeitado", "o registro 1 não tem 2 campos")
        assert term.cleaned()


def test_the_outputs_of_the_command_line_do_what_they_say(terminal):
    with terminal(CLI) as term:
        term.type("printf 'a,b\\n1,2\\n' > vendas.csv")
        assert term.output("ComandoEnviar").ok
        assert term.output("ComandoConsultar").row["situacao"] == "processado"
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziar").ok and term.account.lab.objects("entrada") == {}


def test_an_event_that_failed_is_processed_again_after_the_stack_is_mended(terminal):
    with terminal(CLI, "sem-gravar") as term:
        term.says("O arquivo está no lugar certo, e nem assim há linha.")
        assert "Item" not in term.type(term.blocks("Validação")[0]).json
        again, = term.blocks("Reprocessar um evento que falhou")
        assert term.type(again).ok
        term.says("Se o evento falhar de novo, ele volta à fila")
        assert len(term.output("ComandoFalhas").json["Messages"]) == 1
        assert term.mend().ok
        assert term.output("ComandoConsultar").row["situacao"] == "processado"
        assert left(term) == 0
        term.says("com a fila vazia, o segundo avisa e para")
        empty = term.type(again)
        assert empty.status == 1 and empty.said.startswith("Nenhuma mensagem disponível.")


def left(term: Terminal) -> int:
    """Quantas mensagens a fila de falhas ainda tem, também as que alguém leu e não apagou."""
    found = term.account.lab.state.sqs.get_queue_attributes(QueueUrl=term.account.outputs()["UrlFilaFalhas"], AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])


@pytest.mark.parametrize(("spoil", "said", "seen"), [
    ("sem-aviso", "O arquivo subiu e não há linha na tabela.", None),
    ("sem-invocar", "O arquivo subiu e não há linha na tabela.", None),
    ("sem-ler", "A linha diz `indisponivel`.", "indisponivel"),
])
def test_a_spoiled_stack_shows_what_the_problems_of_the_command_line_say(terminal, spoil, said, seen):
    with terminal(CLI, spoil) as term:
        term.says(said)
        typed = term.type(term.blocks("Validação")[0])
        assert typed.status == 0 and "upload: ./vendas.csv" in typed.out and typed.row.get("situacao") == seen


def test_a_bucket_that_denies_everyone_denies_who_deployed_it(terminal):
    with terminal(CLI, "bucket-nega") as term:
        typed = term.type(term.blocks("Validação")[0])
        assert "AccessDenied" in typed.said and "Item" not in typed.json


def test_a_request_without_tls_is_denied_to_who_deployed_too(terminal):
    with terminal(CLI) as term:
        plain = term.blocks("Validação")[0].replace("aws s3 cp", "aws --endpoint-url http://s3.sa-east-1.amazonaws.com s3 cp")
        typed = term.type(plain)
        assert "AccessDenied" in typed.said and "PoliticaBucket" in typed.said and typed.row == {}


def test_a_bucket_with_objects_holds_the_stack(terminal):
    with terminal(CLI) as term:
        term.type(term.blocks("Validação")[0])
        cleaning, = term.blocks("Limpeza")
        term.says("A remoção da pilha falha no bucket. | Ainda há objetos nele.")
        assert "DELETE_FAILED" in term.type("\n".join(line for line in cleaning.splitlines() if " s3 rm " not in line)).said
        assert term.cleaned()


# --- metadados-s3


def test_an_old_file_is_converted_and_has_a_history(terminal):
    with terminal(METADATA) as term:
        sending, reading, history = term.blocks("Validação")
        term.says("`situacao` igual a `transformado`, `formato` igual a `csv`, e em `conteudo` a codificação `cp1252`, 2 colunas e 2 registros")
        found = term.type(sending).row
        assert (found["situacao"], found["formato"]) == ("transformado", "csv")
        assert found["conteudo"]["codificacao"] == "cp1252", found
        term.says("Leia a cópia, agora em UTF-8, com o nome que está em `resultado`")
        assert term.type(reading, NOME_EM_RESULTADO=found["resultado"]).out == "produto;preço\ncafé;10\n"
        term.says("Depois envie o CSV outra vez e peça o histórico: são duas linhas, uma por versão")
        term.type(sending)
        trail = term.type(history).rows
        assert len({entry["versao"] for entry in trail}) == len(trail) == 2
        assert term.cleaned()


def test_a_photo_loses_its_place(terminal):
    with terminal(METADATA) as term:
        (term.folder / "foto.jpg").write_bytes(png())
        assert term.output("ComandoEnviar").ok
        assert term.output("ComandoConsultar").row["formato"] == "png"
        assert [entry["objeto"] for entry in term.output("ComandoAuditoria").rows] == ["foto.jpg"]
        assert term.output("ComandoCopias").ok
        copies = [path.read_bytes() for path in (term.folder / "copias").rglob("*") if path.is_file()]
        assert copies == list(term.account.lab.objects("resultado").values()) and len(copies) == 1
        assert term.output("ComandoFalhas") == Typed("", "", 0)
        assert term.output("ComandoEsvaziarResultado").ok and term.account.lab.objects("resultado") == {}


def test_an_event_that_failed_before_the_metadata_is_processed_again(terminal):
    with terminal(METADATA, "sem-metadados") as term:
        term.says("O objeto subiu e não há linha na tabela.")
        sending = term.blocks("Validação")[0]
        assert term.type(sending).row == {}
        assert term.mend().ok and left(term) == 0
        assert term.type(re.sub("^aws s3 cp .*", "", sending, flags=re.MULTILINE)).row["situacao"] == "transformado"


@pytest.mark.parametrize(("spoil", "said", "seen"), [
    ("sem-notificacao", "se a resposta vier vazia, repita o último comando", None),
    ("le-sem-versao", "A linha diz `indisponivel`.", "indisponivel"),
])
def test_a_spoiled_stack_shows_what_the_problems_of_the_metadata_say(terminal, spoil, said, seen):
    with terminal(METADATA, spoil) as term:
        term.says(said)
        assert term.type(term.blocks("Validação")[0]).row.get("situacao") == seen
        assert term.output("ComandoFalhas") == Typed("", "", 0)
