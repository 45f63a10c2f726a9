"""Regras dos fluxos: o que muda numa tabela, ou chega a um fluxo do Kinesis, aciona uma função."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.questions import IDENTITY
from scripts.aws.types import EVENT_SOURCE_MAPPING, FUNCTION, STREAM, TABLE
from scripts.proofs.arrows.access import key_used
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.expect import expect
from scripts.proofs.facts.filters import FILTERED, sifted
from scripts.proofs.facts.view import View
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource

POLLING = {
    TABLE: ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"),
    STREAM: ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards"),
}
"""O que a Lambda faz com o papel da função para ler por ela."""
STARTS = ("TRIM_HORIZON", "LATEST")
IMAGES = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")


@rule((TABLE, STREAM), FUNCTION, asks=(IDENTITY,))
def stream_triggers_function(case: Case) -> Iterator[Evidence]:
    """O que muda numa tabela do DynamoDB, ou chega a um fluxo do Kinesis, aciona uma função.

    É a Lambda que lê o fluxo, com o papel da função, e a chama com cada lote. Por isso não há
    permissão de invocar: há a de ler.

    - da tabela, `StreamSpecification` com o que o fluxo traz;
    - um `EventSourceMapping` ligado, com um filtro que se lê, se há um, do ARN do fluxo para a função, com `StartingPosition`;
    - o papel da função, em que `lambda.amazonaws.com` confia, com as ações de ler o fluxo;
    - a chave do KMS da tabela, quando há uma, também permitida.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    view, source, function = case.view, case.tail, case.head
    if source.type == TABLE:
        yield from expect(view, source, ("StreamSpecification", "StreamViewType"), IMAGES.__contains__, "o fluxo da tabela traz {}",
                          f"`{source.id}` não tem fluxo", "escreva `StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}`")
    found = [mapping for mapping in view.of_type(EVENT_SOURCE_MAPPING) if _reads(view, mapping, source)
             and (called := callee(view, view.at(mapping, "FunctionName"))) and called.function == function]
    if not found:
        said = f"!GetAtt {source.id}.{'StreamArn' if source.type == TABLE else 'Arn'}"
        yield Missing(at(function), f"nada faz `{function.id}` ler o fluxo de `{source.id}`",
                      f"crie um `{EVENT_SOURCE_MAPPING}` com `EventSourceArn: {said}` e `FunctionName: !Ref {function.id}`")
        return
    yield from view.complete(_running(view, mapping, source, function) for mapping in found)
    yield from _permitted(view, source, function)


def _stream(view: View, source: Resource) -> str:
    return f"${{{source.id}.StreamArn}}" if source.type == TABLE else view.arn(source) or ""


def _reads(view: View, mapping: Resource, source: Resource) -> bool:
    named = view.at(mapping, "EventSourceArn")
    if named is None:
        return False
    return named.value == _stream(view, source) if source.type == TABLE else view.points(named, STREAM, by=(ARN,)) == source


def _running(view: View, mapping: Resource, source: Resource, function: Resource) -> Iterator[Evidence]:
    yield Found(at(mapping, "EventSourceArn"), f"a Lambda lê o fluxo de `{source.id}`")
    yield Found(at(mapping, "FunctionName"), f"e chama `{function.id}`")
    called = callee(view, view.at(mapping, "FunctionName"))
    yield from called.lines if called else ()
    yield from expect(view, mapping, "StartingPosition", STARTS.__contains__, "a partir de {}", f"`{mapping.id}` não diz de onde começa a ler",
                      "use `StartingPosition: LATEST` ou `TRIM_HORIZON`")
    if str(view.value(mapping, "Enabled")).lower() not in ("none", "true"):
        yield Missing(at(mapping, "Enabled"), f"`{mapping.id}` está desligado", "tire `Enabled`, ou use `true`")
    if not sifted(view, mapping):
        yield Missing(at(mapping, "FilterCriteria"), f"o filtro de `{mapping.id}` não se lê, e deixa de fora o que não se avalia", FILTERED)


def _permitted(view: View, source: Resource, function: Resource) -> Iterator[Evidence]:
    principal = principal_of(view, function)
    yield from principal.evidence
    role = principal.role
    for action in POLLING[source.type] if role else ():
        names = [_stream(view, source), f"{view.arn(source)}/stream/*", *(["*"] if action.endswith("ListStreams") else [])]
        decisions = [decide(Request(view, action, name, role), None) for name in names]
        decision = next((each for each in decisions if each.granted), decisions[0])
        yield from evidence(decision, at(role) if role else (), f"`{role.id if role else ''}`", f"o fluxo de `{source.id}`",
                            f"permita `{action}` no ARN do fluxo")
        if action.endswith("GetRecords") and role:
            yield from key_used(decision.request, source, at(role), f"`{role.id}`")
