"""O valor de cada expressão, e o que fica desconhecido."""

import textwrap
import time

import pytest

from scripts.template import cloudformation
from scripts.template.resolution import Resolution
from scripts.template.values import Unknown
from scripts.template.worlds import worlds

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
    first = worlds(parsed).each[0]
    return Resolution(parsed, {**first.assumed, **assumed}, first.chosen).value(parsed.resources["Alvo"].properties.get("V"))


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


def test_conditional_resources():
    default, production = worlds(parse(HEAD)).each[:2], next(world for world in worlds(parse(HEAD)).each if world.assumed["Producao"])
    assert {"SoEmProducao", "Fantasma"} & set(default[0].resources) == set()
    assert "SoEmProducao" in production.resources
    assert "X" not in worlds(parse("Resources:\n  X: {Type: T, Condition: [a]}\n")).each[0].resources


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
    for world in worlds(parse(text)).each:
        for resource in world.template.resources.values():
            world.value(resource.properties)
            world.condition("A")


def test_doubling_templates_cost_little():
    conditions = "".join(f"  C{n}: !And [!Condition C{n + 1}, !Condition C{n + 1}]\n" for n in range(50))
    buckets = "".join(f"  B{n}: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub '${{B{n + 1}}}${{B{n + 1}}}'}}}}\n" for n in range(50))
    text = f"Conditions:\n{conditions}  C50: !Equals [a, a]\nResources:\n{buckets}  B50: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: abc}}}}\n"
    started = time.perf_counter()
    for world in worlds(parse(text)).each:
        world.reference("B0")
    assert time.perf_counter() - started < 2
