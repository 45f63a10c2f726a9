"""O que quem conhece a AWS costuma escrever num template certo não o recusa; e o que ali quebraria a seta é dito."""

from __future__ import annotations

import pytest
from tests.proofs.bench import R, Architecture, bench, holds, prop

from scripts.checks import effects
from scripts.proofs.drawn.coverage import unclaimed
from scripts.proofs.drawn.unread import unread

TRUST = "{Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}"
API = """
Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: pedidos, ProtocolType: HTTP, CorsConfiguration: {AllowOrigins: ['*']}}}
Estagio:
  Type: AWS::ApiGatewayV2::Stage
  Properties:
    ApiId: !Ref Api
    StageName: $default
    AutoDeploy: true
    DefaultRouteSettings: {ThrottlingBurstLimit: 20, ThrottlingRateLimit: 10.5, DetailedMetricsEnabled: true}
    RouteSettings: {POST /pedidos: {ThrottlingBurstLimit: 5, ThrottlingRateLimit: 2}}
Rota: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: POST /pedidos, Target: !Sub 'integrations/${Integracao}'}}
Integracao:
  Type: AWS::ApiGatewayV2::Integration
  Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Funcao.Arn, PayloadFormatVersion: '2.0'}
Permissao:
  Type: AWS::Lambda::Permission
  Properties:
    Action: lambda:InvokeFunction
    FunctionName: !Ref Funcao
    Principal: apigateway.amazonaws.com
    SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: TRUST
    Policies:
      - PolicyName: p
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: 'dynamodb:PutItem', Resource: !GetAtt Tabela.Arn}
            - {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Mortas.Arn}
            - {Effect: Allow, Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*'}
            - {Effect: Allow, Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'], Resource: '*'}
Camada: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: b, S3Key: k}}}
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Role: !GetAtt Papel.Arn
    Runtime: python3.13
    Handler: index.handler
    Code: {ZipFile: "import os\\ndef handler(e, c): return os.environ['TABELA']"}
    Environment: {Variables: {TABELA: !Ref Tabela}}
    Layers: [!Ref Camada]
    TracingConfig: {Mode: Active}
    ReservedConcurrentExecutions: 5
    DeadLetterConfig: {TargetArn: !GetAtt Mortas.Arn}
    VpcConfig: {SubnetIds: [!Ref Sub], SecurityGroupIds: [!Ref Grupo]}
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Sub: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
Tabelas: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
Associa: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Sub, RouteTableId: !Ref Tabelas}}
Porta: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.dynamodb', RouteTableIds: [!Ref Tabelas]}}
Grupo: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
Tabela:
  Type: AWS::DynamoDB::Table
  Properties:
    BillingMode: PAY_PER_REQUEST
    AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
    KeySchema: [{AttributeName: id, KeyType: HASH}]
    GlobalSecondaryIndexes: [{IndexName: ids, KeySchema: [{AttributeName: id, KeyType: HASH}], Projection: {ProjectionType: ALL}}]
    ContributorInsightsSpecification: {Enabled: true}
    OnDemandThroughput: {MaxReadRequestUnits: 10, MaxWriteRequestUnits: 10}
Mortas: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true}}
""".replace("TRUST", TRUST)
API_ARROWS = ("pessoa >> Api", "Api >> Funcao", "Funcao >> Tabela acao=dynamodb:PutItem", "Funcao >> Mortas acao=sqs:SendMessage")

