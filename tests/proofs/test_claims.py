"""As afirmações: cada uma se prova num template bom, e cada estrago a desmente com a própria mensagem."""

import textwrap

import pytest
from tests.proofs import test_backups as backups
from tests.proofs import test_distribution as distribution
from tests.proofs import test_queues as queues

from scripts.proofs.claims.evaluate import CLAIMS
from scripts.proofs.claims.registry import claim
from tests.proofs.bench import bench, real

NETWORK = """
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  RedeA: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}}
  RedeB: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}}
  TabelaA: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  LigaA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref RedeA, RouteTableId: !Ref TabelaA}}
  GrupoApp: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: app}}
  GrupoBanco: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: banco}}
  Entrada:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref GrupoBanco, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref GrupoApp}
"""
FLEET = """
  Endereco: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref RedeA, AllocationId: !GetAtt Endereco.AllocationId}}
  Saida: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref TabelaA, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  Alvo: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
  Balanceador: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref RedeA, !Ref RedeB]}}
  Papel:
    Type: AWS::IAM::Role
    Metadata: {Excecoes: {permissao-ampla: os canais ssmmessages não têm recurso}}
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: ["ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
                         "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
                Resource: "*"
  Perfil: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Papel]}}
  Modelo:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        SecurityGroupIds: [!Ref GrupoApp]
        IamInstanceProfile: {Arn: !GetAtt Perfil.Arn}
        BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {Encrypted: true}}]
  Frota:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      VPCZoneIdentifier: [!Ref RedeA, !Ref RedeB]
      MinSize: !Ref Minimo
      MaxSize: 6
      HealthCheckType: ELB
      TargetGroupARNs: [!Ref Alvo]
      LaunchTemplate: {LaunchTemplateId: !Ref Modelo, Version: !GetAtt Modelo.LatestVersionNumber}
  Politica:
    Type: AWS::AutoScaling::ScalingPolicy
    Properties:
      AutoScalingGroupName: !Ref Frota
      PolicyType: TargetTrackingScaling
      TargetTrackingConfiguration:
        PredefinedMetricSpecification: {PredefinedMetricType: ASGAverageCPUUtilization}
        TargetValue: 50
"""
DATABASE = """
  Redes: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref RedeA, !Ref RedeB]}}
  Banco:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      MultiAZ: true
      StorageEncrypted: true
      PubliclyAccessible: false
      BackupRetentionPeriod: 7
      AutoMinorVersionUpgrade: true
      ManageMasterUserPassword: true
      DBSubnetGroupName: !Ref Redes
      VPCSecurityGroups: [!Ref GrupoBanco]
"""
SERVERS = f"Parameters: {{Minimo: {{Type: Number, Default: 2, MinValue: 2, MaxValue: 4}}}}\nResources:{NETWORK}{FLEET}{DATABASE}"

EVENTS = """
Parameters: {Dias: {Type: Number, Default: 30}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}
      LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: !Ref Dias}]}
  Tabela:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      SSESpecification: {SSEEnabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: p
          PolicyDocument: {Statement: [{Effect: Allow, Action: "dynamodb:PutItem", Resource: !GetAtt Tabela.Arn}]}
  Funcao: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Papel.Arn}}
  Permissao:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Funcao, Principal: s3.amazonaws.com, Action: lambda:InvokeFunction}
  Fila: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: true}}
  Destino:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Funcao, DestinationConfig: {OnFailure: {Destination: !GetAtt Fila.Arn}}}
  Alarme:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !GetAtt Fila.QueueName}]
      ComparisonOperator: GreaterThanOrEqualToThreshold
      Threshold: 1
"""

VOLUME = f"""
Resources:{NETWORK}
  Maquina: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref RedeA}}}}
  Disco: {{Type: AWS::EC2::Volume, DeletionPolicy: Snapshot, UpdateReplacePolicy: Retain, Properties: {{Encrypted: true}}}}
  Ligacao: {{Type: AWS::EC2::VolumeAttachment, Properties: {{InstanceId: !Ref Maquina, VolumeId: !Ref Disco}}}}
"""

ENDPOINTS = """
  GrupoPonto: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: ponto}}
  EntradaPonto:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref GrupoPonto, IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref GrupoApp}
  PontoComandos:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: !Sub com.amazonaws.${AWS::Region}.ssm
      VpcId: !Ref Vpc
      VpcEndpointType: Interface
      PrivateDnsEnabled: true
      SubnetIds: [!Ref RedeA, !Ref RedeB]
      SecurityGroupIds: [!Ref GrupoPonto]
  PontoCanais:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: !Sub com.amazonaws.${AWS::Region}.ssmmessages
      VpcId: !Ref Vpc
      VpcEndpointType: Interface
      PrivateDnsEnabled: true
      SubnetIds: [!Ref RedeA, !Ref RedeB]
      SecurityGroupIds: [!Ref GrupoPonto]
"""
"""O caminho do agente do Systems Manager, numa rede que não chega à internet."""

ENTRY = r"""
Parameters: {Faixa: {Type: String, AllowedPattern: '[0-9.]+/(8|16|24|32)'}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Grupo:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      GroupDescription: site
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: !Ref Faixa}
        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !Ref Vizinho}
  Vizinho: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: vizinho}}
"""

RECORDS = """
Parameters: {Dias: {Type: Number, Default: 30, MinValue: 1}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Regra:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: [!GetAtt Bucket.Arn, !Sub "${Bucket.Arn}/*"]
            Condition: {Bool: {"aws:SecureTransport": "false"}}
  Registros: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Dias}}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: [{Effect: Allow, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: !GetAtt Registros.Arn}]
  Funcao: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Papel.Arn, LoggingConfig: {LogGroup: !Ref Registros}}}
"""

PUBLISHED = distribution.GOOD
COPIED = "Resources:\n" + textwrap.indent(backups.GOOD, "  ")
LOOP = """
Resources:
  Entrada:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: entrada
      NotificationConfiguration:
        LambdaConfigurations:
          - {Event: "s3:ObjectCreated:*", Function: !GetAtt Funcao.Arn, Filter: {S3Key: {Rules: [{Name: prefix, Value: novas/}]}}}
  Papel:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "s3:PutObject", Resource: !Sub "${Entrada.Arn}/prontas/*"}]
  Funcao: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Papel.Arn}}
"""
FILES = """
Resources:
  Maquina: {Type: AWS::EC2::Instance}
  Disco: {Type: AWS::EC2::Volume, DeletionPolicy: Delete, UpdateReplacePolicy: Delete}
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties:
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration:
        Rules: [{Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]
"""
MAILBOX = "Resources:\n" + textwrap.indent(queues.GOOD, "  ") + """
  Alarme:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !GetAtt Mortas.QueueName}]
      ComparisonOperator: GreaterThanOrEqualToThreshold
      Threshold: 1
"""
MAILBOX = MAILBOX.replace("FunctionName: !Ref Funcao", "FunctionName: !Ref Funcao\n      FunctionResponseTypes: [ReportBatchItemFailures]")
MAILBOX = MAILBOX.replace("Mortas:\n    Type: AWS::SQS::Queue\n    Properties:\n", "Mortas:\n    Type: AWS::SQS::Queue\n    Properties:\n      MessageRetentionPeriod: 1209600\n")
SECURE = """
Resources:
  Alb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internet-facing}}
  Seguro:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Alb, Port: 443, Protocol: HTTPS, Certificates: [{CertificateArn: "arn:x"}],
                 DefaultActions: [{Type: fixed-response}]}
  Aberto:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Alb
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: redirect, RedirectConfig: {Protocol: HTTPS, Port: "443"}}]
"""
ELASTIC = """
Resources:
""" + NETWORK + """
  Agrupamento:
    Type: AWS::EKS::Cluster
    Properties: {ComputeConfig: {Enabled: true}, ResourcesVpcConfig: {SubnetIds: [!Ref RedeA, !Ref RedeB]}}
  Ambiente:
    Type: AWS::Batch::ComputeEnvironment
    Properties: {ComputeResources: {Type: FARGATE, MaxvCpus: 8, Subnets: [!Ref RedeA, !Ref RedeB]}}
"""

