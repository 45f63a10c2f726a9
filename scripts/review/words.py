"""As permissões em palavras: o que cada ação deixa fazer, e em quê."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from scripts.base.wording import listed
from scripts.review.facts import Facts, Grant
from scripts.template.values import LITERAL

FILE = Path(__file__).with_name("actions.toml")
SYMBOL = re.compile(r"\$\{(?:Parameters\.)?([\w.]+)\}")
PSEUDO = re.compile(r"\$\{AWS::(\w+)\}")
MANY = 4
"""Quantas ações se dizem por extenso; com mais, fica o nome delas."""


@cache
def _phrases() -> dict[str, str]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))["acoes"]


def can(actions: list[str], grant: Grant, targets: list[str], facts: Facts) -> str:
    """`` apagar objetos de “Fotos” (`s3:DeleteObject` em `BucketFotos/*`) ``."""
    where = listed(list(dict.fromkeys(named(replace(grant, target=target), facts) for target in targets)))
    patterns = [f"`{short(target)}`" for target in targets if target]
    codes = listed([f"`{action}`" for action in actions[:8]]) + (f" e mais {len(actions) - 8}" if len(actions) > 8 else "")
    place = f" em {listed(patterns)}" if patterns else ""
    known = [_phrases()[action.lower()] for action in actions if action.lower() in _phrases()]
    if len(known) == len(actions) <= MANY:
        return f"{listed([phrase.replace('{}', where) for phrase in known])} ({codes}{place})"
    if grant.but_actions:
        left = listed([f"`{action}`" for action in grant.but_actions])
        return f"fazer tudo em {where}, menos {left}"
    if actions == ["*"]:
        return f"fazer qualquer coisa em {where} (`*`{place})"
    if len(actions) == 1 and actions[0].endswith(":*"):
        return f"fazer tudo do `{actions[0].partition(':')[0]}` em {where} ({codes}{place})"
    return f"fazer {codes} em {where}{f' ({listed(patterns)})' if patterns not in ([], ['`*`']) else ''}"


def named(grant: Grant, facts: Facts) -> str:
    """O alvo, pelo nome do componente quando há."""
    if grant.but_targets:
        return f"tudo, menos {listed([f'`{short(text)}`' for text in grant.but_targets])}"
    if grant.target == "*":
        return "qualquer recurso"
    if not grant.target:
        return called(grant.subject, facts)
    names = [name.partition(".")[0] for name in SYMBOL.findall(grant.target) if name.partition(".")[0] in facts.resources]
    return called(names[0], facts) if len(set(names)) == 1 else f"`{short(grant.target)}`"


def called(name: str, facts: Facts) -> str:
    """O recurso pelo componente que o mostra; sem um, pelo id lógico."""
    return f"“{facts.labels[name]}”" if name in facts.labels else f"`{name}`"


def short(arn: str) -> str:
    """`arn:${AWS::Partition}:s3:::${Fotos}/*` vira `Fotos/*`."""
    arn = arn.replace(LITERAL, "${")  # uma variável de política, como se escreve
    plain = SYMBOL.sub(lambda found: found[1], PSEUDO.sub(lambda found: found[1], arn))
    if ":role/" in plain:
        return plain.partition(":role/")[2]
    parts = plain.split(":", 5)
    return parts[5] if len(parts) == 6 and parts[0] == "arn" and parts[2] not in ("iam", "sts", "") else plain


def condition(grant: Grant) -> str:
    """`` , só com `aws:SourceArn` (`ArnLike`) igual a `x` ``; vazio sem condição."""
    told = [f"`{key}` (`{operator}`) {listed([f'`{short(value)}`' for value in values])}" if values else f"uma condição que não se lê (`{key}`)"
            for operator, key, values in grant.condition]
    return f", só com {listed(told)}" if told else ""
