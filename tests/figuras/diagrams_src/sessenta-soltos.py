from diagrams import Cluster, Diagram
from diagrams.aws.compute import EC2, Lambda

with Diagram("Inventory", show=False):
    with Cluster("Everything we run"):
        for n in range(60):
            Lambda(f"function-{n:02}")
    EC2("bastion") >> EC2("audit")
