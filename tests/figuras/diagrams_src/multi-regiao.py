from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EKS, EC2AutoScaling
from diagrams.aws.database import AuroraInstance, DynamodbTable
from diagrams.aws.network import CloudFront, GlobalAccelerator, ALB, Route53
from diagrams.aws.storage import S3
from diagrams.aws.general import Users

graph_attr = {"fontsize": "28", "bgcolor": "transparent", "pad": "0.5"}
with Diagram("Active / passive", show=False, graph_attr=graph_attr):
    users = Users("users")
    dns = Route53("failover record")
    cdn = CloudFront("cdn")
    ga = GlobalAccelerator("anycast")
    sides = []
    for region in ("eu-west-1", "us-east-1"):
        with Cluster(region):
            lb = ALB("alb")
            with Cluster("EKS cluster"):
                eks = EKS("services")
                EC2AutoScaling("nodes")
            with Cluster("Data"):
                db = AuroraInstance("aurora")
                table = DynamodbTable("sessions")
                files = S3("files")
            lb >> eks
            eks >> Edge(label="sql") >> db
            eks >> table
            eks >> files
            sides.append((lb, db, table, files))
    users >> dns >> cdn >> ga
    ga >> Edge(label="primary") >> sides[0][0]
    ga >> Edge(label="failover", style="dashed", color="red") >> sides[1][0]
    sides[0][1] >> Edge(label="replication", color="blue") >> sides[1][1]
    sides[0][2] >> Edge(label="global table", color="blue") >> sides[1][2]
    sides[0][3] >> Edge(label="CRR", color="blue") >> sides[1][3]
