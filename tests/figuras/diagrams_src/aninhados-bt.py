from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS

with Diagram("Six deep", show=False, direction="BT"):
    with Cluster("AWS Cloud"):
        with Cluster("us-east-1"):
            with Cluster("VPC"):
                with Cluster("us-east-1a"):
                    with Cluster("Private subnet"):
                        with Cluster("Security group"):
                            a = EC2("instance")
    b = RDS("outside")
    EC2("client") >> Edge(label="request") >> a >> Edge(label="query") >> b
