"""Figuras de scripts alheios: o que o script diz aparece, as medidas da galeria só melhoram, e entradas difíceis.

`figuras/medidas.json` guarda o melhor que cada caso já teve. Depois de olhar a galeria
(`python3 scripts medir figuras`), aceite medidas novas com `ATUALIZAR_RETRATOS=1`.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import struct
import zlib
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts.cli import main
from scripts.measure import figures, gallery
from scripts.picture import cost, legibility
from scripts.picture.arrangement import arrange
from scripts.picture.colors import color, luminance, paints
from scripts.picture.geometry import Path as Curve, distance, union
from scripts.picture.placement import circle
from scripts.picture.script.capture import capture

ROOT = Path(__file__).resolve().parent.parent
RECORD = figures.CASES / "medidas.json"
COUNTS = ("icons", "labels", "titles", "borders", "crossings", "far")
SVG = "{http://www.w3.org/2000/svg}"
ELEVEN = sorted((ROOT / "diagrams_src").glob("*.py"))


def drawn(project, slug, number=""):
    return ElementTree.parse(project.picture(slug).with_name(f"diagrama{number}.svg")).getroot()


def words(root):
    return " ".join(element.text for element in root.iter() if element.tag in (f"{SVG}text", f"{SVG}tspan") and element.text)


def said(project, *body, slug="alheia", **options):
    """O que `gerar` disse de um script com esse corpo, que tem de ser desenhado."""
    project.script(slug, *body, **options)
    answer = project.run("gerar", slug)
    assert answer.status == 0, answer.said
    return [line.removeprefix("aviso: ") for line in answer.findings]


# A galeria

@pytest.mark.parametrize("script", figures.cases(), ids=lambda path: path.stem)
def test_a_case_of_the_gallery_only_gets_better(script):
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for slug, found in figures.ours(script).items():
        if os.environ.get("ATUALIZAR_RETRATOS"):
            record[slug] = found._asdict()
            RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n")
        best = record[slug]
        assert {name: getattr(found, name) for name in COUNTS if getattr(found, name) > best[name]} == {}
        assert found.area <= best["area"] * 1.02


def test_no_case_has_an_arrow_through_a_component_or_a_label_on_another_thing():
    record = json.loads(RECORD.read_text())
    assert {slug for slug, found in record.items() if found["icons"] or found["labels"] or found["titles"] or found["far"]} == set()
    assert sum(found["borders"] for found in record.values()) <= 1
    assert {script.stem for script in figures.cases()} <= record.keys()


def test_the_gallery_is_measured_and_shown(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(figures, "cases", lambda: [figures.CASES / "diagrams_src" / f"{name}.py" for name in ("ciclo", "duas-figuras")])
    monkeypatch.setattr(gallery, "FOLDER", str(tmp_path / "galeria"))
    monkeypatch.setattr(gallery, "_before", lambda *_: None)
    monkeypatch.setattr(gallery, "_stock", lambda *_: None)
    assert main(["medir", "figuras"]) == 0
    table = capsys.readouterr().out
    assert [line.split()[0] for line in table.splitlines()[1:5]] == ["ciclo", "duas-figuras", "duas-figuras-2", "total"]
    assert ("mediana" in table) == bool(shutil.which("dot"))
    page = (tmp_path / "galeria" / "index.html").read_text()
    assert 'src="agora/duas-figuras-2.svg"' in page and (tmp_path / "galeria/agora/ciclo.svg").is_file()


@pytest.mark.skipif(not shutil.which("dot"), reason="sem o `dot` do sistema")
def test_the_stock_picture_of_a_case_is_measured_alike():
    script = figures.CASES / "diagrams_src" / "ciclo.py"
    case, = figures._compared(script, figures._ours(script))
    assert case.faithful and case.stock.area > 50_000 and case.stock.labels > case.ours.labels == 0


# Leiaute

EDGELESS = """
with Cluster('Web'):
    EC2('asg')
    w = [EC2('w1'), EC2('w2')]
