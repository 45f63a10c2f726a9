"""Cotas: o que a conta precisa ter para esta pilha, tirado do template, e as páginas que o contam errado."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from scripts.aws.quotas import free_plan, quotas, vcpus
from scripts.aws.types import BALANCER, DATABASE, EKS_CLUSTER, ELASTIC_IP, NAT_GATEWAY, VPC
from scripts.base.findings import Finding
from scripts.base.wording import NUMBERS
from scripts.checks.billing import Bill, Machines, Unpriced
from scripts.page.document import Document
from scripts.proofs.facts.views import Views
from scripts.template.values import Path

COUNTED = {"L-0263D0A3": ELASTIC_IP, "L-F678F1CE": VPC, "L-FE5A380F": NAT_GATEWAY, "L-53DA6B97": BALANCER,
           "L-7B6409FD": DATABASE, "L-1194D53C": EKS_CLUSTER}
"""De cada cota que conta recursos, o tipo; as vCPUs saem das instâncias."""
VCPUS = "L-1216C47A"
NUMBER = rf"\b(?<!mais )(\d+|{'|'.join(NUMBERS)})\s+"
TAIL = r"\b(?!\s+(?:d[eoa]s?|por)\b)"
DEFAULT = re.compile(r"\b(?:padrão|cotas?|limites?|por zona|por conta)\b", re.IGNORECASE)
SENTENCE = re.compile(r"[^.;:!?]*[.;:!?]?")


@dataclass(frozen=True)
class Need:
    """Quanto a pilha gasta de uma cota: ao nascer e, se cresce, no máximo."""

    code: str
    count: int
    most: int


class Refused(NamedTuple):
    """Algo que o plano gratuito recusa, e o que fazer."""

    text: str
    path: Path


def needs(bill: Bill) -> list[Need]:
    """As cotas que a pilha gasta; o tipo de instância que não se conhece fica de fora, e `check` o aponta."""
    machines = [found for found in bill.machines() if isinstance(found, Machines) and found.type in vcpus()]
    count, most = (sum(getattr(found, name) * vcpus()[found.type] for found in machines) for name in ("count", "most"))
    found = [Need(VCPUS, count, most)] if machines else []
    return found + [Need(code, number, number) for code, kind in COUNTED.items() if (number := len(bill.of_type(kind)))]


def refused(bill: Bill) -> Iterator[Refused]:
    """O que uma conta no plano gratuito não cria, com os padrões dos parâmetros."""
    plan = free_plan()
    for found in bill.machines():
        if isinstance(found, Machines) and found.type not in plan.instances:
            yield Refused(f"instâncias `{found.type}`", found.path)
    for database in bill.of_type(DATABASE):
        kind, days = bill.at(database, "DBInstanceClass"), bill.number(database, "BackupRetentionPeriod")
        if kind not in plan.databases:
            yield Refused(f"a classe de banco `{kind}`", bill.path(database, "DBInstanceClass"))
        if days is None or days > plan.backup_days:
            yield Refused(f"{days if days is not None else 'os'} dias de backup do banco (o máximo é {plan.backup_days})",
                          bill.path(database, "BackupRetentionPeriod"))
    for cluster in bill.of_type(EKS_CLUSTER):
        if bill.at(cluster, "ComputeConfig", "Enabled"):
            yield Refused("os nós do EKS, das famílias C, M e R", bill.path(cluster, "ComputeConfig"))


def check(page: Document, views: Views) -> Iterator[Finding]:
    """Instâncias de tipo sem vCPUs conhecidas, e contas escritas à mão que o template desmente."""
    bill = Bill(views)
    template = bill.template
    for found in bill.machines():
        if not isinstance(found, Unpriced) and found.type not in vcpus():
            yield Finding(template.path, template.line(*found.path), "cota-desconhecida",
                          f"Não se sabe quantas vCPUs tem `{found.type}`; acrescente-o a `scripts/aws/quotas.toml`.")
    counted = {need.code: need for need in needs(bill)}
    for line, text in _sentences(page):
        for code, quota in quotas().items():
            need = counted.get(code, Need(code, 0, 0))
            for number in _patterns()[code].findall(text):
                said = NUMBERS.get(number.lower(), int(number) if number.isdecimal() else -1)
                if said not in (need.count, need.most) and number.lower() not in ("um", "uma"):
                    yield Finding(page.path, line, "cota-diverge", f"A página diz {number} para {quota.many}, e pelo template "
                                  f"{_counts(need)}; corrija, ou tire a conta: o site a mostra antes do comando.")


def _counts(need: Need) -> str:
    return f"são {need.count}" if need.count == need.most else f"são {need.count}, até {need.most}"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Como se conta cada cota, e, sem código, alguma delas."""
    nouns = {code: quota.noun for code, quota in quotas().items()}
    every = {**nouns, "": f"(?:{'|'.join(nouns.values())})"}
    return {code: re.compile(NUMBER + noun + TAIL, re.IGNORECASE) for code, noun in every.items()}


@cache
def _nouns() -> re.Pattern[str]:
    """O que se conta, em minúsculas: sem nenhum deles não há conta, e procurar antes o número é muito mais demorado."""
    return re.compile("|".join(quota.noun.lower() for quota in quotas().values()))


def _sentences(page: Document) -> Iterator[tuple[int, str]]:
    """Cada frase que conta algo, com a linha do trecho; a que fala do padrão da conta não conta recursos da pilha."""
    for token, text in page.texts:
        for sentence in SENTENCE.findall(text) if token.map and _nouns().search(text.lower()) and _patterns()[""].search(text) else ():
            if not DEFAULT.search(sentence):
                yield token.map[0] + 1, sentence
