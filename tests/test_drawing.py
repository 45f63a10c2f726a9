"""A figura de qualquer script `diagrams`: o que o SVG mostra, o que nunca leva, e os bytes."""

from __future__ import annotations

import base64
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from xml.etree import ElementTree

import diagrams
import pytest
from diagrams.gis.cplusplus import Mapnik

from scripts.aws.pictures import WORDS, fits
from scripts.base.tree import TOOLKIT
from scripts.picture import workers

SVG = "{http://www.w3.org/2000/svg}"
NOW = re.compile(r"\b20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d|0x[0-9a-f]{6,}|[0-9a-f]{32}")
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
MESSAGES = """
ingress = EC2('ingress')
with Cluster('Serviço'):
    workers = [EC2('w1'), EC2('w2'), EC2('w3')]
with Cluster('Dados'):
    with Cluster('Primário'):
        primary = EC2('users')
    replica = EC2('replica')
ingress >> Edge(color='darkgreen') << workers >> Edge(color='#b22222', style='dashed') >> primary
primary - Edge(color='brown', style='dotted', label='copia') - replica << Edge(label='coleta') << ingress
"""


def sound(figure, slug="figura"):
    """O que vale para toda figura; devolve-a."""
    ids = [element.get("id") for element in figure.root.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids)) and all(name.startswith(f"{slug}-") for name in ids)
    assert all(not re.search(r"[\s\"'<>&]", name) for name in ids)
    for element in figure.root.iter():
        if element.tag == f"{SVG}text" and len(element):  # um espaço entre linhas desloca o centro delas
            assert not element.text and not any(line.tail for line in element)
        assert element.tag.startswith(SVG) and element.tag not in (f"{SVG}script", f"{SVG}foreignObject")
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.endswith("href"):
                assert value.startswith("data:image/") or value.startswith("#") and value[1:] in ids
    assert not re.search(r"url\(|@import|<!|xlink", figure.svg)
    assert not NOW.search(re.sub(r"base64,[^\"]+", "", figure.svg))
    title, description = figure.root[0], figure.root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc") and title.text and description.text
    assert figure.root.get("aria-labelledby") == title.get("id")
    assert figure.root.get("aria-describedby") == description.get("id")
    assert figure.names("node") == [node.id for node in figure.diagram.nodes]
    assert figure.names("group") == [group.id for group in figure.diagram.groups]
    assert figure.names("edge") == [edge.id for edge in figure.diagram.edges]
    assert figure.svg.endswith("</svg>\n")
    return figure


# O que os operadores de `diagrams` declaram

def test_every_operator_draws_its_arrow(draw):
    figure = sound(draw("a, b, c, d = EC2('a'), EC2('b'), EC2('c'), EC2('d')", "a >> b", "b << c", "c - d",
                        "a >> Edge(label='ida e volta') << d", "[a, b] >> d", "a << [c, d]"))
    assert figure.names("edge") == ["no-1--no-2", "no-3--no-2", "no-3--no-4", "no-1--no-4",
                                    "no-1--no-4--2", "no-2--no-4", "no-3--no-1", "no-4--no-1"]
    tips = {edge: len(list(figure.part("edge", edge).iterfind(f"{SVG}path"))) - 1 for edge in figure.names("edge")}
    assert (tips["no-1--no-2"], tips["no-3--no-2"], tips["no-3--no-4"], tips["no-1--no-4"]) == (1, 1, 0, 2)
    assert figure.texts("edge", "no-1--no-4") == ["ida e volta"]


def test_a_chain_of_edges_and_lists(draw):
    figure = sound(draw("EC2('a') >> Edge(label='x') >> EC2('b') << Edge(label='y') << [EC2('c'), EC2('d')]"))
    assert figure.names("edge") == ["no-1--no-2", "no-3--no-2", "no-4--no-2"]
    assert [figure.texts("edge", edge) for edge in figure.names("edge")] == [["x"], ["y"], ["y"]]


def test_color_and_style_of_an_arrow(draw):
    figure = sound(draw("a, b = EC2('a'), EC2('b')", *(f"a >> Edge(color={color!r}, style={style!r}) >> b" for color, style in [
        ("firebrick", "dashed"), ("#12aB9f", "dotted"), ("black", "bold"), ("", "solid"), ("red;} *{x:y", "dashed,bold")])))
    lines = [figure.line(edge) for edge in figure.names("edge")]
    assert [line.get("style") for line in lines] == ["stroke:firebrick", "stroke:#12aB9f", "stroke-width:2.6", None, "stroke-width:2.6"]
    assert [line.get("stroke-dasharray") for line in lines] == ["6 4", "2 4", None, None, "6 4"]


