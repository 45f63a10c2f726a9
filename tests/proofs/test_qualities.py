"""O que a página diz que um recurso é: cada qualidade dita ao contrário é um achado, e dita como é, não."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from attempts import subject
from bench import REPOSITORY

from scripts.checks import qualities
from scripts.page import architecture
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation

FUNCTION = """  F:
    Type: AWS::Lambda::Function
    Properties: {Architectures: [ARCH], Runtime: python3.13, Handler: index.handler, Role: x, Code: {ZipFile: "pass"}}
"""
NOTIFIED = FUNCTION + """  B:
    Type: AWS::S3::Bucket
    Properties: {NotificationConfiguration: {LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt F.Arn}]}}
"""
WAYS = "  D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {DefaultCacheBehavior: {ViewerProtocolPolicy: POLICY}}}}\n"


def one(kind: str, properties: str = "") -> str:
    return f"  R: {{Type: AWS::{kind}, Properties: {{{properties}}}}}\n"


def row(template: str, said: str, name: str = "R") -> list[str]:
    """Os achados de uma linha da tabela que diz isso do recurso."""
    read = cloudformation.parse(f"Resources:\n{template}", "t.yaml")
    page = SimpleNamespace(path="p.md", steps=(), benefits=(), spoken=(), rows=[SimpleNamespace(node_id="r", resources=(name,), cells=("R", said, ""), line=7)])
    return [finding.code for finding in qualities.check(page, views_of(read), list(qualities.sentences(page)))]


INTERNAL, OPEN = (one("ElasticLoadBalancingV2::LoadBalancer", f"Scheme: {scheme}") for scheme in ("internal", "internet-facing"))
TWICE, ONCE = (one("RDS::DBInstance", f"MultiAZ: {multi}, Engine: postgres, StorageEncrypted: {multi}") for multi in ("true", "false"))
MYSQL = one("RDS::DBInstance", "Engine: mysql, PubliclyAccessible: true")
GATEWAY, INTERFACE = (one("EC2::VPCEndpoint", f"VpcEndpointType: {kind}, ServiceName: s") for kind in ("Gateway", "Interface"))
ARM, INTEL = FUNCTION.replace("ARCH", "arm64").replace("F:", "R:"), FUNCTION.replace("ARCH", "x86_64").replace("F:", "R:")
PLAIN, FIFO = one("SQS::Queue"), one("SQS::Queue", "FifoQueue: true")
CLOSED = one("S3::Bucket", "PublicAccessBlockConfiguration: {BlockPublicPolicy: true, RestrictPublicBuckets: true}")
VERSIONED, LOOSE = one("S3::Bucket", "VersioningConfiguration: {Status: Enabled}"), one("S3::Bucket")
DEMAND, FIXED = one("DynamoDB::Table", "BillingMode: PAY_PER_REQUEST"), one("DynamoDB::Table", "BillingMode: PROVISIONED")
DISK, BARE = one("EC2::Volume", "Encrypted: true"), one("EC2::Volume")
HTTPS, HTTP = WAYS.replace("D:", "R:").replace("POLICY", "redirect-to-https"), WAYS.replace("D:", "R:").replace("POLICY", "allow-all")


@pytest.mark.parametrize("right, wrong, said", [
    (INTERNAL, OPEN, "O balanceador é interno."), (OPEN, INTERNAL, "Tem endereço público."), (INTERNAL, OPEN, "Sem endereço público, e só o site chega."),
    (OPEN, INTERNAL, "Voltado para a internet."), (OPEN, INTERNAL, "O balanceador não é interno."),
    (TWICE, ONCE, "Multi-AZ: troca sozinho."), (TWICE, ONCE, "Com cópia síncrona na outra zona."), (ONCE, TWICE, "Sem Multi-AZ."),
    (TWICE, MYSQL, "É PostgreSQL."), (MYSQL, TWICE, "É MySQL."), (TWICE, MYSQL, "Não é público."), (MYSQL, ONCE, "Tem endereço público."),
    (TWICE, ONCE, "Criptografado."), (ONCE, TWICE, "Não é criptografado."), (DISK, BARE, "Criptografado, com a chave da AWS."),
    (GATEWAY, INTERFACE, "Não é cobrado."), (INTERFACE, GATEWAY, "É cobrado por hora."), (GATEWAY, INTERFACE, "É gratuito."),
    (ARM, INTEL, "Python em Graviton (arm64)."), (INTEL, ARM, "Roda em x86."),
    (PLAIN, FIFO, "Entrega pelo menos uma vez."), (FIFO, PLAIN, "É uma fila FIFO."), (FIFO, PLAIN, "Entrega exatamente uma vez."),
    (CLOSED, LOOSE, "Privado, só por TLS."), (CLOSED, LOOSE, "Sem acesso público."), (LOOSE, CLOSED, "Com acesso público."),
    (VERSIONED, LOOSE, "O bucket tem versões."), (LOOSE, VERSIONED, "O bucket não tem versões."),
    (DEMAND, FIXED, "Sob demanda."), (FIXED, DEMAND, "Com capacidade provisionada."),
    (HTTPS, HTTP, "Redireciona o HTTP."), (HTTP, HTTPS, "Atende também por HTTP."), (HTTPS, HTTP, "Não aceita HTTP."),
])
def test_a_quality_is_held_against_the_property(right, wrong, said):
    assert row(right, said) == [] and set(row(wrong, said)) == {"qualidade-contraria"}


@pytest.mark.parametrize("template, said", [
    (INTERNAL, "Um balanceador público serviria."), (PLAIN, "Se fosse FIFO, manteria a ordem."), (INTERFACE, "Guarda arquivos."),
    (one("ElasticLoadBalancingV2::LoadBalancer", "Scheme: !Ref Esquema"), "É interno."),
])
def test_what_would_be_and_what_is_not_known_say_nothing(template, said):
    assert row(template, said) == []


def test_the_event_of_a_bucket_waits_for_nobody():
    template = NOTIFIED.replace("ARCH", "arm64")
    assert row(template, "Aciona a função de forma síncrona.", "F") == ["qualidade-contraria"]
    assert row(template, "Aciona a função de forma assíncrona.", "F") == []


@pytest.mark.parametrize("slug, old, new", [
    ("cli-s3-lambda-dynamodb", "de forma assíncrona:", "de forma síncrona:"), ("pdv-alta-disponibilidade", "de forma síncrona,", "de forma assíncrona,"),
    ("envio-e-consulta", "Não há [listener](../../glossario.md#listener) na porta 80", "O [listener](../../glossario.md#listener) da porta 80 redireciona"),
    ("ecommerce", "O balanceador é interno", "O balanceador é público"), ("web-ec2-rds-s3", "não é cobrado, e", "é cobrado, e"),
    ("upload-ec2-ebs-rds", "só se prende a uma instância da mesma zona", "se prende a uma instância de qualquer zona"),
])
def test_a_real_sentence_turned_is_a_finding(slug, old, new):
    real, page = subject(slug)
    text = (REPOSITORY / page.path).read_text(encoding="utf-8")
    assert old in text and not list(qualities.check(page, real.views, list(qualities.sentences(page))))
    turned = architecture.parse(text.replace(old, new, 1), page.path)
    assert [finding.code for finding in qualities.check(turned, real.views, list(qualities.sentences(turned)))] == ["qualidade-contraria"]
