"""A internet de um terminal: um intermediário local que atende no lugar de todo endereço, também por TLS.

A AWS CLI e o `curl` o usam como a qualquer outro (`HTTPS_PROXY`): os pedidos que recebe são os que iriam à AWS, com o endereço
e o caminho de lá. O certificado é dele, e só quem recebe `certificate` confia nele.
"""

from __future__ import annotations

import datetime
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scripts.replay.gateway import Answer
from scripts.replay.stack import REGION

Answering = Callable[[str, str, Mapping[str, str], bytes], Answer]
HOSTS = ("*.amazonaws.com", "*.queue.amazonaws.com", f"*.{REGION}.amazonaws.com", f"*.s3.{REGION}.amazonaws.com")
OWN = {"content-length", "transfer-encoding", "connection", "date", "server"}


@dataclass
class Internet:
    """Onde o intermediário atende, o certificado, e o que deu errado ao atender."""

    address: str
    certificate: Path
    problems: list[str] = field(default_factory=list)


@contextmanager
def internet(folder: Path, answering: Answering) -> Iterator[Internet]:
    """Atende enquanto isto dura; `answering` responde ao método, ao endereço, aos cabeçalhos e ao corpo."""
    certificate, context = folder / "certificado.pem", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _certify(certificate)
    context.load_cert_chain(certificate)
    found = Internet("", certificate)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        origin = ""

        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.request, self.origin = context.wrap_socket(self.connection, server_side=True), f"https://{self.path.removesuffix(':443')}"
            self.setup()
            self.close_connection = False

        def _answer(self) -> None:
            try:
                status, headers, body = answering(self.command, self.origin + self.path, self.headers, self._body())
            except Exception:
                found.problems.append(traceback.format_exc())
                status, headers, body = 500, {}, b""
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in OWN:
                    self.send_header(name, value)
            size = next((value for name, value in headers.items() if self.command == "HEAD" and name.lower() == "content-length"), len(body))
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def log_message(self, *_: object) -> None:
            """O que se atende já fica nos passos."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def _certify(path: Path) -> None:
    """Grava um certificado de um dia para os endereços da AWS, com a chave dele."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Testes")])
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only",
                           "decipher_only"), False)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256()))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
