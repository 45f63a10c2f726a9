"""Onde se guarda: buckets, tabelas, bancos, sistemas de arquivos."""

from __future__ import annotations

from scripts.aws.kind import ARN, HERE, ID, MANAGED, NAME, OTHER, SERVER, Kind, Service

KINDS = (
    Kind("AWS::S3::Bucket", NAME, gives={"Arn": ARN}, arn="s3:::{}", named="BucketName", nature=MANAGED, keeps_data=True,
         service=Service("s3", ("s3:PutObject", "s3:GetObject"), "s3", (
             "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "KMSMasterKeyID"))),
    Kind("AWS::S3::BucketPolicy", policy_of=("Bucket", "PolicyDocument", (NAME,))),
    Kind("AWS::DynamoDB::Table", NAME, gives={"Arn": ARN}, arn=f"dynamodb:{HERE}:table/{{}}", named="TableName", nature=MANAGED,
         keeps_data=True, policy=("ResourcePolicy", "PolicyDocument"),
         service=Service("dynamodb", ("dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"), "dynamodb",
                         ("SSESpecification", "KMSMasterKeyId"))),
    Kind("AWS::DynamoDB::GlobalTable", NAME, gives={"Arn": ARN}, named="TableName", nature=MANAGED, keeps_data=True),
    Kind("AWS::RDS::DBInstance", NAME, gives={"DBInstanceArn": ARN}, named="DBInstanceIdentifier", nature=SERVER, hourly=True,
         database=True, keeps_data=True),
    Kind("AWS::RDS::DBCluster", NAME, gives={"DBClusterArn": ARN}, named="DBClusterIdentifier", nature=SERVER, hourly=True,
         database=True, keeps_data=True),
    Kind("AWS::RDS::DBSubnetGroup", NAME, named="DBSubnetGroupName"),
    Kind("AWS::RDS::DBParameterGroup", NAME, gives={"DBParameterGroupName": NAME}, named="DBParameterGroupName"),
    Kind("AWS::DocDB::DBCluster", NAME, nature=SERVER, hourly=True, database=True, keeps_data=True),
    Kind("AWS::DocDB::DBInstance", NAME, nature=SERVER, hourly=True, database=True),
    Kind("AWS::Neptune::DBCluster", NAME, nature=SERVER, hourly=True, database=True, keeps_data=True),
    Kind("AWS::Neptune::DBInstance", NAME, nature=SERVER, hourly=True, database=True),
    Kind("AWS::Redshift::Cluster", NAME, nature=SERVER, hourly=True, database=True, keeps_data=True),
    Kind("AWS::ElastiCache::CacheCluster", NAME, nature=SERVER, hourly=True, database=True),
    Kind("AWS::ElastiCache::ReplicationGroup", NAME, nature=SERVER, hourly=True, database=True, keeps_data=True),
    Kind("AWS::ElastiCache::ServerlessCache", NAME, nature=OTHER, hourly=True),
    Kind("AWS::MemoryDB::Cluster", NAME, nature=SERVER, hourly=True, database=True),
    Kind("AWS::OpenSearchService::Domain", NAME, gives={"Arn": ARN}, nature=SERVER, hourly=True, keeps_data=True,
         policy=("AccessPolicies",)),
    Kind("AWS::EFS::FileSystem", gives={"FileSystemId": ID, "Arn": ARN}, nature=OTHER, keeps_data=True, policy=("FileSystemPolicy",)),
    Kind("AWS::DLM::LifecyclePolicy", gives={"Arn": ARN}, arn=f"dlm:{HERE}:policy/{{}}", nature=OTHER,
         role=("ExecutionRoleArn", "dlm.amazonaws.com"), deputy=True),
)
