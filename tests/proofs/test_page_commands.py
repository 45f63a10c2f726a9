"""Os comandos de uma página: a ordem deles, o que esperam, o que perguntam e as opções que mudam o que fazem."""

from __future__ import annotations

import re

import pytest
from attempts import findings
from bench import REAL, REPOSITORY

from scripts.base.tree import Tree
from scripts.checks.queries import fields

FALSE = {
    "espera o que não vem": ("upload-ec2-ebs-rds", "wait instance-stopped", "wait instance-terminated", "leva a `instance-stopped`"),
    "espera antes do comando": ("dois-volumes-ebs", "aws ec2 wait volume-available --volume-ids \"$VOLUME\" --region sa-east-1\naws ec2 attach-volume",
                                "aws ec2 attach-volume", "começa antes de `ec2 create-volume` acabar"),
    "não espera o snapshot": ("dois-volumes-ebs", 'aws ec2 wait snapshot-completed --snapshot-ids "$SNAPSHOT" --region sa-east-1\n', "",
                              "começa antes de `ec2 create-snapshot` acabar"),
    "não espera a pilha sair": ("metadados-s3", "aws cloudformation wait stack-delete-complete --stack-name metadados-s3 --region sa-east-1\n", "",
                                "começa antes de `cloudformation delete-stack` acabar"),
    "a tabela que já saiu": ("metadados-s3", "delete-table --table-name NOME_TABELA_AUDITORIA", "delete-table --table-name NOME_TABELA", "já saiu com a pilha"),
    "o cluster que já saiu": ("espectrometria", "kubectl config delete-context", "kubectl delete namespace espectrometria\nkubectl config delete-context",
                              "já saiu com a pilha, e o `kubectl`"),
    "o evento que se perde": ("cli-s3-lambda-dynamodb", "--invocation-type Event ", "", "use `--invocation-type Event`"),
    "as versões no lugar das marcas": ("web-ec2-rds-s3", 'DeleteMarkers[].[Key,VersionId,LastModified]', 'Versions[].[Key,VersionId,LastModified]',
                                       "liste `DeleteMarkers`"),
    "uma pasta sem a opção": ("musicas", "s3://NOME_BUCKET_FICHAS/fichas/ fichas --recursive", "s3://NOME_BUCKET_FICHAS/fichas/ fichas", "sem `--recursive`"),
    "a marca que só se repete": ("web-ec2-rds-s3", " --version-id ID_DA_MARCA", "", "mais uma marca de exclusão"),
    "o grupo que não diminui": ("ecommerce", "--no-should-decrement", "--should-decrement", "já está no mínimo"),
    "o mesmo, no outro": ("pdv-alta-disponibilidade", "--no-should-decrement", "--should-decrement", "já está no mínimo"),
    "os snapshots que saem com o banco": ("upload-ec2-ebs-rds", "--snapshot-type manual", "--snapshot-type automated", "saem com o banco"),
    "a pasta de outro bucket": ("musicas", "s3://NOME_BUCKET_FICHAS/fichas/", "s3://NOME_BUCKET_MUSICAS/fichas/", "que é de `BucketFichas`"),
    "uma pasta que não há": ("web-ec2-rds-s3", "s3://NOME_BUCKET/arquivos/", "s3://NOME_BUCKET/fotos/", "não tem a pasta `fotos/`"),
    "a pasta que não aciona": ("cli-s3-lambda-dynamodb", "s3://NOME_BUCKET/entrada/ruim.csv", "s3://NOME_BUCKET/saida/ruim.csv", "não tem a pasta `saida/`"),
    "o estado que o campo não diz": ("envio-e-consulta", "--query Certificate.Status", "--query Certificate.Type", "quem diz `ISSUED` é"),
    "o estado que não se pede": ("envio-e-consulta", "--query Certificate.Status", "--query Certificate.DomainName", "não o pede"),
    "um campo que não há": ("musicas", "Instances[0].PublicIpAddress", "Instances[0].PublicIp", "não responde isso; talvez"),
    "um campo que não há, no filtro": ("musicas", "?OutputKey==", "?Key==", "não responde isso"),
    "uma consulta que não se lê": ("musicas", "Instances[0].PublicIpAddress", "Instances[0].PublicIpAddress|sort(@)", "Não se sabe ler a consulta"),
    "espera o que já passou": ("dois-volumes-ebs", 'detach-volume --volume-id "$VOLUME" --region sa-east-1\naws ec2 wait volume-available',
                               'detach-volume --volume-id "$VOLUME" --region sa-east-1\naws ec2 wait volume-in-use',
                               "`ec2 detach-volume` leva a `volume-available`"),
    "o filtro de outra coisa": ("dois-volumes-ebs", "Name=volume-id,Values=ID_VOLUME_DEFINITIVOS", "Name=snapshot-id,Values=ID_VOLUME_DEFINITIVOS",
                                "`snapshot-id` pede o id de outra coisa"),
    "a opção de outra coisa": ("upload-ec2-ebs-rds", "--instance-ids ID_INSTANCIA --region sa-east-1 \\", "--instance-ids ID_VOLUME --region sa-east-1 \\",
                               "`--instance-ids` pede o id de outra coisa"),
    "o ARN onde vai o id": ("espectrometria", "Targets[0].Id", "Targets[0].Arn", "`--ids` pede um `Id`"),
    "meia chave": ("foto-perfil", '{"pessoa":{"S":"ana"},"registro":{"S":"foto"}}', '{"pessoa":{"S":"ana"}}', "a chave de `TabelaFotos` é"),
    "a chave de outro tipo": ("cli-s3-lambda-dynamodb", '{"arquivo":{"S":"entrada/vendas.csv"}}', '{"arquivo":{"N":"1"}}', "`arquivo` (S), e o comando dá `arquivo` (N)"),
    "uma chave que não se lê": ("cli-s3-lambda-dynamodb", '{"arquivo":{"S":"entrada/vendas.csv"}}', "arquivo", "não se sabe ler a chave"),
    "só as versões": ("web-ec2-rds-s3", "[Versions, DeleteMarkers][].{Key", "Versions[].{Key", "não traz as versões e as marcas"),
    "na raiz do bucket": ("ecommerce", "s3://NOME_BUCKET/arquivos --recursive", "s3://NOME_BUCKET --recursive", "põe na raiz"),
    "o certificado de ninguém": ("envio-e-consulta", "--cacert certificado.pem", "--insecure", "o que `--insecure` muda em `curl`"),
    "hibernar": ("upload-ec2-ebs-rds", "aws ec2 stop-instances ", "aws ec2 stop-instances --hibernate ", "o que `--hibernate` muda"),
    "só o conjunto de mudanças": ("foto-perfil", "aws cloudformation deploy ", "aws cloudformation deploy --no-execute-changeset ",
                                  "o que `--no-execute-changeset` muda"),
    "o que não se remove": ("foto-perfil", "aws cloudformation delete-stack ", "aws cloudformation delete-stack --retain-resources BucketFotos ",
                            "o que `--retain-resources` muda"),
    "sem conferir": ("cli-s3-lambda-dynamodb", "aws s3 cp ruim.csv", "aws s3 cp --dryrun ruim.csv", "o que `--dryrun` muda"),
}


