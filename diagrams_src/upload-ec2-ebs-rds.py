"""Upload de arquivo com EC2, EBS e RDS."""

from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.general import User
from diagrams.aws.network import InternetGateway
from diagrams.aws.storage import EBS

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Upload de arquivo com EC2, EBS e RDS", direction="LR"):
    pessoa = User("Pessoa usuária", nodeid="pessoa", sem_recurso="Usa um navegador, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"), Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
        gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
        with Cluster("Zona A", id="zona-a", grupo="zona"):
            with Cluster("Sub-rede pública", id="publica", grupo="sub-rede-publica", recurso="SubRedePublica"):
                servidor = EC2("Servidor EC2", nodeid="servidor", recurso="Servidor", passo="2")
            volume = EBS("Volume EBS", nodeid="volume", recurso="VolumeArquivos")
        with Cluster(
            "Sub-redes de dados", id="dados", grupo="sub-rede-privada", recurso="SubRedeDadosA SubRedeDadosB"
        ):
            banco = RDS("RDS PostgreSQL", nodeid="banco", recurso="Banco")

    pessoa >> Edge(label="envia", passo="1") >> gateway
    gateway >> Edge(label="entra", passo="1", porta="80") >> servidor
    servidor >> Edge(label="salva o arquivo", passo="3", minlen="0") >> volume
    servidor >> Edge(label="grava metadados", passo="4", porta="5432") >> banco
