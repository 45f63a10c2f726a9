"""O que se acrescenta a um template para medir as provas: propriedades do esquema e vizinhos, de cada tipo uma vez."""

from __future__ import annotations

from scripts.measure.additions import NEIGHBOUR, PROPERTY, additions, plausible
from tests.proofs.bench import real

SMALLEST = "cli-s3-lambda-dynamodb"


def test_each_writable_property_of_each_type_is_added_once():
    subject, seen = real(SMALLEST), set()
    found = list(additions(subject.diagram, subject.template, seen))
    assert {mutant.kind for mutant in found} == {PROPERTY, NEIGHBOUR}
    places = [mutant.place for mutant in found]
    assert len(places) == len(set(places)) > 100
    assert "FuncaoProcessar.Properties.VpcConfig" in places and "FuncaoProcessar.Properties.Handler" not in places
    assert "FuncaoProcessar.Properties.Arn" not in places  # só de leitura
    assert list(additions(subject.diagram, subject.template, seen)) == []


def test_a_value_is_what_the_schema_accepts():
    schema = {"definitions": {"Modo": {"type": "string", "enum": ["a", "b"]}}}
    node = {"type": "object", "required": ["Modo", "Itens"], "properties": {
        "Modo": {"$ref": "#/definitions/Modo"}, "Itens": {"type": "array", "items": {"type": "integer", "minimum": 3}}, "Outro": {}}}
    assert plausible(node, schema) == {"Modo": "b", "Itens": [3]}
