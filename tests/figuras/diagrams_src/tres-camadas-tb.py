from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2, AutoScaling
from diagrams.aws.database import RDS
from diagrams.aws.network import ALB, InternetGateway, NATGateway
from diagrams.aws.general import Users

with Diagram("Classic VPC", direction="TB", show=False):
    users = Users("Internet users")
    with Cluster("VPC 10.0.0.0/16"):
        igw = InternetGateway("IGW")
        with Cluster("Public subnet 10.0.1.0/24"):
            alb = ALB("ALB")
            nat = NATGateway("NAT")
        with Cluster("Private subnet 10.0.2.0/24"):
            AutoScaling("ASG")
            app = [EC2("app-1"), EC2("app-2")]
        with Cluster("DB subnet 10.0.3.0/24"):
            db = RDS("PostgreSQL")
    users >> Edge(label="HTTPS") >> igw >> alb
    alb >> Edge(label="8080") >> app
    app >> Edge(label="5432") >> db
    app[1] >> Edge(label="egress", style="dashed") >> nat >> igw
