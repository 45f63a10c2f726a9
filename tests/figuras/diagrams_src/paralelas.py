from diagrams import Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.database import RDS

with Diagram("Ten parallel arrows", show=False):
    app, db = EC2("app"), RDS("db")
    for verb in ("select", "insert", "update", "delete", "lock", "unlock", "listen", "notify", "begin", "commit"):
        app >> Edge(label=verb) >> db
