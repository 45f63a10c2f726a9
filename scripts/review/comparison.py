"""A comparação de dois lados: as arquiteturas que mudaram, e o que mudou em cada uma."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.base.diagram import Diagram
from scripts.base.tree import Tree
from scripts.base.wording import listed
from scripts.review import access, cost, network, page, picture, renaming, steps, template
from scripts.review.change import CHANGED, GAINED, LOST, RENAMED, REST, Change, ordered
from scripts.review.facts import Facts
from scripts.review.picture import Sides
from scripts.review.revision import Pair
from scripts.review.side import Reader, Side

TOGETHER = ("arquiteturas.toml", "regras", "diagrams_src")
"""O que vale para mais de uma arquitetura: mudado, todas se leem outra vez."""


@dataclass(frozen=True)
class Compared:
    """Uma arquitetura: `state` é `nova`, `removida`, `renomeada` ou `mudada`, e as mudanças em ordem."""

    slug: str
    title: str
    state: str
    changes: tuple[Change, ...]
    old: Facts | None = None
    new: Facts | None = None


@dataclass(frozen=True)
class Comparison:
    """O que mudou entre dois lados: de cada arquitetura e, em `notes`, o que se precisa dizer da comparação."""

    base: str
    revision: str
    architectures: tuple[Compared, ...]
    notes: tuple[str, ...] = ()


def compare(pair: Pair, slugs: Sequence[str] = ()) -> Comparison:
    """Lê os dois lados ao mesmo tempo, só nas arquiteturas que têm algum byte diferente, e compara os fatos."""
    touched = [slug for slug in _touched(pair.old, pair.new) if not slugs or slug in slugs]
    readers = [Reader(root, touched) for root in (pair.old, pair.new)] if touched else []
    try:
        old, new = (reader.side() for reader in readers) if readers else (Side({}), Side({}))
    finally:
        for reader in readers:
            reader.stop()
    notes = [*pair.notes, *_shared(pair.old, pair.new), *_said("velho", old), *_said("novo", new)]
    found = list(architectures(old, new))
    return Comparison(pair.old_name, pair.new_name, tuple(one for one in found if one.changes), tuple(notes))


def _said(name: str, side: Side) -> list[str]:
    return [f"Do lado {name}: {problem}" for problem in side.problems]


def _touched(old: Path, new: Path) -> list[str]:
    """As arquiteturas com algo diferente num arquivo delas, ou todas, se é num que vale para todas."""
    trees = Tree(old), Tree(new)
    known = sorted({slug for tree in trees for slug in tree.architectures()})
    if _altered(*trees, known):
        return known
    return [slug for slug in known if any(_bytes(ours) != _bytes(theirs) for ours, theirs in zip(*(_files(tree, slug) for tree in trees)))]


def _altered(old: Tree, new: Tree, known: Sequence[str]) -> list[str]:
    """Os arquivos diferentes que valem para mais de uma arquitetura."""
    own = {f"diagrams_src/{slug}.py" for slug in known}
    here, there = ({tree.name(path): path for path in _common(tree) if path.is_file()} for tree in (old, new))
    return sorted(name for name in (here.keys() | there.keys()) - own if _bytes(here.get(name)) != _bytes(there.get(name)))


def _shared(old: Path, new: Path) -> list[str]:
    """O aviso de que mudou algo de que as provas, ou as figuras, de todas dependem."""
    trees = Tree(old), Tree(new)
    altered = _altered(*trees, sorted({slug for tree in trees for slug in tree.architectures()}))
    rules = [name for name in altered if name.startswith("regras/") and name.endswith(".py")]
    others = [name for name in altered if name not in rules]
    return [f"{text}: {listed([f'`{name}`' for name in names[:8]])}." for text, names in (
        ("Mudaram as regras da árvore, e o que se prova de cada lado é pelas dele; leia-as", rules),
        ("Mudou o que vale para mais de uma arquitetura", others)) if names]


def _common(tree: Tree) -> Iterator[Path]:
    for name in TOGETHER:
        path = tree.root / name
        yield from [path] if path.is_file() else (inner for inner in path.rglob("*") if inner.suffix in (".py", ".svg"))


def _files(tree: Tree, slug: str) -> tuple[Path, ...]:
    return tree.script(slug), tree.page(slug), tree.template(slug), tree.picture(slug)


def _bytes(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError:
        return None


def architectures(old: Side, new: Side) -> Iterator[Compared]:
    """O que mudou em cada arquitetura lida de um lado ou do outro; a que não mudou vem sem mudanças."""
    moved = _moved(old, new)
    for slug, facts in new.facts.items():
        before = old.facts.get(slug) or old.facts.get(moved.get(slug, ""))
        if before is None:
            yield Compared(slug, facts.title or slug, "nova", (_whole(facts, GAINED), *_unread(facts, "do lado novo")), None, facts)
        else:
            yield both(before, facts)
    for slug, facts in old.facts.items():
        if slug not in new.facts and slug not in moved.values():
            yield Compared(slug, facts.title or slug, "removida", (_whole(facts, LOST),), facts, None)


def _moved(old: Side, new: Side) -> dict[str, str]:
    """De cada arquitetura que só trocou de nome, o antigo: os mesmos componentes e o mesmo template."""
    gone = {slug: facts for slug, facts in old.facts.items() if slug not in new.facts}
    found = {}
    for slug, facts in new.facts.items():
        same = [name for name, other in gone.items() if slug not in old.facts and facts.template and other.template == facts.template
                and other.diagram and facts.diagram and other.diagram.elements.keys() == facts.diagram.elements.keys()]
        if len(same) == 1:
            found[slug] = same[0]
    return found


def _whole(facts: Facts, kind: str) -> Change:
    """Uma arquitetura inteira que entrou ou saiu."""
    diagram, noun = facts.diagram, "Arquitetura nova" if kind == GAINED else "A arquitetura saiu inteira"
    parts = [f"{len(diagram.nodes)} componentes", f"{len(diagram.edges)} setas"] if diagram else []
    parts += [f"{len(facts.steps)} passos"] if facts.steps else []
    parts += [f"{len(facts.resources)} recursos"] if facts.resources else []
    lacking = [id for id, judged in facts.arrows.items() if judged.state == "sem prova"] if kind == GAINED else []
    warned = f"; sem prova: {listed([f'`{id}`' for id in lacking])}" if lacking else ""
    return Change("componente", kind, facts.slug, f"{noun}: {listed(parts) or 'nada dela se lê'}{warned}.",
                  "arquitetura nova" if kind == GAINED else "arquitetura a menos", grave=bool(lacking))


def _unread(facts: Facts, side: str) -> list[Change]:
    return [Change("leitura", CHANGED, facts.slug, f"Não se lê {side}: {problem}", "parte que não se lê", grave=side == "do lado novo")
            for problem in facts.problems]


def both(old: Facts, new: Facts) -> Compared:
    """O que mudou numa arquitetura que os dois lados têm."""
    names = renaming.resources(old, new)
    found = [*_unread(old, "do lado velho"), *_unread(new, "do lado novo"), *template.renamed(names, old)]
    if old.slug != new.slug:
        found.append(Change("componente", RENAMED, new.slug, f"A arquitetura `{old.slug}` passou a se chamar `{new.slug}`.", "endereço mudado"))
    before = renaming.with_resources(old, names)
    ids = renaming.elements(before, new)
    found += _renamed(ids, new)
    before = renaming.with_elements(before, ids)
    found += changes(before, new)
    state = "mudada" if old.slug == new.slug else "renomeada"
    return Compared(new.slug, new.title or old.title or new.slug, state, tuple(ordered(_gathered(found))), before, new)


def _renamed(ids: dict[str, str], new: Facts) -> Iterator[Change]:
    for id, to in ids.items():
        name = new.names.get(to, to)
        if ids.get(to) == id:
            if id < to:
                yield Change("componente", RENAMED, to, f"Os ids `{id}` e `{to}` foram trocados; o resto dos dois é igual.", "ids trocados")
        else:
            yield Change("componente", RENAMED, to, f"“{name}” mudou de id: de `{id}` para `{to}`; o resto é igual.", "id mudado")


def changes(old: Facts, new: Facts) -> list[Change]:
    """Tudo o que difere entre os fatos de uma arquitetura, com os mesmos ids dos dois lados."""
    found: list[Change] = []
    if old.template and new.template:
        allowed = list(access.changes(old, new))
        found += [*allowed, *network.changes(old, new), *template.changes(old, new, {change.id for change in allowed}),
                  *cost.changes(old.cost, new.cost)]
    told = steps.aligned(old, new)
    if old.diagram and new.diagram:
        found += picture.changes(Sides(old, new, told.to), old.diagram, new.diagram)
    if old.sections and new.sections:
        found += [*told.changes(), *page.benefits(old, new), *page.changes(old, new)]
    found += _layout(old, new, found)
    return found


def _layout(old: Facts, new: Facts, found: list[Change]) -> Iterator[Change]:
    """O que só muda a posição, ou as cores, do que se desenha."""
    if not old.diagram or not new.diagram:
        return
    drawn = any(change.subject in ("componente", "grupo", "seta", "passo") or change.id == "figura" for change in found)
    if old.diagram.digest() != new.diagram.digest() and not drawn:
        text = f"Na figura mudou só o leiaute{_how(old.diagram, new.diagram)}."
        yield Change("leiaute", CHANGED, "figura", text, "só o leiaute")
    elif old.picture != new.picture and not drawn:
        yield Change("leiaute", CHANGED, "figura", "O desenho gravado da figura mudou, e o que o script declara é o mesmo.", "só o leiaute")


def _how(old: Diagram, new: Diagram) -> str:
    said = [f"a direção, de `{old.direction}` a `{new.direction}`"] if old.direction != new.direction else []
    orders = [[element.id for element in (*diagram.nodes, *diagram.groups)] for diagram in (old, new)]
    said += ["a ordem de declaração"] if orders[0] != orders[1] else []
    for told, facts in (("as setas que só posicionam", lambda diagram: [replace(edge, line=0) for edge in diagram.spacers]),
                        ("o peso e a distância das setas", lambda diagram: {edge.id: edge.layout for edge in diagram.edges}),
                        ("os traços e as cores", lambda diagram: {edge.id: (edge.color, edge.style, edge.ink) for edge in diagram.edges})):
        said += [told] if facts(old) != facts(new) else []
    return f": {listed(said)}" if said else ""


def _gathered(found: list[Change]) -> Iterator[Change]:
    """As provas que se apoiam nas mesmas outras linhas, ditas de uma vez."""
    alike: dict[str, list[Change]] = {}
    for change in found:
        if change.short == REST:
            alike.setdefault(change.text.partition(", por outras linhas: ")[2], []).append(change)
        else:
            yield change
    for rest, many in alike.items():
        if len(many) == 1:
            yield many[0]
        else:
            names = listed([change.text.partition(" continua prova")[0].removeprefix("A seta ").removeprefix("O benefício ") for change in many])
            yield replace(many[0], text=f"Continuam provados, por outras linhas ({rest.rstrip('.')}): {names}.")
