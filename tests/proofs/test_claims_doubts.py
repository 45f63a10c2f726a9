"""O que as afirmações recusam por não saberem, e o que não devem recusar: um template bom, com poucas trocas."""

import pytest
from tests.proofs.test_claims import drawn, judge

from scripts.proofs.claims.settings import at_least, number

OWN_PUT = "Action: \"s3:PutObject\", Resource: !Sub \"${Entrada.Arn}/prontas/*\""
CREATED = "\"s3:ObjectCreated:*\""
POLICIES = "      Policies:\n        - PolicyName: p"
STATEMENT = "Statement: [{Effect: Allow, Action: \"s3:PutObject\""
NOTIFIED = "        LambdaConfigurations:\n"
AGAIN = "`Funcao` pode gravar em `Entrada` o que a aciona de novo"
ASSUMES = "`Funcao` talvez possa assumir outro papel, e gravar com ele"
UNKNOWN_FUNCTION = "não se sabe que função `Entrada` aciona"
SECOND = """
  Segunda: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt PapelB.Arn}}
  PapelB:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:PutObject", Resource: !Sub "${Entrada.Arn}/novas/*"}]}}]
"""
BY_QUEUE = "        QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Fila.Arn}]\n"
QUEUE = """
  Fila: {Type: AWS::SQS::Queue}
  Leitura: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Fila.Arn, FunctionName: !Ref Funcao}}
"""
BY_TOPIC = "        TopicConfigurations: [{Event: 's3:ObjectCreated:*', Topic: !Ref Topico}]\n"
TOPIC = "\n  Topico: {Type: AWS::SNS::Topic}\n  Ouvinte: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topico, Protocol: PROTOCOLO, Endpoint: ALVO}}\n"
LISTENED = "        EventBridgeConfiguration: {EventBridgeEnabled: true}\n"
RULE = "\n  Regra: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.s3]}, Targets: [{Id: f, Arn: !GetAtt Funcao.Arn}]}}\n"


def also(old, new):
    return old, new + old


def after(text):
    """Recursos a mais, no fim do template."""
    return "\nResources:\n", "\nResources:\n" + text.strip("\n") + "\n"


