"""O mundo fechado, prova a prova: o que está escrito no caminho de uma seta, e a regra dela não leu, é um achado."""

from tests.proofs.bench import bench

from scripts.proofs.arrows.registry import RULES, rule
from scripts.proofs.drawn.unread import unread
from scripts.proofs.facts.expect import expect

TEMPLATE = """\
Parameters: {Ambiente: {Type: String, Default: teste}}
Conditions: {Producao: !Equals [!Ref Ambiente, producao]}
Resources:
  Fila:
    Type: AWS::SQS::Queue
    Properties: {QueueName: pedidos}
  Tabela:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: fichas, BillingMode: PAY_PER_REQUEST}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
      Policies:
        - PolicyName: usar
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Fila.Arn}
              - {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Tabela.Arn}
  Funcao:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Papel.Arn
      Environment: {Variables: {FILA: !Ref Fila, TABELA: !Ref Tabela}}
"""
PARTS = ("funcao = Funcao", "fila = Fila", "tabela = Tabela")
TO_QUEUE, TO_TABLE = "funcao >> fila acao=sqs:SendMessage", "funcao >> tabela acao=dynamodb:PutItem"


def left(template: str, *parts: str) -> list[str]:
    found = bench(template, *(parts or (*PARTS, TO_QUEUE, TO_TABLE)))
    assert all(proof.proven for proof in found.proofs), [proof.missing for proof in found.proofs]
    return [finding.message.split(";")[0] for finding in unread(found.diagram, found.views, found.proofs)]


def put(*pairs: tuple[str, str]) -> str:
    text = TEMPLATE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_what_every_proof_reads_leaves_nothing():
    assert left(TEMPLATE) == []


def test_an_unknown_property_doubts_only_the_arrows_it_is_on_the_way_of():
    assert left(put(("QueueName: pedidos", "QueueName: pedidos, Novidade: 1"))) == [
        "A prova não leu `Novidade` de `Fila`, e isso pode mudar `funcao--fila`"]
    assert left(put(("      Role:", "      Novidade: {Sub: [{A: 1, B: 2}]}\n      Role:"))) == [
        "A prova não leu `Novidade.Sub.A`, `Novidade.Sub.B` de `Funcao`, e isso pode mudar `funcao--fila`, `funcao--tabela`"]


def test_a_finding_names_up_to_twelve_properties_and_then_the_lines():
    many = {name: put(("QueueName: pedidos}", "QueueName: pedidos, " + ", ".join(f"N{each}: 1" for each in range(name)) + "}"))
            for name in (12, 14)}
    said, = left(many[12])
    assert said.count("`N") == 12 and "e mais" not in said
    said, = left(many[14])
    assert said.count("`N") == 12 and "`N11` e mais 2, na linha 6, de `Fila`" in said


def test_each_branch_of_a_condition_is_read_in_its_world():
    assert left(put(("QueueName: pedidos", "RedrivePolicy: !If [Producao, {Novidade: 1}, !Ref AWS::NoValue], QueueName: pedidos"))) == []
    assert left(put(("QueueName: pedidos", "Coisa: !If [Producao, {Novidade: 1}, !Ref AWS::NoValue], QueueName: pedidos"))) == [
        "A prova não leu `Coisa.Novidade` de `Fila`, e isso pode mudar `funcao--fila`"]


def test_a_name_that_begins_like_a_function_is_a_property():
    assert left(put(("QueueName: pedidos", "QueueName: pedidos, Coisa: {Referencia: 1, Outra: 2}"))) == [
        "A prova não leu `Coisa.Referencia`, `Coisa.Outra` de `Fila`, e isso pode mudar `funcao--fila`"]


def test_a_walk_in_search_of_a_name_reads_only_what_it_found():
    assert left(put(("      Environment: {", "      Code: {S3Bucket: x, S3Key: y}\n      Environment: {Novidade: 1, "))) == [
        "A prova não leu `Code.S3Bucket`, `Code.S3Key`, `Environment.Novidade` de `Funcao`, e isso pode mudar `funcao--fila`, `funcao--tabela`"]


def test_what_the_proof_of_one_arrow_reads_does_not_serve_another():
    known = dict(RULES)
    try:
        rule("AWS::SQS::Queue", "AWS::Novo::Servico")(queue_feeds_service)
        both = put(("  Tabela:\n", "  Novo: {Type: AWS::Novo::Servico}\n  Tabela:\n"), ("QueueName: pedidos", "QueueName: pedidos, Novidade: 1"))
        assert left(both, *PARTS, "fila >> Novo", TO_QUEUE) == ["A prova não leu `Novidade` de `Fila`, e isso pode mudar `funcao--fila`"]
    finally:
        RULES.clear()
        RULES.update(known)


def queue_feeds_service(case):
    """Uma fila alimenta o serviço novo.

    Só para o teste.

    - `Novidade`, na fila.

    Fonte: https://docs.aws.amazon.com/novo/
    """
    yield from expect(case.view, case.tail, "Novidade", 1, "é nova", "não é nova", "renove-a")
