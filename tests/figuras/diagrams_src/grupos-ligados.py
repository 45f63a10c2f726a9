from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2

with Diagram("Edges between clusters", show=False, graph_attr={"compound": "true"}):
    with Cluster("Producers", graph_attr={"id": "left"}):
        a, b = EC2("p1"), EC2("p2")
    with Cluster("Consumers"):
        c, d = EC2("c1"), EC2("c2")
    a >> Edge(ltail="cluster_Producers", lhead="cluster_Consumers", label="all to all") >> c