@pytest.mark.parametrize("case", FALSE)
def test_a_command_that_does_not_do_what_the_section_asks_is_named(case: str) -> None:
    slug, old, new, cause = FALSE[case]
    messages = "\n".join(found.message for found in findings(slug, {}, (old, new)))
    assert cause in messages


@pytest.mark.parametrize(("slug", "old", "new"), [
    ("upload-ec2-ebs-rds", "aws ec2 stop-instances --instance-ids ID_INSTANCIA --region sa-east-1", "aws ec2 stop-instances --region sa-east-1 --instance-ids ID_INSTANCIA"),
    ("ecommerce", "aws s3 cp arquivos s3://NOME_BUCKET/arquivos --recursive", "aws s3 sync arquivos s3://NOME_BUCKET/arquivos"),
    ("dois-volumes-ebs", "aws ec2 delete-volume --volume-id", "aws ec2 describe-volumes --volume-ids \"$VOLUME\" --region sa-east-1\naws ec2 delete-volume --volume-id"),
    ("musicas", "Instances[0].PublicIpAddress", "Instances[].PublicDnsName"),
    ("pdv-alta-disponibilidade", "DBInstances[0].[MultiAZ,AvailabilityZone", "DBInstances[0].[DBInstanceStatus,MultiAZ,AvailabilityZone"),
    ("dois-volumes-ebs", "--volume-type gp3", "--volume-type gp3 --tag-specifications 'ResourceType=volume,Tags=[{Key=Name,Value=ensaio}]'"),
    ("upload-ec2-ebs-rds", "aws ec2 stop-instances ", "aws ec2 stop-instances --no-cli-pager "),
])
def test_another_right_way_has_no_finding(slug: str, old: str, new: str) -> None:
    assert not findings(slug, {}, (old, new))


def test_an_option_that_the_page_explains_is_taken():
    told = "aws ec2 stop-instances --force ", "aws ec2 stop-instances "
    text = Tree(REPOSITORY).page("upload-ec2-ebs-rds").read_text(encoding="utf-8")
    found = findings("upload-ec2-ebs-rds", {}, ("```bash\n" + told[1], "A opção `--force` para a instância sem esperar pelo sistema.\n\n```bash\n" + told[0]))
    assert "```bash\n" + told[1] in text and not found


@pytest.mark.parametrize("slug", REAL)
def test_every_wait_is_needed_and_is_the_right_one(slug: str) -> None:
    text = Tree(REPOSITORY).page(slug).read_text(encoding="utf-8")
    for line in re.findall(r"^aws \w+ wait [^\n]*\n", text, re.MULTILINE):
        service, state = line.split()[1], line.split()[3]
        other = line.replace(state, "stack-create-complete" if service == "cloudformation" else "image-available")
        assert any(found.code == "comando-fora-de-ordem" for found in findings(slug, {}, (line, other))), line


@pytest.mark.parametrize("slug", REAL)
def test_every_field_that_is_asked_for_is_answered(slug: str) -> None:
    text = Tree(REPOSITORY).page(slug).read_text(encoding="utf-8")
    for query in set(re.findall(r"--query ['\"]?([A-Z]\w+)", text)):
        assert any(found.code == "consulta-errada" for found in findings(slug, {}, (f"{query}", f"{query}x"))), query


@pytest.mark.parametrize(("query", "read"), [
    ("A.B", ["A.B"]), ("A[0].B[].[C,D.E]", ["A[].B[].C", "A[].B[].D.E"]), ("A[?B=='x' && !C].D", ["A[].D", "A[].B"]),
    ("{X: [A, B][].{Y: C}, Z: `true`}", ["A[].C", "B[].C"]), ("A[?starts_with(B, 'x,y')].[C]", ["A[].C", "A[].B"]),
    ("[" * 5000, None), (".".join(["[A,B]"] * 40), None), ("length(A)", None), ("A | B", None), ("A.{B", None), ("", None),
])
def test_a_query_is_read_field_by_field(query: str, read: list[str] | None) -> None:
    assert fields(query) == read
