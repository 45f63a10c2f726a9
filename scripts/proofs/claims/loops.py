"""Laços: o que uma função grava não a aciona de novo."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import FUNCTION
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.triggers import Trigger, triggers
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.identity.powers import Power, assuming, power
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource

CAUSES = {
    "s3:ObjectCreated": ("s3:PutObject",),
    "s3:ObjectRemoved": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:ObjectTagging": ("s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    "s3:ObjectAcl": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    "s3:ObjectRestore": ("s3:RestoreObject",),
}
"""As ações que causam cada evento; de outro evento, ou de um que não se conhece, qualquer uma delas.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""
ANY = tuple(action for actions in CAUSES.values() for action in actions)
Actors = list[tuple[Resource, Resource | None]]
SAFE = "grave noutro bucket, ou noutro prefixo, e limite a isso a permissão"


@claim("sem-laco")
def no_loop(scene: Scene) -> Iterator[Evidence]:
    """O resultado não aciona a função de novo.

    Uma função que faz de novo o que a acionou chama a si mesma sem parar, e a conta cresce até
    alguém perceber. Aqui o papel dela nem tem a permissão.

    - a função é acionada pela notificação de um bucket, direta, por fila, por tópico ou pelo EventBridge;
    - nada permite, nem talvez permita, que o papel dela cause esse evento (`s3:PutObject`, se é o de
      criação) numa chave que a notificação pega;
    - nem por uma função que ela invoca, nem por uma volta que passa por outros buckets e funções;
    - o papel não assume outro, e não usa política pronta da AWS que pudesse permitir isso.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    """
    view, found = scene.view, triggers(scene.view)
    acting = [_acting(view, trigger.function) for trigger in found]
    for trigger, actors in zip(found, acting, strict=True):
        yield from _started(view, trigger, actors)
    links = [[_link(view, actors, other) for other in found] for actors in acting]
    for first, one in enumerate(found):
        for second, other in enumerate(found):
            if first == second or first in _reached(links, second):
                yield from _turn(one, other, links[first][second])


def _started(view: View, trigger: Trigger, actors: Actors) -> Iterator[Evidence]:
    """Sabe-se quem o evento aciona, com que papel, e que chaves pega."""
    bucket, function = trigger.bucket, trigger.function
    if function is None:
        yield Missing(trigger.path, f"não se sabe que função `{bucket.id}` aciona", "cite uma função deste template, ou um apelido dela")
        return
    yield Found(at(bucket, "NotificationConfiguration"), f"`{bucket.id}` aciona `{function.id}`")
    for actor, role in actors:
        if role is None or trigger.caught is None:
            yield Missing(at(actor), f"não se sabe onde `{actor.id}` pode gravar, ou o que a aciona",
                          "dê-lhe um papel deste template, e escreva o filtro por extenso")
            continue
        yield Found(at(actor, "Role"), f"`{actor.id}` age com o papel `{role.id}`")
        for path in assuming(view, role):
            yield Missing(path, f"`{actor.id}` talvez possa assumir outro papel, e gravar com ele", "tire a permissão `sts:AssumeRole`")


def _acting(view: View, function: Resource | None) -> Actors:
    """A função, e as que ela talvez invoque, cada uma com o seu papel."""
    pending = [function] if function else []
    known = {each.id: principal_of(view, each).role for each in pending}
    while pending:
        role = known[pending.pop().id]
        for other in view.of_type(FUNCTION) if role else ():
            if other.id not in known and role and power(view, role, "lambda:InvokeFunction", f"{view.arn(other)}*", other).paths:
                known[other.id] = principal_of(view, other).role
                pending.append(other)
    return [(view.resources[name], role) for name, role in known.items()]


def _link(view: View, actors: Actors, other: Trigger) -> Power:
    """O que deixa quem um evento aciona causar o outro."""
    actions = CAUSES.get(":".join(other.event.split(":")[:2]), ANY) if other.caught else ()
    powers = [power(view, role, action, other.caught or "", other.bucket) for _, role in actors if role for action in actions]
    return Power(tuple(path for each in powers for path in each.paths), tuple(line for each in powers for line in each.denials))


def _reached(links: list[list[Power]], start: int) -> set[int]:
    """Os eventos a que se chega deste, de um em um."""
    found: set[int] = set()
    pending = [start]
    while pending:
        news = {index for index, link in enumerate(links[pending.pop()]) if link.paths} - found
        found |= news
        pending += news
    return found


def _turn(one: Trigger, other: Trigger, link: Power) -> Iterator[Evidence]:
    """O passo que fecharia a volta."""
    yield from link.denials
    for path in link.paths:
        assert one.function and other.function
        onward = "o que a aciona de novo" if one == other else f"o que aciona `{other.function.id}`, numa volta sem fim"
        yield Missing(path, f"`{one.function.id}` pode gravar em `{other.bucket.id}` {onward}", SAFE)
