"""Os parâmetros com que o motor do banco roda: só os que não mudam o que ele aceita, nem se nasce."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import DATABASE
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource

GROUP = "AWS::RDS::DBParameterGroup"
LOGGING = re.compile(
    r"log_(?!directory|destination|filename)\w+|slow_query_log|long_query_time|general_log|rds\.log_retention_period|track_io_timing")
"""Parâmetros que só dizem o que o motor registra.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.overview.parameter-groups.html
"""


@judge(DATABASE)
def _parameters(view: View, database: Resource) -> Iterator[Missing]:
    """O grupo de parâmetros é da família do motor, e só muda o que ele registra.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    """
    named = view.at(database, "DBParameterGroupName")
    if named is None:
        return
    group = view.points(named, GROUP)
    family, near = (str(view.value(group, "Family")), at(group, "Family")) if group else (_standard(str(named.value)), named.path)
    engine, version = (str(view.value(database, name) or "") for name in ("Engine", "EngineVersion"))
    if not version or not _fits(family, engine, version):
        yield Missing(near, f"não se sabe se os parâmetros de `{database.id}` são da família de `{engine}` {version}".rstrip(),
                      "use um grupo do template, com a família do motor e da versão")
    parameters = view.at(group, "Parameters") if group else None
    for name, item in view.parts(parameters) if parameters else ():
        if not LOGGING.fullmatch(str(name)):
            yield Missing(item.path, f"o parâmetro `{name}` pode mudar o que `{database.id}` aceita, ou se ele nasce", "tire-o")


def _standard(name: str) -> str:
    """A família do grupo que a AWS mantém; vazia se o grupo é outro."""
    return name.removeprefix("default.") if name.startswith("default.") else ""


def _fits(family: str, engine: str, version: str) -> bool:
    """A família é o motor e a versão: `postgres18`, `mysql8.0`; o que vem depois de um ponto na versão não conta."""
    return bool(re.fullmatch(rf"{re.escape(family.removeprefix(engine))}(\.\d+)*", version)) and family.startswith(engine) and family != engine
