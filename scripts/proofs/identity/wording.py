"""O que se diz de uma declaração que barra um pedido: qual é, a chave da condição, o que ela pede e o que o pedido leva."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from scripts.proofs.evidence import readable
from scripts.proofs.identity.conditions import UNKNOWN, Tested
from scripts.proofs.identity.policies import READABLE, Obscure, Part, Statement


def conditional(statement: Statement, action: str, tests: list[Tested], who: str, what: str) -> str:
    """O que falta a quem a declaração só deixa sob condição."""
    said = " e ".join(_asked(test) for test in tests if test.answer is not True)
    return f"{_label(statement)} só deixa {who} fazer `{action}` em {what} {said}"


def denial(statement: Statement, action: str, tests: list[Tested], what: str) -> str:
    """O que a declaração nega, a quem e por que condição."""
    excepted = "".join(f", a todos menos {_listed(item.value)} (`NotPrincipal`)" for kind, item in statement.principals if kind == "Not")
    named = f", na declaração `{statement.sid}`" if statement.sid else ""
    said = " e ".join(map(_asked, tests))
    return f"`{statement.owner.id}` nega `{action}` em {what}{excepted}{named}{f', {said}' if said else ''}"


def narrower(statements: Iterable[Statement], spelled: Callable[[Any], str | None], arn: str) -> str:
    """O fim da frase sobre o que nada deixa, quando uma das declarações só deixa em outros objetos do bucket, ou no
    grupo de logs e não nos fluxos dele; vazio sem nenhuma."""
    for statement in statements if arn.endswith(":*") and ":log-group:" in arn else ():
        if any(spelled(item.value) == arn.removesuffix(":*") for item in statement.resources):
            return f": {_label(statement)} é no grupo, e a ação é num fluxo dele, com `:*` no fim do ARN"
    bucket, inside, key = arn.partition("/")
    for statement in statements if inside and ":s3:::" in arn else ():
        others = [place.removeprefix(f"{bucket}/") for item in statement.resources
                  if (place := spelled(item.value) or "").startswith(f"{bucket}/")]
        if others:
            return f": {_label(statement)} vale só em {' e '.join(f'`{each}`' for each in others)}, e o pedido é de `{key}`"
    return ""


def doubt(part: Part, action: str, tests: list[Tested]) -> str:
    """O que pode negar, e por que não se sabe."""
    if isinstance(part, Obscure):
        return f"{part.reason} e pode negar `{action}`"
    said = " e ".join(_asked(test) for test in tests if test.answer is None)
    return f"{_label(part)} pode negar `{action}` {said}" if said else f"não se sabe a quem {_label(part)} vale, e ela pode negar `{action}`"


def mending(tests: list[Tested]) -> str:
    """O que fazer com a condição que barra: pedir nela o que o pedido leva, sem a abrir."""
    failed = [test for test in tests if test.answer is False]
    tag = next((test.key.partition("/")[2] for test in failed if test.key.lower().startswith("aws:requesttag/")), "")
    if tag:
        return f"use `aws:ResourceTag/{tag}`, a tag do que já existe: só quem cria manda uma no pedido"
    missing = next((test.key.partition("/")[2] for test in tests if test.actual == UNKNOWN and test.key.startswith("aws:ResourceTag/")), "")
    if missing:
        return f"ponha a etiqueta `{missing}` no que se cria, e deixe a condição, que só deixa mexer no que é desta pilha"
    if failed and all(test.actual not in (None, UNKNOWN) for test in failed):
        return "escreva na condição o que o pedido leva"
    return "faça o pedido cumprir a condição, ou troque-a por uma que ele cumpra"


def clearing(part: Part, tests: list[Tested]) -> str:
    """O que fazer com o que pode negar."""
    if isinstance(part, Obscure):
        return part.hint
    header = next((test.key for test in tests if test.answer is None and test.key.startswith("s3:x-amz-") and "Not" in test.operator), "")
    return (f"mande `{header.removeprefix('s3:')}` em todo envio, pois sem ele a declaração nega, ou tire a negação" if header
            else READABLE)


def _listed(named: Any) -> str:
    """Quem uma exceção nomeia."""
    items = [one for given in (named.values() if isinstance(named, dict) else [named]) for one in (given if isinstance(given, list) else [given])]
    return " e ".join(f"`{readable(item).strip('`')}`" for item in items)


def _label(statement: Statement) -> str:
    return f"a declaração `{statement.sid}` de `{statement.owner.id}`" if statement.sid else f"uma declaração de `{statement.owner.id}`"


def _asked(test: Tested) -> str:
    options = test.wanted if isinstance(test.wanted, list) else [test.wanted]
    wanted = " ou ".join(readable(option).strip("`") for option in options)
    if test.actual is None:
        said = "que o pedido não leva"
    else:
        said = _unseen(test.key) if test.actual == UNKNOWN else f"e o pedido leva `{readable(test.actual).strip('`')}`"
    return f"com `{test.key}` (`{test.operator}: {wanted}`), {said}"


def _unseen(key: str) -> str:
    """O que falta para saber o valor da chave; o de uma etiqueta, quem a põe no que se cria."""
    tag = key.partition("aws:ResourceTag/")[2]
    return f"e nada põe a etiqueta `{tag}` no que se cria: num agendamento do DLM, é `TagsToAdd` que a põe" if tag else (
        "e não se sabe o que o pedido leva")
