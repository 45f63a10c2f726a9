"""Quem chama um serviço da AWS: papel, permissão naquele recurso, chave e caminho de rede."""

import pytest
from tests.proofs.bench import bench

FUNCTION = """\
Tabela: {Type: "AWS::DynamoDB::Table"}
Outra: {Type: "AWS::DynamoDB::Table"}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
        - Effect: Allow
          Principal: {Service: lambda.amazonaws.com}
          Action: sts:AssumeRole
    Policies:
      - PolicyName: p
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: dynamodb:PutItem
              Resource: !GetAtt Tabela.Arn
Funcao:
  Type: AWS::Lambda::Function
  Properties:
    Role: !GetAtt Papel.Arn
    Environment: {Variables: {TABELA: !Ref Tabela, OUTRA: !Ref Outra}}
"""
PUT = ("funcao = Funcao", "tabela = Tabela", "funcao >> tabela acao=dynamodb:PutItem")
STATEMENT = ("Resources", "Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0)
TRUST = ("Resources", "Papel", "Properties", "AssumeRolePolicyDocument", "Statement", 0)


def test_a_function_uses_a_table():
    architecture = bench(FUNCTION, *PUT)
    assert architecture.proof().proven
    assert architecture.survivors("funcao--tabela") == []
    assert architecture.lines() == {
        "Role: !GetAtt Papel.Arn", "Effect: Allow", "Principal: {Service: lambda.amazonaws.com}", "Action: sts:AssumeRole",
        "Action: dynamodb:PutItem", "Resource: !GetAtt Tabela.Arn",
    }


def node(architecture, *path):
    """O que está escrito nesse caminho do template."""
    found = architecture.template.data
    for key in path:
        found = found[key]
    return found


@pytest.mark.parametrize("action, path, value, missing", [
    ("dynamodb:PutItem", (*STATEMENT, "Action"), "dynamodb:GetItem",
     "nada deixa `Papel` fazer `dynamodb:PutItem` em `Tabela`; acrescente às políticas dele uma declaração com "
     "`dynamodb:PutItem` e o ARN de `Tabela`"),
    ("dynamodb:PutItem", (*STATEMENT, "Resource"), {"Fn::GetAtt": ["Outra", "Arn"]},
     "nada deixa `Papel` fazer `dynamodb:PutItem` em `Tabela`; acrescente às políticas dele uma declaração com "
     "`dynamodb:PutItem` e o ARN de `Tabela`"),
    ("dynamodb:PutItem", (*STATEMENT[:-1], 1), {"Effect": "Deny", "Action": "*", "Resource": "*"},
     "`Papel` nega `dynamodb:PutItem` em `Tabela`; tire a negação"),
    ("dynamodb:PutItem", (*STATEMENT[:-1], 1), {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"x:y": "true"}}},
     "uma declaração de `Papel` pode negar `dynamodb:PutItem` com `x:y` (`Bool: true`), e não se sabe o que o pedido leva; escreva-a de modo que "
     "se leia aqui"),
    ("dynamodb:PutItem", ("Resources", "Papel", "Properties", "PermissionsBoundary"), "arn:aws:iam::aws:policy/X",
     "`Papel` tem um limite de permissões, que não se avalia e pode negar `dynamodb:PutItem`; tire `PermissionsBoundary`"),
    ("dynamodb:PutItem", ("Resources", "Papel", "Properties", "Policies", 1), {"PolicyDocument": "{\"Statement\": []}"},
     "a política de `Papel` não está escrita como objeto e pode negar `dynamodb:PutItem`; escreva-a como objeto, com `Statement`"),
    ("dynamodb:PutItem", (*TRUST, "Principal"), {"Service": "ec2.amazonaws.com"},
     "`Papel` não confia em `lambda.amazonaws.com`; permita `sts:AssumeRole` a `Service: lambda.amazonaws.com`"),
    ("dynamodb:PutItem", (*TRUST, "Condition"), {"StringEquals": {"aws:SourceAccount": "1"}},
     "`Papel` não confia em `lambda.amazonaws.com` com essa condição: ela não vale, ou não se sabe se o serviço manda a chave dela; tire a "
     "condição, ou use uma que a página do serviço mostre"),
    ("dynamodb:PutItem", ("Resources", "Funcao", "Properties", "Role"), {"Ref": "Papel"},
     "`Funcao` não usa um papel deste template; escreva `Role: !GetAtt Papel.Arn`"),
    ("dynamodb:PutItem", ("Resources", "Funcao", "Properties", "Role"), "${Papel.Arn}",
     "`Funcao` não usa um papel deste template; escreva `Role: !GetAtt Papel.Arn`"),
    ("s3:PutObject", None, None, "a ação `s3:PutObject` da seta não é uma ação de `dynamodb`; escreva, por exemplo, `acao=\"dynamodb:PutItem\"`"),
    ("dynamodb:*", None, None, "a ação `dynamodb:*` da seta não é uma ação de `dynamodb`; escreva, por exemplo, `acao=\"dynamodb:PutItem\"`"),
])
def test_what_a_function_lacks(action, path, value, missing):
    architecture = bench(FUNCTION, *PUT[:2], f"funcao >> tabela acao={action}")
    if path and isinstance(path[-1], int):
        architecture = architecture.put(*path[:-1], value=[node(architecture, *path[:-1], 0), value])
    elif path:
        architecture = architecture.put(*path, value=value)
    assert architecture.missing() == [missing]


