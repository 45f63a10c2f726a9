"""Os mundos de um template: o produto das condições, sem os que se contradizem, e o que não se pode saber."""

import textwrap

import pytest

from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from scripts.template.worlds import CAP, worlds


def examined(conditions: str, parameters: str = "", more: str = "", resources: str = "  B: {Type: X}"):
    head = f"Parameters:\n{textwrap.indent(textwrap.dedent(parameters), '  ')}\n" if parameters else ""
    body = f"Conditions:\n{textwrap.indent(textwrap.dedent(conditions), '  ')}\n" if conditions else ""
    return worlds(cloudformation.parse(f"{head}{body}{more}Resources:\n{resources}\n", "t.yaml"))


def outcomes(found):
    return ["".join(name for name, holds in world.assumed.items() if holds) for world in found.each]


ENVIRONMENT = "E: {Type: String, Default: dev, AllowedValues: [dev, hom, prod]}"
TWO = "A: {Type: String, Default: ''}\nB: {Type: String, Default: ''}"


@pytest.mark.parametrize("conditions, parameters, expected", [
    ("", "", [""]),
    ("P: !Equals [!Ref E, prod]", ENVIRONMENT, ["", "P"]),
    ("P: !Equals [prod, !Ref E]\nD: !Not [!Condition P]", ENVIRONMENT, ["D", "P"]),
    ("P: !Equals [!Ref E, prod]\nH: !Equals [!Ref E, hom]", ENVIRONMENT, ["", "P", "H"]),
    ("P: !Equals [!Ref E, prod]\nO: !Equals [!Ref E, outra]", ENVIRONMENT, ["", "P"]),
    ("A: !Not [!Equals [!Ref A, '']]\nB: !Not [!Equals [!Ref B, '']]", TWO, ["", "B", "A", "AB"]),
    ("S: !Equals [!Ref 'AWS::Region', sa-east-1]\nV: !Equals [!Ref 'AWS::Region', us-east-1]", "", ["", "S", "V"]),
    ("S: !Not [!Equals [!Ref 'AWS::StackName', '']]", "", ["S"]),
    ("C: !Equals [!Ref 'AWS::AccountId', prod]\nR: !Equals ['', !Ref 'AWS::Region']", "", [""]),
    ("C: !Equals [!Ref 'AWS::AccountId', '123456789012']\nN: !Equals [!Ref 'AWS::StackName', prod]", "", ["", "N", "C", "CN"]),
    ("P: !Equals [!Ref 'AWS::Partition', aws-cn]\nU: !Equals [!Ref 'AWS::URLSuffix', amazonaws.com.cn]", "", ["", "U", "P", "PU"]),
    ("V: !Equals [!Sub '${AWS::StackName}-x', '']\nX: !Equals [!Sub '${AWS::StackName}-x', a-x]", "", ["", "X"]),
    ("E: !Equals [!Sub '${A}', '']", "A: {Type: String, Default: a}", ["", "E"]),
    ("M: !Equals [!Ref A, !Ref A]\nI: !Not [!Equals [!Ref 'AWS::Region', !Ref 'AWS::Region']]", TWO, ["M"]),
    ("I: !Equals [!Ref A, !Ref B]", TWO, ["I", ""]),
    ("J: !Equals [!Join ['', !Ref L], '']", "L: {Type: CommaDelimitedList, Default: ''}", ["J", ""]),
    ("S: !Equals [a, a]\nN: !Equals [a, b]", "", ["S"]),
    ("E: !And [!Equals [!Ref A, ''], !Equals [!Ref B, '']]\nO: !Or [!Equals [!Ref A, ''], !Equals [!Ref B, '']]", TWO,
     ["EO", "O", "O", ""]),
    ("S: !Equals [!Ref A, x]", "A: {Type: String}", ["S", ""]),
])
def test_the_product_of_the_choices_without_those_that_contradict_each_other(conditions, parameters, expected):
    assert outcomes(examined(conditions, parameters)) == expected


def test_the_first_world_is_the_one_of_the_defaults():
    default, other = examined("P: !Equals [!Ref E, prod]", ENVIRONMENT.replace("Default: dev", "Default: prod")).each[:2]
    assert (default.assumed, default.reference("E")) == ({"P": True}, "prod")
    assert (other.assumed, other.reference("E")) == ({"P": False}, "${E}")


def test_a_world_gives_the_parameters_of_its_conditions_the_value_they_ask():
    worlds_by_value = {world.reference("E"): world for world in examined("P: !Equals [!Ref E, prod]\nH: !Equals [!Ref E, hom]", ENVIRONMENT).each}
    assert set(worlds_by_value) == {"dev", "prod", "hom"}


def test_too_many_worlds_are_unknown_and_never_fine():
    count = CAP.bit_length()
    names = [f"P{n}" for n in range(count)]
    found = examined("\n".join(f"C{n}: !Equals [!Ref {n}, x]" for n in names), "\n".join(f"{n}: {{Type: String, Default: y}}" for n in names))
    assert len(found.each) == CAP
    assert found.unknown == ((("Conditions",), f"as condições dão {2 ** count} mundos, e aqui se examinam até {CAP}"),)


