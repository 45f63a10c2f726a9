"""Os prazos das regras de ciclo de vida de um bucket: o que apaga tudo, e o que apagaria antes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.proofs.evidence import Missing, readable
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Key, Resource
from scripts.template.numbers import whole
from scripts.template.values import Path

CURRENT = (("ExpirationInDays",), ("ExpirationDate",))
OLD = (("NoncurrentVersionExpiration", "NoncurrentDays"), ("NoncurrentVersionExpirationInDays",))
KEPT = "NewerNoncurrentVersions"
SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


class Term(NamedTuple):
    """O prazo de uma regra que não está desligada; `days` é `None` quando não se sabe qual é.

    `sure` diz que a regra está ligada e apaga tudo o que passa do prazo, e `filters`, os filtros que só deixam apagar uma parte.
    """

    status: Placed
    line: Placed
    days: int | None
    sure: bool
    filters: tuple[tuple[str, Path], ...] = ()


def terms(view: View, bucket: Resource, paths: tuple[tuple[Key, ...], ...]) -> list[Term]:
    """Os prazos escritos num destes caminhos, `CURRENT` ou `OLD`, das regras ligadas e das que talvez estejam."""
    found = []
    for rule in view.items(bucket, "LifecycleConfiguration", "Rules"):
        status = view.inside(rule, "Status") or rule
        for keys in paths if status.value != "Disabled" else ():
            line = view.inside(rule, *keys)
            if line:
                days = whole(line.value) or None
                sure = days is not None and status.value == "Enabled" and not _partial(view, bucket, rule, keys)
                found.append(Term(status, line, days, sure, tuple(_filters(view, rule))))
    return found


def _partial(view: View, bucket: Resource, rule: Placed, keys: tuple[Key, ...]) -> bool:
    """A regra deixa algo de fora: objetos que o filtro não pega, ou um número de versões que ficam."""
    kept = view.inside(rule, *keys[:-1], KEPT)
    return bool(_filters(view, rule)) or kept is not None


def _filters(view: View, rule: Placed) -> list[tuple[str, Path]]:
    """As propriedades da regra que deixam objetos de fora, e onde."""
    return [(name, found.path) for name in ("Prefix", "TagFilters", *SIZES) if (found := view.inside(rule, name)) and found.value not in ("", [])]


def holding(view: View, bucket: Resource) -> Missing | None:
    """O que, numa regra que apagaria as versões antigas, deixa versões para sempre; nada, se nenhuma regra as apaga.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_NoncurrentVersionExpiration.html
    """
    for rule in view.items(bucket, "LifecycleConfiguration", "Rules"):
        line = next((line for keys in OLD if (line := view.inside(rule, *keys))), None)
        kept, status = view.inside(rule, OLD[0][0], KEPT), view.inside(rule, "Status")
        filters = _filters(view, rule)
        if line and status and status.value == "Disabled":
            return Missing(status.path, f"as versões antigas de `{bucket.id}` ficam para sempre: a regra que as apagaria está desligada",
                           "use `Status: Enabled`")
        if line and kept:
            return Missing(kept.path, f"`{KEPT}` guarda sem prazo as {readable(kept.value)} versões antigas mais novas de cada objeto de "
                           f"`{bucket.id}`", f"tire `{KEPT}`")
        if line and filters:
            name, path = filters[0]
            return Missing(path, f"as versões antigas de `{bucket.id}` ficam para sempre: a regra só apaga as que `{name}` pega",
                           f"tire `{name}` dela, ou acrescente outra, sem filtro")
    return None


def general(found: list[Term]) -> Term | None:
    """O primeiro prazo que vale para tudo."""
    return next((term for term in found if term.sure), None)


def earlier(bucket: Resource, found: list[Term], chosen: Term) -> Iterator[Missing]:
    """Os outros prazos que apagam, ou talvez apaguem, alguma coisa antes."""
    for term in found:
        if term != chosen and (term.days is None or term.days < (chosen.days or 0)):
            yield Missing(term.line.path, f"outra regra de `{bucket.id}` pode apagar antes de {chosen.days} dias", "deixe um prazo só")
