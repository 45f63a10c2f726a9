"""O que o template escreve na máquina: como chega, em que ordem, e quem o pode ler."""

from __future__ import annotations

from typing import Any

import pytest
from bench import REMOVED, real
from test_boot import needs
from test_boot_units import CONFIG, DISKS, LOJA, PDV, SITE, WEB, Swap, command, swapped

R, UPLOAD = "Resources", "upload-ec2-ebs-rds"
DATA = (R, "Servidor", "Properties", "UserData")
INSTALL, INIT = "dnf install -y aws-cfn-bootstrap python3.11 python3.11-pip\n", "/opt/aws/bin/cfn-init --verbose"
FALSE: dict[str, tuple[str, list[Swap], str]] = {
    "os dados não dizem em que rodam": ("musicas", [(DATA, "#!/bin/bash\n", "")], "não dizem em que rodam"),
    "instala depois": (UPLOAD, [(DATA, INSTALL, ""), (DATA, "# A folha", f"{INSTALL}# A folha")], "antes de instalar o que ele usa"),
    "pergunta antes": ("musicas", [(DATA, INIT, f"curl --fail http://127.0.0.1/saude\n{INIT}")], "antes de o `cfn-init` o escrever"),
    "outro pacote de certificados": (DISKS, [(command("3-certificados"), "global-bundle.pem", "rds-ca-2019-root.pem")], "não é um dos pacotes"),
    "uma página com outro nome": (LOJA, [((*SITE, "Programa"), 'render_template("loja.html"', 'render_template("site.html"')], "usa a página `site.html`"),
    "uma rota que se perdeu": (PDV, [((*SITE, "Programa"), '@app.post("/vendas")\n', "")], "leva a `sell`"),
    "um formulário que ninguém aceita": ("musicas", [((*SITE, "Programa"), '@app.post("/musicas")', '@app.get("/musicas")')], "vai a `send` por POST"),
    "um caminho que não há": (LOJA, [((*SITE, "Programa"), '@app.post("/pedidos")', '@app.post("/compras")')], "vai a `/pedidos` por POST"),
    "um nome que a rota não tem": (WEB, [((*SITE, "Programa"), "def register(", "def enroll(")], "leva a `register`"),
}


@pytest.mark.parametrize("case", FALSE)
def test_what_the_machine_does_not_get_is_named(case: str) -> None:
    slug, swaps, reason = FALSE[case]
    assert reason in needs(swapped(slug, swaps))


@pytest.mark.parametrize("slug, resource, file, key, value, reason", [
    ("musicas", "Servidor", "/opt/musicas/musicas.py", "encoding", REMOVED, "está em Base64 e não o diz"),
    ("musicas", "Servidor", "/opt/musicas/requirements.txt", "encoding", "base64", "e não está: o `cfn-init` falha"),
    (PDV, "ModeloLancamento", "/opt/pdv/pdv.py", "mode", "000600", "não pode ler `/opt/pdv/pdv.py`"),
    (WEB, "Servidor", "/opt/cadastro/templates/cadastros.html", "mode", "000640", "não pode ler"),
])
def test_a_file_reaches_who_uses_it(slug: str, resource: str, file: str, key: str, value: Any, reason: str) -> None:
    assert reason in needs(real(slug).put(R, resource, *CONFIG, "files", file, key, value=value))


def test_a_file_of_who_runs_the_unit_is_readable() -> None:
    files = (R, "Servidor", *CONFIG, "files", "/opt/cadastro/cadastro.py")
    assert needs(real(WEB).put(*files, "mode", value="000600").put(*files, "owner", value="cadastro")) == ""
    assert needs(swapped(DISKS, [(command("3-certificados"), "global/global-bundle", "sa-east-1/sa-east-1-bundle")])) == ""
