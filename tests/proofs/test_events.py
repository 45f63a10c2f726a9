"""Um serviço que aciona outro: a notificação, a permissão e a ordem de criação."""

import pytest
from tests.proofs.bench import bench

GOOD = """\
Balde:
  Type: AWS::S3::Bucket
  DependsOn: [Outra, Permissao]
  Properties:
    BucketName: !Sub x-${AWS::AccountId}
    NotificationConfiguration:
      LambdaConfigurations:
        - Event: s3:ObjectCreated:*
          Function: !GetAtt Funcao.Arn
          Filter:
            S3Key:
              Rules:
                - Name: suffix
                  Value: .csv
Permissao:
  Type: AWS::Lambda::Permission
  Properties:
    Action: lambda:InvokeFunction
    FunctionName: !GetAtt Funcao.Arn
    Principal: s3.amazonaws.com
    SourceArn: !Sub arn:${AWS::Partition}:s3:::x-${AWS::AccountId}
    SourceAccount: !Ref AWS::AccountId
Funcao: {Type: "AWS::Lambda::Function"}
Outra: {Type: "AWS::Lambda::Function"}
"""
ARROW = ("balde = Balde", "funcao = Funcao", "balde >> funcao")
ENTRY = ("Resources", "Balde", "Properties", "NotificationConfiguration", "LambdaConfigurations", 0)
PERMISSION = ("Resources", "Permissao", "Properties")


def test_a_bucket_triggers_a_function():
    architecture = bench(GOOD, *ARROW)
    assert architecture.missing() == []
    assert architecture.survivors("balde--funcao") == []
    assert architecture.lines() == {
        "Event: s3:ObjectCreated:*", "Function: !GetAtt Funcao.Arn", "DependsOn: [Outra, Permissao]", "Action: lambda:InvokeFunction",
        "FunctionName: !GetAtt Funcao.Arn", "Principal: s3.amazonaws.com", "SourceAccount: !Ref AWS::AccountId",
        "SourceArn: !Sub arn:${AWS::Partition}:s3:::x-${AWS::AccountId}", "Value: .csv",
    }


NOT_NOTIFIED = "o bucket `Balde` não notifica `Funcao`; acrescente um item a `LambdaConfigurations` com `Function: !GetAtt Funcao.Arn`"
ANOTHER = ("nenhuma permissão deixa `Balde` invocar `Funcao`: a de `Permissao` é de {}; escreva em `SourceArn` o ARN de `Balde`, ou acrescente "
           "outra permissão")
NOT_PERMITTED = "nenhuma permissão deixa `Balde` invocar `Funcao`; acrescente um `AWS::Lambda::Permission` com `SourceArn` e `SourceAccount`"
WRONG_EVENT = ("a notificação de `Balde` é de {}, e a seta pede `s3:ObjectCreated:*`; escreva `Event: s3:ObjectCreated:*`, ou diga o "
               "evento na seta com `acao`")
UNREADABLE = "o filtro da notificação de `Balde` não se conhece; escreva-o por extenso"
LATE = "`Balde` pode ser criado antes de `Permissao`; acrescente `DependsOn: Permissao` ao bucket"


