"""`conferir` aponta o comando, ou o texto, que cita uma saída, um parâmetro ou um recurso que o template não tem."""

from __future__ import annotations

import pytest

from scripts.checks import commands
from scripts.page import architecture
from scripts.template import cloudformation

TEMPLATE = cloudformation.parse("""\
Parameters:
  CidrPermitido: {Type: String}
Resources:
  Servidor: {Type: AWS::EC2::Instance}
Outputs:
  IdInstancia: {Value: !Ref Servidor}
""", "t.yaml")
DEPLOY = "aws cloudformation deploy --stack-name web --template-file template.yaml\n"


def found(body: str) -> list[tuple[int, str]]:
    page = architecture.parse(body, "p.md")
    return sorted((finding.line, finding.code) for finding in commands.check(page, TEMPLATE))


def block(*lines: str) -> str:
    return "\n".join(["# Página", "", "```bash", *lines, "```", ""])


@pytest.mark.parametrize("line", [
    "aws ec2 reboot-instances --instance-ids ID_INSTANCIA",
    "aws rds delete-db-snapshot --db-snapshot-identifier ID_DO_SNAPSHOT",
    "ID=$(date); aws s3 ls \"s3://$ID\"; echo \"${ID}x\"",
    "aws cloudformation deploy --stack-name web --template-file t --capabilities CAPABILITY_IAM --parameter-overrides CidrPermitido=1",
    "sudo /opt/aws/bin/cfn-init --stack web --resource Servidor --region sa-east-1",
    "for TIPO in Versions; do read -r CHAVE VERSAO; echo \"$TIPO\"; done # QUALQUER_COISA",
    "cat <<'FIM'\nUPDATE NADA\nFIM",
])
def test_what_the_template_has_is_not_pointed_out(line):
    assert found(block(line)) == []


@pytest.mark.parametrize("line, code", [
    ("aws ec2 reboot-instances --instance-ids ID_INSTANCIAS", "comando-sem-saida"),
    ("aws s3 ls s3://NOME_BUCKET/a", "comando-sem-saida"),
    ("aws cloudformation describe-stacks --query \"Stacks[0].Outputs[?OutputKey=='Endereco'].OutputValue\"", "comando-sem-saida"),
    ("aws cloudformation deploy --stack-name web --template-file t --parameter-overrides CidrPermitidos=1 --region x", "comando-sem-parametro"),
    ("aws cloudformation update-stack --stack-name web --parameters ParameterKey=Cidr,UsePreviousValue=true", "comando-sem-parametro"),
    ("aws cloudformation describe-stack-resource --stack-name web --logical-resource-id Servidora", "comando-sem-recurso"),
    ("sudo /opt/aws/bin/cfn-init --stack web --resource Maquina", "comando-sem-recurso"),
])
def test_what_the_template_lacks_is_pointed_out_at_its_line(line, code):
    assert found(block("echo", line)) == [(5, code)]


def test_a_name_close_to_one_that_exists_is_suggested():
    page = architecture.parse(block("aws ec2 reboot-instances --instance-ids ID_INSTANCIAS"), "p.md")
    finding, = commands.check(page, TEMPLATE)
    assert str(finding) == ("p.md:4: [comando-sem-saida] `ID_INSTANCIAS` cita a saída `IdInstancias`, que não está em `t.yaml`; "
                            "talvez seja `IdInstancia`.")


def test_a_word_to_replace_is_told_to_be_explained():
    finding, = commands.check(architecture.parse(block("aws sns subscribe --notification-endpoint SEU_EMAIL"), "p.md"), TEMPLATE)
    assert finding.message == ("`SEU_EMAIL` é para trocar, e a página não diz pelo quê; explique-o no texto, com esse nome entre crases, "
                               "ou crie a saída `SeuEmail` em `t.yaml`.")


@pytest.mark.parametrize("text, codes", [
    ("Anote a saída `IdInstancia` e o parâmetro `CidrPermitido`.", []),
    ("Anote a saída `IdVolume`.", ["comando-sem-saida"]),
    ("Mude o parâmetro `Cidr`.", ["comando-sem-parametro"]),
    ("Crie com `DiasBackup=1`; o cookie é `SameSite=Lax`.", ["comando-sem-parametro"]),
    ("Rode `aws ec2 reboot-instances --instance-ids ID_SERVIDOR`.", ["comando-sem-saida"]),
    ("Rode `aws s3 ls s3://NOME`, com o `NOME` que quiser.", []),
])
def test_names_in_the_text(text, codes):
    assert found(f"# Página\n\n{text}\n") == [(3, code) for code in codes]


def test_a_command_of_another_stack_is_pointed_out():
    assert found(block(DEPLOY.strip(), "aws cloudformation delete-stack --stack-name loja")) == [(5, "comando-de-outra-pilha")]
    assert found(block("aws cloudformation delete-stack --stack-name loja")) == []


def test_what_follows_a_word_given_as_input_is_still_read():
    assert found(block("read -r NOME <<< texto", "aws ec2 reboot-instances --instance-ids ID_QUALQUER")) == [(5, "comando-sem-saida")]
    assert found(block("cat <<'fim.txt' > saida", "ID_QUALQUER", "fim.txt")) == []
