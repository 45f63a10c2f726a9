"""Uma causa, um achado; e nenhum achado manda fazer o que não dá."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Project

ROOT = Path(__file__).resolve().parent.parent
SLUG = "foto-perfil"
SCRIPT, PAGE, TEMPLATE = f"diagrams_src/{SLUG}.py", f"docs/arquiteturas/{SLUG}/index.md", f"docs/arquiteturas/{SLUG}/template.yaml"
REFERENCE = re.compile(r"!Ref TabelaFotos\b")


@pytest.fixture
def tree(tmp_path, capfd):
    """Uma arquitetura que confere, e as páginas a que ela leva."""
    project = Project(tmp_path / "arvore", capfd)
    shutil.copytree(ROOT / "docs", project.root / "docs", ignore=shutil.ignore_patterns("rastro.json"))
    shutil.copy(ROOT / SCRIPT, project.sources)
    shutil.copy(ROOT / "mkdocs.yml", project.root)
    return project


def broken(tree, *edits):
    """Os achados dela com estas trocas: `(arquivo, de, para)`; cada uma muda o primeiro."""
    for name, old, new in edits:
        text = (tree.root / name).read_text(encoding="utf-8")
        assert old in text, (name, old)
        (tree.root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tree.run("conferir", SLUG).findings


def test_the_architecture_is_clean(tree):
    assert broken(tree) == []


def test_a_wrong_logical_id_is_one_finding(tree):
    said, = broken(tree, (SCRIPT, 'recurso="TabelaFotos"', 'recurso="TabelaFoto"'))
    assert said.startswith(f"{SCRIPT}:") and said.endswith(f"`tabela` diz ser `TabelaFoto`, que não está em `{TEMPLATE}`; talvez seja `TabelaFotos`.")


def test_a_wrong_logical_id_in_script_and_page_is_one_finding_that_names_both(tree):
    said, = broken(tree, (SCRIPT, 'recurso="TabelaFotos"', 'recurso="TabelaFoto"'), (PAGE, "`TabelaFotos` |", "`TabelaFoto` |"))
    assert "talvez seja `TabelaFotos`. A linha " in said and said.endswith("também o cita.")


def test_a_logical_id_nothing_resembles_is_one_finding(tree):
    said, = broken(tree, (SCRIPT, 'recurso="TabelaFotos"', 'recurso="Xyz"'), (PAGE, "`TabelaFotos` |", "`Xyz` |"))
    assert "corrija o `recurso`, ou crie-o lá" in said
    said, = broken(tree, (PAGE, "`Xyz` |", "`TabelaFotos` |"))
    assert said.endswith("talvez seja `TabelaFotos`.")


def test_resources_that_wait_for_each_other_are_one_finding_that_names_them(tree):
    said, = broken(tree, (TEMPLATE, "  TabelaFotos:\n    Type: AWS::DynamoDB::Table\n",
                          "  TabelaFotos:\n    Type: AWS::DynamoDB::Table\n    DependsOn: FuncaoValidar\n"))
    assert "[dependencia-circular] `FuncaoValidar` depende de `TabelaFotos`, que depende de `FuncaoValidar`" in said


@pytest.mark.parametrize("wrong, near", [("permissao-sem-setas", "permissao-sem-seta"), ("seta-sem-prova", ""), ("xyz", "")])
def test_an_exception_nobody_looks_for_is_one_finding(tree, wrong, near):
    said, = broken(tree, (TEMPLATE, "  TabelaFotos:\n    Type: AWS::DynamoDB::Table\n",
                          f"  TabelaFotos:\n    Type: AWS::DynamoDB::Table\n    Metadata: {{Excecoes: {{{wrong}: Um motivo.}}}}\n"))
    hint = f"; talvez seja `{near}`." if near else "; corrija o nome, ou tire a linha."
    assert f"[excecao-inexistente] Nenhuma conferência procura `{wrong}` em `Excecoes`, e o motivo não explica nada{hint}" in said
    (tree.root / "regras").mkdir()
    (tree.root / "regras" / "minha.py").write_text(f"CODIGO = '{wrong}'\n", encoding="utf-8")
    assert tree.run("conferir", SLUG).findings == []


def test_a_component_without_an_id_is_told_the_one_of_its_row(tree):
    said, = broken(tree, (SCRIPT, 'nodeid="tabela", ', ""))
    assert re.search(r'\[componente-sem-id\] O componente “Tabela de fotos” não tem id; dê-lhe `nodeid="tabela"`, que é o da linha \d+ da tabela\.', said)


def test_a_group_without_an_id_and_without_a_row_is_told_one_made_of_its_name(tree):
    (tree.root / PAGE).write_text("".join(line for line in (tree.root / PAGE).read_text(encoding="utf-8").splitlines(True)
                                          if not line.startswith("| [Região AWS]")), encoding="utf-8")
    said, = broken(tree, (SCRIPT, 'id="regiao", ', ""))
    assert said.endswith('O grupo “Região AWS” não tem id; dê-lhe `id="regiao-aws"`.')


@pytest.mark.parametrize("old, new, message", [
    ("!Ref TabelaFotos", "!Ref TabelaFoto", "`Ref` cita `TabelaFoto`, e o template não tem recurso nem parâmetro com esse nome; talvez seja `TabelaFotos`."),
    ("!GetAtt TabelaFotos.Arn", "!GetAtt TabelaFotos.Arnn", "`TabelaFotos` (`AWS::DynamoDB::Table`) não dá o atributo `Arnn`; talvez seja `Arn`."),
    ("!GetAtt TabelaFotos.Arn", "!GetAtt TabelaFoto.Arn", "`GetAtt` cita `TabelaFoto`, e o template não tem recurso com esse nome; talvez seja `TabelaFotos`."),
    ("!GetAtt TabelaFotos.Arn", '!Sub "${TabelaFotos.Arnn}"', "não dá o atributo `Arnn`; talvez seja `Arn`."),
    ("!Ref TabelaFotos", '!Sub "${AWS::Regiao}"', "`Sub` cita `AWS::Regiao`, e o template não tem recurso nem parâmetro com esse nome; talvez seja `AWS::Region`."),
    ("    Type: AWS::DynamoDB::Table\n", "    Type: AWS::DynamoDB::Table\n    DependsOn: [BucketFoto]\n",
     "`DependsOn` cita `BucketFoto`, e o template não tem recurso com esse nome; talvez seja `BucketFotos`."),
    ("    Type: AWS::DynamoDB::Table\n", "    Type: AWS::DynamoDB::Table\n    Condition: Nenhuma\n",
     "`Condition` cita `Nenhuma`, e o template não tem condição com esse nome; corrija o nome, ou crie o que falta."),
])
def test_a_name_the_template_does_not_have_is_one_finding_at_its_line(tree, old, new, message):
    said, = broken(tree, (TEMPLATE, old, new))
    line = int(said.split(":")[1])
    lines = (tree.root / TEMPLATE).read_text(encoding="utf-8").splitlines()
    assert said.endswith(message) and "[referencia-inexistente]" in said
    assert any(new.strip().splitlines()[-1].strip() in text for text in lines[line - 2:line + 1])


def test_the_same_wrong_name_in_many_places_is_one_finding(tree):
    path = tree.root / TEMPLATE
    path.write_text(re.sub(r"!Ref BucketFotos\b", "!Ref BucketFoto", path.read_text(encoding="utf-8")), encoding="utf-8")
    said, = broken(tree)
    assert "(também em " in said


def test_what_only_aws_expands_may_make_the_names(tree):
    found = broken(tree, (TEMPLATE, "!Ref TabelaFotos", "!Ref Gerada"), (TEMPLATE, "\nResources:", "\nTransform: AWS::LanguageExtensions\nResources:"))
    assert not any("referencia-inexistente" in said for said in found)


def test_an_arrow_drawn_backwards_is_one_finding(tree):
    old = next(line for line in (tree.root / SCRIPT).read_text(encoding="utf-8").splitlines() if 'acao="dynamodb:PutItem"' in line)
    found = broken(tree, (SCRIPT, old, '    tabela >> Edge(label="grava", passo="4", acao="dynamodb:PutItem") >> validar'))
    assert [re.search(r"\[(.*?)\]", said)[1] for said in found] == ["seta-ao-contrario", "diagrama-desatualizado"]


def test_a_pair_whose_rule_is_the_other_way_is_told_to_turn(tree):
    found = broken(tree, (SCRIPT, "    validar >> Edge(label=\"guarda a falha\", style=\"dashed\", acao=\"sqs:SendMessage\") >> falhas",
                          "    falhas >> Edge(label=\"guarda os eventos\") >> autorizar"))
    said, = [said for said in found if "falhas--autorizar" in said]
    assert "a seta parte de quem inicia a chamada; inverta-a" in said and "@rule" not in said


@pytest.mark.parametrize("more", ["", ', declarada="não sei"', ', sem_regra="não sei"'])
def test_an_arrow_that_is_drawn_is_not_told_to_be_drawn(tree, more):
    found = broken(tree, (SCRIPT, 'acao="dynamodb:PutItem")', f'acao="dynamodb:PutItem"{more})'),
                   (TEMPLATE, "!GetAtt TabelaFotos.Arn", "!GetAtt BucketFotos.Arn"))
    assert any("seta-sem-prova" in said for said in found) and not any("desenhe a seta" in said for said in found)


def test_page_and_figure_have_the_same_title(tree):
    title = "Atualizar a foto de perfil com S3, Lambda e DynamoDB"
    said, = broken(tree, (PAGE, f"# {title}", "# Trocar a foto"))
    assert said.endswith(f"[titulo-diferente] A página se chama “Trocar a foto” e o `Diagram` de `{SCRIPT}`, “{title}”; use o mesmo título nos dois.")


def test_gerar_notes_an_icon_that_is_not_in_the_catalogue(project):
    project.script("a", "from diagrams.aws.quantum import Braket\nBraket('Um') >> Braket('Outro') >> EC2('b')")
    answer = project.run("gerar")
    note, = [line for line in answer.said.splitlines() if line.startswith("nota: ")]
    assert answer.status == 0 and note.startswith("nota: diagrams_src/a.py:") and '`"aws/quantum/braket.png" = "architecture-service/AmazonBraket"`' in note
    own = project.root / "regras" / "icones" / "aws" / "quantum"
    own.mkdir(parents=True)
    (own / "braket.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>', encoding="utf-8")
    assert "nota: " not in project.run("gerar").said
