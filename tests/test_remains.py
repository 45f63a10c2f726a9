"""O que some e o que fica com a pilha: o que a página diz, em cada lugar em que diz, é o que as políticas de remoção fazem."""

from __future__ import annotations

import pytest

from scripts.base.tree import Tree
from scripts.checks import remains
from scripts.page import architecture
from scripts.proofs.facts.remains import GONE, SNAPSHOT, WHOLE, disks_stay, fate
from scripts.proofs.facts.views import views_of
from scripts.template import cloudformation
from tests.built import ROOT

TREE = Tree(ROOT)
GOES, COPIES = {None: GONE, "Delete": GONE}, {"Snapshot": SNAPSHOT}
STAYS = {"Retain": WHOLE, "RetainExceptOnCreate": WHOLE}
TYPES = {"Volume": "AWS::EC2::Volume", "Balde": "AWS::S3::Bucket", "Tabela": "AWS::DynamoDB::Table", "Fila": "AWS::SQS::Queue"}


def template(disk: str = "", **policies: str | None) -> str:
    body = "".join(f"  {name}: {{Type: {kind}{f', DeletionPolicy: {policies[name]}' if policies.get(name) else ''}}}\n" for name, kind in TYPES.items())
    mapping = f", Properties: {{BlockDeviceMappings: [{{DeviceName: /dev/xvda, Ebs: {{DeleteOnTermination: {disk}}}}}]}}" if disk else ""
    return f"Resources:\n{body}  Servidor: {{Type: AWS::EC2::Instance{mapping}}}\n"


ROWS = "".join(f"| [{name}](#{name.split()[-1].lower()}) | {{{key}}} | `{resource}` |\n" for name, key, resource in (
    ("Volume EBS", "volume", "Volume"), ("Balde de entrada", "balde", "Balde"), ("Tabela de pedidos", "tabela", "Tabela"), ("Servidor EC2", "servidor", "Servidor")))


def found(text: str, cleaning: str = "", between: str = "", **cells: str) -> list[str]:
    rows = ROWS.format(**{name: cells.get(name, "Existe.") for name in ("volume", "balde", "tabela", "servidor")})
    body = (f"# P\n\n## Componentes\n\n| Componente | O que faz | Recurso |\n| --- | --- | --- |\n{rows}\n{between}\n\n## Limpeza\n\n{cleaning}\n\n"
            "## Problemas comuns\n")
    views = views_of(cloudformation.parse(text, "t.yaml"))
    return sorted({finding.message for finding in remains.check(architecture.parse(body, "p.md"), views)})


def wrong(text: str, cleaning: str = "", between: str = "", **cells: str) -> int:
    """Quantas frases dizem outra coisa; o que a limpeza deixa de dizer não conta aqui."""
    return len([message for message in found(text, cleaning, between, **cells) if not message.startswith("Depois de remover")])


SAID = [
    ("Some com a pilha.", {GONE}), ("É apagado quando a pilha é removida.", {GONE}), ("Guarda tudo, e sai com a pilha.", {GONE}),
    ("Não some com a pilha.", {SNAPSHOT, WHOLE}), ("Vira snapshot ao remover a pilha.", {SNAPSHOT}), ("Deixa um último snapshot quando a pilha some.", {SNAPSHOT}),
    ("Fica quando a pilha é removida.", {WHOLE}), ("Continua quando a pilha é removida: não se apaga por engano.", {WHOLE}), ("Sobrevive à pilha.", {WHOLE}),
    ("É mantido ao remover a pilha.", {WHOLE}), ("Deixa uma cópia ao remover a pilha.", {SNAPSHOT, WHOLE}), ("Ao remover a pilha, fica uma cópia.", {SNAPSHOT, WHOLE}),
    ("Sobrevive à instância e vira snapshot quando a pilha é removida.", {SNAPSHOT}), ("Não deixa snapshot ao remover a pilha.", {GONE, WHOLE}),
    ("Ganha um snapshot por dia e um último quando a pilha é removida.", {SNAPSHOT}),
    ("Continua existindo sem a instância e, ao remover a pilha, vira um snapshot.", {SNAPSHOT}),
    ("Permanece sem a instância e, ao remover a pilha, vira um snapshot.", {SNAPSHOT}),
    ("Sobrevive à instância, mas some quando a pilha é removida.", {GONE}), ("Sobrevive à instância e, quando a pilha é removida, some.", {GONE}),
    ("Permanece na troca da instância e na remoção da pilha deixa um snapshot.", {SNAPSHOT}),
    ("Vira snapshot todo dia, mas ao remover a pilha também some.", {GONE}), ("Some com a instância e, ao remover a pilha, fica.", {WHOLE}),
    ("Continua sem a instância e, ao remover a pilha, não some.", {SNAPSHOT, WHOLE}), ("Continua depois de remover a pilha.", {WHOLE}),
    ("Ao remover a pilha, continua existindo.", {WHOLE}), ("Continua sem a instância e, ao remover a pilha, continua existindo.", {WHOLE}),
    ("Continua sem a instância e depois de remover a pilha.", {WHOLE}), ("Continua sem a instância e ao remover a pilha, e vira snapshot todo dia.", {WHOLE}),
    ("Permanece sem a instância e vira, ao remover a pilha, um snapshot.", {SNAPSHOT}), ("Com a instância ou sem ela, fica ao remover a pilha.", {WHOLE}),
    ("Existe para a instância e some com a pilha.", {GONE}), ("Fica, mas depois de remover a pilha deixa só um snapshot.", {SNAPSHOT}),
    ("Não some sem a instância e, ao remover a pilha, vira um snapshot.", {SNAPSHOT}),
]


