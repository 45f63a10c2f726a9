"""O que uma máquina de estados manda como texto e devia ler, em cada lugar em que ela lê um caminho, nas duas linguagens."""

from __future__ import annotations

import json

import pytest
from attempts import Case, Edits, findings, refused
from bench import prop

from scripts.checks import payloads
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation

ESPECTRO = "espectrometria"
BATCH = prop("MaquinaAnalise", "Definition", "States", "AnalisarNoBatch", "Parameters", "ContainerOverrides", "Environment", 0)
PATHS = ["$.id", "$", "$$.Execution.Name", "$['id']", "$$['Execution']", "States.Format('{}.csv', $.id)", "States.UUID()"]
TEMPLATES = ["Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials"]


def machine(state: dict, language: str = "", text: bool = False) -> list[str]:
    body = {"StartAt": "Um", "States": {"Um": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True, **state}}}
    if language:
        body["QueryLanguage"] = language
    said = {"DefinitionString": json.dumps(body)} if text else {"Definition": body}
    template = cloudformation.parse(json.dumps({"Resources": {"Maquina": {"Type": "AWS::StepFunctions::StateMachine", "Properties": said}}}), "t.yaml")
    view, = views_of(template).each
    return [message for _, message in payloads.misread(view, view.resources["Maquina"])]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("where", TEMPLATES)
def test_a_path_under_a_plain_key_goes_as_text(path, where):
    for inner in ({"Chave": path}, {"Lista": [{"Chave": path}]}, {"Objeto": {"Chave": path}}, {"Lista": ["fixo", path]}, {"CaminhoPath": path}):
        message, = machine({where: inner})
        assert "vai como texto" in message and ".$`" in message
        assert machine({where: inner}, text=True)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("where", TEMPLATES)
def test_a_path_under_a_key_that_asks_for_it_is_read(path, where):
    for inner in ({"Chave.$": path}, {"Lista": [{"Chave.$": path}]}, {"Objeto": {"Chave.$": path}}):
        assert machine({where: inner}) == []


@pytest.mark.parametrize("state", [
    {"ItemBatcher": {"BatchInput": {"a": "$.id"}}}, {"ItemReader": {"Parameters": {"Bucket": "$.bucket"}}},
    {"ResultWriter": {"Parameters": {"Prefix": "$.id"}}}, {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Um", "Assign": {"erro": "$.Error"}}]},
    {"Parameters": {"MessageBody": "envios/$.id.csv"}}, {"Parameters": {"MessageBody": "$$.Execution.Id"}},
    {"Parameters": {"Comment": "$.nota"}}, {"Parameters": {"Variable": "$.nota"}}, {"Parameters": {"A": "{% $states.input.id %}"}},
    {"Seconds": "$.espera"}, {"TimeoutSeconds": "$.prazo"}, {"Error": "$.erro"}, {"Cause": "States.Format('{}', $.erro)"},
    {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "$.b", "Next": "Um"}]}, {"Type": "Pass", "Result": {"a": "$.id"}},
    {"Type": "Pass", "Result": {"a.$": "$.id"}}, {"Parameters": {"A.$": "fixo"}}, {"Parameters": {"A.$": 5}}, {"Parameters": {"A.$": ["$.id"]}},
    {"Parameters": {"A.$": "$guardada"}}, {"Assign": {"nome.$": "$.nome"}, "Parameters": {"A": "$nome"}},
])
def test_each_other_place_of_a_path(state):
    assert len(machine(state)) == 1


