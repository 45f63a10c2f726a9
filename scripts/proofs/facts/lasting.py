"""Quantos segundos uma execução do Step Functions pode levar: o que cada tarefa chama, as novas tentativas e o caminho mais longo.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.aws.catalog import ARN, NAME
from scripts.aws.types import FUNCTION, JOB_DEFINITION
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.states import DEPTH, dicts, following, inside
from scripts.proofs.facts.view import View
from scripts.template.numbers import whole

USUAL_FUNCTION, SHORTEST_JOB = 3, 60
"""Segundos que uma função tem quando não diz, e o mínimo que o Batch aceita como prazo de um trabalho."""
AFTER_ALL = ("States.ALL", "States.TaskFailed", "States.Timeout")
"""Os erros que podem vir só depois de a tarefa levar todo o tempo dela."""
TRIES, FIRST, RATE = 3, 1, 2
"""Quantas vezes se tenta de novo, depois de quantos segundos e a que ritmo a espera cresce, sem dizer."""


def needed(view: View, state: dict[str, Any]) -> int:
    """Quantos segundos pode levar o que a tarefa chama: o prazo da função, ou o do trabalho do Batch em todas as tentativas.

    No Batch, a que passa do prazo não se repete, e a que falha antes dele recomeça com ele inteiro.
    """
    given = state.get("Arguments") or state.get("Parameters")
    function = view.points(state["Resource"], FUNCTION, by=(ARN,)) or view.points(written_at(given, ("FunctionName",)), FUNCTION, by=(ARN, NAME))
    if function:
        return whole(view.value(function, "Timeout")) or USUAL_FUNCTION
    job = view.points(written_at(given, ("JobDefinition",)), JOB_DEFINITION)
    if job and str(state["Resource"]).endswith(".sync"):
        limit, tries = (whole(written_at(given, keys)) or whole(view.value(job, *keys))
                        for keys in (("Timeout", "AttemptDurationSeconds"), ("RetryStrategy", "Attempts")))
        return (limit or SHORTEST_JOB) * (tries or 1)
    return 0


def lasts(view: View, body: Any, depth: int = 0) -> int:
    """O caminho mais longo de uma definição, também pelo que se faz quando um estado falha; o laço conta uma volta só."""
    known = body.get("States") if isinstance(body, dict) and depth <= DEPTH else None
    found: dict[str, int] = {}

    def onward(name: Any, before: tuple[str, ...] = ()) -> int:
        state = known.get(name) if isinstance(known, dict) and isinstance(name, str) and name not in before else None
        if not isinstance(state, dict):
            return 0
        if name not in found:
            after = [*following(state), *(catch.get("Next") for catch in dicts(state.get("Catch")))]
            found[name] = _takes(view, state, depth) + max((onward(each, (*before, name)) for each in after), default=0)
        return found[name]

    return onward(body.get("StartAt")) if isinstance(body, dict) else 0


def _takes(view: View, state: dict[str, Any], depth: int) -> int:
    """Este estado, com o prazo que ele se dá, e as novas tentativas."""
    once = max((lasts(view, inner, depth + 1) for inner, _ in inside(state)), default=0)
    if state.get("Type") == "Task" and isinstance(state.get("Resource"), str):
        once = whole(state.get("TimeoutSeconds")) or needed(view, state)
    return (whole(state.get("Seconds")) or 0) + once + sum(_again(retry, once) for retry in dicts(state.get("Retry")))


def _again(retry: dict[str, Any], once: int) -> int:
    """As esperas de uma regra de nova tentativa e, se o erro pode vir no fim, o tempo de cada tentativa."""
    named = retry.get("ErrorEquals")
    tries, wait = (whole(retry.get(name)) for name in ("MaxAttempts", "IntervalSeconds"))
    tries = TRIES if tries is None else tries
    whole_time = once if isinstance(named, list) and any(name in AFTER_ALL for name in named) else 0
    return sum(_waits(FIRST if wait is None else wait, tries, retry)) + tries * whole_time


def _waits(wait: int, tries: int, retry: dict[str, Any]) -> Iterator[int]:
    rate, most = retry.get("BackoffRate"), whole(retry.get("MaxDelaySeconds"))
    for turn in range(min(tries, 20)):
        grown = int(wait * (rate if isinstance(rate, (int, float)) else RATE) ** turn)
        yield min(grown, most) if most else grown
