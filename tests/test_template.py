"""O template como dados: valores, linhas, referências e tudo o que se recusa."""

import time

import pytest

from scripts.base.findings import Defect
from scripts.template import cloudformation

GOOD = """\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Porta: {Type: Number, Default: 8080}
Resources:
  Funcao:
    Type: AWS::Lambda::Function
    DependsOn: Papel
    Condition: Ligada
    Metadata: {Motivo: por quê}
    Properties:
      Role: !GetAtt Papel.Arn
      Timeout: 30
      Code:
        ZipFile: !Sub
          - "${Tabela}/${Local}/${!Literal}/${Fila.Arn}/${AWS::Region}"
          - Local: !Ref Bucket
  Papel:
    Type: AWS::IAM::Role
"""


def parse(text):
    return cloudformation.parse(text, "t.yaml")


def refused(text):
    with pytest.raises(Defect) as caught:
        parse(text)
    return [(finding.line, finding.code) for finding in caught.value.findings]


def scalar(text):
    return parse(f"Resources: {{A: {{Type: X}}}}\nValor: {text}\n").data["Valor"]


def test_a_resource_tells_what_the_template_says_of_it():
    function = parse(GOOD).resources["Funcao"]
    assert (function.id, function.type, function.line) == ("Funcao", "AWS::Lambda::Function", 5)
    assert function.depends_on == ("Papel",)
    assert function.condition == "Ligada"
    assert function.metadata == {"Motivo": "por quê"}
    assert function.properties["Timeout"] == 30
    assert parse(GOOD).parameters["Porta"]["Default"] == 8080


def test_references_leave_out_literals_locals_and_pseudo_parameters():
    assert parse(GOOD).resources["Funcao"].references == {"Papel", "Tabela", "Fila", "Bucket"}
    assert cloudformation.references({"Fn::GetAtt": "A.B"}) == {"A"}
    assert cloudformation.references([{"Ref": "A"}, {"Fn::If": ["C", {"Ref": "B"}, "x"]}]) == {"A", "B"}
    assert cloudformation.references({"Fn::Sub": []}) == set()
    assert cloudformation.references({"Fn::Sub": [1, 2]}) == set()
    assert cloudformation.references({"Ref": ["A"]}) == set()


def test_every_key_and_item_has_its_line():
    line = parse(GOOD).line
    assert line("Resources", "Funcao", "Properties", "Code", "ZipFile") == 14
    assert line("Resources", "Funcao", "Properties", "Code", "ZipFile", "Fn::Sub", 1, "Local") == 16
    assert line("Resources", "Papel", "Type") == 18


def test_a_path_that_is_not_there_gives_the_nearest_ancestor():
    assert parse(GOOD).line("Resources", "Papel", "Properties", "Policies", 0) == 17
    assert parse(GOOD).line("Nada") == 1


