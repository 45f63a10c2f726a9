from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import ECS, EC2
from diagrams.aws.management import Cloudwatch, Organizations
from diagrams.aws.network import DirectConnect, TransitGateway, VPC
from diagrams.aws.security import IAM, KMS
from diagrams.aws.storage import S3
from diagrams.onprem.network import Internet

with Diagram("Landing zone", show=False, direction="TB"):
    dc = Internet("Data center")
    with Cluster("AWS Organization"):
        Organizations("root")
        with Cluster("Network account"):
            dx = DirectConnect("DX")
            tgw = TransitGateway("hub")
        with Cluster("Production account"):
            with Cluster("VPC prod"):
                prod = [ECS("api"), ECS("worker")]
            KMS("prod key")
        with Cluster("Staging account"):
            with Cluster("VPC staging"):
                stg = EC2("all in one")
        with Cluster("Log archive account"):
            logs = S3("org-trail")
            cw = Cloudwatch("alarms")
        with Cluster("Identity account"):
            IAM("sso")
    dc >> Edge(label="10 Gbps") >> dx >> tgw
    tgw >> Edge(label="attachment") >> prod
    tgw >> Edge(label="attachment") >> stg
    prod >> Edge(style="dotted") >> logs
    stg >> Edge(style="dotted") >> logs
    logs >> cw
