"""O parâmetro aceita o que a propriedade que o usa pede, e o padrão dele não desmente o que a página diz de dois deles."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scripts.base.findings import Finding
from scripts.page.architecture import Page
from scripts.template.cloudformation import Template
from scripts.template.numbers import whole
from scripts.template.parameters import refusal

REFUSED, CONTRARY = "valor-que-nao-entra", "padrao-contrario"
REGIONS = ("us-east-1", "sa-east-1", "us-west-2")
REGION = re.compile(r"\b(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:gov-)?[a-z]+-\d\b")
STARTED = re.compile(r"\^?((?:\d{1,3}\\?\.){1,3})")
"""O começo de um padrão que só aceita os endereços de alguém."""
NUMBER = "123456789012"
UUID = "12345678-90ab-cdef-1234-567890abcdef"
HEX = "0123456789abcdef0"


def _arns(service: str, name: str) -> tuple[str, ...]:
    return tuple(f"arn:aws:{service}:{region}:{NUMBER}:{name}" for region in REGIONS)


CERTIFICATES = (*_arns("acm", f"certificate/{UUID}"), f"arn:aws:iam::{NUMBER}:server-certificate/nome")
BLOCKS = ("203.0.113.7/32", "203.0.113.0/24", "10.0.0.0/16", "10.0.0.0/24", "0.0.0.0/0", "192.168.0.0/20")
KEYS = (*_arns("kms", f"key/{UUID}"), UUID, "alias/nome", *_arns("kms", "alias/nome"))
SAMPLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("CertificateArn", "AcmCertificateArn", "RegionalCertificateArn"), CERTIFICATES),
    **dict.fromkeys(("CidrIp", "CidrBlock", "PublicAccessCidrs", "DestinationCidrBlock"), BLOCKS),
    **dict.fromkeys(("CidrIpv6", "Ipv6CidrBlock", "DestinationIpv6CidrBlock"), ("2001:db8::/32", "2001:db8::/64", "2001:db8::1/128", "::/0")),
    **dict.fromkeys(("SourcePrefixListId", "DestinationPrefixListId"), (f"pl-{HEX}", "pl-01234567")),
    **dict.fromkeys(("KmsKeyId", "KMSMasterKeyID", "KmsMasterKeyId", "KmsKeyArn"), KEYS),
    **dict.fromkeys(("VpcId",), (f"vpc-{HEX}", "vpc-01234567")),
    **dict.fromkeys(("SubnetId", "SubnetIds", "Subnets"), (f"subnet-{HEX}", "subnet-01234567")),
    **dict.fromkeys(("SecurityGroupIds", "SecurityGroups", "GroupSet", "GroupId"), (f"sg-{HEX}", "sg-01234567")),
    **dict.fromkeys(("RoleArn", "Role", "TaskRoleArn", "ExecutionRoleArn"), (f"arn:aws:iam::{NUMBER}:role/nome",)),
    "HostedZoneId": ("Z0123456789ABCDEFGHIJ", "Z2FDTNDATAQYW2"),
    "ImageId": (f"ami-{HEX}", "ami-01234567"),
    "WebACLId": (f"arn:aws:wafv2:us-east-1:{NUMBER}:global/webacl/nome/{UUID}",),
}
"""Do nome de uma propriedade, valores que ela aceita; basta que o parâmetro aceite um. Os tipos que a AWS confere não se perguntam.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Certificate.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""
SUBSCRIBED = {"email": ("pessoa@exemplo.com.br",), "email-json": ("pessoa@exemplo.com.br",), "https": ("https://exemplo.com.br/aviso",),
              "http": ("http://exemplo.com.br/aviso",), "sms": ("+5511999999999",), "sqs": _arns("sqs", "nome"),
              "lambda": _arns("lambda", "function:nome")}