EC2('lb') >> w >> EC2('db')
"""


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_a_component_without_arrows_stays_by_its_siblings(draw, direction):
    figure = draw(EDGELESS, options=f"direction={direction!r}")
    axis = "x" if direction in ("LR", "RL") else "y"
    at = {name: float(figure.part("node", name)[0].get(axis)) for name in figure.names("node")}
    assert abs(at["no-1"] - at["no-2"]) < 10


def test_many_components_without_arrows_make_a_grid(draw):
    figure = draw("with Cluster('Tudo'):\n    for i in range(60): EC2(f'{i}')")
    width, height = (float(figure.root.get(side)) for side in ("width", "height"))
    assert 0.5 < width / height < 2
    assert figure.warnings == []


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_six_nested_groups_in_each_direction(draw, direction):
    body = "".join(f"{'    ' * depth}with Cluster('Grupo de nível {depth}'):\n" for depth in range(6)) + f"{'    ' * 6}a = EC2('a')"
    figure = draw(body, "EC2('antes') >> Edge(label='pede') >> a >> Edge(label='grava') >> EC2('depois')", options=f"direction={direction!r}")
    assert figure.warnings == []


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_a_script_with_our_attributes_is_drawn_in_every_direction(project, direction):
    body = """
with Cluster('Região', graph_attr={'id': 'r', 'grupo': 'regiao'}):
    a = EC2('Entrada', nodeid='a', recurso='A')
    with Cluster('Sub-rede privada', graph_attr={'id': 's', 'grupo': 'sub-rede-privada'}):
        b = EC2('Aplicação', nodeid='b', recurso='B')
        c = EC2('Banco', nodeid='c', recurso='C')
