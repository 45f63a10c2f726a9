from diagrams import Cluster, Diagram, Edge
from diagrams.aws.compute import ECR, ECS
from diagrams.aws.devtools import Codebuild, Codedeploy, Codepipeline
from diagrams.aws.storage import S3
from diagrams.onprem.ci import GithubActions, Jenkins
from diagrams.onprem.client import User
from diagrams.onprem.vcs import Github

with Diagram("Deploy pipeline", show=False):
    dev = User("developer")
    repo = Github("repo")
    with Cluster("CI"):
        actions = GithubActions("lint + test")
        jenkins = Jenkins("legacy builds")
    with Cluster("AWS"):
        with Cluster("Pipeline"):
            pipe = Codepipeline("pipeline")
            build = Codebuild("build")
            deploy = Codedeploy("deploy")
        ecr = ECR("images")
        artifacts = S3("artifacts")
        with Cluster("Staging"):
            staging = ECS("staging")
        with Cluster("Production"):
            prod = ECS("prod")
    dev >> Edge(label="git push") >> repo >> Edge(label="webhook") >> [actions, jenkins]
    actions >> Edge(label="trigger") >> pipe >> build >> Edge(label="push") >> ecr
    build >> artifacts
    pipe >> deploy
    deploy >> Edge(label="auto") >> staging
    deploy >> Edge(label="manual approval", style="dashed") >> prod
    ecr >> Edge(label="pull", style="dotted") >> [staging, prod]
    prod >> Edge(label="feedback", style="dotted") >> dev
