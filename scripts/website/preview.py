"""`servir`: o site montado a cada mudança, com os achados no terminal e na própria página.

O MkDocs remonta o site quando `docs/` muda; ao lado, esta sala refaz as figuras dos scripts
salvos e repete a conferência. A página pergunta de tempos em tempos pelos achados, e os mostra.
"""

from __future__ import annotations

import errno
import shutil
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.base.findings import Finding, to_json
from scripts.base.tree import Tree, WrongUse
from scripts.checks import run
from scripts.picture.generate import Watcher, generate

FIRST_PORT = 8000
SCRIPT = Path(__file__).resolve().parent / "achados.js"

Configure = Callable[..., object]
"""Lê a configuração do MkDocs desta árvore, com o que se acrescentar."""


def serve(tree: Tree, configure: Configure, report: Callable[[list[Finding]], None]) -> int:
    """Mostra o site até que alguém interrompa; devolve o estado de saída."""
    from mkdocs.exceptions import MkDocsException

    checking = Checking(tree, report)
    checking.draw()
    checking.check()
    threading.Thread(target=checking.follow, daemon=True).start()
    folder = tempfile.mkdtemp(prefix="site-")
    try:
        while True:
            port = _free_port()
            print(f"Montando o site; logo estará em http://127.0.0.1:{port} (Ctrl-C termina).", file=sys.stderr)
            try:
                _show(tree, configure, checking, folder, port)
                return 0
            except MkDocsException as error:
                print(f"erro: {error}", file=sys.stderr)
                return 1
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                print(f"A porta {port} acaba de ser ocupada; tentando outra.", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(tree: Tree, configure: Configure, checking: Checking, folder: str, port: int) -> None:
    from mkdocs.commands.build import build
    from mkdocs.livereload import LiveReloadServer

    address = f"http://127.0.0.1:{port}/"

    def builder() -> None:
        # Lida a cada vez: uma página nova entra no menu, e o que mudou no `mkdocs.yml` vale.
        config = configure(site_dir=folder, site_url=address)
        config.extra["servindo"] = True
        config.plugins.on_startup(command="serve", dirty=False)
        build(config, serve_url=address)

    server = LiveReloadServer(builder=builder, host="127.0.0.1", port=port, root=folder)
    server.set_app(_with_findings(server.serve_request, checking))
    builder()
    server.watch(str(tree.root / "docs"))
    server.watch(str(tree.root / "mkdocs.yml"))
    try:
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.shutdown()


def _with_findings(site: Callable, checking: Checking) -> Callable:
    """O site e mais dois endereços: os achados de agora e o script que os mostra."""

    def answer(environ: dict, start: Callable) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/achados.json":
            body, kind = to_json(checking.findings).encode(), "application/json"
        elif environ["PATH_INFO"] == "/achados.js":
            body, kind = SCRIPT.read_bytes(), "text/javascript; charset=utf-8"
        else:
            return site(environ, start)
        start("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
        return [body]

    return answer


@dataclass
class Checking:
    """As figuras em dia e os achados da última conferência que terminou sem que nada mudasse no meio."""

    tree: Tree
    report: Callable[[list[Finding]], None]
    findings: list[Finding] = field(default_factory=list)
    drawn: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def follow(self) -> None:
        """Refaz as figuras e a conferência a cada mudança; um erro é contado, e a vigia continua."""
        watcher = Watcher(self.tree.sources, self.tree.root / "docs")
        while True:
            watcher.wait()
            try:
                self.draw()
                self.check()
            except Exception:
                traceback.print_exc()

    def draw(self) -> None:
        """Refaz as figuras se algum script mudou desde a última vez."""
        while (now := self._scripts()) != self.drawn:
            self.drawn = now
            generate(self.tree, self.tree.scripts([]))

    def check(self) -> None:
        """Confere e conta o que achou, menos se um script foi salvo no meio: a vez dele já vem."""
        findings = run.check_tree(self.tree, [])
        if self._scripts() == self.drawn:
            self.findings = findings
            self.report(findings)

    def _scripts(self) -> dict[Path, tuple[int, int]]:
        stats = ((path, path.stat()) for path in self.tree.sources.glob("*.py"))
        return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats}


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise WrongUse(f"As portas {FIRST_PORT} a {FIRST_PORT + 19} estão ocupadas; feche um servidor e tente de novo.")