@pytest.mark.parametrize("said, ends", SAID)
@pytest.mark.parametrize("policy", [*GOES, *COPIES, *STAYS])
def test_what_the_row_of_a_component_says(said, ends, policy):
    real = {**GOES, **COPIES, **STAYS}[policy]
    assert wrong(template(Volume=policy), volume=said) == (real not in ends)


def test_the_message_says_the_clause_that_was_read_and_both_sides():
    said = "Sobrevive à instância e, ao remover a pilha, vira um snapshot."
    assert found(template(), volume=f"Existe: {said}") == [
        f"A página diz “vira um snapshot” de `Volume`, em “{said}”, o que, ao remover a pilha, quer dizer que deixa um snapshot; no template, "
        "some (`t.yaml`, linha 2). Se o template está certo, acerte a frase."]
    assert found(template(), between="| | Volume EBS |\n| --- | --- |\n| Ao remover a pilha | Depende. |\n") == [
        "A página diz “Depende.” de `Volume`, o que, ao remover a pilha, não diz se some ou fica; no template, some (`t.yaml`, linha 2). Se o "
        "template está certo, acerte a frase."]


def test_who_does_what_comes_after_the_conjunction_is_not_who_did_what_came_before():
    said = "A tabela some, e quando a pilha é removida o volume fica."
    assert wrong(template(), said) == 1 and wrong(template(Volume="Retain"), said) == 0


@pytest.mark.parametrize("policy", [*GOES, *COPIES, *STAYS])
@pytest.mark.parametrize("cell, ends", [("Some.", {GONE}), ("Some, e nada falta.", {GONE}), ("Deixa um snapshot.", {SNAPSHOT}), ("Fica.", {WHOLE}),
                                        ("Não some.", {SNAPSHOT, WHOLE}), ("Continua na conta.", {WHOLE})])
def test_a_table_about_the_removal_in_a_row_or_in_a_column(policy, cell, ends):
    real = {**GOES, **COPIES, **STAYS}[policy]
    across = f"| | Volume EBS |\n| --- | --- |\n| O que guarda | Tudo. |\n| Ao remover a pilha | {cell} |\n"
    down = f"| O quê | O que guarda | Quando a pilha é removida |\n| --- | --- | --- |\n| O volume | Tudo. | {cell} |\n"
    assert wrong(template(Volume=policy), between=across) == wrong(template(Volume=policy), between=down) == (real not in ends)


def test_a_cell_about_the_removal_that_is_not_understood():
    assert wrong(template(), between="| | Volume EBS |\n| --- | --- |\n| Ao remover a pilha | Depende. |\n") == 1
    assert wrong(template(), between="| | Volume EBS |\n| --- | --- |\n| Ao remover a pilha | — |\n") == 0
    assert wrong(template(), between="| | Volume EBS |\n| --- | --- |\n| Se a instância some | Fica. |\n") == 0


