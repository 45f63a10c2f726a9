"""O acesso: o que cada papel e cada política passa a deixar, ou deixa de deixar.

Só o que o outro lado não cobria: uma política reescrita que diz o mesmo não aparece aqui.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scripts.base.wording import listed
from scripts.review.change import CHANGED, GAINED, LOST, Change
from scripts.review.coverage import Known, effective
from scripts.review.facts import Facts, Grant
from scripts.review.words import called, can, condition, short
from scripts.review.worlds import Meeting, Worlds, meeting, when

Near = tuple[Grant, ...]


def changes(old: Facts, new: Facts) -> Iterator[Change]:
    """As permissões e negações ganhas e perdidas, juntas por quem, por alvo e por condição."""
    here, there, worlds = effective(old.grants), effective(new.grants), meeting(old, new)
    # O que uma negação põe ou tira, ela mesma diz: do outro lado, conta tudo o que está escrito.
    before, after = Known(old.grants), Known(new.grants)
    for grants, other, side, facts, kind in ((worlds.gained(there, before.worlds), here, there, new, GAINED),
                                             (worlds.lost(here, after.worlds), there, here, old, LOST)):
        for (model, where, near), (actions, targets) in _grouped(grants, other, side).items():
            when_before = _before(old, worlds, before, model, actions, targets, where) if kind == GAINED else ""
            yield _told(facts, replace(model, target=targets[0]), targets, actions, f"{worlds.when(where)}{_near(near, kind)}{when_before}", kind)
    for name, role in new.acts.items():
        was = old.acts.get(name)
        if was and was != role:
            yield Change("acesso", CHANGED, name, f"{called(name, new)} passa a agir com o papel `{role}`, e antes agia com `{was}`.", "outro papel",
                         grave=True)


Group = tuple[Grant, Worlds, Near]


def _grouped(grants: Mapping[Grant, Worlds], other: Mapping[Grant, Worlds], side: Mapping[Grant, Worlds]) -> dict[Group, tuple[list[str], list[str]]]:
    """As que só diferem na ação, juntas, e depois as que só diferem no alvo: de cada grupo, as ações e os alvos.

    O último do grupo são as do outro lado, e só dele, que a permissão contém: o que ela era, ou ficou sendo.
    """
    only = Known({grant: where for grant, where in other.items() if grant not in side})
    actions: dict[Group, list[str]] = {}
    for grant, where in grants.items():
        near = tuple(dict.fromkeys(_narrower(grant, narrow) for narrow in only.within(grant)))
        actions.setdefault((replace(grant, action=""), where, near), []).append(grant.action)
    found: dict[tuple[Group, tuple[str, ...]], list[str]] = {}
    for (model, where, near), many in actions.items():
        found.setdefault(((replace(model, target=""), where, near), tuple(sorted(many))), []).append(model.target)
    return {(replace(model, target=targets[0]), where, near): (list(many), targets) for ((model, where, near), many), targets in found.items()}


def _narrower(wide: Grant, narrow: Grant) -> Grant:
    """Só o que a permissão menor tem de diferente da maior."""
    return replace(narrow, **{name: empty for name, empty in (("who", ""), ("action", ""), ("target", ""), ("condition", ()))
                              if getattr(narrow, name) == getattr(wide, name)})


def _before(old: Facts, worlds: Meeting, known: Known, model: Grant, actions: list[str], targets: list[str], where: Worlds) -> str:
    """Em que casos já valia, quando já valia em algum."""
    wanted = [replace(model, action=action, target=target) for action in actions for target in targets]
    held = [known.worlds(grant) for grant in wanted]
    could = frozenset().union(*(worlds.possible[world] for world in where))
    shared = frozenset.intersection(*held) & could
    return f" (antes, só{when(old.worlds, shared).removeprefix(',')})" if shared else ""


def _near(near: Near, kind: str) -> str:
    if not near:
        return ""
    said = [" ".join(filter(None, (f"`{short(grant.who)}`" if grant.who else "", f"`{grant.action}`" if grant.action else "",
                                   f"em `{short(grant.target)}`" if grant.target else "", condition(grant).removeprefix(", só "))))
            for grant in near[:3]]
    return f" ({'antes' if kind == GAINED else 'agora'}, só {listed(said)}{f' e mais {len(near) - 3}' if len(near) > 3 else ''})"


def _told(facts: Facts, model: Grant, targets: list[str], actions: list[str], limits: str, kind: str) -> Change:
    widened = model.allows == (kind == GAINED)
    short_ = "permissão que não se lê" if model.opaque else "permissão ampliada" if widened else "permissão reduzida"
    text = f"{_said(facts, model, targets, actions, kind == GAINED)}{condition(model)}{limits}."
    return Change("acesso", kind, model.subject, text, short_, grave=widened)


def _said(facts: Facts, model: Grant, targets: list[str], actions: list[str], gained: bool) -> str:
    """Quem passa, ou deixa, de poder o quê."""
    verb = ("passa a poder" if gained else "deixa de poder") if model.allows else (
        "passa a ser proibido de" if gained else "deixa de ser proibido de")
    if model.opaque:
        return f"Em `{model.subject}`, {'há agora' if gained else 'já não há'} algo que não se lê: {model.opaque}"
    what = can(actions, model, targets, facts)
    role = f"o papel `{model.subject}`" + (f", de “{facts.roles[model.subject]}”" if model.subject in facts.roles else "")
    if model.kind == "papel":
        return f"O{role[1:]}{',' if model.subject in facts.roles else ''} {verb} {what}"
    if model.kind == "confianca":
        return f"{_who(model)} {verb} assumir {role} ({listed([f'`{action}`' for action in actions])})"
    if model.kind == "politica":
        return f"Quem tiver a política `{model.subject}` {verb} {what}"
    if model.kind == "endpoint":
        who = _who(model)
        return f"Pelo endpoint `{model.subject}`, {who[:1].lower()}{who[1:]} {verb} {what}"
    return f"{_who(model)} {verb} {what}, pela política de `{model.subject}`"


def _who(model: Grant) -> str:
    if model.who == "*":
        return "Qualquer um"
    return f"`{short(model.who)}`" if model.who else "Quem chega ao recurso"
