"""Variações dos templates de verdade: as certas rodam até o fim, e cada defeito aparece no passo da seta que ele quebra."""

from __future__ import annotations

import pytest

from scripts.replay.replaying import Replayed, replay
from tests.every.replays import scene_of, servers

Edit = tuple[str, str]
UPLOAD, DISKS, WEB, SENT, SHOP, SONGS = ("upload-ec2-ebs-rds", "dois-volumes-ebs", "web-ec2-rds-s3", "envio-e-consulta", "ecommerce", "musicas")
PDV, DATA, PHOTO, CLI = "pdv-alta-disponibilidade", "metadados-s3", "foto-perfil", "cli-s3-lambda-dynamodb"
TLS = 'Bool: { aws:SecureTransport: "false" }\n'
SSE = "   SqsManagedSseEnabled: true\n   MessageRetentionPeriod: 345600"
KEY = """ {0}:
  Type: AWS::KMS::Key
  Properties:
   KeyPolicy:
    Version: "2012-10-17"
    Statement: [{{Effect: Allow, Principal: {{AWS: !Sub "arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:root"}}, Action: "kms:*", Resource: "*"}}]
"""


def only(bucket: str, condition: str, style: str = TLS) -> Edit:
    """Nega o bucket a quem cumpre a condição, ao lado do que já se nega."""
    place = f"              - !Sub ${{{bucket}.Arn}}/*\n            Condition:\n              "
    return f"{place}{style}", (f"{place}{style}          - Sid: SoAssim\n            Effect: Deny\n            Principal: \"*\"\n            Action: s3:*\n"
                               f"            Resource: !Sub ${{{bucket}.Arn}}/*\n            Condition: {condition}\n")