LOOPS = [
    (AGAIN, [also(POLICIES, "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']\n")]),
    (AGAIN, [after("  Extra: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!ImportValue papel], PolicyDocument: "
                   "{Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}}")]),
    (AGAIN, [after("  Extra: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: x, RoleName: !Ref Quem, PolicyDocument: "
                   "{Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}}"), ("\nResources:", "\nParameters: {Quem: {Type: String}}\nResources:")]),
    (AGAIN, [(CREATED, "\"s3:ObjectTagging:*\""), (OWN_PUT, "Action: \"s3:PutObjectTagging\", Resource: !Sub \"${Entrada.Arn}/*\"")]),
    (AGAIN, [(CREATED, "\"s3:ObjectAcl:Put\""), (OWN_PUT, "Action: \"s3:PutObjectAcl\", Resource: !Sub \"${Entrada.Arn}/*\"")]),
    (AGAIN, [(CREATED, "\"s3:ObjectRemoved:Delete\""), (OWN_PUT, "Action: \"s3:Delete*\", Resource: \"*\"")]),
    (AGAIN, [(CREATED, "\"s3:LifecycleTransition\""), (OWN_PUT, "Action: \"s3:PutObject\", Resource: \"*\"")]),
    (AGAIN, [(OWN_PUT, "Action: \"s3:PutObject\", Resource: \"arn:aws:s3:sa-east-1:111122223333:accesspoint/p/object/*\"")]),
    (AGAIN, [after("  Pol: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Entrada, PolicyDocument: {Statement: [{Effect: Allow, "
                   "Principal: {AWS: !GetAtt Papel.Arn}, Action: 's3:PutObject', Resource: !Sub '${Entrada.Arn}/*'}]}}}")]),
    (AGAIN, [("prontas/*\"}", "*\"}, {Effect: Deny, Action: \"s3:PutObject\", Resource: !Sub \"${Entrada.Arn}/novas/a/*\"}")]),
    (AGAIN, [also(NOTIFIED, BY_QUEUE), after(QUEUE)]),
    (AGAIN, [also(NOTIFIED, BY_TOPIC), after(TOPIC.replace("PROTOCOLO", "lambda").replace("ALVO", "!GetAtt Funcao.Arn"))]),
    (AGAIN, [also(NOTIFIED, BY_TOPIC), after(TOPIC.replace("PROTOCOLO", "sqs").replace("ALVO", "!GetAtt Fila.Arn") + QUEUE)]),
    (AGAIN, [also(NOTIFIED, LISTENED), after(RULE)]),
    (UNKNOWN_FUNCTION, [also(NOTIFIED, LISTENED), after(RULE.replace("!GetAtt Funcao.Arn", "!ImportValue f"))]),
    (UNKNOWN_FUNCTION, [("Function: !GetAtt Funcao.Arn", "Function: !Sub \"${Funcao.Arn}:viva\"")]),
    (UNKNOWN_FUNCTION, [also(NOTIFIED, BY_QUEUE.replace("!GetAtt Fila.Arn", "!ImportValue f"))]),
    ("`Segunda` pode gravar em `Entrada` o que aciona `Funcao`, numa volta sem fim", [
        (NOTIFIED, NOTIFIED + "          - {Event: \"s3:ObjectCreated:*\", Function: !GetAtt Segunda.Arn, Filter: {S3Key: {Rules: "
         "[{Name: prefix, Value: prontas/}]}}}\n"), after(SECOND)]),
    (AGAIN, [(STATEMENT, "Statement: [{Effect: Allow, Action: 'lambda:InvokeFunction', Resource: !GetAtt Segunda.Arn}, {Effect: Allow, "
                         "Action: \"s3:PutObject\""), after(SECOND)]),
    (ASSUMES, [(STATEMENT, "Statement: [{Effect: Allow, Action: 'sts:AssumeRole', Resource: '*'}, {Effect: Allow, Action: \"s3:PutObject\"")]),
    (ASSUMES, [after(SECOND.replace("Principal: {Service: lambda.amazonaws.com}", "Principal: {AWS: !GetAtt Papel.Arn}"))]),
]
NO_LOOPS = [
    [(CREATED, "\"s3:ObjectRemoved:*\""), ("/prontas/*", "/*")],
    [also(POLICIES, "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']\n")],
    [after("  Pol: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Entrada, PolicyDocument: {Statement: [{Effect: Allow, "
           "Principal: {Service: logging.s3.amazonaws.com}, Action: 's3:PutObject', Resource: !Sub '${Entrada.Arn}/*'}]}}}")],
    [("prontas/*\"}", "*\"}, {Effect: Deny, Action: \"s3:PutObject\", Resource: !Sub \"${Entrada.Arn}/novas/*\"}")],
    [after(SECOND)],
    [also(NOTIFIED, LISTENED.replace("true", "false")), after(RULE)],
    [also(NOTIFIED, LISTENED), after(RULE.replace("aws.s3", "aws.ec2"))],
    [also(NOTIFIED, LISTENED), after(RULE.replace("EventPattern: {source: [aws.s3]}", "ScheduleExpression: rate(1 day)"))],
]

DIMENSION, DESTINATION = "Value: !GetAtt Fila.QueueName", "Properties: {FunctionName: !Ref Funcao, DestinationConfig"
UNWATCHED, LOST = "nenhum alarme vigia `Fila`", "o evento que `Outra` não processa se perde"
OTHER = "  Outra: {Type: AWS::Lambda::Function, Properties: {FunctionName: outra, Role: !GetAtt Papel.Arn}}\n"
ALLOWED = OTHER + "  Deixa: {Type: AWS::Lambda::Permission, Properties: {FunctionName: NOME, Principal: QUEM, Action: lambda:InvokeFunction}}\n"
SCHEDULE = OTHER + ("  Hora: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: rate(1 day), FlexibleTimeWindow: {Mode: 'OFF'}, "
                    "Target: {Arn: ALVO, RoleArn: !GetAtt Papel.Arn}}}\n")
READING = OTHER + ("  Leitura: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: FONTE, FunctionName: !Ref Outra}}\n")


def calls(name, who="logs.amazonaws.com"):
    return [after(ALLOWED.replace("NOME", name).replace("QUEM", who))]


