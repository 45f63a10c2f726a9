"""As regras de uma árvore, em `regras/`: carregam-se dali, aparecem em Provas como do autor, e o erro delas é um achado."""

from __future__ import annotations

import pytest

from scripts.aws.catalog import KINDS
from scripts.base.tree import Tree
from scripts.checks import run
from scripts.proofs import own
from scripts.proofs.arrows.prove import RULES
from scripts.proofs.claims.evaluate import CLAIMS
from tests.proofs.bench import bench

RULE = '''from scripts.rulebook import Kind, MANAGED, add, at, claim, drawn, expect, harmless, rule{more}

add(Kind("AWS::Novo::Servico", nature=MANAGED))
harmless("AWS::Novo::Servico", "Só muda a cor.", "Cor")


@rule("AWS::Novo::Servico", "AWS::SQS::Queue")
def service_feeds_queue(case):
    """O serviço novo alimenta a fila.

    Ele grava na fila que cita.

    - `Fila` cita a fila.

    Fonte: https://docs.aws.amazon.com/novo/
    """
    yield from expect(case.view, case.tail, "Fila", lambda value: value is not None, "cita a fila", "não cita a fila", "escreva `Fila`")


@claim("colorido")
def colourful(scene):
    """Tem cor.

    A cor ajuda.

    - `Cor`, em cada serviço.

    Fonte: https://docs.aws.amazon.com/novo/
    """
    for resource in drawn(scene):
        yield from expect(scene.view, resource, "Cor", "azul", "é azul", "não é azul", "pinte-o")
'''
TEMPLATE = "N: {Type: AWS::Novo::Servico, Properties: {Fila: !Ref Fila, Cor: azul}}\nFila: {Type: AWS::SQS::Queue}"


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "diagrams_src").mkdir(), (tmp_path / "regras").mkdir()
    before = tuple(map(dict, (RULES, CLAIMS, KINDS)))
    yield lambda **files: ([(tmp_path / "regras" / f"{name}.py").write_text(text, encoding="utf-8") for name, text in files.items()],
                           run.check_tree(Tree(tmp_path), []).findings)[1]
    own.load(tmp_path / "nenhuma")
    assert before == (RULES, CLAIMS, KINDS)


def codes(findings):
    return [(one.path, one.line, one.code) for one in findings]


def test_a_rule_a_claim_and_a_type_of_ones_own(tree):
    assert tree(nova=RULE.format(more="")) == []
    drawing = bench(TEMPLATE, "N >> Fila")
    assert drawing.missing() == [] and drawing.claim("colorido").found
    assert drawing.remove("Resources", "N", "Properties", "Fila").missing() == ["não cita a fila; escreva `Fila`"]
    assert RULES["AWS::Novo::Servico", "AWS::SQS::Queue"].origin == CLAIMS["colorido"].origin == "regras/nova.py"


def test_two_people_with_the_same_rule(tree):
    found = tree(ana=RULE.format(more=""), bia=RULE.format(more="").replace("add(", "kind_of and (lambda kind: None)(").replace(
        "import Kind", "import kind_of, Kind"))
    assert codes(found) == [("regras/bia.py", 7, "regra-repetida")]
    assert "`service-feeds-queue`, em `regras/ana.py`, linha 7; deixe uma só" in found[0].message


def test_a_rule_that_the_tools_already_have(tree):
    found = tree(minha=RULE.format(more="").replace('@rule("AWS::Novo::Servico"', '@rule("AWS::Lambda::Function"'))
    assert [one.code for one in found] == ["regra-repetida"] and "das ferramentas, que já decide" in found[0].message


def test_a_rule_is_taken_to_another_type(tree):
    added = ('\n\nadd(Kind("AWS::Outro::Destino", nature=MANAGED))\nextend("service-feeds-queue", heads="AWS::Outro::Destino")\n')
    assert tree(nova=RULE.format(more=", extend") + added) == []
    text = "N: {Type: AWS::Novo::Servico, Properties: {Fila: !Ref D}}\nD: {Type: AWS::Outro::Destino}"
    assert bench(text, "N >> D").missing() == []
    assert bench(text.replace("Fila: ", "X: "), "N >> D").missing() == ["não cita a fila; escreva `Fila`"]


