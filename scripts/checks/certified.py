"""O certificado do banco: quem se conecta o confere, quando a página diz que sim ou o template dá com que conferir.

https://www.postgresql.org/docs/current/libpq-ssl.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scripts.aws.types import DATABASE, DB_CLUSTER, ECS_SERVICE, SCALING_GROUP
from scripts.base.findings import Finding
from scripts.page.architecture import Page
from scripts.proofs.arrows.program import HANDED, handed
from scripts.proofs.evidence import Path
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource

CODE = "certificado-nao-conferido"
STRONG = ("verify-full", "verify_identity")
"""Os modos que conferem quem assinou o certificado e o nome que está nele; `verify-ca` aceita o de outro banco da AWS."""
CHECKING = (*STRONG, "verify-ca", "verify_ca")
MODE = re.compile(r"\b(?:PGSSLMODE|ssl[-_]?mode)(?:[\"']?\]?\s*[=:]\s*[\"']?|[\"']\s*,\s*[\"'])([a-z][\w-]*)(?![\w-]*[.(\[])|"
                  r"\bssl\s*[=:]\s*[\"']([a-z][\w-]*)[\"']", re.IGNORECASE)
ROOT = re.compile(r"\b(?:PGSSLROOTCERT|sslrootcert|ssl[-_]ca)\b[\"'\]]*\s*[=:,]\s*[\"']?(?=[\w/.$(])|\bcafile\s*=|"
                  r"\bload_verify_locations\(", re.IGNORECASE)
SIGNS = ("ssl", "cafile", "load_verify_locations")
"""Sem um destes, não há nem um nem outro."""
COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.;])\s+|\n")
CHECKED, CERTIFICATE, STORE = re.compile(r"\b(?:confer|verific|valid)\w*", re.IGNORECASE), re.compile(r"\bcertificado", re.IGNORECASE), re.compile(
    r"\bbanco\b|\bRDS\b|\bPostgreSQL\b")
LINKED = tuple(kind for kind in HANDED if kind not in (SCALING_GROUP, ECS_SERVICE))
"""Os tipos que têm, eles mesmos, o que o programa recebe."""


def check(page: Page, views: Views) -> list[Finding]:
    """Um achado por programa que se conecta ao banco sem conferir o certificado dele, em qualquer mundo."""
    promised = any(map(_promises, (token.content for token in page.tokens)))
    return sorted({Finding(view.template.path, view.template.line(*path), CODE, message)
                   for view in views.each for owner in view.of_type(*LINKED) for path, message in _told(view, owner, promised)})


def _promises(text: str) -> bool:
    if "certificado" not in text.lower() and "verify-full" not in text:
        return False
    return any("verify-full" in said or all(pattern.search(said) for pattern in (CHECKED, CERTIFICATE, STORE)) for said in SENTENCE.split(text))


def _told(view: View, owner: Resource, promised: bool) -> Iterator[tuple[Path, str]]:
    hosts = [f"${{{database.id}.Endpoint.Address}}" for database in view.of_type(DATABASE, DB_CLUSTER)]
    with view.reading():  # procurar no programa não é julgá-lo
        said = [(path, *_read(text)) for path, text in texts(view, [piece.path for piece in handed(view, owner)], longest=None)] if hosts else []
        connecting = next((path for path, text in texts(view, [piece.path for piece in handed(view, owner)], longest=None)
                           if any(host in text for host in hosts)), None) if hosts else None
    modes = [(path, mode) for path, found, _ in said for mode in found]
    rooted = any(root for _, _, root in said)
    if connecting is None or not (promised or rooted or any(mode in CHECKING for _, mode in modes)):
        return
    why = "a página diz que confere" if promised else "o template dá a ele com que conferir"
    for path, mode in modes:
        if mode not in STRONG:
            yield path, (f"o programa de `{owner.id}` se conecta ao banco com `{mode}`, que não confere o certificado e o nome dele, e {why}; use "
                         "`verify-full`.")
    if not modes:
        yield connecting, (f"o programa de `{owner.id}` se conecta ao banco sem dizer `PGSSLMODE`, e assim não confere o certificado dele, e {why}; "
                           "use `PGSSLMODE=verify-full`.")
    if not rooted and (not modes or any(mode in CHECKING for _, mode in modes)):
        yield connecting, (f"nada diz ao programa de `{owner.id}` de que autoridade é o certificado do banco, e ele não o confere; dê "
                           "`PGSSLROOTCERT`, com o pacote de certificados do RDS.")


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[tuple[str, ...], bool]:
    """Os modos que o texto diz, e se ele diz de que autoridade é o certificado."""
    lowered = text.lower()
    if not any(sign in lowered for sign in SIGNS):
        return (), False
    plain = COMMENT.sub("", text)
    return tuple((first or second).lower() for first, second in MODE.findall(plain)), ROOT.search(plain) is not None
