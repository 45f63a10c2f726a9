"""`servir`: mostra o site e, a cada arquivo salvo, desenha, confere e monta de novo o que depende dele.

Os achados aparecem no terminal e na própria página, que os pede de tempos em tempos.

Uma rodada por vez, na ordem de sempre. Entre uma e outra só se guarda o que tem as mesmas
entradas, byte por byte: o desenho de um script, o veredito de uma arquitetura e as páginas já montadas.
"""

from __future__ import annotations

import errno
import gc
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from mkdocs.exceptions import MkDocsException
from mkdocs.livereload import LiveReloadServer

from scripts.base.findings import Defect, to_json
from scripts.base.tree import Tree, WrongUse
from scripts.checks import report, run
from scripts.page import titles
from scripts.picture.generate import Watcher, generate
from scripts.picture.kept import Memory
from scripts.website import build, messages
from scripts.website.pages import Pages

HOST = "127.0.0.1"
FIRST_PORT = 8000
SCRIPT = Path(__file__).resolve().parent / "achados.js"


def serve(tree: Tree) -> int:
    """Gera, confere, monta e mostra o site, e refaz o que mudar até que alguém interrompa."""
    build.config_file(tree)
    folder = Path(tempfile.mkdtemp(prefix="arquiteturas-"))
    try:
        preview = Preview(tree, folder)
        preview.check()
        while True:
            port = _free_port()
            print(f"Montando o site; logo estará em http://{HOST}:{port} (Ctrl-C termina).", file=sys.stderr)
            try:
                return preview.show(port)
            except MkDocsException as error:
                print(f"erro: {messages.why(error)}", file=sys.stderr)
                return 1
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                print(f"A porta {port} acaba de ser ocupada; tentando outra.", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Preview:
    """O site que se mostra, e o que dele se sabe."""

    def __init__(self, tree: Tree, folder: Path):
        self.tree = tree
        self.folder = folder
        self.drawings = Memory()
        self.memory: run.Memory = {}
        self.pages = Pages()
        self.url = ""

    def check(self) -> None:
        """Desenha os scripts em que algo mudou e confere a árvore com o que eles desenharam."""
        drawn = generate(self.tree, self.tree.scripts([]), self.drawings)
        self.checked = run.check_tree(self.tree, [], drawn, self.memory)
        report.say(self.checked.findings, self.tree.root, "texto")

    def build(self) -> None:
        """Monta as páginas em que algo mudou; todas, se mudou o que é de todas."""
        config = build.configured(self.tree, self.checked.readings, site_dir=str(self.folder))
        config.site_url = self.url
        config.extra["servindo"] = True
        self.pages.build(config, self.checked)

    def again(self) -> None:
        """Uma rodada inteira; o que a impede é dito, e o site fica como estava."""
        try:
            self.check()
            self.build()
        except MkDocsException as error:
            print(f"erro: {messages.why(error)}", file=sys.stderr)
        except (WrongUse, Defect, OSError) as error:
            print(f"erro: {error}", file=sys.stderr)

    def show(self, port: int) -> int:
        """Atende em `port` até que alguém interrompa."""
        self.url = f"http://{HOST}:{port}/"
        server = _Server(self.again, HOST, port, str(self.folder))
        server.build_delay = 0  # a nossa vigia já esperou que as gravações sossegassem
        server.error_handler = self._error_page
        server.set_app(_with_findings(server.serve_request, self))
        self.build()
        gc.freeze()  # o que já se leu fica até o fim: examiná-lo a cada poucas rodadas leva tanto quanto desenhar
        for file in (build.config_file(self.tree), str(self.tree.root / titles.FILE)):
            if Path(file).is_file():
                server.watch(file)
        threading.Thread(target=_follow, args=(self.tree, server), daemon=True).start()
        try:
            server.serve()
        except KeyboardInterrupt:
            pass
        finally:
            server.shutdown()
        return 0

    def _error_page(self, code: int) -> bytes | None:
        page = self.folder / f"{code}.html"
        return page.read_bytes() if page.is_file() else None


def _with_findings(site: Callable, preview: Preview) -> Callable:
    """O site e mais dois endereços: os achados de agora e o script que os mostra."""

    def answer(environ: dict, start: Callable) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/achados.json":
            body, kind = to_json(preview.checked.findings).encode(), "application/json"
        elif environ["PATH_INFO"] == "/achados.js":
            body, kind = SCRIPT.read_bytes(), "text/javascript; charset=utf-8"
        else:
            return site(environ, start)
        start("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
        return [body]

    return answer


class _Server(LiveReloadServer):
    """O servidor do MkDocs, avisado pela nossa vigia: a dele veria também as figuras que a rodada escreve."""

    def refresh(self) -> None:
        with self._rebuild_cond:
            self._want_rebuild = True
            self._rebuild_cond.notify_all()


def _follow(tree: Tree, server: _Server) -> None:
    watcher = Watcher(*(folder for folder in (tree.sources, tree.root / "docs", tree.root / "regras", tree.root / "fluxos") if folder.is_dir()))
    while True:
        watcher.wait()
        server.refresh()


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
                return port
            except OSError:
                continue
    raise WrongUse(f"As portas {FIRST_PORT} a {FIRST_PORT + 19} estão ocupadas; feche um servidor e tente de novo.")
