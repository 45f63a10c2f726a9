"""O que a unidade diz de si, as opções do servidor que ela roda e os pacotes que os programas dela importam."""

from __future__ import annotations

import pytest
from test_boot import needs
from test_boot_units import DISKS, LOJA, PDV, SITE, UNIT, WEB, Swap, swapped

R = "Resources"
SERVICE, LIBRARIES, UPLOAD = "[Service]\n", (*SITE, "Bibliotecas"), "upload-ec2-ebs-rds"
SERVERS = {"dois-volumes-ebs": "Servidor", "envio-e-consulta": "Servidor", "espectrometria": "ModeloLancamento", "musicas": "Servidor",
           UPLOAD: "Servidor"}
FALSE: dict[str, tuple[str, list[Swap], str]] = {
    "sem rede": (PDV, [(UNIT, SERVICE, f"{SERVICE}PrivateNetwork=yes\n")], "ainda roda com `PrivateNetwork`"),
    "sem memória": (WEB, [(UNIT, SERVICE, f"{SERVICE}MemoryMax=1M\nTasksMax=1\n")], "ainda roda com `MemoryMax`, `TasksMax`"),
    "por um minuto só": ("musicas", [(UNIT, SERVICE, f"{SERVICE}RuntimeMaxSec=60\n")], "ainda roda com `RuntimeMaxSec`"),
    "um servidor que não acaba": (LOJA, [(UNIT, SERVICE, f"{SERVICE}Type=oneshot\n")], "não acaba nem avisa"),
    "um servidor que não avisa": (PDV, [(UNIT, SERVICE, f"{SERVICE}Type=notify\n")], "não acaba nem avisa"),
    "quem espera o disco e não deixa o resto seguir": (DISKS, [((*SITE, "UnidadeVolume"), "Type=exec", "Type=oneshot")], "não acaba nem avisa"),
    "o que falha antes": (UPLOAD, [(UNIT, SERVICE, f"{SERVICE}ExecStartPre=/usr/bin/false\n")], "não se sabe se `/usr/bin/false`"),
    "uma pasta que não há": (PDV, [(UNIT, "WorkingDirectory=/opt/pdv", "WorkingDirectory=/opt/vendas")], "roda em `/opt/vendas`, que nada cria"),
    "uma opção que não há": (LOJA, [(UNIT, "--threads=8", "--workers=8")], "não conhece `--workers`"),
    "nenhuma conexão": (WEB, [(UNIT, "--connection-limit=30", "--connection-limit=0")], "não atende ninguém"),
    "um corpo pequeno": ("musicas", [(UNIT, "body-size=134217728", "body-size=1048576")], "`TAMANHO_MAXIMO_MIB` deixa enviar"),
    "sem o servidor": (PDV, [(LIBRARIES, "waitress==", "gunicorn==")], "usa `waitress`, que nada instala"),
    "sem uma biblioteca": (LOJA, [(LIBRARIES, "psycopg==", "pg8000=="), (LIBRARIES, "psycopg-binary==", "asn1crypto==")], "usa `psycopg`, que nada instala"),
    "uma biblioteca a mais no código": ("musicas", [((*SITE, "Programa"), "import os\n", "import os\nimport requests\n")], "usa `requests`, que nada instala"),
    "um nome que ninguém define": (PDV, [((*SITE, "Programa"), "import json\n", "")], "usa o nome `json`"),
    "uma constante com outro nome": ("envio-e-consulta", [((*SITE, "Programa"), "SESSION_SECONDS = ", "SESSION = ")], "usa o nome `SESSION_SECONDS`"),
    "um nome que a função não define": ("metadados-s3", [((R, "FuncaoProcessar"), "import hashlib\n", "")], "usa o nome `hashlib`"),
    "um pacote que a Lambda não traz": ("foto-perfil", [((R, "FuncaoValidar"), "import boto3\n", "import boto3\nimport PIL\n")], "importa `PIL`"),
    "um corpo sem folga": (UPLOAD, [(UNIT, "body-size=134217728", "body-size=20971520")], "fora o resto do pedido"),
    **{f"os temporários na memória, em {slug}": (slug, [((R, place), "TMPDIR=/var/tmp", "TMPDIR=/tmp")], "30 envios de até")
       for slug, place in SERVERS.items()},
    **{f"sem dizer onde ficam os temporários, em {slug}": (slug, [((R, place), "TMPDIR=/var/tmp\n", "\n")], "sem `TMPDIR`, o que chega fica em `/tmp`")
       for slug, place in SERVERS.items()},
    "os temporários noutra pasta da memória": (UPLOAD, [((R, "Servidor"), "TMPDIR=/var/tmp", "TMPDIR=/dev/shm/envios")], "`TMPDIR` é `/dev/shm/envios`"),
    "os temporários onde nada há": (UPLOAD, [((R, "Servidor"), "TMPDIR=/var/tmp", "TMPDIR=/var/temporarios")], "que nada cria, e o que chega vai para `/tmp`"),
    "os temporários por outra variável": ("musicas", [((R, "Servidor"), "TMPDIR=/var/tmp", "TEMP=/tmp")], "`TEMP` é `/tmp`"),
    "os temporários do servidor sem limites": (PDV, [(UNIT, " --max-request-body-size=131072", "")], "100 envios de até 1024 MiB"),
    "um resumo que não é um": (PDV, [(LIBRARIES, "--hash=sha256:", "--hash=sha256:0")], "não diz a versão e o resumo"),
    "uma versão qualquer": (PDV, [(LIBRARIES, "waitress==", "waitress>=")], "não diz a versão e o resumo"),
}
RIGHT: dict[str, tuple[str, list[Swap]]] = {
    "mais proteção": (WEB, [(UNIT, "NoNewPrivileges=yes", "NoNewPrivileges=yes\nProtectKernelModules=yes\nLockPersonality=yes\nUMask=0077")]),
    "o que prepara": (UPLOAD, [(UNIT, SERVICE, f"{SERVICE}ExecStartPre=-/usr/bin/false\nExecStartPre=/usr/bin/mkdir -p /run/envios\n")]),
    "os temporários de poucos envios": (WEB, [((R, "Servidor"), "TMPDIR=/temporarios/envios", "TMPDIR=/temporarios/envios\nTEMP=/tmp")]),
    "os temporários que cabem na memória": (UPLOAD, [((R, "Servidor"), "TMPDIR=/var/tmp", "TMPDIR=/tmp"),
                                                     (UNIT, "--connection-limit=30", "--connection-limit=4")]),
    "os temporários numa pasta do disco": (UPLOAD, [((R, "Servidor"), "TMPDIR=/var/tmp", "TMPDIR=/var/cache/envios"),
                                                    (UNIT, SERVICE, f"{SERVICE}CacheDirectory=envios\n")]),
    "mais fios": (LOJA, [(UNIT, "--threads=8", "--threads 16 --channel-timeout=60")]),
    "o que a Lambda traz": ("foto-perfil", [((R, "FuncaoValidar"), "import boto3\n", "import boto3\nimport urllib3\nimport cfnresponse\n")]),
    "uma falta perdoada": ("musicas", [((*SITE, "Programa"), "import os\n", "import os\ntry:\n    import requests\nexcept ImportError:\n    requests = None\n")]),
}


@pytest.mark.parametrize("case", FALSE)
def test_what_stops_the_unit_is_named(case: str) -> None:
    slug, swaps, reason = FALSE[case]
    assert reason in needs(swapped(slug, swaps))


@pytest.mark.parametrize("case", RIGHT)
def test_another_right_way_is_proven(case: str) -> None:
    assert needs(swapped(*RIGHT[case])) == ""