TEMPLATES = {"servidores": SERVERS, "eventos": EVENTS, "volume": VOLUME, "fechada": SERVERS + ENDPOINTS, "entrada": ENTRY,
             "registros": RECORDS, "publicada": PUBLISHED, "copiada": COPIED, "laco": LOOP, "arquivos": FILES, "caixa": MAILBOX,
             "elastica": ELASTIC, "segura": SECURE}
DRAWN = {
    "servidores": ("Balanceador", "Frota", "Banco", "Nat", "Frota >> Banco"), "eventos": ("Bucket", "Funcao", "Tabela", "Fila"),
    "volume": ("Maquina", "Disco"), "fechada": ("Balanceador", "Frota", "Banco", "Nat", "Frota >> Banco"), "entrada": (),
    "registros": ("Bucket", "Funcao"), "publicada": ("Site", "Alb", "Balde"), "copiada": ("Disco",),
    "laco": ("Entrada", "Funcao"), "arquivos": ("Maquina", "Disco", "Bucket"), "caixa": ("Funcao", "Fila", "Mortas"),
    "elastica": ("Agrupamento", "Ambiente"), "segura": ("Alb",),
}
GOOD = [
    ("alta-disponibilidade", "servidores"), ("escalabilidade", "servidores"), ("escalabilidade", "eventos"),
    ("resiliencia", "servidores"), ("resiliencia", "eventos"), ("sem-caminho-da-internet-ao-banco", "servidores"),
    ("so-a-aplicacao-chega-ao-banco", "servidores"), ("criptografado-em-repouso", "servidores"),
    ("criptografado-em-repouso", "eventos"), ("menor-privilegio", "servidores"), ("menor-privilegio", "eventos"),
    ("expira-em", "eventos"), ("sem-servidor", "eventos"), ("paga-pelo-uso", "eventos"),
    ("senha-fora-do-template", "servidores"), ("acesso-sem-ssh", "fechada"), ("sobrevive-a-instancia", "volume"),
    ("falhas-guardadas", "eventos"), ("banco-gerenciado", "servidores"),
    ("entrada-limitada", "entrada"), ("so-por-tls", "registros"), ("logs-com-prazo", "registros"),
    ("https-para-quem-visita", "publicada"), ("so-o-cloudfront-chega-ao-balanceador", "publicada"),
    ("copias-automaticas", "copiada"), ("sem-laco", "laco"), ("disco-descartavel", "arquivos"),
    ("arquivos-recuperaveis", "arquivos"), ("falhas-guardadas", "caixa"), ("alta-disponibilidade", "elastica"),
    ("escalabilidade", "elastica"), ("https-para-quem-visita", "segura"),
]


def drawn(kind, *edits):
    """Uma das arquiteturas daqui, com essas trocas no texto do template."""
    text = "\n" + TEMPLATES[kind].lstrip("\n")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return bench(text, *DRAWN[kind])


def judge(claim_id, kind, *edits, said=""):
    return drawn(kind, *edits).claim(claim_id, said)


@pytest.mark.parametrize("claim_id, kind", GOOD)
def test_a_good_template_proves_it(claim_id, kind):
    result = judge(claim_id, kind)
    assert result.missing == ()
    assert result.proven


def test_every_claim_has_a_good_template():
    assert {claim_id for claim_id, _ in GOOD} == set(CLAIMS)


@pytest.mark.parametrize("claim_id, kind", GOOD)
def test_each_line_of_evidence_is_needed(claim_id, kind):
    assert drawn(kind).claim_survivors(claim_id) == []


UNHEARD = ("não chega a `{0}` pela rede (NO_ROUTE_TO_DESTINATION); crie um endpoint de VPC de `{0}`, ou uma rota 0.0.0.0/0 e a saída "
           "de tcp 443")
WORLDWIDE = "pode ser da internet inteira; use um parâmetro sem padrão, com `AllowedPattern` que recuse `0.0.0.0/0`"
IN_CLEAR = "negue `s3:*` a todos quando `aws:SecureTransport` é `false`, no bucket e nos objetos"

