"""A história deste repositório: commits cuja mudança se conhece, ditos como foram."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.cli import main

ROOT = Path(__file__).resolve().parents[2]
KNOWN = {
    "9ed6002": [  # torna o HTTPS obrigatório na espectrometria
        "  ! O grupo `GrupoBalanceador` passa a deixar entrar tcp 443 de `CidrPermitido` (antes, tcp 80 de `CidrPermitido`).",
        "  - `OuvinteHttps` deixou de depender da condição `ComCertificado`: agora é sempre criado.",
        "  - O recurso `OuvinteHttp` (`AWS::ElasticLoadBalancingV2::Listener`) saiu.",
        "  - A condição `ComCertificado` saiu.",
    ],
    "4823766": [  # põe as zonas da loja lado a lado
        "ecommerce: só o leiaute",
        "  - Na figura mudou só o leiaute: as setas que só posicionam e o peso e a distância das setas.",
        "web-ec2-rds-s3: só o leiaute",
    ],
    "275d733": [  # guarda o espectro antes de registrá-lo
        "  - O texto do passo 4 mudou: de “Aplicação. O site confere o arquivo, registra o envio e o guarda no bucket Upload, que o apaga depois de 1 "
        "ano” para “Aplicação. O site confere o arquivo, guarda-o no bucket Upload e registra o envio. O bucket apaga cada arquivo depois de 1 ano”.",
        "  - `GrupoDestino`: `TargetType` perdeu `instance`.",
    ],
    "3181914": [  # dá a administração do cluster a quem cria a pilha
        "  - `Cluster`: `AccessConfig.BootstrapClusterCreatorAdminPermissions` passou de `false` a `true`.",
        "  - O recurso `AcessoOperador` (`AWS::EKS::AccessEntry`) saiu.",
        "  - O parâmetro `ArnOperador` saiu.",
    ],
    "7ea72a9": ["Nada mudou nas arquiteturas."],  # só ferramentas
}


@pytest.mark.parametrize("commit", KNOWN)
def test_a_commit_is_told_as_it_was(commit, capsys):
    if subprocess.run(["git", "-C", str(ROOT), "cat-file", "-e", f"{commit}~1"], capture_output=True).returncode:
        pytest.skip("esta história não traz o commit")
    assert main(["comparar", f"{commit}~1", commit]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in KNOWN[commit] if line not in lines] == []
