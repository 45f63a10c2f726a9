"""Posições: ordem, setas que encostam, números nas setas, e as invariantes de toda figura.

Os retratos de `snapshots/` guardam, de cada grafo pequeno, o layout (JSON) e a figura (SVG): quando
algo muda, o que falha diz em que etapa. Depois de olhar as figuras novas, aceite-as com
`ATUALIZAR_RETRATOS=1 python3 scripts testar`.
"""

from __future__ import annotations

import dataclasses
import json
import os
from itertools import combinations
from pathlib import Path

import pytest

from scripts.base.findings import Defect
from scripts.picture import legibility
from scripts.picture.arrangement import arrange
from scripts.picture.geometry import Box, Path as Curve, distance
from scripts.picture.layout import _Reading, layout
from scripts.picture.placement import circle
from scripts.picture.render import render
from scripts.picture.script.capture import capture
from scripts.picture.squeeze import compact
from scripts.picture.svg import draw

SNAPSHOTS = Path(__file__).parent / "snapshots"
GRAPHS = {
    "cadeia": """
a, b, c = EC2('A', nodeid='a'), EC2('B', nodeid='b'), EC2('C', nodeid='c')
a >> Edge(label='aciona', passo='1') >> b >> Edge(label='grava\\nno disco', passo='2') >> c
b >> Edge(label='lê', passo='3') >> a
""",
    "zonas": """
alb = EC2('Balanceador', nodeid='alb')
with Cluster('VPC', graph_attr={'id': 'vpc', 'grupo': 'vpc'}):
    with Cluster('Zona A', graph_attr={'id': 'zona-a', 'grupo': 'zona', 'passo': '2'}):
        a = EC2('Aplicação A', nodeid='app-a')
    with Cluster('Zona B', graph_attr={'id': 'zona-b', 'grupo': 'zona', 'passo': '2'}):
        b = EC2('Aplicação B', nodeid='app-b', passo='3')
alb >> Edge(label='distribui', passo='1') >> [a, b]
""",
    "alheio": """
with Cluster('Filas'):
    q = [EC2('uma'), EC2('duas'), EC2('três')]
EC2('entrada') >> q >> EC2('saída')
q[0] >> Edge(style='dashed') >> q[0]
""",
}
FAN = "EC2('lb') >> [EC2('w1'), EC2('w2'), EC2('w3')] >> EC2('db')"
CROSSED = """
with Cluster('Serviços'):
    w = [EC2('w1'), EC2('w2'), EC2('w3')]
with Cluster('Dados'):
    banco = EC2('banco')
    banco - EC2('leitura')
EC2('dns') >> EC2('lb') >> w >> banco
w >> EC2('memória')
"""
ALL = [CROSSED, *GRAPHS.values(), FAN, "EC2('só')", "n = [EC2(f'nó {i}') for i in range(12)]\nfor i in range(1, 12): n[i // 2] >> Edge(label='vai') >> n[i]"]


@pytest.fixture
def model(project):
    """`model(corpo, direção)` → o diagrama de um script com esse corpo."""
    return lambda body, direction="LR": capture(project.script("figura", body, options=f"direction={direction!r}"), project.root)


@pytest.fixture
def picture(model):
    return lambda body, direction="LR": arrange(model(body, direction))[0]


def each_direction(test):
    return pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])(test)


def each_graph(test):
    return pytest.mark.parametrize("body", ALL)(test)


# Retratos

def portrait(placed):
    """O layout como texto, sem o que muda com a pasta."""
    facts = placed._asdict()
    del facts["diagram"]
    for kind in ("node", "group", "edge"):
        facts[f"{kind}s"] = [{**part._asdict(), kind: {"id": getattr(part, kind).id}} for part in facts[f"{kind}s"]]
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_portraits(model, name, direction):
    placed = layout(model(GRAPHS[name], direction))
    compared = {"layout.json": portrait(placed), "svg": draw(arrange(placed.diagram)[0])}
    for ending, given in compared.items():
        file = SNAPSHOTS / f"{name}-{direction.lower()}.{ending}"
        if os.environ.get("ATUALIZAR_RETRATOS"):
            SNAPSHOTS.mkdir(exist_ok=True)
            file.write_bytes(given.encode())
        assert file.read_bytes().decode() == given, f"{file.name} mudou; veja no alto deste arquivo como aceitar"


# Ordem e distâncias

@each_direction
def test_siblings_appear_in_the_declared_order(picture, direction):
    flow = 1 if direction in ("LR", "RL") else 0
    for body in (GRAPHS["zonas"], "with Cluster('A'):\n    EC2('a')\nwith Cluster('B'):\n    EC2('b')\nwith Cluster('C'):\n    EC2('c')"):
        found = picture(body, direction)
        for siblings in ([f.box for f in found.frames if f.group.label != "VPC"], ):
            assert [box.center[flow] for box in siblings] == sorted(box.center[flow] for box in siblings)