BAD = [
    # alta disponibilidade
    ("alta-disponibilidade", "servidores", ("MinValue: 2", "MinValue: 1"), "`Frota` pode ficar com uma instância só; "
     "limite `Minimo` aos valores que servem, com `AllowedValues` ou `MinValue`"),
    ("alta-disponibilidade", "servidores", ("MinSize: !Ref Minimo", "MinSize: 1"),
     "`Frota` pode ficar com uma instância só; use `MinSize: 2` ou mais"),
    ("alta-disponibilidade", "servidores", ("VPCZoneIdentifier: [!Ref RedeA, !Ref RedeB]", "VPCZoneIdentifier: [!Ref RedeA]"),
     "não se prova que `Frota` esteja em duas zonas; dê-lhe sub-redes com `AvailabilityZone: !Select [0, !GetAZs \"\"]` e "
     "`!Select [1, !GetAZs \"\"]`"),
    ("alta-disponibilidade", "servidores", ("Subnets: [!Ref RedeA, !Ref RedeB]", "Subnets: [!Ref RedeA]"),
     "não se prova que `Balanceador` esteja em duas zonas"),
    ("alta-disponibilidade", "servidores", ("!Select [1, !GetAZs", "!Select [0, !GetAZs"), "não se prova que `Banco` esteja em duas zonas"),
    ("alta-disponibilidade", "servidores", ("AvailabilityZone: !Select [1, !GetAZs \"\"]", "Tags: []"),
     "não se prova que `Frota` esteja em duas zonas"),
    ("alta-disponibilidade", "servidores", ("{SubnetId: !Ref RedeA, Alloc", "{SubnetId: !Ref RedeB, Alloc"),
     "`RedeA` sai por um NAT que não é da zona dela; crie um NAT em cada zona, e uma tabela de rotas por zona"),
    ("alta-disponibilidade", "servidores", ("NatGatewayId: !Ref Nat", "Description: nada"),
     "não se sabe por onde sai `RedeA`; escreva um alvo só na rota"),
    ("alta-disponibilidade", "servidores", ("MultiAZ: true", "MultiAZ: false"), "`Banco` não é Multi-AZ; use `MultiAZ: true`"),
    ("alta-disponibilidade", "volume", ("", ""), "`Maquina` é uma instância só, numa zona só; ponha-a num grupo do Auto Scaling em duas zonas"),
    ("alta-disponibilidade", "servidores", ("  Alvo: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}",
                                            "  Alvo: {Type: AWS::ElastiCache::ReplicationGroup}"),
     "`Alvo` não troca de zona sozinho; use `MultiAZEnabled: true`"),
    ("alta-disponibilidade", "servidores", ("  Alvo: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}",
                                            "  Alvo: {Type: AWS::EFS::FileSystem, Properties: {AvailabilityZoneName: a}}"),
     "`Alvo` guarda tudo numa zona só; tire `AvailabilityZoneName`"),
    ("alta-disponibilidade", "servidores", ("  Alvo: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}", "  Alvo: {Type: AWS::RDS::DBCluster}"),
     "`Alvo` tem menos de duas instâncias; acrescente uma réplica com o mesmo `DBClusterIdentifier`"),
    ("alta-disponibilidade", "servidores", ("{Type: AWS::EC2::NatGateway,", "{Type: AWS::EMR::Cluster,"),
     "não há como julgar se `Nat` (`AWS::EMR::Cluster`) sobrevive à perda de uma zona; acrescente uma parte com `@part` a "
     "`scripts/proofs/claims/availability.py`"),
    ("alta-disponibilidade", "servidores", ("{Type: AWS::EC2::NatGateway,", "{Type: Outro::Tipo,"),
     "as afirmações não conhecem o tipo `Outro::Tipo`; acrescente-o ao catálogo em `regras/`, com `add`"),
    ("alta-disponibilidade", "eventos", ("", ""), "nada no template diz respeito a “alta disponibilidade”; retire o benefício"),
    # escalabilidade
    ("escalabilidade", "servidores", ("MaxSize: 6", "MaxSize: 4"), "não se prova que o máximo de `Frota` seja maior que o mínimo; "
     "aumente `MaxSize`, ou limite os parâmetros com `MinValue` e `MaxValue`"),
    ("escalabilidade", "servidores", (", MaxValue: 4", ""), "não se prova que o máximo de `Frota` seja maior que o mínimo"),
    ("escalabilidade", "servidores", ("AutoScalingGroupName: !Ref Frota", "AutoScalingGroupName: outra"),
     "nenhuma política ajusta sozinha o tamanho de `Frota`; acrescente um `AWS::AutoScaling::ScalingPolicy` com `TargetTrackingConfiguration`"),
    ("escalabilidade", "servidores", ("PolicyType: TargetTrackingScaling", "PolicyType: StepScaling"),
     "nenhuma política ajusta sozinha o tamanho de `Frota`: nenhum alarme aciona `Politica`"),
    *(("escalabilidade", "servidores", ("TargetTrackingConfiguration:", "TargetTrackingConfiguration:\n        DisableScaleIn: " + value),
       "nenhuma política ajusta sozinha o tamanho de `Frota`: `Politica` acrescenta instâncias e não as retira, com `DisableScaleIn`; tire "
       "`DisableScaleIn`") for value in ("true", "'true'", "!ImportValue x")),
    ("escalabilidade", "volume", ("", ""), "`Maquina` é uma instância só, de tamanho fixo; ponha-a num grupo do Auto Scaling com uma política"),
    ("escalabilidade", "eventos", ("PAY_PER_REQUEST", "PROVISIONED"), "`Tabela` tem capacidade fixa; use `BillingMode: PAY_PER_REQUEST`"),
    ("escalabilidade", "eventos", ("{Role: !GetAtt Papel.Arn}", "{ReservedConcurrentExecutions: 0}"),
     "`Funcao` não executa em paralelo; tire `ReservedConcurrentExecutions`"),
    # resiliência e falhas
    ("resiliencia", "servidores", ("HealthCheckType: ELB", "HealthCheckType: EC2"),
     "`Frota` só troca a instância que para, não a que deixa de atender; use `HealthCheckType: ELB`"),
    ("resiliencia", "servidores", ("TargetGroupARNs: [!Ref Alvo]", "Cooldown: 1"), "`Frota` não está em nenhum balanceador do template; dê-lhe "
     "`TargetGroupARNs`"),
    ("resiliencia", "servidores", ("MultiAZ: true", "MultiAZ: false"), "`Banco` não tem reserva; use `MultiAZ: true`"),
    ("resiliencia", "servidores", ("BackupRetentionPeriod: 7", "BackupRetentionPeriod: 0"),
     "`Banco` não tem backup automático; use `BackupRetentionPeriod: 7`"),
    ("resiliencia", "eventos", ("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false"),
     "`Tabela` não tem recuperação a um ponto no tempo; use `PointInTimeRecoveryEnabled: true`"),
    ("resiliencia", "eventos", ("OnFailure", "OnSuccess"), "o evento que `Funcao` não processa se perde; acrescente um "
     "`AWS::Lambda::EventInvokeConfig` com `OnFailure`"),
    ("resiliencia", "volume", ("", ""), "ninguém substitui `Maquina` se ela falhar; ponha-a num grupo do Auto Scaling"),
    ("falhas-guardadas", "eventos", ("Type: AWS::CloudWatch::Alarm", "Type: AWS::CloudWatch::Dashboard"),
     "nenhum alarme vigia `Fila`; acrescente um `AWS::CloudWatch::Alarm` de `ApproximateNumberOfMessagesVisible`"),
    ("falhas-guardadas", "eventos", ("MetricName: Approx", "MetricName: Outra"),
     "`Alarme` não olha as mensagens à espera; use `MetricName: ApproximateNumberOfMessagesVisible`"),
    ("falhas-guardadas", "eventos", ("GreaterThanOrEqualToThreshold", "LessThanThreshold"),
     "`Alarme` não dispara quando há mensagens; use `GreaterThanOrEqualToThreshold`"),
    ("falhas-guardadas", "eventos", ("Threshold: 1", "Threshold: 9"), "`Alarme` não dispara na primeira mensagem; use `Threshold: 1`, com `GreaterThanOrEqualToThreshold`"),
    ("falhas-guardadas", "eventos", ("{Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: true}}", "{Type: AWS::SNS::Topic}"),
     "o evento que `Funcao` não processa se perde; acrescente um `AWS::Lambda::EventInvokeConfig` com `OnFailure`"),
    ("banco-gerenciado", "servidores", ("AutoMinorVersionUpgrade: true", "AutoMinorVersionUpgrade: false"),
     "`Banco` deixa isso para você: `AutoMinorVersionUpgrade`; use `AutoMinorVersionUpgrade: true`"),
    ("banco-gerenciado", "servidores", ("BackupRetentionPeriod: 7", "Port: 5432"),
     "`Banco` não tem backup automático; use `BackupRetentionPeriod: 7`"),
    # rede
    ("sem-caminho-da-internet-ao-banco", "servidores", ("PubliclyAccessible: false", "PubliclyAccessible: true"),
     "`Banco` não diz que é privado; use `PubliclyAccessible: false`"),
    ("sem-caminho-da-internet-ao-banco", "servidores", ("DBSubnetGroupName: !Ref Redes", "DBSubnetGroupName: outro"),
     "não se sabe em que sub-redes fica `Banco`; nomeie um grupo de sub-redes do template"),
    ("sem-caminho-da-internet-ao-banco", "servidores", ("VPCSecurityGroups: [!Ref GrupoBanco]", "Port: 5432"),
     "não se sabe que grupos de segurança protegem `Banco`; nomeie grupos do template"),
    ("so-a-aplicacao-chega-ao-banco", "servidores", ("SourceSecurityGroupId: !Ref GrupoApp", "CidrIp: 10.0.0.0/16"),
     "uma entrada de `GrupoBanco` não vem de um grupo de segurança do template; use `SourceSecurityGroupId: !Ref` do grupo da aplicação"),
    ("so-a-aplicacao-chega-ao-banco", "servidores", ("Entrada:\n    Type: AWS::EC2::SecurityGroupIngress",
                                                     "Entrada:\n    Type: AWS::EC2::SecurityGroupEgress"),
     "ninguém entra em `GrupoBanco`; acrescente a entrada do grupo da aplicação"),
    ("so-a-aplicacao-chega-ao-banco", "servidores", ("Properties: {Subnets: [!Ref RedeA, !Ref RedeB]}",
                                                     "Properties: {Subnets: [!Ref RedeA], SecurityGroups: [!Ref GrupoApp]}"),
     "`Balanceador` está em `GrupoApp`, chega a `Banco` e não tem seta para ele; dê-lhe outro grupo, ou desenhe a seta"),
    ("so-a-aplicacao-chega-ao-banco", "servidores", ("VPCSecurityGroups: [!Ref GrupoBanco]", "Port: 5432"),
     "não se sabe que grupos de segurança protegem `Banco`; nomeie grupos do template"),
    # criptografia
    ("criptografado-em-repouso", "servidores", ("StorageEncrypted: true", "StorageEncrypted: false"),
     "`Banco` não diz que criptografa o que guarda; ligue-a em `StorageEncrypted`"),
    ("criptografado-em-repouso", "servidores", ("Ebs: {Encrypted: true}", "Ebs: {}"),
     "um disco de `Modelo` não é criptografado; use `Encrypted: true` em `Ebs`"),
    ("criptografado-em-repouso", "volume", ("Encrypted: true", "Encrypted: false"), "`Disco` não diz que criptografa o que guarda"),
    ("criptografado-em-repouso", "volume", ("", ""), "não se sabe se o disco raiz de `Maquina` é criptografado; acrescente a "
     "`BlockDeviceMappings` o disco raiz, com `Ebs: {Encrypted: true}`"),
    ("criptografado-em-repouso", "eventos", ("SqsManagedSseEnabled: true", "SqsManagedSseEnabled: false"),
     "`Fila` não diz que criptografa o que guarda; ligue-a em `SqsManagedSseEnabled`"),
    # permissões
    ("menor-privilegio", "eventos", ("dynamodb:PutItem", "dynamodb:*"), "`Papel` permite `dynamodb:*` em `Action`; nomeie o que ela usa, "
     "ou dê em `Excecoes: {permissao-ampla: …}` um motivo que cite o `Sid` ou o serviço"),
    ("menor-privilegio", "eventos", ("Resource: !GetAtt Tabela.Arn", "Resource: \"arn:aws:dynamodb:*:*:table/*\""),
     "`Papel` permite `arn:aws:dynamodb:*:*:table/*` em `Resource`"),
    ("menor-privilegio", "servidores", ("permissao-ampla: os canais", "outra: os canais"), "`Papel` permite `*` em `Resource`"),
    ("menor-privilegio", "servidores", ("os canais ssmmessages", "os canais"), "`Papel` permite `*` em `Resource`"),
    ("menor-privilegio", "servidores", ("os canais ssmmessages", "os canais xssmmessages"), "`Papel` permite `*` em `Resource`"),
    ("menor-privilegio", "eventos", ("Action: \"dynamodb:PutItem\"", "NotAction: \"iam:*\""), "uma permissão de `Papel` não traz `Action`; "
     "escreva `Action`"),
    ("menor-privilegio", "eventos", ("dynamodb:PutItem", "gravar"), "`gravar`, em `Papel`, não é uma ação nem um recurso; "
     "escreva `serviço:Ação` e o ARN"),
    ("menor-privilegio", "eventos", ("Effect: Allow", "Effect: Talvez"), "uma política de `Papel` não se consegue ler; escreva-a por extenso, como objeto"),
    ("menor-privilegio", "eventos", ("PolicyDocument: {Statement: [{Effect: Allow, Action: \"dynamodb:PutItem\", Resource: !GetAtt Tabela.Arn}]}",
                                     "PolicyDocument: '{}'"), "uma política de `Papel` não se consegue ler; escreva-a por extenso, como objeto"),
    ("menor-privilegio", "eventos", ("      Policies:\n", "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']\n      Policies:\n"),
     "`Papel` usa uma política que não está no template; escreva as permissões, ou dê o motivo em `Excecoes: {permissao-ampla: …}`"),
    # servidores, cobrança, duração
    ("sem-servidor", "servidores", ("", ""), "`Modelo` (`AWS::EC2::LaunchTemplate`) é um servidor a manter; troque-o por um serviço sem servidor, "
     "ou retire o benefício"),
    ("paga-pelo-uso", "eventos", ("PAY_PER_REQUEST", "PROVISIONED"), "`Tabela` cobra capacidade provisionada; use `BillingMode: PAY_PER_REQUEST`"),
    ("paga-pelo-uso", "eventos", ("BillingMode: PAY_PER_REQUEST", "ProvisionedThroughput: {}"), "`Tabela` reserva capacidade; "
     "tire `ProvisionedThroughput`"),
    ("paga-pelo-uso", "servidores", ("", ""), "`Nat` (`AWS::EC2::NatGateway`) cobra mesmo parado; troque-o por um serviço sob demanda, "
     "ou retire o benefício"),
    ("expira-em", "eventos", ("Status: Enabled", "Status: Disabled"), "nada em `Bucket` expira sempre; acrescente uma regra com `Status: Enabled` e "
     "`ExpirationInDays`, sem filtro"),
    ("expira-em", "eventos", ("Rules: [{Status", "Rules: [{Prefix: a/, Status"), "nada em `Bucket` expira sempre: a regra só apaga o que `Prefix` "
     "pega; tire `Prefix` dela, ou acrescente outra, sem filtro"),
    ("expira-em", "eventos", ("      LifecycleC", "      VersioningConfiguration: {Status: Enabled}\n      LifecycleC"),
     "as versões antigas de `Bucket` não expiram; acrescente `NoncurrentVersionExpiration`"),
    ("sobrevive-a-instancia", "volume", ("DeletionPolicy: Snapshot", "DeletionPolicy: Delete"),
     "`Disco` se perde com a pilha; use `DeletionPolicy: Snapshot`"),
    ("sobrevive-a-instancia", "volume", ("VolumeId: !Ref Disco", "VolumeId: vol-1"), "`Maquina` não tem volume que viva sem ela; crie um "
     "`AWS::EC2::Volume` e ligue-o com `AWS::EC2::VolumeAttachment`"),
    # acesso
    ("senha-fora-do-template", "servidores", ("ManageMasterUserPassword: true", "MasterUserPassword: abc"),
     "alguém escolhe a senha de `Banco`; use `ManageMasterUserPassword: true`"),
    ("senha-fora-do-template", "servidores", ("ManageMasterUserPassword: true", "ManageMasterUserPassword: true\n      MasterUserPassword: abc"),
     "`Banco` recebe a senha pelo template; tire `MasterUserPassword`"),
    ("acesso-sem-ssh", "fechada", ("FromPort: 5432, ToPort: 5432", "FromPort: 20, ToPort: 30"),
     "uma entrada de `GrupoBanco` alcança a porta 22; feche-a na porta que a aplicação usa"),
    ("acesso-sem-ssh", "fechada", ("        SecurityGroupIds", "        KeyName: chave\n        SecurityGroupIds"),
     "`Modelo` aceita uma chave de SSH; tire `KeyName`"),
    ("acesso-sem-ssh", "fechada", ("IamInstanceProfile: {Arn: !GetAtt Perfil.Arn}", "EbsOptimized: true"),
     "`Modelo` não usa um perfil de instância deste template; crie um `AWS::IAM::InstanceProfile` e cite-o"),
    ("acesso-sem-ssh", "fechada", ("            Statement:\n              - Effect: Allow", "            Statement:\n"
     "              - {Effect: Deny, Action: 'ssm:*', Resource: '*'}\n              - Effect: Allow"),
     "`Papel` nega `ssm:UpdateInstanceInformation` em qualquer recurso; tire a negação"),
    ("acesso-sem-ssh", "fechada", ("\"ssmmessages:OpenDataChannel\"", "\"s3:GetObject\""),
     "nada deixa `Papel` fazer `ssmmessages:OpenDataChannel` em qualquer recurso; acrescente a ação, que o agente usa"),
    ("acesso-sem-ssh", "servidores", ("", ""), f"`Frota`, em `RedeB`, {UNHEARD.format('ssm')}"),
    ("acesso-sem-ssh", "servidores", ("", ""),
     "`Frota`, em `RedeA`, não chega a `ssm` pela rede: nenhum gateway de internet está ligado à VPC `Vpc` (UNASSOCIATED_COMPONENT)"),
    ("acesso-sem-ssh", "fechada", ("AWS::Region}.ssmmessages", "AWS::Region}.sqs"), f"`Frota`, em `RedeB`, {UNHEARD.format('ssmmessages')}"),
    ("acesso-sem-ssh", "fechada", ("PrivateDnsEnabled: true", "PrivateDnsEnabled: false"),
     "`Frota`, em `RedeA`, não chega a `ssm` pela rede: `PontoComandos` não atende pelo nome do serviço; ligue `PrivateDnsEnabled`"),
    ("acesso-sem-ssh", "fechada", ("FromPort: 443, ToPort: 443", "FromPort: 444, ToPort: 444"),
     "`Frota`, em `RedeA`, não chega a `ssm` pela rede: `GrupoPonto` não deixa entrar tcp 443 de `Frota`: só há tcp 444 em `EntradaPonto` "
     "(ENI_SG_RULES_MISMATCH); "
     "acrescente a regra de entrada com o grupo `GrupoApp`"),
    ("acesso-sem-ssh", "fechada", ("VPCZoneIdentifier: [!Ref RedeA, !Ref RedeB]", "AvailabilityZones: !GetAZs ''"),
     "`Frota` não vive em sub-redes conhecidas, ou não na do desenho (UNASSOCIATED_COMPONENT); cite por `!Ref` sub-redes deste "
     "template, e desenhe-o nelas"),
    # tráfego
    *(("entrada-limitada", "entrada", edit, f"a entrada em `Grupo` {WORLDWIDE}") for edit in (
        ("CidrIp: !Ref Faixa", "CidrIp: 0.0.0.0/0"), ("CidrIp: !Ref Faixa", "CidrIpv6: '::/0'"),
        ("CidrIp: !Ref Faixa", "CidrIp: !ImportValue x"), ("CidrIp: !Ref Faixa", "SourcePrefixListId: pl-1"),
        (", AllowedPattern: '[0-9.]+/(8|16|24|32)'", ""), ("/(8|16", "/(0|16"), ("'[0-9.]+/(8|16|24|32)'", "'['"),
        *(("'[0-9.]+/(8|16|24|32)'", f"'{slow}'") for slow in ("(((.*)*)*)*x", "(.?){60}(.?){60}x", ".*.*.*.*.*.*.*.*x", "a{99999999999}")),
        ("{Type: String,", "{Type: String, Default: 10.0.0.0/8,"),
        ("AllowedPattern: '[0-9.]+/(8|16|24|32)'", "Default: 10.0.0.0/8"),
    )),
    ("entrada-limitada", "entrada", ("  Vizinho:", "  Outra: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !ImportValue g, "
                                     "IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 0.0.0.0/0}}\n  Vizinho:"),
     f"a entrada em `um grupo` {WORLDWIDE}"),
    *(("entrada-limitada", "entrada", ("  Vizinho:", f"  Outro: {{Type: {type_}, Properties: {{{written}}}}}\n  Vizinho:"), f"{said}") for type_, written, said in (
        ("AWS::EKS::Cluster", "ResourcesVpcConfig: {PublicAccessCidrs: [0.0.0.0/0]}", f"a entrada na API de `Outro` {WORLDWIDE}"),
        ("AWS::EKS::Cluster", "ResourcesVpcConfig: {PublicAccessCidrs: [!Ref Faixa, '::/0']}", f"a entrada na API de `Outro` {WORLDWIDE}"),
        ("AWS::EKS::Cluster", "ResourcesVpcConfig: {PublicAccessCidrs: [128.0.0.0/1]}", f"a entrada na API de `Outro` {WORLDWIDE}"),
        ("AWS::EKS::Cluster", "ResourcesVpcConfig: {EndpointPrivateAccess: true}", f"a entrada na API de `Outro` {WORLDWIDE}"),
        ("AWS::Lambda::Url", "AuthType: AWS_IAM", "`Outro` dá a uma função um endereço na internet; feche-o, ou tire da página que a entrada é limitada"),
        *((type_, written, f"`Outro` atende qualquer endereço da internet{more}; feche-o, ou tire da página que a entrada é limitada") for type_, written, more in (
            ("AWS::ApiGatewayV2::Api", "Name: a", ""), ("AWS::ApiGateway::RestApi", "Name: a", ""),
            ("AWS::ApiGateway::RestApi", "EndpointConfiguration: {Types: [REGIONAL]}", ""), ("AWS::CloudFront::Distribution", "", ""),
            ("AWS::AppSync::GraphQLApi", "Visibility: GLOBAL", ""), ("AWS::OpenSearchService::Domain", "DomainName: a", ", fora de uma VPC"),
        )),
        *((type_, written, "`Outro` pode ter endereço público, sem um grupo deste template que limite quem entra; feche-o, ou tire da página que a "
           "entrada é limitada") for type_, written in (
            ("AWS::Redshift::Cluster", "PubliclyAccessible: true"), ("AWS::Redshift::Cluster", "PubliclyAccessible: true, VpcSecurityGroupIds: [sg-1]"),
            ("AWS::RedshiftServerless::Workgroup", "PubliclyAccessible: true"), ("AWS::RDS::DBInstance", "PubliclyAccessible: true"),
            ("AWS::RDS::DBInstance", "PubliclyAccessible: true, VPCSecurityGroups: [!ImportValue g]"), ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Type: network"),
            ("AWS::ElasticLoadBalancing::LoadBalancer", "SecurityGroups: [sg-1]"),
        )),
        ("AWS::S3::Bucket", "AccessControl: PublicRead", "`Outro` deixa qualquer um ler; feche-o, ou tire da página que a entrada é limitada"),
        ("AWS::S3::BucketPolicy", "Bucket: b, PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'}]}",
         "`Outro` tem uma política aberta a qualquer um; feche-o, ou tire da página que a entrada é limitada"),
        ("AWS::Lambda::Permission", "FunctionName: f, Action: 'lambda:InvokeFunction', Principal: '*'",
         "`Outro` pode ser invocada por qualquer um; feche-o, ou tire da página que a entrada é limitada"),
    )),
    *(("so-por-tls", "registros", edit, f"`Bucket` aceita sem TLS algum pedido sobre {what}; {IN_CLEAR}") for what, edit in (
        ("o bucket", ("Effect: Deny", "Effect: Allow")), ("os objetos", ("\"false\"", "\"true\"")),
        ("o bucket", ("Principal: \"*\"", "Principal: {Service: s3.amazonaws.com}")),
        ("os objetos", ("Principal: \"*\"", "Principal: {AWS: !GetAtt Papel.Arn}")),
        ("os objetos", ("Action: \"s3:*\"", "Action: [\"s3:GetObject\", \"s3:PutObject\", \"s3:ListBucket\"]")),
        ("o bucket", ("[!GetAtt Bucket.Arn, ", "[")), ("os objetos", (", !Sub \"${Bucket.Arn}/*\"]", "]")),
        ("o bucket", ("Bucket: !Ref Bucket", "Bucket: outro")),
        ("o bucket", ("{Bool: {", "{StringEquals: {\"aws:PrincipalType\": User}, Bool: {")),
    )),
    *(("so-por-tls", "registros", edit, "`Regra` nega também os pedidos com TLS; escreva `Condition: {Bool: {aws:SecureTransport: "
       "\"false\"}}`") for edit in ((" Condition: {Bool: {\"aws:SecureTransport\": \"false\"}}", " Sid: Negar"),
                                  ("\"false\"", "[\"false\", \"true\"]"))),
    # publicação
    ("https-para-quem-visita", "publicada", ("TargetOriginId: arquivos\n            ViewerProtocolPolicy: redirect-to-https",
                                             "TargetOriginId: arquivos\n            ViewerProtocolPolicy: allow-all"),
     "um comportamento de `Site` atende sem TLS; use `ViewerProtocolPolicy: redirect-to-https`"),
    ("https-para-quem-visita", "segura", ("[{Type: redirect, RedirectConfig: {Protocol: HTTPS, Port: \"443\"}}]", "[{Type: fixed-response}]"),
     "`Aberto` atende sem TLS; use `Protocol: HTTPS` com um certificado, ou só redirecione para quem o tem"),
    ("https-para-quem-visita", "segura", ("[{CertificateArn: \"arn:x\"}]", "[]"), "`Seguro` não tem certificado; escreva um em `Certificates`"),
    ("https-para-quem-visita", "segura", ("Protocol: HTTPS, Certificates", "Protocol: HTTP, Certificates"),
     "nenhum ouvinte de `Alb` é HTTPS; acrescente um, com um certificado"),
    ("so-o-cloudfront-chega-ao-balanceador", "publicada", ("Scheme: internal", "Scheme: internet-facing"),
     "`Alb` pode ter endereço público; use `Scheme: internal`"),
    ("so-o-cloudfront-chega-ao-balanceador", "publicada", ("SourcePrefixListId: !Ref ListaCloudFront", "CidrIp: 10.0.0.0/16"),
     "`Alb` aceita quem não é o CloudFront; use só `SourcePrefixListId`"),
    ("so-o-cloudfront-chega-ao-balanceador", "publicada", ("Arn: !Ref Alb", "Arn: x"), "não se sabe de que balanceador é `Origem`"),
    # cópias, laços e filas
    ("copias-automaticas", "copiada", ("State: ENABLED", "State: DISABLED"), "`Copias` não é de volumes, ou não está ligada"),
    ("copias-automaticas", "copiada", ("Disco:\n    Type: AWS::EC2::Volume", "Disco:\n    Type: AWS::EC2::Instance"),
     "não há volume para `Copias` copiar; crie um volume"),
    ("copias-automaticas", "copiada", ("  Papel:\n", "  Banco: {Type: AWS::RDS::DBInstance}\n  Papel:\n"),
     "`Banco` não tem backup automático; use `BackupRetentionPeriod: 7`"),
    *(("sem-laco", "laco", edit, "`Funcao` pode gravar em `Entrada` o que a aciona de novo; grave noutro bucket, ou noutro prefixo, "
       "e limite a isso a permissão") for edit in (("/prontas/*", "/*"), ("/prontas/*", "/novas/prontas/*"),
                                                 ("!Sub \"${Entrada.Arn}/prontas/*\"", "\"*\""))),
    ("sem-laco", "laco", ("Role: !GetAtt Papel.Arn", "Role: arn:aws:iam::1:role/x"),
     "não se sabe onde `Funcao` pode gravar, ou o que a aciona; dê-lhe um papel deste template, e escreva o filtro por extenso"),
    ("disco-descartavel", "arquivos", ("DeletionPolicy: Delete, UpdateReplacePolicy", "DeletionPolicy: Retain, UpdateReplacePolicy"),
     "`Disco` não diz que pode se perder; use `DeletionPolicy: Delete`"),
    ("disco-descartavel", "arquivos", ("DeletionPolicy: Retain", "DeletionPolicy: Delete"),
     "o que `Maquina` recebe não tem bucket que fique; guarde os arquivos num bucket com `DeletionPolicy: Retain`"),
    ("disco-descartavel", "arquivos", ("  Maquina:", "  Banco: {Type: AWS::RDS::DBInstance}\n  Maquina:"),
     "`Banco` some com a pilha; use `DeletionPolicy: Snapshot`"),
    ("arquivos-recuperaveis", "arquivos", ("VersioningConfiguration: {Status: Enabled}", "VersioningConfiguration: {Status: Suspended}"),
     "`Bucket` não guarda versões; use `VersioningConfiguration: {Status: Enabled}`"),
    ("arquivos-recuperaveis", "arquivos", ("NoncurrentVersionExpiration", "ExpirationInDays: 3, Outra"),
     "as versões antigas de `Bucket` ficam para sempre; acrescente `NoncurrentVersionExpiration` com `NoncurrentDays`"),
    ("falhas-guardadas", "caixa", ("[ReportBatchItemFailures]", "[]"), "uma mensagem que falha devolve o lote inteiro a `Fila`; use "
     "`FunctionResponseTypes: [ReportBatchItemFailures]`"),
    ("falhas-guardadas", "caixa", ("deadLetterTargetArn: !GetAtt Mortas.Arn", "deadLetterTargetArn: x"),
     "a mensagem que ninguém processa some de `Fila`; dê à fila uma `RedrivePolicy`"),
    ("falhas-guardadas", "caixa", ("Value: !GetAtt Mortas.QueueName", "Value: !GetAtt Fila.QueueName"), "nenhum alarme vigia `Mortas`"),
    ("alta-disponibilidade", "elastica", ("Type: FARGATE", "Type: EC2"), "`Ambiente` tem máquinas a repor; use `Type: FARGATE`"),
    ("alta-disponibilidade", "elastica", ("{Enabled: true}", "{Enabled: false}"), "não se sabe quem troca os nós de `Agrupamento`"),
    ("escalabilidade", "elastica", ("MaxvCpus: 8", "MaxvCpus: 1"), "`Ambiente` não cresce; escreva `MaxvCpus` com 2 ou mais"),
    ("escalabilidade", "elastica", ("{Enabled: true}", "{Enabled: false}"), "`Agrupamento` não cria nós sozinho"),
    # logs
    ("logs-com-prazo", "registros", (", LoggingConfig: {LogGroup: !Ref Registros}", ""),
     "`Funcao` não escreve num grupo de logs do template; cite um `AWS::Logs::LogGroup` em `LoggingConfig`"),
    ("logs-com-prazo", "registros", ("LogGroup: !Ref Registros", "LogGroup: !Ref Bucket"),
     "`Funcao` não escreve num grupo de logs do template; cite um `AWS::Logs::LogGroup` em `LoggingConfig`"),
    ("logs-com-prazo", "registros", (", Properties: {RetentionInDays: !Ref Dias}", ""),
     "os logs de `Registros` ficam para sempre; escreva `RetentionInDays`"),
    ("logs-com-prazo", "registros", (", MinValue: 1", ""), "os logs de `Registros` ficam para sempre; limite `Dias` aos valores que "
     "servem, com `AllowedValues` ou `MinValue`"),
    ("logs-com-prazo", "registros", ("Role: !GetAtt Papel.Arn, ", ""),
     "`Funcao` não usa um papel deste template; escreva `Role: !GetAtt Papel.Arn`"),
    ("logs-com-prazo", "registros", ("lambda.amazonaws.com", "ec2.amazonaws.com"),
     "`Papel` não confia em `lambda.amazonaws.com`; permita `sts:AssumeRole` a `Service: lambda.amazonaws.com`"),
    ("logs-com-prazo", "registros", (", \"logs:PutLogEvents\"", ""),
     "nada deixa `Funcao` fazer `logs:PutLogEvents` em `Registros`; permita a ação em `!GetAtt Registros.Arn`, que acaba em `:*`"),
    ("logs-com-prazo", "registros", ("Resource: !GetAtt Registros.Arn", "Resource: !GetAtt Bucket.Arn"),
     "nada deixa `Funcao` fazer `logs:CreateLogStream` em `Registros`; permita a ação em `!GetAtt Registros.Arn`, que acaba em `:*`"),
    ("logs-com-prazo", "registros", ("Statement: [{Effect: Allow, Action: [\"logs", "Statement: [{Effect: Deny, Action: \"logs:Put*\", "
                                     "Resource: \"*\"}, {Effect: Allow, Action: [\"logs"),
     "`Papel` nega `logs:PutLogEvents` em `Registros`; tire a negação"),
]


