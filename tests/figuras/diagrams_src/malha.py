from diagrams import Cluster, Diagram
from diagrams.onprem.compute import Server
from diagrams.onprem.database import Cassandra

with Diagram("Full mesh", show=False, direction="TB"):
    with Cluster("Application"):
        apps = [Server(f"app{i}") for i in range(4)]
    with Cluster("Cassandra ring"):
        ring = [Cassandra(f"node{i}") for i in range(4)]
    for a in apps:
        a >> ring
    for one, other in zip(ring, ring[1:]):
        one - other
