"""Por onde se chega: VPC, balanceadores, CDN, DNS."""

from __future__ import annotations

from scripts.aws.kind import ARN, ID, MANAGED, NAME, OTHER, SERVER, Kind

KINDS = (
    Kind("AWS::EC2::VPC", gives={"VpcId": ID}, nature=OTHER),
    Kind("AWS::EC2::Subnet", gives={"SubnetId": ID}, nature=OTHER),
    Kind("AWS::EC2::RouteTable", gives={"RouteTableId": ID}, nature=OTHER),
    Kind("AWS::EC2::InternetGateway", gives={"InternetGatewayId": ID}, nature=OTHER),
    Kind("AWS::EC2::EIP", "address", gives={"AllocationId": ID}, nature=OTHER, hourly=True),
    Kind("AWS::EC2::NatGateway", gives={"NatGatewayId": ID}, nature=OTHER, hourly=True),
    Kind("AWS::EC2::NetworkAcl", gives={"Id": ID}, nature=OTHER),
    Kind("AWS::EC2::NetworkInterface", gives={"Id": ID}),
    Kind("AWS::EC2::PrefixList", gives={"PrefixListId": ID, "Arn": ARN}),
    Kind("AWS::EC2::SecurityGroup", gives={"GroupId": ID, "Id": ID}, nature=OTHER),
    Kind("AWS::EC2::VPCEndpoint", gives={"Id": ID}, nature=OTHER, policy=("PolicyDocument",)),
    Kind("AWS::EC2::TransitGateway", gives={"Id": ID}, nature=OTHER, hourly=True),
    Kind("AWS::EC2::VPNConnection", gives={"VpnConnectionId": ID}, nature=OTHER, hourly=True),
    Kind("AWS::EC2::ClientVpnEndpoint", nature=OTHER, hourly=True),
    Kind("AWS::ElasticLoadBalancingV2::LoadBalancer", ARN, gives={"LoadBalancerArn": ARN}, nature=OTHER, hourly=True),
    Kind("AWS::ElasticLoadBalancingV2::Listener", ARN, gives={"ListenerArn": ARN}, nature=OTHER),
    Kind("AWS::ElasticLoadBalancingV2::ListenerRule", ARN, gives={"RuleArn": ARN}),
    Kind("AWS::ElasticLoadBalancingV2::TargetGroup", ARN, gives={"TargetGroupArn": ARN}, nature=OTHER),
    Kind("AWS::ElasticLoadBalancing::LoadBalancer", NAME, nature=OTHER, hourly=True),
    Kind("AWS::CloudFront::Distribution", gives={"Id": ID}, arn="cloudfront::${AWS::AccountId}:distribution/{}", nature=MANAGED,
         scope="global"),
    Kind("AWS::CloudFront::VpcOrigin", gives={"Id": ID, "Arn": ARN}, nature=OTHER, scope="global"),
    Kind("AWS::CloudFront::OriginAccessControl", gives={"Id": ID}, nature=OTHER, scope="global"),
    Kind("AWS::Route53::HostedZone", gives={"Id": ID}, nature=OTHER, scope="global"),
    Kind("AWS::Route53::RecordSet", NAME, nature=OTHER),
    Kind("AWS::Route53::RecordSetGroup", gives={"Id": ID}, nature=OTHER),
    Kind("AWS::Route53::HealthCheck", gives={"HealthCheckId": ID}, nature=OTHER),
    Kind("AWS::CertificateManager::Certificate", ARN, gives={"CertificateArn": ARN}, nature=OTHER),
    Kind("AWS::GlobalAccelerator::Accelerator", ARN, gives={"AcceleratorArn": ARN}, nature=OTHER, hourly=True),
    Kind("AWS::WAFv2::WebACL", nature=OTHER, hourly=True),
    Kind("AWS::ApiGateway::RestApi", gives={"RestApiId": ID}, nature=MANAGED, policy=("Policy",)),
    Kind("AWS::ApiGatewayV2::Api", gives={"ApiId": ID}, nature=MANAGED),
    Kind("AWS::AmazonMQ::Broker", gives={"Arn": ARN}, nature=SERVER, hourly=True),
    Kind("AWS::MSK::Cluster", ARN, gives={"Arn": ARN}, nature=SERVER, hourly=True),
)
