"""Ponto de venda (PDV) altamente disponível."""

from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.general import Users
from diagrams.aws.network import ALB, InternetGateway, NATGateway

from scripts.vocabulary import Cluster, Diagram, Edge

with Diagram("Ponto de venda (PDV) altamente disponível", direction="LR"):
    caixas = Users("Caixas da loja", nodeid="caixas", sem_recurso="Pessoas e terminais de venda, fora da AWS.")

    with Cluster("Região AWS", id="regiao", grupo="regiao"), Cluster("VPC", id="vpc", grupo="vpc", recurso="Vpc"):
        gateway = InternetGateway("Internet Gateway", nodeid="gateway", recurso="InternetGateway")
        balanceador = ALB("Application\nLoad Balancer", nodeid="balanceador", recurso="Balanceador")

        with Cluster("Zona A", id="zona-a", grupo="zona"):
            with Cluster("Pública A", id="publica-a", grupo="sub-rede-publica", recurso="SubRedePublicaA"):
                nat_a = NATGateway("NAT A", nodeid="nat-a", recurso="NatA")
            with Cluster("Aplicação A", id="privada-a", grupo="sub-rede-privada", recurso="SubRedeAplicacaoA"):
                with Cluster("Auto Scaling", id="escala-a", grupo="auto-scaling", recurso="GrupoInstancias", passo="3"):
                    app_a = EC2("EC2 T3", nodeid="app-a", recurso="GrupoInstancias")
            with Cluster("Dados A", id="dados-a", grupo="sub-rede-privada", recurso="SubRedeDadosA"):
                with Cluster("Só a app", id="grupo-a", grupo="grupo-de-seguranca", recurso="GrupoBanco", passo="6"):
                    primario = RDS("RDS primário", nodeid="primario", recurso="Banco")
        with Cluster("Zona B", id="zona-b", grupo="zona"):
            with Cluster("Pública B", id="publica-b", grupo="sub-rede-publica", recurso="SubRedePublicaB"):
                nat_b = NATGateway("NAT B", nodeid="nat-b", recurso="NatB")
            with Cluster("Aplicação B", id="privada-b", grupo="sub-rede-privada", recurso="SubRedeAplicacaoB"):
                with Cluster("Auto Scaling", id="escala-b", grupo="auto-scaling", recurso="GrupoInstancias", passo="3"):
                    app_b = EC2("EC2 T3", nodeid="app-b", recurso="GrupoInstancias")
            with Cluster("Dados B", id="dados-b", grupo="sub-rede-privada", recurso="SubRedeDadosB"):
                with Cluster("Só a app", id="grupo-b", grupo="grupo-de-seguranca", recurso="GrupoBanco", passo="6"):
                    espera = RDS("RDS em espera", nodeid="espera", recurso="Banco")

    caixas >> Edge(label="vende", passo="1") >> gateway
    gateway >> Edge(label="entra", passo="1") >> balanceador
    balanceador >> Edge(label="distribui", passo="2") >> [app_a, app_b]
    [app_a, app_b] >> Edge(label="grava", passo="4", porta="5432") >> primario
    primario >> Edge(label="replica", passo="5", minlen="0") >> espera
    nat_a << Edge(label="sai por") << app_a
    nat_b << Edge(label="sai por") << app_b
