"""O site servido a um navegador de verdade, e uma página vigiada: erro ou pedido externo reprova o teste."""

from __future__ import annotations

import collections
import contextlib
import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from scripts.base.tree import WrongUse
from scripts.measure import browser as finding
from tests.browser import unusual
from tests.built import once, site_of

SHOTS = Path(__file__).resolve().parent / "falhas"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    return site_of(tmp_path_factory)


@pytest.fixture(scope="session")
def odd_site(tmp_path_factory) -> Path:
    """Um site de figuras estranhas: grandes, pequenas, sem passos, com rótulos perigosos."""
    return once(tmp_path_factory, "site-estranho", unusual.build) / "site"


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Como um servidor de verdade: a conexão fica aberta, e o navegador guarda o que já pediu."""

    protocol_version = "HTTP/1.1"

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, *_):
        pass


def serve(folder: Path) -> tuple[http.server.ThreadingHTTPServer, str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=folder))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/"


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    server, url = serve(site)
    yield url
    server.shutdown()


@pytest.fixture(scope="session")
def odd_address(odd_site) -> Iterator[str]:
    server, url = serve(odd_site)
    yield url
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        program = finding.find()
    except WrongUse as problem:
        pytest.fail(str(problem), pytrace=False)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(finding.QUIET))
        yield launched
        launched.close()


FORGET = "try { localStorage.clear(); sessionStorage.clear(); } catch { /* uma página em branco não guarda nada */ }"


class Tab:
    """Uma aba num contexto só dela, vigiada. Ela serve a um teste depois do outro: abrir outra custa mais que carregar a maior página."""

    def __init__(self, browser: Browser, options: dict[str, Any]):
        self.page = browser.new_context(**options).new_page()
        self.session = self.page.context.new_cdp_session(self.page)
        self.problems: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.problems.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"erro: {error}"))
        self.page.on("request", lambda asked: re.match(r"(https?://127\.0\.0\.1:|file:|data:|blob:)", asked.url)
                     or self.problems.append(f"pedido externo: {asked.url}"))

    def ready(self, width: int, height: int, scheme: str, motion: str) -> None:
        """Como uma aba nova: sem história, sem ponteiro sobre nada, com o tamanho e o gosto pedidos."""
        self.problems.clear()
        self.session.send("Page.resetNavigationHistory")
        self.page.set_default_timeout(8000)
        self.page.set_default_navigation_timeout(60_000)  # a página que demora a vir é de uma máquina ocupada, e não um erro
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(media="null", color_scheme=scheme, reduced_motion=motion)
        self.page.mouse.move(-1, -1)

    def leave(self) -> None:
        """Sai da página, que pode estar se recarregando sozinha: fechar o contexto no meio disso às vezes não volta nunca."""
        for _ in range(5):
            with contextlib.suppress(Error):  # outra recarga começou antes
                self.page.evaluate(FORGET)
                self.page.goto("about:blank")
                return


@pytest.fixture(scope="session")
def idle() -> dict[str, list[Tab]]:
    """As abas que esperam o próximo teste, por opções do contexto."""
    return collections.defaultdict(list)


@pytest.fixture
def visit(browser, idle, request) -> Iterator[Callable[..., Page]]:
    """`visit(url, width=390, has_touch=True)` abre uma página; no fim, nada pode ter dado erro nem saído daqui.

    Com `fresh`, a aba é nova: nada do que ela pede está guardado.
    """
    used: list[tuple[Tab, str]] = []

    def opened(url: str, width: int = 1280, height: int = 0, scheme: str = "light", motion: str = "reduce", fresh: bool = False,
               **options) -> Page:
        key = repr(sorted(options.items()))
        tab = idle[key].pop() if idle[key] and not fresh else Tab(browser, options)
        used.append((tab, key))
        tab.ready(width, height or (844 if width < 500 else 800), scheme, motion)
        tab.page.goto(url)
        return tab.page

    yield opened
    found = [problem for tab, _ in used for problem in tab.problems]  # sair no meio de uma recarga também é um erro, mas não da página
    failed = request.node.stash.get(FAILED, False) or found
    if failed:
        SHOTS.mkdir(exist_ok=True)
        for number, (tab, _) in enumerate(used):
            name = re.sub(r"[^\w.-]+", "-", request.node.name)
            with contextlib.suppress(Error):  # sem o retrato, as abas ainda se deixam
                tab.page.screenshot(path=SHOTS / f"{name}-{number}.png")
        print(f"Retratos da falha em {SHOTS}")
    for tab, key in used:
        tab.leave()
        if failed:
            tab.page.context.close()
        else:
            idle[key].append(tab)
    assert found == []


def pytest_sessionstart(session: pytest.Session) -> None:
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        shutil.rmtree(SHOTS, ignore_errors=True)
