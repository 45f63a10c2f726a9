"""O que a página que se mostra deixa o navegador abrir a partir dela: a `Content-Security-Policy`, e o que ele diz de si num formulário.

https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
https://fetch.spec.whatwg.org/#append-a-request-origin-header
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

TAG = re.compile(r"<(\w+)\b((?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>")
NAMED = re.compile(r"\b(src|href|action|data)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
DIRECTIVES = {
    ("audio", "src"): "media-src", ("video", "src"): "media-src", ("source", "src"): "media-src", ("track", "src"): "media-src",
    ("img", "src"): "img-src", ("script", "src"): "script-src", ("iframe", "src"): "frame-src", ("link", "href"): "style-src",
    ("object", "data"): "object-src", ("form", "action"): "form-action",
}
"""A diretiva que decide cada endereço; um link que se clica não tem nenhuma."""
ALONE = ("form-action",)
"""As que não herdam de `default-src`."""


def barred(page: Any, path: str, url: str) -> str:
    """Por que o navegador, com esta página aberta, não seguiria o endereço `path` dela até `url`; vazio quando seguiria."""
    rules = {words[0].lower(): words[1:] for part in page.headers.get("Content-Security-Policy", "").split(";") if (words := part.split())}
    for tag, attributes in TAG.findall(page.text):
        for name, *values in NAMED.findall(attributes):
            directive = DIRECTIVES.get((tag.lower(), name.lower()), "")
            if not directive or html.unescape("".join(values)) not in (path, url):
                continue
            sources = rules.get(directive, [] if directive in ALONE else rules.get("default-src", ["*"]))
            if directive in ALONE and directive not in rules:
                continue
            lost = next((each for each in dict.fromkeys((path, url)) if each and not any(_lets(source, each) for source in sources)), "")
            if lost:
                place = f"{urlsplit(lost).scheme}://{urlsplit(lost).netloc}" if urlsplit(lost).netloc else "dela mesma"
                return f"a página só deixa abrir em `<{tag}>` o que é de `{' '.join(sources)}` (`{directive}`), e o endereço é de `{place}`"
    return ""


def _lets(source: str, address: str) -> bool:
    parts = urlsplit(address)
    if not parts.netloc:
        return source in ("'self'", "*")
    if source == "*" or source == f"{parts.scheme}:":
        return True
    scheme, found, host = source.rpartition("://")
    if found and scheme != parts.scheme:
        return False
    name = host.partition("/")[0].lower()
    return parts.netloc.lower().endswith(name[1:]) if name.startswith("*.") else parts.netloc.lower() == name


def said(page: Any, origin: str) -> Mapping[str, str]:
    """O que o navegador diz de onde o formulário está."""
    policy = page.headers.get("Referrer-Policy", "") if page is not None else ""
    return {"Origin": "null"} if policy == "no-referrer" else {"Origin": origin, "Referer": f"{origin}/", "Sec-Fetch-Site": "same-origin"}
