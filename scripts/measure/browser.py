"""O navegador dos testes e das medidas: um Chrome, Chromium ou Edge que já esteja aqui; senão, o pacote do Debian."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from scripts.base.tree import WrongUse
from scripts.measure.debian import install

COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
            "microsoft-edge-stable", "msedge")
"""O primeiro é o Chromium sem janelas nem menus: as mesmas páginas, com um terço a menos de processador."""
MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
       "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")
"""Sem placa de vídeo, sem atualizações e sem pedidos próprios."""
HELP = """Os testes e as medidas das páginas precisam de um navegador, e não há nenhum aqui. Instale um destes e repita o comando:
  Debian (como administrador): apt-get install chromium-headless-shell
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
    """O pacote `chromium-headless-shell` do Debian, quando quem roda pode instalá-lo."""
    install(("chromium-headless-shell", "fonts-liberation"), HELP)
    found = _installed()
    if not found:
        raise WrongUse(HELP)
    return found