@pytest.mark.parametrize("claim_id, kind, edit, message", BAD)
def test_each_damage_has_its_message(claim_id, kind, edit, message):
    result = judge(claim_id, kind, *([edit] if edit[0] else []))
    assert not result.proven
    said = [str(missing) for missing in result.missing]
    assert message in said or any(text.startswith(f"{message};") for text in said), said


def test_a_path_from_the_internet_is_printed():
    opened = ("  Alvo:", """  Portao: {Type: AWS::EC2::InternetGateway}
  Portal: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Portao}}
  Alvo:""")
    result = judge("sem-caminho-da-internet-ao-banco", "servidores", opened, ("NatGatewayId: !Ref Nat", "GatewayId: !Ref Portao"),
                   ("PubliclyAccessible: false", "PubliclyAccessible: true"),
                   ("SourceSecurityGroupId: !Ref GrupoApp", "CidrIp: 0.0.0.0/0"))
    path = next(str(missing) for missing in result.missing if "há um caminho" in missing.need)
    assert path.startswith("há um caminho da internet a `Banco`: internet → `Portao` → ")
    assert "entrada em `GrupoBanco`: tcp 5432" in path


@pytest.mark.parametrize("said, missing", [
    ("Expira em 30 dias.", []), ("Expira em um mês.", []), ("", []),
    ("Expira em 1 ano.", ["`Bucket` expira em 30 dias, e o benefício diz 365; acerte o texto ou a regra"]),
    ("Expira.", ["o benefício não diz em quanto tempo; escreva `em 30 dias`"]),
])
def test_the_term_on_the_page_is_the_one_in_the_template(said, missing):
    assert [str(piece) for piece in judge("expira-em", "eventos", said=said).missing] == missing


