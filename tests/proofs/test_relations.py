"""O que o template liga e a figura não mostra, e o que nele depende de si mesmo."""

from __future__ import annotations

import pytest
from tests.proofs.bench import Architecture, bench, prop
from tests.proofs.test_common_properties import API, API_ARROWS, FAN, FAN_ARROWS, STREAM
from test_deliveries import ARROWS, GOOD

from scripts.checks import cycles
from scripts.proofs.arrows.prove import prove_arrow
from scripts.proofs.drawn import relations
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread

STREAM_ARROWS = ("Tabela >> Funcao", "Funcao >> Mortas acao=sqs:SendMessage")
PATTERNS = ((FAN, FAN_ARROWS), (API, API_ARROWS), (GOOD, ARROWS), (STREAM, STREAM_ARROWS))
PERMITTED = ("pessoa >> Api", "Api >> Funcao", "Funcao >> Tabela acao=dynamodb:PutItem", "Topico >> gente")
"""As que as permissões mostram, ou que têm uma ponta fora da AWS."""


def nodes(arrows: tuple[str, ...]) -> list[str]:
    ends = dict.fromkeys(end.split(" acao=")[0] for arrow in arrows for end in arrow.split(" >> "))
    return [f"{name.lower()} = {name}" if name[0].isupper() else f"{name} =" for name in ends]


def said(found: Architecture) -> list[str]:
    undrawn = relations.undrawn(found.diagram, found.views)
    absent = [prove_arrow(found.diagram, found.views, each.edge) for each in undrawn]
    return [finding.code for finding in (*relations.findings(found.views, undrawn), *unclaimed(found.diagram, found.views, [*found.proofs, *absent]),
                                         *unread(found.diagram, found.views, found.proofs, absent))]


@pytest.mark.parametrize("template, arrows", PATTERNS)
def test_everything_drawn_leaves_nothing(template, arrows):
    assert said(bench(template, "rede = Vpc" if "Vpc" in template else "x =", "chave = Chave Camada", *nodes(arrows), *arrows)) == []


@pytest.mark.parametrize("template, arrows, lost", [
    (template, arrows, lost) for template, arrows in PATTERNS for lost in arrows if lost not in PERMITTED], ids=lambda value: str(value)[:40])
def test_each_relation_without_an_arrow_is_one_finding(template, arrows, lost):
    left = [arrow for arrow in arrows if arrow != lost]
    found = bench(template, "rede = Vpc" if "Vpc" in template else "x =", "chave = Chave Camada", *nodes(arrows), *left)
    codes = said(found)
    assert codes == ["ligacao-sem-seta"], codes
    tail, head = (end.split(" acao=")[0].lower() for end in lost.split(" >> "))
    assert relations.undrawn(found.diagram, found.views)[0].edge.id == f"{tail}--{head}"


def test_a_reason_or_an_end_out_of_the_picture_explains_it():
    left = [arrow for arrow in FAN_ARROWS if arrow != "Topico >> FilaA"]
    without = bench(FAN, "chave = Chave", *nodes(FAN_ARROWS), *left)
    assert "`AssinaA` leva o que se publica de `topico` a `filaa`, e nenhuma seta mostra" in list(
        relations.findings(without.views, relations.undrawn(without.diagram, without.views)))[0].message
    told = without.put("Resources", "AssinaA", "Metadata", value={"Excecoes": {"ligacao-sem-seta": "Conta-se noutra figura."}})
    assert relations.undrawn(told.diagram, told.views) == []
    apart = bench(FAN, "topico = Topico")
    assert relations.undrawn(apart.diagram, apart.views) == []


def test_a_broken_relation_is_still_one():
    found = bench(FAN, *nodes(FAN_ARROWS)).remove("Resources", "PoliticaA").put(*prop("MapaA", "Enabled"), value=False)
    ids = [each.edge.id for each in relations.undrawn(found.diagram, found.views)]
    assert "topico--filaa" in ids and "funcaoa--filaa" in ids


def circle(text: str) -> list[str]:
    return [finding.message.split(":")[0] for finding in cycles.check(bench(text, "x =").views)]


A_TO_B = "A: {Type: T, Properties: {X: !Ref B}}\n"


@pytest.mark.parametrize("text, expected", [
    (A_TO_B + "B: {Type: T, Properties: {Y: [{Z: !GetAtt A.Arn}]}}", ["`A` depende de `B`, que depende de `A`"]),
    (A_TO_B + "B: {Type: T, DependsOn: A}", ["`A` depende de `B`, que depende de `A`"]),
    (A_TO_B + "B: {Type: T, DependsOn: [C]}\nC: {Type: T, Properties: {Y: !Sub 'x-${A.Arn}'}}", [
        "`A` depende de `B`, que depende de `C`, que depende de `A`"]),
    ("A: {Type: T, Properties: {X: !Ref A}}", ["`A` cita a si mesmo, e o CloudFormation recusa a pilha; tire a citação."]),
    (A_TO_B + "B: {Type: T, DependsOn: A}\nC: {Type: T, DependsOn: D}\nD: {Type: T, DependsOn: C}", [
        "`A` depende de `B`, que depende de `A`", "`C` depende de `D`, que depende de `C`"]),
    (A_TO_B + "B: {Type: T}\nC: {Type: T, Properties: {X: !Ref A, Y: !Ref B}}", []),
    (A_TO_B + "B: {Type: T, Properties: {Y: !Sub ['${A}', {A: x}], Z: A}}", []),
])
def test_a_circle_is_named(text, expected):
    assert circle(text) == expected


@pytest.mark.parametrize("branches, count", [("[Um, !Ref B, x]", 1), ("[Um, x, !Ref B]", 0), ("[Outro, !Ref B, x]", 0)])
def test_a_circle_only_in_a_world_that_may_be(branches, count):
    head = "Parameters: {P: {Type: String, Default: x}}\nConditions: {Um: !Equals [!Ref P, x], Outro: !Equals [!Ref P, y]}\nResources:\n"
    body = f"  A: {{Type: T, Properties: {{X: !If {branches}}}}}\n  B: {{Type: T, Properties: {{Y: !If [Um, !Ref A, x]}}}}\n"
    assert len(circle(head + body)) == count


def test_queues_that_wait_for_each_other():
    text = ("Fila: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Mortas.Arn, maxReceiveCount: 5}}}\n"
            "Mortas:\n  Type: AWS::SQS::Queue\n  Properties:\n    RedriveAllowPolicy:\n      redrivePermission: byQueue\n"
            "      sourceQueueArns: [!GetAtt Fila.Arn]\n")
    found, = cycles.check(bench(text, "x =").views)
    assert (found.code, found.line) == ("dependencia-circular", 2)
    assert "leve a ligação para um recurso à parte" in found.message
