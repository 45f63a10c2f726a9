"""O custo sai do template: cada recurso que cobra por hora tem preço, e o preço tem data e fonte."""

from __future__ import annotations

import datetime

import pytest

from scripts.aws.prices import REGIONS, prices
from scripts.checks import prices as check
from scripts.checks.billing import Bill, Charge
from scripts.proofs.facts.views import Views, views_of
from scripts.template import cloudformation

NETWORK = """\
Resources:
  SubRede: {Type: AWS::EC2::Subnet, Properties: {MapPublicIpOnLaunch: true}}
  OutraSubRede: {Type: AWS::EC2::Subnet}
"""
DISK = "BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {VolumeType: gp3, VolumeSize: 10}}]"


def template(body: str) -> Views:
    return views_of(cloudformation.parse(NETWORK + body, "t.yaml"))


def charges(body: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for charge in Bill(template(body)).charges():
        assert isinstance(charge, Charge), charge
        found[charge.key] = found.get(charge.key, 0) + charge.quantity
    return found


def test_an_instance_costs_its_hours_its_disk_and_its_address():
    assert charges(f"  Servidor: {{Type: AWS::EC2::Instance, Properties: {{InstanceType: t3.micro, SubnetId: !Ref SubRede, {DISK}}}}}") == {
        "ec2:t3.micro": 1, "ebs:gp3": 10, "ipv4": 1}


def test_an_instance_without_a_public_address_does_not_pay_for_one():
    assert "ipv4" not in charges(f"  Servidor: {{Type: AWS::EC2::Instance, Properties: {{InstanceType: t3.micro, SubnetId: !Ref OutraSubRede, {DISK}}}}}")


def test_a_group_costs_as_many_instances_as_it_starts_with():
    body = f"""\
  Modelo: {{Type: AWS::EC2::LaunchTemplate, Properties: {{LaunchTemplateData: {{InstanceType: t3.micro, {DISK}}}}}}}
  Grupo:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {{MinSize: 1, MaxSize: 6, DesiredCapacity: '3', LaunchTemplate: {{LaunchTemplateId: !Ref Modelo, Version: !GetAtt Modelo.LatestVersionNumber}}}}
"""
    assert charges(body) == {"ec2:t3.micro": 3, "ebs:gp3": 30}
    assert charges(body.replace("DesiredCapacity: '3', ", ""))["ec2:t3.micro"] == 1


@pytest.mark.parametrize("scheme, found", [("internet-facing", {"alb": 1, "ipv4": 2}), ("internal", {"alb": 1})])
def test_a_balancer_pays_an_address_in_each_public_subnet(scheme, found):
    body = f"  Alb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Scheme: {scheme}, Subnets: [!Ref SubRede, !Ref OutraSubRede]}}}}"
    assert charges(body) == found


def test_a_database_in_two_zones_costs_twice():
    body = """\
  Banco:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, DBInstanceClass: db.t4g.micro, StorageType: gp3, AllocatedStorage: '20', MultiAZ: false}
"""
    assert charges(body) == {"rds:postgres:db.t4g.micro": 1, "rds:postgres:gp3": 20}
    assert charges(body.replace("MultiAZ: false", "MultiAZ: true")) == {"rds:postgres:db.t4g.micro": 2, "rds:postgres:gp3": 40}


def test_what_exists_only_in_use_costs_nothing_at_rest():
    assert charges("  F: {Type: AWS::Lambda::Function}\n  E: {Type: AWS::EC2::VPCEndpoint}\n"
                   "  L: {Type: AWS::Batch::ComputeEnvironment, Properties: {ComputeResources: {Type: FARGATE}}}") == {}


@pytest.mark.parametrize("body, line, said", [
    ("  Fluxo: {Type: AWS::Kinesis::Stream}", 4, "não se sabe fazer a conta deste tipo"),
    ("  N: {Type: AWS::EC2::Instance, Properties: {InstanceType: x9.huge, %s}}" % DISK, 4, "não há o preço `ec2:x9.huge`"),
    ("  N: {Type: AWS::EC2::Instance, Properties: {InstanceType: t3.micro}}", 4, "o disco com que a instância nasce"),
    ("  N: {Type: AWS::EC2::Instance, Properties: {InstanceType: !ImportValue Tipo, %s}}" % DISK, 4, "o tipo da instância não se conhece"),
    ("  V:\n    Type: AWS::EC2::Volume\n    Properties:\n      Size: 5\n", 7, "não há o preço `ebs:gp2`"),
    ("  L: {Type: AWS::Batch::ComputeEnvironment, Properties: {ComputeResources: {Type: EC2}}}", 4, "só se sabe a conta do Batch no Fargate"),
    ("  A: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}", 4, "só há preço para balanceadores `application`"),
    ("  E: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: Interface}}", 4, "não há o preço `endpoint`"),
    ("  G: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {MinSize: 1, MaxSize: 2}}", 4, "o modelo ou o tamanho"),
])
def test_what_has_no_price_is_pointed_out(body, line, said):
    findings = check.check(template(body))
    assert [(finding.line, finding.code) for finding in findings] == [(line, "recurso-sem-preco")]
    assert said in findings[0].message


@pytest.mark.parametrize("body", [
    "  N: {Type: AWS::EC2::Instance, Properties: {InstanceType: t3.small, %s}}" % DISK,
    "  B: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBInstanceClass: db.t4g.small, StorageType: gp3, AllocatedStorage: '20'}}",
])
def test_another_size_of_a_priced_family_is_left_out_of_the_account(body):
    """Sem fonte, não há número: a página diz que o preço dele ficou de fora, e a escolha é certa."""
    assert check.check(template(body)) == []


def test_a_reason_in_the_resource_excuses_the_price():
    assert check.check(template("  F: {Type: AWS::Kinesis::Stream, Metadata: {Excecoes: {recurso-sem-preco: a página diz}}}")) == []


def test_a_price_older_than_a_year_is_pointed_out_at_its_line():
    used = [template("  Nat: {Type: AWS::EC2::NatGateway}").template]
    price = prices()["nat"]
    fine = check.check_dates(used, min(price.date for price in prices().values()) + datetime.timedelta(days=365))
    assert list(fine) == [] and list(check.check_dates([], datetime.date(2100, 1, 1))) == []
    old = {finding.line: finding for finding in check.check_dates(used, price.date + datetime.timedelta(days=366))}
    assert (old[price.line].path, old[price.line].code) == ("scripts/aws/prices.toml", "preco-velho")
    assert price.source in old[price.line].message


@pytest.mark.parametrize("price", prices().values(), ids=lambda price: price.key)
def test_a_price_has_a_unit_a_date_and_a_source_of_aws(price):
    assert REGIONS[0] in price.by_region and all(value > 0 for value in price.by_region.values())
    assert price.source.startswith(("https://pricing.us-east-1.amazonaws.com/offers/", "https://aws.amazon.com/"))
    assert price.date <= datetime.date.today()
    assert price.per in {"hora", "mês", "GB-mês", "GB", "LCU-hora", "milhão", "mil", "GB-segundo"}


def test_a_price_of_a_month_is_divided_by_its_hours():
    assert prices()["ebs:gp3"].hourly("us-east-1") == pytest.approx(0.08 / 730)
    assert prices()["nat"].hourly("us-east-1") == 0.045


def test_an_elastic_address_is_paid_once_and_an_unknown_one_is_pointed_out():
    server = f"  Servidor: {{Type: AWS::EC2::Instance, Properties: {{InstanceType: t3.micro, SubnetId: !Ref SubRede, {DISK}}}}}\n"
    assert charges(server + "  Fixo: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref Servidor}}\n")["ipv4"] == 1
    inside = "NetworkInterfaces: [{DeviceIndex: '0', SubnetId: !Ref SubRede, AssociatePublicIpAddress: !ImportValue Publico}]"
    findings = check.check(template(server.replace("SubnetId: !Ref SubRede", inside)))
    assert [finding.code for finding in findings] == ["recurso-sem-preco"] and "não se sabe se tem endereço público" in findings[0].message
