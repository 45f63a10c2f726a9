"""As armadilhas de imitar a AWS: o que um simulador deixaria passar, e a rodada não.

Cada teste diz na primeira linha qual é a armadilha. As outras, com a mesma palavra, estão ao lado do que testam: funções,
filas, endereços assinados, aplicações e o comando.
"""

from __future__ import annotations

from typing import Any

import pytest

from scripts.replay.replaying import replay
from tests.every.replays import scene_of
from tests.replay.small import FILE

SAVE = 'boto3.client("s3").put_object(Bucket=os.environ["SAIDA"], Key="feito")'
ONLY_TLS = """  PoliticaSaida:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Saida
      PolicyDocument:
        Statement: [{ Effect: Deny, Principal: "*", Action: "s3:*", Resource: !Sub "${Saida.Arn}/*", Condition: { Bool: { aws:SecureTransport: "false" } } }]
  Tabela:
"""
OUTPUT = "  Saida:\n    Type: AWS::S3::Bucket\n"


def kept(lab: Any) -> list[str]:
    """A pessoa envia; devolve o que já está no bucket de saída quando o envio é respondido."""
    lab.put("entrada", "a.txt", FILE.body, who="pessoa")
    return list(lab.objects("saida"))


@pytest.mark.parametrize("after", ['return "indisponivel"', 'raise ValueError("depois")'], ids=["engole", "falha depois"])
def test_a_denial_that_the_code_swallows_fails_its_step(bench, after):
    """Armadilha: a função engole a negação, ou falha depois por outra coisa. A causa é a negação, no passo da seta dela."""
    code = f'refused("s3", "put_object", Bucket=os.environ["SAIDA"], Key="a")\n{after}'
    said, _ = bench.run(code, lambda lab: lab.invoke("funcao", {}, who="pessoa"), ('"s3:*", ', ""))
    assert said.steps[1].cause.startswith("nada deixa o papel `Papel` fazer `s3:PutObject`")
    assert "ValueError" not in said.steps[0].cause


def test_the_event_is_delivered_before_the_upload_is_answered(bench):
    """Armadilha: entregue depois da resposta, o evento correria com quem enviou."""
    said, found = bench.run(SAVE, kept)
    assert (said.ok, found) == (True, ["feito"])


def test_the_function_of_the_template_runs_and_not_an_echo(bench):
    """Armadilha: a Lambda do moto, sem Docker, devolve o que recebeu e diz que deu certo, sem chamar ninguém."""
    code = ('if event: return {"dobro": event["n"] * 2}\n'
            'answer = boto3.client("lambda").invoke(FunctionName=context.function_name, Payload=b\'{"n": 21}\')\n'
            'return answer["Payload"].read().decode()')
    assert bench.invoke(code, ('"sqs:*"', '"sqs:*", "lambda:InvokeFunction"')) == ("", '{"dobro": 42}')
    said, found = bench.run(SAVE, kept, ("Handler: index.handler", "Handler: index.outra"))
    assert found == [] and "o código não tem `outra`" in said.steps[0].cause


@pytest.mark.parametrize(("edits", "code"), [((), "NoSuchKey"), ((('"s3:*"', '"s3:GetObject"'),), "AccessDenied")], ids=["lista", "não lista"])
def test_a_missing_object_is_told_only_to_who_may_list(bench, edits, code):
    """Armadilha: o moto responde 404 pelo objeto que falta; a AWS, a quem não pode listar o bucket, 403. Não é uma negação do passo."""
    assert bench.invoke('return refused("s3", "get_object", Bucket=os.environ["SAIDA"], Key="nada")', *edits) == ("", code)


def test_the_policy_of_a_bucket_is_weighed_once_and_by_the_door(bench):
    """Armadilha: copiada para o moto, a política que exige TLS negaria também o que vai por TLS."""
    policy = ("  Tabela:\n", ONLY_TLS)
    assert bench.run(SAVE, kept, policy)[1] == ["feito"]
    said, found = bench.run(SAVE.replace('"s3")', '"s3", use_ssl=False)'), kept, policy)
    assert found == [] and "`PoliticaSaida` nega `s3:PutObject`" in said.failed.cause


@pytest.mark.parametrize(("more", "edits", "cause"), [
    ('Tagging="a=b"', (), "não sabe que permissão o parâmetro `Tagging` de `s3:PutObject` pede"),
    ('ACL="public-read"', ((OUTPUT, OUTPUT + "    Properties: { OwnershipControls: { Rules: [{ ObjectOwnership: ObjectWriter }] } }\n"),),
     "não sabe o que a ACL `public-read` deixaria fazer"),
], ids=["Tagging", "ACL"])
def test_a_parameter_that_asks_for_another_permission_stops(bench, more, edits, cause):
    """Armadilha: um parâmetro que pede outra permissão passaria com a da operação. A rodada para, e o código não o engole."""
    said, _ = bench.run(f'try:\n    {SAVE[:-1]}, {more})\nexcept Exception:\n    pass', kept, *edits)
    assert cause in said.failed.cause


def test_what_did_not_pass_the_door_is_refused(bench):
    """Armadilha: um pedido montado à mão, sem a chamada que pergunta pela permissão, chegaria ao estado simulado."""
    code = ('from botocore.awsrequest import AWSRequest\nrequest = AWSRequest("GET", "https://s3.sa-east-1.amazonaws.com/").prepare()\n'
            'boto3.client("s3").meta.events.emit_until_response("before-send.s3.ListBuckets", request=request)')
    assert "não passou pela porta das permissões" in bench.invoke(code)[0]


