"""Criar e remover a pilha pelos comandos da página: o que a AWS recusaria, o que ficaria por esvaziar, e o que dois recursos têm de combinar."""

from __future__ import annotations

import pytest

from scripts.base.tree import Tree
from scripts.checks import calls, cleanup, pairing
from scripts.page import architecture
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.built import ROOT

TREE = Tree(ROOT)
LOOP = ("while\n  aws s3api list-object-versions --bucket {0} --no-paginate --query '{{Objects: [Versions, DeleteMarkers][]}}' > v.json && "
        "grep -q V v.json\ndo\n  aws s3api delete-objects --bucket {0} --delete file://v.json || break\ndone")
DELETE = "aws cloudformation delete-stack --stack-name p --region sa-east-1"
DEPLOY = "aws cloudformation deploy --stack-name p --template-file template.yaml"


def found(module, template: str, *commands: str, text: str = "") -> list[str]:
    body = "\n".join(["# P", "", "## Antes", "", "## Limpeza", "", text, "", "```bash", *commands, "```", ""])
    page, views = architecture.parse(body, "p.md"), views_of(cloudformation.parse(template, "pasta/template.yaml"))
    return sorted({f"{finding.path}: {finding.message}" for finding in module.check(page, calls.made(page, views))})


def buckets(**outputs: str) -> str:
    said = "".join(f"  {name}: {{Value: !Sub '{value}'}}\n" for name, value in outputs.items())
    return ("Resources:\n  Um: {Type: AWS::S3::Bucket}\n  Dois: {Type: AWS::S3::Bucket, DeletionPolicy: Delete}\n"
            "  Fica: {Type: AWS::S3::Bucket, DeletionPolicy: RetainExceptOnCreate}\n  Guarda: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}\n"
            "  Versoes: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}\n"
            "Outputs:\n  NomeUm: {Value: !Ref Um}\n  NomeDois: {Value: !Ref Dois}\n  NomeVersoes: {Value: !Ref Versoes}\n" + said)


RM = [f"aws s3 rm s3://NOME_{name} --recursive" for name in ("UM", "DOIS")]
EVERY = [*RM, LOOP.format("NOME_VERSOES")]


@pytest.mark.parametrize("commands", [
    EVERY, [EVERY[2], EVERY[1], EVERY[0]], ["aws s3 rm s3://NOME_UM/ --recursive --region x", *EVERY[1:]], ["aws s3 rb s3://NOME_UM --force", *EVERY[1:]],
    ['for B in NOME_UM NOME_DOIS; do aws s3 rm "s3://$B" --recursive; done', EVERY[2]],
    ["B=$(aws cloudformation describe-stacks --query \"Stacks[0].Outputs[?OutputKey=='NomeUm'].OutputValue\" --output text)",
     "aws s3 rm \"s3://${B}\" --recursive", *EVERY[1:]],
    [*RM, "for T in Versions DeleteMarkers; do aws s3api list-object-versions --bucket NOME_VERSOES --query \"$T[].[Key,VersionId]\" |",
     "while read -r CHAVE VERSAO; do aws s3api delete-object --bucket NOME_VERSOES --key \"$CHAVE\" --version-id \"$VERSAO\"; done; done"],
])
def test_a_cleanup_that_empties_what_goes_with_the_stack(commands):
    assert found(cleanup, buckets(), *commands, DELETE) == []


