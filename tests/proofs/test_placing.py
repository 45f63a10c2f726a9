"""Onde a página diz que cada coisa está: o que a figura e o template põem noutro lugar é achado, e o certo, de outro modo, não."""

from __future__ import annotations

import pytest
from attempts import findings, subject
from bench import REAL, REPOSITORY

from scripts.base.diagram import Group
from scripts.base.tree import Tree

CODES = ("lugar-diferente", "caminho-de-outra-seta", "trecho-diferente")
VPC, FORA = "Os buckets, a função e a fila ficam fora dela", "O S3 fica fora dela: um endpoint"
FALSE = {
    "a função na rede": ("musicas", VPC, "A função também roda nela; os buckets e a fila ficam fora dela"),
    "um deles na rede": ("musicas", VPC, "Os buckets e a fila ficam dentro dela"),
    "nada fica fora": ("musicas", VPC, "Os buckets, a função e a fila não ficam fora dela"),
    "o bucket na rede": ("web-ec2-rds-s3", FORA, "O S3 fica dentro dela: um endpoint"),
    "o servidor com o banco": ("web-ec2-rds-s3", "| Onde o banco pode ficar. |", "| Onde o servidor fica. |"),
    "as instâncias com o NAT": ("ecommerce", "| Abriga só o NAT. |", "| Abriga o NAT e as instâncias. |"),
    "o balanceador, público": ("ecommerce", "Fica nas [sub-redes privadas](", "Fica nas [sub-redes públicas]("),
    "a figura, noutra sub-rede": ("upload-ec2-ebs-rds", "EC2 na sub-rede pública; o servidor", "EC2 em sub-redes de dados; o servidor"),
    "o banco, na pública": ("upload-ec2-ebs-rds", "no RDS, em sub-redes de dados", "no RDS, na sub-rede pública"),
    "na linha de um nó": ("ecommerce", "e não precisa da VPC. |", "nas sub-redes de aplicação. |"),
    "aqui": ("espectrometria", "Só o balanceador e o NAT ficam aqui.", "Só os dois balanceadores e o NAT ficam aqui."),
    "a zona do banco": ("envio-e-consulta", "do servidor e do disco. |", "do servidor, do disco e do banco. |"),
    "uma sub-rede que não é assim": ("dois-volumes-ebs", "servidor EC2 na sub-rede pública; o", "servidor EC2 na sub-rede privada; o"),
    "a porta de outro banco": ("upload-ec2-ebs-rds", "na porta 5432, e a conexão", "na porta 3306, e a conexão"),
    "a porta de quem distribui": ("pdv-alta-disponibilidade", "à aplicação na porta 8080", "à aplicação na porta 80"),
    "uma porta de ninguém": ("pdv-alta-disponibilidade", "Sem porta 22:", "Pela porta 22:"),
    "cifrado até a origem": ("ecommerce", "o tráfego é HTTP, dentro", "o tráfego é HTTPS, dentro"),
    "cifrado até a origem, com o nome de novo": ("ecommerce", "o tráfego é HTTP, dentro", "o tráfego é HTTPS, com o certificado do CloudFront, dentro"),
    "cifrado até o servidor": ("envio-e-consulta", "Do balanceador à instância, HTTP dentro", "Do balanceador à instância, também TLS dentro"),
    "uma função numa sub-rede": ("foto-perfil", "Não tem endereço público:", "Fica em uma sub-rede privada:"),
    "saem por onde não há rota": ("pdv-alta-disponibilidade", "as sub-redes de dados não têm rota para fora da VPC", "as sub-redes de dados só saem da VPC pelo NAT"),
    "não saem por onde há": ("pdv-alta-disponibilidade", "as sub-redes de dados não têm rota para fora da VPC",
                             "as sub-redes de aplicação não têm rota para o NAT"),
    "por outro caminho": ("web-ec2-rds-s3", "pelo endpoint do S3, grava", "pelo mesmo Internet Gateway, grava"),
    "por onde ninguém passa": ("musicas", "chega ao servidor EC2; o servidor a guarda", "chega ao servidor EC2; o servidor, pela fila de falhas, a guarda"),
}
RIGHT = {
    "cada um por si": ("musicas", VPC, "A função não roda nela, e os buckets e a fila ficam fora dela"),
    "o contrário do contrário": ("musicas", VPC, "Os buckets, a função e a fila não ficam dentro dela"),
    "o que seria": ("musicas", VPC, "A função poderia ficar dentro dela"),
    "de outro modo": ("web-ec2-rds-s3", "| Onde o banco pode ficar. |", "| Onde o banco vive. |"),
    "o mesmo lugar": ("ecommerce", "| Abriga só o NAT. |", "| Abriga apenas o NAT. |"),
    "sem a vírgula": ("upload-ec2-ebs-rds", "no RDS, em sub-redes de dados", "no RDS nas sub-redes de dados"),
    "o que não usa o gateway": ("web-ec2-rds-s3", "Leva da sub-rede pública ao S3 da região, sem passar pelo Internet Gateway.",
                                "Dá à sub-rede pública um caminho até o S3 da mesma região que não usa o Internet Gateway."),
    "saem por onde há rota": ("pdv-alta-disponibilidade", "as sub-redes de dados não têm rota para fora da VPC", "as sub-redes de aplicação saem pelo NAT"),
    "não saem por onde não há": ("pdv-alta-disponibilidade", "as sub-redes de dados não têm rota para fora da VPC",
                                 "as sub-redes de dados não têm rota para o NAT"),
    "a porta de quem se chama": ("espectrometria", "Leva o pedido a um pod da API.", "Encaminha o pedido a um pod da API, na porta 8000."),
    "a porta, de outro modo": ("pdv-alta-disponibilidade", "à aplicação na porta 8080", "à aplicação, na porta 8080"),
    "sem cifra, de outro modo": ("ecommerce", "o tráfego é HTTP, dentro", "o tráfego não é HTTPS: é HTTP, dentro"),
    "nenhuma porta": ("pdv-alta-disponibilidade", "Sem porta 22:", "Nenhuma porta 22 aberta:"),
    "a zona só do servidor": ("envio-e-consulta", "do servidor e do disco. |", "do servidor, e do disco também. |"),
    "privadas, de outro modo": ("ecommerce", "Fica nas [sub-redes privadas](", "Está em [sub-redes privadas]("),
}


