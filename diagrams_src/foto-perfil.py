"""Atualizar a foto de perfil com S3, Lambda e DynamoDB."""

from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.general import User
from diagrams.aws.integration import SQS
from diagrams.aws.storage import S3

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Atualizar a foto de perfil com S3, Lambda e DynamoDB", direction="LR"):
    pessoa = User("Pessoa usuária", nodeid="pessoa", sem_recurso="Usa um aplicativo, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"):
        autorizar = Lambda("Função autorizar", nodeid="autorizar", recurso="FuncaoAutorizar")
        entrada = S3("Bucket\nde entrada", nodeid="entrada", recurso="BucketEntrada", passo="2")
        validar = Lambda("Função validar", nodeid="validar", recurso="FuncaoValidar")
        fotos = S3("Bucket de fotos", nodeid="fotos", recurso="BucketFotos")
        tabela = Dynamodb("Tabela de fotos", nodeid="tabela", recurso="TabelaFotos")
        falhas = SQS("Fila de falhas", nodeid="falhas", recurso="FilaFalhas")

    pessoa >> Edge(
        label="pede para enviar",
        passo="1",
        acao="lambda:InvokeFunction",
        declarada="Quem invoca é o aplicativo da pessoa, com as próprias credenciais, que não pertencem à pilha.",
    ) >> autorizar
    autorizar >> Edge(label="assina o envio", passo="1", acao="s3:PutObject", minlen="0") >> entrada
    pessoa >> Edge(
        label="envia a foto",
        passo="1",
        acao="s3:PutObject",
        declarada="A pessoa envia com um formulário assinado: não tem identidade na AWS nem na pilha.",
    ) >> entrada
    entrada >> Edge(label="aciona", passo="3") >> validar
    validar >> Edge(label="lê o começo", passo="3", acao="s3:GetObjectVersion", constraint="false") >> entrada
    validar >> Edge(label="troca a foto", passo="3", acao="s3:PutObject s3:DeleteObject s3:ListBucket") >> fotos
    validar >> Edge(label="grava", passo="4", acao="dynamodb:PutItem") >> tabela
    validar >> Edge(label="guarda a falha", style="dashed", acao="sqs:SendMessage") >> falhas