@pytest.mark.parametrize("written", [
    "Type: AWS::EKS::Cluster, Properties: {ResourcesVpcConfig: {PublicAccessCidrs: [!Ref Faixa]}}",
    "Type: AWS::EKS::Cluster, Properties: {ResourcesVpcConfig: {PublicAccessCidrs: [198.51.100.0/24, '2001:db8::/48']}}",
    "Type: AWS::EKS::Cluster, Properties: {ResourcesVpcConfig: {EndpointPrivateAccess: true, EndpointPublicAccess: false}}",
    "Type: AWS::ApiGateway::RestApi, Properties: {EndpointConfiguration: {Types: [PRIVATE]}}",
    "Type: AWS::OpenSearchService::Domain, Properties: {VPCOptions: {SubnetIds: [a]}}",
    "Type: AWS::Redshift::Cluster, Properties: {PubliclyAccessible: false}",
    "Type: AWS::Redshift::Cluster, Properties: {PubliclyAccessible: true, VpcSecurityGroupIds: [!Ref Grupo]}",
    "Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: false}",
    "Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: true, VPCSecurityGroups: [!GetAtt Grupo.GroupId]}",
    "Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internet-facing, SecurityGroups: [!Ref Grupo]}",
    "Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internal, Type: network}",
    "Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: {Scheme: internal}",
    "Type: AWS::S3::Bucket", "Type: AWS::Lambda::Permission, Properties: {FunctionName: f, Principal: s3.amazonaws.com}",
])
def test_what_is_closed_or_limited_by_a_group_does_not_undo_it(written):
    assert judge("entrada-limitada", "entrada", ("  Vizinho:", f"  Outro: {{{written}}}\n  Vizinho:")).missing == ()


