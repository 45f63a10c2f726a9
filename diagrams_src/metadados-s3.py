"""Metadados, transformação e auditoria com S3, Lambda e DynamoDB."""

from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import User
from diagrams.aws.integration import SQS
from diagrams.aws.storage import S3

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Metadados, transformação e auditoria com S3, Lambda e DynamoDB", direction="LR"):
    pessoa = User("Quem envia\no objeto", nodeid="pessoa", sem_recurso="Pessoa ou programa de fora da pilha.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        entrada = S3("Bucket\nde entrada", nodeid="entrada", recurso="BucketEntrada")
        funcao = Lambda("Função\nprocessar", nodeid="funcao", recurso="FuncaoProcessar")
        resultado = S3("Bucket\nde resultado", nodeid="resultado", recurso="BucketResultado")
        auditoria = Dynamodb("Tabela\nde auditoria", nodeid="auditoria", recurso="TabelaAuditoria")
        metadados = Dynamodb("Tabela\nde metadados", nodeid="metadados", recurso="TabelaMetadados")
        falhas = SQS("Fila de falhas", nodeid="falhas", recurso="FilaFalhas")

    pessoa >> Edge(
        label="envia",
        passo="1",
        acao="s3:PutObject",
        declarada="Quem envia usa as próprias credenciais, que não pertencem à pilha.",
    ) >> entrada
    entrada >> Edge(label="aciona", passo="2") >> funcao
    funcao >> Edge(label="lê a versão", passo="3", acao="s3:GetObjectVersion", constraint="false") >> entrada
    funcao >> Edge(label="copia", passo="3", acao="s3:PutObject") >> resultado
    funcao >> Edge(label="registra", passo="3", acao="dynamodb:PutItem") >> auditoria
    funcao >> Edge(label="grava", passo="4", acao="dynamodb:PutItem") >> metadados
    funcao >> Edge(label="falhou", style="dashed", acao="sqs:SendMessage", minlen="0") >> falhas
