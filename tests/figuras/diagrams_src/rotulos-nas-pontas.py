from diagrams import Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS

with Diagram("End labels", show=False):
    a, b = EC2("orders"), RDS("customers")
    a >> Edge(label="belongs to", headlabel="1", taillabel="0..*") >> b
    b >> Edge(xlabel="notifies", label="event") >> EC2("mailer")
