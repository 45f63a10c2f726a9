"""O valor que um parâmetro recusa, como padrão ou num comando da página: cada limite, nos dois lados dele."""

from __future__ import annotations

import pytest

from scripts.base.tree import Tree
from scripts.checks import commands, defaults
from scripts.page import architecture
from scripts.template import cloudformation
from tests.built import ROOT

TREE = Tree(ROOT)
REFUSED = [
    ("Type: Number, AllowedValues: [7, 14]", "15", "não é um dos que ele aceita"),
    ("Type: String, AllowedValues: ['true', 'false']", "sim", "não é um dos que ele aceita"),
    ("Type: CommaDelimitedList, AllowedValues: [a, b]", "'a,c'", "não é um dos que ele aceita"),
    ("Type: Number, MinValue: 2", "1", "é menor que `MinValue`, que é 2"),
    ("Type: Number, MaxValue: 2.5", "2.6", "é maior que `MaxValue`, que é 2.5"),
    ("Type: Number, MinValue: pouco", "3", "não se compara com `MinValue`"),
    ("Type: List<Number>, MaxValue: 5", "'1, 9'", "é maior que `MaxValue`"),
    ("Type: Number", "dez", "não é um número"),
    ("Type: Number", "NaN", "não é um número"),
    ("Type: String, MinLength: 3", "ab", "é mais curto que `MinLength`, que é 3"),
    ("Type: String, MaxLength: '3'", "abcd", "é mais longo que `MaxLength`, que é 3"),
    ("Type: String, AllowedPattern: '[a-z]+'", "abc1", "não casa com `AllowedPattern`"),
    ("Type: String, AllowedPattern: '^a$'", "b", "não casa com `AllowedPattern`"),
    ("Type: String, AllowedPattern: '[a-'", "a", "não se lê como expressão regular"),
]
ACCEPTED = [
    ("Type: Number, AllowedValues: ['7', 14]", "7"), ("Type: String, AllowedValues: [true, false]", "'true'"),
    ("Type: CommaDelimitedList, AllowedValues: [a, b]", "'b, a'"), ("Type: Number, MinValue: 2, MaxValue: 2", "2"),
    ("Type: List<Number>, MinValue: 1", "'1,2'"), ("Type: Number", "1.5"), ("Type: String, MinLength: 3, MaxLength: 3", "abc"),
    ("Type: String, AllowedPattern: '^(arn:.*)?$'", "''"), ("Type: String, MinLength: 1", "0"),
]


def template(declared: str) -> cloudformation.Template:
    return cloudformation.parse(f"Parameters:\n  Um:\n    {{{declared}}}\nResources:\n  Balde: {{Type: AWS::S3::Bucket}}\n", "t.yaml")


@pytest.mark.parametrize("declared, value, why", REFUSED)
def test_a_default_that_its_own_parameter_refuses(declared, value, why):
    finding, = defaults.check(template(f"{declared}, Default: {value}"))
    assert (finding.line, finding.code) == (3, "padrao-recusado") and why in finding.message


@pytest.mark.parametrize("declared, value", ACCEPTED)
def test_a_default_that_serves(declared, value):
    assert list(defaults.check(template(f"{declared}, Default: {value}"))) == []
    assert list(defaults.check(template(declared))) == []


@pytest.mark.parametrize("value", ["[a]", "{a: b}", "null"])
def test_a_default_is_a_text(value):
    finding, = defaults.check(template(f"Type: String, Default: {value}"))
    assert "um parâmetro só recebe texto" in finding.message


@pytest.mark.parametrize("slug", TREE.architectures())
def test_each_limited_parameter_of_the_tree_refuses_a_wrong_default(slug):
    read = cloudformation.read(TREE.template(slug))
    for name, declared in read.parameters.items():
        if declared.keys() & {"AllowedValues", "AllowedPattern", "MinValue", "MaxValue", "MinLength", "MaxLength"}:
            data = {**read.data, "Parameters": {**read.parameters, name: {**declared, "Default": "%" * 200}}}
            finding, = defaults.check(cloudformation.rebuilt(read, data))
            assert f"`{name}`" in finding.message


def said(body: str, declared: str) -> list[str]:
    return [finding.code for finding in commands.check(architecture.parse(body, "p.md"), template(declared))]


@pytest.mark.parametrize("body", [
    "```bash\naws cloudformation deploy --stack-name web --template-file t --parameter-overrides {} --region x\n```\n",
    "```bash\naws cloudformation deploy --stack-name web --template-file t --parameter-overrides '{}'\n```\n", "Acrescente `{}` ao comando.\n"])
def test_the_value_that_the_page_gives_is_one_the_parameter_accepts(body):
    declared = "Type: Number, MinValue: 1, MaxValue: 9"
    assert said(body.replace("{}", "Um=10"), declared) == ["comando-com-valor-recusado"]
    assert said(body.replace("{}", "Um=9"), declared) == said(body.replace("{}", "Um=NUM_DO_CASO"), declared) == []
