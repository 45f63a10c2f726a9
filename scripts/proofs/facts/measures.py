"""O que um template diz em números: cada valor de um trecho, com a unidade que o nome dele traz.

`RetentionInDays: 14` são 14 dias; `MinutosEnvio`, com padrão 5, são 5 minutos; `CreateRule` de 24 horas
é uma vez por dia. Um valor dentro do que está desligado não diz nada.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from scripts.aws.defaults import USUAL
from scripts.page.quantities import COUNT, EVERY, PERCENT, PORT, SIZE, TIME
from scripts.proofs.facts.view import View
from scripts.template.values import SYMBOL, Path

DAY = 86_400
RESOURCE = 3
"""O maior caminho que ainda é um recurso inteiro: as propriedades dele."""
UNITS: tuple[tuple[str, str, float], ...] = (
    (r"Days|Dias|DAYS|DIAS|BackupRetentionPeriod|DaysAfterInitiation", TIME, DAY),
    (r"Hours|Horas|HOURS|HORAS", TIME, 3600),
    (r"Minutes|Minutos|MINUTES|MINUTOS", TIME, 60),
    (r"Seconds|Segundos|SECONDS|SEGUNDOS|Timeout|MessageRetentionPeriod|^Period$|Cooldown|TTL$|GracePeriod", TIME, 1),
    (r"MiB|MIB|_MB$|mib|MemorySize", SIZE, 2**20),
    (r"GiB|GIB|AllocatedStorage|VolumeSize|^Size$", SIZE, 2**30),
    (r"Bytes|BYTES|MessageSize|bytes", SIZE, 1),
    (r"TargetValue|Threshold|Percent|^Cpu", PERCENT, 1),
    (r"Port$|^Port|Porta", PORT, 1),
)
"""Do nome de uma propriedade, de uma variável ou de um parâmetro, a grandeza e quanto vale a unidade."""
DAILY = "BackupRetentionPeriod"
"""Com um dia ou mais, o RDS copia o banco uma vez por dia.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
"""
RATED = ("ThrottlingRateLimit", "RateLimit")
"""Pedidos por segundo: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html"""
OFF = {"Status": ("Disabled", "Suspended"), "Enabled": (False, "false"), "State": ("DISABLED",)}
INTERVALS = {"MINUTES": 60, "HOURS": 3600, "DAYS": DAY}
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+)(?: (\S+))?\)")
RATES = {"minute": 60, "hour": 3600, "day": DAY}


@dataclass(frozen=True)
class Measure:
    """Um número do template: a grandeza, o valor em segundos, bytes ou unidades, e o nome da propriedade."""

    path: Path
    kind: str
    value: float
    name: str


def measures(view: View, roots: Iterable[Path]) -> Iterator[Measure]:
    """Os números que há nestes caminhos do template, e os padrões dos parâmetros que eles citam."""
    for root in roots:
        yield from view.once(("measures", root), lambda root=root: list(_rooted(view, root)))


def _rooted(view: View, root: Path) -> Iterator[Measure]:
    raw = written_at(view.template.data, root)
    name = str(next((key for key in reversed(root) if isinstance(key, str)), ""))
    yield from _measured(view.resolved(raw), root, name)
    resource = view.resources.get(str(root[1])) if root[0] == "Resources" and 1 < len(root) <= RESOURCE else None
    for usual, value in USUAL.get(resource.type, {}).items() if resource else ():
        if usual not in resource.properties and isinstance(value, int) and not isinstance(value, bool):  # sem ela, vale o que a AWS usa
            yield from _leaf(value, root, usual)
    for cited in parameters(raw):
        default = view.template.parameters.get(cited, {})
        default = default.get("Default") if isinstance(default, dict) else None
        yield from _leaf(default, ("Parameters", cited, "Default"), cited)


def parameters(raw: Any) -> set[str]:
    """O que este trecho cita por `Ref` ou dentro de um texto: parâmetros, e também recursos."""
    if isinstance(raw, dict):
        own = {raw["Ref"]} if isinstance(raw.get("Ref"), str) else set()
        return own.union(*map(parameters, raw.values()))
    if isinstance(raw, list):
        return set().union(*map(parameters, raw))
    return {found[1] for found in SYMBOL.finditer(raw)} if isinstance(raw, str) else set()


def texts(view: View, roots: Iterable[Path], longest: int | None = 200) -> Iterator[tuple[Path, str]]:
    """Os textos de até tantos caracteres que há nestes caminhos, ou todos."""
    for root in roots:
        for path, text in view.once(("texts", root), lambda root=root: list(_strings(view.resolved(written_at(view.template.data, root)), root))):
            if longest is None or len(text) < longest:
                yield path, text


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _strings(inner, (*path, key))
    if isinstance(value, str):
        yield path, value


def written_at(node: Any, path: Path) -> Any:
    """O que o template escreve nesse caminho; `None` quando não há."""
    for key in path:
        if isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            node = node.get(key) if isinstance(node, dict) else None
    return node


def _measured(value: Any, path: Path, name: str) -> Iterator[Measure]:
    if isinstance(value, dict):
        if any(value.get(key) in off for key, off in OFF.items() if key in value):
            return
        yield from _interval(value, path)
        variable = value.get("Variable")
        for key, inner in value.items():
            yield from _measured(inner, (*path, key), variable if isinstance(variable, str) and str(key).startswith("Numeric") else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _measured(inner, (*path, index), name)
    elif isinstance(value, str) and value.startswith("{"):
        yield from (replace(each, path=path) for each in _measured(_decoded(value), path, name))
    else:
        yield from _leaf(value, path, name)


def _decoded(text: str) -> Any:
    """O que diz um texto em JSON, como o de uma máquina de estados; nada, se não é um."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaf(value: Any, path: Path, name: str) -> Iterator[Measure]:
    if isinstance(value, str) and (period := _period(value)):
        yield Measure(path, EVERY, period, name)
    number = _number(value)
    if number is None:
        return
    kind, scale = unit_of(name) or (COUNT, 1)
    yield Measure(path, kind, number * scale, name)
    if name in RATED and number:
        yield Measure(path, EVERY, 1 / number, name)
    if name == DAILY and number:
        yield Measure(path, EVERY, DAY, name)


