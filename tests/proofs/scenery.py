"""Uma rede pequena e certa, para cada teste estragar num ponto só na bancada."""

from __future__ import annotations

import copy
import json
from typing import Any

from scripts.template.cloudformation import Template, parse

GONE = object()


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def zone(index: int) -> dict[str, Any]:
    return {"Fn::Select": [index, {"Fn::GetAZs": ""}]}


def subnet(block: str, index: int, **more: Any) -> tuple[str, dict[str, Any]]:
    return "EC2::Subnet", {"VpcId": ref("Vpc"), "CidrBlock": block, "AvailabilityZone": zone(index), **more}


def associate(subnet: str, table: str) -> tuple[str, dict[str, Any]]:
    return "EC2::SubnetRouteTableAssociation", {"SubnetId": ref(subnet), "RouteTableId": ref(table)}


def allow(port: int, **peer: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


ELB = "ElasticLoadBalancingV2::"
RESOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "Vpc": ("EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "Portao": ("EC2::InternetGateway", {}),
    "Ligacao": ("EC2::VPCGatewayAttachment", {"VpcId": ref("Vpc"), "InternetGatewayId": ref("Portao")}),
    "PublicaA": subnet("10.0.0.0/24", 0, MapPublicIpOnLaunch=True),
    "PublicaB": subnet("10.0.1.0/24", 1),
    "PrivadaA": subnet("10.0.2.0/24", 0),
    "PrivadaB": subnet("10.0.3.0/24", 1),
    "TabelaPublica": ("EC2::RouteTable", {"VpcId": ref("Vpc")}),
    "RotaPublica": ("EC2::Route", {
        "RouteTableId": ref("TabelaPublica"), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": ref("Portao")}),
    "AssociaPublicaA": associate("PublicaA", "TabelaPublica"),
    "AssociaPublicaB": associate("PublicaB", "TabelaPublica"),
    "Endereco": ("EC2::EIP", {"Domain": "vpc"}),
    "Nat": ("EC2::NatGateway", {"SubnetId": ref("PublicaA"), "AllocationId": {"Fn::GetAtt": ["Endereco", "AllocationId"]}}),
    "TabelaPrivada": ("EC2::RouteTable", {"VpcId": ref("Vpc")}),
    "RotaPrivada": ("EC2::Route", {
        "RouteTableId": ref("TabelaPrivada"), "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": ref("Nat")}),
    "AssociaPrivadaA": associate("PrivadaA", "TabelaPrivada"),
    "GrupoAlb": ("EC2::SecurityGroup", {
        "VpcId": ref("Vpc"), "SecurityGroupIngress": [allow(80, CidrIp="0.0.0.0/0")],
        "SecurityGroupEgress": [allow(8080, CidrIp="10.0.2.0/24")]}),
    "GrupoApp": ("EC2::SecurityGroup", {
        "VpcId": ref("Vpc"), "SecurityGroupIngress": [allow(8080, SourceSecurityGroupId=ref("GrupoAlb"))]}),
    "GrupoBanco": ("EC2::SecurityGroup", {
        "VpcId": ref("Vpc"), "SecurityGroupIngress": [allow(5432, SourceSecurityGroupId=ref("GrupoApp"))],
        "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]}),
    "GrupoServidor": ("EC2::SecurityGroup", {
        "VpcId": ref("Vpc"), "SecurityGroupIngress": [allow(443, CidrIp=ref("Faixa"))]}),
    "Servidor": ("EC2::Instance", {"SubnetId": ref("PublicaA"), "SecurityGroupIds": [ref("GrupoServidor")]}),
    "App": ("EC2::Instance", {
        "SubnetId": ref("PrivadaA"), "SecurityGroupIds": [ref("GrupoApp")],
        "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/bash\nPGHOST=${Banco.Endpoint.Address} SEGREDO=${Banco.MasterUserSecret.SecretArn}"}}}),
    "Alb": (ELB + "LoadBalancer", {
        "Scheme": "internet-facing", "Subnets": [ref("PublicaA"), ref("PublicaB")], "SecurityGroups": [ref("GrupoAlb")]}),
    "Destino": (ELB + "TargetGroup", {
        "VpcId": ref("Vpc"), "Protocol": "HTTP", "Port": 8080, "Targets": [{"Id": ref("App")}]}),
    "Ouvinte": (ELB + "Listener", {
        "LoadBalancerArn": ref("Alb"), "Protocol": "HTTP", "Port": 80,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": ref("Destino")}]}),
    "Sub": ("RDS::DBSubnetGroup", {"SubnetIds": [ref("PrivadaA"), ref("PrivadaB")]}),
    "Banco": ("RDS::DBInstance", {
        "Engine": "postgres", "DBSubnetGroupName": ref("Sub"), "VPCSecurityGroups": [ref("GrupoBanco")], "MultiAZ": True,
        "PubliclyAccessible": False}),
}

FLEET: dict[str, tuple[str, dict[str, Any]]] = {
    "Modelo": ("EC2::LaunchTemplate", {"LaunchTemplateData": {"SecurityGroupIds": [ref("GrupoApp")]}}),
    "Frota": ("AutoScaling::AutoScalingGroup", {
        "VPCZoneIdentifier": [ref("PrivadaA")], "TargetGroupARNs": [ref("Destino")],
        "LaunchTemplate": {"LaunchTemplateId": ref("Modelo"), "Version": {"Fn::GetAtt": ["Modelo", "LatestVersionNumber"]}}}),
}
ACL_OF_DATA: dict[str, tuple[str, dict[str, Any]]] = {
    "Acl": ("EC2::NetworkAcl", {"VpcId": ref("Vpc")}),
    "AssociaAcl": ("EC2::SubnetNetworkAclAssociation", {"SubnetId": ref("PublicaA"), "NetworkAclId": ref("Acl")}),
}


def network(changes: dict[str, Any] | None = None, added: dict[str, tuple[str, dict[str, Any]]] | None = None,
            **sections: Any) -> Template:
    """O template certo com as mudanças: `{"Alb.Scheme": "internal", "Rota": GONE}`, e recursos a mais."""
    declared = copy.deepcopy(RESOURCES | (added or {}))
    resources = {name: {"Type": f"AWS::{kind}", "Properties": properties} for name, (kind, properties) in declared.items()}
    for path, value in (changes or {}).items():
        name, *keys = path.split(".")
        place: Any = resources
        for key in [name, *(["Properties"] if keys else []), *keys][:-1]:
            place = place[int(key) if isinstance(place, list) else key]
        last = keys[-1] if keys else name
        where = int(last) if isinstance(place, list) else last
        if value is GONE:
            del place[where]
        else:
            place[where] = value
    data = {"Parameters": {"Faixa": {"Type": "String"}}, "Resources": resources, **sections}
    return parse(json.dumps(data, indent=1), "template.yaml")
