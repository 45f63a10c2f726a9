"""O navegador dos testes e das medidas: um Chrome, Chromium ou Edge que já esteja aqui; senão, o pacote do Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.base.tree import WrongUse

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable",
            "msedge")
MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
       "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")
"""Sem placa de vídeo, sem atualizações e sem pedidos próprios."""
HELP = """Os testes e as medidas das páginas precisam de um navegador, e não há nenhum aqui. Instale um destes e repita o comando:
  Debian (como administrador): apt-get install chromium
  Ubuntu: sudo snap install chromium, ou o pacote .deb do Google Chrome
  macOS e Windows: Google Chrome ou Microsoft Edge
Se ele estiver num lugar incomum, diga qual é o programa em `NAVEGADOR`."""


def find() -> str:
    """O programa do navegador, instalado se for preciso e possível. Erro: `WrongUse`, com o que fazer."""
    asked = os.environ.get("NAVEGADOR", "")
    if asked and not shutil.which(asked):
        raise WrongUse(f"`NAVEGADOR` diz `{asked}`, que não é um programa que se possa rodar.")
    return asked or _installed() or _install()


def _installed() -> str:
    known = [found for name in COMMANDS if (found := shutil.which(name))]
    known += [path for path in MAC if sys.platform == "darwin" and Path(path).is_file()]
    known += [str(path) for folder in FOLDERS for name in WINDOWS
              if os.environ.get(folder) and (path := Path(os.environ[folder], name)).is_file()]
    return next(iter(known), "")


def _install() -> str:
    """O pacote `chromium` do Debian, quando quem roda pode instalá-lo."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise WrongUse(HELP)
    print("Instalando o pacote `chromium`, que abre as páginas…", file=sys.stderr, flush=True)
    # Outro processo dos testes pode estar instalando o mesmo pacote: o apt espera a vez.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([*apt, "update"], [*apt, "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"]):
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode and command[-1] != "update":
            raise WrongUse(f"{HELP}\nO apt-get disse:\n{(done.stdout + done.stderr)[-1500:]}")
    found = _installed()
    if not found:
        raise WrongUse(HELP)
    return found
