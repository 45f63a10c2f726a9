"""O interpretador da linguagem de estados do Step Functions: anda pelos estados de uma definição e chama o que eles chamam.

Só os estados e os campos que se conhecem; um que não se conhece para a rodada. As novas tentativas não esperam.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.replay.stack import Unresolved, only

MOST = 500
"""Estados por que uma execução passa antes de se concluir que ela anda em círculos."""
ATTEMPTS = 3
"""As novas tentativas de um `Retry` que não diz quantas."""
_AROUND = "Type Comment InputPath OutputPath"
KNOWN = {
    "Task": f"{_AROUND} Next End Resource Parameters ResultPath ResultSelector Retry Catch TimeoutSeconds", "Choice": f"{_AROUND} Choices Default",
    "Pass": f"{_AROUND} Next End Parameters Result ResultPath", "Succeed": _AROUND, "Fail": "Type Comment Error Cause",
}
TOP = frozenset("Comment StartAt States Version QueryLanguage".split())
RETRIER = frozenset("ErrorEquals MaxAttempts IntervalSeconds BackoffRate MaxDelaySeconds JitterStrategy Comment".split())
CATCHER = frozenset("ErrorEquals Next ResultPath Comment".split())
COMPARED = {"Equals": operator.eq, "LessThan": operator.lt, "GreaterThan": operator.gt, "LessThanEquals": operator.le,
            "GreaterThanEquals": operator.ge}
KINDS: dict[str, tuple[type, ...]] = {"Numeric": (int, float), "String": (str,), "Boolean": (bool,)}
REFERENCE = re.compile(r"\$(?:\.[A-Za-z_][\w-]*|\[\d+\])*")


class Failed(Exception):
    """Um estado falhou, com o nome do erro e a causa, que `Retry` e `Catch` veem."""

    def __init__(self, error: str, cause: str):
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass(frozen=True)
class Ended:
    """Como a execução acabou: a situação, o que devolveu ou o erro, e os estados por que passou."""

    status: str
    output: Any
    error: str
    cause: str
    path: tuple[str, ...]


Calls = Callable[[Mapping[str, Any], Any], Any]
"""Chama o que um estado `Task` chama, com estes argumentos; devolve o resultado. Erro: `Failed`."""


def check(definition: Mapping[str, Any]) -> None:
    """Erro: `Unresolved` quando a definição usa algo que este interpretador não conhece."""
    only(definition, TOP, "{} faz na definição")
    if definition.get("QueryLanguage", "JSONPath") != "JSONPath":
        raise Unresolved("a rodada só entende máquinas de estados em `JSONPath`")
    for name, state in definition["States"].items():
        if state.get("Type") not in KNOWN:
            raise Unresolved(f"a rodada não sabe o que faz o estado `{name}`, do tipo `{state.get('Type')}`")
        only(state, KNOWN[state["Type"]].split(), f"{{}} faz no estado `{name}`")
        for key, known in (("Retry", RETRIER), ("Catch", CATCHER)):
            for entry in state.get(key, []):
                only(entry, known, f"{{}} faz em `{key}` de `{name}`")


def run(definition: Mapping[str, Any], given: Any, calls: Calls) -> Ended:
    """Roda a definição do começo ao fim. Erro: `Unresolved`."""
    check(definition)
    name, data = definition["StartAt"], given
    path: list[str] = []
    try:
        while len(path) < MOST:
            path.append(name)
            if name not in definition["States"]:
                raise Failed("States.Runtime", f"não há o estado `{name}`")
            state = definition["States"][name]
            if state["Type"] == "Fail":
                raise Failed(str(state.get("Error", "")), str(state.get("Cause", "")))
            data, name = _step(state, data, calls)
            if not name:
                return Ended("SUCCEEDED", data, "", "", tuple(path))
    except Failed as failed:
        return Ended("FAILED", None, failed.error, failed.cause, tuple(path))
    raise Unresolved(f"a máquina de estados passou por {MOST} estados e não terminou")


def _step(state: Mapping[str, Any], data: Any, calls: Calls) -> tuple[Any, str]:
    """O que sai do estado, e o próximo; vazio quando a execução acaba nele."""
    try:
        return _entered(state, data, calls)
    except Failed as failed:
        for catcher in state.get("Catch", []):
            if matches(catcher["ErrorEquals"], failed.error):
                return _placed(data, catcher.get("ResultPath", "$"), {"Error": failed.error, "Cause": failed.cause}), catcher["Next"]
        raise


def _entered(state: Mapping[str, Any], data: Any, calls: Calls) -> tuple[Any, str]:
    kind, given = state["Type"], _through(state, "InputPath", data)
    if kind == "Choice":
        chosen = next((choice["Next"] for choice in state["Choices"] if holds(choice, given)), state.get("Default", ""))
        if not chosen:
            raise Failed("States.NoChoiceMatched", "nenhuma escolha vale, e não há `Default`")
        return _through(state, "OutputPath", given), chosen
    result = given
    if "Parameters" in state:
        result = filled(state["Parameters"], given)
    if kind == "Pass":
        result = state.get("Result", result)
    if kind == "Task":
        result = _tried(state, result, calls)
        result = filled(state["ResultSelector"], result) if "ResultSelector" in state else result
    placed = _placed(data, state.get("ResultPath", "$"), result)
    return _through(state, "OutputPath", placed), state.get("Next", "")


def _tried(state: Mapping[str, Any], arguments: Any, calls: Calls) -> Any:
    """O resultado da tarefa, com as novas tentativas que `Retry` manda."""
    used = [0] * len(state.get("Retry", []))
    while True:
        try:
            return calls(state, arguments)
        except Failed as failed:
            turn = next((index for index, retrier in enumerate(state.get("Retry", [])) if matches(retrier["ErrorEquals"], failed.error)), None)
            if turn is None or used[turn] >= int(state["Retry"][turn].get("MaxAttempts", ATTEMPTS)):
                raise
            used[turn] += 1


def matches(names: list[str], error: str) -> bool:
    """Um destes nomes pega este erro: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    return error in names or "States.ALL" in names and error not in ("States.Runtime", "States.DataLimitExceeded") \
        or "States.TaskFailed" in names and error != "States.Timeout" and not error.startswith("States.Runtime")


