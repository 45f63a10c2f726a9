"""Pacotes do Debian de que os testes e as medidas precisam e que o PyPI não traz."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.base.tree import WrongUse


def install(packages: tuple[str, ...], otherwise: str) -> None:
    """Instala os pacotes, quando quem roda pode. Erro: `WrongUse`, que diz `otherwise` e o que o apt-get disse."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise WrongUse(otherwise)
    print(f"Instalando do Debian: {', '.join(packages)}…", file=sys.stderr, flush=True)
    # Outro processo dos testes pode estar instalando o mesmo pacote: o apt espera a vez.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([*apt, "update"], [*apt, "install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode and command[-1] != "update":
            raise WrongUse(f"{otherwise}\nO apt-get disse:\n{(done.stdout + done.stderr)[-1500:]}")
