"""Aplicação web com EC2, EBS, RDS e S3."""

from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.general import User
from diagrams.aws.network import Endpoint, InternetGateway
from diagrams.aws.storage import EBS, S3

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Aplicação web com EC2, EBS, RDS e S3", direction="LR"):
    pessoa = User("Pessoa usuária", nodeid="pessoa", sem_recurso="Usa um navegador, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        with Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
            gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
            with Cluster("Zona A", id="zona-a", grupo="zona"):
                with Cluster("Sub-rede pública", id="publica", grupo="sub-rede-publica", recurso="SubRedePublica"):
                    servidor = EC2("Servidor EC2", nodeid="servidor", recurso="Servidor")
                volume = EBS("Volume EBS", nodeid="volume", recurso="VolumeTemporarios")
            with Cluster(
                "Sub-redes de dados", id="dados", grupo="sub-rede-privada", recurso="SubRedeDadosA SubRedeDadosB"
            ):
                banco = RDS("RDS PostgreSQL", nodeid="banco", recurso="Banco")
            endpoint = Endpoint("Endpoint do S3", nodeid="endpoint", recurso="EndpointS3")
        bucket = S3("Bucket S3", nodeid="bucket", recurso="BucketArquivos")

    pessoa >> Edge(label="acessa", passo="1") >> gateway
    gateway >> Edge(label="entra", passo="1", porta="80") >> servidor
    servidor >> Edge(
        label="guarda e lê", passo="2", acao="s3:PutObject s3:GetObject s3:DeleteObject"
    ) >> bucket
    servidor >> Edge(label="grava o cadastro", passo="3", porta="5432", weight="4") >> banco
    servidor >> Edge(label="guarda temporários", passo="4", minlen="0") >> volume
    servidor >> Edge(style="invis") >> endpoint
