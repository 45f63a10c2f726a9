"""As armadilhas de rodar funções: o que o código faz de errado tem uma causa clara, e nada fica para trás."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from scripts.replay.session import Halt
from tests.replay.small import FILE


@pytest.mark.parametrize(("code", "edits", "cause"), [
    ("while True: pass", [("Timeout: 5", "Timeout: 1")], "`Funcao` passou do tempo dela (`Timeout: 1`)"),
    ('ballast = b"x" * 200_000_000', [], "e tem 128 (`MemorySize`)"),
    ("ballast = bytearray(4_000_000_000)", [], "`Funcao` pediu mais memória do que tem: 128 MiB (`MemorySize`)"),
    ("os._exit(0)", [], "o processo de `Funcao` acabou antes de responder"),
    ("sys.exit(3)", [], "`Funcao` parou com `SystemExit: 3`"),
    ('logging.getLogger().error("sem saldo")\nraise ValueError("ruim")', [],
     "`ValueError: ruim`; a última linha de erro que ela registrou: sem saldo"),
    ("return 1", [("index.handler", "index.outra")], "o código não tem `outra`"),
    ("return 1", [("index.handler", "outro.handler")], "não há o módulo `outro`"),
    ("return 1", [("Timeout: 5", "Timeout: 5\n      ReservedConcurrentExecutions: 0")], "`Funcao` tem concorrência 0"),
    ('open("index.py", "a")', [], "a rodada só deixa escrever na pasta temporária da execução"),
    ("while True: os.fork()", [], "a rodada deixa abrir até 64 processos"),
], ids=["laço", "memória usada", "memória pedida", "_exit", "exit", "exceção", "manipulador", "módulo", "concorrência", "própria pasta", "bifurca"])
def test_what_a_function_does_wrong_has_a_clear_cause(bench, code, edits, cause):
    """Armadilhas: o tempo e a memória que o template dá, o manipulador errado, a concorrência 0; e a última linha de erro é que explica."""
    assert cause in bench.invoke(code, *edits)[0]


def test_it_writes_only_in_its_temporary_folder(bench, tmp_path):
    for outside in (tmp_path / "fora.txt", Path("/dev/shm/fora.txt")):
        cause, _ = bench.invoke(f"os.rename(__file__, {str(outside)!r})")
        assert "só deixa escrever" in cause and not outside.exists()
    assert bench.invoke('open("/dev/null", "w").write("a")\nreturn 1') == ("", 1)
    assert bench.invoke('import tempfile\npath = os.path.join(tempfile.gettempdir(), "a")\nopen(path, "w").write("a")\nreturn open(path).read()') == ("", "a")


def test_it_may_print_megabytes_and_fork(bench):
    assert bench.invoke('for _ in range(200): print("x" * 100_000)\nreturn "fim"') == ("", "fim")
    assert bench.invoke("own = os.getpid()\nos.fork()\nreturn os.getpid() == own") == ("", True)


def invoked(lab: Any, times: int) -> list[Any]:
    """O que a função devolveu em cada invocação, e `None` onde ela parou."""
    found = []
    for _ in range(times):
        try:
            found.append(lab.invoke("funcao", {}, who="pessoa"))
        except Halt:
            found.append(None)
    return found


def test_the_next_invocations_find_what_the_first_left_ready(bench):
    """Como na Lambda: as variáveis do módulo e o `/tmp` ficam de uma para outra, e o registro de cada uma é só dela."""
    code = ('logging.getLogger().info("uma")\nboto3.seen = getattr(boto3, "seen", 0) + 1\n'
            'path = os.path.join(os.environ["TMPDIR"], "a")\nopen(path, "a").write("a")\nreturn [boto3.seen, os.path.getsize(path)]')
    said, found = bench.run(code, lambda lab: invoked(lab, 3))
    assert found == [[1, 1], [2, 2], [3, 3]]
    assert [len(call.logs) for step in (*said.steps, said.apart) for call in step.calls if call.call == "lambda:InvokeFunction"] == [1, 1, 1]


@pytest.mark.parametrize(("trouble", "after"), [("time.sleep(9)", 1), ("os._exit(1)", 1), ('raise ValueError("ruim")', 3), ("sys.exit(1)", 3)],
                         ids=["passa do tempo", "acaba", "exceção", "exit"])
def test_what_ends_a_process_ends_what_it_left_ready(bench, trouble, after):
    """A exceção de quem roda não desfaz o ambiente; o tempo que passa e o processo que acaba, sim."""
    code = f'boto3.seen = getattr(boto3, "seen", 0) + 1\nif boto3.seen == 2:\n    {trouble}\nreturn boto3.seen'
    assert bench.run(code, lambda lab: invoked(lab, 3), ("Timeout: 5", "Timeout: 1"))[1] == [1, None, after]


def test_a_process_that_leaves_the_group_ends_with_the_replay(bench):
    cause, number = bench.invoke('return subprocess.Popen(["sleep", "60"], start_new_session=True).pid')
    end = time.monotonic() + 5  # o sistema acaba com ele logo depois do sinal, e não no mesmo instante
    while running(number) and time.monotonic() < end:
        time.sleep(0.01)
    assert cause == "" and not running(number)


def running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("call", "code"), [
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="é" * 513', "KeyTooLongError"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="é" * 512', None),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", Metadata={"a": "b" * 2048}', "MetadataTooLarge"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", ACL="public-read"', "AccessControlListNotSupported"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", ACL="bucket-owner-full-control"', None),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", Body=b"a", ChecksumSHA256="A" * 43 + "="', "BadDigest"),
    ('"s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", Body=b"", ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="', None),
    ('"dynamodb", "put_item", TableName=os.environ["TABELA"], Item={"id": {"S": "a"}}, ConditionExpression="attribute_not_exists(id)", '
     'ExpressionAttributeValues={":x": {"S": "a"}}', "ValidationException"),
    ('"dynamodb", "put_item", TableName=os.environ["TABELA"], Item={"id": {"S": "a"}, "de": {"N": "1"}}', "ValidationException"),
    ('"dynamodb", "put_item", TableName=os.environ["TABELA"], Item={"id": {"S": "a"}, "de": {"S": ""}}', "ValidationException"),
    ('"dynamodb", "update_item", TableName=os.environ["TABELA"], Key={"id": {"S": "a"}}, UpdateExpression="SET #d = :d", '
     'ExpressionAttributeNames={"#d": "de"}, ExpressionAttributeValues={":d": {"N": "1"}}', "ValidationException"),
    ('"dynamodb", "put_item", TableName=os.environ["TABELA"], Item={"id": {"S": "a"}, "de": {"S": "b"}, "outro": {"N": "1"}}', None),
    ('"dynamodb", "put_item", TableName=os.environ["TABELA"], Item={"id": {"S": "a"}}', None),
    ('"sqs", "send_message", QueueUrl=os.environ["FILA"], MessageBody="a\\0b"', "InvalidMessageContents"),
], ids=["chave", "chave no limite", "metadados", "ACL", "ACL do dono", "outra soma", "a soma", "valor sem uso", "índice de outro tipo", "índice vazio", "índice mudado",
        "índice do tipo", "sem o índice", "NUL"])
def test_what_aws_refuses_is_refused(bench, call, code):
    """Armadilha: o moto aceita ACL onde não há, nomes e metadados grandes demais, outra soma, valores que nenhuma expressão usa, a chave
    de um índice de outro tipo ou vazia, e NUL."""
    assert bench.invoke(f"return refused({call})") == ("", code)


def put(lab: Any) -> list[str]:
    """A pessoa envia; devolve o que ficou na fila de falhas."""
    lab.put("entrada", "a b.txt", FILE.body, who="pessoa")
    return lab.messages("fila")


def test_an_event_that_always_fails_ends_in_the_queue(bench):
    said, messages = bench.run('raise ValueError("ruim")', put)
    calls = [call for step in said.steps for call in step.calls if call.call == "lambda:InvokeFunction"]
    assert len(calls) == 3 and "ValueError: ruim" in said.steps[0].cause
    [message] = map(json.loads, messages)
    assert message["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "a+b.txt"


def test_an_event_that_passes_on_the_second_try_is_not_kept(bench):
    code = ('if refused("s3", "head_object", Bucket=os.environ["SAIDA"], Key="ja"):\n'
            '    boto3.client("s3").put_object(Bucket=os.environ["SAIDA"], Key="ja")\n    raise ValueError("ruim")')
    assert bench.run(code, put)[1] == []


def test_the_role_must_be_able_to_keep_what_failed(bench):
    said, messages = bench.run('raise ValueError("ruim")', put, ('"dynamodb:*", "sqs:*"', '"dynamodb:*"'))
    assert messages == [] and "sqs:SendMessage" in said.steps[0].cause


def test_without_a_destination_it_is_lost(bench):
    said, messages = bench.run('raise ValueError("ruim")', put, ("DestinationConfig: { OnFailure: { Destination: !GetAtt Fila.Arn } }",
                                                                 "MaximumEventAgeInSeconds: 60"))
    assert messages == [] and "ValueError: ruim" in said.steps[0].cause


def test_an_event_comes_again_as_it_was(bench):
    """Armadilha: o S3 entrega um aviso mais de uma vez, e é sempre o do mesmo envio."""
    def act(lab: Any) -> list[str]:
        for body in (b"1", b"22"):
            lab.put("entrada", "a.txt", body, who="pessoa")
        lab.again("entrada", 0)
        lab.again("entrada")
        calls = [call for step in (*lab.steps.values(), lab.apart) for call in step.calls if call.call == "lambda:InvokeFunction"]
        return [call.output for call in calls]

    code = 'found = event["Records"][0]["s3"]["object"]\nreturn [found["size"], int(found["sequencer"], 16)]'
    assert bench.run(code, act)[1] == ["[1, 1]", "[2, 2]", "[1, 1]", "[1, 1]"]


def test_the_type_of_what_is_kept_can_be_read(bench):
    def act(lab: Any) -> tuple[str, dict[str, str]]:
        lab.put("entrada", "a.txt", b"1", who="pessoa")
        found = lab.head("saida", "b")
        return found["ContentType"], found["Metadata"]

    code = 'boto3.client("s3").put_object(Bucket=os.environ["SAIDA"], Key="b", ContentType="text/csv", Metadata={"de": "a"})'
    assert bench.run(code, act)[1] == ("text/csv", {"de": "a"})
