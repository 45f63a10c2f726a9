"""Upload e processamento de músicas em dois volumes EBS."""

from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.general import User
from diagrams.aws.network import InternetGateway
from diagrams.aws.storage import EBS, ElasticBlockStoreEBSSnapshot

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Upload e processamento de músicas em dois volumes EBS", direction="LR"):
    pessoa = User("Pessoa usuária", nodeid="pessoa", sem_recurso="Usa um navegador no computador, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        with Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
            gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
            with Cluster("Zona A", id="zona-a", grupo="zona"):
                with Cluster("Sub-rede pública", id="publica", grupo="sub-rede-publica", recurso="SubRedePublica"):
                    servidor = EC2("Servidor EC2", nodeid="servidor", recurso="Servidor", passo="2")
                recebidos = EBS("Volume D:\nrecebidos", nodeid="volume-d", recurso="VolumeRecebidos")
                definitivos = EBS("Volume E:\ndefinitivos", nodeid="volume-e", recurso="VolumeDefinitivos")
            with Cluster(
                "Sub-redes de dados", id="dados", grupo="sub-rede-privada", recurso="SubRedeDadosA SubRedeDadosB"
            ):
                banco = RDS("RDS PostgreSQL", nodeid="banco", recurso="Banco")
        snapshots = ElasticBlockStoreEBSSnapshot(
            "Política de\nsnapshots", nodeid="snapshots", recurso="PoliticaSnapshots"
        )

    pessoa >> Edge(label="envia", passo="1") >> gateway
    pessoa >> Edge(label="acompanha e baixa", passo="5") >> gateway
    gateway >> Edge(label="entra", porta="80", passo="1") >> servidor
    servidor >> Edge(label="recebe", passo="3") >> recebidos
    servidor >> Edge(label="guarda o pronto", passo="3") >> definitivos
    servidor >> Edge(label="registra", passo="4", porta="5432") >> banco
    definitivos >> Edge(style="invis") >> snapshots
    snapshots >> Edge(label="copia\ntodo dia", constraint="false") >> definitivos
