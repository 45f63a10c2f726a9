"""Enviar, consultar e baixar com EC2, EBS e RDS."""

from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.general import User
from diagrams.aws.network import ALB, InternetGateway
from diagrams.aws.storage import EBS

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Enviar, consultar e baixar com EC2, EBS e RDS", direction="LR"):
    pessoa = User("Pessoa usuária", nodeid="pessoa", sem_recurso="Usa um navegador, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"), Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
        gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
        with Cluster(
            "Públicas A e B", id="publicas", grupo="sub-rede-publica", recurso="SubRedePublicaA SubRedePublicaB"
        ):
            balanceador = ALB("Application\nLoad Balancer", nodeid="balanceador", recurso="Balanceador")
        with Cluster("Zona A", id="zona-a", grupo="zona"):
            with Cluster("Pública A", id="publica-a", grupo="sub-rede-publica", recurso="SubRedePublicaA"):
                servidor = EC2("Servidor EC2", nodeid="servidor", recurso="Servidor")
            volume = EBS("Volume EBS", nodeid="volume", recurso="VolumeArquivos")
        with Cluster(
            "Sub-redes de dados", id="dados", grupo="sub-rede-privada", recurso="SubRedeDadosA SubRedeDadosB"
        ):
            banco = RDS("RDS PostgreSQL", nodeid="banco", recurso="Banco")

    pessoa >> Edge(label="envia e pede", passo="1") >> gateway
    gateway >> Edge(label="só HTTPS", passo="1", porta="443") >> balanceador
    balanceador >> Edge(label="envio", passo="2") >> servidor
    servidor >> Edge(label="salva", passo="3", minlen="0") >> volume
    servidor >> Edge(label="grava metadados", passo="4", porta="5432") >> banco
    balanceador >> Edge(label="consulta", passo="5") >> servidor
    servidor >> Edge(label="busca metadados", passo="6", porta="5432") >> banco
    servidor >> Edge(label="lê", passo="7", minlen="0") >> volume