UNKEPT = [
    ("eventos", UNWATCHED, [(DIMENSION, "Value: !Ref Fila")]),
    ("eventos", UNWATCHED, [(DIMENSION, "Value: !GetAtt Fila.Arn")]),
    ("eventos", UNWATCHED, [("Dimensions: [", "Dimensions: [{Name: Outra, Value: x}, ")]),
    ("eventos", "`Alarme` só olha os pontos de `ApproximateNumberOfMessagesVisible` em `Seconds`, e ela se publica em `Count`: sem pontos, nunca dispara",
     [("      Threshold: 1", "      Threshold: 1\n      Unit: Seconds")]),
    ("eventos", "`Alarme` não dispara na primeira mensagem", [("      Threshold: 1", "      Threshold: \"²\"")]),
    ("eventos", "`Alarme` não dispara na primeira mensagem", [("      Threshold: 1", "      Threshold: \"" + "1" * 5000 + "\"")]),
    ("eventos", "`Destino` não é da versão `$LATEST`", [(DESTINATION, DESTINATION.replace("Destination", "Qualifier: viva, Destination"))]),
    *(("eventos", LOST, calls("!Ref Outra", who)) for who in (
        "logs.amazonaws.com", "s3.amazonaws.com", "iot.amazonaws.com", "cloudformation.amazonaws.com", "!ImportValue x")),
    ("eventos", LOST, calls("outra")),
    ("eventos", LOST, calls("!GetAtt Outra.Arn")),
    ("eventos", "não se sabe que função `Deixa` chama", calls("'outra:viva'")),
    ("eventos", LOST, [after(SCHEDULE.replace("ALVO", "!GetAtt Outra.Arn"))]),
    ("eventos", "não se sabe que função `Hora` chama", [after(SCHEDULE.replace("ALVO", "!ImportValue f"))]),
    *(("eventos", "o que falha na leitura de `Leitura` não fica guardado, ou não se sabe onde: a fonte não é uma fila",
       [after(READING.replace("FONTE", source))]) for source in ("!GetAtt Tabela.StreamArn", "!ImportValue f")),
    ("caixa", "a mensagem chega a `Mortas` com a idade que tem, e pode sumir logo: `Mortas` não guarda por mais tempo que `Fila`",
     [("VisibilityTimeout: 360", "VisibilityTimeout: 360\n      MessageRetentionPeriod: 1209600")]),
    ("caixa", "a mensagem chega a `Mortas` com a idade que tem, e pode sumir logo: `Mortas` não guarda por mais tempo que `Fila`",
     [("      MessageRetentionPeriod: 1209600\n", "")]),
]
KEPT = [
    ("eventos", [(DIMENSION, "Value: mortas"), ("SqsManagedSseEnabled: true", "SqsManagedSseEnabled: true, QueueName: mortas")]),
    ("eventos", [("      Threshold: 1", "      Threshold: 1.0\n      Unit: Count")]),
    ("eventos", [(DESTINATION, DESTINATION.replace("Destination", "Qualifier: $LATEST, Destination"))]),
    *(("eventos", calls("!Ref Outra", who)) for who in (
        "apigateway.amazonaws.com", "!Sub 'apigateway.${AWS::URLSuffix}'", "!Ref AWS::AccountId", "'111122223333'", "'*'")),
    ("eventos", [after(SCHEDULE.replace("ALVO", "!GetAtt Fila.Arn"))]),
    ("caixa", [("      MessageRetentionPeriod: 1209600\n", ""), ("VisibilityTimeout: 360", "VisibilityTimeout: 360\n      MessageRetentionPeriod: 86400")]),
]

RULES = "Rules: [{Status: Enabled, ExpirationInDays: !Ref Dias}]"
VERSIONED = also("      LifecycleC", "      VersioningConfiguration: {Status: Enabled}\n")
BEFORE, UNTOLD = "outra regra de `Bucket` pode apagar antes de 30 dias", "o benefício não diz em quanto tempo"


def ruled(text, old=""):
    extra = f", NoncurrentVersionExpiration: {old}" if old else ""
    return (RULES, f"Rules: [{{Status: Enabled, ExpirationInDays: 30{extra}}}{text}]")