def test_a_written_range_is_limited_too():
    assert judge("entrada-limitada", "entrada", ("CidrIp: !Ref Faixa", "CidrIp: 198.51.100.0/24")).proven
    assert not judge("entrada-limitada", "entrada", ("CidrIp: !Ref Faixa", "CidrIp: 198.51.100.0/0")).proven


@pytest.mark.parametrize("reason, excused", [
    ("os canais ssmmessages", True), ("`ssm` e os canais", True), ("Canais: não têm recurso", True), ("os canais", False),
    ("canais", False), ("os assmm", False),
])
def test_a_reason_cites_the_statement_by_sid_or_by_whole_service(reason, excused):
    edits = ("os canais ssmmessages não têm recurso", f"'{reason}'"), ("              - Effect: Allow\n", "              - Sid: Canais\n"
                                                                     "                Effect: Allow\n")
    assert judge("menor-privilegio", "servidores", *edits).proven == excused


def test_a_bucket_that_keeps_forever_gives_its_reason():
    kept = ("  Tabela:", "  Site: {Type: AWS::S3::Bucket, Metadata: {Excecoes: {sem-expiracao: é o site}}}\n  Tabela:")
    assert judge("expira-em", "eventos", kept).proven
    assert not judge("expira-em", "eventos", (kept[0], kept[1].replace("é o site", "''"))).proven


