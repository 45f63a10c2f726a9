"""O que só se prova se a página disser: a métrica de cada alarme, o que o orçamento olha, o que um filtro deixa passar, e o que se apaga e quando."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from scripts.aws.types import ALARM, BUCKET, EVENT_SOURCE_MAPPING, QUEUE, SUBSCRIPTION
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, listed, plural
from scripts.checks.alarms import BAD, PERCENT
from scripts.checks.numbers import Sentence
from scripts.checks.qualities import DENIED
from scripts.checks.sifting import fields
from scripts.page.architecture import Page, Row
from scripts.page.quantities import TIME, quantities
from scripts.proofs.claims.evaluate import ClaimResult
from scripts.proofs.claims.lifecycle import CURRENT, OLD, Term, terms
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.alarms import watching
from scripts.proofs.facts.filters import patterns, words
from scripts.proofs.facts.measures import DAY, parameters, written_at
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.template.numbers import whole

BUDGET = "AWS::Budgets::Budget"
METRIC = re.compile(rf"^[A-Z]\w*(?:Count|Errors)$|{BAD.pattern}|{PERCENT.pattern}")
"""Como se chama uma métrica de que um alarme avisa."""
WARNED, CODE = re.compile(r"\balarm", re.IGNORECASE), re.compile(r"`([^`]+)`")
WAITING = ((EVENT_SOURCE_MAPPING, "MaximumBatchingWindowInSeconds"), (QUEUE, "DelaySeconds"))
LONG = 60
"""A partir de quantos segundos quem lê a página notaria a espera."""
NARROWING = re.compile(r"\bfiltr|\b(?:só|apenas|somente) (?:passa|chega|lê|recebe|trata)|\bdescart|\bignor", re.IGNORECASE)
"""Como uma frase diz que nem tudo passa."""
LASTING = re.compile(r"\bdefinitiv\w+|\bpáginas? fixas?\b|\bo que não muda\b|(?<=\ba )biblioteca\b(?! (?:padrão|d[aeo]\b|`))|\bpara sempre\b|"
                     r"\b(?:não|nunca) expiram?\b", re.IGNORECASE)
"""Como uma frase diz que o que um bucket guarda não some sozinho; a biblioteca é a das coisas que ele guarda, e não a de um programa."""
NOTHING, STORED = re.compile(rf"{DENIED.pattern}|\bnada\b", re.IGNORECASE), re.compile(r"\bS3\b|\bbuckets?\b|\bobjetos?\b", re.IGNORECASE)
NOTIFIED = ("NotificationsWithSubscribers", "Notification", "NotificationType")


def check(page: Page, views: Views, spoken: Sequence[Sentence], judged: Iterable[ClaimResult | None]) -> Iterator[Finding]:
    """Um achado por métrica, aviso ou filtro que a página não nomeia, e por prazo de apagar que ela não diz de quem apaga.

    `spoken` é o que a página diz, com o que o prova, de `numbers.sentences`.
    """
    known = [result for result in judged if result]
    proven = {piece.path for result in known for piece in result.found}
    codes = {code.text for code in page.codes}
    waiting = any(sentence.waits and WARNED.search(sentence.text) for sentence in spoken)  # o alarme de que a prova fala já está dito nela
    for view in views.each:
        metrics = dict(_metrics(view))
        extra = waiting or _spare(page, metrics.values(), proven)
        for who, item in (*(() if extra else metrics.items()), *_notified(view)):
            if item.path not in proven and str(item.value) not in codes:
                yield Finding(view.template.path, view.template.line(*item.path), "aviso-sem-nome",
                              f"`{who}` olha `{item.value}`, e a página não diz; escreva `{item.value}` onde ela fala do aviso, e acerte o texto.")
    said = " ".join(sentence.text for sentence in spoken if NARROWING.search(sentence.text))
    for view in views.each:
        for who, path, chosen in _filters(view):
            silent = [name for name, values in chosen if not _spelled(said, [name]) and not (values and _spelled(said, values))]
            if silent:
                yield Finding(view.template.path, view.template.line(*path), "filtro-sem-texto",
                              f"`{who}` só deixa passar o que casa com o filtro, descarta o resto, e a página não diz; tire o filtro ou, se é o que "
                              f"se quer, escreva, no passo da seta, que só passa o que ele pega, com {listed([f'`{name}`' for name in silent])}, e "
                              "acerte o que ela diz do que se descarta.")
    yield from _waiting(views, spoken)
    lost = dict(_lost(page, views))
    yield from lost.values()
    yield from _untold(views, spoken, lost)


def _untold(views: Views, spoken: Sequence[Sentence], lost: Container[Path]) -> Iterator[Finding]:
    """Os prazos que nada do que se prova pelo bucket diz; de `lost`, o que a página diz é o contrário."""
    for view in views.each:
        for bucket in view.of_type(BUCKET):
            versioned = view.value(bucket, "VersioningConfiguration", "Status") == "Enabled"
            for term in (*terms(view, bucket, CURRENT), *(terms(view, bucket, OLD) if versioned else ())):
                if term.line.path not in lost and not any(_tells(views, sentence, term) for sentence in spoken if _about(sentence, term.line.path)):
                    yield Finding(view.template.path, view.template.line(*term.line.path), "prazo-sem-texto",
                                  f"`{term.line.path[-1]}` de `{bucket.id}` apaga o que ele guarda, e nenhum passo, linha ou benefício dele diz em "
                                  "quanto tempo; tire a regra ou, se é para apagar, diga o prazo e acerte o que a página diz que fica.")


def _lost(page: Page, views: Views) -> Iterator[tuple[Path, Finding]]:
    """O prazo que esvazia um bucket que a página, onde quer que fale dele, apresenta como o que guarda de vez."""
    emptied = [each for view in views.each for each in _emptied(page, view)]
    lasting = list(_lasting(page)) if emptied else []
    for row, alone, expiring in emptied:
        line, kept = next(_kept(row, lasting, alone), (0, ""))
        for term in expiring if kept else ():
            after = f" em {plural(term.days, 'dia', 'dias')}" if term.days else ""
            yield term.line.path, Finding(
                views.template.path, views.template.line(*term.line.path), "prazo-contrario",
                f"`{term.line.path[-1]}` apaga{after} o que a página, na linha {line}, diz que fica (“{kept}”); tire a regra. Só dizer o prazo "
                "não basta: o que se apaga, nenhuma frase da página pode dizer que fica.")


def _emptied(page: Page, view: View) -> Iterator[tuple[Row, bool, list[Term]]]:
    """Cada bucket da tabela que uma regra esvazia: a linha dele, se ele é o único, e os prazos."""
    owned = [(row, bucket) for row in page.rows for name in row.resources if (bucket := view.resources.get(name)) and bucket.type == BUCKET]
    for row, bucket in owned:
        if expiring := terms(view, bucket, CURRENT):
            yield row, len(owned) == 1, expiring


def _lasting(page: Page) -> Iterator[tuple[int, str]]:
    """As orações, fora das tabelas, de um trecho que diz que algo não some sozinho, com a linha dele."""
    for line, token, _ in page.passages:
        if token.map and LASTING.search(token.content):
            yield from ((line, clause) for clause in CLAUSE.split(token.content))


def _kept(row: Row, lasting: Iterable[tuple[int, str]], alone: bool) -> Iterator[tuple[int, str]]:
    """Onde a página diz que o bucket guarda de vez, e com que palavra: a linha dele, e as frases que levam a ele, ou falam do S3, se é um só."""
    for cell in row.cells[:-1]:
        yield from ((row.line, found[0]) for found in LASTING.finditer(cell) if not NOTHING.search(cell[:found.start()]))
    for line, clause in lasting:
        if f"](#{row.node_id})" in clause or alone and STORED.search(clause):
            yield from ((line, found[0]) for found in LASTING.finditer(clause) if not NOTHING.search(clause[:found.start()]))


def _spelled(said: str, words: Iterable[str]) -> bool:
    return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in words)


def _spare(page: Page, metrics: Iterable[Placed], proven: set[Path]) -> bool:
    """O que a página diz dos alarmes, algum alarme faz: os que ela não conta são a mais, e não no lugar de outro."""
    warned = " ".join(token.content for token in page.tokens if "alarm" in token.content.lower() and WARNED.search(token.content))
    named = {code for code in CODE.findall(warned) if METRIC.search(code)}
    return bool(named or any(item.path in proven for item in metrics)) and named <= {str(item.value) for item in metrics}


def _metrics(view: View) -> Iterator[tuple[str, Placed]]:
    for alarm in view.of_type(ALARM):
        start = watching(view, alarm)
        metric = view.at(alarm, *start, "MetricName") if start is not None else view.at(alarm, "Metrics")
        if metric:
            yield alarm.id, metric


def _notified(view: View) -> Iterator[tuple[str, Placed]]:
    for budget in view.of_type(BUDGET):
        for item in view.items(budget, NOTIFIED[0]):
            kind = view.inside(item, *NOTIFIED[1:])
            if kind:
                yield budget.id, kind


def _filters(view: View) -> Iterator[tuple[str, Path, list[tuple[str, list[str]]]]]:
    """Os filtros das assinaturas e das ligações: de quem, onde, e cada campo que olham, com os textos que ele pode valer."""
    for subscription in view.of_type(SUBSCRIPTION):
        chosen = view.at(subscription, "FilterPolicy")
        if chosen:
            yield subscription.id, chosen.path, [(name, list(_values(values))) for name, values in fields(chosen.value)]
    for mapping in view.of_type(EVENT_SOURCE_MAPPING):
        if view.at(mapping, "FilterCriteria"):
            yield mapping.id, at(mapping, "FilterCriteria"), [(name, list(_values(values))) for pattern in patterns(view, mapping)
                                                              for name, values in fields(pattern)]


def _values(values: object) -> Iterator[str]:
    """O que um campo pode valer: um texto, ou o de um operador, como `prefix`."""
    for value in values if isinstance(values, list) else ():
        yield from [value] if isinstance(value, str) else words(list(value.values()) if isinstance(value, dict) else value)


def _waiting(views: Views, spoken: Sequence[Sentence]) -> Iterator[Finding]:
    said = {quantity.value for sentence in spoken for quantity in quantities(sentence.text) if quantity.kind == TIME}
    for view in views.each:
        for who, item in _waits(view):
            if (whole(item.value) or 0) >= LONG and float(whole(item.value) or 0) not in said:
                yield Finding(view.template.path, view.template.line(*item.path), "espera-sem-texto",
                              f"`{who}` espera até {item.value} segundos, por `{item.path[-1]}`, antes de passar adiante o que chega, e nenhum "
                              f"passo diz; tire `{item.path[-1]}` ou, se é para esperar, diga esse tempo no passo.")


def _waits(view: View) -> Iterator[tuple[str, Placed]]:
    """O que se espera de propósito entre quem manda e quem recebe."""
    for kind, name in WAITING:
        for owner in view.of_type(kind):
            found = view.at(owner, name)
            if found:
                yield owner.id, found


def _about(sentence: Sentence, path: Path) -> bool:
    """A frase é provada por um trecho que contém esta linha, ou é ela."""
    return any(path[:len(root)] == root for root in sentence.roots)


def _tells(views: Views, sentence: Sentence, term: Term) -> bool:
    named = parameters(written_at(views.template.data, term.line.path))
    days = [quantity.value for quantity in quantities(sentence.text) if quantity.kind == TIME]
    return any(name in sentence.codes or name in sentence.text for name in named) or (term.days or 0) * DAY in days