@pytest.mark.parametrize("commands, lost", [
    (EVERY[1:], "Um"), ([EVERY[0], EVERY[2]], "Dois"), (RM, "Versoes"), ([*RM, "aws s3 rm s3://NOME_VERSOES --recursive"], "Versoes"),
    ([RM[0], RM[0], EVERY[2]], "Dois"), (["aws s3 rm s3://NOME_UM/pasta --recursive", *EVERY[1:]], "Um"),
    (["aws s3 rm s3://NOME_UM", *EVERY[1:]], "Um"), (["aws s3 rm s3://NOME_UM --recursive --exclude '*.csv'", *EVERY[1:]], "Um"),
    (["aws s3 rm s3://NOME_UM --recursive --dryrun", *EVERY[1:]], "Um"), (["aws s3 ls s3://NOME_UM --recursive", *EVERY[1:]], "Um"),
    (["aws s3 rb s3://NOME_UM", *EVERY[1:]], "Um"), ([*RM, EVERY[2].replace("Versions, DeleteMarkers", "Versions")], "Versoes"),
    ([*RM, EVERY[2].replace("Versions, DeleteMarkers", "DeleteMarkers")], "Versoes"),
    ([*RM, "aws s3api delete-objects --bucket NOME_VERSOES --delete file://v.json"], "Versoes"),
    ([*RM, LOOP.format("NOME_UM")], "Versoes"), (["for B in NOME_UM NOME_UM; do aws s3 rm \"s3://$B\" --recursive; done", EVERY[2]], "Dois"),
])
def test_a_cleanup_that_leaves_objects(commands, lost):
    message, = found(cleanup, buckets(), *commands, DELETE)
    assert f"`{lost}` sai com a pilha" in message and ("com todas as versões" in message) == (lost == "Versoes")


def test_what_comes_after_the_removal_does_not_count():
    assert len(found(cleanup, buckets(), DELETE, *EVERY)) == 3


def test_the_outputs_that_the_text_cites_serve_when_the_page_has_no_command():
    template = buckets(ComandoUm="aws s3 rm s3://${Um} --recursive", ComandoDois="aws s3 rm s3://${Dois} --recursive").replace(
        "  Versoes: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}\n", "").replace(
        "  NomeVersoes: {Value: !Ref Versoes}\n", "")
    assert found(cleanup, template, DELETE, text="Rode `ComandoUm` e `ComandoDois`.") == []
    assert len(found(cleanup, template, DELETE, text="Rode `ComandoUm`.")) == 1
    assert len(found(cleanup, template, RM[0], DELETE, text="Rode `ComandoUm` e `ComandoDois`.")) == 1


@pytest.mark.parametrize("outputs, cause", [
    ({"A": "aws s3 rm s3://${Um} --recursive && aws s3 rm s3://${Um} --recursive"}, "repete o mesmo comando"),
    ({"A": "aws s3 rm s3://${Um} --recursive"}, "nenhuma saída esvazia `Dois`"),
    ({"A": "aws s3 rm s3://${Um} --recursive && aws s3 rm s3://${Dois}/pasta --recursive"}, "nenhuma saída esvazia `Dois`"),
    ({"A": "aws s3 rm s3://${Fica} --recursive && aws s3 rm s3://${Dois} --recursive"}, "nenhuma saída esvazia `Um`"),
])
def test_the_outputs_empty_each_bucket_once(outputs, cause):
    assert any(cause in message and message.startswith("pasta/template.yaml") for message in found(cleanup, buckets(**outputs), *EVERY, DELETE))


def test_the_outputs_that_empty_each_bucket():
    both = {"A": "aws s3 rm s3://${Um} --recursive", "B": "aws s3 rm s3://${Dois} --recursive"}
    assert found(cleanup, buckets(**both), *EVERY, DELETE) == found(cleanup, buckets(A=" && ".join(both.values())), *EVERY, DELETE) == []


ROLE = "Resources:\n  Papel: {Type: AWS::IAM::Role, Condition: Talvez, Properties: {}}\nConditions: {Talvez: !Equals [a, b]}\n"
NAMED = "Resources:\n  Papel: {Type: AWS::IAM::%s, Properties: {%s: x}}\n"
PLAIN = "Resources:\n  Fila: {Type: AWS::SQS::Queue, Properties: {QueueName: x}}\n"
MACRO = "Transform: AWS::LanguageExtensions\n" + PLAIN
CREATE = "aws cloudformation create-stack --stack-name p --template-body file://template.yaml"
CHANGES = "aws cloudformation create-change-set --stack-name p --change-set-name c --template-body file://template.yaml"
CAPABLE = [("Role", "RoleName"), ("User", "UserName"), ("Group", "GroupName"), ("InstanceProfile", "InstanceProfileName"),
           ("ManagedPolicy", "ManagedPolicyName")]


