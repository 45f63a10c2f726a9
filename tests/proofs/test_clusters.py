"""EKS, Batch, chamadas internas e DNS: o caminho do nome ao pod, e do pod ao serviço."""

import pytest
from tests.proofs.bench import bench

GOOD = """\
Rede:
  Type: AWS::EC2::VPC
  Properties:
    CidrBlock: 10.0.0.0/16
    EnableDnsHostnames: true
SubA:
  Type: AWS::EC2::Subnet
  Properties: {VpcId: !Ref Rede, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
SubB:
  Type: AWS::EC2::Subnet
  Properties: {VpcId: !Ref Rede, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}
GrupoSite:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: !Ref Rede
    SecurityGroupEgress:
      - IpProtocol: tcp
        FromPort: 80
        ToPort: 80
        DestinationSecurityGroupId: !Ref GrupoAlb
GrupoAlb:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: !Ref Rede
    SecurityGroupIngress:
      - IpProtocol: tcp
        FromPort: 80
        ToPort: 80
        CidrIp: 10.0.0.0/24
    SecurityGroupEgress:
      - IpProtocol: tcp
        FromPort: 8000
        ToPort: 8000
        DestinationSecurityGroupId: !GetAtt Agrupamento.ClusterSecurityGroupId
EntradaPods:
  Type: AWS::EC2::SecurityGroupIngress
  Properties:
    GroupId: !GetAtt Agrupamento.ClusterSecurityGroupId
    IpProtocol: tcp
    FromPort: 8000
    ToPort: 8000
    SourceSecurityGroupId: !Ref GrupoAlb
Site:
  Type: AWS::EC2::Instance
  Properties:
    SubnetId: !Ref SubA
    SecurityGroupIds:
      - !Ref GrupoSite
Alb:
  Type: AWS::ElasticLoadBalancingV2::LoadBalancer
  Properties:
    Scheme: internal
    Subnets:
      - !Ref SubA
      - !Ref SubB
    SecurityGroups:
      - !Ref GrupoAlb
Ouvinte:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    LoadBalancerArn: !Ref Alb
    Port: 80
    Protocol: HTTP
    DefaultActions:
      - Type: forward
        TargetGroupArn: !Ref Alvos
Alvos:
  Type: AWS::ElasticLoadBalancingV2::TargetGroup
  Properties:
    TargetType: ip
    Port: 8000
    Protocol: HTTP
    VpcId: !Ref Rede
    Tags:
      - Key: eks:eks-cluster-name
        Value: !Ref Agrupamento
Agrupamento:
  Type: AWS::EKS::Cluster
  Properties:
    ComputeConfig: {Enabled: true, NodePools: [general-purpose]}
    KubernetesNetworkConfig:
      ElasticLoadBalancing: {Enabled: true}
    StorageConfig: {BlockStorage: {Enabled: true}}
    ResourcesVpcConfig:
      SubnetIds:
        - !Ref SubA
        - !Ref SubB
Associacao:
  Type: AWS::EKS::PodIdentityAssociation
  Properties:
    ClusterName: !Ref Agrupamento
    Namespace: analise
    ServiceAccount: api
    RoleArn: !GetAtt Papel.Arn
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
        - Effect: Allow
          Principal: {Service: [pods.eks.amazonaws.com, ecs-tasks.amazonaws.com]}
          Action:
            - sts:AssumeRole
            - sts:TagSession
    Policies:
      - PolicyName: usar
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !GetAtt Funcao.Arn
            - Effect: Allow
              Action: s3:GetObject
              Resource: !Sub ${Balde.Arn}/*
Funcao: {Type: "AWS::Lambda::Function"}
Balde: {Type: "AWS::S3::Bucket"}
Porta:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    ServiceName: !Sub com.amazonaws.${AWS::Region}.lambda
    VpcEndpointType: Interface
    PrivateDnsEnabled: true
    VpcId: !Ref Rede
    SubnetIds: [!Ref SubA, !Ref SubB]
    SecurityGroupIds: [!Ref GrupoPorta]
GrupoPorta:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: !Ref Rede
    SecurityGroupIngress:
      - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}
PortaS3:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    ServiceName: !Sub com.amazonaws.${AWS::Region}.s3
    VpcId: !Ref Rede
    RouteTableIds:
      - !Ref Tabela
Tabela: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: !Ref Rede}}
LigaA: {Type: "AWS::EC2::SubnetRouteTableAssociation", Properties: {SubnetId: !Ref SubA, RouteTableId: !Ref Tabela}}
GrupoLote: {Type: "AWS::EC2::SecurityGroup", Properties: {VpcId: !Ref Rede}}
Ambiente:
  Type: AWS::Batch::ComputeEnvironment
  Properties:
    Type: MANAGED
    ComputeResources: {Subnets: [!Ref SubA], SecurityGroupIds: [!Ref GrupoLote]}
Tarefa:
  Type: AWS::Batch::JobDefinition
  Properties:
    ContainerProperties: {JobRoleArn: !GetAtt Papel.Arn}
Zona: {Type: "AWS::Route53::HostedZone", Properties: {Name: exemplo.org}}
Registro:
  Type: AWS::Route53::RecordSet
  Properties:
    HostedZoneId: !Ref Zona
    Name: exemplo.org
    Type: A
    AliasTarget:
      DNSName: !GetAtt Alb.DNSName
      HostedZoneId: !GetAtt Alb.CanonicalHostedZoneID
"""
PARTS = ("pessoa =", "zona = Zona", "site = Site", "alb = Alb", "api = Agrupamento", "funcao = Funcao", "tarefa = Tarefa", "balde = Balde")
ASK, LEAD, CALL, PODS = "pessoa >> zona", "zona >> alb", "site >> alb", "alb >> api"
INVOKE, READ = "api >> funcao acao=lambda:InvokeFunction", "tarefa >> balde acao=s3:GetObject"
BY_SUBNET = ("Resources", "GrupoAlb", "Properties", "SecurityGroupIngress", 0)
TRUST = ("Resources", "Papel", "Properties", "AssumeRolePolicyDocument", "Statement", 0)