RIGHT: dict[str, tuple[str, list[Edit]]] = {
    "a pasta do volume com outro nome": (UPLOAD, [("/dados/arquivos", "/dados/envios")]),
    "o ponto de montagem com outro nome": (SENT, [("/dados", "/volume")]),
    "a unidade do volume com outro nome": (UPLOAD, [("volume-de-arquivos", "disco")]),
    "o disco dos temporários noutro lugar": (WEB, [("/temporarios/envios", "/espera/chegada"), ("/temporarios", "/espera")]),
    "as pastas dos dois volumes": (DISKS, [("/dados/d/recebidos", "/discos/d/chegada"), ("PASTA=recebidos", "PASTA=chegada"), ("/dados/", "/discos/")]),
    "o bucket que nega o papel fora do endpoint": (WEB, [only("BucketArquivos", "{ArnEquals: {aws:PrincipalArn: !GetAtt PapelServidor.Arn}, "
                                                            "StringNotEquals: {aws:SourceVpce: !Ref EndpointS3}}", TLS.replace("{ ", "{").replace(" }", "}"))]),
    "a fila com a chave da AWS": (SHOP, [(SSE, SSE.replace("SqsManagedSseEnabled: true", "KmsMasterKeyId: alias/aws/sqs"))]),
    "o bucket com a chave da AWS": (CLI, [("SSEAlgorithm: AES256 }", "SSEAlgorithm: aws:kms, KMSMasterKeyID: alias/aws/s3 }")]),
    "o domínio global que ninguém lê": (SONGS, [("RegionalDomainName}\n", "RegionalDomainName}\n                OUTRO=${BucketMusicas.DomainName}\n")]),
}
WRONG: dict[str, tuple[str, list[Edit], int, str]] = {
    "o disco no nome do do sistema": (UPLOAD, [("Device: /dev/sdf", "Device: /dev/xvda")], 3, "`/dev/xvda` já é"),
    "o disco que ninguém formata": (UPLOAD, [('2) mkfs.xfs "$device" ;;', "2) ;;")], 3, "ninguém formata"),
    "a unidade que não grava no disco": (UPLOAD, [("ProtectSystem=full", "ProtectSystem=strict")], 3, "não pode gravar em `/dados/arquivos`"),
    "a pasta que não é do volume": (UPLOAD, [("VOLUME=/dados/arquivos", "VOLUME=/srv/arquivos")], 3, "o volume não está na instância"),
    "a pasta de outro usuário": (DISKS, [("install -d -o musicas -g musicas", "install -d -o root -g root")], 3, "não pode gravar"),
    "o disco que não se acha": (SENT, [("${VOLUME_ID/-/}", "${VOLUME_ID}")], 3, "procura um disco que não há"),
    "o servidor que recusa o grande": (DISKS, [("--max-request-body-size=134217728", "--max-request-body-size=1048576")], 2, "413"),
    "o certificado que nada escreve": (SENT, [("PGSSLROOTCERT=", "PGSSLROOTCERT=/opt")], 4, "`PGSSLROOTCERT` é"),
    "o CDN que não leva formulários": (SHOP, [("AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]", "AllowedMethods: [GET, HEAD]")], 3,
                                       "não deixa passar `POST`"),
    "a sub-rede de dados com saída": (PDV, [("SubnetId: !Ref SubRedeDadosA\n      RouteTableId: !Ref TabelaDados",
                                             "SubnetId: !Ref SubRedeDadosA\n      RouteTableId: !Ref TabelaPublica")], 4, "`SubRedeDadosA` tem rota"),
    "o bucket que só aceita outro endpoint": (WEB, [only("BucketArquivos", "{StringNotEquals: {aws:SourceVpce: vpce-0123456789abcdef0}}",
                                                       TLS.replace("{ ", "{").replace(" }", "}"))], 2, "e o pedido leva `pilha-EndpointS3"),
    "o bucket que só aceita a rede da escola": (DATA, [only("BucketEntrada", "{ NotIpAddress: { aws:SourceIp: 203.0.113.0/24 } }")], 3,
                                                "`aws:SourceIp` (`NotIpAddress: 203.0.113.0/24`), e o pedido leva"),
    "o bucket que pede o cabeçalho da cifra": (PHOTO, [only("BucketEntrada", "{ StringNotEquals: { s3:x-amz-server-side-encryption: AES256 } }")], 1,
                                               "`s3:x-amz-server-side-encryption` (`StringNotEquals: AES256`), que o pedido não leva"),
    "a lista só de outra pasta": (PHOTO, [("                Action: s3:ListBucket\n", "                Action: s3:ListBucket\n                Condition: "
                                           "{ StringLike: { s3:prefix: fotos/* } }\n")], 3, "e o pedido leva `ana/`"),
    "a condição que só a organização decide": (DATA, [only("BucketEntrada", "{ StringNotEquals: { aws:PrincipalOrgID: o-123 } }")], 1,
                                               "`aws:PrincipalOrgID` (`StringNotEquals: o-123`), e não se sabe o que o pedido leva"),
    "a fila com uma chave que ninguém pode usar": (SHOP, [(SSE, SSE.replace("SqsManagedSseEnabled: true", "KmsMasterKeyId: !Ref Chave")),
                                                          (" FilaPedidos:\n", KEY.format("Chave") + " FilaPedidos:\n")], 6, "`kms:GenerateDataKey`"),
    "o bucket com uma chave que ninguém pode usar": (CLI, [
        ("SSEAlgorithm: AES256 }", "SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Chave.Arn }"),
        ("  PoliticaBucket:\n", KEY.format("Chave").replace("\n ", "\n  ").replace(" Chave:", "  Chave:") + "  PoliticaBucket:\n")], 3, "`Chave` cifra `BucketEntrada`"),
    "o protocolo que o servidor não aceita": (SENT, [("x-forwarded-for x-forwarded-proto", "x-forwarded-for")], 1, "partir desta página"),
    "o áudio que a página não deixa tocar": (SONGS, [("${BucketMusicas.RegionalDomainName}", "${BucketMusicas.DomainName}")], 5,
                                             "o navegador não abre o endereço: a página só deixa abrir em `<audio>`"),
    "a página que não deixa enviar": (UPLOAD, [("form-action 'self'", "form-action 'none'")], 1, "(`form-action`), e o endereço é de `dela mesma`"),
    "a saída só para dentro": (SONGS, [("CidrIp: 0.0.0.0/0", "CidrIp: 10.10.0.0/16")], 2, "não deixa sair tcp 443"),
    "os metadados sem o token": (PDV, [('--header "X-aws-ec2-metadata-token: $TOKEN" ', "")], 2, "sem o token que `HttpTokens: required` exige"),
    "a confiança de outro serviço": (CLI, [("Principal: { Service: lambda.amazonaws.com }", "Principal: { Service: s3.amazonaws.com }")], 2,
                                     "a Lambda não assume o papel"),
    "um Python que não se conhece": (DATA, [("Runtime: python3.13", "Runtime: python3.10")], 2, "pede `Runtime: python3.10`"),
    "um atributo que não se conhece": (SONGS, [("RegionalDomainName}\n", "RegionalDomainName}\n                OUTRO=${BucketMusicas.Cor}\n")], 1,
                                       "não sabe quanto vale `BucketMusicas.Cor`"),
}


def run(slug: str, edits: list[Edit]) -> Replayed:
    """Uma rodada sobre o template com estas trocas, que valem em todo lugar em que o trecho aparece."""
    stage = scene_of(slug)
    template = stage.template
    for old, new in edits:
        assert old in template, old
        template = template.replace(old, new)
    return replay(stage, template, stage.flow.sample, servers())


@pytest.mark.parametrize(("slug", "edits"), RIGHT.values(), ids=RIGHT)
def test_a_right_variation_runs_to_the_end(slug, edits):
    failed = run(slug, edits).failed
    assert failed is None, (failed.number, failed.cause)


@pytest.mark.parametrize(("slug", "edits", "step", "cause"), WRONG.values(), ids=WRONG)
def test_a_fault_shows_at_the_step_of_its_arrow(slug, edits, step, cause):
    failed = run(slug, edits).failed
    assert failed is not None
    assert (failed.number, cause in failed.cause) == (step, True), failed.cause
