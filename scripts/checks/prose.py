"""O que a prosa da página, também a das outras tabelas, diz em palavras de um recurso ou de um parâmetro, e o template desmente.

Quantas instâncias, mensagens ou execuções por vez; de que processador são as classes oferecidas; e até que tamanho o que se envia vai.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.aws.images import ARM64
from scripts.aws.types import DATABASE, EVENT_SOURCE_MAPPING, FUNCTION, INSTANCE, LAUNCH_TEMPLATE, QUEUE, SCALING_GROUP
from scripts.base.findings import Finding
from scripts.base.wording import NUMBERS
from scripts.checks.coded import anywhere, unsourced
from scripts.checks.qualities import DENIED, SUPPOSED
from scripts.page.architecture import Page
from scripts.page.quantities import SIZE, Quantity, number, quantities
from scripts.proofs.arrows.processors import processor_of
from scripts.proofs.arrows.viable import choices
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.measures import unit_of
from scripts.proofs.facts.rollouts import rolling_update
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Key, Resource, Template
from scripts.template.numbers import whole

CODE = "prosa-sem-prova"
WORD = "|".join(sorted(NUMBERS, key=len, reverse=True))
EACH = re.compile(rf"\b(?P<n>\d{{1,5}}|{WORD})\s+(?P<noun>instâncias?|máquinas?|servidor(?:es)?|mensage(?:m|ns)|registros?|eventos?|execuç(?:ão|ões))"
                  r"(?:\s+\w+)?\s+(?:por vez|de cada vez|por lote|em cada lote)\b", re.IGNORECASE)
GRAVITON, OTHER = re.compile(r"\bGraviton\b|\barm64\b", re.IGNORECASE), re.compile(r"\bx86(?:_64)?\b|\bIntel\b|\bAMD\b")
RUN: tuple[tuple[re.Pattern[str], dict[str, tuple[Key, ...]]], ...] = (
    (re.compile(r"\bbancos?\b|\bRDS\b"), {DATABASE: ("DBInstanceClass",)}),
    (re.compile(r"\bfunç(?:ão|ões)\b|\bLambda\b"), {FUNCTION: ("Architectures",)}),
    (re.compile(r"\binstâncias?\b|\bservidor(?:es)?\b|\bmáquinas?\b|\bEC2\b", re.IGNORECASE), {
        INSTANCE: ("InstanceType",), LAUNCH_TEMPLATE: ("LaunchTemplateData", "InstanceType")}),
)
"""De cada nome, os tipos que ele diz e a propriedade com a classe."""
TURNS, SIZES = re.compile("vez|lote"), re.compile("iB|MB|GB|KB|bytes")
SIGNS = re.compile("vez|lote|raviton|arm64|x86|Intel|AMD|iB|MB|GB|KB|bytes")
"""Sem nada disto, não há o que conferir: quase toda frase para aqui."""
CLAUSE = re.compile(r"[^,.;:!?()]+")
SENT = re.compile(r"\b(?:arquivos?|fotos?|imagens?|envios?|espectros?|músicas?|uploads?|objetos?|planilhas?)\b", re.IGNORECASE)
BOUND = re.compile(r"\b(?:acima de|além de|mais de|maior(?:es)? (?:do )?que|pass\w+ de|até|no máximo|de no máximo)\s*$", re.IGNORECASE)


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por frase da prosa que o template desmente, ou de que nada nele fala."""
    for line, token, read in page.passages:
        if not SIGNS.search(token.content):
            continue
        text = unsourced(read, token.content)
        for told, path, why in (*_by_turn(views, text), *_processors(views, text)):
            yield Finding(page.path, line, CODE, f"A página diz “{told}”, e {why}{_where(views.template, path)}. Acerte um dos dois.")
        for quantity in _bounded(text):
            if not _known(views, quantity):
                yield Finding(page.path, line, CODE, f"A página diz “{quantity.clause.strip()}”, e nenhum parâmetro, propriedade ou programa do "
                              "template tem esse tamanho. Acerte um dos dois.")


def _where(template: Template, path: Path) -> str:
    return f" (`{template.path}`, linha {template.line(*path)})" if path else ""


