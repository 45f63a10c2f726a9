"""O que se sabe das imagens e dos tipos do EC2: o disco raiz, o agente do Systems Manager, os pacotes e a geração.

Anotado em 2026-11-29, em parte de código público, e não da página da AWS; uma imagem que não está aqui não se conhece.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Image(NamedTuple):
    """Uma família de imagens: como o parâmetro público ou a descrição a nomeia, e o que ela traz."""

    named: re.Pattern[str]
    root: str
    agent: bool
    tools: tuple[str, ...]
    """O que instala programas nela; `""` é o PowerShell do Windows."""
    least: int
    """O tamanho, em GiB, do snapshot do disco raiz: o disco não nasce menor que ele."""
    packages: str = ""
    """O ARN dos objetos em que os pacotes dela estão, no S3."""

    @property
    def temporary_in_memory(self) -> bool:
        """`/tmp` fica na memória: https://docs.aws.amazon.com/linux/al2023/ug/filesystem-slash-tmp.html"""
        return self.packages == AL2023


DNF, YUM, APT, POWERSHELL, NOTHING = ("dnf", "yum"), ("yum", "amazon-linux-extras"), ("apt", "apt-get", "snap"), ("",), ()
AL2023 = "arn:${AWS::Partition}:s3:::al2023-repos-${AWS::Region}-de612dc2/pacote"
AL2 = "arn:${AWS::Partition}:s3:::amazonlinux-2-repos-${AWS::Region}/pacote"
IMAGES = (
    Image(re.compile(r"/aws/service/bottlerocket/"), "/dev/xvda", True, NOTHING, 2),
    Image(re.compile(r"/aws/service/ecs/optimized-ami/amazon-linux-2023/"), "/dev/xvda", True, DNF, 30, AL2023),
    Image(re.compile(r"/aws/service/ecs/optimized-ami/amazon-linux-2/"), "/dev/xvda", True, YUM, 30, AL2),
    Image(re.compile(r"/aws/service/eks/optimized-ami/[^/]+/amazon-linux-2023/"), "/dev/xvda", True, DNF, 20, AL2023),
    Image(re.compile(r"/aws/service/eks/optimized-ami/[^/]+/amazon-linux-2\b"), "/dev/xvda", True, YUM, 20, AL2),
    Image(re.compile(r"al2023-ami-minimal"), "/dev/xvda", False, DNF, 2, AL2023),
    Image(re.compile(r"al2023-ami-|amazon linux 2023", re.IGNORECASE), "/dev/xvda", True, DNF, 8, AL2023),
    Image(re.compile(r"amzn2-ami-minimal"), "/dev/xvda", False, YUM, 2, AL2),
    Image(re.compile(r"amzn2-ami-|amazon linux 2\b", re.IGNORECASE), "/dev/xvda", True, YUM, 8, AL2),
    Image(re.compile(r"/aws/service/canonical/ubuntu/|\bubuntu\b", re.IGNORECASE), "/dev/sda1", True, APT, 8),
    Image(re.compile(r"/aws/service/debian/"), "/dev/xvda", False, APT, 8),
    Image(re.compile(r"/aws/service/ami-windows-latest/|\bwindows server\b", re.IGNORECASE), "/dev/sda1", True, POWERSHELL, 30),
)
"""A primeira que casa:
https://docs.aws.amazon.com/linux/al2023/ug/AMI-minimal-and-standard-differences.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/ami-preinstalled-agent.html
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html
https://docs.aws.amazon.com/linux/al2023/ug/deterministic-upgrades-usage.html
https://docs.aws.amazon.com/linux/al2023/ug/package-management.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-optimized_AMI.html
https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami.html"""
PUBLIC = "/aws/service/"
"""Como começa o nome de um parâmetro que a AWS publica."""
ROOTS = ("/dev/xvda", "/dev/sda1", "/dev/sda")
"""Os nomes que a AWS reserva para o disco raiz: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html"""
XEN = re.compile(r"(?:t[12]|m[1-4]|c[134]|r[34]|i2|i3(?!\.metal)|d2|h1|hs1|p[23]|g[23]|g3s|x1e?|f1|cr1|cc2)\.")
"""Os tipos que não são do sistema Nitro, em que um volume não aparece como NVMe:
https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html"""
SHARED = re.compile(r"(?:t[12]|m[1-3]|c[13]|r3|i2|hs1|g2|cr1|cc2)\.")
"""Os tipos que não têm a ligação dedicada ao EBS, ou só a têm quando se pede, e cobrada:
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-optimized.html"""
LAYERS = "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/camada"
"""Onde o ECR guarda as camadas das imagens: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"""
BUILT = {"amd64": "X86_64", "x86_64": "X86_64", "arm64": "ARM64", "arm64v8": "ARM64", "aarch64": "ARM64"}
CONTAINER = re.compile(r"(?:^|/)(amd64|arm64v8|arm32v[567]|i386|ppc64le|s390x|riscv64)/|[-_:](amd64|x86_64|arm64|aarch64)$")
"""Como o nome de uma imagem de contêiner diz a única arquitetura dela:
https://github.com/docker-library/official-images#architectures-other-than-amd64"""

GRAVITON = re.compile(r"(?:db\.|cache\.)?(?:a1|[a-z]+\d+g[a-z]*|p6e-gb\d+)\.")
"""Um tipo de processador Arm traz `g` depois da geração, menos o `a1` e o `p6e-gb200`:
https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html"""
ARM64, X86 = "arm64", "x86_64"
SAID = {
    ARM64: re.compile(r"(?<![a-z0-9])(?:arm64|aarch64|graviton\d?)(?![a-z0-9])", re.IGNORECASE),
    X86: re.compile(r"(?<![a-z0-9])(?:x86(?:[_-]64)?|amd64)(?![a-z0-9])|/aws/service/ami-windows-latest/"
                    r"|/ecs/optimized-ami/amazon-linux-20?2?3?/(?:kernel-[\w.-]+/)?recommended|/eks/optimized-ami/[^/]+/amazon-linux-2(?:-gpu)?/",
                    re.IGNORECASE),
}
"""De cada arquitetura, como o nome ou a descrição de uma imagem a diz; no ECS e no EKS, o nome que não a diz é o de x86_64:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html"""


def built_for(said: str) -> frozenset[str]:
    """As arquiteturas que o nome, ou a descrição, de uma imagem diz; vazio, se nenhuma."""
    return frozenset(name for name, pattern in SAID.items() if pattern.search(said))


def image_of(said: str) -> Image | None:
    """A família que este texto nomeia; `None` quando não se conhece."""
    return next((image for image in IMAGES if image.named.search(said)), None)


def architecture_of(container: str) -> str | None:
    """A arquitetura de uma imagem de contêiner que só tem uma; `None` quando o nome não a diz."""
    found = CONTAINER.search(container.partition("@")[0])
    return BUILT.get(found[1] or found[2], found[1] or found[2]) if found else None
