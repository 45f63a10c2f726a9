"""CloudFront: a distribuição ligada, o bucket que só ela lê e o balanceador interno por trás dela."""

import dataclasses

import pytest
from tests.proofs.bench import bench

GOOD = """\
Parameters:
  ListaCloudFront: {Type: String}
Resources:
  Rede: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Portao: {Type: "AWS::EC2::InternetGateway"}
  Ligacao: {Type: "AWS::EC2::VPCGatewayAttachment", Properties: {VpcId: !Ref Rede, InternetGatewayId: !Ref Portao}}
  Sub:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Rede, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
  SubB:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Rede, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}
  Grupo:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Rede
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 80
          ToPort: 80
          SourcePrefixListId: !Ref ListaCloudFront
  Alb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Scheme: internal
      Subnets:
        - !Ref Sub
        - !Ref SubB
      SecurityGroups: [!Ref Grupo]
  Alvos: {Type: "AWS::ElasticLoadBalancingV2::TargetGroup"}
  Ouvinte:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Alb
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Alvos}]
  Balde: {Type: "AWS::S3::Bucket"}
  Politica:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Balde
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:GetObject
            Resource: !Sub ${Balde.Arn}/*
            Condition:
              StringEquals: {AWS:SourceArn: !Sub "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}"}
  Controle:
    Type: AWS::CloudFront::OriginAccessControl
    Properties:
      OriginAccessControlConfig:
        Name: controle
        OriginAccessControlOriginType: s3
        SigningBehavior: always
        SigningProtocol: sigv4
  Origem:
    Type: AWS::CloudFront::VpcOrigin
    Properties:
      VpcOriginEndpointConfig:
        Name: origem
        Arn: !Ref Alb
        HTTPPort: 80
        OriginProtocolPolicy: http-only
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: arquivos
            DomainName: !GetAtt Balde.RegionalDomainName
            OriginAccessControlId: !Ref Controle
            S3OriginConfig: {OriginAccessIdentity: ""}
          - Id: aplicacao
            DomainName: !GetAtt Alb.DNSName
            VpcOriginConfig:
              VpcOriginId: !Ref Origem
        DefaultCacheBehavior:
          TargetOriginId: aplicacao
          ViewerProtocolPolicy: redirect-to-https
        CacheBehaviors:
          - PathPattern: /img/*
            TargetOriginId: arquivos
            ViewerProtocolPolicy: redirect-to-https
"""
PARTS = ("pessoa =", "site = Site", "balde = Balde", "alb = Alb")
TO_SITE, TO_BUCKET, TO_BALANCER = "pessoa >> site", "site >> balde", "site >> alb"
CONFIG = ("Resources", "Site", "Properties", "DistributionConfig")
STATEMENT = ("Resources", "Politica", "Properties", "PolicyDocument", "Statement", 0)
ENDPOINT = ("Resources", "Origem", "Properties", "VpcOriginEndpointConfig")
ENTRY = ("Resources", "Grupo", "Properties", "SecurityGroupIngress", 0)


@pytest.mark.parametrize("arrow", [TO_SITE, TO_BUCKET, TO_BALANCER])
def test_each_arrow_is_proven_and_every_line_counts(arrow):
    architecture = bench(GOOD, *PARTS, arrow)
    assert architecture.missing() == []
    assert architecture.proof().found
    assert architecture.survivors(architecture.proof().edge.id) == []