def test_several_actions_and_none():
    both = bench(FUNCTION, *PUT[:2], "funcao >> tabela acao=dynamodb:PutItem dynamodb:GetItem")
    assert both.missing() == ["nada deixa `Papel` fazer `dynamodb:GetItem` em `Tabela`; acrescente às políticas dele uma declaração "
                              "com `dynamodb:GetItem` e o ARN de `Tabela`"]
    assert both.put(*STATEMENT, "Action", value=["dynamodb:PutItem", "dynamodb:GetItem"]).proof().proven
    usual = bench(FUNCTION, *PUT[:2], "funcao >> tabela")
    assert usual.proof().proven and usual.put(*STATEMENT, "Action", value="dynamodb:Query").proof().proven
    assert not usual.put(*STATEMENT, "Action", value="dynamodb:DeleteItem").proof().proven


def test_a_query_may_be_allowed_only_on_the_indexes():
    query = bench(FUNCTION, *PUT[:2], "funcao >> tabela acao=dynamodb:Query").put(*STATEMENT, "Action", value="dynamodb:Query")
    assert query.proof().proven
    assert query.put(*STATEMENT, "Resource", value={"Fn::Sub": "${Tabela.Arn}/index/*"}).proof().proven
    assert not query.put(*STATEMENT, "Resource", value={"Fn::Sub": "${Outra.Arn}/index/*"}).proof().proven


def test_a_condition_of_the_template_counts():
    text = "Parameters: {Ambiente: {Type: String}}\nConditions: {Com: !Equals [!Ref Ambiente, a]}\nResources:\n" + "".join(f"  {line}\n" for line in FUNCTION.splitlines())
    architecture = bench(text, *PUT).put(*STATEMENT, "Resource", value={"Fn::If": ["Com", {"Fn::GetAtt": ["Tabela", "Arn"]}, "x"]})
    assert len(architecture.missing()) == 1, "sem a condição, falta a permissão"
    architecture = bench(text, *PUT).put("Resources", "Tabela", "Condition", value="Com")
    assert architecture.missing() == ["`Tabela` pode não existir; tire a condição dele"]


BUCKET = FUNCTION + """\
Balde:
  Type: AWS::S3::Bucket
  Properties:
    NotificationConfiguration:
      LambdaConfigurations:
        - Event: s3:ObjectCreated:*
          Function: !GetAtt Funcao.Arn
          Filter: {S3Key: {Rules: [{Name: prefix, Value: entrada/}, {Name: suffix, Value: .csv}]}}
"""
READ = ("funcao = Funcao", "balde = Balde", "funcao >> balde acao=s3:GetObject")
FILTER = ("Resources", "Balde", "Properties", "NotificationConfiguration", "LambdaConfigurations", 0, "Filter", "S3Key", "Rules")


def bucket(action, resource, *parts):
    architecture = bench(BUCKET, "funcao = Funcao", "balde = Balde", *parts or (f"funcao >> balde acao={action}",))
    return architecture.put(*STATEMENT, "Action", value=action).put(*STATEMENT, "Resource", value={"Fn::Sub": resource})


@pytest.mark.parametrize("resource, proven", [
    ("${Balde.Arn}/entrada/*", True), ("${Balde.Arn}/*", True), ("${Balde.Arn}/entrada/*.csv", True),
    ("arn:aws:s3:::${Balde}/ent*", True), ("${Balde.Arn}/saida/*", False), ("${Balde.Arn}/entrada/*.txt", False),
    ("${Balde.Arn}/entrada/a*", False), ("${Balde.Arn}", False), ("arn:aws:s3:::outro/entrada/*", False),
])
def test_a_triggered_function_reads_all_that_triggers_it(resource, proven):
    assert bucket("s3:GetObject", resource).proof().proven is proven