@pytest.mark.parametrize("arrow", [ASK, LEAD, CALL, PODS, INVOKE, READ])
def test_each_arrow_is_proven_and_every_line_counts(arrow):
    architecture = bench(GOOD, *PARTS, arrow)
    assert architecture.missing() == []
    assert architecture.proof().found
    assert architecture.survivors(architecture.proof().edge.id) == []


@pytest.mark.parametrize("arrow, path, value, missing", [
    (ASK, ("Resources", "Zona", "Properties", "VPCs"), [{"VPCId": "vpc-1"}], "`Zona` é privada"),
    (ASK, ("Resources", "Registro", "Properties", "HostedZoneId"), "Z1", "`Zona` não tem nenhum registro"),
    (ASK, ("Resources", "Zona", "Properties", "Name"), ["exemplo.org"], "não diz de que domínio é"),
    (ASK, ("Resources", "Zona", "Properties", "Name"), {"Fn::ImportValue": "x"}, "não diz de que domínio é"),
    (LEAD, ("Resources", "Registro", "Properties", "Weight"), 0, "`Registro` tem peso zero"),
    (LEAD, ("Resources", "Registro", "Properties", "Weight"), {"Fn::ImportValue": "x"}, "`Registro` tem peso zero"),
    (LEAD, ("Resources", "Registro", "Properties", "Failover"), "SECONDARY", "só responde quando o principal falha"),
    (LEAD, ("Resources", "Registro", "Properties", "Name"), "malexemplo.org", "não é do domínio de `Zona`"),
    (LEAD, ("Resources", "Registro", "Properties", "HostedZoneId"), {"Fn::GetAtt": ["Zona", "NameServers"]}, "nenhum registro leva a `Alb`"),
    (LEAD, ("Resources", "Registro", "Properties", "HostedZoneId"), "Z1", "nenhum registro leva a `Alb`"),
    (LEAD, ("Resources", "Registro", "Properties", "AliasTarget", "DNSName"), "outro.example", "nenhum registro leva a `Alb`"),
    (LEAD, ("Resources", "Registro", "Properties", "AliasTarget", "HostedZoneId"), "Z1", "não é a de `Alb`"),
    (LEAD, ("Resources", "Registro", "Properties", "Type"), "TXT", "`Registro` não é do tipo `A`"),
    (CALL, ("Resources", "Alb", "Properties", "Scheme"), "internet-facing", "`Alb` não é interno"),
    (CALL, (*BY_SUBNET, "ToPort"), 90, "abre mais que tcp 80"),
    (CALL, (*BY_SUBNET, "CidrIp"), "10.9.0.0/24", "entrar tcp 80"),
    (CALL, ("Resources", "Ouvinte", "Properties", "LoadBalancerArn"), "arn:aws:x", "não ouve na porta da seta"),
    (PODS, ("Resources", "Alvos", "Properties", "TargetType"), "instance", "não entrega em endereços"),
    (PODS, ("Resources", "Alvos", "Properties", "Tags", 0, "Value"), "outro", "nenhum ouvinte de `Alb` encaminha"),
    (CALL, ("Resources", "Ouvinte", "Properties", "Port"), "²", "não ouve na porta da seta"),
    (CALL, ("Resources", "Ouvinte", "Properties", "Port"), "9" * 5000, "não ouve na porta da seta"),
    (CALL, (*BY_SUBNET, "FromPort"), "9" * 5000, "entrar tcp 80"),
    (PODS, ("Resources", "Alvos", "Properties", "Port"), "9" * 5000, "não deixam passar tcp 0"),
    (PODS, ("Resources", "Alvos", "Properties", "Tags", 0, "Value"), {"Fn::GetAtt": ["Agrupamento", "Arn"]}, "nenhum ouvinte de `Alb`"),
    (PODS, ("Resources", "Alvos", "Properties", "Port"), 9000, "não deixam passar tcp 9000"),
    (PODS, ("Resources", "Alvos", "Properties", "Port"), "²", "não deixam passar tcp 0"),
    (PODS, ("Resources", "EntradaPods", "Properties", "SourceSecurityGroupId"), {"Ref": "GrupoSite"}, "não deixam passar tcp 8000"),
    (PODS, ("Resources", "EntradaPods", "Properties", "ToPort"), 9000, "não deixam passar tcp 8000"),
    (PODS, ("Resources", "Agrupamento", "Properties", "ComputeConfig", "Enabled"), False, "não liga o Auto Mode por inteiro"),
    (INVOKE, ("Resources", "Associacao", "Properties", "ClusterName"), "outro", "nenhum papel chega aos pods"),
    (INVOKE, ("Resources", "Associacao", "Properties", "TargetRoleArn"), {"Fn::GetAtt": ["Papel", "Arn"]}, "passa a outro papel"),
    (INVOKE, ("Resources", "Agrupamento", "Properties", "ComputeConfig", "Enabled"), False, "nada entrega as credenciais"),
    (INVOKE, ("Resources", "Funcao", "Properties"), {"ReservedConcurrentExecutions": 0}, "`Funcao` não pode rodar"),
    (READ, ("Resources", "Ambiente", "Properties", "State"), "DISABLED", "`Ambiente` está desligado"),
    (INVOKE, ("Resources", "Associacao", "Properties", "Namespace"), "", "`Associacao` não diz `Namespace`"),
    (INVOKE, (*TRUST, "Action"), "sts:AssumeRole", "permita `sts:TagSession`"),
    (INVOKE, ("Resources", "Porta", "Properties", "VpcId"), "vpc-1", "não chega a `lambda` pela rede"),
    (READ, ("Resources", "Tarefa", "Properties", "ContainerProperties"), {}, "`Tarefa` não usa um papel"),
    (READ, (*TRUST, "Principal", "Service"), "pods.eks.amazonaws.com", "não confia em `ecs-tasks.amazonaws.com`"),
    (READ, ("Resources", "PortaS3", "Properties", "RouteTableIds"), [], "não chega a `s3` pela rede"),
])
def test_what_is_missing(arrow, path, value, missing):
    found = bench(GOOD, *PARTS, arrow).put(*path, value=value).missing()
    assert any(missing in text for text in found), found