@pytest.mark.parametrize("arrow, path, value, missing", [
    (TO_SITE, (*CONFIG, "Enabled"), False, "`Site` não está ligada"),
    (TO_SITE, (*CONFIG, "DefaultCacheBehavior", "TargetOriginId"), "outra", "o comportamento padrão de `Site` não leva a uma origem"),
    (TO_SITE, (*CONFIG, "Staging"), True, "`Site` é uma distribuição de ensaio"),
    (TO_BUCKET, (*CONFIG, "Origins", 0, "OriginAccessControlId"), {"Fn::GetAtt": ["Controle", "Outro"]}, "não usa um controle de acesso"),
    (TO_BUCKET, (*STATEMENT, "Condition"), {"StringEquals": {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}},
     "qualquer distribuição, desta conta, leria `Balde`"),
    (TO_BUCKET, (*STATEMENT, "Condition"), {"StringLike": {"AWS:SourceArn": {
        "Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"}}}, "qualquer distribuição, desta conta, leria `Balde`"),
    (TO_BUCKET, ("Resources", "Balde", "Properties"), {"BucketEncryption": {"ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}}, "a chave que cifra `Balde` não deixa o CloudFront ler"),
    (TO_BALANCER, (*ENDPOINT, "OriginProtocolPolicy"), ["http-only"], "não se sabe em que porta `Origem` fala"),
    (TO_BALANCER, (*ENDPOINT, "HTTPPort"), "9" * 5000, "não ouve HTTP na porta"),
    (TO_BALANCER, (*CONFIG, "Origins", 1, "VpcOriginConfig", "VpcOriginId"), {"Fn::GetAtt": ["Origem", "Arn"]}, "não é uma origem de VPC"),
    (TO_BALANCER, ("Resources", "Ouvinte", "Properties", "DefaultActions", 0), {"Type": "redirect", "RedirectConfig": {"Port": "443"}},
     "`Ouvinte` só redireciona"),
    (TO_BUCKET, (*CONFIG, "Enabled"), {"Fn::ImportValue": "x"}, "`Site` não está ligada"),
    (TO_BUCKET, (*CONFIG, "Origins", 0, "DomainName"), "outro.s3.amazonaws.com", "nenhum comportamento de `Site` leva a `Balde`"),
    (TO_BUCKET, (*CONFIG, "CacheBehaviors", 0, "TargetOriginId"), "aplicacao", "nenhum comportamento de `Site` leva a `Balde`"),
    (TO_BUCKET, (*CONFIG, "Origins", 0, "OriginAccessControlId"), "E123", "não usa um controle de acesso de origem"),
    (TO_BUCKET, ("Resources", "Controle", "Properties", "OriginAccessControlConfig", "SigningBehavior"), "never",
     "`SigningBehavior` de `Controle` não é `always`"),
    (TO_BUCKET, (*STATEMENT, "Action"), "s3:PutObject", "nada deixa o CloudFront fazer `s3:GetObject`"),
    (TO_BUCKET, (*STATEMENT, "Effect"), "Deny", "nega `s3:GetObject`"),
    (TO_BUCKET, (*STATEMENT, "Condition"), {}, "qualquer distribuição, de qualquer conta, leria `Balde`"),
    (TO_BUCKET, (*STATEMENT, "Condition", "StringEquals", "AWS:SourceArn"), "arn:aws:cloudfront::1:distribution/X",
     "só deixa o CloudFront fazer `s3:GetObject`"),
    (TO_BALANCER, ("Resources", "Alb", "Properties", "Scheme"), "internet-facing", "`Alb` não é interno"),
    (TO_BALANCER, (*CONFIG, "Origins", 1, "VpcOriginConfig"), {}, "não é uma origem de VPC deste template"),
    (TO_BALANCER, (*ENDPOINT, "Arn"), "arn:aws:x", "`Origem` não é de `Alb`"),
    (TO_BALANCER, (*ENDPOINT, "OriginProtocolPolicy"), "match-viewer", "fala com `Alb` como o visitante fala com o CloudFront"),
    (TO_BALANCER, (*ENDPOINT, "HTTPPort"), 8080, "não ouve HTTP na porta"),
    (TO_BALANCER, (*ENTRY, "ToPort"), 90, "abre mais que tcp 80 para o CloudFront"),
    (TO_BALANCER, ("Resources", "Ouvinte", "Properties", "Protocol"), "HTTPS", "não ouve HTTP na porta"),
    (TO_BALANCER, ("Resources", "Ligacao", "Properties", "VpcId"), "vpc-1", "nenhum gateway de internet está ligado"),
])
def test_what_is_missing(arrow, path, value, missing):
    assert any(missing in text for text in bench(GOOD, *PARTS, arrow).put(*path, value=value).missing())


def test_the_world_is_not_the_prefix_list():
    opened = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}
    assert any("deixa o CloudFront entrar" in text for text in bench(GOOD, *PARTS, TO_BALANCER).put(*ENTRY, value=opened).missing())


def test_who_visits_is_outside():
    inside = bench(GOOD, *PARTS, "[vpc] = Rede: pessoa", TO_SITE)
    drawn = dataclasses.replace(inside.diagram, groups=tuple(dataclasses.replace(group, kind="vpc") for group in inside.diagram.groups))
    found = dataclasses.replace(inside, diagram=drawn).missing()
    assert found == ["`pessoa` vem da internet, mas está desenhado em `vpc`; desenhe-o fora dos grupos da AWS"]


CLOSED = """
  Lista: {Type: "AWS::EC2::NetworkAcl", Properties: {VpcId: !Ref Rede}}
  ListaB: {Type: "AWS::EC2::SubnetNetworkAclAssociation", Properties: {SubnetId: !Ref SubB, NetworkAclId: !Ref Lista}}
"""
KEY = """
  Chave:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: kms:Decrypt
            Resource: "*"
            Condition:
              StringEquals: {AWS:SourceArn: !Sub "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}"}
"""
CIPHERED = {"BucketEncryption": {"ServerSideEncryptionConfiguration": [
    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Chave", "Arn"]}}}]}}


def test_an_acl_may_close_the_way_to_the_balancer():
    assert any("a ACL de rede de `SubB` não deixa entrar tcp 80" in text for text in bench(GOOD + CLOSED, *PARTS, TO_BALANCER).missing())


def test_the_key_of_the_bucket_counts():
    closed = bench(GOOD + KEY, *PARTS, TO_BUCKET).put("Resources", "Balde", "Properties", value=CIPHERED)
    assert closed.missing() == []
    without = closed.remove("Resources", "Chave", "Properties", "KeyPolicy", "Statement", 1)
    assert any("nada deixa o CloudFront fazer `kms:Decrypt`" in text for text in without.missing())


@pytest.mark.parametrize("extra, missing", [
    ({"Principal": "*"}, "qualquer um leria `Balde`"), ({"Principal": {"AWS": ["*"]}}, "qualquer um leria `Balde`"),
    ({"Principal": {"Service": "cloudfront.amazonaws.com"}, "Condition": {"StringLike": {"AWS:Referer": "*"}}}, "qualquer distribuição"),
])
def test_no_other_permission_opens_the_bucket(extra, missing):
    architecture = bench(GOOD, *PARTS, TO_BUCKET)
    own = architecture.template.data["Resources"]["Politica"]["Properties"]["PolicyDocument"]["Statement"]
    more = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Balde.Arn}/*"}, **extra}
    assert any(missing in text for text in architecture.put(*STATEMENT[:-1], value=[*own, more]).missing())


IMAGES = {"PathPattern": "/img/*", "TargetOriginId": "arquivos", "ViewerProtocolPolicy": "redirect-to-https"}


@pytest.mark.parametrize("before, missing", [
    ({"PathPattern": "*"}, "nenhum comportamento"), ({"PathPattern": "img/*"}, "nenhum comportamento"),
    ({"PathPattern": {"Fn::ImportValue": "x"}}, "nenhum comportamento"), ({"PathPattern": "*.jpg"}, ""),
    ({"PathPattern": "/x/*", "TargetOriginId": "arquivos", "ViewerProtocolPolicy": "allow-all"}, "aceita HTTP sem TLS"),
])
def test_an_earlier_behaviour_may_take_it_all(before, missing):
    first = {"TargetOriginId": "aplicacao", "ViewerProtocolPolicy": "redirect-to-https", **before}
    found = bench(GOOD, *PARTS, TO_BUCKET).put(*CONFIG, "CacheBehaviors", value=[first, IMAGES]).missing()
    assert any(missing in text for text in found) if missing else found == []


@pytest.mark.parametrize("path, value", [
    ((*CONFIG, "Origins", 0, "DomainName"), {"Fn::Sub": "${Balde}.s3.${AWS::Region}.amazonaws.com"}),
    ((*STATEMENT, "Condition", "StringEquals", "AWS:SourceArn"), {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Site.Id}"}),
    ((*CONFIG, "Staging"), False),
])
def test_other_ways_to_write_the_same(path, value):
    assert bench(GOOD, *PARTS, TO_BUCKET).put(*path, value=value).missing() == []
