"""Os pods do EKS: o programa que o manifesto do Kubernetes traz, com o papel que o template associa à conta de serviço dele.

Do manifesto se lê o que roda: o comando, o ambiente, os arquivos do ConfigMap e as bibliotecas. Quem agenda os pods e os
liga ao balanceador não está aqui: um pod só, e os pedidos chegam a ele por uma porta que confere a prova de cada seta.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts.aws.types import BALANCER, EKS_CLUSTER, POD_IDENTITY_ASSOCIATION, ROLE
from scripts.replay.answers import Answers
from scripts.replay.browsing import placed
from scripts.replay.child import serve_module
from scripts.replay.fences import Job, modules_of
from scripts.replay.processes import Lost, Running
from scripts.replay.session import Session
from scripts.replay.trace import ERROR, EXECUTED, NETWORK, Call
from scripts.template.cloudformation import Resource
from scripts.template.manifest import Manifest

WAIT = 60.0
"""Segundos para o pod atender."""


class Pod:
    """Um pod no ar; `door` é o endereço por onde `client` chega a ele, pelo balanceador `via`, e `asked`, o que lhe pediram.

    `fault` é o que impede os pedidos de chegar a ele; `probes`, o caminho que cada sonda pede.
    """

    def __init__(self, session: Session, node: str, client: str, via: str, fault: str = "", probes: Mapping[str, str] | None = None):
        self.session, self.node, self.client, self.via = session, node, client, via
        self.fault, self.probes = fault, dict(probes or {})
        self.asked: list[bytes] = []
        self.ready: Future[tuple[str, Any]] = Future()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"pod": self}))
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        session.closing(self._close)

    def _close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def door(self) -> str:
        """O que a variável `http_proxy` de quem o chama recebe: o nome que o código escreve não existe neste computador."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def route(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes] | None:
        """Leva o pedido ao pod, se as provas das duas setas valem; `None` quando ninguém responderia."""
        import requests

        parts = urlsplit(url)
        call = Call(self.client, f"HTTP {method} {parts.path}", EXECUTED, given=body[:200].decode("utf-8", "replace"))
        if not self._known(call, parts.hostname or "", parts.port or 80) or not self._routed(call):
            return None
        self.asked.append(body)
        kind, said = self.ready.result(WAIT)
        fault = str(said) if kind != "ready" else self._unready(said)
        if fault:
            call.ok, call.reason = False, fault
            self.session.blame(call.step, ERROR, call.reason)
            return 503, {}, b""
        kept = {name: value for name, value in headers.items() if name.lower() not in ("connection", "proxy-connection", "accept-encoding")}
        with requests.Session() as wire:
            wire.trust_env = False
            answer = wire.request(method, f"http://127.0.0.1:{said}{parts.path}?{parts.query}".rstrip("?"), headers=kept, data=body, timeout=60)
        call.output, call.ok = str(answer.status_code), answer.status_code < 500
        return answer.status_code, {"Content-Type": answer.headers.get("Content-Type", "text/plain")}, answer.content

    def _unready(self, port: int) -> str:
        """A sonda que o programa não responde bem; vazio quando responde a todas."""
        import requests

        with requests.Session() as wire:
            wire.trust_env = False
            for name, path in self.probes.items():
                status = wire.get(f"http://127.0.0.1:{port}{path}", timeout=WAIT).status_code
                if status >= 400:
                    return f"`{name}` pede `{path}`, e o programa responde {status}: o pod nunca fica pronto"
        self.probes = {}  # bastam uma vez: o programa não muda
        return ""

    def _known(self, call: Call, host: str, port: int) -> bool:
        """O nome e a porta são os de um ouvinte do balanceador desenhado, e a seta até ele se prova."""
        stack = self.session.stack
        balancer = self.session.resource(self.via, BALANCER)
        named = str(stack.value({"Fn::GetAtt": [balancer.id, "DNSName"]})).lower() == host.lower()
        ports = [int(stack.property(listener, "Port")) for listener in stack.listeners((balancer.id,))]
        if not self.session.admitted(call, self.client, [self.via], ""):
            return False
        if named and port in ports:
            return True
        call.ok, call.reason = False, f"o pedido foi a `{host}:{port}`, e `{balancer.id}` " + \
            (f"só ouve em {', '.join(map(str, ports))}" if named else "tem outro nome")
        self.session.blame(call.step, NETWORK, call.reason)
        return False

    def _routed(self, call: Call) -> bool:
        """A seta do balanceador ao pod se prova; ninguém a executa."""
        edge = self.session.arrows.find(self.via, [self.node], "", self.session.current)
        cause = self.session.unproven(edge.id) if edge else ""
        cause = cause or self.fault
        if cause:
            call.ok, call.reason = False, cause
            self.session.blame(edge and edge.step, NETWORK, cause)
        return not cause


