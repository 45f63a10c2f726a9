"""A busca do site como quem a usa: o que se digita, e a página que vem primeiro.

As consultas são do dia a dia, com e sem acento, no singular e no plural, em português, em inglês e em sigla.
Cada uma aceita uma página ou mais; a que a árvore ainda não tem não é cobrada.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = """
balanceador | notas/balanceador
load balancer | notas/balanceador
elb | notas/balanceador
banco nosql | notas/dynamodb, comparacoes/rds-dynamodb
banco de dados relacional | notas/rds
bancos de dados | notas/rds
fila | notas/filas
filas | notas/filas
mensageria | notas/filas
gatilho | notas/eventos
trigger s3 lambda | notas/eventos
backup | notas/snapshots
cópia de segurança | notas/snapshots
copia de seguranca | notas/snapshots
snapshot ou ami | comparacoes/snapshot-ami
quanto custa | custo
preço | custo
precos | custo
barato | custo
grátis | custo
apagar tudo | limpeza
como apagar tudo | limpeza
deletar stack | limpeza
máquina virtual | notas/ec2
maquinas virtuais | notas/ec2
instancias ec2 | notas/ec2
disco | notas/ebs
bucket | notas/s3
buckets | notas/s3
armazenamento de objetos | notas/s3
ebs ou s3 | comparacoes/ebs-s3-instancia
serverless | notas/lambda, trilhas/sem-servidor
sem servidor | notas/lambda, trilhas/sem-servidor
lambdas | notas/lambda
ec2 x lambda | comparacoes/ec2-lambda
15 minutos lambda | comparacoes/lambda-batch
firewall | notas/grupo-de-seguranca
security group | notas/grupo-de-seguranca
nacl | comparacoes/grupo-acl
rede privada | notas/vpc, notas/sub-redes
subnet pública | notas/sub-redes
alta disponibilidade | trilhas/alta-disponibilidade, arquiteturas/pdv-alta-disponibilidade
failover banco | notas/multi-az, comparacoes/multi-az-replica
réplica de leitura | comparacoes/multi-az-replica
replicas de leitura | comparacoes/multi-az-replica
permissões | notas/iam
permissoes | notas/iam
senha do banco | notas/iam
seguranca | notas/grupo-de-seguranca, notas/iam
por onde começar | trilhas, trilhas/primeiros-passos
upload de arquivo | arquiteturas/upload-ec2-ebs-rds, comparacoes/qual-arquitetura
receber arquivos | comparacoes/qual-arquitetura
foto de perfil | arquiteturas/foto-perfil
kubernetes | notas/eks
zona de disponibilidade | notas/zonas
dominio | notas/route-53
ddos | notas/shield
alarmes | notas/cloudwatch
infraestrutura como codigo | notas/cloudformation
internet gateway | notas/entrada-e-saida
creditos de cpu | notas/t3
linha de comando | notas/aws-cli
"""
FIRST, AMONG = 0.85, 3
RESULTS = ".md-search-result__item > .md-search-result__link, .md-search-result__item > * > .md-search-result__link"


def expected() -> dict[str, list[str]]:
    """De cada consulta, as páginas aceitas que a árvore tem."""
    table = (line.split(" | ") for line in TABLE.strip().splitlines())
    pages = {query: [name for name in names.split(", ") if exists(name)] for query, names in table}
    return {query: names for query, names in pages.items() if names}


def exists(name: str) -> bool:
    return any((ROOT / "docs" / file).is_file() for file in (f"{name}.md", f"{name}/index.md"))


def test_what_people_type_finds_the_page_that_answers_it(visit, address):
    wanted = expected()
    page = visit(address)
    box = page.get_by_placeholder("Buscar")
    with page.expect_response(re.compile(r"search_index\.json")):
        box.click()
    page.wait_for_timeout(1500)  # o índice se monta depois de chegar
    answers = {query: found(page, box, query, address) for query in wanted}
    first = [query for query, names in wanted.items() if answers[query][:1] and answers[query][0] in names]
    lost = {query: answers[query][:AMONG] for query, names in wanted.items() if not {*answers[query][:AMONG]} & {*names}}
    assert lost == {} and len(first) >= FIRST * len(wanted), {query: answers[query][:AMONG] for query in wanted if query not in first}


def found(page, box, query: str, address: str) -> list[str]:
    """As páginas que a busca dá, na ordem, sem repetição."""
    for text, state in (("", "=== 0"), (query, "> 0")):
        box.fill(text)
        box.press("End")  # o tema só busca ao soltar uma tecla: a consulta inteira é uma busca só
        page.wait_for_function(f"document.querySelectorAll('.md-search-result__item').length {state}", timeout=30_000)
    links = page.eval_on_selector_all(RESULTS, "links => links.map(link => link.href)")
    return list(dict.fromkeys(re.sub(r"[?#].*$", "", link).removeprefix(address).strip("/") for link in links))


def test_a_word_found_inside_a_page_lands_on_its_section(visit, address):
    page = visit(address)
    box = page.get_by_placeholder("Buscar")
    with page.expect_response(re.compile(r"search_index\.json")):
        box.click()
    page.wait_for_timeout(1500)
    box.press_sequentially("cotas conta", delay=1)
    page.wait_for_selector(".md-search-result__link[href*='/como-usar/'][href$='#cotas']", state="attached", timeout=30_000)


@pytest.mark.parametrize("name", ["search_index.json", "search_index.js"])
def test_the_index_is_light_and_reads_no_template(site, name):
    content = (site / "search" / name).read_bytes()
    assert len(gzip.compress(content, mtime=0)) <= 200 * 1024 and b"AWSTemplateFormatVersion" not in content
