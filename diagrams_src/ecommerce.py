"""Loja de miniaturas, decoração e ursos de pelúcia."""

from diagrams.aws.compute import EC2, Lambda
from diagrams.aws.database import RDS
from diagrams.aws.general import Users
from diagrams.aws.integration import SQS
from diagrams.aws.network import ALB, CloudFront, InternetGateway, NATGateway
from diagrams.aws.storage import S3

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Loja de miniaturas, decoração e ursos de pelúcia", direction="TB"):
    visitantes = Users("Visitantes", nodeid="visitantes", sem_recurso="Pessoas com um navegador, fora da AWS.")

    with Cluster("Nuvem AWS", id="nuvem", grupo="nuvem"):
        distribuicao = CloudFront("CloudFront", nodeid="distribuicao", recurso="Distribuicao")

        with Cluster("Região AWS", id="regiao", grupo="regiao"):
            with Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
                balanceador = ALB("Balanceador\ninterno", nodeid="balanceador", recurso="Balanceador")
                with Cluster("Zona A", id="zona-a", grupo="zona"):
                    with Cluster("Aplicação A", id="privada-a", grupo="sub-rede-privada", recurso="SubRedeAplicacaoA"):
                        with Cluster(
                            "Auto Scaling", id="escala-a", grupo="auto-scaling", recurso="GrupoInstancias", passo="9"
                        ):
                            app_a = EC2("Loja, em EC2", nodeid="app-a", recurso="GrupoInstancias")
                    with Cluster("Pública A", id="publica-a", grupo="sub-rede-publica", recurso="SubRedePublicaA"):
                        nat_a = NATGateway("NAT A", nodeid="nat-a", recurso="NatA")
                    with Cluster("Dados A", id="dados-a", grupo="sub-rede-privada", recurso="SubRedeDadosA"):
                        with Cluster(
                            "Só a app", id="grupo-a", grupo="grupo-de-seguranca", recurso="GrupoBanco", passo="5"
                        ):
                            primario = RDS("RDS primário", nodeid="primario", recurso="Banco")
                gateway = InternetGateway("Internet\nGateway", nodeid="gateway", recurso="InternetGateway")
                with Cluster("Zona B", id="zona-b", grupo="zona"):
                    with Cluster("Pública B", id="publica-b", grupo="sub-rede-publica", recurso="SubRedePublicaB"):
                        nat_b = NATGateway("NAT B", nodeid="nat-b", recurso="NatB")
                    with Cluster("Aplicação B", id="privada-b", grupo="sub-rede-privada", recurso="SubRedeAplicacaoB"):
                        with Cluster(
                            "Auto Scaling", id="escala-b", grupo="auto-scaling", recurso="GrupoInstancias", passo="9"
                        ):
                            app_b = EC2("Loja, em EC2", nodeid="app-b", recurso="GrupoInstancias")
                    with Cluster("Dados B", id="dados-b", grupo="sub-rede-privada", recurso="SubRedeDadosB"):
                        with Cluster(
                            "Só a app", id="grupo-b", grupo="grupo-de-seguranca", recurso="GrupoBanco", passo="5"
                        ):
                            espera = RDS("RDS em espera", nodeid="espera", recurso="Banco")
            arquivos = S3("Bucket\nda loja", nodeid="arquivos", recurso="BucketLoja")
            falhas = SQS("Fila de falhas", nodeid="falhas", recurso="FilaFalhas")
            fila = SQS("Fila de pedidos", nodeid="fila", recurso="FilaPedidos")
            funcao = Lambda("Função recibo", nodeid="funcao", recurso="FuncaoRecibo")

    visitantes >> Edge(label="visitam", passo="1") >> distribuicao
    distribuicao >> Edge(label="busca", passo="2", acao="s3:GetObject") >> arquivos
    distribuicao >> Edge(label="entra", passo="3") >> balanceador
    balanceador >> Edge(label="distribui", passo="4") >> [app_a, app_b]
    app_a >> Edge(label="grava", passo="5", porta="5432") >> primario
    app_b >> Edge(label="grava", passo="5", porta="5432", weight="4") >> primario
    [app_a, app_b] >> Edge(label="avisa", passo="6", acao="sqs:SendMessage", constraint="false") >> fila
    funcao >> Edge(label="lê avisos", passo="7", acao="sqs:ReceiveMessage", constraint="false") >> fila
    arquivos << Edge(label="grava recibo", passo="8", acao="s3:PutObject", minlen="3") << funcao
    primario >> Edge(label="replica", passo="10", minlen="0") >> espera
    falhas << Edge(label="separa", passo="10", style="dashed", minlen="0", weight="9") << fila
    app_a >> Edge(label="sai por", minlen="0") >> nat_a
    nat_b << Edge(label="sai por", minlen="0") << app_b

    # Só posicionam: as zonas lado a lado em volta do Internet Gateway, por onde os NATs saem, com os
    # bancos para dentro, e as filas no pé, a que as duas aplicações chegam por fora dos bancos.
    balanceador >> Edge(style="invis", weight="9") >> gateway
    nat_a >> Edge(style="invis", minlen="0") >> gateway >> Edge(style="invis", minlen="0") >> nat_b
    app_a >> Edge(style="invis", weight="4") >> espera
    primario >> Edge(style="invis", weight="20") >> falhas
    [primario, espera] >> Edge(style="invis") >> fila
    fila >> Edge(style="invis", minlen="0") >> funcao
