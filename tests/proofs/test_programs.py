"""O que chega ao programa: o nome de quem ele chama, a porta em que ouve, as chaves que se encontram, a execução que acaba."""

from __future__ import annotations

import pytest
from attempts import findings, text_of
from bench import prop
from test_outside_attacks import ESPECTRO, LOJA, PDV

R = "Resources"


def swapped(slug, resource, old, new):
    return slug, text_of((R, resource), old, new)


FALSE = {
    "segredo-de-outro": swapped(PDV, "ModeloLancamento", "${Banco.MasterUserSecret.SecretArn}", "${Vpc}"),
    "segredo-escrito": swapped("upload-ec2-ebs-rds", "Servidor", "${Banco.MasterUserSecret.SecretArn}", "fixo"),
    "porta-do-banco-de-outro": swapped(LOJA, "ModeloLancamento", "${Banco.Endpoint.Port}", "${BucketLoja}"),
    "porta-do-banco-escrita": swapped("web-ec2-rds-s3", "Servidor", "${Banco.Endpoint.Port}", "fixa"),
    "fila-de-outra": swapped(LOJA, "ModeloLancamento", "${FilaPedidos}", "${FilaFalhas}"),
    "bucket-de-outro": swapped(ESPECTRO, "ModeloLancamento", "${BucketUpload}", "${BucketResultado}"),
    "bucket-pelo-dominio": swapped("musicas", "Servidor", "${BucketMusicas}", "${BucketFichas}"),
    "balanceador-de-outro": swapped(ESPECTRO, "ModeloLancamento", "${BalanceadorInterno.DNSName}", "${Balanceador.DNSName}"),
    "volume-de-outro": swapped("dois-volumes-ebs", "Servidor", "${VolumeRecebidos}", "${VolumeDefinitivos}"),
    "volume-escrito": swapped("envio-e-consulta", "Servidor", "${VolumeArquivos}", "vol-0"),
    "tarefa-com-outro-bucket": (ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "Environment"): [
        {"Name": "BUCKET_UPLOAD", "Value": {"Ref": "BucketResultado"}}, {"Name": "BUCKET_RESULTADO", "Value": {"Ref": "BucketResultado"}}]}),
    "funcao-com-outro-bucket": ("foto-perfil", {prop("FuncaoAutorizar", "Environment", "Variables", "BUCKET"): {"Ref": "BucketFotos"}}),
    "entrega-por-https": (LOJA, {prop("GrupoDestino", "Protocol"): "HTTPS"}),
    "entrega-e-verifica-por-https": (PDV, {prop("GrupoDestino", "Protocol"): "HTTPS", prop("GrupoDestino", "HealthCheckProtocol"): "HTTPS"}),
    "programa-noutra-porta": (PDV, text_of(("Mappings", "Codigo", "Site", "Unidade"), "0.0.0.0:8080", "0.0.0.0:9090")),
    "programa-da-instancia-noutra-porta": ("musicas", text_of(("Mappings", "Codigo"), "0.0.0.0:80", "0.0.0.0:9090")),
    "tarefa-de-um-segundo": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Preparar", "TimeoutSeconds"): 1}),
    "trabalho-de-um-segundo": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "AnalisarNoBatch", "TimeoutSeconds"): 1}),
    "trabalho-de-uma-so-tentativa": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "AnalisarNoBatch", "TimeoutSeconds"): 3700}),
    "execucao-de-uma-so-tentativa": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "TimeoutSeconds"): 3700}),
    "execucao-que-so-da-para-o-trabalho": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "TimeoutSeconds"): 14_400}),
    "sinal-que-ninguem-manda": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Concluir", "HeartbeatSeconds"): 20}),
    "espera-em-expressa": (ESPECTRO, {prop("MaquinaAnalise", "StateMachineType"): "EXPRESS"}),
    "espera-que-a-lambda-nao-tem": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Preparar", "Resource"): {
        "Fn::Sub": "arn:${AWS::Partition}:states:::lambda:invoke.sync"}}),
    "escolha-impossivel": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Escolher", "Choices"): [
        {"And": [{"Variable": "$.preparo.mib", "NumericGreaterThan": 5}, {"Variable": "$.preparo.mib", "NumericLessThan": 5}],
         "Next": "AnalisarNoBatch"}]}),
    "escolha-encoberta": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Escolher", "Choices"): [
        {"Variable": "$.preparo.mib", "NumericGreaterThanEquals": 0, "Next": "AnalisarNaLambda"},
        {"Variable": "$.preparo.mib", "NumericGreaterThan": 5, "Next": "AnalisarNoBatch"}]}),
    "grava-onde-ninguem-le": ("musicas", text_of((R, "PapelFuncao"), "/fichas/", "/outras/")),
    "le-onde-ninguem-grava": (ESPECTRO, text_of((R, "PapelLote"), "/envios/", "/outros/")),
    "aciona-o-que-ninguem-grava": ("musicas", {
        prop("BucketMusicas", "NotificationConfiguration", "LambdaConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Value"): "outras/"}),
    "pasta-que-o-programa-nao-diz": ("foto-perfil", text_of((R, "PapelAutorizar"), "/envios/", "/outros/")),
}

RIGHT = {
    "porta-do-banco-em-algarismos": swapped(PDV, "ModeloLancamento", "${Banco.Endpoint.Port}", "5432"),
    "prazo-do-trabalho-com-as-tentativas": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "AnalisarNoBatch", "TimeoutSeconds"): 7200}),
    "prazo-folgado": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "TimeoutSeconds"): 86_400}),
    "escolha-com-faixa": (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Escolher", "Choices"): [
        {"And": [{"Variable": "$.preparo.mib", "NumericGreaterThan": 5}, {"Variable": "$.preparo.mib", "NumericLessThanEquals": 500}],
         "Next": "AnalisarNoBatch"}]}),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_does_not_reach_the_program_is_a_finding(name):
    assert findings(*FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_another_right_way_passes(name):
    assert findings(*RIGHT[name]) == []
