"""Preços: tudo o que o template cobra por hora tem preço, e nenhum preço usado tem mais de um ano."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from scripts.aws.prices import NAME, REGIONS, Price, prices
from scripts.base.findings import Finding
from scripts.checks.billing import BILLED, COUNTED, Bill, Charge, Unpriced
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Template

UNPRICED = "recurso-sem-preco"
OLDEST = datetime.timedelta(days=365)


def check(views: Views) -> list[Finding]:
    """Os recursos que cobram e não têm preço, ou cuja conta não se sabe fazer."""
    bill = Bill(views)
    template = bill.template
    return sorted({_finding(template, charge) for charge in bill.charges() if not _priced(charge) and not _excused(template, charge)})


def check_dates(templates: Iterable[Template], today: datetime.date | None = None) -> Iterator[Finding]:
    """Os preços que envelheceram, quando algum destes templates cobra por hora ou em uso."""
    today = today or datetime.date.today()
    types = {resource.type for template in templates for resource in template.resources.values()}
    for price in prices().values() if types & {*BILLED, *COUNTED} else ():
        if today - price.date > OLDEST:
            yield Finding(NAME, price.line, "preco-velho",
                          f"O preço de {price.name} é de {price.date:%Y-%m-%d}, há mais de um ano; confira-o em "
                          f"{price.source} e mude o valor e a data.")


def known(charge: Charge) -> Price | None:
    """O preço de uma cobrança, se há um na região em que todos existem."""
    price = prices().get(charge.key)
    return price if price and REGIONS[0] in price.by_region else None


def _priced(charge: Charge | Unpriced) -> bool:
    return isinstance(charge, Charge) and (known(charge) is not None or _sibling(charge.key))


def _sibling(key: str) -> bool:
    """Outro tamanho de uma família com preço (`t3.small`, ao lado de `t3.micro`): a página diz que o dele ficou de fora."""
    family, dot, _ = key.rpartition(".")
    return bool(dot) and any(other.startswith(f"{family}{dot}") for other in prices())


def _excused(template: Template, charge: Charge | Unpriced) -> bool:
    return bool(template.resources[charge.resource].exceptions.get(UNPRICED, "").strip())


def _finding(template: Template, charge: Charge | Unpriced) -> Finding:
    why = charge.reason if isinstance(charge, Unpriced) else f"não há o preço `{charge.key}` em `{NAME}`"
    return Finding(template.path, template.line(*charge.path), UNPRICED,
                   f"`{charge.resource}` pode cobrar por hora, e {why}; dê o preço, ou diga em "
                   f"`Metadata: {{Excecoes: {{{UNPRICED}: …}}}}` por que a página fica sem ele.")
