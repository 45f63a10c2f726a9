"""O valor de cada expressão, os cenários, e o que fica desconhecido."""

import textwrap
import time

import pytest

from scripts.template import cloudformation
from scripts.template.resolution import Resolution, scenarios
from scripts.template.values import Unknown

HEAD = """\
Parameters:
  Nome: {Type: String}
  Ambiente: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Porta: {Type: Number, Default: 8080}
  Zonas: {Type: CommaDelimitedList, Default: "a, b"}
  Ligado: {Type: String, Default: "true"}
  Imagem: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x}
  Falso: {Type: String, Default: "${Papel.Arn}"}
Mappings:
  Tamanhos: {dev: {classe: pequena}, prod: {classe: grande}, "8080": {classe: porta}}
Conditions:
  Producao: !Equals [!Ref Ambiente, prod]
  Desenvolvimento: !Not [!Condition Producao]
  Aqui: !Equals [!Ref "AWS::Region", sa-east-1]
  Ambas: !And [!Condition Producao, !Equals [!Ref Ligado, "true"]]
  Alguma: !Or [!Condition Producao, !Equals [!Ref Ligado, "true"]]
Resources:
  Papel: {Type: "AWS::IAM::Role"}
  Tabela: {Type: "AWS::DynamoDB::Table"}
  Vpc: {Type: "AWS::EC2::VPC"}
  Nomeado: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "x-${AWS::AccountId}"}}
  Anonimo: {Type: "AWS::S3::Bucket"}
  SubRede: {Type: "AWS::EC2::Subnet", Properties: {AvailabilityZone: !Select [1, !GetAZs ""]}}
  SemZona: {Type: "AWS::EC2::Subnet"}
  SoEmProducao: {Type: "AWS::SQS::Queue", Condition: Producao}
  SoAqui: {Type: "AWS::SQS::Queue", Condition: Aqui}
  Fantasma: {Type: "AWS::SQS::Queue", Condition: NaoExiste}
"""


def parse(text):
    return cloudformation.parse(text, "t.yaml")


def valued(expression, head=HEAD, **assumed):
    """O valor de uma expressão escrita em YAML."""
    text = head + "  Alvo:\n    Type: X::Y::Z\n    Properties:\n      V:" + (
        "\n" + textwrap.indent(expression, " " * 8) if "\n" in expression else f" {expression}") + "\n"
    parsed = parse(text)
    return Resolution(parsed, assumed).property(parsed.resources["Alvo"], "V")


