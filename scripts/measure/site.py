"""Medida do site: bytes, pedidos e tempo de cada página num navegador, e o tempo de quem escreve.

Tudo numa rodada e nesta máquina; os bytes são com gzip, como um servidor os mandaria. Nada aqui é teste.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.base.tree import TOOLKIT, Tree, WrongUse
from scripts.base.wording import decimal
from scripts.measure import browser
from scripts.measure.timing import timed

ROUNDS = 3
PHONE = {"width": 390, "height": 844}
LONGEST = 120
KINDS = {".css": "css", ".js": "js", ".json": "busca", ".svg": "figura", ".png": "figura"}
FOREIGN = ("scripts.website.extension",)


def run(tree: Tree) -> int:
    """Imprime todas as medidas; devolve 0. Erro: `WrongUse` sem navegador."""
    program = browser.find()
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(tree, Path(folder))
        ours = timed([sys.executable, str(TOOLKIT / "scripts"), "construir", "--raiz", str(copy)], copy)
        plain = _plain(copy)
        print(f"\nConstruir\n  `construir`, com conferência: {decimal(ours)} s; só o MkDocs e o tema: {decimal(plain)} s; "
              f"razão {decimal(ours / plain, 1)}×")
        print(f"\nPrimeira visita a cada página, a {PHONE['width']} px: KB com gzip, pedidos, tempo de processador da linha principal "
              f"(mediana de {ROUNDS})", flush=True)
        for line in _pages(copy / "site", program):
            print(f"  {line}", flush=True)
        print("\nDo arquivo salvo à página recarregada, com `servir`", flush=True)
        for line in _saved(copy):
            print(f"  {line}", flush=True)
    return 0


def _copied(tree: Tree, root: Path) -> Path:
    copy = root / "arvore"
    for name in ("docs", "diagrams_src", "fluxos"):
        if (tree.root / name).is_dir():
            shutil.copytree(tree.root / name, copy / name)
    shutil.copy(tree.root / "mkdocs.yml", copy)
    return copy


def _plain(copy: Path) -> float:
    """O tempo do MkDocs sobre os mesmos arquivos, sem nada nosso."""
    written = (copy / "mkdocs.yml").read_text(encoding="utf-8")
    kept = [line for line in written.splitlines() if not any(name in line for name in FOREIGN)]
    config = copy / "puro.yml"
    config.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return timed([sys.executable, "-m", "mkdocs", "build", "--quiet", "-f", str(config), "-d", str(copy / "puro")], copy)


def _pages(site: Path, program: str) -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    paths = sorted(file.parent.relative_to(site).as_posix().removeprefix(".") for file in site.rglob("index.html"))
    with sync_playwright() as playwright, _served(site) as address:
        opened = playwright.chromium.launch(executable_path=program, args=list(browser.QUIET))
        for path in paths:
            rounds = [_visit(opened, f"{address}{path}/" if path else address) for _ in range(ROUNDS)]
            kinds, requests, _ = rounds[0]
            bytes_ = ", ".join(f"{kind} {decimal(size / 1024, 1)}" for kind, size in sorted(kinds.items()))
            busy = statistics.median(milliseconds for _, _, milliseconds in rounds)
            yield (f"{path or 'início'}: {decimal(sum(kinds.values()) / 1024, 1)} ({bytes_}), {requests} pedidos, {busy:.0f} ms")
        opened.close()


def _visit(program, url: str) -> tuple[Counter[str], int, float]:
    """Bytes por tipo, pedidos e milissegundos de trabalho da linha principal, numa visita sem nada guardado."""
    context = program.new_context(viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})  # o que mais roda na máquina não entra
    page.goto(url, wait_until="networkidle")
    page.evaluate("new Promise(requestIdleCallback)")
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    kinds: Counter[str] = Counter()
    for answer in answers:
        kinds[KINDS.get(Path(answer.url.partition("?")[0]).suffix, "html")] += len(gzip.compress(answer.body(), mtime=0))
    context.close()
    return kinds, len(answers), metrics["TaskDuration"] * 1000


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        pass


@contextmanager
def _served(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=site))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def _saved(copy: Path) -> Iterator[str]:
    """O tempo de salvar um script, uma página e um template até a página nova estar no ar."""
    slug = max((copy / "docs" / "arquiteturas").glob("*/diagrama.svg"), key=lambda file: file.stat().st_size).parent.name
    folder = copy / "docs" / "arquiteturas" / slug
    command = [sys.executable, str(TOOLKIT / "scripts"), "servir", "--raiz", str(copy)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            address = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            threading.Thread(target=process.stderr.read, daemon=True).start()
            url = f"{address}/arquiteturas/{slug}/"
            _wait(url, "")
            for name, file, old, new in (
                ("o script", copy / "diagrams_src" / f"{slug}.py", 'label="', 'label="x'),
                ("a página", folder / "index.md", "## Fluxo de dados", "Salvo agora.\n\n## Fluxo de dados"),
                ("o template", folder / "template.yaml", "Description: ", "Description: x"),
            ):
                before = _get(url)
                file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
                yield f"{name} de {slug}: {decimal(_wait(url, _stable(before)))} s"
        finally:
            process.terminate()


def _wait(url: str, before: str) -> float:
    """Segundos até a página existir e ser outra."""
    start = time.perf_counter()
    while time.perf_counter() - start < LONGEST:
        now = _get(url)
        if now and _stable(now) != before:
            return time.perf_counter() - start
        time.sleep(0.05)
    raise WrongUse(f"`servir` não atualizou a página em {LONGEST} s.")


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read().decode("utf-8")
    except OSError:
        return ""


def _stable(html: str) -> str:
    """A página sem o que o servidor põe em cada resposta."""
    return re.sub(r"livereload\([^)]*\)", "", html)