def test_the_filter_is_evidence_when_the_permission_depends_on_it():
    narrow = bucket("s3:GetObject", "${Balde.Arn}/entrada/*")
    assert (*FILTER, 0, "Value") in [piece.path for piece in narrow.proof().found]
    assert narrow.survivors("funcao--balde") == []
    for rules in ([{"Name": "prefix", "Value": "outra/"}], [{"Name": "suffix", "Value": ".csv"}], [{"Name": "tamanho", "Value": "1"}],
                  [{"Name": "prefix", "Value": {"Fn::ImportValue": "x"}}]):
        assert not narrow.put(*FILTER, value=rules).proof().proven
    wide = bucket("s3:GetObject", "${Balde.Arn}/*")
    assert not [piece for piece in wide.proof().found if "Filter" in piece.path]


@pytest.mark.parametrize("action, resource, proven", [
    ("s3:PutObject", "${Balde.Arn}/saida/*", True), ("s3:PutObject", "${Balde.Arn}/*", True), ("s3:PutObject", "${Balde.Arn}", False),
    ("s3:ListBucket", "${Balde.Arn}", True), ("s3:ListBucket", "${Balde.Arn}/*", False),
    ("s3:GetBucketObjectLockConfiguration", "${Balde.Arn}", True),
])
def test_actions_on_objects_and_on_the_bucket(action, resource, proven):
    assert bucket(action, resource).proof().proven is proven


DELIVERY = FUNCTION.replace("dynamodb:PutItem", "sqs:SendMessage").replace("!GetAtt Tabela.Arn", "!GetAtt Fila.Arn") + """\
Fila: {Type: "AWS::SQS::Queue", Properties: {}}
Destino:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref Funcao
    Qualifier: $LATEST
    DestinationConfig:
      OnFailure: {Destination: !GetAtt Fila.Arn}
"""
SEND = ("funcao = Funcao", "fila = Fila", "funcao >> fila acao=sqs:SendMessage")


def test_failures_go_to_a_queue():
    architecture = bench(DELIVERY, *SEND)
    assert architecture.proof().proven
    assert architecture.survivors("funcao--fila") == []
    assert {"FunctionName: !Ref Funcao", "Qualifier: $LATEST", "OnFailure: {Destination: !GetAtt Fila.Arn}"} <= architecture.lines()


def test_what_a_delivery_lacks():
    architecture = bench(DELIVERY, *SEND)
    nothing = ("nada leva `Funcao` a `Fila`; dê o nome dele numa variável de `Environment`, ou crie um "
               "`AWS::Lambda::EventInvokeConfig` com `Destination: !GetAtt Fila.Arn`")
    assert architecture.remove("Resources", "Destino").missing() == [nothing]
    assert architecture.put("Resources", "Destino", "Properties", "FunctionName", value="outra").missing() == [nothing]
    assert architecture.put("Resources", "Destino", "Properties", "Qualifier", value="1").missing() == [
        "`Destino` não é da versão `$LATEST`; escreva `Qualifier: $LATEST`"]
    assert architecture.put("Resources", "Fila", "Properties", "FifoQueue", value=True).missing() == [
        "`Fila` é FIFO, e a Lambda não entrega a um destino FIFO; use o tipo padrão"]


@pytest.mark.parametrize("path, value", [
    (("DeadLetterConfig",), {"TargetArn": {"Fn::GetAtt": ["Fila", "Arn"]}}),
    (("Environment",), {"Variables": {"FILA": {"Ref": "Fila"}}}),
    (("Code",), {"ZipFile": {"Fn::Sub": "fila = '${Fila}'"}}),
])
def test_other_ways_to_a_queue(path, value):
    architecture = bench(DELIVERY, *SEND).remove("Resources", "Destino").put("Resources", "Funcao", "Properties", *path, value=value)
    assert architecture.proof().proven
    assert architecture.survivors("funcao--fila") == []


KEYED = """\
Chave:
  Type: AWS::KMS::Key
  Properties:
    KeyPolicy:
      Statement:
        - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
"""


