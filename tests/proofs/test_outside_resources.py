"""O que gente de fora mudou num recurso só: a mudança falsa é um achado que nomeia a causa, e a certa passa."""

from __future__ import annotations

import pytest
from bench import R, prop
from test_outside_attacks import ESPECTRO, Edits, findings

MACHINE = prop("MaquinaAnalise", "Definition", "States")
CATCH_ALL = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.erro"}

FALSE: dict[str, tuple[str, Edits, str]] = {
    "escolha-ao-contrario": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0): {
        "Variable": "$.preparo.mib", "NumericLessThan": 5, "Next": "AnalisarNoBatch"}}, "a escolha é o contrário"),
    "ramos-trocados": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0, "Next"): "AnalisarNaLambda",
                                  (*MACHINE, "Escolher", "Default"): "AnalisarNoBatch"}, "a escolha é o contrário"),
    "resultado-noutro-campo": (ESPECTRO, {(*MACHINE, "Preparar", "ResultPath"): "$.pre"}, "lê `$.preparo`, que nenhum estado antes"),
    "escolha-de-outro-campo": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0, "Variable"): "$.preparo.tamanho_mib"}, "nenhum programa"),
    "identidade-que-ninguem-manda": (ESPECTRO, {(*MACHINE, "Concluir", "Parameters"): {"etapa": "concluir", "id.$": "$.identidade"}},
                                     "lê `$.identidade`"),
    "ramo-que-acaba-antes": (ESPECTRO, {(*MACHINE, "AnalisarNoBatch"): lambda data: {
        **{key: value for key, value in data[R]["MaquinaAnalise"]["Properties"]["Definition"]["States"]["AnalisarNoBatch"].items()
           if key != "Next"}, "End": True}}, "não passa por `Concluir`"),
    "falha-sem-registro": (ESPECTRO, {(*MACHINE, "Preparar", "Catch"): [{**CATCH_ALL, "Next": "Falhou"}]}, "não passa por `RegistrarFalha`"),
    "so-uma-falha-registrada": (ESPECTRO, {(*MACHINE, "AnalisarNoBatch", "Catch"): [
        {**CATCH_ALL, "ErrorEquals": ["States.Timeout"], "Next": "RegistrarFalha"}]}, "não passa por `RegistrarFalha`"),
    "estado-solto": (ESPECTRO, {(*MACHINE, "Avisar"): {"Type": "Succeed"}}, "nada leva ao estado `Avisar`"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "outro-nome-nos-dois": (ESPECTRO, {(*MACHINE, "Preparar", "ResultPath"): "$.entrada",
                                       (*MACHINE, "Escolher", "Choices", 0, "Variable"): "$.entrada.mib"}),
    "um-passo-a-mais": (ESPECTRO, {(*MACHINE, "Preparar", "Next"): "Seguir", (*MACHINE, "Seguir"): {"Type": "Pass", "Next": "Escolher"},
                                   }),
    "comparado-por-extenso": (ESPECTRO, {(*MACHINE, "Escolher"): {"Type": "Choice", "Default": "AnalisarNoBatch", "Choices": [
        {"Variable": "$.preparo.mib", "NumericLessThanEquals": 5, "Next": "AnalisarNaLambda"}]}}),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_change_is_a_finding_that_names_the_cause(name):
    slug, edits, cause = FALSE[name]
    assert any(cause in finding.message for finding in findings(slug, edits)), findings(slug, edits)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_change_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