@pytest.mark.parametrize("expression, expected", [
    ("texto", "texto"),
    ("8080", 8080),
    ("!Ref Porta", 8080),
    ("!Ref Zonas", ["a", "b"]),
    ("!Ref Nome", "${Nome}"),
    ("!Ref Imagem", "${Imagem}"),
    ("!Ref AWS::Region", "${AWS::Region}"),
    ("!Ref Tabela", "${Tabela}"),
    ("!Ref Nomeado", "x-${AWS::AccountId}"),
    ("!Ref Anonimo", "${Anonimo}"),
    ("!GetAtt Tabela.Arn", "${Tabela.Arn}"),
    ("{Fn::GetAtt: [Tabela, Arn]}", "${Tabela.Arn}"),
    ("!GetAtt Nomeado.Arn", "arn:${AWS::Partition}:s3:::x-${AWS::AccountId}"),
    ("!GetAtt Anonimo.Arn", "arn:${AWS::Partition}:s3:::${Anonimo}"),
    ("!GetAtt SubRede.AvailabilityZone", "${AWS::Region}#1"),
    ("!GetAtt SemZona.AvailabilityZone", "${SemZona.AvailabilityZone}"),
    ('!Sub "${Porta}-${Tabela.Arn}-${AWS::Region}-${ Porta }"', "8080-${Tabela.Arn}-${AWS::Region}-8080"),
    ('!Sub ["${a}/${Porta}", {a: !Ref Ambiente}]', "dev/8080"),
    ('!Join ["-", [a, !Ref Porta, !Ref "AWS::NoValue"]]', "a-8080"),
    ("!Select [1, !Ref Zonas]", "b"),
    ('!Split [",", "a,b"]', ["a", "b"]),
    ("!FindInMap [Tamanhos, !Ref Ambiente, classe]", "pequena"),
    ("!FindInMap [Tamanhos, !Ref Porta, classe]", "porta"),
    ("!If [Producao, sim, não]", "não"),
    ("[1, !If [Producao, 2, !Ref AWS::NoValue], 3]", [1, 3]),
    ("{a: !Ref AWS::NoValue, b: 1}", {"b": 1}),
    ("!Base64 dados", "dados"),
    ("!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
    ("!Select [0, !Cidr [10.0.0.0/16, 1]]", "10.0.0.0/24"),
    ('!Select [0, !GetAZs us-east-1]', "us-east-1#0"),
    ("{Condition: {StringEquals: {a: b}}}", {"Condition": {"StringEquals": {"a": "b"}}}),
])
def test_values(expression, expected):
    assert valued(expression) == expected


@pytest.mark.parametrize("expression", [
    "!Ref NaoExiste",
    "{Ref: [a]}",
    "!GetAtt NaoExiste.Arn",
    "!GetAtt Tabela",
    "{Fn::GetAtt: [Tabela, !Ref Nome]}",
    '!Sub "${NaoExiste}"',
    '!Sub "${Zonas}"',
    "!Sub {a: b}",
    "!Sub [x, y]",
    '!Join ["-", !Ref Nome]',
    '!Join [!Ref Nome, [a]]',
    '!Join ["-", [a, !ImportValue x]]',
    "!Join x",
    "!Select [9, !Ref Zonas]",
    "!Select [-1, !Ref Zonas]",
    "!Select [², !Ref Zonas]",
    "!Select [0, !Ref Nome]",
    '!Split ["", abc]',
    '!Split [",", !Ref Nome]',
    '!Split [":", !GetAtt Tabela.Arn]',
    "!Split x",
    "!FindInMap [Tamanhos, homolog, classe]",
    "!FindInMap [Tamanhos, !Ref AWS::Region, classe]",
    "!FindInMap [Tamanhos, [dev], classe]",
    "!FindInMap [Tamanhos, {a: b}, classe]",
    "!FindInMap x",
    "!If [Aqui, 1, 2]",
    "!If [NaoExiste, 1, 2]",
    "!If [Producao, 1]",
    "!If x",
    "!Cidr [nada, 2, 8]",
    "!Cidr [10.0.0.0/30, 2, 8]",
    "!Cidr [10.0.0.0/16, 1000000000, 2]",
    "!Cidr {a: b}",
    "!Cidr []",
    "!ImportValue x",
    "!Transform {Name: Macro}",
    "{Fn::ForEach::Laco: [a, b, c]}",
    "{Fn::Transform: {Name: AWS::Include}, outra: 1}",
    "{Fn::Length: [a]}",
])
def test_unknown_values(expression):
    assert isinstance(valued(expression), Unknown), valued(expression)


@pytest.mark.parametrize("expression", ["${Papel.Arn}", "!Ref Falso", '!Sub "${!Papel.Arn}"', '!Join ["", ["${Papel", ".Arn}"]]'])
def test_a_written_symbol_is_not_the_resource(expression):
    assert valued(expression) != "${Papel.Arn}"


def test_a_resource_is_named_by_its_reference():
    parsed = parse(HEAD)
    values = Resolution(parsed)
    assert values.resource("${Tabela}") == values.resource("${Tabela.Arn}") == parsed.resources["Tabela"]
    assert values.resource("Tabela") is values.resource(None) is values.resource("x${Tabela}") is None


def test_properties_and_items():
    parsed = parse("Resources:\n  A:\n    Type: X\n    Properties: {L: [1, {B: 2}], S: x, U: !ImportValue y}\n"
                   "  B:\n    Type: X\n    Properties: {'Fn::Transform': {Name: M}, C: 1}\n  C:\n    Type: X\n    Properties: texto\n")
    values, (a, b, c) = Resolution(parsed), parsed.resources.values()
    assert values.property(a, "L", 1, "B") == 2
    assert values.property(a, "L", 9) is values.property(a, "N", "M") is values.property(a, "S", "x") is None
    assert isinstance(values.property(a, "U", "x"), Unknown)
    assert (values.items(a, "L"), values.items(a, "S"), values.items(a, "N"), values.items(a, "U")) == ([1, {"B": 2}], ["x"], [], [])
    assert isinstance(values.property(b, "C"), Unknown), "uma macro pode trocar qualquer propriedade"
    assert values.property(c, "C") is None


def test_conditional_resources():
    assert {"SoEmProducao", "SoAqui", "Fantasma"} & set(Resolution(parse(HEAD)).resources) == set()
    assert "SoEmProducao" in Resolution(parse(HEAD), {"Producao": True}).resources
    assert "X" not in Resolution(parse("Resources:\n  X: {Type: T, Condition: [a]}\n")).resources


def test_scenarios_flip_each_condition_and_what_follows():
    found = scenarios(parse(HEAD))
    names = ["Producao", "Desenvolvimento", "Aqui", "Ambas", "Alguma"]
    results = [[values.condition(name) for name in names] for values in found]
    assert results == [
        [False, True, True, False, True],
        [True, False, True, True, True],
        [True, False, True, True, True],
        [False, True, False, False, True],
        [True, False, True, True, True],
        [False, True, True, False, False],
    ]


def test_a_scenario_changes_the_parameters_of_its_condition():
    production = scenarios(parse(HEAD))[1]
    assert production.reference("Ambiente") == "prod"
    assert production.value({"Fn::FindInMap": ["Tamanhos", {"Ref": "Ambiente"}, "classe"]}) == "grande"
    text = 'Parameters:\n  Arn: {Type: String, Default: ""}\nConditions:\n  Com: !Not [!Equals [!Ref Arn, ""]]\nResources:\n  A: {Type: X}\n'
    default, given = scenarios(parse(text))
    assert (default.reference("Arn"), given.reference("Arn")) == ("", "${Arn}")


@pytest.mark.parametrize("text", [
    "Conditions:\n  A: !Condition B\n  B: !Condition A\nResources:\n  X: {Type: T, Condition: A}\n",
    "Conditions:\n  A: !Not [!Condition A]\nResources:\n  X: {Type: T}\n",
    "Conditions: [a]\nResources:\n  X: {Type: T}\n",
    "Conditions:\n  A: texto\n  B: !And x\n  C: !Equals [a]\n  D: !Not []\nResources:\n  X: {Type: T}\n",
    "Parameters: [a]\nMappings: x\nResources:\n  X: {Type: T, Properties: {A: !FindInMap [a, b, c]}}\n",
    "Parameters:\n  A: texto\n  B: {Type: [x], Default: {a: b}}\nResources:\n  X: {Type: T, Properties: {A: !Ref A, B: !Ref B}}\n",
    "Resources:\n  A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref B}}\n"
    "  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !GetAtt A.Arn}}\n",
    "Resources:\n  A: {Type: 'AWS::EC2::Subnet', Properties: {AvailabilityZone: !GetAtt A.AvailabilityZone}}\n",
])
def test_hostile_templates_never_crash(text):
    for values in scenarios(parse(text)):
        for resource in values.template.resources.values():
            values.property(resource)
            values.condition("A")


def test_doubling_templates_cost_little():
    conditions = "".join(f"  C{n}: !And [!Condition C{n + 1}, !Condition C{n + 1}]\n" for n in range(50))
    buckets = "".join(f"  B{n}: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub '${{B{n + 1}}}${{B{n + 1}}}'}}}}\n" for n in range(50))
    text = f"Conditions:\n{conditions}  C50: !Equals [a, a]\nResources:\n{buckets}  B50: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: abc}}}}\n"
    started = time.perf_counter()
    for values in scenarios(parse(text)):
        values.reference("B0")
    assert time.perf_counter() - started < 2
