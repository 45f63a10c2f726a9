"""As variáveis de ambiente: o que o programa lê é o que lhe dão, com o mesmo nome, por quem quer que o inicie."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attempts import findings, text_of
from bench import REMOVED, prop
from test_outside_attacks import ESPECTRO, LOJA, PDV

R, CODE = "Resources", ("Mappings", "Codigo", "Site")
ENVIO = "envio-e-consulta"
BY_NAME = "${BucketMusicas}.s3.${AWS::Region}.amazonaws.com"
FILES = ("Metadata", "AWS::CloudFormation::Init", "config", "files")
Case = tuple[str, Any, str]
FALSE: dict[str, Case] = {
    "a unidade recebe outro nome": ("musicas", text_of((R, "Servidor"), "FICHAS=", "FICHAS_BUCKET="), "lê `FICHAS`"),
    "a função lê outro nome": ("foto-perfil", text_of((R, "FuncaoValidar"), 'environ["PHOTOS"]', 'environ["FOTOS"]'), "lê `FOTOS`"),
    "só um decorador lê": ("metadados-s3", text_of((R, "FuncaoProcessar"), "import boto3\n",
                                                   "import boto3\n\n\n@named(os.environ[\"DECORADO\"])\ndef plain():\n    return 1\n\n\n"), "lê `DECORADO`"),
    "no meio de um bloco": ("metadados-s3", text_of((R, "FuncaoProcessar"), "import boto3\n", "import boto3\nKEPT = {\n    \"a\": [os.environ[\n"
                                                    "        \"FUNDO\"]],\n}\n"), "lê `FUNDO`"),
    "a função recebe outro nome": ("metadados-s3", {prop("FuncaoProcessar", "Environment", "Variables"): lambda data: {
        name.replace("AUDIT_DAYS", "DIAS"): value
        for name, value in data[R]["FuncaoProcessar"]["Properties"]["Environment"]["Variables"].items()}}, "lê `AUDIT_DAYS`"),
    "a função não recebe nada": (ESPECTRO, {prop("FuncaoIniciar", "Environment"): REMOVED}, "lê `MAQUINA`"),
    "o trabalho recebe outro nome": (ESPECTRO, text_of(prop("MaquinaAnalise", "Definition", "States", "AnalisarNoBatch"), "ID", "ID_ENVIO"), "lê `ID`"),
    "o comando do contêiner lê outro nome": (ESPECTRO, text_of((R, "DefinicaoLote"), "$CODIGO", "$CODE"), "lê `CODE`"),
    "o contêiner não recebe as bibliotecas": (ESPECTRO, text_of(prop("DefinicaoLote", "ContainerProperties", "Command"), "BIBLIOTECAS", "LIBS"), "lê `LIBS`"),
    "o script de montagem lê outro nome": (ENVIO, text_of((*CODE, "MontarVolume"), "${VOLUME_ID", "${ID_DO_VOLUME"), "lê `ID_DO_VOLUME`"),
    "um dos volumes sem a pasta": ("dois-volumes-ebs", text_of((R, "Servidor", *FILES, "/etc/volume-e.env"), "PASTA", "DIRETORIO"), "lê `PASTA`"),
    "um módulo importado lê outro nome": (LOJA, text_of((*CODE, "Programa"), '"SEGREDO_DO_BANCO"', '"SEGREDO"'), "lê `SEGREDO`"),
    "a zona que ninguém escreve": (PDV, text_of((R, "ModeloLancamento"), '"ZONA=', '"ZONE='), "lê `ZONA`"),
    "os dados de usuário usam o que não têm": (PDV, text_of((R, "ModeloLancamento"), "ZONA=$(curl", "ZONE=$(curl"), "lê `ZONA`"),
    "o banco por um nome que ninguém lê": (PDV, text_of((R, "ModeloLancamento"), "PGSSLMODE=", "PG_SSLMODE="), "`PG_SSLMODE`, que nada lê"),
    **{f"`{name}` a quem não fala com banco": ("musicas", text_of((R, "Servidor"), "TMPDIR=", f"{name}=x\n{' ' * 16}TMPDIR="), f"recebe `{name}`, que nada lê")
       for name in ("PGHOST", "PGDATABASE", "PGPASSWORD", "PGTZ")},
    "o fuso do banco no lugar do da máquina": ("musicas", text_of((R, "Servidor"), "TZ=", "PGTZ="), "recebe `PGTZ`, que nada lê: talvez `TZ`"),
    "o banco de uma função que não o usa": ("cli-s3-lambda-dynamodb", {prop("FuncaoProcessar", "Environment", "Variables", "PGTZ"): "America/Sao_Paulo"},
                                            "recebe `PGTZ`, que nada lê"),
    "o banco de um trabalho que não o usa": (ESPECTRO, {
        prop("DefinicaoLote", "ContainerProperties", "Environment"): lambda data: [
            *data[R]["DefinicaoLote"]["Properties"]["ContainerProperties"].get("Environment", []), {"Name": "PGHOST", "Value": "x"}]},
                                             "recebe `PGHOST`, que nada lê"),
    "o fuso da máquina a quem lê as datas do banco": (ENVIO, text_of((R, "Servidor"), "PGTZ=", "TZ="), "é o banco que escreve as datas"),
    "o mesmo, noutra": (LOJA, text_of((R, "ModeloLancamento"), "PGTZ=", "TZ="), "é o banco que escreve as datas"),
    "o fuso do banco a quem escreve as datas": (ENVIO, text_of((*CODE, "Programa"), "to_char(sent_at, 'DD/MM/YYYY HH24:MI')", "sent_at.astimezone()"),
                                                "é o Python que escreve as datas"),
    "o trabalho sem as bibliotecas": (ESPECTRO, text_of(
        prop("DefinicaoLote", "ContainerProperties", "Command"), "pip install", "pip check"), "importa `botocore`, que o comando não instala"),
    "o domínio que não é o dos links": ("musicas", text_of((R, "Servidor"), "${BucketMusicas.RegionalDomainName}", "${BucketMusicas.DomainName}"),
                                        "o domínio global de `BucketMusicas`"),
    "o domínio de outro bucket": ("musicas", text_of((R, "Servidor"), "${BucketMusicas.Reg", "${BucketFichas.Reg"), "de `BucketFichas`, e os links"),
    "o de outro bucket, por extenso": ("musicas", text_of((R, "Servidor"), "${BucketMusicas.RegionalDomainName}", BY_NAME.replace("Musicas", "Fichas")),
                                       "de `BucketFichas`, e os links"),
    "o de outro bucket, numa variável sem o nome dele": ("musicas", {
        **text_of((R, "Servidor"), "ORIGEM_MUSICAS=https://${BucketMusicas.", "ORIGEM=https://${BucketFichas."),
        **text_of((*CODE, "Programa"), "ORIGEM_MUSICAS", "ORIGEM")}, "de `BucketFichas`, e os links"),
    "os links de outro bucket": ("musicas", text_of((*CODE, "Programa"), '"Bucket": SONGS, "Key": f"musicas/{identity}", "ResponseContentType"',
                                                    '"Bucket": SHEETS, "Key": f"musicas/{identity}", "ResponseContentType"'), "são de `BucketFichas`"),
    "o domínio global, por extenso": ("musicas", text_of((R, "Servidor"), "${BucketMusicas.RegionalDomainName}", "${BucketMusicas}.s3.amazonaws.com"),
                                      "o domínio global de `BucketMusicas`"),
    "o protocolo que o servidor não aceita": (ENVIO, text_of((*CODE, "Unidade"), "x-forwarded-for x-forwarded-proto", "x-forwarded-for"),
                                              "aceite `x-forwarded-proto`"),
    "o protocolo de quem o servidor não conhece": (ENVIO, text_of((*CODE, "Unidade"), "--trusted-proxy=* ", ""), "aceite `x-forwarded-proto`"),
    "a versão que não renova": (LOJA, text_of((R, "ModeloLancamento", "Properties"), "${VersaoAplicacao}", "1"), "mudá-lo não muda o modelo"),
    "a versão que não renova, no outro": (PDV, text_of((R, "ModeloLancamento", "Properties"), "${VersaoAplicacao}", "1"), "mudá-lo não muda o modelo"),
}
STEERED = "não é do programa de"
FALSE |= {
    **{f"`{line}` muda como o programa age": ("musicas", text_of((R, "Servidor"), "TMPDIR=", f"{line}\n{' ' * 16}TMPDIR="), STEERED) for line in (
        "GUNICORN_CMD_ARGS=--bind=127.0.0.1:1", "PYTHONHOME=/nada", "PYTHONPATH=/nada", "PATH=/nada", "LD_LIBRARY_PATH=/nada", "HOME=/nada",
        "SSL_CERT_FILE=/nada", "NO_PROXY=*", "https_proxy=http://10.0.0.9:3128", "AWS_EC2_METADATA_DISABLED=true", "AWS_ROLE_ARN=outro",
        "AWS_ENDPOINT_URL_S3=http://10.0.0.9", "FLASK_APP=outro", "WEB_CONCURRENCY=0", "RES_OPTIONS=attempts:0")},
    **{f"`{line}` muda como o banco responde": (PDV, text_of((R, "ModeloLancamento"), "PGOPTIONS=\"-c statement_timeout=3000\"", line), STEERED) for line in (
        "PGOPTIONS=\"-c default_transaction_read_only=on\"", "PGOPTIONS=-c search_path=outro", "PGHOSTADDR=10.0.0.9", "PGSERVICE=outro",
        "PGTARGETSESSIONATTRS=read-only", "PGREQUIREAUTH=none", "PGPASSFILE=/nada")},
    "a mesma, na unidade": (LOJA, text_of((*CODE, "Unidade"), "[Service]\n", "[Service]\nEnvironment=PYTHONHOME=/nada\n"), STEERED),
    "a mesma, que a máquina de estados manda": (ESPECTRO, {
        prop("MaquinaAnalise", "Definition", "States", "AnalisarNoBatch", "Parameters", "ContainerOverrides", "Environment"): [
            {"Name": "ID", "Value.$": "$.id"}, {"Name": "AWS_ENDPOINT_URL", "Value": "http://10.0.0.9"}]}, STEERED),
    "a mesma, num contêiner": (ESPECTRO, {prop("DefinicaoLote", "ContainerProperties", "Environment"): lambda data: [
        *data[R]["DefinicaoLote"]["Properties"]["ContainerProperties"]["Environment"], {"Name": "PYTHONPATH", "Value": "/nada"}]}, STEERED),
    "dois valores no mesmo arquivo": (PDV, text_of((R, "ModeloLancamento"), "PGDATABASE=pdv", f"PGDATABASE=outro\n{' ' * 16}PGDATABASE=pdv"),
                                      "mais de um valor de `PGDATABASE`"),
    "dois valores na unidade": ("musicas", text_of((*CODE, "Unidade"), "[Service]\n", "[Service]\nEnvironment=A=1 A=2\n"), "mais de um valor de `A`"),
    "uma linha que o systemd não lê": (PDV, text_of((R, "ModeloLancamento"), "PGDATABASE=", "export PGDATABASE="), "não entende nele a linha `export PGDATA"),
    "uma aspa que não se fecha": (PDV, text_of((R, "ModeloLancamento"), "PGDATABASE=pdv", 'PGDATABASE="pdv'), "não entende nele a linha"),
}
RIGHT: dict[str, tuple[str, Any]] = {
    "na própria unidade": ("musicas", {
        **text_of((R, "Servidor"), "FICHAS=${BucketFichas}", "OUTRO_AJUSTE=1"),
        **text_of((*CODE, "Unidade"), "[Service]\n", "[Service]\nEnvironment=\"FICHAS=${BucketFichas}\" OUTRO=2\n")}),
    **{f"`{line}`": ("musicas", text_of((R, "Servidor"), "TMPDIR=", f"{line}\n{' ' * 16}TMPDIR=")) for line in (
        "PYTHONUNBUFFERED=1", "AWS_MAX_ATTEMPTS=5", "LANG=pt_BR.UTF-8", "# um comentário", "; outro", "DETALHES=pouca coisa", "NOME='com aspas'")},
    "outro prazo da sessão": (PDV, text_of((R, "ModeloLancamento"), "statement_timeout=3000", "statement_timeout=3000 -c lock_timeout=2000")),
    "sem aspas": (PDV, text_of((R, "ModeloLancamento"), "PGOPTIONS=\"-c statement_timeout=3000\"", "PGOPTIONS=-c statement_timeout=3000")),
    "o mesmo valor duas vezes": (PDV, text_of((R, "ModeloLancamento"), "PGDATABASE=pdv", f"PGDATABASE=pdv\n{' ' * 16}PGDATABASE=pdv")),
    "com um padrão": ("metadados-s3", text_of((R, "FuncaoProcessar"), 'environ["AUDIT_DAYS"]', 'environ.get("DIAS_DE_AUDITORIA", "30")')),
    "uma a mais": ("cli-s3-lambda-dynamodb", {prop("FuncaoProcessar", "Environment", "Variables", "NIVEL"): "debug"}),
    "a falta perdoada": ("metadados-s3", text_of((R, "FuncaoProcessar"), "import boto3\n",
                                                 "import boto3\ntry:\n    LEVEL = os.environ[\"LEVEL\"]\nexcept KeyError:\n    LEVEL = \"\"\n")),
    "o servidor diz que é HTTPS": (ENVIO, text_of((*CODE, "Unidade"), "--trusted-proxy=* ", "--url-scheme=https ")),
    "o domínio por extenso": ("musicas", text_of((R, "Servidor"), "${BucketMusicas.RegionalDomainName}", BY_NAME)),
    "os domínios dos dois buckets": ("musicas", text_of((R, "Servidor"), "=https://${BucketMusicas.RegionalDomainName}",
                                                        "=\"https://${BucketFichas.RegionalDomainName} https://${BucketMusicas.RegionalDomainName}\"")),
    "os dois fusos": (ENVIO, text_of((R, "Servidor"), "PGTZ=$", f"TZ=UTC\n{' ' * 16}PGTZ=$")),
    "o fuso dito ao banco": (ENVIO, text_of((R, "Servidor"), "PGTZ=${FusoHorario}", f"TZ=UTC\n{' ' * 16}PGOPTIONS=\"-c timezone=America/Sao_Paulo\"")),
    "o fuso que o SQL diz": (ENVIO, {**text_of((R, "Servidor"), "PGTZ=", "TZ="), **text_of(
        (*CODE, "Programa"), "to_char(sent_at,", "to_char(sent_at AT TIME ZONE 'America/Sao_Paulo',")}),
    "mais uma variável do banco": (ENVIO, text_of((R, "Servidor"), "PGTZ=", f"PGAPPNAME=envios\n{' ' * 16}PGTZ=")),
    "o banco por um comando": ("musicas", {**text_of((R, "Servidor"), "TMPDIR=", f"PGHOST=x\n{' ' * 16}TMPDIR="), **text_of(
        (*CODE, "Programa"), "import os\n", "import os\nimport subprocess\nsubprocess.run([\"psql\", \"-c\", \"SELECT 1\"])\n")}),
    "a função que fala com o banco": ("cli-s3-lambda-dynamodb", {
        **text_of(prop("FuncaoProcessar"), "import boto3\n", "import boto3\nimport psycopg\n"),
        **{prop("FuncaoProcessar", "Environment", "Variables", "PGHOST"): "x"}}),
    "um padrão no shell": ("dois-volumes-ebs", text_of((*CODE, "MontarVolume"), "point=$1", "point=${1:-/dados}\nquiet=${QUIETO:-0}")),
}


@pytest.mark.parametrize("case", FALSE)
def test_what_nobody_gives_is_named(case: str) -> None:
    slug, edits, reason = FALSE[case]
    assert reason in "\n".join(found.message for found in findings(slug, edits))


@pytest.mark.parametrize("case", RIGHT)
def test_another_way_of_giving_it_has_no_finding(case: str) -> None:
    slug, edits = RIGHT[case]
    assert not [found.message for found in findings(slug, edits) if re.search("ninguém lhe dá|que nada lê|x-forwarded|` traz o |escreve as datas", found.message)]
