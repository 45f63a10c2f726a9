"""A rede: o que os grupos de segurança passam a deixar, quem passa a alcançar quem, e o que a internet alcança."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from scripts.base.wording import listed
from scripts.proofs.network.topology import WORLD as EVERYWHERE
from scripts.proofs.network.topology import within
from scripts.review.change import CHANGED, GAINED, LOST, Change
from scripts.review.facts import Facts, Opening
from scripts.review.reachability import ABROAD, ALL, spoken
from scripts.review.words import called, short
from scripts.review.worlds import Meeting, Worlds, meeting


def changes(old: Facts, new: Facts) -> Iterator[Change]:
    """Os grupos, os pares e os caminhos da internet."""
    worlds = meeting(old, new)
    came, went = worlds.gained(new.openings, _known(old.openings)), worlds.lost(old.openings, _known(new.openings))
    yield from _rules(old, new, worlds, came, went)
    for kind, facts, found in ((GAINED, new, worlds.gained(new.reaches, _known(old.reaches))),
                               (LOST, old, worlds.lost(old.reaches, _known(new.reaches)))):
        yield from _pairs(facts, worlds, found, kind)
    yield from _internet(old, new, {rule.group for rule in came})


def _known(others: Mapping[Opening, Worlds]) -> Callable[[Opening], Worlds]:
    return lambda rule: frozenset().union(*(worlds for other, worlds in others.items() if contains(other, rule)))


def contains(wide: Opening, narrow: Opening) -> bool:
    """Tudo o que uma regra deixa passar, a outra também deixa."""
    if (wide.group, wide.ingress) != (narrow.group, narrow.ingress) or wide.protocol not in (narrow.protocol, "-1"):
        return False
    ports = wide.protocol == "-1" or wide.first <= narrow.first and narrow.last <= wide.last
    return ports and (wide.peer == narrow.peer or within(narrow.peer, wide.peer))


def _rules(old: Facts, new: Facts, worlds: Meeting, came: Mapping[Opening, Worlds], went: Mapping[Opening, Worlds]) -> Iterator[Change]:
    """As regras novas e as tiradas; a que só mudou de tamanho se diz uma vez, com o que era."""
    left = dict(went)
    for rule, where in came.items():
        before = [other for other in left if _kin(rule, other)]
        inner = [other for other in old.openings if other not in new.openings and other not in left and contains(rule, other)]
        for other in before:
            del left[other]
        wider = not before or not all(contains(other, rule) for other in before)
        was = f" (antes, {listed([_ends(other) for other in before + inner])})" if before + inner else ""
        verb = "passa a deixar" if wider else "agora só deixa"
        yield Change("rede", CHANGED if before else GAINED, rule.group,
                     f"O grupo {_group(new, rule.group)} {verb} {_way(rule)} {_ends(rule)}{_open(rule)}{worlds.when(where)}{was}.",
                     "rede aberta" if wider else "rede fechada", grave=wider and _risky(rule))
    for rule, where in left.items():
        narrow = [other for other in new.openings if other != rule and contains(rule, other)]
        now = f" (agora, só {listed([_ends(other) for other in narrow])})" if narrow else ""
        yield Change("rede", LOST, rule.group, f"O grupo {_group(old, rule.group)} deixa de deixar {_way(rule)} {_ends(rule)}"
                     f"{worlds.when(where)}{now}.", "rede fechada")


def _kin(rule: Opening, other: Opening) -> bool:
    """A mesma regra com outro tamanho: uma contém a outra, ou só muda a porta ou só a outra ponta."""
    if (rule.group, rule.ingress) != (other.group, other.ingress):
        return False
    ports = (rule.protocol, rule.first, rule.last) == (other.protocol, other.first, other.last)
    return contains(rule, other) or contains(other, rule) or ports != (rule.peer == other.peer)


def _group(facts: Facts, group: str) -> str:
    return f"`{group}` (“{facts.labels[group]}”)" if group in facts.labels else f"`{group}`"


def _way(rule: Opening) -> str:
    return "entrar" if rule.ingress else "sair"


def _ends(rule: Opening) -> str:
    side = "de" if rule.ingress else "para"
    return f"{spoken(rule.protocol, rule.first, rule.last)} {side} `{short(rule.peer)}`"


def _open(rule: Opening) -> str:
    return ", que é a internet inteira" if rule.ingress and rule.peer in EVERYWHERE else ""


def _risky(rule: Opening) -> bool:
    """O que se olha primeiro: quem entra, e a saída sem limite nenhum."""
    return rule.ingress or rule.peer in EVERYWHERE and (rule.protocol == "-1" or (rule.first, rule.last) == ALL)


def _pairs(facts: Facts, worlds: Meeting, found: Mapping[Opening, Worlds], kind: str) -> Iterator[Change]:
    for pair, where in found.items():
        verb = "passa a alcançar" if kind == GAINED else "deixa de alcançar"
        ports = spoken(pair.protocol, pair.first, pair.last) if pair.protocol != "-1" else "qualquer porta"
        text = (f"Pela rede, {called(pair.peer, facts)} {verb} {pair.group if pair.group == ABROAD else called(pair.group, facts)} em "
                f"{ports}{worlds.when(where)}.")
        yield Change("rede", kind, f"{pair.peer}--{pair.group}", text, "alcance novo" if kind == GAINED else "alcance a menos", grave=kind == GAINED)


def _internet(old: Facts, new: Facts, told_groups: set[str]) -> Iterator[Change]:
    """O que a internet passa a alcançar, ou deixa de alcançar; de quem ela já alcançava, só a entrada nova."""
    before, after = ({(name, entry): (way, sure) for name, entry, way, sure in reversed(list(facts.exposed))} for facts in (old, new))
    known, now = ({name for name, _ in found} for found in (before, after))
    told: set[str] = set()
    for (name, entry), (way, sure) in after.items():
        if (name, entry) in before or name in told:
            continue
        if name in known:
            if any(f"`{group}`" in entry for group in told_groups):
                continue
            text = f"A internet entra em {called(name, new)} também por {entry}."
            yield Change("rede", GAINED, name, text, "internet por outra entrada", grave=True)
        else:
            told.add(name)
            verb = "passa a alcançar" if sure else "talvez passe a alcançar"
            yield Change("rede", GAINED, name, f"A internet {verb} {called(name, new)}: {way}.", "aberto à internet", grave=True)
    for name in sorted(known - now):
        if name in new.resources:
            yield Change("rede", LOST, name, f"A internet deixa de alcançar {called(name, old)}.", "fechado à internet")
