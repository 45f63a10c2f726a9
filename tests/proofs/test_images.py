"""A imagem e o tipo contra o que o template espera: o disco raiz, o agente, os pacotes, os discos NVMe, a arquitetura do contêiner."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REMOVED, real
from test_boot import edited, needs

from scripts.aws.images import XEN, architecture_of, image_of

R, P = "Resources", "Properties"
DEVICE = ("BlockDeviceMappings", 0, "DeviceName")
PARAMETER = "/aws/service/ami-amazon-linux-latest/"
CASES: dict[str, tuple[str, tuple[Any, ...], Any, str]] = {
    "a imagem mínima não traz o agente": ("pdv-alta-disponibilidade", ("Parameters", "Imagem", "Default"),
                                          f"{PARAMETER}al2023-ami-minimal-kernel-default-x86_64", "não traz o agente"),
    "noutra arquitetura também": ("ecommerce", ("Parameters", "Imagem", "Default"), f"{PARAMETER}al2023-ami-minimal-kernel-default-x86_64",
                                  "não traz o agente"),
    "a raiz tem outro nome": ("pdv-alta-disponibilidade", (R, "ModeloLancamento", P, "LaunchTemplateData", *DEVICE), "/dev/sda1", "é `/dev/xvda`"),
    "a raiz de uma instância só": ("musicas", (R, "Servidor", P, *DEVICE), "/dev/sda1", "é `/dev/xvda`"),
    "o volume no lugar da raiz": ("upload-ec2-ebs-rds", (R, "LigacaoVolume", P, "Device"), "/dev/xvda", "já é um disco da imagem"),
    "um tipo sem NVMe": ("web-ec2-rds-s3", ("Parameters", "TipoInstancia", "AllowedValues"), ["t3.micro", "t2.micro"], "`t2.micro` não é do sistema Nitro"),
    "um tipo sem NVMe, por padrão": ("dois-volumes-ebs", (R, "Servidor", P, "InstanceType"), "m4.large", "`m4.large` não é do sistema Nitro"),
    "a política do endpoint sem os pacotes": ("web-ec2-rds-s3", (R, "EndpointS3", P, "PolicyDocument", "Statement", 1), REMOVED, "os pacotes do sistema"),
    "os pacotes só a um papel": ("web-ec2-rds-s3", (R, "EndpointS3", P, "PolicyDocument", "Statement", 1, "Principal"), {"AWS": "arn:aws:iam::111122223333:root"},
                                 "os pacotes do sistema"),
    "os pacotes de outro bucket": ("web-ec2-rds-s3", (R, "EndpointS3", P, "PolicyDocument", "Statement", 1, "Resource"), "arn:aws:s3:::outro/*",
                                   "os pacotes do sistema"),
    "a ação que não lê": ("web-ec2-rds-s3", (R, "EndpointS3", P, "PolicyDocument", "Statement", 1, "Action"), "s3:ListBucket", "os pacotes do sistema"),
    "a imagem de contêiner de outra arquitetura": ("espectrometria", (R, "DefinicaoLote", P, "ContainerProperties", "Image"),
                                                   "docker.io/amd64/python:3.13-slim", "só é de X86_64"),
    "a arquitetura na etiqueta": ("espectrometria", (R, "DefinicaoLote", P, "ContainerProperties", "Image"),
                                  "public.ecr.aws/exemplo/analise:1.0-amd64", "só é de X86_64"),
    "sem lugar para os pods": ("espectrometria", (R, "Cluster", P, "ComputeConfig", "NodePools"), ["system"], "recebe os pods"),
    "sem conjunto de nós": ("espectrometria", (R, "Cluster", P, "ComputeConfig", "NodePools"), [], "recebe os pods"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_image_does_not_have_is_named(case: str) -> None:
    slug, path, value, reason = CASES[case]
    assert reason in needs(real(slug).put(*path, value=value))


def test_installing_the_agent_makes_the_minimal_image_right() -> None:
    changed = edited("pdv-alta-disponibilidade", (R, "ModeloLancamento"), "dnf install -y", "dnf install -y amazon-ssm-agent")
    assert needs(changed.put("Parameters", "Imagem", "Default", value=f"{PARAMETER}al2023-ami-minimal-kernel-default-x86_64")) == ""


def test_the_right_endpoint_policies_pass() -> None:
    policy = (R, "EndpointS3", P, "PolicyDocument")
    assert needs(real("web-ec2-rds-s3").put(*policy, "Statement", 1, "Principal", value={"AWS": "*"})) == ""
    assert needs(real("web-ec2-rds-s3").put(*policy, "Statement", 1, "Action", value=["s3:Get*"])) == ""


def test_a_described_root_is_the_encrypted_one() -> None:
    other = [{"DeviceName": "/dev/sdb", "Ebs": {"VolumeType": "gp3", "VolumeSize": 10, "Encrypted": True}}]
    for slug, path in (("musicas", (R, "Servidor", P)), ("pdv-alta-disponibilidade", (R, "ModeloLancamento", P, "LaunchTemplateData"))):
        changed = real(slug).put(*path, "BlockDeviceMappings", value=other)
        assert any("fica como nela" in piece.need for piece in changed.claim("criptografado-em-repouso").missing), slug


def test_names_say_what_is_known_and_nothing_more() -> None:
    assert image_of("ami-0123456789abcdef0") is None
    assert not (image_of("/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-6.1-arm64") or image_of("")).agent
    assert [architecture_of(name) for name in ("docker.io/python:3.13", "arm64v8/python", "docker.io/amd64/python@sha256:aa", "exemplo/amd64-ferramentas:1")] == [
        None, "ARM64", "X86_64", None]
    assert [bool(XEN.match(kind)) for kind in ("t2.micro", "t3.micro", "i3.large", "i3.metal", "m4.large", "m5.large", "t4g.nano")] == [
        True, False, True, False, True, False, False]