@pytest.mark.parametrize("text, line, code, said", [
    ("def", 1, "regra-com-erro", "O Python não entende"), ("\n1 / 0", 2, "regra-com-erro", "ZeroDivisionError"),
    ("import nada_disso", 1, "regra-com-erro", "nada_disso"),
    ("from scripts.rulebook import extend\nextend('nada', heads='x')", 2, "regra-com-erro", "não há a regra `nada`"),
    ("from scripts.rulebook import extend\nextend('workload-calls-balancer', heads='AWS::X::Y')", 2, "regra-com-erro", "não conhece `AWS::X::Y`"),
    ("from scripts.rulebook import Kind, add\nadd(Kind('AWS::S3::Bucket'))", 2, "regra-com-erro", "já conhece"),
    ("from scripts.rulebook import rule\n@rule('a', 'b')\ndef x(case): ...", 2, "regra-com-erro", "docstring"),
])
def test_what_is_wrong_with_a_rule_is_a_finding_on_its_line(tree, text, line, code, said):
    found = tree(minha=text)
    assert codes(found) == [("regras/minha.py", line, code)] and said in found[0].message


def test_a_rule_that_stops_proves_nothing(tree):
    assert tree(nova=RULE.format(more="").replace("yield from expect(case.view", "1 / 0\n    yield from expect(case.view")) == []
    assert "parou com `ZeroDivisionError" in bench(TEMPLATE, "N >> Fila").missing()[0]


@pytest.mark.parametrize("said, line, message", [
    ('harmless("AWS::SQS::Queue", "Só o nome.", "QueueNome")', 2, "Nenhum `AWS::SQS::Queue` desta árvore escreve `QueueNome`, e dizer que não "
     "muda nada não explica nada; talvez seja `QueueName`."),
    ('harmless(\n"AWS::SQS::Queue", "Só o nome.",\n"QueueName", "RedrivePolicy.xyz")', 4, "escreve `RedrivePolicy.xyz`"),
    ('harmless("AWS::SQS::Queu", "Só o nome.", "QueueName")', 2, "Nenhum recurso desta árvore é `AWS::SQS::Queu`; talvez seja `AWS::SQS::Queue`."),
    ('observer("AWS::SQS::Queeue", "Só olha.")', 2, "talvez seja `AWS::SQS::Queue`."),
    ('harmless("AWS::Novo::Servico", "Só a cor.", "Cor")', 0, ""), ('harmless("AWS::SQS::Queue", "Só o nome.", "QueueName", "RedrivePolicy.*")', 0, ""),
])
def test_a_name_that_explains_nothing_is_a_finding_on_its_line(project, said, line, message):
    assert project.run("novo", "fila").status == 0
    template = project.root / "docs" / "arquiteturas" / "fila" / "template.yaml"
    template.write_text("Resources:\n  F: {Type: AWS::SQS::Queue, Properties: {QueueName: f, RedrivePolicy: {maxReceiveCount: 5}}}\n", encoding="utf-8")
    (project.root / "regras").mkdir()
    (project.root / "regras" / "minha.py").write_text(f"from scripts.rulebook import harmless, observer\n{said}\n", encoding="utf-8")
    found = [one for one in run.check_tree(Tree(project.root), []).findings if one.code == "nome-sem-efeito"]
    own.load(project.root / "nenhuma")
    assert [(one.path, one.line) for one in found] == ([("regras/minha.py", line)] if line else [])
    assert not line or message in found[0].message


def test_a_helper_is_shared_and_is_not_a_rule(tree):
    assert tree(_comum="AZUL = 'azul'", nova=RULE.format(more="\nfrom regras._comum import AZUL")) == []


def test_an_icon_of_ones_own_takes_the_place_of_that_of_a_class(project):
    before = project.script("loja", "EC2('a')") and (project.run("gerar").status, project.picture("loja").read_text(encoding="utf-8"))[1]
    icon = project.root / "regras" / "icones" / "aws" / "compute" / "ec2.svg"
    icon.parent.mkdir(parents=True)
    icon.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>', encoding="utf-8")
    project.run("gerar")
    after = project.picture("loja").read_text(encoding="utf-8")
    assert "data:image/svg+xml" not in before and "data:image/svg+xml" in after
