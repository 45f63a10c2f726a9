from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Fargate
from diagrams.aws.network import APIGateway, CloudMap, VPCPeering
from diagrams.aws.database import ElasticacheForRedis
from diagrams.onprem.client import Client

with Diagram("Two-way traffic", show=False):
    client = Client("web socket")
    gw = APIGateway("wss")
    with Cluster("VPC A"):
        chat = Fargate("chat")
        presence = Fargate("presence")
        CloudMap("discovery")
    peering = VPCPeering("peering")
    with Cluster("VPC B"):
        redis = ElasticacheForRedis("pub/sub")
    client >> Edge(label="frames") << gw
    gw >> Edge(label="connect") >> chat
    chat >> Edge(label="push") >> gw
    chat >> Edge(label="heartbeat") >> presence
    [chat, presence] >> peering >> Edge(label="6379") << redis