@pytest.mark.parametrize("command", [DEPLOY, CREATE, CHANGES, "aws cloudformation update-stack --stack-name p --use-previous-template"])
def test_what_creates_roles_says_that_it_knows(command):
    assert any("acrescente `--capabilities CAPABILITY_IAM`" in each for each in found(cleanup, ROLE, command))
    assert found(cleanup, ROLE, f"{command} --capabilities CAPABILITY_IAM") == found(cleanup, ROLE, f"{command} --capabilities=CAPABILITY_NAMED_IAM") == []
    assert found(cleanup, ROLE, f"{command} \\\n  --capabilities CAPABILITY_AUTO_EXPAND CAPABILITY_IAM \\\n  --region x") == []
    assert len(found(cleanup, ROLE, f"{command} --capabilities CAPABILITY_AUTO_EXPAND --tags a=CAPABILITY_IAM")) == 1
    assert found(cleanup, PLAIN, command) == found(cleanup, PLAIN, f"{command} --capabilities CAPABILITY_IAM") == []


@pytest.mark.parametrize("kind, name", CAPABLE)
def test_a_chosen_name_asks_for_the_other_capability(kind, name):
    template = NAMED % (kind, name)
    for given in ("", " --capabilities CAPABILITY_IAM"):
        message, = found(cleanup, template, DEPLOY + given)
        assert "CAPABILITY_NAMED_IAM`" in message
    assert found(cleanup, template, f"{DEPLOY} --capabilities CAPABILITY_NAMED_IAM") == []
    for other in (("Policy", "PolicyName"), ("RolePolicy", "RoleName"), ("UserPolicy", "UserName"), ("UserToGroupAddition", "GroupName")):
        assert found(cleanup, NAMED % other, f"{DEPLOY} --capabilities CAPABILITY_IAM") == []


def test_a_macro_expanded_at_once_asks_for_it():
    assert len(found(cleanup, MACRO, CREATE)) == 1
    assert found(cleanup, MACRO, f"{CREATE} --capabilities CAPABILITY_AUTO_EXPAND") == found(cleanup, MACRO, DEPLOY) == found(cleanup, MACRO, CHANGES) == []


def test_another_file_is_not_of_this_template():
    assert found(cleanup, ROLE, DEPLOY.replace("template.yaml", "sonda.yaml")) == []


QUEUES = ("Resources:\n  Pedidos: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Falhas.Arn, maxReceiveCount: 3}}}\n"
          "  Falhas: {Type: AWS::SQS::Queue}\n  Sozinha: {Type: AWS::SQS::Queue}\n  Avisos: {Type: AWS::SNS::Topic}\n  Funcao: {Type: AWS::Lambda::Function}\n"
          "Outputs:\n  ArnFalhas: {Value: !GetAtt Falhas.Arn}\n  ArnPedidos: {Value: !GetAtt Pedidos.Arn}\n  NomeFalhas: {Value: !GetAtt Falhas.QueueName}\n"
          "  UrlFalhas: {Value: !Ref Falhas}\n  ArnAvisos: {Value: !Ref Avisos}\n  NomeFuncao: {Value: !Ref Funcao}\n"
          "  ArnFuncao: {Value: !GetAtt Funcao.Arn}\n  Comando: {Value: !Sub 'aws sqs start-message-move-task --region x --source-arn ${%s.Arn}'}\n")
MOVE = "aws sqs start-message-move-task --source-arn"


