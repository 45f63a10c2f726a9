"""Discos ligados a máquinas."""

import pytest
from tests.proofs.bench import bench

GOOD = """\
SubRedeA: {Type: "AWS::EC2::Subnet", Properties: {AvailabilityZone: !Select [0, !GetAZs ""]}}
SubRedeB: {Type: "AWS::EC2::Subnet", Properties: {AvailabilityZone: !Select [1, !GetAZs ""]}}
Servidor:
  Type: AWS::EC2::Instance
  Properties:
    SubnetId: !Ref SubRedeA
    BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {VolumeSize: 8}}]
Outro: {Type: "AWS::EC2::Instance", Properties: {SubnetId: !Ref SubRedeA}}
Volume: {Type: "AWS::EC2::Volume", Properties: {AvailabilityZone: !GetAtt SubRedeA.AvailabilityZone, Size: 8}}
Ligacao: {Type: "AWS::EC2::VolumeAttachment", Properties: {InstanceId: !Ref Servidor, VolumeId: !Ref Volume, Device: /dev/sdf}}
"""
ARROW = ("servidor = Servidor", "volume = Volume", "servidor >> volume")
APART = ("`Volume` não está, com certeza, na zona de `Servidor`; escreva `AvailabilityZone: !GetAtt SubRede.AvailabilityZone`, "
         "com a sub-rede da instância")
LOOSE = ("`Volume` não está ligado a `Servidor`; acrescente um `AWS::EC2::VolumeAttachment` com `InstanceId: !Ref Servidor` e "
         "`VolumeId: !Ref Volume`")


def test_an_attached_volume():
    architecture = bench(GOOD, *ARROW)
    assert architecture.missing() == []
    assert architecture.survivors("servidor--volume") == []
    assert len(architecture.proof().found) == 4


@pytest.mark.parametrize("path, value", [
    (("Volume", "Properties", "AvailabilityZone"), {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
    (("Volume", "Properties", "AvailabilityZone"), {"Fn::GetAtt": ["Servidor", "AvailabilityZone"]}),
    (("Servidor", "Properties"), {"NetworkInterfaces": [{"DeviceIndex": "0", "SubnetId": {"Ref": "SubRedeA"}}]}),
    (("Servidor", "Properties"), {"AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}}),
    (("Ligacao", "Properties", "InstanceId"), {"Fn::GetAtt": ["Servidor", "InstanceId"]}),
])
def test_other_ways_to_write_it(path, value):
    assert bench(GOOD, *ARROW).put("Resources", *path, value=value).missing() == []


def test_a_volume_in_the_instance():
    architecture = bench(GOOD, *ARROW).remove("Resources", "Ligacao").put(
        "Resources", "Servidor", "Properties", "Volumes", value=[{"VolumeId": {"Ref": "Volume"}, "Device": "/dev/sdf"}])
    assert architecture.missing() == []
    assert architecture.survivors("servidor--volume") == []


@pytest.mark.parametrize("path, value, missing", [
    (("Ligacao", "Properties", "InstanceId"), {"Ref": "Outro"}, LOOSE),
    (("Ligacao", "Properties", "InstanceId"), {"Fn::GetAtt": ["Servidor", "PrivateIp"]}, LOOSE),
    (("Ligacao", "Properties", "VolumeId"), "vol-1", LOOSE),
    (("Ligacao", "Properties", "Device"), "/dev/xvda", "o dispositivo `/dev/xvda` já é de outro disco de `Servidor`; escolha outro"),
    (("Servidor", "Properties", "SubnetId"), {"Ref": "SubRedeB"}, APART),
    (("Volume", "Properties", "AvailabilityZone"), {"Fn::Select": [1, {"Fn::GetAZs": ""}]}, APART),
    (("Volume", "Properties", "AvailabilityZone"), {"Fn::ImportValue": "x"}, APART),
    (("Volume", "Properties", "AvailabilityZone"), "${SubRedeA.AvailabilityZone}", APART),
])
def test_what_is_missing(path, value, missing):
    assert bench(GOOD, *ARROW).put("Resources", *path, value=value).missing()[:1] == [missing]
