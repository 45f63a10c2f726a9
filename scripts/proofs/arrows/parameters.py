"""Os parâmetros com que o motor do banco roda: só os que não mudam o que ele aceita, nem se nasce."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import DATABASE
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

GROUP = "AWS::RDS::DBParameterGroup"
BY_MYSQL = re.compile("slow_query_log|long_query_time|general_log")
LOGGING = {
    "postgres": re.compile(r"log_(?!directory|destination|filename)\w+|auto_explain\.log_\w+|pg_stat_statements\.\w+|rds\.log_retention_period"
                           "|track_io_timing"),
    "mysql": BY_MYSQL, "mariadb": BY_MYSQL,
}
"""De cada motor, os parâmetros que só dizem o que ele registra e mede.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.overview.parameter-groups.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.LogFileSize.html
"""
STANDARD = "default."
NOTHING = re.compile(r"(?!)")
SECURED = ("rds.force_ssl", "1", 15)
"""O parâmetro que exige TLS, ligado, e a versão do PostgreSQL em que ele passa a ser o padrão.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
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
    if not group and not str(named.value).startswith(STANDARD):
        yield Missing(named.path, f"não se conhecem os parâmetros de `{database.id}`", "use um grupo deste template, ou tire a propriedade")
        return
    family, near = (str(view.value(group, "Family")), at(group, "Family")) if group else (str(named.value).removeprefix(STANDARD), named.path)
    engine, version = (str(view.value(database, name) or "") for name in ("Engine", "EngineVersion"))
    if not version or not _fits(family, engine, version):
        yield Missing(near, f"os parâmetros são de `{family}`, que não é da família de `{database.id}`, `{engine}` {version or 'sem versão'}",
                      "use a família do motor e da versão")
    parameters = view.at(group, "Parameters") if group else None
    for name, item in view.parts(parameters) if parameters else ():
        if not LOGGING.get(engine, NOTHING).fullmatch(str(name)) and not _usual(str(name), str(item.value), engine, version):
            yield Missing(item.path, f"o parâmetro `{name}` pode mudar o que `{database.id}` aceita, ou se ele nasce", "tire-o")


def _usual(name: str, value: str, engine: str, version: str) -> bool:
    """O valor já é o que o motor desta versão usa."""
    return engine == "postgres" and (name, value) == SECURED[:2] and (whole(version.partition(".")[0]) or 0) >= SECURED[2]


def _fits(family: str, engine: str, version: str) -> bool:
    """A família é o motor e a versão: `postgres18`, `mysql8.0`; o que vem depois de um ponto na versão não conta."""
    return bool(re.fullmatch(rf"{re.escape(family.removeprefix(engine))}(\.\d+)*", version)) and family.startswith(engine) and family != engine