a >> Edge(label='distribui', passo='1') >> b >> Edge(label='grava', passo='2') >> c
"""
    assert said(project, body, slug="nossa", options=f"direction={direction!r}") == []


def test_ten_parallel_arrows_open_like_a_fan(draw):
    figure = draw("a, b = EC2('a'), EC2('b')", "for i in range(10): a >> Edge(label=f'verbo {i}') >> b")
    assert figure.warnings == []


def picture_of(project, *body, **options):
    return arrange(capture(project.script("figura", *body, **options), project.root))[0]


def test_every_arrowhead_of_a_side_has_a_place_of_its_own(project):
    found = picture_of(project, "b = EC2('b')", "for i in range(4): EC2(f'{i}') >> b")
    tips = [arrow.tips[0][0] for arrow in found.arrows]
    assert min(distance(one, other) for one, other in combinations(tips, 2)) >= 8


def test_nothing_is_cut_at_the_edge_not_even_a_bulging_arrow(project):
    found = picture_of(project, "a, b = EC2('a'), EC2('b')", "for i in range(9): a >> Edge(label='x') >> b", "a >> a")
    assert all(box.left >= 0 and box.top >= 0 and box.right <= found.width and box.bottom <= found.height
               for box in (Curve(arrow.curve).box for arrow in found.arrows))


def test_a_label_on_the_arrow_of_another_is_a_finding(project):
    found = picture_of(project, "a, b, c = EC2('a', nodeid='a'), EC2('b', nodeid='b'), EC2('c', nodeid='c', passo='1')",
                       "a >> Edge(label='um') >> b", "b >> Edge(label='dois') >> c")
    first, second = found.arrows
    moved = legibility.check(found._replace(arrows=(first, replace(second, label=Curve(first.curve).box.grown(3)))))
    assert any(finding.code == "rotulo-sobre-seta" and "`b--c` está sobre a seta `a--b`" in finding.message for finding in moved)


def test_a_row_that_almost_aligns_is_straight(project):
    found = picture_of(project, "a, b, c = EC2('uma linha'), EC2('duas\\nlinhas'), EC2('uma')", "a >> b >> c")
    assert len({node.icon.center[1] for node in found.nodes}) == 1


def test_what_a_line_without_a_tip_joins_stays_in_one_row_and_the_arrows_of_a_mesh_have_room(project):
    found = picture_of(project, "with Cluster('Aplicação'): a = [EC2(f'a{i}') for i in range(4)]",
                       "with Cluster('Anel'): n = [EC2(f'n{i}') for i in range(4)]", "for x in a: x >> n", "n[0] - n[1] - n[2] - n[3]", options="direction='TB'")
    at = {node.node.label: node.icon.center for node in found.nodes}
    rows = [{at[f"{letter}{i}"][1] for i in range(4)} for letter in "an"]
    assert [len(row) for row in rows] == [1, 1] and [at[f"n{i}"][0] for i in range(4)] == sorted(at[f"n{i}"][0] for i in range(4))
    slanted = [arrow for arrow in found.arrows if arrow.edge.arrows == "forward"]
    assert len(slanted) == 16 and all(len(arrow.curve) == 4 and arrow.curve[-1][1] - arrow.curve[0][1] >= 40 for arrow in slanted)


# Os números

def test_equal_numbers_get_letters_and_data_step_stays_whole(draw):
    figure = draw("a, b, c = EC2('a', nodeid='a'), EC2('b', nodeid='b'), EC2('c', nodeid='c', passo='3')",
                  "a >> Edge(label='vai', passo='3') >> b", "b >> Edge(label='segue', passo='3') >> c", "c >> Edge(label='só', passo='12') >> a")
    shown = {name: figure.texts("edge", name)[-1] for name in figure.names("edge")}
    assert shown == {"a--b": "3a", "b--c": "3b", "c--a": "12"} and figure.texts("node", "c")[-1] == "3c"
    assert [figure.part("edge", name).get("data-step") for name in figure.names("edge")] == ["3", "3", "12"]
    assert "Passo 3b: b → c (segue)" in figure.root[1].text


def test_a_wide_number_is_a_pill(draw):
    figure = draw("a, b = EC2('a', nodeid='a'), EC2('b', nodeid='b')", "a >> Edge(passo='10') >> b", "b >> Edge(passo='10', label='x') >> a")
    assert len(list(figure.part("edge", "a--b").iter(f"{SVG}rect"))) == 1


# Fidelidade

@pytest.mark.parametrize(("label", "shown"), [
    ("<info &nbsp;>", "info"), ("um\\ldois\\l", "um dois"), ("um\\rdois\\r", "um dois"), ("\\(a\\)", "(a)"), ("\\{b\\}", "{b}"),
    ("c\\\\d", "c\\d"), ("R&amp;D", "R&D"), ("<<table><tr><td>x</td><td>y</td></tr><tr><td>z</td></tr></table>>", "x y z")])
def test_labels_are_read_as_graphviz_reads_them(project, label, shown):
    assert said(project, f"with Cluster({label!r}):\n    a = EC2({label!r})", f"a >> Edge(label={label!r}) >> EC2('fim')") == []
    assert words(drawn(project, "alheia")).count(shown) == 3


def test_attributes_of_the_whole_diagram_reach_every_arrow(draw):
    figure = draw("a, b = EC2('a'), EC2('b')", "a >> b", "a >> b", "b >> Edge(color='red') >> a",
                  options="strict=True, edge_attr={'color': 'darkorange3', 'style': 'dashed'}, node_attr={'fontcolor': 'firebrick'}")
    assert figure.names("edge") == ["no-1--no-2", "no-2--no-1"]
    assert figure.line("no-1--no-2").get("style") == "stroke:#cd6600" and figure.line("no-1--no-2").get("stroke-dasharray") == "6 4"
    assert figure.line("no-2--no-1").get("style") == "stroke:red"
    assert [text.get("style") for text in figure.part("node", "no-1").iter(f"{SVG}text")] == ["fill:firebrick"]


def test_labels_at_the_ends_and_xlabel(draw):
    figure = draw("EC2('a') >> Edge(label='tem', headlabel='1', taillabel='0..*', xlabel='sempre') >> EC2('b')")
    assert sorted(figure.texts("edge", "no-1--no-2")) == ["0..*", "1", "sempre", "tem"] and figure.warnings == []


def test_labels_at_the_ends_of_an_arrow_written_backwards(project):
    found = picture_of(project, "a, b = EC2('a'), EC2('b')", "a << Edge(headlabel='cabeça', taillabel='cauda') << b")
    arrow, = found.arrows
    nodes = {node.node.label: node.icon.center for node in found.nodes}
    places = {lines[0]: box.center for box, lines in arrow.ends}
    # `dir=back` só troca a ponta desenhada: a cauda do Graphviz segue sendo `a`.
    assert distance(places["cauda"], nodes["a"]) < distance(places["cauda"], nodes["b"])


@pytest.mark.parametrize(("written", "css"), [
    ("darkorange3", "#cd6600"), ("gray40", "#666666"), ("0.6 0.9 0.8", "#145ecc"), ("0.6,0.9,0.8", "#145ecc"), ("Firebrick", "firebrick"),
    ("green", "#00ff00"), ("#12aB9f", "#12aB9f"), ("gray101", ""), ("coral5", ""), ("nada", ""), ("url(x)", ""), ("1.2.3 0 0", "")])
def test_colours_of_graphviz(written, css):
    assert color(written) == css


@pytest.mark.parametrize("css", ["navy", "yellow", "#000080", "#ffffee"])
def test_a_colour_that_vanishes_on_a_ground_is_mixed_with_the_ink(css):
    assert paints(css)[0] == css and "color-mix" in paints(css)[1]
    assert paints("firebrick") == ["firebrick"] and 0 <= luminance(css) <= 1


def test_what_is_left_out_is_said_by_label(project):
    found = said(project, "a, b = EC2('Loja'), EC2('Banco')", "with Cluster('G'): c = EC2('c')",
                 "a >> Edge(color='nada') >> b", "a >> Edge(color='red:blue') >> c", "b >> Edge(lhead='cluster_G') >> c",
                 "Node('losango', shape='diamond') >> Edge(arrowhead='crow') >> a", imports="from diagrams import Node")
    assert [line.split(": ", 1)[1] for line in found] == [
        "[cor-desconhecida] A cor `nada` da seta “Loja → Banco” não existe e ficou de fora; use um nome do X11 ou `#rrggbb`.",
        "[cor-simplificada] A lista de cores `red:blue` da seta “Loja → c” vale só pela primeira, `red`; escreva uma cor.",
        "[ponta-simplificada] `lhead` e `ltail` da seta “Banco → c” ficaram de fora: a seta vai até o componente, não até a borda do grupo.",
        "[forma-simplificada] A forma `diamond` de “losango” sai como caixa, que é a mais próxima das que a figura tem.",
        "[ponta-simplificada] A ponta `crow` da seta “losango → Loja” sai como a comum."]


def test_attributes_that_the_figure_does_not_follow_are_said_once_the_worst_first(project):
    found = said(project, "with Cluster('G', graph_attr={'penwidth': '4', 'style': 'dotted', 'margin': '50'}): a = EC2('a', fontname='Times', shape='box')",
                 "a >> Edge(arrowsize='2', headport='s') >> EC2('b')",
                 options="graph_attr={'bgcolor': 'red', 'nodesep': '2'}, node_attr={'fontsize': '20'}")
    assert [line.split(": ", 1)[1] for line in found] == [
        "[atributo-sem-efeito] A figura não segue `bgcolor` do diagrama, `shape` de componente, `style` de grupo, `penwidth` de grupo e `arrowsize` "
        "(fundo, traço e setas são os da figura); `fontname` e `fontsize` (há uma só letra); `headport`, `margin` de grupo e `nodesep` (lugar e "
        "tamanho de tudo, a figura decide)."]


def test_attributes_without_visible_effect_or_already_followed_are_not_said(project):
    assert said(project, "with Cluster('G', graph_attr={'style': 'rounded,dashed', 'tooltip': 'x'}): a = EC2('a', tooltip='x', URL='u', fontname='Arial')",
                "a >> Edge(penwidth='3', style='dashed,bold', tooltip='x') >> Node('b', width='3', style='filled')", imports="from diagrams import Node",
                options="graph_attr={'splines': 'spline', 'bgcolor': 'transparent', 'concentrate': 'false'}, node_attr={'fontname': 'Helvetica'}") == []


def test_an_attribute_that_is_not_followed_is_only_a_warning_in_a_script_of_the_project(project):
    found = said(project, "EC2('a', nodeid='a', recurso='A')", options="graph_attr={'fontsize': '40'}", slug="nossa")
    assert len(found) == 1 and "[atributo-sem-efeito] A figura não segue `fontsize`" in found[0]


def test_the_width_of_an_arrow_a_label_beside_and_what_is_invisible(draw):
    figure = draw("a, b, some = EC2('a', xlabel='extra'), EC2('b'), EC2('some', style='invis')", "a >> Edge(penwidth='2') >> b", "a >> some")
    assert figure.line("no-1--no-2").get("style") == "stroke-width:3.2"
    assert figure.texts("node", "no-1") == ["a", "extra"] and "some" not in figure.svg
    assert len(figure.part("node", "no-3")) == 0 and figure.warnings == []


def test_shapes_hold_their_text(draw):
    figure = draw("Node('só texto', shape='plaintext') >> Node('cheia', shape='box', style='filled', fillcolor='dodgerblue4', fontcolor='white')",
                  "Node('', shape='point') >> Node('oval', shape='ellipse') >> Node('disco', shape='cylinder') >> Node('comum')",
                  imports="from diagrams import Node")
    tags = [[child.tag.removeprefix(SVG) for child in figure.part("node", name)] for name in figure.names("node")]
    assert tags == [["text"], ["rect", "text"], ["circle"], ["ellipse", "text"], ["path", "text"], ["rect", "text"]]
    assert figure.part("node", "no-2")[0].get("style") == "fill:#104e8b"
    assert [figure.texts("node", name) for name in ("no-1", "no-2", "no-4")] == [["só texto"], ["cheia"], ["oval"]]


def test_the_ground_of_a_group(draw):
    figure = draw("with Cluster('G', graph_attr={'bgcolor': 'lightblue'}):\n    EC2('a')", "with Cluster('H'):\n    EC2('b')")
    assert figure.part("group", "grupo-1")[0].get("style") == "fill:lightblue;fill-opacity:.25"
    assert figure.part("group", "grupo-2")[0].get("style") is None


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * ((width // 8 + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_icons_are_found_where_graphviz_would_and_bad_ones_are_said(project):
    folder = project.sources / "imagens"
    folder.mkdir()
    (folder / "ao-lado.png").write_bytes(png(8, 8))
    (folder / "vetor.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>')
    (folder / "texto.png").write_text("não é imagem")
    (folder / "enorme.png").write_bytes(png(8000, 16))
    (folder / "cortado.png").write_bytes(png(8, 8)[:30])
    found = said(project, "Custom('a', 'ao-lado.png')", "Custom('v', 'imagens/vetor.svg')", "Custom('t', 'imagens/texto.png')",
                 "Custom('e', 'enorme.png')", "Custom('c', 'cortado.png')", options="filename='imagens/figura'", imports="from diagrams.custom import Custom")
    assert [line.split(": ", 1)[1] for line in found] == [
        "[icone-ruim] O ícone `imagens/texto.png` não é uma imagem que o navegador mostre e ficou de fora; use PNG, JPEG, GIF, WebP ou SVG.",
        "[icone-ruim] O ícone `enorme.png` tem 8000 px e pesa na figura, que o mostra com 48; reduza-o a no máximo 1024 px.",
        "[icone-ruim] O ícone `cortado.png` não é uma imagem que o navegador mostre e ficou de fora; use PNG, JPEG, GIF, WebP ou SVG."]
    images = [image.get("href") for image in drawn(project, "alheia").iter(f"{SVG}image")]
    assert sorted(href.split(";")[0] for href in images) == ["data:image/png", "data:image/png", "data:image/svg+xml"]
    assert b"<path" in base64.b64decode(next(href for href in images if "svg" in href).split(",")[1])


def test_several_diagrams_give_one_picture_each_and_the_left_over_goes(project):
    two = "from diagrams import Diagram\nfrom diagrams.aws.compute import EC2\n" + "".join(
        f"with Diagram('{name}', show=False):\n    EC2('{name}')\n" for name in ("Antes", "Depois"))
    project.script("par", two, title="")
    answer = project.run("gerar")
    assert answer.status == 0 and "docs/arquiteturas/par/diagrama-2.svg" in answer.said
    assert [words(drawn(project, "par", number)) for number in ("", "-2")] == ["Antes", "Depois"]
    assert drawn(project, "par", "-2")[0].get("id") == "par-2--title"
    project.script("par", two.split("with Diagram('Depois'")[0], title="")
    assert project.run("gerar").status == 0 and not project.picture("par").with_name("diagrama-2.svg").exists()


def test_several_diagrams_with_our_attributes_are_an_error(project):
    project.script("par", "from diagrams import Diagram\nfrom diagrams.aws.compute import EC2\nwith Diagram('a'):\n    EC2('a', recurso='A')\n"
                   "with Diagram('b'):\n    EC2('b')", title="")
    answer = project.run("gerar")
    assert answer.findings == ["diagrams_src/par.py:5: [diagrama-unico] O script declara 2 `Diagram`; deixe exatamente um."]


def test_a_step_that_comes_back_to_its_own_component_is_drawn(project):
    assert said(project, "a = EC2('a', nodeid='a')", "a >> Edge(label='repete', passo='2') >> a", "a >> EC2('b', nodeid='b')") == []


def test_a_neighbouring_file_is_opened_by_relative_name(project):
    (project.sources / "nomes.txt").write_text("um dois")
    assert said(project, "import os", "for name in open('nomes.txt').read().split(): EC2(name)", "print('pronto')", "os.chdir('/')") == []
    assert words(drawn(project, "alheia")) == "um dois"


# Avisos

def test_warnings_are_few_the_worst_first_and_by_label(project):
    body = [f"EC2('x{i}') >> Edge(label='{'palavra ' * 40}{i}') >> EC2('y{i}')" for i in range(6)]
    found = said(project, *body)
    assert len(found) == 4 and found[-1].endswith("[mais-avisos] Esta figura tem mais 3 avisos; resolva primeiro os de cima.")
    assert not any("no-" in line for line in found)


def test_what_is_left_out_many_times_is_said_a_few(project):
    found = said(project, *(f"EC2('x{i}', fontcolor='nada{i}')" for i in range(8)))
    assert len(found) == 4 and found[-1].endswith("[mais-avisos] Há mais 5 `cor-desconhecida` nesta figura.")


def test_a_word_without_end_is_broken(project):
    found = picture_of(project, f"EC2('a') >> Edge(label='{'y' * 200}') >> EC2('{'x' * 200}')")
    assert found.width < 900 and "".join(found.arrows[0].lines) == "y" * 200 and "".join(found.nodes[1].lines) == "x" * 200


def test_advice_fits_the_direction(project):
    wide = "a = [EC2('x' * 12 + str(i)) for i in range(16)]\nEC2('z') >> a"
    found = said(project, wide, options="direction='TB'")
    assert any("[texto-pequeno]" in line for line in found) and not any('direction="TB"' in line for line in found)


# As onze

@pytest.mark.parametrize("script", ELEVEN, ids=lambda path: path.stem)
def test_each_arrow_of_the_eleven_is_followed_on_a_phone(script):
    picture, findings = arrange(capture(script, ROOT))
    nodes = {node.node.id: node for node in picture.nodes}
    spans = {arrow.edge.id: union([Curve(arrow.curve).box, nodes[arrow.edge.tail].icon, nodes[arrow.edge.head].icon]).width
             for arrow in picture.arrows}
    assert {name: round(width) for name, width in spans.items() if width > 440} == {}
    assert findings == [] and cost.measure(picture, findings).crossings <= 1


@pytest.mark.parametrize("script", ELEVEN, ids=lambda path: path.stem)
def test_in_the_eleven_a_label_has_one_owner_and_an_arrow_no_business_in_groups_of_others(script):
    picture, _ = arrange(capture(script, ROOT))
    diagram, near = picture.layout.diagram, set()
    for arrow, other in permutations(picture.arrows, 2):
        if arrow.label:
            around = arrow.label.grown(7)
            near |= {(arrow.edge.id, other.edge.id)} if Curve(other.curve).crosses(around) else set()
            near |= {(arrow.edge.id, other.edge.id) for box in (other.label, other.callout and circle(other.callout)) if box and box.overlaps(around)}
    assert near == set()
    for arrow in picture.arrows:
        own = {group.id for end in (arrow.edge.tail, arrow.edge.head) for group in diagram.ancestors(diagram.elements[end])}
        assert [frame.group.id for frame in picture.frames if frame.group.id not in own and Curve(arrow.curve).crosses(frame.box)] == []
    for frame in picture.frames:
        assert not frame.callout or not any(Curve(arrow.curve).crosses(circle(frame.callout).grown(1)) for arrow in picture.arrows)


@pytest.mark.parametrize("script", ELEVEN, ids=lambda path: path.stem)
def test_each_of_the_eleven_is_light(script):
    assert len(gzip.compress((ROOT / "docs/arquiteturas" / script.stem / "diagrama.svg").read_bytes(), mtime=0)) <= 12 * 1024