def holds(choice: Mapping[str, Any], data: Any) -> bool:
    """A escolha vale para estes dados."""
    if "And" in choice or "Or" in choice:
        return (all if "And" in choice else any)(holds(part, data) for part in choice.get("And", choice.get("Or")))
    if "Not" in choice:
        return not holds(choice["Not"], data)
    rules = set(choice) - {"Variable", "Next", "Comment"}
    if len(rules) != 1:
        raise Unresolved(f"a rodada não sabe avaliar uma escolha com {', '.join(f'`{rule}`' for rule in sorted(rules)) or 'nada'}")
    rule = rules.pop()
    if rule == "IsPresent":
        return _there(choice["Variable"], data) == choice[rule]
    kind = next((kind for kind in KINDS if rule.startswith(kind)), "")
    ends, wanted = rule.removeprefix(kind), choice[rule]
    if not kind or ends.removesuffix("Path") not in COMPARED or kind == "Boolean" and not ends.startswith("Equals"):
        raise Unresolved(f"a rodada não sabe avaliar uma escolha com `{rule}`")
    found = found_at(choice["Variable"], data, "States.Runtime")
    wanted = found_at(wanted, data, "States.Runtime") if ends.endswith("Path") else wanted
    if not isinstance(found, KINDS[kind]) or kind == "Numeric" and isinstance(found, bool):
        return False
    return bool(COMPARED[ends.removesuffix("Path")](found, wanted))


def filled(template: Any, data: Any) -> Any:
    """Os argumentos: o que termina em `.$` vem dos dados."""
    if isinstance(template, dict):
        return {key.removesuffix(".$"): found_at(item, data) if key.endswith(".$") else filled(item, data) for key, item in template.items()}
    return [filled(item, data) for item in template] if isinstance(template, list) else template


def found_at(path: str, data: Any, error: str = "States.ParameterPathFailure") -> Any:
    """O valor que está neste caminho. Erro: `Failed` quando não há, `Unresolved` quando o caminho não se conhece."""
    if not REFERENCE.fullmatch(path):
        raise Unresolved(f"a rodada não sabe ler o caminho `{path}` numa máquina de estados")
    for key in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
        try:
            data = data[key[0]] if key[0] else data[int(key[1])]
        except (KeyError, IndexError, TypeError):
            raise Failed(error, f"não há `{path}` nos dados do estado") from None
    return data


def _there(path: str, data: Any) -> bool:
    try:
        found_at(path, data)
    except Failed:
        return False
    return True


def _through(state: Mapping[str, Any], key: str, data: Any) -> Any:
    """Os dados que `InputPath` ou `OutputPath` deixa passar."""
    return {} if key in state and state[key] is None else found_at(state.get(key, "$"), data, "States.Runtime")


def _placed(data: Any, path: str | None, result: Any) -> Any:
    """Os dados com o resultado no lugar que `ResultPath` diz."""
    if path is None or path == "$":
        return data if path is None else result
    if not re.fullmatch(r"\$(?:\.[A-Za-z_][\w-]*)+", path):
        raise Unresolved(f"a rodada não sabe gravar em `{path}` numa máquina de estados")
    if not isinstance(data, dict):
        raise Failed("States.ResultPathMatchFailure", f"não há onde gravar `{path}`")
    name, _, rest = path.removeprefix("$.").partition(".")
    return {**data, name: _placed(data.get(name, {}), f"$.{rest}", result) if rest else result}
