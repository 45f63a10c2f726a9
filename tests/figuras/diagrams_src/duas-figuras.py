from diagrams import Diagram, Edge
from diagrams.aws.compute import EC2, Lambda
from diagrams.aws.storage import S3

with Diagram("Before", filename="before", show=False):
    EC2("cron job") >> Edge(label="every night") >> S3("reports")

with Diagram("After", filename="after", show=False):
    S3("uploads") >> Edge(label="event") >> Lambda("report") >> S3("reports")
