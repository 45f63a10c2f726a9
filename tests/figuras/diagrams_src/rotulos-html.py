from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS

with Diagram("Labels as Graphviz reads them", show=False):
    a = EC2("<<b>web</b><br/>t3.micro>")
    with Cluster("left\\lsecond line\\l"):
        b = EC2("\\(literal\\) \\{brace\\}\\rright")
    c = RDS("back\\\\slash")
    a >> Edge(label="<info &nbsp;>") >> b
    b >> Edge(label="one\\ltwo\\l") >> c
    a >> Edge(label="<<i>reads</i> &amp; writes>") >> c