def test_a_key_of_the_template_needs_permission():
    architecture = bench(DELIVERY + KEYED, *SEND).put("Resources", "Fila", "Properties", "KmsMasterKeyId", value={"Ref": "Chave"})
    assert architecture.missing() == [
        "nada deixa `Papel` fazer `kms:GenerateDataKey` em `Fila`; permita `kms:GenerateDataKey` na chave que o cifra",
        "nada deixa `Papel` fazer `kms:Decrypt` em `Fila`; permita `kms:Decrypt` na chave que o cifra",
    ]
    statement = {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": {"Fn::GetAtt": ["Chave", "Arn"]}}
    allowed = architecture.put(*STATEMENT[:-1], value=[node(architecture, *STATEMENT), statement])
    assert allowed.proof().proven
    assert not allowed.remove("Resources", "Chave", "Properties", "KeyPolicy").proof().proven
    unknown = architecture.put("Resources", "Fila", "Properties", "KmsMasterKeyId", value="alias/minha")
    assert unknown.missing() == ["não se conhece a chave que cifra `Fila`; cite uma `AWS::KMS::Key` do template"]
    assert architecture.put("Resources", "Fila", "Properties", "KmsMasterKeyId", value="alias/aws/sqs").proof().proven


SERVER = """\
Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
SubRede: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
TabelaDeRotas: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: !Ref Vpc}}
Associacao: {Type: "AWS::EC2::SubnetRouteTableAssociation", Properties: {SubnetId: !Ref SubRede, RouteTableId: !Ref TabelaDeRotas}}
Grupo:
  Type: AWS::EC2::SecurityGroup
  Properties:
    VpcId: !Ref Vpc
    SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]
Ponto:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    ServiceName: !Sub com.amazonaws.${AWS::Region}.dynamodb
    VpcId: !Ref Vpc
    RouteTableIds: [!Ref TabelaDeRotas]
Tabela: {Type: "AWS::DynamoDB::Table"}
Papel:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}]}
    Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Tabela.Arn}]}}]
Perfil: {Type: "AWS::IAM::InstanceProfile", Properties: {Roles: [!Ref Papel]}}
"""
INSTANCE = SERVER + """\
Servidor:
  Type: AWS::EC2::Instance
  Properties: {SubnetId: !Ref SubRede, SecurityGroupIds: [!Ref Grupo], IamInstanceProfile: !Ref Perfil}
"""
FLEET = SERVER + """\
Modelo:
  Type: AWS::EC2::LaunchTemplate
  Properties: {LaunchTemplateData: {IamInstanceProfile: {Arn: !GetAtt Perfil.Arn}, SecurityGroupIds: [!Ref Grupo]}}
Servidor:
  Type: AWS::AutoScaling::AutoScalingGroup
  Properties:
    VPCZoneIdentifier: [!Ref SubRede]
    LaunchTemplate: {LaunchTemplateId: !Ref Modelo, Version: !GetAtt Modelo.LatestVersionNumber}
"""
CALL = ("servidor = Servidor", "tabela = Tabela", "servidor >> tabela acao=dynamodb:PutItem")


@pytest.mark.parametrize("text", [INSTANCE, FLEET])
def test_a_server_calls_a_service(text):
    architecture = bench(text, *CALL)
    assert architecture.missing() == []
    assert architecture.survivors("servidor--tabela") == []


@pytest.mark.parametrize("text, path, value, missing", [
    (INSTANCE, ("Servidor", "Properties", "IamInstanceProfile"), "outro",
     "`Servidor` não usa um perfil de instância deste template; crie um `AWS::IAM::InstanceProfile` e cite-o"),
    (FLEET, ("Modelo", "Properties", "LaunchTemplateData", "IamInstanceProfile"), {"Name": {"Fn::GetAtt": ["Perfil", "Arn"]}},
     "`Modelo` não usa um perfil de instância deste template; crie um `AWS::IAM::InstanceProfile` e cite-o"),
    (FLEET, ("Servidor", "Properties", "LaunchTemplate", "Version"), "1",
     "a versão de `Modelo` que `Servidor` usa não é a do template; escreva `Version: !GetAtt Modelo.LatestVersionNumber`"),
    (INSTANCE, ("Perfil", "Properties", "Roles"), ["outro"], "`Perfil` não leva um papel deste template; escreva `Roles: [!Ref Papel]`"),
    (INSTANCE, ("Ponto", "Properties", "ServiceName"), "com.amazonaws.us-east-1.dynamodb",
     "`Servidor`, em `SubRede`, não chega a `dynamodb` pela rede (NO_ROUTE_TO_DESTINATION); crie um endpoint de VPC de `dynamodb`, "
     "ou uma rota 0.0.0.0/0 e a saída de tcp 443"),
    (INSTANCE, ("Ponto", "Properties", "RouteTableIds"), [],
     "`Servidor`, em `SubRede`, não chega a `dynamodb` pela rede: a tabela de `SubRede` não leva a `Ponto` (NO_ROUTE_TO_DESTINATION); acrescente-a"),
    (INSTANCE, ("Ponto", "Properties", "PolicyDocument"), {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "*"}]},
     "`Servidor`, em `SubRede`, não chega a `dynamodb` pela rede: a política de `Ponto` não deixa passar `dynamodb:PutItem`; corrija-a"),
])
def test_what_a_server_lacks(text, path, value, missing):
    assert bench(text, *CALL).put("Resources", *path, value=value).missing() == [missing]


