"""O navegador de quem usa uma aplicação no ar: os pedidos por HTTP, arquivados sob a seta que chega a ela."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any

from scripts.replay import shown
from scripts.replay.session import Halt, Session
from scripts.replay.trace import ERROR, EXECUTED, NETWORK, Call

LOGGED = re.compile(r"^(?:\[[^\]\n]*\] )?(?:ERROR|CRITICAL)(?: in \w+: |:\w+:)(?P<said>.*(?:\n[\t ].*)*)", re.MULTILINE)
RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Warning|Violation)\b.*$", re.MULTILINE)
BALANCED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
"""O que um balanceador que atende por HTTPS acrescenta ao pedido."""


class Site:
    """A aplicação no ar. `get` e `post` falam com ela por HTTP, como o navegador de uma pessoa, com os cookies dela.

    Cada pedido se arquiva sob a seta que chega ao nó, a que parte de `via`. `encrypted` diz que entre a pessoa e a
    aplicação há um balanceador que atende por HTTPS: os cookies que só valem nele também se enviam. `variables` é o que o
    template dá à aplicação.
    """

    def __init__(self, lab: Session, node: str, via: str, port: int, root: Path, person: str, variables: dict[str, str], encrypted: bool = False):
        self.variables = variables
        self.lab, self.node, self.via, self.root, self.person, self.encrypted = lab, node, via, root, person, encrypted
        self.address, self.failed, self.full = f"http://127.0.0.1:{port}", False, False
        self.heard = 0
        self.browser = self.visitor()
        self.page: Any = None
        self.led: dict[str, str] = {}

    def visitor(self) -> Any:
        """Um navegador sem cookies: o de outra pessoa."""
        import requests

        found = requests.Session()
        found.trust_env = False
        if self.encrypted:
            found.headers.update(BALANCED)
        return found

    @contextmanager
    def as_another(self) -> Iterator[None]:
        """Outra pessoa pede, com o navegador dela; depois, a de antes volta com o seu."""
        own, self.browser = self.browser, self.visitor()
        try:
            yield
        finally:
            self.browser = own

    def get(self, path: str = "/", **options: Any) -> Any:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.ask("POST", path, **{"allow_redirects": False, **options})

    def ask(self, method: str, path: str, later: bool = False, foreseen: bool = False, **options: Any) -> Any:
        """Um pedido; devolve a resposta do `requests`. Para o fluxo se a prova da seta não vale, ou se ninguém responde.

        `later` deixa o que o pedido pôs a correr para ser arquivado depois, por quem espera que acabe. `foreseen` diz que um
        erro da aplicação é o esperado: ele não explica o que falhar depois.
        """
        call = self._filed(method, path, options)
        failed = self.failed
        if method == "POST":
            self._let(shown.barred(self.page, path, path) if self.page is not None else "")
            options["headers"] = {**shown.said(self.page, self.origin), **options.get("headers", {})}
        answer = self._sent(call, method, path, options)
        self._remember(path, answer)
        if foreseen:
            self.failed, self.heard = failed, len(self._spoken())
        if not later:
            self.lab.collect()
        return answer

    @property
    def origin(self) -> str:
        """Como o navegador diz de onde a página é: pelo nome que ele pede, se pede um."""
        host = self.browser.headers.get("Host") or self.address.rpartition("/")[2]
        return f"{'https' if self.encrypted else 'http'}://{host}"

    def _remember(self, path: str, answer: Any) -> None:
        """A página que se mostra, e os endereços a que um caminho dela leva."""
        if answer.status_code == HTTPStatus.OK and "text/html" in answer.headers.get("Content-Type", ""):
            self.page = answer
        if "://" in answer.headers.get("Location", ""):
            self.led[answer.headers["Location"]] = path

    def _let(self, cause: str) -> None:
        if cause:
            self.lab.halt(NETWORK, f"o navegador não abre o endereço: {cause}")

    def follow(self, url: str) -> None:
        """Segue um endereço que esta aplicação deu, como a página que se mostra. Para o fluxo se ela não deixa o navegador abri-lo."""
        if self.page is not None:
            self._let(shown.barred(self.page, self.led.get(url, url), url))

    def wait(self, path: str, done: Callable[[Any], bool], seconds: float = 20) -> Any:
        """Recarrega a página até `done` valer para a resposta, ou o prazo acabar; devolve a última.

        Quantas vezes se recarregou depende do computador: os pedidos contam como um só.
        """
        call, end = self._filed("GET", path, {}), time.monotonic() + seconds
        while not done(answer := self._sent(call, "GET", path, {})) and time.monotonic() < end:
            time.sleep(0.05)
        self.lab.rest()
        self.lab.collect(mixed=True)
        return answer

    def _filed(self, method: str, path: str, options: dict[str, Any]) -> Call:
        call = Call(self.person, f"HTTP {method} {path.split('?')[0]}", EXECUTED, given=_given(options))
        step = self.lab.file(call, self.via, [self.node], "")
        cause = self.lab.unproven(call.arrow)
        if cause:
            call.ok, call.reason = False, f"o pedido não chega: {cause}"
            self.lab.blame(step, NETWORK, call.reason)
            raise Halt
        return call

    def _sent(self, call: Call, method: str, path: str, options: dict[str, Any]) -> Any:
        import requests

        try:
            answer = self.browser.request(method, self.address + path, timeout=60, **options)
        except requests.RequestException as error:
            call.ok, call.reason = False, f"a aplicação não respondeu: {type(error).__name__}"
            self.lab.blame(self.lab.current, ERROR, call.reason)
            raise Halt
        for cookie in self.browser.cookies if self.encrypted else ():
            cookie.secure = False  # o pedido ao balanceador é por HTTPS: estes cookies voltam a ele
        call.output, call.ok = str(answer.status_code), answer.status_code < 500
        self.failed, self.full = self.failed or not call.ok, self.full or answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
        return answer

    def folder(self, path: str) -> Path:
        """A pasta da instância que tem este caminho, nesta rodada."""
        return inside(self.root, path)

    def complaint(self) -> str:
        """O último erro que a aplicação registrou, numa linha, com a exceção que o explica."""
        text = self._spoken()[self.heard:]
        found = list(LOGGED.finditer(text))
        if not found:
            return ""
        said = [found[-1]["said"], *(raised[0] for raised in list(RAISED.finditer(text, found[-1].end()))[-1:])]
        return " ".join(" · ".join(part for part in said if part).split())

    def _spoken(self) -> str:
        return (self.root / "saida.txt").read_text(encoding="utf-8", errors="replace")


def inside(root: Path, path: str) -> Path:
    """O caminho da instância dentro da pasta que faz as vezes da raiz."""
    return root.joinpath(*PurePosixPath(path).parts[1:])


def placed(root: Path, word: str) -> str:
    """O mesmo, de uma palavra qualquer: a que não é um caminho fica como está."""
    return str(inside(root, word)) if word.startswith("/") else word


def told(answer: Any) -> str:
    """O que a resposta diz a quem lê: o estado e, se ela recusa, o texto da página, sem o título."""
    if answer.status_code < 400:
        return str(answer.status_code)
    body = re.sub(r"(?s)<head>.*?</head>|<h1>.*?</h1>|<a .*?</a>|<[^>]+>", " ", answer.text)
    return f"{answer.status_code}: {' '.join(html.unescape(body).split())[:300]}"


def _given(options: dict[str, Any]) -> str:
    files = [f"{name}={value[0] if isinstance(value, tuple) else name} · {len(value[1]) if isinstance(value, tuple) else 0} bytes"
             for name, value in (options.get("files") or {}).items()]
    data = options.get("data") or {}
    fields = dict.fromkeys(str(name) for name in (data if isinstance(data, dict) else dict(data)))
    return ", ".join([*fields, *files])
