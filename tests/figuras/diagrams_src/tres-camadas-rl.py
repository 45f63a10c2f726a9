from diagrams import Cluster, Diagram, Edge
from diagrams.azure.compute import VMScaleSet, AppServices
from diagrams.azure.database import SQLDatabases, CacheForRedis
from diagrams.azure.network import ApplicationGateway, FrontDoors
from diagrams.azure.storage import BlobStorage

with Diagram("Azure web app", direction="RL", show=False):
    door = FrontDoors("Front Door")
    with Cluster("West Europe"):
        with Cluster("App subnet"):
            gw = ApplicationGateway("App Gateway")
            apps = [AppServices("web"), AppServices("api")]
            VMScaleSet("jobs")
        with Cluster("Data subnet"):
            sql = SQLDatabases("orders")
            redis = CacheForRedis("cache")
    blobs = BlobStorage("static files")
    door >> Edge(label="route") >> gw >> apps
    apps[1] >> Edge(label="read/write") >> sql
    apps[1] >> Edge(label="get/set") >> redis
    door >> Edge(label="assets", style="dashed") >> blobs