@lru_cache(maxsize=1024)
def unit_of(name: str) -> tuple[str, float] | None:
    """A grandeza que o nome diz, e quanto vale a unidade; `None` quando não diz nenhuma."""
    return next(((kind, scale) for pattern, kind, scale in UNITS if re.search(pattern, name)), None)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return float(value) if isinstance(value, str) and re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", value) else None


def _interval(value: dict[Any, Any], path: Path) -> Iterator[Measure]:
    unit, each = INTERVALS.get(str(value.get("IntervalUnit"))), _number(value.get("Interval"))
    if unit and each:
        yield Measure((*path, "Interval"), EVERY, unit * each, "Interval")


def _period(text: str) -> float | None:
    """De quanto em quanto tempo uma agenda dispara; `None` quando não é regular, ou não se sabe."""
    rate = RATE.fullmatch(text)
    if rate:
        return int(rate[1]) * RATES[rate[2]]
    cron = CRON.fullmatch(text)
    if cron is None:
        return None
    minute, hour, day, month, weekday = cron.group(1, 2, 3, 4, 5)
    if cron[6] not in (None, "*") or not minute.isdecimal():
        return None
    fixed = [not free for free in (hour == "*", day in "*?" and weekday in "*?", month == "*")]
    if fixed[0] and not hour.isdecimal():
        return None
    if not fixed[1] and not fixed[2]:
        return DAY if fixed[0] else 3600
    if not fixed[0]:
        return None
    if not fixed[2]:
        return 7 * DAY if re.fullmatch(r"[1-7]|[A-Z]{3}", weekday) and day in "*?" else 30 * DAY if day.isdecimal() else None
    return 365 * DAY if day.isdecimal() and re.fullmatch(r"\d+|[A-Z]{3}", month) else None
