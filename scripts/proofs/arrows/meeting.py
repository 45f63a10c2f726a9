"""Encontros: as chaves que uns gravam num bucket e as que outros leem, ou que acionam uma função.

Só se decide quando todos os que gravam têm papel no template: quem está fora grava o que quiser. Um
começo de chave que nenhum deles pode gravar nunca é lido, e a notificação dele nunca dispara.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import BUCKET, FUNCTION
from scripts.base.diagram import Diagram, Edge
from scripts.proofs.arrows.program import program
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.policies import Statement, of_role
from scripts.proofs.identity.principals import principal_of
from scripts.proofs.identity.services import on_objects, reads, watched
from scripts.template.cloudformation import Resource

WRITING = re.compile(r"put_object|upload_file|presigned|PutObject|\bs3 (?:cp|sync|mv)\b")
FOLDER = re.compile(r"[\w-]+")
WRITE, READ = "s3:PutObject", "s3:GetObject"


def unmet(view: View, diagram: Diagram, edge: Edge, tail: Resource, head: Resource) -> Iterator[Missing]:
    """Quem lê, ou é acionado, por chaves que ninguém pode gravar."""
    with view.reading():  # comparar chaves não julga as políticas: as regras das setas as leem
        found = [*_unmet(view, diagram, edge, tail, head), *_unspoken(view, edge, tail, head)]
    yield from found


def _unmet(view: View, diagram: Diagram, edge: Edge, tail: Resource, head: Resource) -> Iterator[Missing]:
    bucket = tail if tail.type == BUCKET and head.type == FUNCTION else head
    if bucket.type != BUCKET or bucket == head and not any(map(_gets, _actions(edge))):
        return
    written = _written(view, diagram, bucket)
    wanted = [f"{seen.prefix or ''}*{seen.suffix or ''}" for seen in watched(view, bucket, head)] if bucket == tail else keys_of(
        view, principal_of(view, tail).role, READ, bucket)
    if written and wanted and not any(covers(one, other) is not False for one in wanted for other in written):
        what = f"aciona `{head.id}`" if bucket == tail else f"`{tail.id}` lê"
        yield Missing(at(bucket), f"ninguém grava em `{bucket.id}` as chaves que {what}: lá se gravam {_listed(written)}, e aqui se esperam "
                      f"{_listed(wanted)}", "use o mesmo começo de chave nos dois")


def _unspoken(view: View, edge: Edge, tail: Resource, head: Resource) -> Iterator[Missing]:
    """O programa, que se lê no template até onde grava, nunca diz a pasta em que o papel o deixa gravar."""
    written = [action for action in _actions(edge) if _puts(action)]
    role = principal_of(view, tail).role if head.type == BUCKET and written else None
    folders = [key.partition("/")[0] for key in keys_of(view, role, WRITE, head)] if role else []
    said = program(view, tail) if folders and all(map(FOLDER.fullmatch, folders)) else ""
    if WRITING.search(said) and not any(re.search(rf"(?<![\w-]){folder}(?:/|[\"'])", said) for folder in folders):
        yield Missing(at(role) if role else at(tail), f"o papel de `{tail.id}` só deixa gravar em {_listed(folders)}, e o programa nunca diz isso",
                      "use na política e no programa o mesmo começo de chave")


def _written(view: View, diagram: Diagram, bucket: Resource) -> list[str]:
    """As chaves que as setas deixam gravar; nenhuma, se alguém que grava não tem papel no template."""
    keys: list[str] = []
    for edge in diagram.edges:
        if bucket.id not in diagram.elements[edge.head].resources or edge.action and not any(map(_puts, _actions(edge))):
            continue
        names = [name for name in diagram.elements[edge.tail].resources if name in view.resources]
        roles = [principal_of(view, view.resources[name]).role for name in names]
        if edge.action:
            own = [key for role in roles if role for key in keys_of(view, role, WRITE, bucket)]
            if not own:
                return []
            keys += own
        elif not names:
            return []
    return keys


def keys_of(view: View, role: Resource | None, action: str, bucket: Resource) -> list[str]:
    """As chaves do bucket em que alguma permissão do papel deixa fazer isso."""
    start = f"{view.arn(bucket)}/"
    parts = [part for part in of_role(view, role) if isinstance(part, Statement) and part.allows] if role else []
    texts = [view.spelled(item.value) or "" for part in parts for item in part.resources
             if any(isinstance(found.value, str) and covers(found.value, action, True) for found in part.actions)]
    named = [text.removeprefix(start) for text in texts if text.startswith(start)]
    return named + ["*" for text in texts if not text.startswith(start) and "*" in text.partition("/")[0] and covers(text, f"{start}*") is not False]


def _actions(edge: Edge) -> list[str]:
    return edge.action.replace(",", " ").split()


def _gets(action: str) -> bool:
    return on_objects(action) and reads(action)


def _puts(action: str) -> bool:
    return action in (WRITE, "s3:*")


def _listed(keys: list[str]) -> str:
    return " ou ".join(f"`{key}`" for key in dict.fromkeys(keys))
