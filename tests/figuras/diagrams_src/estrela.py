from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import EC2
from diagrams.aws.integration import Eventbridge

with Diagram("Hub and spokes", show=False, direction="TB"):
    hub = Eventbridge("event bus")
    with Cluster("Producers"):
        producers = [EC2(f"producer {i}") for i in range(1, 6)]
    with Cluster("Consumers"):
        consumers = [EC2(f"consumer {i}") for i in range(1, 6)]
    producers >> Edge(label="put") >> hub
    for n, c in enumerate(consumers):
        hub >> Edge(label=f"rule {n + 1}") >> c