@pytest.mark.parametrize("said, who, ends", [
    ("A tabela, a fila e os baldes são apagados com a pilha.", ("Tabela", "Fila"), {GONE}), ("O volume some.", ("Volume",), {GONE}),
    ("O volume e a tabela deixam um **snapshot cada**, que continua sendo cobrado.", ("Volume",), {SNAPSHOT}),
    ("A de pedidos fica quando a pilha é removida.", ("Tabela",), {WHOLE}), ("Ficam, de propósito, a tabela e um snapshot do volume.", ("Tabela",), {WHOLE}),
    ("Ficam, de propósito, a tabela e um snapshot do volume.", ("Volume",), {SNAPSHOT}),
    ("O que é definitivo fica, e continua sendo cobrado: a tabela, com tudo, e um snapshot do volume.", ("Volume",), {SNAPSHOT}),
    ("O Balde de entrada some com a pilha; o volume, não.", ("Balde",), {GONE}), ("O volume não some.", ("Volume",), {SNAPSHOT, WHOLE}),
])
@pytest.mark.parametrize("policy", [*GOES, *COPIES, *STAYS])
def test_what_the_cleaning_says(said, who, ends, policy):
    real = {**GOES, **COPIES, **STAYS}[policy]
    about = [f"de `{name}`" for name in who]
    told = [message for message in found(template(**dict.fromkeys(who, policy)), said) if any(one in message for one in about)]
    assert len([message for message in told if message.startswith("A página diz “")]) == (len(who) if real not in ends else 0)


@pytest.mark.parametrize("said", [
    "Anote antes `IdVolume`, das saídas: elas somem com a pilha.", "Os buckets não têm versionamento, então ficam vazios.", "Montado, um volume fica preso.",
    "A zona nasce com a pilha, mas a delegação fica com você.", "Remover a política não os apaga.", "Todos continuam sendo cobrados.",
    "Ficam ainda coisas que a pilha não criou: a tabela de outra conta.", "Quando não precisar deles, apague-os.",
])
def test_what_is_not_about_what_is_left(said):
    assert wrong(template(), said) == 0


@pytest.mark.parametrize("disk, stays", [("false", True), ("'false'", True), ("true", False), ("", False)])
def test_the_disk_that_is_born_with_the_instance(disk, stays):
    text = template(disk).replace("  Volume: {Type: AWS::EC2::Volume}\n", "")
    resource = cloudformation.parse(text, "t.yaml").resources["Servidor"]
    assert (disks_stay(resource), fate(resource)) == (stays, GONE)
    for said in ("A instância, o disco e a fila saem com a pilha.", "O disco some.", "Nada sobra depois: a fila sai com a pilha.", "Nada mais fica."):
        assert wrong(text, said) == stays
    assert wrong(template(disk), "O disco do sistema some com a pilha.") == stays
    assert [message for message in found(text, "Remova a pilha.")] == (
        [f"Depois de remover a pilha fica um disco de `Servidor` (`t.yaml`, linha {resource.line}), e a seção não o diz; diga-o, e como se apaga."]
        if stays else [])
    assert found(text, "O disco do servidor fica na conta; apague-o.") == []


@pytest.mark.parametrize("policies, told", [
    ({"Volume": "Snapshot"}, "O volume deixa um snapshot."), ({"Tabela": "Retain"}, "Apague depois a tabela."), ({"Fila": "RetainExceptOnCreate"}, "Fica a fila."),
    ({"Balde": "Retain"}, "Quando não precisar dele:\n\n```bash\naws s3 rb s3://NOME_BALDE --force\n```"),
])
def test_the_cleaning_says_all_that_is_left(policies, told):
    assert found(template(**policies), told) == []
    message, = found(template(**policies), "Remova a pilha.")
    assert message.startswith("Depois de remover a pilha fica")


def test_nothing_is_left():
    assert wrong(template(), "Nada sobra depois.") == 0
    assert wrong(template(Tabela="Retain", Volume="Snapshot"), "Nada sobra depois da tabela e do volume, com um snapshot.") == 2


@pytest.mark.parametrize("slug", TREE.architectures())
def test_the_end_of_each_resource_that_a_page_tells(slug):
    """Como está, nenhuma página tem achado; com a política trocada, todo recurso que deixa algo, e de que a página fala, tem um."""
    read = cloudformation.read(TREE.template(slug))
    page = architecture.read(TREE.page(slug))

    def said(data: dict) -> list:
        return list(remains.check(page, views_of(cloudformation.rebuilt(read, data))))

    assert said(read.data) == []
    for name, resource in read.resources.items():
        if fate(resource) != GONE:
            changed = {**read.data, "Resources": {**read.data["Resources"], name: {**resource.body, "DeletionPolicy": "Delete"}}}
            assert said(changed), name