@pytest.mark.parametrize("short, long", [
    ("!Ref A", {"Ref": "A"}),
    ("!Condition A", {"Condition": "A"}),
    ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
    ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
    ("!Join [',', [a, !Ref B]]", {"Fn::Join": [",", ["a", {"Ref": "B"}]]}),
    ("!Base64 {'Fn::Sub': x}", {"Fn::Base64": {"Fn::Sub": "x"}}),
    ("!If [C, 1, !Ref AWS::NoValue]", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
    ("!GetAZs ''", {"Fn::GetAZs": ""}),
    ("!Transform {Name: AWS::Include}", {"Fn::Transform": {"Name": "AWS::Include"}}),
])
def test_short_tags_become_the_long_form(short, long):
    assert scalar(short) == long


@pytest.mark.parametrize("text, value", [
    ("2010-09-09", "2010-09-09"), ("2010-09-09T10:00:00Z", "2010-09-09T10:00:00Z"), ("'12'", "12"), ("12", 12),
    ("1.5", 1.5), ("yes", True), ("off", False), ("~", None), ("", None), ("0644", 420), ("!!str 12", "12"),
    ("!!int '3'", 3), ("!!bool x", "x"), ("0b_", "0b_"), ("9" * 5000, "9" * 5000), ("=", "="), ("|\n  a\n  b", "a\nb\n"),
])
def test_scalars_are_yaml_1_1_with_dates_as_text(text, value):
    assert scalar(text) == value


def test_keys_are_always_text():
    assert scalar("{1: a, yes: b, 2012-10-17: c}") == {"1": "a", "yes": "b", "2012-10-17": "c"}


def test_json_is_read_too():
    assert parse('{\n"Resources": {\n"A": {"Type": "X"}}}').resources["A"].line == 3


def test_what_only_aws_expands_is_no_resource():
    text = "Resources:\n  Fn::ForEach::Filas: [F, [a], {'Fila${F}': {Type: X}}]\n  A: {Type: X}\n"
    assert set(parse(text).resources) == {"A"}


@pytest.mark.parametrize("text, found", [
    ("", [(1, "template-invalido")]),
    ("- a", [(1, "template-invalido")]),
    ("a: 1", [(1, "template-invalido")]),
    ("a: 1\nResources: {}", [(2, "template-invalido")]),
    ("Resources:\n  A: {Type: X}\n  B: x\n  C: {Tipo: X}", [(3, "template-invalido"), (4, "template-invalido")]),
    ("Resources:\n  A: {Type: X}\n  A: {Type: Y}", [(3, "chave-repetida")]),
    ("a: !Foo 1\nb: !!binary aa\nc: !!timestamp 2010-09-09\nd: !!set {x}\ne: !<tag:yaml.org,2002:omap> []",
     [(line, "etiqueta-desconhecida") for line in (1, 2, 3, 4, 5)]),
    ("a: !!python/object/apply:os.system [ls]", [(1, "etiqueta-desconhecida")]),
    ("a: 1\nb: &x [1]", [(2, "yaml-com-aliases")]),
    ("a: *x", [(1, "yaml-com-aliases")]),
    ("*x : 1", [(1, "yaml-com-aliases")]),
    ("a:\n  <<: {b: 1}", [(2, "yaml-com-aliases")]),
    ("a: 1\nb: c: d", [(2, "yaml-invalido")]),
    ("a:\n\tb: 1", [(2, "yaml-invalido")]),
    ("a: 1\nb: '", [(2, "yaml-invalido")]),
    ("a: 1\nb: \x01", [(2, "yaml-invalido")]),
    ("a: 1\n---\nb: 2", [(2, "yaml-invalido")]),
    ("? [a]\n: 1", [(1, "yaml-invalido")]),
])
def test_what_cannot_be_used_is_a_finding_with_its_line(text, found):
    assert refused(text) == found


def test_a_tab_is_named_as_the_cause():
    with pytest.raises(Defect, match="troque a tabulação por espaços"):
        parse("a:\n\tb: 1")


def test_a_billion_laughs_costs_nothing():
    text = "a: &a [lol, lol]\n" + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij"))
    start = time.perf_counter()
    assert refused(text) == [(1, "yaml-com-aliases")]
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 5_000, "a: " + "{a: " * 1_000, "a: " + "!Not [" * 500])
def test_absurd_depth_is_a_finding(text):
    (line, code), = refused(text)
    assert (line, code) == (1, "yaml-invalido")


def test_files_come_with_bom_crlf_and_bad_bytes(tmp_path):
    file = tmp_path / "t.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert cloudformation.read(file, "t.yaml").resources["Papel"].line == 17
    assert cloudformation.read(file).line_count == 18
    file.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(Defect, match=r"^t.yaml:2: \[nao-utf-8\]"):
        cloudformation.read(file, "t.yaml")


def test_a_file_that_is_missing_a_folder_or_huge(tmp_path):
    with pytest.raises(Defect, match=r"^t.yaml:1: \[template-ausente\] O template não existe"):
        cloudformation.read(tmp_path / "t.yaml", "t.yaml")
    with pytest.raises(Defect, match="arquivo-ilegivel"):
        cloudformation.read(tmp_path, "t.yaml")
    (tmp_path / "t.yaml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(Defect, match="arquivo-grande"):
        cloudformation.read(tmp_path / "t.yaml", "t.yaml")