def messages(case: tuple[str, str, str]) -> list[str]:
    slug, old, new = case
    return [found.message for found in findings(slug, {}, (old, new)) if found.code in CODES]


@pytest.mark.parametrize("case", FALSE)
def test_a_place_where_the_picture_does_not_put_it_is_a_finding(case: str) -> None:
    assert messages(FALSE[case])


@pytest.mark.parametrize("case", RIGHT)
def test_the_same_place_said_another_way_is_not(case: str) -> None:
    assert not messages(RIGHT[case])


@pytest.mark.parametrize("slug", REAL)
def test_a_row_of_a_network_that_claims_what_is_outside_is_a_finding(slug: str) -> None:
    arch, page = subject(slug)
    text = Tree(REPOSITORY).page(slug).read_text(encoding="utf-8").splitlines()
    places = [row for row in page.rows if row.node_id == "vpc" and isinstance(arch.diagram.elements["vpc"], Group)]
    for row in places:
        inside = {node.id for node in arch.diagram.nodes if any(group.id == "vpc" for group in arch.diagram.ancestors(node))}
        line = text[row.line - 1]
        for kind, noun in (("AWS::S3::Bucket", "O bucket"), ("AWS::Lambda::Function", "A função"), ("AWS::RDS::DBInstance", "O banco")):
            owners = {node.id for node in arch.diagram.nodes for name in node.resources if arch.template.resources[name].type == kind}
            cells = line.split(" | ")
            told = " | ".join([*cells[:2], f"{noun} fica dentro dela.", *cells[3:]])
            if owners:
                assert bool(messages((slug, line, told))) is not bool(owners & inside), noun