def _by_turn(views: Views, text: str) -> Iterator[tuple[str, Path, str]]:
    """Quantos por vez, contra a propriedade que o decide; sem nenhuma, nada o decide."""
    for found in EACH.finditer(text) if TURNS.search(text) else ():
        for view in views.each:
            known = list(_turns(view, found["noun"].lower()))
            if not any(value == number(found["n"]) for _, value, _ in known):
                path, value, name = known[0] if known else ((), None, "")
                why = f"`{name}` é {value}" if known and value is not None else "nada no template decide quantos são"
                yield found[0], path, why
                break


def _turns(view: View, noun: str) -> Iterator[tuple[Path, int | None, str]]:
    if noun.startswith(("inst", "máq", "serv")):
        for group in view.of_type(SCALING_GROUP):
            rolling = rolling_update(view, group)
            if rolling is not None:
                where = ("Resources", group.id, "UpdatePolicy", "AutoScalingRollingUpdate", "MaxBatchSize")
                yield where, whole(rolling.get("MaxBatchSize", 1)), "MaxBatchSize"
    elif noun.startswith("exec"):
        for function in view.of_type(FUNCTION):
            yield from _whole(view, function, "ReservedConcurrentExecutions")
    else:
        for mapping in view.of_type(EVENT_SOURCE_MAPPING):
            usual = 10 if view.points(view.at(mapping, "EventSourceArn"), QUEUE, by=("arn",)) else 100
            yield from list(_whole(view, mapping, "BatchSize")) or [(at(mapping), usual, "BatchSize")]


def _whole(view: View, owner: Resource, name: str) -> Iterator[tuple[Path, int | None, str]]:
    found = view.at(owner, name)
    if found:
        yield found.path, whole(found.value), name


def _processors(views: Views, text: str) -> Iterator[tuple[str, Path, str]]:
    """O processador que a oração diz do banco, da função ou da instância, contra todas as classes que se podem escolher."""
    for found in CLAUSE.finditer(text) if GRAVITON.search(text) or OTHER.search(text) else ():
        clause = found[0]
        for pattern, arm in ((GRAVITON, True), (OTHER, False)):
            word = pattern.search(clause)
            if not word or DENIED.search(clause) or SUPPOSED.search(clause):
                continue
            for view in views.each:
                lost = next(_unlike(view, clause[:word.start()], arm), None)
                if lost:
                    owner, keys, kind = lost
                    yield clause.strip(), at(owner, *keys), f"`{owner.id}` aceita `{kind}`, que {'não é' if arm else 'é'} de Graviton"
                    break


def _unlike(view: View, before: str, arm: bool) -> Iterator[tuple[Resource, tuple[Key, ...], str]]:
    """As classes de outro processador, do que a oração nomeia por último antes da palavra."""
    named = [(max(match.start() for match in pattern.finditer(before)), types) for pattern, types in RUN if pattern.search(before)]
    types = max(named, key=lambda pair: pair[0])[1] if named else {}
    for type_, keys in types.items():
        for owner in view.of_type(type_):
            with view.reading():
                offered = [str(kind) for kind in choices(view, owner, keys) if kind != ""]
            yield from ((owner, keys, kind) for kind in offered or ["x86_64"] if (ARM64 in kind or processor_of(kind) == ARM64) != arm)


def _bounded(text: str) -> Iterable[Quantity]:
    """Os tamanhos que a frase diz serem o limite do que se envia."""
    for quantity in quantities(text) if SIZES.search(text) and SENT.search(text) else ():
        before = text[:max(text.find(quantity.text), 0)]
        if quantity.kind == SIZE and BOUND.search(before) and SENT.search(quantity.clause):
            yield quantity


def _known(views: Views, said: Quantity) -> bool:
    """Um parâmetro tem esse limite ou esse padrão, uma propriedade o diz, ou um programa o traz."""
    for name, declared in views.template.parameters.items():
        kind, scale = unit_of(name) or ("", 1)
        bounds = [whole(declared.get(key)) for key in ("Default", "MinValue", "MaxValue")] if isinstance(declared, dict) and kind == SIZE else []
        if any(bound is not None and bound * scale == said.value for bound in bounds):
            return True
    return any(anywhere(view, said) for view in views.each)