def test_parallel_arrows_and_loops_have_their_own_names(draw):
    figure = sound(draw("a, b = EC2('a', nodeid='a'), EC2('b', nodeid='b')", "a >> b", "a >> Edge(label='dois') >> b",
                        "b >> a", "a >> Edge(label='de novo') >> a", "a - a"))
    assert figure.names("edge") == ["a--b", "a--b--2", "b--a", "a--a", "a--a--2"]
    assert len({figure.line(edge).get("d") for edge in figure.names("edge")}) == 5


def test_invisible_arrows_position_but_are_not_drawn(draw):
    body = "a, b, c = EC2('a'), EC2('b'), EC2('c')\n"
    loose, spaced = draw(body + "a >> c"), sound(draw(body + "a >> c\na - Edge(style='invis') - b"))
    assert spaced.names("edge") == loose.names("edge") == ["no-1--no-3"]
    assert [element.get("x") for element in loose.part("node", "no-2")] != [element.get("x") for element in spaced.part("node", "no-2")]


def test_clusters_nest_and_are_never_merged(draw):
    figure = sound(draw("with Cluster('Zona'):\n    with Cluster('Zona'):\n        a = EC2('a')",
                        "with Group('Zona'):\n    b = EC2('b')", "with Cluster('vazio'):\n    pass", "a >> b"))
    assert figure.names("group") == ["grupo-1", "grupo-2", "grupo-3", "grupo-4"]
    assert [group.parent for group in figure.diagram.groups] == [None, "grupo-1", None, None]
    assert [node.group for node in figure.diagram.nodes] == ["grupo-2", "grupo-3"]
    assert figure.texts("group", "grupo-4") == ["vazio"]


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_the_four_directions(draw, direction):
    figure = sound(draw(MESSAGES, options=f"direction={direction!r}"))
    at = {name: [float(figure.part("node", name)[0].get(key)) for key in "xy"] for name in ("no-1", "no-2")}
    axis = 0 if direction in ("LR", "RL") else 1
    gap = at["no-2"][axis] - at["no-1"][axis]
    assert gap > 40 if direction in ("LR", "TB") else gap < -40


@pytest.mark.parametrize("options", [
    "curvestyle='curved'", "strict=True", "autolabel=True", "graph_attr={'splines': 'spline', 'bgcolor': 'red'}",
    "node_attr={'shape': 'box'}, edge_attr={'color': 'blue'}", "outformat=['png', 'svg']", "direction='tb'"])
def test_options_of_other_people(draw, options):
    assert len(sound(draw(MESSAGES, options=options)).names("node")) == 6


def test_autolabel_shows_the_class(draw):
    assert draw("EC2('loja')", options="autolabel=True").texts("node", "no-1") == ["EC2", "loja"]


def test_labels_are_text_whatever_they_hold(draw):
    cruel = "<script>alert('x')</script> & \"aspas\" \\ @symbols@ <defs> ]]> 🙂 שלום \x00\x08\x1b\ud800 \u2028fim"
    figure = sound(draw(f"x = {cruel!r}", "with Cluster(x):", "    EC2(x) >> Edge(label=x) >> EC2(x, nodeid=x)", title=cruel))
    for kind, name in (("node", "no-1"), ("group", "grupo-1"), ("edge", figure.names("edge")[0])):
        assert "<script>alert('x')</script>" in " ".join(figure.texts(kind, name))
    assert "@symbols@ <defs> ]]>" in figure.root[0].text and "\x00" not in figure.svg


@pytest.mark.parametrize(("label", "lines"), [
    ("", []), ("uma", ["uma"]), ("duas\nlinhas", ["duas", "linhas"]), ("duas\\nlinhas", ["duas", "linhas"]),
    ("  muitas palavras que não cabem numa linha só  ", ["muitas palavras", "que não cabem", "numa linha só"]),
    ("<<b>Loja</b><br/>[<i>web &amp; app</i>]>", ["Loja", "[web & app]"]), ("<b>", ["b"]), ("a < b > c", ["a < b > c"])])