@pytest.mark.parametrize(("place", "cause"), [
    ("  Entrada:\n    Type: AWS::S3::Bucket\n    DependsOn: Permissao\n    Properties:\n", "`ObjectLockEnabled` de `Entrada`"),
    ("  Tabela:\n    Type: AWS::DynamoDB::Table\n    Properties:\n", "`ObjectLockEnabled` de `Tabela`"),
    ("      Runtime: python3.13\n", "`ObjectLockEnabled` de `Funcao`"),
], ids=["bucket", "tabela", "função"])
def test_no_property_is_dropped_in_silence(bench, place, cause):
    """Armadilha: o CloudFormation do moto cria o recurso sem as propriedades que não conhece, e não diz nada."""
    said, _ = bench.run(SAVE, kept, (place, f"{place}      ObjectLockEnabled: true\n"))
    assert cause in said.failed.cause


@pytest.mark.parametrize(("versioning", "count"), [("VersioningConfiguration: { Status: Enabled }", 2), ("Tags: []", 1)])
def test_a_bucket_keeps_versions_only_if_the_template_says_so(bench, versioning, count):
    """Armadilha: o CloudFormation do moto não liga as versões, nem a notificação, que os outros testes daqui exercitam."""
    def twice(lab: Any) -> int:
        for _ in range(2):
            lab.put("saida", "a", FILE.body, who="pessoa")
        return len(lab.versions("saida", "a"))

    assert bench.run(SAVE, twice, (OUTPUT, f"{OUTPUT}    Properties: {{ {versioning} }}\n"))[1] == count


def test_the_port_of_the_database_is_not_forgotten(bench):
    """Armadilha: o CloudFormation do moto esquece a porta do PostgreSQL, e tudo o acharia na de sempre."""
    stage = scene_of("upload-ec2-ebs-rds")
    template = stage.template.replace("Engine: postgres\n", "Engine: postgres\n      Port: 5433\n")
    failed = replay(stage, template, stage.flow.sample, bench.servers, last=4).failed
    assert (failed.number, "`Banco` ouve na porta 5433, a de `Port`, e a seta diz 5432" in failed.cause) == (4, True)


def test_a_flow_that_stops_tells_what_had_failed(bench):
    """Armadilha: o fluxo que não acha o que procurava para com um erro do Python, e a causa é o que falhou antes."""
    def lost(lab: Any) -> None:
        lab.invoke("funcao", {}, who="pessoa")
        lab.objects("saida")["a"]

    said, _ = bench.run('refused("s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", ACL="private")', lost)
    assert "KeyError: 'a'" in said.failed.cause and "antes disso, Função fez s3:PutObject: AccessControlListNotSupported" in said.failed.cause


def test_a_flow_that_stops_does_not_blame_what_it_foresaw(bench):
    """Armadilha: uma recusa que o fluxo pediu de propósito, e conferiu, não explica o erro que veio depois; o que ficou guardado, sim."""
    def lost(lab: Any) -> None:
        lab.invoke("funcao", {}, who="pessoa")
        lab.expect("A pessoa", True, "")
        lab.objects("saida")["a"]

    said, _ = bench.run('refused("s3", "put_object", Bucket=os.environ["SAIDA"], Key="a", ACL="private")', lost)
    assert "KeyError: 'a'" in said.failed.cause and "antes disso" not in said.failed.cause and "Saída: nada" in said.failed.cause


def test_two_threads_of_the_code_do_not_exchange_their_calls(bench):
    """Armadilha: entre a permissão de uma chamada e o envio dela, outra linha de execução pergunta pela sua."""
    code = ('from concurrent.futures import ThreadPoolExecutor\ns3 = boto3.client("s3")\n'
            'with ThreadPoolExecutor(8) as pool:\n'
            '    list(pool.map(lambda n: s3.put_object(Bucket=os.environ["SAIDA"], Key=str(n)), range(24)))')
    said, found = bench.run(code, kept)
    puts = sorted(int(call.given.rpartition("Key=")[2].split(",")[0]) for call in said.steps[1].calls)
    assert (said.ok, puts, sorted(map(int, found))) == (True, list(range(24)), list(range(24)))


def test_a_denial_also_says_what_else_the_arrow_lacks(bench):
    """Dar a permissão ao papel errado não bastaria: quem lê precisa saber que ele nem é de quem o usa."""
    said, _ = bench.run('boto3.client("s3").put_object(Bucket="pilha-saida-abc123", Key="a", Body=b"a")',
                        lambda lab: lab.put("entrada", "a.txt", b"a", who="pessoa"), ('"s3:*", ', ""), ("SAIDA: !Ref Saida, ", ""))
    cause = next(step.cause for step in said.steps if step.causes)
    assert "`s3:PutObject`" in cause and "; e a seta não se prova: " in cause and "qual é `Saida`" in cause


@pytest.mark.parametrize("runtime", ["python3.10", "python3.8", "nodejs22.x", ""])
def test_a_runtime_the_code_was_not_tried_in_is_not_known(bench, runtime):
    cause, _ = bench.invoke("return 1", ("Runtime: python3.13", f"Runtime: {runtime}"))
    assert "a rodada só sabe como o código se porta no Python 3.11 em diante" in cause