TERMS = [
    (BEFORE, [ruled(", {Status: Enabled, ExpirationInDays: 1}")], ""),
    (BEFORE, [ruled(", {Status: Enabled, Prefix: tmp/, ExpirationInDays: 1}")], ""),
    (BEFORE, [ruled(", {Status: Enabled, ExpirationDate: '2027-01-01T00:00:00Z'}")], ""),
    (BEFORE, [ruled(", {Status: !ImportValue x, ExpirationInDays: 1}")], ""),
    (BEFORE, [ruled(", {Status: Enabled, ExpirationInDays: !ImportValue x}")], ""),
    ("`NewerNoncurrentVersions` guarda sem prazo as 5 versões antigas mais novas de cada objeto de `Bucket`",
     [ruled("", "{NoncurrentDays: 30, NewerNoncurrentVersions: 5}"), VERSIONED], ""),
    ("as versões antigas de `Bucket` ficam 31 dias a mais, e o prazo é de 30", [ruled("", "{NoncurrentDays: 31}"), VERSIONED], ""),
    *(("nada em `Bucket` expira sempre", [(RULES, RULES.replace("!Ref Dias", days))], "") for days in (".nan", ".inf", "0", "'²'", "30.5", "9" * 400)),
    ("`Bucket` expira em 30 dias, e o benefício diz 1030", [], "Expira em 1.030 dias."),
    *((UNTOLD, [], said) for said in (
        "Guarda em 30 diagramas.", "Não expira em 30 dias.", "Não [expira](../provas.md) em 30 dias.", "Expira de 10 a 30 dias.",
        "Expira em 10 a 30 dias.", "Expira em 30 dias ou 60 dias.", "Expira em 30 dias úteis.", "Expira em um mês e meio.", "Expira em até 30 dias.",
        "Expira em trinta e um dias.", "Expira em " + "9" * 5000 + " dias.", "Expira em 30 dias, ou 10-60 dias.")),
]
HELD = [
    ([], "Se algum dia você esquecer, expira em 30 dias."), ([], "[Expira](../provas.md#expira-em) em 30 dias, aceito ou não."),
    ([ruled(", {Status: Enabled, Prefix: a/, ExpirationInDays: 60}, {Status: Disabled, ExpirationInDays: 1}")], ""),
    ([(RULES, RULES.replace("Enabled", "Enabled, Prefix: '', TagFilters: []"))], ""),
    ([ruled("", "{NoncurrentDays: 14}"), VERSIONED], "Expira em 30 dias."),
]

OLD = "[{Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]"
FOREVER = "as versões antigas de `Bucket` ficam para sempre"
FILES = [
    (FOREVER, OLD.replace("NoncurrentVersionExpiration: {NoncurrentDays: 30}", "ExpirationInDays: 9")),
    (f"{FOREVER}: a regra só apaga as que `Prefix` pega", OLD.replace("Enabled,", "Enabled, Prefix: tmp/,")),
    (f"{FOREVER}: a regra só apaga as que `ObjectSizeGreaterThan` pega", OLD.replace("Enabled,", "Enabled, ObjectSizeGreaterThan: 9,")),
    (f"{FOREVER}: a regra que as apagaria está desligada", OLD.replace("Enabled", "Disabled")),
    ("`NewerNoncurrentVersions` guarda sem prazo as 100 versões antigas mais novas de cada objeto de `Bucket`",
     OLD.replace("Days: 30", "Days: 30, NewerNoncurrentVersions: 100")),
    (BEFORE, OLD.replace("}}]", "}}, {Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 1}}]")),
]

NAT = """
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref RedeA}}
  Saida: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref TabelaA, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  LigaB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref RedeB, RouteTableId: !Ref TabelaA}}
"""
INSIDE = "  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref RedeA, !Ref RedeB], SecurityGroupIds: [!Ref GrupoApp]}}}\n"
AURORA = ("  Cl: {Type: AWS::RDS::DBCluster}\n" + "".join(
    f"  I{zone}: {{Type: AWS::RDS::DBInstance, Properties: {{DBClusterIdentifier: !Ref Cl, AvailabilityZone: !Select [{zone}, !GetAZs '']}}}}\n"
    for zone in (0, 1)))
MOUNTED = "  Efs: {Type: AWS::EFS::FileSystem}\n" + "".join(
    f"  M{name}: {{Type: AWS::EFS::MountTarget, Properties: {{FileSystemId: !Ref Efs, SubnetId: !Ref Rede{name}, SecurityGroups: [!Ref GrupoApp]}}}}\n"
    for name in "AB")
FARAWAY = "`RedeB` sai por um NAT que não é da zona dela"
ZONES = [
    (FARAWAY, [after(NAT)]),
    ("não se prova que `F` esteja em duas zonas", [after(INSIDE.replace(", !Ref RedeB", ""))]),
    (FARAWAY, [after(INSIDE + NAT)]),
    ("não se prova que as instâncias de `Cl` estejam em duas zonas", [after(AURORA.replace("[1,", "[0,"))]),
    ("não se prova que `Efs` esteja em duas zonas", [after(MOUNTED.replace("!Ref RedeB", "!Ref RedeA"))]),
    ("`Ambiente` está desligado", [("{ComputeResources:", "{State: DISABLED, ComputeResources:")]),
]