def test_lines_of_a_label(draw, label, lines):
    assert sound(draw(f"EC2({label!r})")).texts("node", "no-1") == lines


@pytest.mark.parametrize("label", ["z" * 500, "palavra " * 62, "🙂" * 60, "\n" * 20])
def test_a_label_far_too_long_is_a_warning(draw, label):
    figure = sound(draw(f"EC2({label!r}) >> EC2('b')"))
    assert any("figura.py:5: [rotulo-longo] O rótulo `" in warning and "\n" not in warning for warning in figure.warnings)


def test_ids_with_odd_characters_stay_apart(draw):
    names = ["a b", "a-b", "a\"b", "-a", "title", "desc", "icon-amazonec2", "a--c", "c", "a", "é", "日本", "no-1", "{}"]
    figure = sound(draw(*(f"n{i} = EC2('x', nodeid={name!r})" for i, name in enumerate(names)), "n9 >> n8", "EC2('y')"))
    assert figure.names("node") == [*names, "no-2"]


def test_derived_ids_leave_the_declared_ones_alone(draw):
    assert draw("EC2('a')", "EC2('b')", "EC2('c', nodeid='no-2')").names("node") == ["no-1", "no-3", "no-2"]


def test_steps_are_marked_on_whatever_carries_them(draw):
    figure = sound(draw("with Cluster('VPC', graph_attr={'id': 'vpc', 'passo': '1'}):\n    a = EC2('a', nodeid='a', passo='2')",
                        "a >> Edge(label='vai', passo='3') >> EC2('b', nodeid='b')"))
    for kind, name, step in (("group", "vpc", "1"), ("node", "a", "2"), ("edge", "a--b", "3")):
        assert figure.part(kind, name).get("data-step") == step and step in figure.texts(kind, name)
    assert figure.part("node", "b").get("data-step") is None
    assert "Passo 3: a → b (vai)" in figure.root[1].text


def test_sixty_nodes(draw):
    figure = sound(draw("n = [EC2(f'nó {i}') for i in range(60)]", "for i in range(1, 60): n[i // 3] >> n[i]"))
    assert len(figure.names("node")) == 60 and len(figure.names("edge")) == 59


def test_nodes_made_by_functions_and_loops_keep_the_declared_order(draw):
    figure = draw("def zona(nome):", "    with Cluster(nome):", "        return EC2(nome)",
                  "EC2('antes'), zona('Z'), EC2('meio'), zona('A')")
    tops = [float(figure.part("node", name)[0].get("y")) for name in figure.names("node")]
    assert tops == sorted(tops)


# Ícones

def test_official_icons_are_symbols_used_once_each(draw):
    figure = sound(draw("EC2('a') >> EC2('b') >> EC2('c')"))
    assert len(list(figure.root.iter(f"{SVG}symbol"))) == 1 and "<image" not in figure.svg
    assert [figure.part("node", name)[0].get("href") for name in figure.names("node")] == ["#figura--icon-amazonec2"] * 3


def test_icons_of_other_providers_are_embedded(draw):
    figure = sound(draw("VM('v') >> Pod('p') >> GCE('g') >> Nginx('n')", imports="from diagrams.azure.compute import VM\n"
                        "from diagrams.k8s.compute import Pod\nfrom diagrams.gcp.compute import GCE\nfrom diagrams.onprem.network import Nginx"))
    images = list(figure.root.iter(f"{SVG}image"))
    assert len(images) == 4 and all(image.get("href").startswith("data:image/png;base64,iVBOR") for image in images)


def test_custom_icons_of_the_same_name_stay_apart(draw, tmp_path):
    for folder, tail in (("um", b""), ("dois", b"\0")):
        (tmp_path / "arvore/diagrams_src" / folder).mkdir()
        (tmp_path / "arvore/diagrams_src" / folder / "x.png").write_bytes(DOT + tail)
    figure = sound(draw("Custom('a', 'um/x.png')", "Custom('b', './dois/x.png')", "Custom('c', 'diagrams_src/um/x.png')",
                        imports="from diagrams.custom import Custom"))
    a, b, c = (figure.part("node", name)[0].get("href") for name in figure.names("node"))
    assert a == c != b


def test_a_custom_icon_that_is_no_picture_still_has_a_place(draw, tmp_path):
    (tmp_path / "arvore/diagrams_src/x.png").write_bytes(b"<svg onload='alert(1)'/>")
    figure = sound(draw("Custom('a', 'x.png')", imports="from diagrams.custom import Custom"))
    assert figure.part("node", "no-1")[0].tag == f"{SVG}rect"