def test_a_disposable_volume_gives_its_reason_and_another_stays():
    lost = VOLUME.replace("DeletionPolicy: Snapshot", "DeletionPolicy: Delete").replace(
        "AWS::EC2::Volume,", "AWS::EC2::Volume, Metadata: {Excecoes: {volume-descartavel: O que está nele se refaz}},")
    assert "volume-descartavel" in lost
    assert not bench(lost, "Maquina", "Disco").claim("sobrevive-a-instancia").proven


@pytest.mark.parametrize("said, missing", [
    ("A entrada expira em 1 ano e o resultado, em 5 anos.", []),
    ("A entrada expira em 5 anos e o resultado, em 1 ano.", ["`Entrada` expira em 365 dias, e o benefício diz 1825; acerte o texto ou a regra",
                                                          "`Saida` expira em 1825 dias, e o benefício diz 365; acerte o texto ou a regra"]),
    ("Tudo expira em 1 ano.", ["`Saida` expira em 1825 dias, e o benefício diz 365; acerte o texto ou a regra"]),
])
def test_each_bucket_has_its_own_term(said, missing):
    buckets = "".join(f"  {name}: {{Type: AWS::S3::Bucket, Properties: {{LifecycleConfiguration: {{Rules: [{{Status: Enabled, "
                      f"ExpirationInDays: {days}}}]}}}}}}\n" for name, days in (("Entrada", 365), ("Saida", 1825)))
    result = bench(f"Resources:\n{buckets}", "Entrada", "Saida").claim("expira-em", said)
    assert [str(piece) for piece in result.missing] == missing


