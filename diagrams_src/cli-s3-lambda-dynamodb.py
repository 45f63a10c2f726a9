"""Processar arquivos enviados pela AWS CLI."""

from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.integration import SQS
from diagrams.aws.management import CommandLineInterface
from diagrams.aws.storage import S3

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Processar arquivos enviados pela AWS CLI", direction="LR"):
    with Cluster("Seu computador", id="computador", grupo="computador"):
        cli = CommandLineInterface("AWS CLI", nodeid="cli", sem_recurso="Programa instalado no computador de quem envia.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        entrada = S3("Bucket\nde entrada", nodeid="entrada", recurso="BucketEntrada")
        funcao = Lambda("Função\nprocessar", nodeid="funcao", recurso="FuncaoProcessar")
        resultados = Dynamodb("Tabela\nde resultados", nodeid="resultados", recurso="TabelaResultados")
        falhas = SQS("Fila de falhas", nodeid="falhas", recurso="FilaFalhas")

    cli >> Edge(
        label="envia",
        passo="1",
        acao="s3:PutObject",
        declarada="Quem envia usa as próprias credenciais, que não pertencem à pilha.",
    ) >> entrada
    entrada >> Edge(label="aciona", passo="2") >> funcao
    funcao >> Edge(label="lê o arquivo", passo="3", acao="s3:GetObject", constraint="false") >> entrada
    funcao >> Edge(label="grava", passo="4", acao="dynamodb:PutItem") >> resultados
    funcao >> Edge(label="guarda a falha", style="dashed", acao="sqs:SendMessage") >> falhas
