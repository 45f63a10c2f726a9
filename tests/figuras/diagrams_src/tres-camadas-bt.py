from diagrams import Cluster, Diagram, Edge
from diagrams.onprem.client import Users
from diagrams.onprem.compute import Server
from diagrams.onprem.database import PostgreSQL
from diagrams.onprem.network import Nginx

with Diagram("Bottom up", direction="BT", show=False):
    users = Users("visitors")
    with Cluster("Edge"):
        nginx = Nginx("reverse proxy")
    with Cluster("Application servers"):
        servers = [Server("app01"), Server("app02"), Server("app03")]
    with Cluster("Persistence"):
        with Cluster("HA pair"):
            master = PostgreSQL("master")
            master - Edge(color="brown", style="dotted", label="streaming") - PostgreSQL("slave")
    users >> Edge(label="https") >> nginx >> Edge(label="proxy_pass") >> servers
    servers >> Edge(color="darkorange") >> master