SIDE = """
AssinaX:
  Type: AWS::SNS::Subscription
  Properties:
    TopicArn: !Ref Topico
    Protocol: sqs
    Endpoint: !GetAtt FilaX.Arn
    RawMessageDelivery: true
    FilterPolicyScope: MessageBody
    FilterPolicy: {detail: {object: {key: [{prefix: X}]}}}
    RedrivePolicy: {deadLetterTargetArn: !GetAtt MortasX.Arn}
FilaX:
  Type: AWS::SQS::Queue
  Properties:
    VisibilityTimeout: 60
    ReceiveMessageWaitTimeSeconds: 20
    KmsMasterKeyId: !Ref Chave
    KmsDataKeyReusePeriodSeconds: 600
    RedrivePolicy: {deadLetterTargetArn: !GetAtt MortasX.Arn, maxReceiveCount: 5}
MortasX: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600, RedriveAllowPolicy: {redrivePermission: allowAll}}}
PoliticaX:
  Type: AWS::SQS::QueuePolicy
  Properties:
    Queues: [!Ref FilaX, !Ref MortasX]
    PolicyDocument:
      Statement:
        - {Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: [!GetAtt FilaX.Arn, !GetAtt MortasX.Arn], Condition: {ArnEquals: {'aws:SourceArn': !Ref Topico}}}
PapelX:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: TRUST
    Policies:
      - PolicyName: p
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], Resource: !GetAtt FilaX.Arn}
            - {Effect: Allow, Action: 'kms:Decrypt', Resource: !GetAtt Chave.Arn}
FuncaoX:
  Type: AWS::Lambda::Function
  Properties: {Role: !GetAtt PapelX.Arn, Runtime: python3.13, Handler: index.handler, Code: {ZipFile: "def handler(e, c): return 1"}}
MapaX:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    EventSourceArn: !GetAtt FilaX.Arn
    FunctionName: !Ref FuncaoX
    BatchSize: 5
    MaximumBatchingWindowInSeconds: 5
    FunctionResponseTypes: [ReportBatchItemFailures]
    ScalingConfig: {MaximumConcurrency: 5}
    MetricsConfig: {Metrics: [EventCount]}
""".replace("TRUST", TRUST)
FAN = """
Balde:
  Type: AWS::S3::Bucket
  Properties:
    NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}
    CorsConfiguration: {CorsRules: [{AllowedMethods: [PUT], AllowedOrigins: ['*']}]}
Regra:
  Type: AWS::Events::Rule
  Properties:
    EventPattern: {source: [aws.s3], detail-type: [Object Created], detail: {bucket: {name: [!Ref Balde]}}}
    Targets: [{Id: t, Arn: !Ref Topico, DeadLetterConfig: {Arn: !GetAtt Sobras.Arn}, RetryPolicy: {MaximumRetryAttempts: 3}}]
Sobras: {Type: AWS::SQS::Queue}
PoliticaSobras:
  Type: AWS::SQS::QueuePolicy
  Properties:
    Queues: [!Ref Sobras]
    PolicyDocument:
      Statement:
        - {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: 'sqs:SendMessage', Resource: !GetAtt Sobras.Arn, Condition: {ArnEquals: {'aws:SourceArn': !GetAtt Regra.Arn}}}
Topico: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref Chave, DisplayName: x, TracingConfig: Active}}
Chave:
  Type: AWS::KMS::Key
  Properties:
    EnableKeyRotation: true
    PendingWindowInDays: 7
    KeyPolicy:
      Statement:
        - {Effect: Allow, Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}, Action: 'kms:*', Resource: '*'}
        - {Effect: Allow, Principal: {Service: [events.amazonaws.com, sns.amazonaws.com]}, Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: '*'}
PoliticaTopico:
  Type: AWS::SNS::TopicPolicy
  Properties:
    Topics: [!Ref Topico]
    PolicyDocument:
      Statement:
        - {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: 'sns:Publish', Resource: !Ref Topico, Condition: {ArnEquals: {'aws:SourceArn': !GetAtt Regra.Arn}}}
""" + SIDE.replace("X", "A") + SIDE.replace("X", "B")
FAN_ARROWS = ("Balde >> Regra", "Regra >> Topico", "Regra >> Sobras", *(
    arrow.replace("X", side) for side in "AB"
    for arrow in ("Topico >> FilaX", "Topico >> MortasX", "FilaX >> MortasX", "FuncaoX >> FilaX acao=sqs:ReceiveMessage")))


def left(found: Architecture) -> list[str]:
    """O que impede este template de passar."""
    pieces = [str(piece) for proof in found.proofs for piece in proof.missing]
    return pieces + [finding.message for finding in (*unread(found.diagram, found.views, found.proofs),
                                                     *unclaimed(found.diagram, found.views, found.proofs), *effects.check(found.views))]


def api() -> Architecture:
    return bench(API, "pessoa =", "[rede vpc] = Vpc: funcao", "chave = Camada", *API_ARROWS)


def fan() -> Architecture:
    return bench(FAN, "chave = Chave", *FAN_ARROWS)


