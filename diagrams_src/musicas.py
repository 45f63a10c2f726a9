"""Upload e processamento de músicas com EC2, S3 e Lambda."""

from diagrams.aws.compute import EC2, Lambda
from diagrams.aws.general import User
from diagrams.aws.integration import SQS
from diagrams.aws.network import InternetGateway
from diagrams.aws.storage import S3

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Upload e processamento de músicas com EC2, S3 e Lambda", direction="LR"):
    pessoa = User("Pessoa usuária", nodeid="pessoa", sem_recurso="Usa um navegador, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        with Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
            gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
            with Cluster("Sub-rede pública", id="publica", grupo="sub-rede-publica", recurso="SubRedePublica"):
                servidor = EC2("Servidor EC2", nodeid="servidor", recurso="Servidor")
        musicas = S3("Bucket\nde músicas", nodeid="musicas", recurso="BucketMusicas")
        funcao = Lambda("Função\ncatalogar", nodeid="funcao", recurso="FuncaoCatalogar")
        fichas = S3("Bucket\nde fichas", nodeid="fichas", recurso="BucketFichas")
        falhas = SQS("Fila de falhas", nodeid="falhas", recurso="FilaFalhas")

    pessoa >> Edge(label="envia", passo="1") >> gateway
    gateway >> Edge(label="entra", passo="1", porta="80") >> servidor
    pessoa >> Edge(
        label="ouve",
        passo="5",
        declarada="Quem ouve usa uma URL que o servidor assina com as permissões dele e que vale 15 minutos.",
    ) >> musicas
    musicas >> Edge(label="aciona", passo="3") >> funcao
    musicas << Edge(label="guarda e lista", passo="2", acao="s3:PutObject s3:GetObject s3:ListBucket") << servidor
    servidor >> Edge(label="lê as fichas", passo="5", acao="s3:GetObject s3:ListBucket", minlen="1") >> fichas
    funcao >> Edge(label="lê o áudio", passo="4", acao="s3:GetObject s3:ListBucket", constraint="false") >> musicas
    funcao >> Edge(label="grava a ficha", passo="4", acao="s3:PutObject") >> fichas
    funcao >> Edge(label="guarda a falha", style="dashed", acao="sqs:SendMessage") >> falhas