def test_an_endpoint_policy_that_allows_is_evidence():
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:PutItem", "Resource": "*"}]}
    architecture = bench(INSTANCE, *CALL).put("Resources", "Ponto", "Properties", "PolicyDocument", value=policy)
    assert architecture.proof().proven
    assert any("PolicyDocument" in piece.path and "Ponto" in piece.path for piece in architecture.proof().found)


def test_a_server_without_a_profile():
    architecture = bench(INSTANCE, *CALL).remove("Resources", "Servidor", "Properties", "IamInstanceProfile")
    assert architecture.missing() == ["não se sabe com que papel `Servidor` chama a AWS; dê-lhe um papel do IAM"]


def test_a_function_in_a_vpc_needs_a_way_out():
    vpc = FUNCTION + SERVER.split("Tabela: {")[0]
    config = {"SubnetIds": [{"Ref": "SubRede"}], "SecurityGroupIds": [{"Ref": "Grupo"}]}
    architecture = bench(vpc, *PUT).put("Resources", "Funcao", "Properties", "VpcConfig", value=config).put(
        "Resources", "Papel", "Properties", "ManagedPolicyArns", value=["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"])
    assert architecture.proof().proven
    assert architecture.survivors("funcao--tabela") == []
    assert not architecture.remove("Resources", "Ponto").proof().proven


@pytest.mark.parametrize("kind, attribute, action", [
    ("AWS::SNS::Topic", "TopicArn", "sns:Publish"), ("AWS::Lambda::Function", "Arn", "lambda:InvokeFunction"),
    ("AWS::StepFunctions::StateMachine", "Arn", "states:StartExecution"), ("AWS::SecretsManager::Secret", "Id", "secretsmanager:GetSecretValue"),
    ("AWS::SQS::Queue", "Arn", "sqs:SendMessage"), ("AWS::Events::EventBus", "Arn", "events:PutEvents"),
    ("AWS::Kinesis::Stream", "Arn", "kinesis:PutRecord"),
])
def test_the_usual_action_of_each_service(kind, attribute, action):
    architecture = bench(FUNCTION + f"Alvo: {{Type: '{kind}'}}\n", "funcao = Funcao", "alvo = Alvo", "funcao >> alvo")
    architecture = architecture.put(*STATEMENT, "Action", value=action).put(
        *STATEMENT, "Resource", value={"Fn::GetAtt": ["Alvo", attribute]}).put(
        "Resources", "Funcao", "Properties", "Environment", value={"Variables": {"ALVO": {"Ref": "Alvo"}}})
    assert architecture.missing() == []
    assert architecture.survivors("funcao--alvo") == []


@pytest.mark.parametrize("path, value", [
    (("Papel", "Properties"), "texto"),
    (("Papel", "Properties"), {"Fn::Transform": {"Name": "AWS::Include"}}),
    (("Papel", "Properties", "Policies"), {"Fn::Transform": {"Name": "M"}}),
    (("Papel", "Properties", "Policies"), "texto"),
    (("Papel", "Properties", "Policies"), [["x"], None, {"PolicyDocument": []}]),
    (("Papel", "Properties", "Policies", 0, "PolicyDocument"), {"Fn::Sub": "{}"}),
    (("Papel", "Properties", "Policies", 0, "PolicyDocument", "Statement"), {"Fn::ForEach::L": ["a", ["b"], {}]}),
    (("Papel", "Properties", "AssumeRolePolicyDocument"), {"Statement": {"Effect": "Allow", "Principal": ["x"], "Action": "*"}}),
    (("Papel", "Type"), "AWS::Serverless::Function"),
    (("Funcao", "Properties", "Role"), ["x"]),
    (("Funcao", "Properties", "Role"), {"Fn::GetAtt": ["Funcao", "Arn"]}),
    (("Funcao", "Properties", "VpcConfig"), {"Fn::Transform": {"Name": "M"}}),
    (("Tabela", "Properties"), {"TableName": {"Fn::ImportValue": "x"}, "SSESpecification": ["x"], "ResourcePolicy": "x"}),
])
def test_hostile_templates_prove_nothing(path, value):
    architecture = bench(FUNCTION, *PUT)
    if path[0] == "Tabela":
        architecture.put("Resources", "Tabela", "Properties", value=value).proof()
    else:
        assert not architecture.put("Resources", *path, value=value).proof().proven
