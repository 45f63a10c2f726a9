"""As chaves do programa contra o que o template deixa: a do objeto, com a política do papel, e a da tabela, com o que o código grava."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scripts.aws.types import BUCKET, LAUNCH_TEMPLATE, SCALING_GROUP
from scripts.checks.programs import Effect, writes
from scripts.proofs.arrows.meeting import keys_of
from scripts.proofs.arrows.program import HANDED, handed, named
from scripts.proofs.evidence import at
from scripts.proofs.facts.code import DOES, called, nodes
from scripts.proofs.facts.measures import texts
from scripts.proofs.facts.objects import Touch, touched
from scripts.proofs.facts.shapes import module
from scripts.proofs.facts.tables import attributes
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.principals import principal_of
from scripts.template.cloudformation import Resource

PUTS, ASKS = ("put_item", "update_item", "batch_writer"), ("get_item", "update_item", "delete_item")
TYPES = {"S": "texto", "N": "número", "B": "bytes"}


def locked(view: View, owner: Resource) -> Iterator[Effect]:
    """Os objetos que o código de um programa toca e nenhuma permissão do papel dele pode cobrir.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    role = principal_of(view, owner).role if owner.type in HANDED and owner.type != LAUNCH_TEMPLATE else None
    known = named(view, owner) if role else {}
    if role is None or not any(target.type == BUCKET for target in known.values()):
        return
    for source in _sources(view, owner):
        for touch in sorted(touched(source), key=str):
            bucket = known.get(touch.variable)
            given = keys_of(view, role, touch.action, bucket) if bucket and bucket.type == BUCKET else []
            if bucket and given and not _held(touch, given, source):
                yield at(role), (f"o código de `{owner.id}` faz `{touch.action}` em `{min(touch.keys)}` de `{bucket.id}`, e `{role.id}` só o deixa "
                                 f"em {' e '.join(f'`{pattern}`' for pattern in dict.fromkeys(given))}; iguale a chave no código e na política.")
            elif bucket and bucket.type == BUCKET and not given and touch.action not in DOES.values():
                yield at(role), (f"o código de `{owner.id}` chama o que pede `{touch.action}` em `{bucket.id}`, e `{role.id}` não o deixa; dê a "
                                 "permissão, ou use uma chamada que ele deixe.")


def _held(touch: Touch, given: list[str], source: str) -> bool:
    """Alguma permissão pode cobrir a chave; a que o programa monta sem dizer o começo, só se ele diz em algum lugar o da permissão."""
    for pattern in given:
        for key in touch.keys:
            answer, folder = covers(pattern, key), pattern.partition("*")[0]
            said = not key.startswith("*") or key.strip("*/") == "" or not folder or folder.rstrip("/") in source
            if answer or answer is None and said:
                return True
    return False


def unkept(view: View, table: Resource) -> Iterator[Effect]:
    """O código grava as chaves da tabela e dos índices, do tipo que ela diz, e busca pelas dela.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html
    """
    users = [owner for owner in view.resources.values() if owner.type in HANDED and table in named(view, owner).values()]
    sources = list(dict.fromkeys(text for owner in users for text in _sources(view, owner)))
    if not any(called(node.func) in PUTS for text in sources for node in nodes(text) if isinstance(node, ast.Call)):
        return
    types = attributes(view, table)
    own = _names(view, table, "KeySchema")
    for name, kind in types.items():
        if not any(writes(text, name) for text in sources):
            lost = "o DynamoDB recusa a linha" if name in own else "o índice dela fica vazio"
            yield kind.path, f"nenhum programa que grava em `{table.id}` escreve a chave `{name}`, e {lost}; use a que o código grava."
            continue
        made = frozenset(each for text in sources for value in module(text).keyed.get(name, ()) for each in module(text).kinds(value))
        if made - {""} and "" not in made and kind.value in TYPES and kind.value not in made:
            yield kind.path, (f"a chave `{name}` de `{table.id}` é `{kind.value}`, e o código grava nela um {TYPES[min(made)]}: o DynamoDB recusa a "
                              "linha; iguale os dois.")
    yield from _asked(view, table, sources)


def _asked(view: View, table: Resource, sources: list[str]) -> Iterator[Effect]:
    """O código busca pela chave inteira de alguma tabela dele, e por um índice que a tabela tem."""
    keys = frozenset(_names(view, table, "KeySchema"))
    others = {frozenset(_names(view, other, "KeySchema")) for other in view.of_type(table.type)}
    indexes = {name for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes") for item in view.items(table, kind)
               if (found := view.inside(item, "IndexName")) for name in [str(found.value)]}
    for node in (node for text in sources for node in nodes(text) if isinstance(node, ast.Call)):
        given = {key.arg: key.value for key in node.keywords}
        asked = given.get("Key")
        names = {str(key.value) for key in asked.keys if isinstance(key, ast.Constant)} if isinstance(asked, ast.Dict) else set()
        if called(node.func) in ASKS and names and names not in others and names & keys:
            yield at(table, "KeySchema"), f"o código busca em `{table.id}` por {_listed(names)}, e a chave dela é {_listed(keys)}; iguale as duas."
        index = given.get("IndexName")
        alone = len(view.of_type(table.type)) == 1
        if alone and isinstance(index, ast.Constant) and str(index.value) not in indexes:
            yield at(table), f"o código consulta o índice `{index.value}`, que `{table.id}` não tem; acrescente-o, ou use o que há."


def _names(view: View, owner: Resource, schema: str) -> list[str]:
    return [str(name.value) for item in view.items(owner, schema) if (name := view.inside(item, "AttributeName"))]


def _listed(names: frozenset[str] | set[str]) -> str:
    return " e ".join(f"`{name}`" for name in sorted(names))


def _sources(view: View, owner: Resource) -> list[str]:
    given: list[Placed] = handed(view, owner) if owner.type != SCALING_GROUP else []
    return [text for _, text in texts(view, [piece.path for piece in given], longest=None) if "\n" in text]