@pytest.mark.parametrize("pattern", [api, fan])
def test_a_right_template_is_not_refused(pattern):
    assert left(pattern()) == []


@pytest.mark.parametrize("arrow", [*API_ARROWS, *FAN_ARROWS[:7]])
def test_every_line_of_each_arrow_counts(arrow):
    holds(bench(API if arrow in API_ARROWS else FAN, "pessoa =", arrow))


FILTER = prop("AssinaA", "FilterPolicy")
STAGE = prop("Estagio", "DefaultRouteSettings")


@pytest.mark.parametrize("pattern, path, value, said", [
    (api, (*STAGE, "ThrottlingRateLimit"), 0, "`ThrottlingRateLimit` de `Estagio` é zero"),
    (api, (*STAGE, "ThrottlingBurstLimit"), {"Fn::ImportValue": "x"}, "`ThrottlingBurstLimit` de `Estagio` é zero, ou não se conhece"),
    (api, prop("Estagio", "RouteSettings"), {"GET /outra": {"ThrottlingRateLimit": 1}}, "fala de `GET /outra`, e não há essa rota"),
    (api, prop("Funcao", "ReservedConcurrentExecutions"), 0, "não pode rodar"),
    (api, prop("Papel", "Policies", 0, "PolicyDocument", "Statement", 2, "Action"), ["xray:PutTelemetryRecords"], "registra rastros, e `Papel`"),
    (api, prop("Funcao", "TracingConfig"), {"Mode": "PassThrough"}, "Nenhuma seta mostra `xray:PutTraceSegments`"),
    (fan, FILTER, {"cor": ["azul"]}, "não deixa passar o que `Regra` publica"),
    (fan, FILTER, {"source": ["aws.ec2"]}, "não deixa passar o que `Regra` publica"),
    (fan, FILTER, {"detail-type": ["Object Deleted"]}, "não deixa passar o que `Regra` publica"),
    (fan, prop("AssinaA", "FilterPolicyScope"), "MessageAttributes", "não deixa passar o que `Regra` publica"),
    (fan, prop("Regra", "Targets", 0, "Input"), "{}", "não deixa passar o que `Regra` publica"),
    (fan, prop("AssinaA", "Protocol"), "nada", "não diz por que protocolo"),
    (fan, prop("Topico", "KmsMasterKeyId"), {"Fn::ImportValue": "x"}, "não se conhece a chave que cifra `Topico`"),
    (fan, prop("Chave", "Enabled"), False, "`Chave` está desligada"),
    (fan, prop("PapelA", "Policies", 0, "PolicyDocument", "Statement", 1, "Action"), "kms:Encrypt", "fazer `kms:Decrypt` em `FilaA`"),
    (fan, prop("Regra", "EventPattern", "detail-type"), ["Object Deleted"], "ouve `Object Deleted`, e a seta pede `Object Created`"),
])
def test_what_would_break_it_is_said(pattern, path, value, said):
    assert any(said in text for text in left(pattern().put(*path, value=value)))


@pytest.mark.parametrize("heard, action, proven", [
    (["Object Deleted"], "Object Deleted", True), (["Object Deleted"], "s3:ObjectRemoved:*", True), (["Object Created"], "Object Deleted", False),
    (["Object Created", "Object Deleted"], "Object Created, Object Deleted", True), (["Object Created"], "s3:ObjectCreated:*", True),
    (["Object Created"], "Object Created, Object Deleted", False), ([{"prefix": "Object"}], "", False),
])
def test_the_pattern_hears_the_event_of_the_arrow(heard, action, proven):
    arrow = f"Balde >> Regra acao={action}" if action else "Balde >> Regra"
    found = bench(FAN, arrow).put(*prop("Regra", "EventPattern", "detail-type"), value=heard)
    assert found.proof().proven is proven
    assert not proven or found.survivors() == []


