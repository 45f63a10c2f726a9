"""A manutenção que o template marca: quando o RDS para, com que parâmetros o banco roda, e como se repõem instâncias."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import DATABASE, SCALING_GROUP
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
WEEKLY = re.compile(r"(\w{3}):([01]\d|2[0-3]):([0-5]\d)-(\w{3}):([01]\d|2[0-3]):([0-5]\d)")
DAY = 24 * 60
SHORTEST = 30
"""Minutos da menor janela: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""


@judge(DATABASE)
def _windows(view: View, database: Resource) -> Iterator[Missing]:
    """As janelas de cópia e de manutenção têm a forma e a duração que o RDS aceita, e não se tocam."""
    backup, upkeep = (view.at(database, name) for name in ("PreferredBackupWindow", "PreferredMaintenanceWindow"))
    daily, weekly = _daily(backup.value) if backup else None, _weekly(upkeep.value) if upkeep else None
    for written, window, shape in ((backup, daily, "hh:mm-hh:mm"), (upkeep, weekly, "ddd:hh:mm-ddd:hh:mm")):
        if written and (window is None or window[1] < SHORTEST):
            yield Missing(written.path, f"o RDS recusa a janela `{written.value}` de `{database.id}`",
                          f"use `{shape}`, de ao menos {SHORTEST} minutos")
    if backup and daily and weekly and any(_meet((start + day * DAY, length), weekly) for start, length in (daily,) for day in range(7)):
        yield Missing(backup.path, f"a janela de cópia de `{database.id}` toca a de manutenção, o que o RDS recusa", "separe as duas")


def _daily(value: object) -> tuple[int, int] | None:
    """O começo, em minutos, e a duração da janela de todo dia; `None` quando não se entende."""
    found = DAILY.fullmatch(str(value))
    if found is None:
        return None
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return start, (end - start) % DAY


def _weekly(value: object) -> tuple[int, int] | None:
    """O mesmo, de uma janela da semana, contada de segunda-feira."""
    found = WEEKLY.fullmatch(str(value).lower())
    if found is None or found[1] not in DAYS or found[4] not in DAYS:
        return None
    start, end = (DAYS.index(found[first]) * DAY + int(found[first + 1]) * 60 + int(found[first + 2]) for first in (1, 4))
    return start, (end - start) % (7 * DAY)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Dois trechos da semana, que recomeça depois do domingo, se tocam."""
    week = 7 * DAY
    return (other[0] - one[0]) % week < one[1] or (one[0] - other[0]) % week < other[1]


@judge(SCALING_GROUP)
def _replacement(view: View, group: Resource) -> Iterator[Missing]:
    """Ao repor instâncias, o grupo não fica sem nenhuma, e os limites são os que o Auto Scaling aceita.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
    """
    written = [view.at(group, "InstanceMaintenancePolicy", name) for name in ("MinHealthyPercentage", "MaxHealthyPercentage")]
    if not any(written):
        return
    least, most = (whole(found.value) if found else None for found in written)
    if {str(found.value) for found in written if found} == {"-1"}:
        return  # os dois em -1: a política fica como se não houvesse
    if least is None or most is None or not (0 <= least <= 100 <= most <= 200) or most - least > 100:
        yield Missing(at(group, "InstanceMaintenancePolicy"), f"o Auto Scaling recusa os limites da política de manutenção de `{group.id}`",
                      "use o mínimo de até 100, o máximo de 100 a 200, e até 100 entre os dois")
    elif least == 0:
        yield Missing(at(group, "InstanceMaintenancePolicy"), f"a política de manutenção de `{group.id}` deixa tirar todas as instâncias de uma vez",
                      "use `MinHealthyPercentage` maior que zero")