class _Door(BaseHTTPRequestHandler):
    """Recebe o pedido como um intermediário de HTTP: o endereço vem inteiro, como o código o escreveu."""

    pod: Pod

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = self.pod.route(self.command, self.path, dict(self.headers), body)
        if found is None:
            self.close_connection = True
            return
        status, headers, content = found
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _handle

    def log_message(self, *_: Any) -> None:
        """Nada: quem conta o que houve é o rastro."""


class Pods:
    """Os pods de uma pilha."""

    def __init__(self, session: Session):
        self.session, self.stack = session, session.stack

    def start(self, node: str, manifest: Manifest, client: str, via: str) -> Pod:
        """Põe o pod do manifesto no ar, sem esperar por ele; quem espera é o primeiro pedido."""
        container, root = manifest.container, self.session.temporary()
        self._mount(manifest, root)
        role = self._role(node, manifest.deployment.space, manifest.account)
        environment = {item["name"]: str(item["value"]) for item in container.get("env", [])}
        given = {**self.session.credentials(role), **environment, "HOME": str(root), "TMPDIR": str(root / "tmp")}
        job = Job(str(root), given, self._libraries(manifest, root))
        running = Running(serve_module, job, [placed(root, word) for word in container["command"]])
        self.session.closing(running.stop)
        pod = Pod(self.session, node, client, via, probes={name: str(asked.get("path", "/")) for name, asked in manifest.probes()})
        threading.Thread(target=self._wait, args=(pod, running, role), daemon=True).start()
        return pod

    def _wait(self, pod: Pod, running: Running, role: Resource | None) -> None:
        answering = Answers(self.session, pod.node, role)
        try:
            kind, said = running.wait(answering, ("ready", "failed"), WAIT)
        except (Lost, OSError, ValueError):
            kind, said = "failed", "o pod não atendeu a tempo"
        pod.ready.set_result((kind, said))
        if kind == "ready":
            running.attend(answering)

    def _role(self, node: str, space: str, account: str) -> Resource | None:
        """O papel que uma associação do cluster dá a esta conta de serviço; `None` quando nenhuma dá."""
        cluster = self.session.resource(node, EKS_CLUSTER)
        for association in self.stack.view.of_type(POD_IDENTITY_ASSOCIATION):
            said = [str(self.stack.property(association, key)) for key in ("Namespace", "ServiceAccount")]
            if said == [space, account] and self.stack.named(str(self.stack.property(association, "ClusterName")), EKS_CLUSTER) == cluster:
                return self.stack.named(str(self.stack.property(association, "RoleArn")), ROLE)
        return None

    def _mount(self, manifest: Manifest, root: Path) -> None:
        """As pastas dos volumes, com os arquivos do ConfigMap."""
        files = manifest.files(manifest.container)
        for mount in manifest.container.get("volumeMounts", []):
            folder = Path(placed(root, mount["mountPath"]))
            folder.mkdir(parents=True)
            for name, text in files.get(mount["mountPath"].rstrip("/"), {}).items():
                (folder / name).write_text(text, encoding="utf-8")

    def _libraries(self, manifest: Manifest, root: Path) -> frozenset[str]:
        """Os módulos que os contêineres iniciais instalam, do arquivo que o comando de cada um diz."""
        found: frozenset[str] = frozenset()
        for first in manifest.pod.get("initContainers", []):
            words = first["command"]
            found |= modules_of(Path(placed(root, words[words.index("--requirement") + 1])).read_text(encoding="utf-8"))
        return found
