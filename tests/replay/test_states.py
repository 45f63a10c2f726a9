"""O interpretador da linguagem de estados: o que faz cada estado, e o que ele se recusa a adivinhar."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.replay import states
from scripts.replay.stack import Unresolved
from scripts.replay.states import Failed


def machine(**rest: Any) -> dict[str, Any]:
    """Uma definição que começa em `A`; o que não se diz acaba em sucesso."""
    return {"StartAt": "A", "States": {"Fim": {"Type": "Succeed"}, **rest}}


def failing(*errors: str, then: Any = "pronto"):
    """Uma tarefa que falha com estes erros, um por vez, e depois devolve `then`; `seen` são os argumentos de cada vez."""
    left, seen = list(errors), []

    def call(state: Any, arguments: Any) -> Any:
        seen.append(arguments)
        if left:
            raise Failed(left.pop(0), "porque sim")
        return then

    call.seen = seen
    return call


TASK = {"Type": "Task", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:f", "Next": "Fim"}


def test_a_task_receives_its_parameters_and_its_result_goes_where_the_state_says():
    calls = failing()
    given = {"id": 7, "outro": [{"x": "y"}]}
    state = {**TASK, "Parameters": {"etapa": "ler", "dentro": {"id.$": "$.id", "x.$": "$.outro[0].x"}}, "ResultPath": "$.feito.aqui"}
    ended = states.run(machine(A=state), given, calls)
    assert calls.seen == [{"etapa": "ler", "dentro": {"id": 7, "x": "y"}}]
    assert (ended.status, ended.path, ended.output) == ("SUCCEEDED", ("A", "Fim"), {**given, "feito": {"aqui": "pronto"}})


def test_the_result_replaces_the_data_is_dropped_or_is_selected():
    assert states.run(machine(A=TASK), {"id": 7}, failing()).output == "pronto"
    assert states.run(machine(A={**TASK, "ResultPath": None}), {"id": 7}, failing()).output == {"id": 7}
    chosen = {**TASK, "ResultSelector": {"so.$": "$.b"}, "OutputPath": "$.so"}
    assert states.run(machine(A=chosen), {}, failing(then={"a": 1, "b": 2})).output == 2


def test_a_missing_path_fails_the_state_and_may_be_caught():
    state = {**TASK, "Parameters": {"id.$": "$.nada"}}
    assert states.run(machine(A=state), {"id": 1}, failing()).error == "States.ParameterPathFailure"
    caught = {**state, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.erro", "Next": "Fim"}]}
    assert states.run(machine(A=caught), {"id": 1}, failing()).output["erro"]["Error"] == "States.ParameterPathFailure"


@pytest.mark.parametrize(("errors", "retry", "tries", "error"), [
    (["X"], [{"ErrorEquals": ["X"]}], 2, ""),
    (["X"] * 3, [{"ErrorEquals": ["X"]}], 4, ""),
    (["X"] * 4, [{"ErrorEquals": ["X"]}], 4, "X"),
    (["X"] * 2, [{"ErrorEquals": ["X"], "MaxAttempts": 1, "IntervalSeconds": 99999}], 2, "X"),
    (["X"], [{"ErrorEquals": ["X"], "MaxAttempts": 0}], 1, "X"),
    (["Y"], [{"ErrorEquals": ["X"]}], 1, "Y"),
    (["Y", "X"], [{"ErrorEquals": ["X"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], 3, ""),
    (["States.Timeout"], [{"ErrorEquals": ["States.TaskFailed"]}], 1, "States.Timeout"),
    (["States.Runtime"], [{"ErrorEquals": ["States.ALL"]}], 1, "States.Runtime"),
])
def test_retries_are_counted_and_do_not_wait(errors, retry, tries, error):
    calls = failing(*errors)
    ended = states.run(machine(A={**TASK, "Retry": retry}), {}, calls)
    assert (len(calls.seen), ended.error) == (tries, error)


def test_the_first_catcher_that_matches_takes_the_error_with_the_data():
    catch = [{"ErrorEquals": ["Outro"], "Next": "Fim"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.erro", "Next": "B"}]
    ended = states.run(machine(A={**TASK, "Catch": catch}, B={"Type": "Fail", "Error": "Parou", "Cause": "por isto"}), {"id": 1}, failing("X"))
    assert (ended.status, ended.error, ended.cause, ended.path) == ("FAILED", "Parou", "por isto", ("A", "B"))
    replaced = states.run(machine(A={**TASK, "Catch": [{"ErrorEquals": ["X"], "Next": "Fim"}]}), {"id": 1}, failing("X"))
    assert replaced.output == {"Error": "X", "Cause": "porque sim"}


@pytest.mark.parametrize(("rule", "data", "taken"), [
    ({"NumericGreaterThan": 5}, 5.1, True),
    ({"NumericGreaterThan": 5}, 5, False),
    ({"NumericGreaterThan": 5}, "6", False),
    ({"NumericEquals": 1}, True, False),
    ({"StringEquals": "a"}, "a", True),
    ({"StringLessThanEquals": "b"}, "c", False),
    ({"BooleanEquals": True}, True, True),
    ({"IsPresent": True}, None, True),
    ({"NumericLessThanPath": "$.limite"}, 9, True),
])
def test_a_choice_compares_what_the_rule_says(rule, data, taken):
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", **rule, "Next": "Fim"}], "Default": "B"}
    ended = states.run(machine(A=choice, B={"Type": "Pass", "Result": 0, "Next": "Fim"}), {"x": data, "limite": 10}, failing())
    assert ended.path == (("A", "Fim") if taken else ("A", "B", "Fim"))


def test_choices_combine_and_without_a_default_none_is_an_error():
    rules = [{"Variable": "$.x", "NumericGreaterThan": 1}, {"Not": {"Variable": "$.y", "IsPresent": True}}]
    for key, data, path in (("And", {"x": 2}, ("A", "Fim")), ("And", {"x": 2, "y": 0}, ("A",)), ("Or", {"x": 2, "y": 0}, ("A", "Fim"))):
        ended = states.run(machine(A={"Type": "Choice", "Choices": [{key: rules, "Next": "Fim"}]}), data, failing())
        assert ended.path == path and ended.error == ("" if path == ("A", "Fim") else "States.NoChoiceMatched")
    missing = states.run(machine(A={"Type": "Choice", "Choices": [{**rules[0], "Next": "Fim"}], "Default": "Fim"}), {}, failing())
    assert (missing.error, missing.cause) == ("States.Runtime", "não há `$.x` nos dados do estado")


@pytest.mark.parametrize("state", [
    {"Type": "Wait", "Seconds": 1, "Next": "Fim"},
    {"Type": "Parallel", "Branches": [], "Next": "Fim"},
    {**TASK, "HeartbeatSeconds": 1},
    {**TASK, "Credentials": {}},
    {**TASK, "Retry": [{"ErrorEquals": ["X"], "Quando": 1}]},
    {**TASK, "Parameters": {"id.$": "States.UUID()"}},
    {**TASK, "Parameters": {"id.$": "$$.Execution.Id"}},
    {**TASK, "Parameters": {"id.$": "$..id"}},
    {"Type": "Choice", "Choices": [{"Variable": "$.id", "TimestampEquals": "x", "Next": "Fim"}]},
    {"Type": "Choice", "Choices": [{"Variable": "$.id", "BooleanGreaterThan": True, "Next": "Fim"}]},
    {"Type": "Pass", "Next": "A"},
])
def test_what_is_not_known_stops_the_run(state):
    with pytest.raises(Unresolved):
        states.run(machine(A=state), {"id": 1}, failing())


def test_another_query_language_stops_the_run():
    with pytest.raises(Unresolved, match="JSONPath"):
        states.run({**machine(A=TASK), "QueryLanguage": "JSONata"}, {}, failing())
