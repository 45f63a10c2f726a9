from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import Athena, Glue, GlueCrawlers, Quicksight, Redshift
from diagrams.aws.storage import S3
from diagrams.generic.database import SQL
from diagrams.onprem.workflow import Airflow
from diagrams.saas.analytics import Snowflake

with Diagram("Data platform", direction="TB", show=False, curvestyle="curved"):
    with Cluster("Sources"):
        sources = [SQL("CRM"), SQL("ERP"), SQL("Web shop")]
    with Cluster("Orchestration"):
        dag = Airflow("nightly dag")
    with Cluster("Data lake"):
        raw = S3("raw")
        with Cluster("Transform"):
            glue = Glue("jobs")
            crawler = GlueCrawlers("crawler")
        curated = S3("curated")
    with Cluster("Consumption"):
        athena = Athena("ad hoc")
        dwh = Redshift("warehouse")
        bi = Quicksight("dashboards")
        snow = Snowflake("partners")
    sources >> Edge(label="extract") >> raw >> glue >> curated
    raw >> crawler
    dag >> Edge(label="schedules", style="dashed") >> glue
    curated >> Edge(label="query") >> athena
    curated >> Edge(label="copy") >> dwh >> bi
    athena >> bi
    curated >> Edge(label="share") >> snow