@pytest.mark.parametrize("state", [
    {"InputPath": "$.a", "ResultPath": "$.b", "OutputPath": "$"}, {"ResultPath": None}, {"ItemsPath": "$.itens"}, {"SecondsPath": "$.espera"},
    {"ErrorPath": "$.erro", "CausePath": "States.Format('{}', $.erro)"}, {"Comment": "o que `$.id` diz"},
    {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.a", "StringEqualsPath": "$.b"}], "Next": "Um"}]},
    {"Parameters": {"Preco": "US$ 5", "Texto": "custa $.50 a mais", "Padrao": r"^\d+\.$", "Nome": "${Fila}"}},
    {"Assign": {"nome.$": "$.nome"}, "Parameters": {"A.$": "$nome", "B.$": "$nome.parte"}}, {"Parameters": {"Comando": ["echo", "$HOME"]}},
    {"Parameters": {"Input": {"InputPathsMap": {"a": "$.detail"}}}}, {"ItemReader": {"ReaderConfig": {"InputType": "JSON"}}},
    {"Type": "Pass", "Result": {"a": "fixo"}}, {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.erro", "Next": "Um"}]},
])
def test_what_is_right_in_jsonpath(state):
    assert machine(state) == []


@pytest.mark.parametrize("state", [
    {"Arguments": {"A": "$states.input.id"}}, {"Arguments": {"A": "$.id"}}, {"Arguments": {"A.$": "$.id"}}, {"Arguments": {"A.$": "{% $states.input %}"}},
    {"Arguments": {"A": "States.Format('{}', $.id)"}}, {"Arguments": {"A": "{% States.Format('{}', $x) %}"}}, {"Output": {"A": "$states.result"}},
    {"Arguments": {"A": "{% $states.input.id"}}, {"Arguments": {"A": " {% $states.input.id %}"}}, {"Arguments": {"A": "id: {% $states.input.id %}"}},
    {"Arguments": {"A": "$string(5)"}}, {"Assign": {"n": "{% 1 %}"}, "Arguments": {"A": "$n"}}, {"Arguments": {"A": ["$states.input"]}},
    {"Arguments": "$states.input"}, {"Arguments": {"A": "envios/$.id.csv"}}, {"Arguments": {"A": "$$.Execution.Id"}},
])
def test_in_jsonata_what_is_not_between_the_marks_goes_as_text(state):
    assert len(machine(state, "JSONata")) == 1
    assert len(machine({**state, "QueryLanguage": "JSONata"})) == 1


@pytest.mark.parametrize("state", [
    {"Arguments": {"A": "{% $states.input.id %}", "B": ["{% $.x %}", "fixo"], "C": 5, "D": "$HOME", "E": "US$ 5"}}, {"Arguments": "{% $states.input %}"},
    {"Assign": {"n": "{% 1 %}"}, "Output": "{% $n & 'States.Format(' %}"}, {"Type": "Choice", "Choices": [{"Condition": "{% $n > 1 %}", "Next": "Um"}]},
])
def test_what_is_right_in_jsonata(state):
    assert machine(state, "JSONata") == []


def test_the_states_inside_a_map_are_read_once():
    inner = {"StartAt": "Dentro", "States": {"Dentro": {"Type": "Pass", "Parameters": {"a": "$.id"}, "End": True}}}
    for key in ("ItemProcessor", "Iterator"):
        assert len(machine({"Type": "Map", key: inner})) == 1
    assert len(machine({"Type": "Parallel", "Branches": [inner]})) == 1


def environment(**said: object) -> Edits:
    return {BATCH: {"Name": "ID", **said}}


FALSE: list[Case] = [
    (ESPECTRO, environment(Value="$.id"), "`AnalisarNoBatch` escreve `Value: $.id`, que vai como texto"),
    (ESPECTRO, environment(Value="$$.Execution.Name"), "`AnalisarNoBatch` escreve `Value: $$.Execution.Name`"),
    (ESPECTRO, {prop("MaquinaAnalise", "Definition", "States", "Preparar", "Parameters"): {"etapa": "preparar", "id": "$.id"}},
     "`Preparar` escreve `id: $.id`"),
]


@pytest.mark.parametrize("case", FALSE)
def test_in_the_machine_of_the_tree(case):
    assert refused(case)


def test_the_context_is_as_good_as_the_input():
    assert findings(ESPECTRO, environment(**{"Value.$": "$$.Execution.Input.id"})) == []