READING = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Balde.Arn}/*"}}


def test_the_event_brings_the_name_of_the_bucket_from_hand_to_hand():
    reads = bench(FAN, "FuncaoA >> Balde acao=s3:GetObject").put(*prop("PapelA", "Policies", 0, "PolicyDocument", "Statement", 0), value=READING)
    assert reads.missing() == []
    everything = reads.remove(*prop("Regra", "EventPattern", "detail"))
    assert everything.missing() == []
    for path, value in ((prop("Regra", "Targets", 0, "Input"), "{}"), (prop("MapaA", "EventSourceArn"), {"Fn::GetAtt": ["Sobras", "Arn"]}),
                        (prop("AssinaA", "Endpoint"), {"Fn::GetAtt": ["FilaB", "Arn"]})):
        broken = reads.put(*path, value=value)
        broken = broken.remove(*prop("Regra", "Targets", 0, "DeadLetterConfig")) if path[1] == "MapaA" else broken
        assert any("nada diz ao programa de `FuncaoA` qual é `Balde`" in text for text in broken.missing()), path


QUICK = API.replace("ProtocolType: HTTP,", "ProtocolType: HTTP, Target: !GetAtt Funcao.Arn,")


def test_a_quick_created_api_needs_no_route_integration_or_stage():
    quick = QUICK[:QUICK.index("Estagio:")] + QUICK[QUICK.index("Permissao:"):]
    for arrow in API_ARROWS[:2]:
        holds(bench(quick, "pessoa =", arrow))
    one = bench(quick.replace("Target:", "RouteKey: GET /x, Target:"), API_ARROWS[1])
    holds(one)
    assert one.put(*prop("Permissao", "SourceArn"), value={
        "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/x"}).missing()
    other = bench(quick, API_ARROWS[1]).put(*prop("Api", "Target"), value="https://exemplo.com")
    assert "nenhuma rota nem autorizador de `Api` leva a `Funcao`" in other.missing()[0]


STREAM = """
Tabela: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, StreamSpecification: {StreamViewType: NEW_IMAGE}}}
Mortas: {Type: AWS::SQS::Queue}
Funcao: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Papel.Arn}}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: TRUST
    Policies:
      - PolicyName: p
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream'], Resource: !GetAtt Tabela.StreamArn}
            - {Effect: Allow, Action: ['dynamodb:ListStreams'], Resource: '*'}
            - {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Mortas.Arn}
Mapa:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    EventSourceArn: !GetAtt Tabela.StreamArn
    FunctionName: !Ref Funcao
    StartingPosition: LATEST
    FilterCriteria: {Filters: [{Pattern: '{"eventName": ["INSERT"]}'}]}
    DestinationConfig: {OnFailure: {Destination: !GetAtt Mortas.Arn}}
""".replace("TRUST", TRUST)


@pytest.mark.parametrize("arrow", ["Tabela >> Funcao", "Funcao >> Mortas acao=sqs:SendMessage"])
def test_a_stream_with_a_filter_and_a_place_for_what_fails(arrow):
    holds(bench(STREAM, arrow))


@pytest.mark.parametrize("pattern", ["", "{", "[]", "{}", '{"eventName": "INSERT"}', '{"eventName": []}', {"Fn::ImportValue": "x"}])
def test_a_filter_that_cannot_be_read_proves_nothing(pattern):
    for arrow in ("Tabela >> Funcao",):
        assert "não se lê" in bench(STREAM, arrow).put(*prop("Mapa", "FilterCriteria", "Filters", 0, "Pattern"), value=pattern).missing()[0]


def test_a_fifo_queue_is_read_and_written_in_its_way():
    reads = bench(FAN, "FuncaoA >> FilaA acao=sqs:ReceiveMessage").put(*prop("FilaA", "FifoQueue"), value=True)
    assert "não junta por tempo as mensagens de uma FIFO" in reads.missing()[0]
    assert reads.remove(*prop("MapaA", "MaximumBatchingWindowInSeconds")).missing() == []
    sends = bench(FAN, "FuncaoA >> FilaB acao=sqs:SendMessage").put(*prop("FilaB", "FifoQueue"), value=True)
    sends = sends.put(R, "FuncaoA", "Properties", "Environment", value={"Variables": {"FILA": {"Ref": "FilaB"}}})
    assert any("não diz o grupo das mensagens" in text for text in sends.missing())
    right = sends.put(*prop("FuncaoA", "Code", "ZipFile"), value="def handler(e, c): fila.send(MessageGroupId='a')")
    assert not any("grupo das mensagens" in text for text in right.missing())
