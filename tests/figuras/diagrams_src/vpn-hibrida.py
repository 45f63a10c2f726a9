from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.network import ClientVpn, Endpoint, NATGateway, PrivateSubnet, PublicSubnet, SiteToSiteVpn, VpnGateway
from diagrams.generic.network import Firewall, Router
from diagrams.generic.os import LinuxGeneral, Windows
from diagrams.aws.storage import S3

with Diagram("Hybrid network", show=False, direction="LR"):
    with Cluster("Head office"):
        pcs = [Windows("finance"), LinuxGeneral("engineering")]
        fw = Firewall("firewall")
        router = Router("edge router")
        pcs >> fw >> router
    vpn = SiteToSiteVpn("IPsec tunnel")
    with Cluster("VPC"):
        vgw = VpnGateway("vgw")
        with Cluster("Public"):
            PublicSubnet("10.0.0.0/24")
            nat = NATGateway("nat")
        with Cluster("Private"):
            PrivateSubnet("10.0.1.0/24")
            erp = EC2("erp")
            db = RDS("erp db")
            ep = Endpoint("s3 endpoint")
    bucket = S3("backups")
    router >> Edge(label="BGP") >> vpn >> Edge(label="2 tunnels") >> vgw >> erp
    erp >> Edge(label="1433") >> db
    erp >> nat
    db >> Edge(label="native backup") >> ep >> bucket
    pcs[1] >> Edge(label="client vpn", style="dashed") >> ClientVpn("laptops")