def test_what_is_sent_again_comes_from_a_dead_letter_queue():
    assert found(pairing, QUEUES % "Falhas", f"{MOVE} ARN_FALHAS", f"{MOVE}=ARN_FALHAS --destination-arn ARN_PEDIDOS") == []
    for wrong in ("ARN_PEDIDOS", "NOME_FALHAS", "URL_FALHAS", "ARN_AVISOS", "arn:aws:sqs:sa-east-1:123456789012:outra"):
        assert any("não é a fila de falhas" in message for message in found(pairing, QUEUES % "Falhas", f"{MOVE} {wrong}"))
    for wrong in ("Pedidos", "Sozinha"):
        message, = found(pairing, QUEUES % wrong)
        assert message.startswith("pasta/template.yaml: a saída `Comando` reenvia de")
    assert any("reenvia para" in message for message in found(pairing, QUEUES % "Falhas", f"{MOVE} ARN_FALHAS --destination-arn ARN_AVISOS"))


def test_an_option_asks_for_the_form_that_its_name_says():
    assert found(pairing, QUEUES % "Falhas", "aws x y --resource-arn ARN_FUNCAO", "aws x y --endpoint-url URL_FALHAS") == []
    for wrong in ("aws x y --resource-arn NOME_FUNCAO", "aws x y --endpoint-url ARN_FALHAS", "aws x y --resource-arn=URL_FALHAS"):
        assert len(found(pairing, QUEUES % "Falhas", wrong)) == 1


LOGS = ("Resources:\n  Registros: {Type: AWS::Logs::LogGroup, Properties: {LogGroupClass: %s}}\n"
        "Outputs:\n  NomeRegistros: {Value: !Ref Registros}\n  Comando: {Value: !Sub 'aws logs tail ${Registros} --follow --since 1h'}\n")
READS = ["aws logs tail --follow NOME_REGISTROS", "aws logs filter-log-events --log-group-name NOME_REGISTROS",
         "aws logs get-log-events --log-group-name=NOME_REGISTROS --log-stream-name x"]


@pytest.mark.parametrize("kind, places", [("STANDARD", []), *((kind, ["p.md", "pasta/template.yaml"]) for kind in ("INFREQUENT_ACCESS", "DELIVERY"))])
def test_the_events_of_a_group_are_read_one_by_one_only_in_the_standard_class(kind, places):
    for command in READS:
        said = found(pairing, LOGS % kind, command)
        assert [message.split(":")[0] for message in said] == places and all("lê os eventos de `Registros`" in message for message in said)
    assert len(found(pairing, LOGS % kind, "aws logs start-query --log-group-name NOME_REGISTROS", "aws logs tail /aws/outro")) == len(places[1:])


ZONES = ("Resources:\n  A: {Type: AWS::EC2::Subnet, Properties: {AvailabilityZone: !Select [0, !GetAZs '']}}\n"
         "  B: {Type: AWS::EC2::Subnet, Properties: {AvailabilityZone: !Select [1, !GetAZs '']}}\n"
         "  Servidor: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}\n  Outro: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B}}\n"
         "  Volume: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: !GetAtt A.AvailabilityZone}}\n"
         "  Liga: {Type: AWS::EC2::VolumeAttachment, Properties: {InstanceId: !Ref Servidor, VolumeId: !Ref Volume, Device: /dev/sdf}}\n"
         "Outputs:\n  IdServidor: {Value: !Ref Servidor}\n  IdOutro: {Value: !Ref Outro}\n  Zona: {Value: %s, Description: Zona dos volumes}\n")
CREATE_VOLUME, ATTACH = "V=$(aws ec2 create-volume --availability-zone ZONA \\\n  --snapshot-id s)", "aws ec2 attach-volume --volume-id \"$V\" --instance-id"


@pytest.mark.parametrize("zone", ["!GetAtt A.AvailabilityZone", "!Select [0, !GetAZs '']", "!GetAtt Servidor.AvailabilityZone", "!GetAtt Volume.AvailabilityZone"])
def test_a_volume_is_created_where_its_instance_is(zone):
    for attach in ([], [f"{ATTACH} ID_SERVIDOR"]):
        wrong = found(pairing, ZONES % zone, CREATE_VOLUME, *attach)
        assert [message for message in wrong if message.startswith("p.md")] == []
    assert len([message for message in found(pairing, ZONES % zone, CREATE_VOLUME, f"{ATTACH} ID_OUTRO") if message.startswith("p.md")]) == 1


