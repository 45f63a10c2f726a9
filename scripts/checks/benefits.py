"""Benefícios: cada item da página é uma afirmação provada, ou uma opinião com fonte; no parágrafo comum, todo link é prova."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator

from markdown_it.token import Token

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.page.architecture import Benefit, Page
from scripts.proofs.claims.evaluate import CLAIMS, ClaimResult, evaluate
from scripts.proofs.facts.views import Views
from scripts.template.values import Path

CONTRARY = "beneficio-ao-contrario"
DENIED = re.compile(r"\b(?:não|nem|nunca|jamais|nenhum\w*|sem|ninguém|fora)\b", re.IGNORECASE)
ONLY = re.compile(r"\b(?:só|somente|apenas|exclusiva\w*|limitad[oa]s?)\b", re.IGNORECASE)
ABLE = re.compile(r"\b(?:pode|podem|deixa|deixam|permite|permitem|consegue|conseguem)\b[^,;]*", re.IGNORECASE)
PROOFS = re.compile(r"(?:\.\./)+provas\.md#(?P<id>.+)")


Results = tuple[tuple[Benefit, ClaimResult | None], ...]


def results(page: Page, diagram: Diagram, views: Views) -> Results:
    """Cada benefício com o julgamento da afirmação dele, ou `None` quando não aponta nenhuma."""
    pairs = []
    for benefit in page.benefits:
        identity = claimed(page, benefit)
        pairs.append((benefit, evaluate(identity, diagram, views, benefit.text) if identity in CLAIMS else None))
    return tuple(pairs)


def check(page: Page, views: Views, judged: Results, told: frozenset[str | Path] = frozenset()) -> Iterator[Finding]:
    """Itens sem prova, de prova que não se cumpre, ou de opinião sem fonte; `told` são as causas que uma seta já diz, e onde estão."""
    for benefit, result in judged:
        if result:
            yield from _lacking(page, benefit, views, result, told)
            yield from _misnamed(page, benefit, result)
            yield from _turned(page, benefit, result)
        elif not _opinion(page, benefit):
            yield Finding(page.path, benefit.line, "beneficio-sem-prova", _unproven(page, claimed(page, benefit), benefit.common))
        elif not any(link.target.startswith("https://") for link in benefit.links):
            yield Finding(page.path, benefit.line, "beneficio-sem-fonte",
                          "A opinião não diz de onde vem; acrescente um link para a fonte, como uma página da AWS.")


def claimed(page: Page, benefit: Benefit) -> str | None:
    """O id da afirmação a que o item leva, se ele começa pelo link dela; no parágrafo comum, o do link."""
    found = PROOFS.fullmatch(benefit.link.target) if benefit.link else None
    if benefit.common:
        return found and found["id"]
    opening = next((child for child in _opening(page, benefit) if child.type != "strong_open"), None)
    return found["id"] if found and opening and opening.type == "link_open" else None


def _misnamed(page: Page, benefit: Benefit, result: ClaimResult) -> Iterator[Finding]:
    """O nome do benefício tem ao menos uma palavra da afirmação a que leva: senão, é outra que por acaso é verdade."""
    said = benefit.link.text if benefit.link else ""
    if not _stems(f"{result.claim.id} {result.claim.title}") & _stems(said):
        yield Finding(page.path, benefit.line, "beneficio-de-outra",
                      f"“{said}” leva à prova de “{result.claim.title}”, que não tem nenhuma palavra dele; leve-o à prova que o julga, ou diga-o "
                      "com o nome dela.")


def _turned(page: Page, benefit: Benefit, result: ClaimResult) -> Iterator[Finding]:
    """O nome nega ou restringe quando a afirmação o faz, e só então; e do que ela nega, nenhuma frase diz que se pode."""
    said, title = benefit.link.text if benefit.link else "", result.claim.title
    strict = bool(DENIED.search(title) or ONLY.search(title))
    if strict != bool(DENIED.search(said) or ONLY.search(said)):
        yield Finding(page.path, benefit.line, CONTRARY, f"“{said}” diz o contrário de “{title}”, a afirmação que se prova; diga como ela.")
    for sentence in CLAUSE.split(benefit.text) if strict and not benefit.common else ():
        able = ABLE.search(sentence)
        if able and not DENIED.search(sentence) and not ONLY.search(sentence):
            yield Finding(page.path, benefit.line, CONTRARY,
                          f"O benefício diz “{able[0]}” do que “{title}” nega; diga quem não pode, ou só quem pode.")


def _stems(text: str) -> set[str]:
    """O começo de cada palavra longa, sem acento."""
    plain = unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode()
    return {word[:5] for word in re.findall(r"[a-z]+", plain) if len(word) > 3}


def _lacking(page: Page, benefit: Benefit, views: Views, result: ClaimResult, told: frozenset[str | Path]) -> Iterator[Finding]:
    causes = told.union(missing.need for missing in result.missing if not missing.root)
    for missing in result.missing:
        if missing in views.unknown or missing.root in causes or told & {missing.need, missing.path}:
            continue
        where = f"`{views.template.path}`, linha {views.template.line(*missing.path)}"
        yield Finding(page.path, benefit.line, "beneficio-falso",
                      f"“{result.claim.title}” não se prova: {missing.need} ({where}); {missing.hint}.")


def _unproven(page: Page, identity: str | None, common: bool) -> str:
    known = ", ".join(f"`{name}`" for name in sorted(CLAIMS))
    if identity is None and common:
        return (f"O link do parágrafo “{page.titles.comuns}” não leva a uma prova; escreva-o como `[Título](../../provas.md#id)`, ou "
                f"passe a frase para a lista. As afirmações são: {known}.")
    if identity is None:
        return (f"O benefício não começa por uma prova; comece por `[Título](../../provas.md#id)`, ou por *{page.titles.opiniao}* e "
                f"uma fonte. As afirmações são: {known}.")
    close = difflib.get_close_matches(identity, CLAIMS, 1)
    hint = f"talvez seja `{close[0]}`" if close else "escolha outra, ou escreva-a em `regras/`"
    return f"Não há a afirmação `{identity}`; {hint}. As que existem são: {known}."


def _opinion(page: Page, benefit: Benefit) -> bool:
    if benefit.common:
        return False
    opening = _opening(page, benefit)
    return [child.type for child in opening[:1]] == ["em_open"] and opening[1].content.strip(" :.,") == page.titles.opiniao


def _opening(page: Page, benefit: Benefit) -> list[Token]:
    """Os primeiros trechos do item, sem os vazios."""
    for token in page.tokens:
        if token.type == "inline" and token.map and token.map[0] + 1 == benefit.line:
            return [child for child in token.children or [] if child.type != "text" or child.content]
    return []