@pytest.mark.parametrize("conditions, lost", [
    ("A: !Condition B\nB: !Condition A", ["A", "B"]), ("A: !Not [!Condition A]", ["A"]), ("A: !Condition Nada", ["A", "Nada"]),
])
def test_a_condition_in_a_circle_or_that_does_not_exist_is_unknown(conditions, lost):
    assert {path[1] for path, _ in examined(conditions).unknown} <= set(lost) != set()


@pytest.mark.parametrize("more, resources, path", [
    ("Transform: MinhaMacro\n", "  B: {Type: X}", ("Transform",)),
    ("Transform: [AWS::Include]\n", "  B: {Type: X}", ("Transform",)),
    ("Transform: {Name: AWS::Include}\n", "  B: {Type: X}", ("Transform",)),
    ("", "  Fn::ForEach::X: [N, [a], {'B${N}': {Type: X}}]\n  B: {Type: X}", ("Resources", "Fn::ForEach::X")),
    ("", "  Fn::Transform: {Name: M}\n  B: {Type: X}", ("Resources", "Fn::Transform")),
    ("", "  B: {Type: X, Properties: {L: [{'Fn::Transform': {Name: AWS::Include}}]}}", ("Resources", "B")),
    ("", "  B: {Type: X, Properties: {'Fn::ForEach::T': [N, [a], {N: a}]}}", ("Resources", "B")),
    ("", "  B: {Type: AWS::CloudFormation::Stack}", ("Resources", "B")),
    ("", "  B: {Type: AWS::CloudFormation::StackSet}", ("Resources", "B")),
    ("", "  B: {Type: AWS::Serverless::Function}", ("Resources", "B")),
    ("", "  B: {Type: 'Org::Meu::X::MODULE'}", ("Resources", "B")),
    ("", "  B: {Type: AWS::ServiceCatalog::CloudFormationProvisionedProduct}", ("Resources", "B")),
    ("Fn::Transform: {Name: AWS::Include}\n", "  B: {Type: X}", ("Fn::Transform",)),
    ("Mappings: {Fn::Transform: {Name: AWS::Include}}\n", "  B: {Type: X}", ("Mappings",)),
    ("Parameters: {Fn::Transform: {Name: AWS::Include}}\n", "  B: {Type: X}", ("Parameters",)),
    ("Conditions: {'Fn::ForEach::C': [N, [a], {'C${N}': {Fn::Equals: [a, b]}}]}\n", "  B: {Type: X}", ("Conditions",)),
    ("Modules: {M: {Source: m.yaml}}\n", "  B: {Type: X}", ("Modules",)),
    ("Hooks: {H: {Type: AWS::CodeDeploy::BlueGreen}}\n", "  B: {Type: X}", ("Hooks",)),
    ("Globals: {Function: {Timeout: 3}}\n", "  B: {Type: X}", ("Globals",)),
])
def test_what_only_aws_expands_is_unknown(more, resources, path):
    assert [where for where, _ in examined("", "", more, resources).unknown] == [path]


def test_language_extensions_only_add_functions():
    assert examined("", "", "Transform: AWS::LanguageExtensions\n").unknown == ()


RESOURCES = """\
  Igual: {Type: X, Properties: {Nome: fixo}}
  Escolhe: {Type: X, Properties: {Nome: !If [P, a, b]}}
  Repassa: {Type: X, Properties: {Nome: !Ref E}}
  Bucket: {Type: "AWS::S3::Bucket", Properties: {BucketName: !If [P, de-la, de-ca]}}
  Cita: {Type: X, Properties: {Nome: !Ref Bucket}}
"""


@pytest.mark.parametrize("name, values", [("Igual", ["fixo"]), ("Escolhe", ["b", "a"]), ("Repassa", ["dev", "prod"]), ("Cita", ["de-ca", "de-la"])])
def test_worlds_that_answer_alike_are_asked_once(name, values):
    template = examined("P: !Equals [!Ref E, prod]", ENVIRONMENT.replace(", hom", ""), resources=RESOURCES).template
    views = views_of(template)
    asked = []

    def ask(view):
        asked.append(view)
        return view.once(name, lambda: view.value(view.resources[name], "Nome"))

    for _ in range(2):  # na segunda vez a vista só se lembra, e o que ela perguntou conta de novo
        asked.clear()
        assert [value for _, value in views.told(ask)] == [values[0], values[-1]]
        assert len(asked) == len(values)


def test_worlds_with_other_resources_are_asked_apart():
    views = views_of(examined("P: !Equals [!Ref E, prod]", ENVIRONMENT, resources="  A: {Type: X}\n  B: {Type: X, Condition: P}").template)
    assert [count for _, count in views.told(lambda view: len(view.of_type("X")))] == [1, 2]