@pytest.mark.parametrize("path, value, missing", [
    ((*ENTRY, "Event"), "s3:ObjectRemoved:*", WRONG_EVENT.format("`s3:ObjectRemoved:*`")),
    ((*ENTRY, "Event"), "s3:ObjectCreated:Put", WRONG_EVENT.format("`s3:ObjectCreated:Put`")),
    ((*ENTRY, "Event"), "*", WRONG_EVENT.format("`*`")),
    ((*ENTRY, "Event"), {"Fn::ImportValue": "x"}, WRONG_EVENT.format("um evento desconhecido")),
    ((*ENTRY, "Function"), {"Fn::GetAtt": ["Outra", "Arn"]}, NOT_NOTIFIED),
    ((*ENTRY, "Function"), {"Ref": "Funcao"}, NOT_NOTIFIED),
    ((*ENTRY, "Filter"), {"Fn::ImportValue": "x"}, UNREADABLE),
    ((*ENTRY, "Filter"), {}, UNREADABLE),
    ((*ENTRY, "Filter", "S3Key", "Rules"), [{"Name": "tamanho", "Value": "1"}], UNREADABLE),
    ((*ENTRY, "Filter", "S3Key", "Rules"), [{"Name": "prefix", "Value": "a"}, {"Name": "Prefix", "Value": "b"}], UNREADABLE),
    (ENTRY[:-1], {"Fn::Transform": {"Name": "M"}}, NOT_NOTIFIED),
    ((*PERMISSION, "Action"), "lambda:GetFunction", "`Action` de `Permissao` não é `lambda:InvokeFunction`; corrija o valor"),
    ((*PERMISSION, "Principal"), "sns.amazonaws.com", "`Principal` de `Permissao` não é `s3.amazonaws.com`; corrija o valor"),
    ((*PERMISSION, "SourceAccount"), "123456789012", "`SourceAccount` de `Permissao` não é `${AWS::AccountId}`; corrija o valor"),
    ((*PERMISSION, "EventSourceToken"), "x", "`EventSourceToken` de `Permissao` é de outro uso; tire-o"),
    ((*PERMISSION, "FunctionName"), {"Ref": "Outra"}, NOT_PERMITTED),
    ((*PERMISSION, "SourceArn"), "arn:aws:s3:::outro", ANOTHER.format("`arn:${AWS::Partition}:s3:::outro`")),
    ((*PERMISSION, "SourceArn"), {"Fn::ImportValue": "x"}, ANOTHER.format("um ARN que não se lê")),
    (("Resources", "Balde", "DependsOn"), "Outra", LATE),
])
def test_what_is_missing(path, value, missing):
    assert bench(GOOD, *ARROW).put(*path, value=value).missing()[0] == missing


@pytest.mark.parametrize("event, arrow", [
    ("s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete"), ("s3:ObjectCreated:Put", "s3:ObjectCreated:Put"), ("s3:*", ""),
])
def test_the_arrow_may_say_its_event(event, arrow):
    parts = (*ARROW[:2], f"balde >> funcao acao={arrow}" if arrow else "balde >> funcao")
    assert bench(GOOD, *parts).put(*ENTRY, "Event", value=event).missing() == []


def test_several_entries_and_permissions():
    architecture = bench(GOOD, *ARROW)
    removed = {"Event": "s3:ObjectRemoved:*", "Function": {"Fn::GetAtt": ["Funcao", "Arn"]}}
    other = {"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["Outra", "Arn"]},
             "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".txt"}]}}}
    right = architecture.template.data["Resources"]["Balde"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"][0]
    several = architecture.put(*ENTRY[:-1], value=[removed, other, right])
    assert several.missing() == []
    overlapping = architecture.put(*ENTRY[:-1], value=[removed, right, {**other, "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "a"}]}}}])
    assert overlapping.missing() == ["dois avisos de `Balde` pegam o mesmo evento da mesma chave, e o S3 recusa; separe-os por evento, por "
                                     "começo ou por fim da chave"]
    assert (*ENTRY[:-1], 2, "Event") in [piece.path for piece in several.proof().found]
    permission = architecture.template.data["Resources"]["Permissao"]
    wrong = {**permission, "Properties": {**permission["Properties"], "Principal": "sns.amazonaws.com"}}
    repeated = architecture.put("Resources", "Permissao", value=wrong).put("Resources", "Certa", value=permission)
    assert not repeated.proof().proven, "a permissão certa pode ser criada depois do bucket"
    assert repeated.put("Resources", "Balde", "DependsOn", value=["Certa"]).missing() == []


def test_order_by_reference_and_by_text():
    architecture = bench(GOOD, *ARROW)
    assert architecture.put("Resources", "Balde", "DependsOn", value="Permissao").survivors("balde--funcao") == []
    indirect = architecture.put("Resources", "Balde", "DependsOn", value="Meio").put(
        "Resources", "Meio", value={"Type": "AWS::SNS::Topic", "DependsOn": "Permissao"})
    assert indirect.missing() == []


def test_swapped_functions():
    architecture = bench(GOOD, *ARROW[:1], "funcao = Outra", "balde >> funcao")
    assert architecture.missing() == [NOT_NOTIFIED.replace("Funcao", "Outra"), NOT_PERMITTED.replace("Funcao", "Outra")]