@each_direction
@pytest.mark.parametrize("body", [FAN, CROSSED])
def test_workers_of_a_fan_are_in_the_declared_order(picture, body, direction):
    flow = 1 if direction in ("LR", "RL") else 0
    at = [node.icon.center[flow] for node in picture(body, direction).nodes if node.node.label.startswith("w")]
    assert at == sorted(at)


@each_direction
@each_graph
def test_arrows_touch_their_components_and_never_enter_an_icon(picture, body, direction):
    found = picture(body, direction)
    nodes = {node.node.id: node for node in found.nodes}
    for arrow in found.arrows:
        for end, name in ((arrow.curve[0], arrow.edge.tail), (arrow.curve[-1], arrow.edge.head)):
            near = [nodes[name].icon] + [nodes[name].label] * any(nodes[name].lines)
            assert any(box.grown(4).contains(end) for box in near), (arrow.edge.id, end, near)
        path = Curve(arrow.curve)
        assert not any(path.crosses(node.icon.grown(-2)) for node in found.nodes), arrow.edge.id
        assert all(distance(tip, arrow.curve[-1]) == 0 or distance(tip, arrow.curve[0]) == 0 for tip, _ in arrow.tips)


@each_direction
@each_graph
def test_numbers_stand_on_their_arrows(picture, body, direction):
    for arrow in picture(body, direction).arrows:
        assert (arrow.callout is None) == (arrow.edge.step is None)
        if arrow.callout:
            assert distance(Curve(arrow.curve).nearest(arrow.callout), arrow.callout) <= 1
            assert arrow.label is None or not arrow.label.overlaps(circle(arrow.callout))


@each_direction
def test_arrows_between_the_same_two_run_apart(picture, direction):
    found = picture("a, b = EC2('a'), EC2('b')\na >> b\na << b\na - b", direction)
    for one, other in combinations(found.arrows, 2):
        assert distance(Curve(one.curve).middle, Curve(other.curve).middle) >= 12


def boxes(placed):
    return {**{f"icon {n.node.id}": n.icon for n in placed.nodes}, **{f"label {n.node.id}": n.label for n in placed.nodes if any(n.lines)},
            **{f"group {g.group.id}": g.box for g in placed.groups}}


@each_direction
@each_graph
def test_compacting_never_makes_touch_what_did_not(model, body, direction):
    loose = layout(model(body, direction))
    tight = compact(loose)
    before, after = boxes(loose), boxes(tight)
    assert before.keys() == after.keys()
    for one, other in combinations(before, 2):
        if not before[one].overlaps(before[other]):
            assert not after[one].overlaps(after[other]), (one, other)
        if before[one].encloses(before[other]):
            assert after[one].encloses(after[other]), (one, other)
    for name in before:
        if not name.startswith("group"):
            assert (after[name].width, after[name].height) == pytest.approx((before[name].width, before[name].height))


@each_direction
@each_graph
def test_every_member_is_inside_its_group_and_everything_inside_the_picture(picture, body, direction):
    found = picture(body, direction)
    frames = {frame.group.id: frame for frame in found.frames}
    canvas = Box(0, 0, found.width, found.height)
    for frame in found.frames:
        assert canvas.encloses(frame.box) and (frame.group.parent is None or frames[frame.group.parent].box.encloses(frame.box))
    for node in found.nodes:
        assert canvas.encloses(node.icon) and (node.node.group is None or frames[node.node.group].box.encloses(node.icon))


@each_graph
def test_small_graphs_break_no_invariant(picture, body):
    assert [str(finding) for finding in legibility.check(picture(body))] == []


def test_what_was_not_placed_is_an_error(model, monkeypatch):
    whole = _Reading.__init__

    def without_one(self, diagram, plan, answer):
        answer["objects"] = [item for item in answer["objects"] if item["name"] != "n1"]
        whole(self, diagram, plan, answer)

    monkeypatch.setattr(_Reading, "__init__", without_one)
    with pytest.raises(Defect, match=r"^diagrams_src/figura.py:5: \[sem-posicao\] O layout não posicionou `b`; mude a ordem ou a direção\.$"):
        layout(model("a = EC2('A', nodeid='a')\nb = EC2('B', nodeid='b')".replace("\n", "; ")))


# Invariantes: cada código com a mensagem inteira

PAIR = "with Cluster('VPC', graph_attr={'id': 'vpc'}):\n    a = EC2('A', nodeid='a', passo='1')\n" \
       "b, c = EC2('B', nodeid='b'), EC2('C', nodeid='c')\na >> Edge(label='vai', passo='2') >> b"
REMEDY = "mude a direção, a ordem ou encurte o rótulo"


def broken(picture, *, node=None, arrow=None, frame=None, **changes):
    """As mensagens depois de mudar o nó `b`, a seta ou o grupo de uma figura boa."""
    found = picture(PAIR)
    assert legibility.check(found) == []
    nodes, arrows, frames = found.nodes, found.arrows, found.frames
    if node:
        nodes = tuple(n._replace(**node(found)) if n.node.id == "b" else n for n in nodes)
    if arrow:
        arrows = (dataclasses.replace(arrows[0], **arrow(found)),)
    if frame:
        frames = (frames[0]._replace(**frame(found)),)
    return [str(finding) for finding in legibility.check(found._replace(nodes=nodes, arrows=arrows, frames=frames, **changes))]