def test_what_a_condition_turns_off_is_not_proven():
    switch = ("Resources:", "Conditions: {Producao: !Equals [!Ref Minimo, 2]}\nResources:")
    result = judge("alta-disponibilidade", "servidores", switch, ("MultiAZ: true", "MultiAZ: !If [Producao, true, false]"))
    assert [str(piece) for piece in result.missing] == ["`Banco` não é Multi-AZ; use `MultiAZ: true`"]


@pytest.mark.parametrize("edit", [
    ("Resources:", "Transform: AWS::Serverless-2016-10-31\nResources:"),
    ("Resources:", "Resources:\n  Fn::ForEach::X: [N, [a], {'B${N}': {Type: AWS::S3::Bucket}}]"),
    ("Resources:", "Resources:\n  Outra: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}"),
    ("  Fila: {", "  Fila: {Fn::Transform: {Name: m}, "),
    ("  Fila: {", "  Modulo: {Type: 'Org::Meu::X::MODULE'}\n  Fila: {"),
])
@pytest.mark.parametrize("claim_id", [claim_id for claim_id, kind in GOOD if kind == "eventos"])
def test_what_only_aws_expands_proves_nothing(claim_id, edit):
    assert not judge(claim_id, "eventos", edit).proven


@pytest.mark.parametrize("text", [
    "Resources: {A: {Type: AWS::EC2::Instance, Properties: texto}}",
    "Resources: {A: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref B, VPCSecurityGroups: !GetAtt A.X}}}",
    "Resources: {A: {Type: AWS::IAM::Role, Properties: {Policies: x, ManagedPolicyArns: {a: 1}}}}",
    "Resources: {A: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: x}}}}",
    "Resources: {A: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: {a: 1}, Resource: [[1]]}]}}}}",
    "Parameters: {A: 3}\nResources: {A: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {MinSize: !Ref A, MaxSize: [1], VPCZoneIdentifier: !Split [a, !Ref A]}}}",
    "Conditions: {C: !Condition C}\nResources: {A: {Type: AWS::RDS::DBInstance, Condition: C, Properties: {StorageEncrypted: !If [C, 1, 2]}}}",
    "Resources: {A: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {BlockDeviceMappings: [1, {Ebs: 3}]}}}}",
    "Resources: {A: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: 3}}, F: {Type: AWS::Lambda::Permission, Properties: 7}}",
    "Resources: {A: {Type: AWS::DynamoDB::Table, Properties: !Transform {Name: x}}}",
])
@pytest.mark.parametrize("claim_id", sorted(CLAIMS))
def test_hostile_templates_neither_crash_nor_prove(claim_id, text):
    assert not bench(text, "A").claim(claim_id).proven


def test_an_unknown_claim_and_a_repeated_one():
    with pytest.raises(KeyError):
        bench("Resources: {A: {Type: AWS::S3::Bucket}}", "A").claim("nao-ha")
    with pytest.raises(ValueError, match="Já há a afirmação `alta-disponibilidade`"):
        claim("alta-disponibilidade")(lambda scene: iter(()))
    with pytest.raises(ValueError, match="precisa de título, motivo, lista e `Fonte: URL`"):
        claim("outra")(test_an_unknown_claim_and_a_repeated_one)


PROVEN = {
    "cli-s3-lambda-dynamodb": {"sem-servidor", "paga-pelo-uso", "escalabilidade", "resiliencia", "falhas-guardadas",
                               "menor-privilegio", "criptografado-em-repouso", "expira-em", "so-por-tls", "logs-com-prazo", "sem-laco"},
    "pdv-alta-disponibilidade": {"alta-disponibilidade", "escalabilidade", "resiliencia", "banco-gerenciado", "menor-privilegio",
                                 "criptografado-em-repouso", "senha-fora-do-template", "acesso-sem-ssh",
                                 "sem-caminho-da-internet-ao-banco", "so-a-aplicacao-chega-ao-banco", "entrada-limitada"},
    "upload-ec2-ebs-rds": {"sobrevive-a-instancia", "banco-gerenciado", "menor-privilegio", "criptografado-em-repouso",
                           "senha-fora-do-template", "acesso-sem-ssh", "sem-caminho-da-internet-ao-banco",
                           "so-a-aplicacao-chega-ao-banco", "entrada-limitada"},
}


# São duas portas: sem a origem, uma delas não deixa ninguém entrar, e a outra segue limitada.
CLOSED_BY_THEMSELVES = {"pdv-alta-disponibilidade": [("entrada-limitada", "GrupoBalanceador", "CidrIp"), ("entrada-limitada", "EntradaHttps", "CidrIp")]}


@pytest.mark.parametrize("slug", sorted(PROVEN))
def test_what_the_real_architectures_prove(slug):
    architecture = real(slug)
    assert {claim_id for claim_id in CLAIMS if architecture.claim(claim_id).proven} == PROVEN[slug]
    left = [(claim_id, path) for claim_id in sorted(PROVEN[slug]) for path in architecture.claim_survivors(claim_id)]
    assert [(claim_id, path[1], path[-1]) for claim_id, path in left] == CLOSED_BY_THEMSELVES.get(slug, [])