"""De cada protocolo de uma assinatura, um `Endpoint`: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""
RELATION = re.compile(
    r"\b(?P<no>não|nunca)\s+(?:(?:deve|pode|precisa|convém|há de)\w*\s+)?(?:ser|é|seja|fica\w*|vale\w*)\s+"
    r"(?P<kept>menor|maior|mais curto|mais longo|abaixo|acima)(?:\s+do)?\s+(?:que|de)\s+|"
    r"\b(?:não|nunca)\s+(?:(?:deve|pode)\w*\s+)?passa\w*\s+d[eo]\s+(?P<most>)|"
    r"\b(?:deve|precisa|tem de|tem que|há de)\w*\s+ser\s+(?P<more>maior|menor|mais longo|mais curto)"
    r"(?P<equal>\s+ou\s+igual)?(?:\s+do)?\s+(?:que|a|ao)\s+|"
    r"\b(?:é|seja|deve ser)\s+(?P<end>no mínimo|ao menos|pelo menos|no máximo)\s+", re.IGNORECASE)
"""Como a página diz que um parâmetro não passa de outro, ou não fica abaixo dele; depois disto vem o outro."""
OTHER = re.compile(r"(?:(?:o|a|os|as|de|do|da)\s+)*(?:valor\s+de\s+)?`([^`]+)`")
SENTENCE, CODE = re.compile(r"(?<=[.;!?])\s+"), re.compile(r"`([^`]+)`")
HIGH = ("maior", "mais longo", "acima")


def check(template: Template, page: Page | None) -> Iterator[Finding]:
    """Um achado por parâmetro que recusa tudo o que a propriedade dele aceita, e um por padrão que desmente uma relação da página."""
    for name, declared in template.parameters.items():
        if isinstance(declared, dict) and "AllowedPattern" in declared and not str(declared.get("Type", "")).startswith("AWS::"):
            for resource in template.resources.values():
                for key, samples in _asked(resource.properties, name) if name in resource.references else ():
                    if all(refusal(declared, each) for each in _tried(samples, str(declared["AllowedPattern"]))):
                        yield Finding(template.path, template.line("Parameters", name, "AllowedPattern"), REFUSED,
                                      f"`{name}` recusa tudo o que `{key}` de `{resource.id}` aceita, como `{samples[0]}`: não há com que criar a "
                                      "pilha; corrija o `AllowedPattern`.")
    yield from _contrary(template, page) if page else ()


def _tried(samples: tuple[str, ...], pattern: str) -> Iterator[str]:
    """Os exemplos, e os mesmos na região, na conta e na faixa que o padrão escreve por extenso."""
    yield from samples
    for region in REGION.findall(pattern):
        yield from (REGION.sub(region, each) for each in samples)
        for number in re.findall(r"(?<!\d)\d{12}(?!\d)", pattern):
            yield from (REGION.sub(region, each).replace(NUMBER, number) for each in samples)
    for number in re.findall(r"(?<!\d)\d{12}(?!\d)", pattern):
        yield from (each.replace(NUMBER, number) for each in samples)
    started = STARTED.match(pattern)
    if started and samples is BLOCKS:
        octets = [each for each in started[1].replace("\\", "").split(".") if each]
        for last in ("0", "7"):
            yield from (f"{'.'.join([*octets, '0', '0', '0'][:3])}.{last}/{size}" for size in range(8, 33))


def _asked(node: Any, name: str, key: str = "", around: Any = None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """As propriedades que valem este parâmetro, também dentro de `Fn::If` e de listas, com o que elas aceitam."""
    if isinstance(node, dict):
        if node == {"Ref": name}:
            samples = SUBSCRIBED.get(str((around or {}).get("Protocol"))) if key == "Endpoint" else SAMPLES.get(key)
            yield from ((key, each) for each in (samples,) if each)
        for inner, value in node.items():
            named = key if inner.startswith("Fn::") else inner
            yield from _asked(value, name, named, around if inner.startswith("Fn::") else node)
    elif isinstance(node, list):
        for value in node:
            yield from _asked(value, name, key, around)


def _contrary(template: Template, page: Page) -> Iterator[Finding]:
    """O padrão de um parâmetro contra o de outro com que a página o compara."""
    values = {name: whole(declared.get("Default")) for name, declared in template.parameters.items() if isinstance(declared, dict)}
    for line, one, sense, other, said in _relations(page, values.keys()):
        low, high = values[one], values[other]
        if low is None or high is None or sense(low, high):
            continue
        yield Finding(template.path, template.line("Parameters", one, "Default"), CONTRARY,
                      f"o padrão de `{one}` é {low}, o de `{other}` é {high}, e a página, na linha {line}, diz “{said}”; acerte os padrões, ou o "
                      "texto.")


def _relations(page: Page, names: Iterable[str]) -> Iterator[tuple[int, str, Callable[[int, int], bool], str, str]]:
    """Cada comparação de dois parâmetros: a linha, o primeiro, o que se pede, o outro e a frase; o primeiro pode vir de antes, no parágrafo."""
    for token in page.tokens:
        before: list[str] = []
        related = token.type == "inline" and token.content.count("`") > 3 and RELATION.search(token.content)  # dois nomes entre crases, ou mais
        for text in SENTENCE.split(token.content) if related else ():
            for found in RELATION.finditer(text):
                other = OTHER.match(text, found.end())
                own = [*before, *(code for code in CODE.findall(text[:found.start()]) if code in names)]
                if other and other[1] in names and own and own[-1] != other[1]:
                    yield (token.map or [0])[0] + 1, own[-1], _sense(found), other[1], f"{found[0].strip()} {other[0]}"
            before += [code for code in CODE.findall(text) if code in names]


def _sense(found: re.Match[str]) -> Callable[[int, int], bool]:
    if found["no"]:
        return operator.le if found["kept"].lower() in HIGH else operator.ge
    if found["most"] is not None:
        return operator.le
    if found["end"]:
        return operator.le if found["end"].lower() == "no máximo" else operator.ge
    more, equal = found["more"].lower() in HIGH, bool(found["equal"])
    return (operator.ge if equal else operator.gt) if more else operator.le if equal else operator.lt