def test_text_too_small(picture):
    assert broken(picture, width=1500) == [
        "diagrams_src/figura.py:4: [texto-pequeno] A figura tem 1500 px de largura e o texto ficaria com 10,3 px na página; "
        f'{REMEDY}, ou use `direction="TB"`.']


def test_label_too_long(picture):
    assert broken(picture, node=lambda found: {"lines": ("a", "b", "c", "d")}) == [
        "diagrams_src/figura.py:7: [rotulo-longo] O rótulo `B` é longo demais para a figura; encurte-o."]


def test_one_thing_over_another(picture):
    found = broken(picture, node=lambda found: {"icon": found.nodes[2].icon})
    assert f"diagrams_src/figura.py:7: [sobreposicao] Na figura, o ícone de `b` cobre o ícone de `c`; {REMEDY}." in found
    found = broken(picture, arrow=lambda found: {"label": found.nodes[2].label})
    assert f"diagrams_src/figura.py:7: [sobreposicao] Na figura, o rótulo de `c` cobre o rótulo da seta `a--b`; {REMEDY}." in found
    found = broken(picture, frame=lambda found: {"callout": found.nodes[2].icon.center})
    assert f"diagrams_src/figura.py:7: [sobreposicao] Na figura, o ícone de `c` cobre o número de `vpc`; {REMEDY}." in found


def test_a_label_on_a_border(picture):
    assert broken(picture, arrow=lambda found: {"label": Box(60, found.frames[0].box.bottom - 8, 90, found.frames[0].box.bottom + 8)}) == [
        f"diagrams_src/figura.py:8: [rotulo-na-borda] Na figura, o rótulo da seta `a--b` cruza a borda de `vpc`; {REMEDY}."]


def test_an_arrow_through_a_component(picture):
    def through(found):
        (x0, y0), (x1, y1) = found.nodes[0].icon.center, found.nodes[2].icon.center
        return {"curve": ((x0, y0), (x0, y0), (x1, y1), (x1, y1)), "callout": (x0, y0 + 99), "label": None}

    assert f"diagrams_src/figura.py:8: [seta-atravessa] Na figura, a seta `a--b` atravessa `c`; {REMEDY}." in broken(picture, arrow=through)


def test_an_arrow_through_a_title(picture):
    def through(found):
        title = found.frames[0].title
        (x0, y0), (x1, y1) = (title.center[0], title.top - 30), (title.center[0], title.bottom + 30)
        return {"curve": ((x0, y0), (x0, y0), (x1, y1), (x1, y1)), "callout": None, "label": None}

    assert broken(picture, arrow=through)[:1] == [
        f"diagrams_src/figura.py:8: [seta-sobre-titulo] Na figura, a seta `a--b` atravessa o título de `vpc`; {REMEDY}."]


def test_a_number_off_its_arrow(picture):
    found = broken(picture, arrow=lambda found: {"callout": (found.arrows[0].callout[0], found.arrows[0].callout[1] + 3)})
    assert f"diagrams_src/figura.py:8: [numero-fora-da-seta] Na figura, o número da seta `a--b` está fora dela; {REMEDY}." in found


def test_an_arrow_too_short_for_its_number(picture):
    found = broken(picture, arrow=lambda found: {"curve": tuple((found.arrows[0].callout[0] + i, found.arrows[0].callout[1]) for i in range(4))})
    assert found == [f"diagrams_src/figura.py:8: [seta-curta] Na figura, a seta `a--b` é curta demais para o número; {REMEDY}."]


def test_a_title_outside_its_group(picture):
    found = broken(picture, frame=lambda found: {"title": found.frames[0].title.grown(40)})
    assert f"diagrams_src/figura.py:5: [titulo-fora] Na figura, o título de `vpc` não cabe no grupo; {REMEDY}." in found
    assert f"diagrams_src/figura.py:5: [fora-da-figura] Na figura, o título de `vpc` sai da área desenhada; {REMEDY}." in found


LONG = "EC2('uma duas três quatro cinco seis sete oito nove dez onze doze treze catorze'{}) >> EC2('b')"


def test_a_script_without_our_attributes_is_warned_and_drawn(project):
    project.script("alheia", LONG.format(""))
    answer = project.run("gerar")
    assert answer.status == 0 and project.picture("alheia").is_file()
    assert "aviso: diagrams_src/alheia.py:5: [rotulo-longo] O rótulo `uma duas três quatro cinco seis sete oit…` é longo demais para a figura; encurte-o.\n" in answer.said


def test_a_script_with_our_attributes_gets_an_error_and_no_picture(project):
    script = project.script("nossa", LONG.format(", recurso='A'"))
    assert project.run("gerar").status == 1 and not project.picture("nossa").exists()
    with pytest.raises(Defect, match=r"\[rotulo-longo\]"):
        render(script, project.root)
