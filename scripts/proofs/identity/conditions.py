"""Condições das políticas do IAM: sim, não, ou `None` quando não dá para saber.

`context` traz as chaves cujo valor se conhece no pedido, com `None` nas que ele com certeza não
leva; as outras são desconhecidas, mesmo que o pedido costume trazê-las. Operadores e chaves:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from scripts.proofs.facts.wildcards import covers

Answer = bool | None
Context = Mapping[str, str | None]
UNKNOWN = "\u2060"
"""O valor de uma chave que não se sabe se o pedido leva."""
UNTAGGED = re.compile(r":(?:Delete|Describe|Get|List)")
NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class Tested(NamedTuple):
    """Uma chave de uma condição: o operador, o que se quer, o que o pedido leva (`UNKNOWN`, se não se sabe) e se vale."""

    operator: str
    key: str
    wanted: Any
    actual: str | None
    answer: Answer


def holds(condition: Any, context: Context) -> Answer:
    """A condição inteira: todos os operadores e todas as chaves precisam valer."""
    if condition is None or condition == {}:
        return True
    found = tested(condition, context)
    return None if found is None else every(test.answer for test in found)


def tested(condition: Any, context: Context) -> list[Tested] | None:
    """Cada chave da condição, julgada; `None` quando a condição não se lê."""
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        return None
    known = {key.lower(): value for key, value in context.items()}
    return [Tested(str(operator), str(key), wanted, actual, _key(str(operator), actual, wanted))
            for operator, keys in condition.items() for key, wanted in keys.items()
            for actual in (known.get(str(key).lower(), UNKNOWN),)]


def untagged(action: str, condition: Any) -> dict[str, str | None]:
    """A tag que a condição pede no pedido, e ele com certeza não leva: só quem cria ou marca algo manda uma.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requesttag
    """
    keys = condition.values() if isinstance(condition, dict) and UNTAGGED.search(action) else ()
    return {key: None for each in keys if isinstance(each, dict) for key in each if str(key).lower().startswith("aws:requesttag/")}


def every(answers: Iterable[Answer]) -> Answer:
    """Uma negativa basta para negar; sem ela, uma dúvida basta para duvidar."""
    found = list(answers)
    return False if False in found else None if None in found else True


def some(answers: Iterable[Answer]) -> Answer:
    """Uma afirmativa basta; sem ela, uma dúvida basta para duvidar."""
    found = list(answers)
    return True if True in found else None if None in found else False


def negation(answer: Answer) -> Answer:
    return None if answer is None else not answer


def _key(written: str, actual: str | None, wanted: Any) -> Answer:
    """Uma chave que o pedido não leva só serve a um operador negado, a um com `IfExists` e ao que pede que ela falte."""
    operator = written.removesuffix("IfExists")
    options = wanted if isinstance(wanted, list) else [wanted]
    if actual == UNKNOWN or not all(isinstance(option, (str, bool, int, float)) for option in options):
        return None
    if operator == "Null":
        return all(_written(option) == ("true" if actual is None else "false") for option in options)
    negative = "Not" in operator
    if actual is None:
        return (negative or operator != written) if operator.replace("Not", "") in OPERATORS else None
    compare = OPERATORS.get(operator.replace("Not", ""))
    if compare is None:
        return None
    answer = some(compare(_written(option), actual) for option in options)
    return negation(answer) if negative else answer


def _written(option: Any) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)


def _same(option: str, actual: str) -> Answer:
    return covers(option, actual) if "*" not in option and "?" not in option else False


def _same_without_case(option: str, actual: str) -> Answer:
    return covers(option, actual, True) if "*" not in option and "?" not in option else False


def _like(option: str, actual: str) -> Answer:
    return covers(option, actual)


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], Answer]:
    """Compara o valor do pedido com o escrito, se os dois são números."""
    def test(option: str, actual: str) -> Answer:
        return compare(float(actual), float(option)) if all(NUMBER.fullmatch(text) for text in (option, actual)) else None

    return test


def _within(option: str, actual: str) -> Answer:
    """O endereço do pedido está na faixa escrita, se os dois se leem."""
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(option, strict=False)
    except ValueError:
        return None


OPERATORS: dict[str, Callable[[str, str], Answer]] = {
    "StringEquals": _same,
    "StringEqualsIgnoreCase": _same_without_case,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": _same_without_case,
    "IpAddress": _within,
    "NumericEquals": _number(operator.eq), "NumericLessThan": _number(operator.lt), "NumericLessThanEquals": _number(operator.le),
    "NumericGreaterThan": _number(operator.gt), "NumericGreaterThanEquals": _number(operator.ge),
}
