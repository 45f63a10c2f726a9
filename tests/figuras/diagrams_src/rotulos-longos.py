from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2, Lambda
from diagrams.aws.storage import S3

LONG = "this label explains at great length what happens when the object arrives in the bucket, who reads it, which permissions are needed, how often it is retried and where the failures end up in the end ok"

with Diagram("Long labels", show=False):
    a = S3("incoming-documents-production-eu-central-1")
    with Cluster("A cluster whose title is much longer than anything that was ever put inside of it"):
        b = Lambda("fn")
    c = EC2("x")
    a >> Edge(label=LONG) >> b >> Edge(label="short") >> c
    a >> Edge(label="bypasses the function when the object is larger than 5 GB") >> c
