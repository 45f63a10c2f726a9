"""Uma propriedade errada, um achado: o que ela acarreta às setas, aos benefícios e às frases não se repete."""

from __future__ import annotations

import pytest
from attempts import Case, Edits, findings
from bench import REMOVED, prop

from scripts.base.wording import merged
from test_outside_attacks import ESPECTRO, LOJA, PDV

FOTO, CLI, META, MUSICAS, UPLOAD = "foto-perfil", "cli-s3-lambda-dynamodb", "metadados-s3", "musicas", "upload-ec2-ebs-rds"
READ_ONLY = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}
RULE = ("LifecycleConfiguration", "Rules", 0)
LOCK = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 90}}}


def boundary(role: str) -> Edits:
    return {prop(role, "PermissionsBoundary"): READ_ONLY}


ALONE: dict[str, Case] = {
    "limite no papel da função": (FOTO, boundary("PapelFuncao"), "tire `PermissionsBoundary`"),
    "limite no de quem autoriza": (FOTO, boundary("PapelAutorizar"), "tire `PermissionsBoundary`"),
    "limite em quem grava em quatro lugares": (META, boundary("PapelFuncao"), "`s3:GetObjectVersion`, `s3:PutObject`, `dynamodb:PutItem`"),
    "alarme calado": (CLI, {prop("AlarmeFalhas", "ActionsEnabled"): False}, "tire `ActionsEnabled`"),
    "alarme noutra unidade": (CLI, {prop("AlarmeFalhas", "Unit"): "Percent"}, "tire `Unit`"),
    "alarme de outra medida": (LOJA, {prop("AlarmeFalhas", "MetricName"): "NumberOfMessagesSent"}, "use `MetricName:"),
    "expira só o que é grande": (CLI, {prop("BucketEntrada", *RULE, "ObjectSizeGreaterThan"): "1048576"}, "tire `ObjectSizeGreaterThan`"),
    "expira só o que tem etiqueta": (META, {prop("BucketResultado", *RULE, "TagFilters"): [{"Key": "a", "Value": "b"}]}, "tire `TagFilters`"),
    "bloqueio de objetos": (FOTO, {prop("BucketEntrada", "ObjectLockEnabled"): True, prop("BucketEntrada", "ObjectLockConfiguration"): LOCK},
                            "tire `ObjectLockConfiguration` e `ObjectLockEnabled`"),
    "uma execução de cada vez": (META, {prop("FuncaoProcessar", "ReservedConcurrentExecutions"): 1}, "tire `ReservedConcurrentExecutions`"),
    "a mesma, noutra página": (CLI, {prop("FuncaoProcessar", "ReservedConcurrentExecutions"): 1}, "tire `ReservedConcurrentExecutions`"),
    "nenhuma execução": (MUSICAS, {prop("FuncaoCatalogar", "ReservedConcurrentExecutions"): 0}, "`funcao--fichas` e `funcao--falhas` não estão"),
    "zona privada": (ESPECTRO, {prop("Zona", "VPCs"): [{"VPCId": {"Ref": "Vpc"}, "VPCRegion": {"Ref": "AWS::Region"}}]}, "tire `VPCs`"),
    "nós que não recebem os pods": (ESPECTRO, {prop("Cluster", "ComputeConfig", "NodePools"): ["system"]}, "use `general-purpose`"),
    "instâncias trocadas cedo demais": (PDV, {prop("GrupoInstancias", "HealthCheckGracePeriod"): 15}, "`app-b--nat-b` não estão provadas"),
}


@pytest.mark.parametrize("name", ALONE)
def test_one_wrong_property_is_one_finding_that_names_it(name: str) -> None:
    slug, edits, cause = ALONE[name]
    found = findings(slug, edits)
    assert len(found) == 1 and cause in found[0].message, [each.message for each in found]


def test_each_thing_that_is_missing_is_told_with_its_own_cure() -> None:
    lost = prop("PapelFuncao", "Policies", 0, "PolicyDocument", "Statement")
    said = [found.message for found in findings(META, {lost: REMOVED}) if found.code == "seta-sem-prova"]
    assert all(any(f"declaração com `{action}`" in text for text in said) for action in ("s3:GetObjectVersion", "s3:PutObject", "sqs:SendMessage"))


@pytest.mark.parametrize("texts, wanted", [
    (["`P` pode negar `a`", "`P` pode negar `b`", "`P` pode negar `a`"], ["`P` pode negar `a` e `b`"]),
    (["`P` pode negar `a`", "`Q` pode negar `a`"], ["`P` pode negar `a`", "`Q` pode negar `a`"]),
    (["não passa em `A`: `x`", "não passa em `B`: `x`", "não passa em `A`: `y`"], ["não passa em `A` e `B`: `x`", "não passa em `A`: `y`"]),
    (["sai por `a`", "entra por `a`"], ["sai por `a`", "entra por `a`"]),
    (["só isto"], ["só isto"]),
    ([], []),
])
def test_sentences_that_differ_in_one_name_are_one(texts: list[str], wanted: list[str]) -> None:
    found = merged(texts)
    assert [each.text for each in found] == wanted
    assert [part for each in found for part in each.parts] == list(dict.fromkeys(part for each in found for part in each.parts))
    assert {part for each in found for part in each.parts} == set(texts)
