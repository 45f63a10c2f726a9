from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import Lambda
from diagrams.aws.database import Dynamodb
from diagrams.aws.integration import SQS, StepFunctions

with Diagram("Retry loop", show=False):
    with Cluster("Workflow"):
        sfn = StepFunctions("machine")
        worker = Lambda("worker")
        queue = SQS("retry")
        state = Dynamodb("state")
    sfn >> Edge(label="invoke") >> worker
    worker >> Edge(label="result") >> sfn
    worker >> Edge(label="failed") >> queue >> Edge(label="again") >> worker
    worker >> Edge(label="progress") >> worker
    worker >> state
    state >> Edge(label="resume") >> sfn