LIST, CLOSED = "SourcePrefixListId: !Ref ListaCloudFront", "so-o-cloudfront-chega-ao-balanceador"
MINE = "  Minha: {Type: AWS::EC2::PrefixList, Properties: {PrefixListName: x, AddressFamily: IPv4, MaxEntries: 1, Entries: [{Cidr: 0.0.0.0/0}]}}\n"
UNSEEN = "não se sabe o que os grupos de `Alb` deixam entrar"
ENTRIES = [
    ("`Alb` aceita quem não é o CloudFront", [(LIST, "SourcePrefixListId: !Ref Minha"), after(MINE)]),
    (UNSEEN, [("      SecurityGroups: [!Ref Grupo]\n", "")]),
    (UNSEEN, [("      SecurityGroups: [!Ref Grupo]\n", "      SecurityGroups: [!Ref Grupo, !ImportValue g]\n")]),
    *(("`Outro` pode ter endereço público, fora do CloudFront", [after(f"  Outro: {{Type: {kind}, Properties: {{Subnets: [!Ref Sub]}}}}\n")])
      for kind in ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")),
]

BAD = [
    *(("sem-laco", "laco", need, edits, "") for need, edits in LOOPS),
    *(("falhas-guardadas", kind, need, edits, "") for kind, need, edits in UNKEPT),
    *(("expira-em", "eventos", need, edits, said) for need, edits, said in TERMS),
    *(("arquivos-recuperaveis", "arquivos", need, [(OLD, rules)], "") for need, rules in FILES),
    *(("alta-disponibilidade", "elastica", need, edits, "") for need, edits in ZONES),
    *((CLOSED, "publicada", need, edits, "") for need, edits in ENTRIES),
    ("escalabilidade", "elastica", "`Ambiente` está desligado", [("{ComputeResources:", "{State: DISABLED, ComputeResources:")], ""),
    ("escalabilidade", "elastica", "`Agrupamento` não tem de onde criar nós", [("{Enabled: true}", "{Enabled: true, NodePools: []}")], ""),
    ("copias-automaticas", "copiada", "nenhuma etiqueta de `Copias` é de `Outro`",
     [after("  Outro: {Type: AWS::EC2::Volume, Properties: {Size: 1, AvailabilityZone: a}}\n")], ""),
]
GOOD = [
    *(("sem-laco", "laco", edits, "") for edits in NO_LOOPS),
    *(("falhas-guardadas", kind, edits, "") for kind, edits in KEPT),
    *(("expira-em", "eventos", edits, said) for edits, said in HELD),
    *(("alta-disponibilidade", "elastica", [after(text)], "") for text in (INSIDE, AURORA, MOUNTED)),
    ("copias-automaticas", "copiada", [after("  Outro: {Type: AWS::EC2::Volume, Metadata: {Excecoes: {volume-descartavel: refaz-se}}}\n")], ""),
]


@pytest.mark.parametrize("claim_id, kind, need, edits, said", BAD)
def test_what_is_not_known_is_not_proven(claim_id, kind, need, edits, said):
    result = judge(claim_id, kind, *edits, said=said)
    assert not result.proven
    assert need in [missing.need for missing in result.missing]


@pytest.mark.parametrize("claim_id, kind, edits, said", GOOD)
def test_what_is_true_is_not_refused(claim_id, kind, edits, said):
    result = judge(claim_id, kind, *edits, said=said)
    assert result.missing == ()
    assert result.proven
    assert drawn(kind, *edits).claim_survivors(claim_id) == []


@pytest.mark.parametrize("value, expected", [
    (3, 3), ("3", 3), ("1.5", 1.5), (True, None), ("nan", None), ("inf", None), (float("nan"), None), (float("inf"), None),
    ("1_000", None), ("٣", None), ("²", None), (10**400, None), ("9" * 5000, None), (None, None),
])
def test_a_number_is_finite(value, expected):
    assert number(value) == expected


def test_a_parameter_without_a_maximum_has_a_minimum():
    assert at_least(1)(float("inf"))
    assert not at_least(1)(float("-inf"))
    assert not judge("alta-disponibilidade", "servidores", ("MinSize: !Ref Minimo", "MinSize: .inf")).proven
