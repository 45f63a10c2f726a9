from diagrams import Cluster, Diagram
from diagrams.aws.analytics import Athena, EMR, Glue, Redshift
from diagrams.aws.database import Aurora, Dynamodb, Neptune, RDS
from diagrams.aws.ml import Comprehend, Lex, Sagemaker

with Diagram("Services we use", show=False):
    with Cluster("Analytics"):
        Athena("Athena"), EMR("EMR"), Glue("Glue"), Redshift("Redshift")
    with Cluster("Databases"):
        Aurora("Aurora"), Dynamodb("DynamoDB"), Neptune("Neptune"), RDS("RDS")
    with Cluster("Machine learning"):
        Comprehend("Comprehend"), Lex("Lex"), Sagemaker("SageMaker")
