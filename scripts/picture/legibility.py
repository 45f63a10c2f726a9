"""Invariantes: o que toda figura tem de cumprir para ser lida.

Entra uma `Picture`; saem achados que nomeiam as duas coisas em conflito. Quem escreve o
script responde mudando a direção, a ordem ou o rótulo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.base.wording import decimal
from scripts.picture import text
from scripts.picture.geometry import Box, distance
from scripts.picture.labels import END
from scripts.picture.placement import Picture, circle, node_callout

# Coluna do Material a 1280 px com `hide: [navigation, toc]`, e o menor texto efetivo aceito.
COLUMN = 1188
SMALLEST = 11
WIDEST_LABEL = 170
MOST_LINES = 3
REMEDY = "mude a direção, a ordem ou encurte o rótulo"
# O conselho a quem só quer ver o próprio script desenhado, por defeito; do pior ao mais leve.
ADVICE = {
    "seta-atravessa": "mude a ordem em que declara os componentes, ou a direção",
    "sobreposicao": "encurte um dos rótulos ou afaste as pontas com `minlen=\"2\"`",
    "rotulo-sobre-seta": "encurte o rótulo ou afaste as pontas com `minlen=\"2\"`",
    "seta-sobre-titulo": "encurte o título ou mude a ordem em que declara os grupos",
    "rotulo-na-borda": "encurte o rótulo ou afaste as pontas com `minlen=\"2\"`",
    "texto-pequeno": REMEDY,
    "rotulo-longo": "encurte-o",
}
MOST = 3


def check(picture: Picture) -> list[Finding]:
    """Achados da figura, na ordem das linhas do script; vazio quando está tudo bem."""
    findings = [
        *_size(picture),
        *_long_labels(picture),
        *_overlaps(picture),
        *_borders(picture),
        *_strikes(picture),
        *_arrows(picture),
        *_titles(picture),
    ]
    return sorted(set(findings))


def for_people(diagram: Diagram, findings: list[Finding]) -> list[Finding]:
    """Os avisos de um script alheio: os piores primeiro, poucos, e quantos ficaram."""
    severity = {code: rank for rank, code in enumerate(ADVICE)}
    ranked = sorted(findings, key=lambda finding: (severity.get(finding.code, len(severity)), finding))
    left = len(ranked) - MOST
    if left <= 1:
        return ranked
    more = f"Esta figura tem mais {left} avisos; resolva primeiro os de cima."
    return [*ranked[:MOST], Finding(diagram.path, diagram.line, "mais-avisos", more)]


def few(notes: tuple[Finding, ...]) -> list[Finding]:
    """O que um script alheio pede e a figura não mostra: poucos de cada tipo, e quantos ficaram."""
    shown, count = [], Counter()
    for note in notes:
        count[note.code] += 1
        shown += [note] if count[note.code] <= MOST else []
    left = [(code, seen - MOST) for code, seen in count.items() if seen > MOST]
    return shown + [Finding(notes[0].path, notes[0].line, "mais-avisos", f"Há mais {many} `{code}` nesta figura.") for code, many in left]


def _finding(picture: Picture, line: int, code: str, message: str) -> Finding:
    """O achado; num script alheio, com o conselho que serve a ele."""
    diagram = picture.layout.diagram
    if not diagram.bound:
        message = message.replace(REMEDY, ADVICE.get(code, REMEDY))
    return Finding(diagram.path, line, code, message)


def _called(picture: Picture, identity: str) -> str:
    """Como dizer um elemento: pelo id, que o autor deu, ou pelo rótulo, num script alheio."""
    diagram = picture.layout.diagram
    if diagram.bound:
        return f"`{identity}`"
    edge = next((edge for edge in diagram.edges if edge.id == identity), None)
    labels = [diagram.elements[name].label for name in ((edge.tail, edge.head) if edge else (identity,))]
    return f"“{' → '.join(' '.join(label.split()) or 'sem nome' for label in labels)}”"


def _size(picture: Picture) -> Iterator[Finding]:
    effective = text.SIZE * min(1.0, COLUMN / picture.width)
    if effective < SMALLEST:
        shown = decimal(effective, 1)
        horizontal = picture.layout.diagram.horizontal
        advice = f'{REMEDY}, ou use `direction="TB"`.' if horizontal else "divida-a em duas ou encurte os rótulos."
        message = f"A figura tem {picture.width:.0f} px de largura e o texto ficaria com {shown} px na página; {advice}"
        yield _finding(picture, picture.layout.diagram.line, "texto-pequeno", message)


def _long_labels(picture: Picture) -> Iterator[Finding]:
    labels = [(n.node.line, n.node.label, n.lines) for n in picture.nodes]
    labels += [(a.edge.line, a.edge.label, a.lines) for a in picture.arrows]
    labels += [(f.group.line, f.group.label, f.lines) for f in picture.frames]
    for line, label, lines in labels:
        if len(lines) > MOST_LINES or any(text.width(word) > 2 * WIDEST_LABEL for word in (*lines, *label.split())):
            short = f"{label[:40]}…" if len(label) > 40 else label
            yield _finding(picture, line, "rotulo-longo", f"O rótulo `{short}` é longo demais para a figura; encurte-o.")


def _texts(picture: Picture) -> list[tuple[str, str, int, Box]]:
    """O que é, de quem, em que linha e a caixa de tudo o que tem de ser lido."""
    found = []
    marks = picture.layout.diagram.marks
    for node in picture.nodes:
        name, line = node.node.id, node.node.line
        found.append(("o ícone de", name, line, node.icon))
        if any(node.lines):
            found.append(("o rótulo de", name, line, node.label))
        if center := node_callout(node):
            found.append(("o número de", name, line, circle(center, marks[name])))
    for arrow in picture.arrows:
        name, line = arrow.edge.id, arrow.edge.line
        found += [("o rótulo da seta", name, line, box) for box in arrow.words]
        if arrow.callout:
            found.append(("o número da seta", name, line, circle(arrow.callout, marks[name])))
    for frame in picture.frames:
        name, line = frame.group.id, frame.group.line
        found.append(("o título de", name, line, frame.title))
        if frame.callout:
            found.append(("o número de", name, line, circle(frame.callout, marks.get(name, ""))))
    return found


def _overlaps(picture: Picture) -> Iterator[Finding]:
    texts = [(what, name, line, box.grown(-0.5)) for what, name, line, box in _texts(picture)]
    for (what, name, line, box), (other, its_name, _, against) in combinations(texts, 2):
        if box.overlaps(against):
            both = f"{what} {_called(picture, name)} cobre {other} {_called(picture, its_name)}"
            yield _finding(picture, line, "sobreposicao", f"Na figura, {both}; {REMEDY}.")


def _borders(picture: Picture) -> Iterator[Finding]:
    for arrow in picture.arrows:
        for frame in picture.frames:
            if arrow.label and arrow.label.straddles(frame.box):
                names = _called(picture, arrow.edge.id), _called(picture, frame.group.id)
                message = f"Na figura, o rótulo da seta {names[0]} cruza a borda de {names[1]}; {REMEDY}."
                yield _finding(picture, arrow.edge.line, "rotulo-na-borda", message)


def _strikes(picture: Picture) -> Iterator[Finding]:
    for arrow in picture.arrows:
        words = [box.grown(-1) for box in arrow.words]
        for other in picture.arrows:
            if other is not arrow and any(map(other.path.crosses, words)):
                names = _called(picture, arrow.edge.id), _called(picture, other.edge.id)
                message = f"Na figura, o rótulo da seta {names[0]} está sobre a seta {names[1]}; {REMEDY}."
                yield _finding(picture, arrow.edge.line, "rotulo-sobre-seta", message)


def _arrows(picture: Picture) -> Iterator[Finding]:
    solid = [(n.node.id, n.icon.grown(-2), n.label.grown(-2) if any(n.lines) else n.icon) for n in picture.nodes]
    for arrow in picture.arrows:
        path = arrow.path
        ends = {arrow.edge.tail, arrow.edge.head}
        for name, icon, label in solid:
            if name not in ends and (path.crosses(icon) or path.crosses(label)):
                message = f"Na figura, a seta {_called(picture, arrow.edge.id)} atravessa {_called(picture, name)}; {REMEDY}."
                yield _finding(picture, arrow.edge.line, "seta-atravessa", message)
        for frame in picture.frames:
            if path.crosses(frame.title.grown(-2)):
                names = _called(picture, arrow.edge.id), _called(picture, frame.group.id)
                message = f"Na figura, a seta {names[0]} atravessa o título de {names[1]}; {REMEDY}."
                yield _finding(picture, arrow.edge.line, "seta-sobre-titulo", message)
        if arrow.callout and distance(path.nearest(arrow.callout), arrow.callout) > 1:
            message = f"Na figura, o número da seta {_called(picture, arrow.edge.id)} está fora dela; {REMEDY}."
            yield _finding(picture, arrow.edge.line, "numero-fora-da-seta", message)
        if arrow.callout and path.length < END:
            message = f"Na figura, a seta {_called(picture, arrow.edge.id)} é curta demais para o número; {REMEDY}."
            yield _finding(picture, arrow.edge.line, "seta-curta", message)


def _titles(picture: Picture) -> Iterator[Finding]:
    canvas = Box(0, 0, picture.width, picture.height)
    for frame in picture.frames:
        if not frame.box.grown(1).encloses(frame.title):
            message = f"Na figura, o título de {_called(picture, frame.group.id)} não cabe no grupo; {REMEDY}."
            yield _finding(picture, frame.group.line, "titulo-fora", message)
    for what, name, line, box in _texts(picture):
        if not canvas.encloses(box):
            yield _finding(picture, line, "fora-da-figura", f"Na figura, {what} {_called(picture, name)} sai da área desenhada; {REMEDY}.")


def struck(picture: Picture) -> list[str]:
    """Os grupos cujo título uma seta atravessa."""
    return [frame.group.id for frame in picture.frames if any(arrow.path.crosses(frame.title.grown(-2)) for arrow in picture.arrows)]
