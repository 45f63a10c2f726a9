"""Em quantas zonas a página diz que está cada coisa: dito ao contrário é um achado, e dito como é, de qualquer jeito, não."""

from __future__ import annotations

import pytest
from attempts import subject
from bench import REPOSITORY

from scripts.checks import qualities, zoned
from scripts.page import architecture

PDV, UPLOAD, WEB, DISKS, ENVIO = "pdv-alta-disponibilidade", "upload-ec2-ebs-rds", "web-ec2-rds-s3", "dois-volumes-ebs", "envio-e-consulta"
ROW = "São duas, em zonas diferentes, porque o RDS exige."
CELL = "| Em uma zona, aqui; em duas com [Multi-AZ](../../notas/multi-az.md). |"
STOP = "\n## Segurança\n"


def said(slug: str, old: str, new: str) -> set[str]:
    real, page = subject(slug)
    text = (REPOSITORY / page.path).read_text(encoding="utf-8")
    assert old in text
    turned = architecture.parse(text.replace(old, new, 1), page.path)
    return {finding.code for check in (zoned.check, qualities.check)
            for finding in check(turned, real.views, list(qualities.sentences(turned)))}


def prose(slug: str, sentence: str) -> set[str]:
    return said(slug, STOP, f"\n{sentence}\n{STOP}")


@pytest.mark.parametrize("new, right", [
    ("São duas, em zonas distintas, como o RDS pede.", True), ("São duas, cada uma em uma zona.", None), ("São duas, e não estão na mesma zona.", True),
    ("São duas, em duas zonas, porque o RDS exige.", True), ("Estão em zonas separadas.", True), ("São duas, uma em cada zona.", True),
    ("São duas, na mesma zona, porque o RDS exige.", False), ("São duas, em uma única zona.", False), ("Ficam numa só zona.", False),
    ("São duas, em três zonas.", False), ("Não ficam em zonas diferentes.", False), ("As duas ficam na mesma zona.", False), ("Estão em uma zona só.", False),
])
@pytest.mark.parametrize("slug", [UPLOAD, WEB, DISKS, ENVIO])
def test_the_subnets_of_a_row(slug, new, right):
    found = said(slug, ROW, new)
    assert right is None or (found == set()) is right


@pytest.mark.parametrize("cell, right", [
    ("Em uma só zona, aqui; em duas com Multi-AZ.", True), ("Em uma zona.", True), ("Em uma zona; com Multi-AZ, em outra também.", True),
    ("Numa zona só, sem Multi-AZ.", True), ("Não está em duas zonas.", True), ("Em duas zonas se você ligar o Multi-AZ.", True),
    ("Em duas zonas, aqui, com Multi-AZ ligado.", False), ("Em duas zonas.", False), ("Em duas, aqui: o Multi-AZ está ligado.", False),
    ("Nas duas zonas, sempre.", False), ("Não está em uma zona só.", False), ("Em cada zona.", False), ("Multi-AZ, aqui.", False),
])
def test_the_database_of_a_column(cell, right):
    assert (said(WEB, CELL, f"| {cell} |") == set()) is right


@pytest.mark.parametrize("slug, sentence, right", [
    (WEB, "O banco fica em duas zonas.", False), (WEB, "O banco fica em uma zona só.", True), (WEB, "O servidor está em duas zonas.", False),
    (WEB, "O servidor está em uma zona só.", True), (WEB, "Os volumes ficam em zonas diferentes.", False), (WEB, "O RDS exige sub-redes em duas zonas.", True),
    (DISKS, "Os dois volumes ficam em duas zonas.", False), (DISKS, "Os dois volumes ficam na mesma zona.", True), (PDV, "O banco fica em uma zona só.", False),
    (PDV, "O banco fica em duas zonas.", True), (PDV, "As instâncias ficam em uma zona só.", False), (PDV, "As instâncias ficam em duas zonas.", True),
    (PDV, "O balanceador fica em uma única zona.", False), (PDV, "Os NATs ficam na mesma zona.", False), (PDV, "Os NATs ficam em zonas diferentes.", True),
    (PDV, "As instâncias ficam em três zonas.", False), (WEB, "Em produção, o banco fica em duas zonas.", True), (WEB, "O banco ficaria em duas zonas.", True),
    (WEB, "Um objeto do S3 fica em três zonas.", True), (WEB, "A queda de uma zona para tudo.", True), (PDV, "O snapshot não fica em uma zona.", True),
])
def test_the_prose_of_a_page(slug, sentence, right):
    assert (prose(slug, sentence) == set()) is right


@pytest.mark.parametrize("slug, sentence, right", [
    (WEB, "O banco é público.", False), (WEB, "O banco não é público.", True), (WEB, "O banco é MySQL.", False), (WEB, "O banco é PostgreSQL.", True),
    (WEB, "O volume não é criptografado.", None), ("ecommerce", "O balanceador é público.", False), ("ecommerce", "O balanceador é interno.", True),
    ("ecommerce", "O mais comum é um balanceador público.", True), (PDV, "O balanceador é interno.", False), (WEB, "O bucket não tem versões.", False),
    (WEB, "O bucket tem versões.", True), (WEB, "O bucket bloqueia todo acesso público.", True), (WEB, "O bucket tem acesso público.", False),
    ("metadados-s3", "As tabelas são provisionadas.", False), ("metadados-s3", "As tabelas são sob demanda.", True), ("ecommerce", "A fila é FIFO.", False),
    ("ecommerce", "A fila não é FIFO.", True), (WEB, "O endpoint é cobrado por hora.", False), (WEB, "O endpoint não é cobrado.", True),
    (WEB, "A instância, o banco e o endereço público.", True), (WEB, "O bucket, que guarda a própria cópia, não tem versões.", None), (PDV, "O banco é Multi-AZ.", True), (WEB, "O banco, aqui, é Multi-AZ.", False),
])
def test_a_quality_is_read_in_the_prose_too(slug, sentence, right):
    assert right is None or (prose(slug, sentence) == set()) is right


@pytest.mark.parametrize("slug, old, new", [
    (UPLOAD, "Sem rota para a internet. São duas", "Com rota para a internet. São duas"), (UPLOAD, "Tem rota para o [Internet", "Não tem rota para o [Internet"),
    (PDV, "Sem endereço público: só o balanceador", "Com endereço público: só o balanceador"), (PDV, "Sem rota para a internet, nem", "Com rota para a internet, nem"),
    (DISKS, "Ficam na mesma zona e na mesma instância", "Ficam em zonas diferentes e na mesma instância"),
])
def test_a_real_sentence_turned_is_a_finding(slug, old, new):
    assert said(slug, old, old) == set() and said(slug, old, new)
