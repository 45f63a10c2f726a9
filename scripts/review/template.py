"""O que mudou no template: recursos, parâmetros, condições, código e saídas, propriedade por propriedade."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.aws.types import ROLE
from scripts.base.wording import plural
from scripts.proofs.identity.policies import DOCUMENTS
from scripts.review.change import CHANGED, GAINED, LOST, RENAMED, Change
from scripts.review.facts import Facts
from scripts.review.renaming import Renames
from scripts.review.values import ABSENT, long, move
from scripts.template.cloudformation import references
from scripts.template.values import function_name

PIECES = 6
"""Quantas propriedades de um recurso se dizem por extenso."""
SAFE = ("DeletionPolicy", "UpdateReplacePolicy", "DeletionProtection", "DeletionProtectionEnabled", "StorageEncrypted", "Encrypted",
        "SSEEnabled", "SqsManagedSseEnabled", "PubliclyAccessible", "MultiAZ", "BackupRetentionPeriod", "RetentionInDays",
        "PublicAccessBlockConfiguration", "BucketEncryption", "VersioningConfiguration", "PermissionsBoundary", "HttpTokens")
"""O que guarda dados ou os fecha: enfraquecê-lo se olha primeiro."""
VARIABLE = re.compile(r"\$\{!?(?:aws|s3|ec2|iam|sts|dynamodb):")
WEAK = ("false", "delete", "0", "suspended", "optional")
MANAGED = "ManagedPolicyArns"
POLICIES = (*DOCUMENTS, "Policies", MANAGED)
Piece = tuple[tuple[str, ...], Any, Any]
PLAIN = ("Description", "Metadata", "AWSTemplateFormatVersion")
"""Seções que não mudam o que se cria."""
OTHERS = {"Parameters": ("parâmetro", "o"), "Conditions": ("condição", "a"), "Mappings": ("mapa", "o"), "Outputs": ("saída", "a"),
          "Rules": ("regra", "a")}


def renamed(found: Renames, old: Facts) -> Iterator[Change]:
    """Os ids lógicos que mudaram: para o CloudFormation, é apagar um recurso e criar outro."""
    for name, to in found.items():
        if found.get(to) == name:
            if name < to:
                yield Change("recurso", RENAMED, to, f"Os ids lógicos `{name}` e `{to}` foram trocados: cada um é agora o que o outro era.",
                             "ids trocados", grave=True)
            continue
        kind = str(old.resources[name].get("Type", ""))
        yield Change("recurso", RENAMED, to, f"O recurso `{name}` (`{kind}`) passou a se chamar `{to}`; o resto é igual, mas ao atualizar a pilha "
                     "o CloudFormation cria outro e apaga o antigo.", "id lógico mudado", grave=True)


def changes(old: Facts, new: Facts, access: set[str]) -> Iterator[Change]:
    """Os recursos e o resto do template; `access` são os donos de permissões que mudaram."""
    before, after = old.resources, new.resources
    cited = {name: references(body) for name, body in after.items()}
    citing: dict[str, set[str]] = {}
    for name, others in cited.items():
        for other in others:
            citing.setdefault(other, set()).add(name)
    unread = {grant.subject for facts in (old, new) for grant in facts.grants if grant.opaque}
    for name, body in after.items():
        if name not in before:
            where = f", que depende da condição `{body['Condition']}`" if body.get("Condition") else ""
            yield Change("recurso", GAINED, name, f"Recurso novo: `{name}` (`{body.get('Type')}`){where}.", "recurso novo")
        elif body != before[name]:
            near = {name, *cited[name], *citing.get(name, ())}
            yield from _resource(name, before[name], body)
            yield from _policy(name, before[name], body, bool(near & access), bool(near & unread))
    for name, body in before.items():
        if name not in after:
            yield Change("recurso", LOST, name, f"O recurso `{name}` (`{body.get('Type')}`) saiu{_kept(body)}.", "recurso a menos")
    yield from _rest(old.template, new.template)
    yield from _defaults(old, new)
    for section, (noun, article) in OTHERS.items():
        yield from _section(noun, article, _mapping(old.template.get(section)), _mapping(new.template.get(section)))


def _rest(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """As seções que não têm itens: a transformação, os metadados, a descrição e as que não se conhecem."""
    yield from _excused("O template", "template", old, new)
    before, after = _bare(old), _bare(new)
    for name in dict.fromkeys((*old, *new)):
        pieces = list(leaves(before.get(name, ABSENT), after.get(name, ABSENT), (name,)))
        if pieces and name != "Resources" and name not in OTHERS:
            yield Change("recurso", CHANGED, name, f"No template, {_pieces(pieces)}.", f"`{name}` mudado", grave=name not in PLAIN)


def _defaults(old: Facts, new: Facts) -> Iterator[Change]:
    """As condições que, com os padrões dos parâmetros, passam a valer ou deixam de valer: é o que se implanta sem dizer nada."""
    before, after = (dict(facts.worlds[0].assumed) if facts.worlds else {} for facts in (old, new))
    for name in after:
        if name in before and before[name] != after[name]:
            verb = "passa a valer" if after[name] else "deixa de valer"
            yield Change("recurso", CHANGED, name, f"Com os padrões dos parâmetros, a condição `{name}` {verb}.", "padrão mudado", grave=True)


def _kept(body: Mapping[str, Any]) -> str:
    policy = body.get("DeletionPolicy")
    return f"; `DeletionPolicy: {policy}` decide o que se guarda dele" if policy else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _resource(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    if old.get("Type") != new.get("Type"):
        yield Change("recurso", CHANGED, name, f"`{name}` mudou de tipo: de `{old.get('Type')}` para `{new.get('Type')}`.", "tipo mudado", grave=True)
        return
    if old.get("Condition") != new.get("Condition"):
        yield Change("recurso", CHANGED, name, _conditioned(name, old.get("Condition"), new.get("Condition")), "condição mudada",
                     grave=bool(new.get("Condition")))
    yield from _excused(f"`{name}`", name, old, new)
    pieces = [piece for piece in leaves(_bare(old), _bare(new)) if piece[0][:1] != ("Condition",)]
    pieces = [piece for piece in pieces if not _in_policy(piece, new)]
    grave = [piece for piece in pieces if _weaker(*piece)]
    for chosen, danger in ((grave, True), ([piece for piece in pieces if piece not in grave], False)):
        if chosen:
            short = "código mudado" if _coded(chosen) else "proteção a menos" if danger else "propriedade mudada"
            yield Change("recurso", CHANGED, name, f"`{name}`: {_pieces(chosen)}.", short, danger)



def _in_policy(piece: Piece, body: Mapping[str, Any]) -> bool:
    """É de uma política, que se compara pelo que deixa; as que um usuário ou grupo só cita não se comparam assim."""
    return any(key in POLICIES for key in piece[0]) and (MANAGED not in piece[0] or body.get("Type") == ROLE)


def _policy(name: str, old: dict[str, Any], new: dict[str, Any], told: bool, unread: bool) -> Iterator[Change]:
    """Uma política escrita de outro jeito: diz o mesmo, ou não se lê; a que deixa outra coisa já está dita no acesso."""
    pieces = [piece for piece in leaves(_bare(old), _bare(new)) if _in_policy(piece, new)]
    if told or old.get("Type") != new.get("Type") or not pieces:
        return
    # A versão só muda como se leem as variáveis de política: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    if unread or any(path[-1] == "Version" for path, _, _ in pieces) and VARIABLE.search(json.dumps(new, default=str)):
        text = f"A política escrita em `{name}` mudou, e o que ela deixa não se lê."
        yield Change("recurso", CHANGED, name, text, "política que não se lê", grave=True)
    else:
        yield Change("recurso", CHANGED, name, f"A política escrita em `{name}` mudou, e o que ela deixa é o mesmo.", "política reescrita")


def _coded(pieces: list[Piece]) -> bool:
    """Só mudaram programas, ou outros textos compridos."""
    return bool(pieces) and all(long(before) and long(after) for _, before, after in pieces)


def _weaker(path: tuple[str, ...], before: Any, after: Any) -> bool:
    """O que guardava ou fechava já não guarda, ou guarda por menos tempo."""
    if not any(key in SAFE for key in path):
        return False
    if "PubliclyAccessible" in path:
        return str(after).lower() != "false"
    return after is ABSENT or str(after).lower() in WEAK or all(map(str.isdigit, (str(before), str(after)))) and int(after) < int(before)


def _conditioned(name: str, old: Any, new: Any) -> str:
    if old and new:
        return f"`{name}` dependia da condição `{old}` e agora depende de `{new}`."
    return f"`{name}` passou a depender da condição `{new}`: sem ela, não é criado." if new else (
        f"`{name}` deixou de depender da condição `{old}`: agora é sempre criado.")


def _excused(what: str, id: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """As exceções que um recurso, ou o template, passa a trazer, ou deixa de trazer."""
    before, after = _excuses(old), _excuses(new)
    for code, reason in after.items():
        if before.get(code) != reason:
            yield Change("recurso", CHANGED, id, f"{what} traz agora uma exceção a `{code}`: “{reason}”.", "exceção nova", grave=True)
    for code in before.keys() - after.keys():
        yield Change("recurso", CHANGED, id, f"{what} já não traz a exceção a `{code}`.", "exceção a menos")


def _bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """O recurso, ou o template, sem as exceções, que se dizem à parte."""
    metadata = {key: value for key, value in _mapping(body.get("Metadata")).items() if key != "Excecoes"}
    return {key: value for key, value in body.items() if key != "Metadata"} | ({"Metadata": metadata} if metadata else {})


def _excuses(body: Mapping[str, Any]) -> dict[str, Any]:
    return _mapping(_mapping(body.get("Metadata")).get("Excecoes"))




def leaves(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[Piece]:
    """Cada valor que difere, com o caminho; o que falta de um lado é `ABSENT`."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not any(map(function_name, (*old, *new))):
        for key in (*old, *(key for key in new if key not in old)):
            inner = path if key == "Properties" and not path else (*path, str(key))
            yield from leaves(old.get(key, ABSENT), new.get(key, ABSENT), inner)
    elif isinstance(old, list) and isinstance(new, list):
        gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
        if len(gone) == len(come) == 1:
            yield from leaves(gone[0], come[0], path)
        else:
            yield from ((path, item, ABSENT) for item in gone)
            yield from ((path, ABSENT, item) for item in come)
            if not gone and not come:
                yield path, "uma ordem", "outra ordem"
    else:
        yield path, old, new


def _pieces(pieces: list[Piece]) -> str:
    said = [f"`{'.'.join(path)}` {move(before, after)}" if path else move(before, after) for path, before, after in pieces[:PIECES]]
    return "; ".join(said) + (f"; e mais {plural(len(pieces) - PIECES, 'propriedade', 'propriedades')}" if len(pieces) > PIECES else "")


def _section(noun: str, article: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, body in new.items():
        if name not in old:
            yield Change("recurso", GAINED, name, f"{noun.capitalize()} nov{article}: `{name}`.", f"{noun} a mais")
        elif body != old[name]:
            pieces = list(leaves(old[name], body))
            yield Change("recurso", CHANGED, name, f"{article.upper()} {noun} `{name}` mudou: {_pieces(pieces)}.",
                         "código mudado" if _coded(pieces) else f"{noun} mudad{article}")
    for name in old:
        if name not in new:
            yield Change("recurso", LOST, name, f"{article.upper()} {noun} `{name}` saiu.", f"{noun} a menos")
