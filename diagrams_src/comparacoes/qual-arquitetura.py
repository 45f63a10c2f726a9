"""Que arquitetura recebe o arquivo: cada pergunta leva a outra ou a uma página."""

from diagrams import Node

from scripts.vocabulary import Diagram, Edge

QUESTION, ANSWER = {"shape": "ellipse"}, {"shape": "box"}

with Diagram("Qual arquitetura recebe o seu arquivo", direction="TB", show=False):
    etapas = Node("Há etapas longas\nou contêineres?", nodeid="etapas", **QUESTION)
    espera = Node("Alguém espera\na resposta\nna página?", nodeid="espera", **QUESTION)
    credenciais = Node("Quem envia tem\ncredenciais\nda AWS?", nodeid="credenciais", **QUESTION)
    transforma = Node("Precisa saber\nquem mandou e\nentregar cópia?", nodeid="transforma", **QUESTION)
    disco = Node("O programa precisa\nde um disco?", nodeid="disco", **QUESTION)
    depois = Node("Pode processar\ndepois?", nodeid="depois", **QUESTION)
    ensaio = Node("Quer ensaiar\nbackup e volta?", nodeid="ensaio", **QUESTION)
    dono = Node("Cada um vê\nsó o seu?", nodeid="dono", **QUESTION)

    foto = Node("Foto de perfil", nodeid="foto-perfil", **ANSWER)
    metadados = Node("Metadados e\nauditoria", nodeid="metadados-s3", **ANSWER)
    cli = Node("Envio pela\nAWS CLI", nodeid="cli-s3-lambda-dynamodb", **ANSWER)
    espectrometria = Node("Espectrometria", nodeid="espectrometria", **ANSWER)
    dois = Node("Dois volumes\nEBS", nodeid="dois-volumes-ebs", **ANSWER)
    envio = Node("Enviar, consultar\ne baixar", nodeid="envio-e-consulta", **ANSWER)
    upload = Node("Upload com EC2,\nEBS e RDS", nodeid="upload-ec2-ebs-rds", **ANSWER)
    musicas = Node("Músicas", nodeid="musicas", **ANSWER)
    web = Node("Aplicação web\ncom S3", nodeid="web-ec2-rds-s3", **ANSWER)

    etapas >> Edge(label="sim") >> espectrometria
    etapas >> Edge(label="não") >> espera
    espera >> Edge(label="não") >> credenciais
    espera >> Edge(label="sim") >> disco
    credenciais >> Edge(label="não") >> foto
    credenciais >> Edge(label="sim") >> transforma
    transforma >> Edge(label="sim") >> metadados
    transforma >> Edge(label="não") >> cli
    disco >> Edge(label="sim") >> ensaio
    disco >> Edge(label="não") >> depois
    ensaio >> Edge(label="sim") >> dois
    ensaio >> Edge(label="não") >> dono
    dono >> Edge(label="sim") >> envio
    dono >> Edge(label="não") >> upload
    depois >> Edge(label="sim") >> musicas
    depois >> Edge(label="não") >> web