CLOSED = """
Lista: {Type: "AWS::EC2::NetworkAcl", Properties: {VpcId: !Ref Rede}}
ListaB: {Type: "AWS::EC2::SubnetNetworkAclAssociation", Properties: {SubnetId: !Ref SubB, NetworkAclId: !Ref Lista}}
"""
RECORD = ("Resources", "Registro", "Properties")


def test_an_acl_may_close_the_way_to_the_pods():
    assert any("a ACL de rede de `SubB` não deixa" in text for text in bench(GOOD + CLOSED, *PARTS, PODS).missing())


def test_the_cluster_may_be_cited_by_its_name():
    named = bench(GOOD, *PARTS, PODS).put("Resources", "Agrupamento", "Properties", "Name", value="loja")
    named = named.put("Resources", "Alvos", "Properties", "Tags", 0, "Value", value="loja")
    assert named.missing() == []
    assert named.survivors("alb--api") == []


def test_the_agent_may_be_an_addon():
    addon = "Agente: {Type: AWS::EKS::Addon, Properties: {AddonName: eks-pod-identity-agent, ClusterName: !Ref Agrupamento}}\n"
    added = bench(GOOD + addon, *PARTS, INVOKE)
    for name in ("ComputeConfig", "KubernetesNetworkConfig", "StorageConfig"):
        added = added.remove("Resources", "Agrupamento", "Properties", name)
    assert added.missing() == []
    assert added.survivors("api--funcao") == []