@pytest.mark.parametrize("zone", ["!GetAtt B.AvailabilityZone", "!Select [1, !GetAZs '']", "!GetAtt Outro.AvailabilityZone", "sa-east-1a"])
def test_a_volume_of_another_zone_is_not_attached(zone):
    for attach in ([], [f"{ATTACH} ID_SERVIDOR"]):
        paths = [message.split(":")[0] for message in found(pairing, ZONES % zone, CREATE_VOLUME, *attach)]
        assert paths == ["p.md", "pasta/template.yaml"]
    assert [message.split(":")[0] for message in found(pairing, ZONES % zone)] == ["pasta/template.yaml"]


DISKS = (ZONES % "!GetAtt A.AvailabilityZone").replace("SubnetId: !Ref A", "SubnetId: !Ref A, BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {}}]")
DETACH = 'aws ec2 detach-volume --volume-id "$V"'


@pytest.mark.parametrize("commands", [
    [f"{ATTACH} ID_SERVIDOR --device /dev/sdh"], [f"{ATTACH} ID_OUTRO --device /dev/sdf"], [f"{ATTACH} ID_OUTRO --device /dev/xvda"],
    [f"{ATTACH} ID_SERVIDOR --device /dev/sdh", DETACH, f"{ATTACH} ID_SERVIDOR --device /dev/sdh"],
    [f"{ATTACH} ID_SERVIDOR --device /dev/sdh", f"{ATTACH} ID_SERVIDOR --device /dev/sdi"],
    [f"{ATTACH} ID_SERVIDOR --device /dev/sdh", f"{ATTACH} ID_OUTRO --device /dev/sdh"],
])
def test_a_volume_is_attached_where_no_disk_is(commands):
    assert found(pairing, DISKS, *commands) == []


@pytest.mark.parametrize("commands", [
    [f"{ATTACH} ID_SERVIDOR --device /dev/sdf"], [f"{ATTACH} ID_SERVIDOR --device=/dev/sdf"], [f"{ATTACH} ID_SERVIDOR --device /dev/xvdf"],
    [f"{ATTACH} ID_SERVIDOR --device /dev/xvda"], [f"{ATTACH} ID_SERVIDOR --device /dev/sda"], [f"{ATTACH} ID_QUALQUER --device /dev/sdf"],
    [f"{ATTACH} ID_OUTRO --device /dev/sdh", f"{ATTACH} ID_OUTRO --device /dev/sdh"],
])
def test_a_device_is_of_one_disk_only(commands):
    (message,) = found(pairing, DISKS, *commands)
    assert message.startswith("p.md") and "a AWS recusa" in message


@pytest.mark.parametrize("slug", TREE.architectures())
def test_each_command_that_a_page_needs_to_remove_its_stack(slug):
    """Sem a capacidade, ou sem uma das linhas que esvaziam, a página de cada arquitetura tem um achado; como está, nenhum."""
    text, views = TREE.page(slug).read_text(encoding="utf-8"), views_of(cloudformation.read(TREE.template(slug)))

    def said(body: str) -> int:
        page = architecture.parse(body, "p.md")
        return len({finding.message for finding in cleanup.check(page, calls.made(page, views))})

    assert said(text) == 0
    assert said(text.replace("--capabilities CAPABILITY_IAM", "--capabilities CAPABILITY_AUTO_EXPAND")) == 1
    cleaning = text[text.index("\n## Limpeza"):]
    before = cleaning[:cleaning.index("delete-stack")]
    for line in (line for line in before.splitlines() if "aws s3 rm" in line or "s3api delete-objects" in line):
        assert said(text.replace(cleaning, cleaning.replace(line, "  true", 1))) == 1
