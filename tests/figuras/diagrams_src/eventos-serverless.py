from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import KinesisDataFirehose, KinesisDataStreams
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.integration import SNS, SQS, Eventbridge
from diagrams.aws.mobile import APIGateway
from diagrams.aws.storage import S3
from diagrams.onprem.client import Client

with Diagram("Event processing", show=False):
    api = APIGateway("orders api")
    Client("browser") >> Edge(label="POST /orders") >> api
    with Cluster("Event flow"):
        with Cluster("Event workers"):
            workers = [Lambda("validate"), Lambda("enrich"), Lambda("charge")]
        queue = SQS("event queue")
        dlq = SQS("dead letters")
        with Cluster("Processing"):
            handlers = [Lambda("proc1"), Lambda("proc2"), Lambda("proc3")]
    bus = Eventbridge("bus")
    topic = SNS("notify")
    table = Dynamodb("orders")
    stream = KinesisDataStreams("clicks")
    fire = KinesisDataFirehose("firehose")
    lake = S3("lake")
    api >> bus >> workers >> queue >> Edge(label="batch of 10") >> handlers
    queue >> Edge(label="after 3 tries", color="red", style="dashed") >> dlq
    handlers >> table
    handlers >> Edge(label="mail") >> topic
    table >> Edge(label="stream") >> stream >> fire >> lake
