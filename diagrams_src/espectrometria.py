"""Análise de dados de espectrometria de massa."""

from diagrams.aws.compute import EC2, EKS, Batch, Lambda
from diagrams.aws.cost import CostExplorer
from diagrams.aws.database import RDS
from diagrams.aws.general import Users
from diagrams.aws.integration import StepFunctions
from diagrams.aws.management import Cloudformation, Cloudwatch
from diagrams.aws.network import ALB, InternetGateway, NATGateway, Route53
from diagrams.aws.security import IAM, Shield
from diagrams.aws.storage import S3

from scripts.vocabulary import Cluster, Diagram, Edge

AUTOMATICO = "O Shield Standard já protege todo balanceador e toda zona do Route 53, sem nada a criar."

with Diagram("Análise de dados de espectrometria de massa", direction="LR"):
    pessoas = Users("Pesquisadores", nodeid="pesquisadores", sem_recurso="Pessoas com navegador, fora da AWS.")

    with Cluster("Nuvem AWS", id="nuvem", grupo="nuvem"):
        dns = Route53("Route 53", nodeid="dns", recurso="Zona Registro")
        shield = Shield("Shield Standard", nodeid="shield", sem_recurso=AUTOMATICO, passo="2")

        with Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
            gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
            with Cluster("Públicas A e B", id="publicas", grupo="sub-rede-publica", recurso="SubRedePublicaA SubRedePublicaB"):
                balanceador = ALB("ALB do site", nodeid="balanceador", recurso="Balanceador")
                nat = NATGateway("NAT", nodeid="nat", recurso="NatA NatB")
            with Cluster("Aplicação A e B", id="aplicacao", grupo="sub-rede-privada", recurso="SubRedeAplicacaoA SubRedeAplicacaoB"):
                with Cluster("Auto Scaling", id="escala", grupo="auto-scaling", recurso="GrupoInstancias"):
                    site = EC2("Site Django", nodeid="site", recurso="GrupoInstancias")
                interno = ALB("ALB interno", nodeid="balanceador-interno", recurso="BalanceadorInterno")
                api = EKS("FastAPI\nno EKS", nodeid="api", recurso="Cluster")
                lote = Batch("Batch", nodeid="lote", recurso="FilaLote AmbienteLote DefinicaoLote")
            with Cluster("Dados A e B", id="dados", grupo="sub-rede-privada", recurso="SubRedeDadosA SubRedeDadosB"):
                with Cluster("Só o site", id="so-o-site", grupo="grupo-de-seguranca", recurso="GrupoBanco"):
                    banco = RDS("RDS Multi-AZ", nodeid="banco", recurso="Banco")

        upload = S3("Upload\n(1 ano)", nodeid="upload", recurso="BucketUpload")
        maquina = StepFunctions("Step\nFunctions", nodeid="maquina", recurso="MaquinaAnalise")
        resultado = S3("Resultado\n(5 anos)", nodeid="resultado", recurso="BucketResultado")
        iniciar = Lambda("Inicia análise", nodeid="iniciar", recurso="FuncaoIniciar")
        etapas = Lambda("Etapas", nodeid="etapas", recurso="FuncaoEtapas")

        with Cluster("Operação", id="operacao", grupo="conta"):
            pilha = Cloudformation("CloudFormation", nodeid="cloudformation", sem_recurso="É quem cria a pilha.")
            papeis = IAM("IAM", nodeid="iam", recurso="PapelAplicacao PapelApi PapelIniciar PapelMaquina PapelEtapas PapelLote")
            alarmes = Cloudwatch("CloudWatch", nodeid="cloudwatch", recurso="AlarmeFalhas LogsAnalise Avisos")
            custos = CostExplorer("Cost Explorer", nodeid="custos", recurso="Orcamento")

    pessoas >> Edge(label="resolve", passo="1") >> dns
    dns >> Edge(label="aponta", passo="1") >> balanceador
    pessoas >> Edge(label="acessa", passo="3", weight="4") >> gateway
    gateway >> Edge(label="entra", passo="3") >> balanceador
    balanceador >> Edge(label="distribui", passo="3", weight="4") >> site
    nat << Edge(label="sai por") << site
    site >> Edge(label="pede análise", passo="5", weight="4") >> interno
    interno >> Edge(label="roteia", passo="5", weight="4") >> api

    # Só posicionam: a análise por baixo da aplicação, com um bucket de cada lado de quem lê e
    # grava e quem coordena no meio; a operação no pé.
    dns >> Edge(style="invis") >> shield
    gateway >> Edge(style="invis") >> pilha
    pilha >> Edge(style="invis") >> papeis >> Edge(style="invis") >> alarmes >> Edge(style="invis") >> custos
    upload >> Edge(style="invis", weight="9") >> maquina >> Edge(style="invis", weight="9") >> resultado
    upload >> Edge(style="invis") >> etapas >> Edge(style="invis") >> resultado
    balanceador >> Edge(style="invis") >> lote
    lote >> Edge(style="invis") >> banco
    etapas >> Edge(style="invis", weight="4") >> iniciar

    site >> Edge(label="guarda", passo="4", acao="s3:PutObject", constraint="false") >> upload
    api >> Edge(label="invoca", passo="6", acao="lambda:InvokeFunction", constraint="false") >> iniciar
    iniciar >> Edge(label="aciona", passo="6", acao="states:StartExecution", constraint="false") >> maquina
    maquina >> Edge(label="coordena", passo="7", acao="lambda:InvokeFunction", minlen="0") >> etapas
    etapas >> Edge(label="lê", passo="7", acao="s3:GetObject", constraint="false") >> upload
    lote << Edge(label="tarefa grande", passo="8", acao="batch:SubmitJob", minlen="0") << maquina
    lote >> Edge(label="lê", passo="8", acao="s3:GetObject", constraint="false") >> upload
    lote >> Edge(label="grava", passo="9", acao="s3:PutObject", constraint="false") >> resultado
    etapas >> Edge(label="grava", passo="9", acao="s3:PutObject s3:GetObject", constraint="false") >> resultado
    site >> Edge(label="lê", passo="10", acao="s3:GetObject", constraint="false") >> resultado
    site >> Edge(label="grava", passo="10", porta="5432") >> banco
