"""Quem recusa um envio assinado: o S3 confere o que se assinou antes de guardar, e só a função olha o conteúdo depois.

Vale para as páginas cujo programa assina um formulário de envio (`generate_presigned_post`): o tamanho, a chave, o prazo e os campos são
da política do formulário, que o S3 faz cumprir; o que o arquivo tem dentro, o S3 não lê.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import FUNCTION
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.checks.coded import sources
from scripts.checks.qualities import DENIED, PIECE, SUPPOSED
from scripts.page.architecture import Page
from scripts.page.quantities import SIZE, quantities
from scripts.proofs.facts.measures import measures
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views

CODE = "quem-recusa"
SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html"
SIGNING, RANGE = "generate_presigned_post", "content-length-range"
STORE, BY_STORE = r"\b(?:S3|bucket(?: de entrada)?)\b", r"pelo (?:próprio )?(?:S3|bucket)"
CODE_RUN, BY_CODE = r"\b(?:funç(?:ão|ões)(?: \w+)?|Lambda|aplicação|servidor)\b", r"pel[ao] (?:própria )?(?:função|Lambda|aplicação|servidor)"
TAKES, REFUSES = r"(?:aceit|guard|receb|deixa passar|salv)\w*", r"(?:recus|rejeit|barr|neg|descart|devolv)\w*"
WAYS = tuple((who, takes, re.compile(rf"{name}\s+(?P<no>não\s+|nem\s+)?(?:(?:o|a|também|só|já)\s+)*{verb}|\b(?P<np>não é\s+)?{done}\w*\s+{by}",
                                     re.IGNORECASE))
             for who, name, by in (("S3", STORE, BY_STORE), ("função", CODE_RUN, BY_CODE))
             for takes, verb, done in ((True, TAKES, "(?:aceit|guardad)"), (False, REFUSES, "(?:recusad|rejeitad|barrad)")))
"""De quem aceita ou recusa, como se diz, na ativa e na passiva."""
STEMS = ("aceit", "guard", "receb", "passa", "salv", "recus", "rejeit", "barr", "neg", "descart", "devolv")
"""Sem nada disto, ninguém recusa nem aceita: quase todo trecho para aqui."""
SIGNED = re.compile(r"\bchave\b[^.;]*\b(?:não é|outra|trocad)|\btrocar a chave\b|\bvenc(?:eu|ida|ido|er)\b|\bmais de \d+ minutos\b"
                    r"|\bfora do prazo\b|\bcampo a mais\b|\bnão cumpre\b|\bgrande demais\b|\bacima do (?:tamanho|limite)\b"
                    r"|\bmaior(?: d?o)? que o (?:limite|assinado)\b|EntityTooLarge", re.IGNORECASE)
INSIDE = re.compile(r"\barquivo de texto\b|\bnão é (?:uma |um )?(?:foto|imagem|JPEG|PNG)\b|\bpelos bytes\b|\bcortada\b"
                    r"|\blados? (?:menor|maior|de)", re.IGNORECASE)
METHOD = re.compile(r"\bCORS\b[^.;]*?\b(?:para|com|de|do método) (?P<method>PUT|GET|POST|DELETE|HEAD)\b")
"""O formulário assinado vai por POST: é esse o método que o CORS do bucket precisa aceitar."""
LATE = re.compile(r"\b(?:depois de|só depois de|após) (?:o )?guarda", re.IGNORECASE)


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por frase, ou célula de tabela, que diz que recusa quem não recusa."""
    signing = next((view for view in views.each if any(SIGNING in text for text in sources(view))), None)
    limit = _limit(signing) if signing else None
    for line, about, block in page.spoken if signing else ():
        lowered = block.lower()
        allowed = METHOD.search(block) if "CORS" in block else None
        if allowed and allowed["method"] != "POST" and "POST" not in block:
            yield Finding(page.path, line, CODE,
                          f"A página diz “{allowed[0]}”, e o formulário assinado se envia por POST ({SOURCE}); acerte o método.")
        for text in CLAUSE.split(block) if any(map(lowered.__contains__, STEMS)) else ():
            case = f"{about} {text}"
            signed, inside = SIGNED.search(case) or _beyond(case, limit), INSIDE.search(case)
            if not (signed or inside) or SUPPOSED.search(text) or text.rstrip().endswith("?"):
                continue
            for who, takes in _said(text):
                if signed and (who == "S3") == takes or inside and not signed and (who == "S3") != takes:
                    yield Finding(page.path, line, CODE, f"A página diz “{text.strip()}”, e {_truth(bool(signed))} ({SOURCE}); acerte quem recusa.")
                    break
            else:
                if signed and LATE.search(text) and re.search(REFUSES, text):
                    yield Finding(page.path, line, CODE, f"A página diz “{text.strip()}”, e {_truth(True)} ({SOURCE}); acerte quando.")


def _truth(signed: bool) -> str:
    return "o que o formulário assinado fixa, o S3 confere e recusa antes de guardar: a função nem é acionada" if signed else (
        "o S3 não confere se o arquivo é a imagem que diz ser: ele o guarda, e quem o recusa é a função")


def _said(text: str) -> Iterator[tuple[str, bool]]:
    """Quem aceita e quem recusa, segundo a frase; a negação inverte."""
    for who, takes, pattern in WAYS:
        for found in pattern.finditer(text):
            denied = bool(found["no"] or found["np"]) or bool(DENIED.search(PIECE.split(text[:found.start()])[-1]))
            yield who, takes != denied


def _beyond(text: str, limit: float | None) -> bool:
    """Fala de um tamanho acima do limite assinado; sem se saber o limite, de qualquer um."""
    return ("B" in text) and any(said.kind == SIZE and (limit is None or said.value > limit) for said in quantities(text))


def _limit(view: View) -> float | None:
    """O maior tamanho que a função que assina deixa, em bytes."""
    for function in view.of_type(FUNCTION):
        roots = [("Resources", function.id, "Properties")]
        sizes = [each.value for each in measures(view, roots) if each.kind == SIZE and "MAX" in each.name.upper()]
        if sizes and any(RANGE in text for text in sources(view)):
            return max(sizes)
    return None