def test_any_of_two_associations_is_enough():
    before = """\
Antes:
  Type: AWS::EKS::PodIdentityAssociation
  Properties: {ClusterName: !Ref Agrupamento, Namespace: outro, ServiceAccount: outra, RoleArn: !GetAtt SemNada.Arn}
SemNada:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement: [{Effect: Allow, Principal: {Service: pods.eks.amazonaws.com}, Action: ["sts:AssumeRole", "sts:TagSession"]}]
"""
    assert bench(GOOD.replace("Associacao:", before + "Associacao:"), *PARTS, INVOKE).missing() == []


def test_a_disabled_environment_beside_another_does_not_count():
    other = "Outro: {Type: AWS::Batch::ComputeEnvironment, Properties: {Type: MANAGED, State: DISABLED, ComputeResources: {Subnets: [subnet-1]}}}\n"
    assert bench(GOOD + other, *PARTS, READ).missing() == []


def test_a_record_may_name_its_zone():
    named = bench(GOOD, *PARTS, LEAD).remove(*RECORD, "HostedZoneId").put(*RECORD, "HostedZoneName", value="exemplo.org.")
    assert named.missing() == []
    assert named.survivors("zona--alb") == []
    twin = "Gemea: {Type: AWS::Route53::HostedZone, Properties: {Name: exemplo.org}}\n"
    both = bench(GOOD + twin, *PARTS, LEAD).remove(*RECORD, "HostedZoneId").put(*RECORD, "HostedZoneName", value="exemplo.org.")
    assert any("nenhum registro leva" in text for text in both.missing())


SITE = """
Loja:
  Type: AWS::CloudFront::Distribution
  Properties:
    DistributionConfig:
      Enabled: true
      Aliases:
        - www.exemplo.org
NomeLoja:
  Type: AWS::Route53::RecordSet
  Properties:
    HostedZoneId: !Ref Zona
    Name: www.exemplo.org.
    Type: A
    AliasTarget:
      DNSName: !GetAtt Loja.DomainName
      HostedZoneId: Z2FDTNDATAQYW2
"""
CONFIG = ("Resources", "Loja", "Properties", "DistributionConfig")


def test_a_distribution_attends_only_by_its_aliases():
    site = bench(GOOD + SITE, *PARTS, "loja = Loja", "zona >> loja")
    assert site.missing() == []
    assert site.survivors("zona--loja") == []
    assert site.put(*CONFIG, "Aliases", 0, value="*.exemplo.org").missing() == []
    for path, value in ((("Aliases",), []), (("Aliases", 0), "exemplo.org"), (("Aliases", 0), {"Fn::ImportValue": "x"})):
        assert any("não atende pelo nome de `NomeLoja`" in text for text in site.put(*CONFIG, *path, value=value).missing())
    assert any("`Loja` não está ligada" in text for text in site.put(*CONFIG, "Enabled", value=False).missing())
