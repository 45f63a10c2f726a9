from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS
from diagrams.aws.storage import S3

edge_attr = {"color": "darkorange3", "style": "dashed", "fontcolor": "gray40"}
node_attr = {"fontcolor": "navy"}
with Diagram("Global attributes", show=False, strict=True, edge_attr=edge_attr, node_attr=node_attr):
    a, b, c = EC2("a"), RDS("b"), S3("c")
    a >> b
    a >> b
    a >> Edge(color="0.6 0.9 0.8", label="hsv") >> c
    b >> Edge(color="red:blue", style="solid") >> c
    a >> Edge(color="nosuchcolour", label="unknown") >> c
