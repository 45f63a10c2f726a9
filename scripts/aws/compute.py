"""Onde código roda: máquinas, funções, contêineres, trabalhos."""

from __future__ import annotations

from scripts.aws.kind import ARN, HERE, ID, MANAGED, NAME, OTHER, SERVER, Kind, Service

KINDS = (
    Kind("AWS::EC2::Instance", gives={"InstanceId": ID}, nature=SERVER, hourly=True),
    Kind("AWS::EC2::LaunchTemplate", gives={"LaunchTemplateId": ID}, named="LaunchTemplateName", nature=SERVER, hourly=True),
    Kind("AWS::EC2::SpotFleet", nature=SERVER, hourly=True),
    Kind("AWS::EC2::EC2Fleet", nature=SERVER, hourly=True),
    Kind("AWS::EC2::Volume", gives={"VolumeId": ID}, nature=SERVER, hourly=True, keeps_data=True, scope="zone"),
    Kind("AWS::AutoScaling::AutoScalingGroup", NAME, named="AutoScalingGroupName", nature=SERVER, hourly=True),
    Kind("AWS::AutoScaling::LaunchConfiguration", NAME, named="LaunchConfigurationName", nature=SERVER, hourly=True),
    Kind("AWS::AutoScaling::ScalingPolicy", ARN, gives={"Arn": ARN, "PolicyName": NAME}),
    Kind("AWS::AutoScaling::LifecycleHook", NAME),
    Kind("AWS::Lambda::Function", NAME, gives={"Arn": ARN}, arn=f"lambda:{HERE}:function:{{}}", named="FunctionName", nature=MANAGED,
         role=("Role", "lambda.amazonaws.com"), service=Service("lambda", ("lambda:InvokeFunction",), "lambda")),
    Kind("AWS::Lambda::Alias", ARN, gives={"AliasArn": ARN}, named="Name", part_of=("FunctionName", "AWS::Lambda::Function")),
    Kind("AWS::Lambda::Version", ARN, gives={"FunctionArn": ARN, "Version": NAME}, part_of=("FunctionName", "AWS::Lambda::Function")),
    Kind("AWS::StepFunctions::StateMachine", ARN, gives={"Arn": ARN, "Name": NAME}, arn=f"states:{HERE}:stateMachine:{{}}",
         named="StateMachineName", nature=MANAGED, role=("RoleArn", "states.amazonaws.com"), deputy=True,
         service=Service("states", ("states:StartExecution",), "states")),
    # No Batch, `Ref` já é o ARN, que acaba no nome (o da definição de trabalho, na revisão).
    Kind("AWS::Batch::JobQueue", ARN, gives={"JobQueueArn": ARN}, nature=OTHER),
    Kind("AWS::Batch::JobDefinition", ARN, gives={"JobDefinitionArn": ARN}, nature=OTHER),
    Kind("AWS::Batch::ComputeEnvironment", ARN, gives={"ComputeEnvironmentArn": ARN}, nature=SERVER, hourly=True),
    Kind("AWS::ECS::Cluster", NAME, gives={"Arn": ARN}, named="ClusterName", nature=OTHER),
    Kind("AWS::ECS::Service", ARN, gives={"ServiceArn": ARN, "Name": NAME}, nature=SERVER, hourly=True),
    Kind("AWS::ECS::TaskDefinition", ARN, gives={"TaskDefinitionArn": ARN}, nature=OTHER),
    Kind("AWS::ECR::Repository", NAME, gives={"Arn": ARN}, arn=f"ecr:{HERE}:repository/{{}}", named="RepositoryName",
         policy=("RepositoryPolicyText",), nature=OTHER, keeps_data=True),
    Kind("AWS::EKS::Cluster", NAME, gives={"Arn": ARN}, named="Name", nature=SERVER, hourly=True),
    Kind("AWS::EKS::Nodegroup", nature=SERVER, hourly=True),
    Kind("AWS::EMR::Cluster", nature=SERVER, hourly=True),
)

ECS_TASKS = "ecs-tasks.amazonaws.com"
"""Quem assume o papel de um contêiner, do ECS ou do Batch."""
FARGATE = ("FARGATE", "FARGATE_SPOT")
FARGATE_SIZES = {0.25: (512, 1024, 2048), 0.5: range(1024, 4097, 1024), 1: range(2048, 8193, 1024), 2: range(4096, 16385, 1024),
                 4: range(8192, 30721, 1024), 8: range(16384, 61441, 4096), 16: range(32768, 122881, 8192)}
"""A memória, em MiB, que o Fargate aceita com cada quantidade de vCPUs:
https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""
EKS_AUTO_MODE = {
    ("RoleArn",): ("AmazonEKSClusterPolicy", "AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy",
                   "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"),
    ("ComputeConfig", "NodeRoleArn"): ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"),
}
"""Onde o cluster cita cada papel, e as políticas dele: https://docs.aws.amazon.com/eks/latest/userguide/auto-learn-iam.html"""