# `diagrams` 0.25.1 aponta para um arquivo que não traz.
WITHOUT_ICON = {Mapnik}


def providers():
    return sorted(module.name for module in pkgutil.iter_modules(diagrams.__path__) if module.ispkg)


@pytest.mark.parametrize("provider", providers())
def test_every_node_class(draw, provider):
    classes = node_classes(provider)
    if not classes:
        pytest.skip("este provedor só tem funções")
    for start in range(0, len(classes), 90):
        some = classes[start : start + 90]
        imports = [f"from {thing.__module__} import {thing.__name__} as N{number}" for number, thing in enumerate(some)]
        figure = sound(draw(*(f"N{number}('{number}')" for number in range(len(some))), imports="\n".join(imports)))
        for name, thing in zip(figure.names("node"), some, strict=True):
            assert figure.part("node", name)[0].tag == f"{SVG}{'rect' if thing in WITHOUT_ICON else 'use'}", thing


def node_classes(provider):
    package = importlib.import_module(f"diagrams.{provider}")
    modules = [importlib.import_module(f"diagrams.{provider}.{part.name}") for part in pkgutil.iter_modules(package.__path__)]
    found = (thing for module in [package, *modules] for _, thing in inspect.getmembers(module, inspect.isclass))
    return sorted({thing for thing in found if issubclass(thing, diagrams.Node) and thing._icon}, key=lambda t: (t.__module__, t.__name__))


def test_each_word_of_an_icon_is_in_the_name_of_a_class():
    names = [thing.__name__.lower() for thing in node_classes("aws")]
    assert [(type_, word) for type_, words in WORDS.items() for word in words if not any(word in name for name in names)] == []


def test_what_a_draft_draws_is_the_icon_of_its_type():
    for type_, written in tomllib.loads((TOOLKIT / "scripts/skeleton/classes.toml").read_text(encoding="utf-8")).items():
        room, name = written.split(".")
        kind = getattr(importlib.import_module(f"diagrams.aws.{room}"), name).__name__
        assert fits(f"aws.{room}.{kind}", type_), (type_, kind)


def test_c4_nodes_show_their_words(draw):
    figure = sound(draw("with SystemBoundary('Banco'):", "    a = Container('Loja', technology='Java', description='Vende & entrega.')",
                        "Person('Pessoa') >> Relationship('usa') >> a",
                        imports="from diagrams.c4 import Container, Person, Relationship, SystemBoundary"))
    assert figure.texts("node", "no-1") == ["Loja", "[Container: Java]", "Vende & entrega."]
    assert figure.texts("edge", "no-2--no-1") == ["usa"] and "font" not in "".join(figure.texts("node", "no-2"))


# Os mesmos bytes

def test_the_same_bytes_in_another_folder_seed_home_and_without_fonts(project, tmp_path):
    (project.sources / "x.png").write_bytes(DOT)
    script = project.script("figura", MESSAGES, "EC2('')", "with Cluster('vazio'): pass", "Custom('meu', 'x.png')", "EC2('t', passo='3', nodeid='t')",
                            imports="from diagrams.custom import Custom")
    pictures = set()
    for number, (seed, extra) in enumerate([("0", {}), ("1", {"HOME": "/nada", "TZ": "Asia/Tokyo"}),
                                            ("77", {"FONTCONFIG_FILE": os.devnull, "LC_ALL": "C", "LANG": "tr_TR.UTF-8"})]):
        root = tmp_path / f"pasta {number} é"
        (root / "diagrams_src").mkdir(parents=True)
        for file in ("figura.py", "x.png"):
            (root / "diagrams_src" / file).write_bytes((script.parent / file).read_bytes())
        command = [sys.executable, "-c", "import sys; from scripts.cli import main; sys.exit(main(sys.argv[1:]))", "gerar", "--raiz", str(root)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
                              env={**os.environ, **extra, "PYTHONHASHSEED": seed, "PYTHONPATH": str(workers.TOOLKIT)})
        assert done.returncode == 0, done.stderr
        assert "arning" not in done.stderr, "o Graphviz mediu texto"
        pictures.add((root / "docs/arquiteturas/figura/diagrama.svg").read_bytes())
    assert len(pictures) == 1
    ElementTree.fromstring(pictures.pop())

