"""O que se troca por outro do mesmo tipo: o recurso de uma variável, o parâmetro de um prazo; num template real, uma mudança só."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Case, Edits, findings, refused, text_of
from bench import R, prop

ESPECTRO, METADADOS, FOTO, MUSICAS, WEB, VOLUMES, LOJA = (
    "espectrometria", "metadados-s3", "foto-perfil", "musicas", "web-ec2-rds-s3", "dois-volumes-ebs", "ecommerce")
OLD = prop("BucketArquivos", "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration", "NoncurrentDays")


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def variable(function: str, name: str) -> tuple[Any, ...]:
    return prop(function, "Environment", "Variables", name)


def job(place: int) -> tuple[Any, ...]:
    return prop("DefinicaoLote", "ContainerProperties", "Environment", place, "Value")


FALSE: dict[str, Case] = {
    "origem-e-resultado": (ESPECTRO, {
        variable("FuncaoEtapas", "BUCKET_UPLOAD"): ref("BucketResultado"), variable("FuncaoEtapas", "BUCKET_RESULTADO"): ref("BucketUpload")},
        "faz `s3:GetObject` no que `BUCKET_UPLOAD` diz"),
    "origem-e-resultado-do-trabalho": (ESPECTRO, {job(0): ref("BucketResultado"), job(1): ref("BucketUpload")}, "no que `BUCKET_UPLOAD` diz"),
    "tabelas": (METADADOS, {
        variable("FuncaoProcessar", "METADATA_TABLE"): ref("TabelaAuditoria"), variable("FuncaoProcessar", "AUDIT_TABLE"): ref("TabelaMetadados")},
        "`METADATA_TABLE` recebe `TabelaAuditoria`"),
    "musicas-na-instancia": (MUSICAS, text_of((R, "Servidor", "Metadata"), "${BucketMusicas}", "${BucketFichas}"), "`MUSICAS`"),
    "prazo-do-banco": (WEB, {prop("Banco", "BackupRetentionPeriod"): ref("DiasVersoes")}, "pelo nome é de `DiasBackup`"),
    "prazo-das-versoes": (WEB, {OLD: ref("DiasBackup")}, "pelo nome é de `DiasVersoes`"),
    "os-dois-prazos": (WEB, {prop("Banco", "BackupRetentionPeriod"): ref("DiasVersoes"), OLD: ref("DiasBackup")}, "pelo nome é de `DiasVersoes`"),
    "quantos-snapshots": (VOLUMES, {prop("PoliticaSnapshots", "PolicyDetails", "Schedules", 0, "RetainRule", "Count"): ref("DiasBackup")},
                          "pelo nome é de `SnapshotsGuardados`"),
    "tamanhos-dos-volumes": (VOLUMES, {
        prop("VolumeRecebidos", "Size"): ref("TamanhoVolumeDefinitivos"), prop("VolumeDefinitivos", "Size"): ref("TamanhoVolumeRecebidos")},
        "pelo nome é de `TamanhoVolumeRecebidos`"),
    "prazo-da-auditoria": (METADADOS, {variable("FuncaoProcessar", "AUDIT_DAYS"): ref("DiasArquivos")}, "pelo nome é de `DiasAuditoria`"),
    "prazo-do-historico": (FOTO, {variable("FuncaoValidar", "HISTORY_DAYS"): ref("DiasEnvios")}, "pelo nome é de `DiasHistorico`"),
    "prazo-dos-logs": (LOJA, {prop("LogsFuncao", "RetentionInDays"): ref("DiasBackup")}, "pelo nome é de `DiasLogs`"),
    "tamanho-noutra-unidade": (WEB, {prop("VolumeTemporarios", "Size"): ref("TamanhoMaximoArquivo")}, "noutra unidade"),
}

RIGHT: dict[str, tuple[str, Edits]] = {
    "prazo-escrito": (WEB, {prop("VolumeTemporarios", "Size"): 8}),
    "o-mesmo-pelo-atributo": (METADADOS, {variable("FuncaoProcessar", "AUDIT_TABLE"): {"Fn::Select": [0, [ref("TabelaAuditoria")]]}}),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_value_of_another_is_a_finding(name):
    assert refused(FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_the_same_value_said_in_another_way_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
