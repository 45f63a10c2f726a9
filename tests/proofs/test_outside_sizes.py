"""Tamanhos, prazos e imagens que a AWS recusa ou que fazem nascer para morrer, num template real com uma mudança só."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import Case, Edits, findings, refused, text_of
from bench import R, prop

PDV, LOJA, ESPECTRO, MUSICAS, WEB, ENVIO, VOLUMES = (
    "pdv-alta-disponibilidade", "ecommerce", "espectrometria", "musicas", "web-ec2-rds-s3", "envio-e-consulta", "dois-volumes-ebs")
ROLLING = (R, "GrupoInstancias", "UpdatePolicy", "AutoScalingRollingUpdate")
IMAGE = ("Parameters", "Imagem", "Default")
DISK = prop("ModeloLancamento", "LaunchTemplateData", "BlockDeviceMappings", 0, "Ebs")
RULE = prop("BucketResultado", "LifecycleConfiguration", "Rules", 0)


def root(size: int) -> dict[str, Any]:
    return {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "VolumeSize": size, "Encrypted": True, "DeleteOnTermination": True}}


def moves(*said: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"StorageClass": kind, "TransitionInDays": days} for kind, days in said]


FALSE: dict[str, Case] = {
    "balanceador-em-28": (PDV, {prop("SubRedePublicaA", "CidrBlock"): "10.20.0.0/28"}, "pede ao menos /27"),
    "balanceador-interno-em-28": (LOJA, {prop("SubRedeAplicacaoA", "CidrBlock"): "10.20.10.0/28"}, "pede ao menos /27"),
    "balanceador-de-envio-em-28": (ENVIO, {prop("SubRedePublicaB", "CidrBlock"): "10.70.1.0/28"}, "pede ao menos /27"),
    "cluster-em-28": (ESPECTRO, {prop("SubRedeAplicacaoA", "CidrBlock"): "10.40.16.0/28"}, "endereços livres"),
    "instancias-demais-na-sub-rede": (PDV, {("Parameters", "InstanciasMaximas", "Default"): 600}, "endereços livres"),
    "trabalhos-demais-na-sub-rede": (ESPECTRO, {
        prop("AmbienteLote", "ComputeResources", "MaxvCpus"): 16000}, "endereços livres"),
    "sub-rede-que-nao-ha": (PDV, {prop("SubRedeDadosA", "CidrBlock"): "10.20.20.0/30"}, "o que o EC2 recusa"),
    "vpc-que-nao-ha": (PDV, {prop("Vpc", "CidrBlock"): "10.0.0.0/8"}, "o que o EC2 recusa"),
    "imagem-de-outra-geracao": (PDV, {IMAGE: "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"}, "usa `dnf`"),
    "imagem-descrita-de-outra-geracao": (MUSICAS, {("Parameters", "Imagem", "Description"): "Imagem do Amazon Linux 2 (x86_64)"}, "usa `dnf`"),
    "imagem-sem-instalador": (LOJA, {IMAGE: "/aws/service/bottlerocket/aws-k8s-1.34/x86_64/latest/image_id"}, "usa `dnf`"),
    "imagem-que-nao-se-conhece": (LOJA, {IMAGE: "/aws/service/outra/imagem"}, "não se sabe se a imagem"),
    "instalador-de-outra-imagem": (PDV, text_of((R, "ModeloLancamento", "Properties"), "dnf install", "apt-get install"), "usa `apt-get`"),
    "instalador-de-outra-geracao": (ESPECTRO, text_of(
        (R, "ModeloLancamento", "Properties"), "dnf install -y", "amazon-linux-extras install"), "usa `amazon-linux-extras`"),
    "windows-com-bash": (PDV, {IMAGE: "/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base"}, "não são do sistema da imagem"),
    "raiz-menor-que-a-imagem": (PDV, {prop("ModeloLancamento", "LaunchTemplateData", "BlockDeviceMappings", 0): root(4)}, "pede ao menos 8"),
    "raiz-da-instancia-menor": (MUSICAS, {prop("Servidor", "BlockDeviceMappings", 0): root(7)}, "pede ao menos 8"),
    "raiz-menor-que-a-do-ecs": (PDV, {IMAGE: "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"}, "pede ao menos 30"),
    "troca-sem-lugar": (PDV, {(*ROLLING, "MinInstancesInService"): {"Ref": "InstanciasMaximas"}}, "a troca quer 6 instâncias em serviço"),
    "lote-maior-que-o-grupo": (LOJA, {(*ROLLING, "MaxBatchSize"): 9}, "a troca é de 9 por vez"),
    "volume-maior-que-o-tipo": (VOLUMES, {prop("VolumeDefinitivos", "VolumeType"): "gp2", prop("VolumeDefinitivos", "Size"): 20000}, "não há volume `gp2`"),
    "volume-menor-que-o-tipo": (VOLUMES, {
        prop("VolumeDefinitivos", "VolumeType"): "io2", prop("VolumeDefinitivos", "Iops"): 100, prop("VolumeDefinitivos", "Size"): 2},
        "não há volume `io2`"),
    "ligacao-que-o-tipo-nao-tem": (WEB, {prop("Servidor", "EbsOptimized"): True, prop("Servidor", "InstanceType"): "t2.micro"}, "que `t2.micro` não tem"),
    "ligacao-que-um-dos-tipos-nao-tem": (LOJA, {
        prop("ModeloLancamento", "LaunchTemplateData", "EbsOptimized"): "true",
        ("Parameters", "TipoInstancia", "AllowedValues"): ["t3.micro", "m3.medium"]}, "que `m3.medium` não tem"),
    "operacoes-de-menos-no-disco": (LOJA, {(*DISK, "Iops"): 100}, "não aceita 100 operações"),
    "vazao-demais-no-disco": (MUSICAS, {prop("Servidor", "BlockDeviceMappings", 0, "Ebs", "Throughput"): 1000}, "não aceita 1000 MiB/s"),
    "operacoes-noutro-tipo-de-disco": (LOJA, {(*DISK, "Iops"): 3000, (*DISK, "VolumeType"): "gp2"}, "`gp2`, não aceita 3000 operações"),
    "operacoes-que-se-cobram": (LOJA, {(*DISK, "Iops"): 4000}, "não leu `LaunchTemplateData.BlockDeviceMappings.Ebs.Iops`"),
    "banco-sem-lugar-para-crescer": (PDV, {prop("Banco", "MaxAllocatedStorage"): 25}, "nunca cresce"),
    "acesso-raro-cedo": (MUSICAS, {prop("BucketMusicas", "LifecycleConfiguration", "Rules", 0, "Transitions"): moves(("STANDARD_IA", 10))},
                         "o S3 recusa passar"),
    "uma-zona-cedo": (ESPECTRO, {(*RULE, "Transitions"): moves(("ONEZONE_IA", 29))}, "o S3 recusa passar"),
    "versoes-em-acesso-raro-cedo": (WEB, {
        prop("BucketArquivos", "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionTransitions"): moves(("STANDARD_IA", 10))}, "o S3 recusa passar"),
    "mais-fria-antes": (ESPECTRO, {(*RULE, "Transitions"): moves(("GLACIER_IR", 40), ("STANDARD_IA", 60))}, "o S3 recusa passar"),
    "uma-logo-depois-da-outra": (ESPECTRO, {(*RULE, "Transitions"): moves(("STANDARD_IA", 30), ("GLACIER_IR", 35))}, "o S3 recusa passar"),
    "muda-depois-de-apagar": (ESPECTRO, {(*RULE, "Transitions"): moves(("GLACIER_IR", 2000))}, "apaga em 1825"),
}

RIGHT: dict[str, tuple[str, Edits] | tuple[str, Edits, tuple[str, str]]] = {
    "balanceador-em-27": (PDV, {prop("SubRedePublicaA", "CidrBlock"): "10.20.0.0/27"}),
    "banco-em-28": (PDV, {prop("SubRedeDadosA", "CidrBlock"): "10.20.20.0/28"}),
    "yum-e-o-dnf": (PDV, text_of((R, "ModeloLancamento", "Properties"), "dnf install", "yum install")),
    "raiz-do-tamanho-da-imagem": (MUSICAS, {prop("Servidor", "BlockDeviceMappings", 0): root(8)}),
    **{f"ligacao-dedicada-{value}": (WEB, {prop("Servidor", "EbsOptimized"): value}) for value in (True, "true", False)},
    "ligacao-dedicada-no-modelo": (PDV, {prop("ModeloLancamento", "LaunchTemplateData", "EbsOptimized"): True}),
    "o-que-o-disco-ja-da": (LOJA, {(*DISK, "Iops"): 3000, (*DISK, "Throughput"): 125}),
    "o-que-o-disco-da-instancia-ja-da": (MUSICAS, {prop("Servidor", "BlockDeviceMappings", 0, "Ebs", "Iops"): "3000"}),
    "o-que-o-volume-ja-da": (WEB, {prop("VolumeTemporarios", "Iops"): 3000, prop("VolumeTemporarios", "Throughput"): 125}),
    "lote-que-cabe": (PDV, {(*ROLLING, "MaxBatchSize"): 4}, ("entra uma instância por vez", "entra aos poucos")),
    "classes-na-ordem": (ESPECTRO, {(*RULE, "Transitions"): moves(("STANDARD_IA", 30), ("GLACIER_IR", 90))}),
    "versoes-mais-frias": (WEB, {
        prop("BucketArquivos", "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionTransitions"): moves(("GLACIER_IR", 2))}),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_size_or_a_deadline_that_aws_refuses_is_a_finding(name):
    assert refused(FALSE[name])


@pytest.mark.parametrize("name", RIGHT)
def test_a_size_or_a_deadline_that_fits_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
