"""O que a página diz que um papel deixa fazer, e que ação um pedido pede, contra as políticas do template.

Lê as frases que falam de papel ou de permissão. De um papel que não se sabe qual é, só se diz o que vale para todos.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from scripts.aws.types import BUCKET, FUNCTION, INSTANCE, ROLE
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.checks.qualities import DENIED, PIECE, SUPPOSED
from scripts.page.architecture import Page
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.policies import Statement, of_role
from scripts.template.cloudformation import Resource

CODE = "permissao-diferente"
ACTION = re.compile(r"(?<![\w:-])([a-z][a-z0-9-]+:[A-Z][A-Za-z]+)(?![\w:*])")
ASKED = re.compile(r"\b(?:ped[ei]\w*|exig\w+|precis\w+|requer\w*|permit\w+|pap(?:el|éis)|permiss\w+|basta)\b", re.IGNORECASE)
OTHERS = re.compile(r"\b(?:você|dê|conceda|quem (?:cria|implanta|invoca|envia))\b|\?\s*$", re.IGNORECASE)
"""A permissão é de quem está fora da pilha."""
ROLES = re.compile(r"\b(?:o|um|cada) papel (?:(?:del[ae]|d[aoe]s? \w+) )?"
                   r"(?=(?:não|só|nem|permite|pode|deixa|também|lista|apaga|atualiza|remove|exclui)\b)"
                   r"|\b(?:função|servidor) (?=(?:não |também )?pode\b)", re.IGNORECASE)
"""Uma frase que diz o que o papel, ou o programa, pode."""
DELETES, MESSAGE = r"\b(?:apagar?|remover?|remove|excluir|exclui)\b", r"[^.;,]*\b(?:mensage|fila)"
VERBS: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(text, re.IGNORECASE), actions) for text, actions in (
    (r"\blistar?\b(?! de)", "s3:ListBucket"), (rf"{DELETES}(?!{MESSAGE})", "s3:Delete* dynamodb:DeleteItem"),
    (rf"{DELETES}(?={MESSAGE})", "sqs:DeleteMessage sqs:Purge*"), (r"\batualizar?\b", "dynamodb:UpdateItem"),
))
"""Do que o papel faz, as ações; gravar e ler dependem de onde, e as setas da figura já o dizem."""
ABSENT = re.compile(r"\b(?:apagad|removid|ausente|inexistente|não exist|não está|não há|sumi)\w*", re.IGNORECASE)
STATUS = re.compile(r"\b(403|404)\b")
LISTING = r"(?:ele |ela )?(?:listar|s3:ListBucket|o S3)\b"
LISTS = re.compile(rf"\b(?:pode|permite|deixa|com (?:a |essa )?permissão(?: de)?|com) {LISTING}", re.IGNORECASE)
NO_LIST = re.compile(rf"\b(?:não (?:pode|permite|deixa)|sem (?:a |essa )?permissão(?: de)?|sem(?: poder)?) {LISTING}", re.IGNORECASE)


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por ação ou por resposta que o template desmente."""
    found: dict[tuple[int, str], Finding] = {}
    for line, _, block in page.spoken:
        program = " pode" in block and ("função" in block or "servidor" in block)
        if not (program or "papel" in block or "S3" in block and STATUS.search(block) or ":" in block and ACTION.search(block)):
            continue
        before = ""
        for text in CLAUSE.split(block):
            for view in views.each if not SUPPOSED.search(text) and not OTHERS.search(text) else ():
                for message in (*_named(view, text), *_doing(view, text), *_answered(view, before, text)):
                    found[line, message] = Finding(page.path, line, CODE, f"A página diz “{text.strip()}”, e {message}")
            before = text
    yield from found.values()


def _named(view: View, text: str) -> Iterator[str]:
    """Cada ação que a frase nomeia: a que se pede, um papel a tem; a que se diz que não, nenhum."""
    for action in ACTION.finditer(text) if ASKED.search(text) else ():
        service = action[1].partition(":")[0] + ":"
        roles = [role for role in view.of_type(ROLE)
                 if any(each.value.startswith(service) for part in _allowed(view, role) for each in _names(part))]
        denied = bool(DENIED.search(PIECE.split(text[:action.start()])[-1]))
        having = [role for role in roles if _has(view, role, action[1])]
        if roles and bool(having) == denied:
            who = f"o papel `{having[0].id}` a permite" if having else "nenhum papel do template a permite"
            yield f"`{action[1]}` {who}: acerte a frase, ou a política."


def _doing(view: View, text: str) -> Iterator[str]:
    """O que o papel faz, ou não faz, a todos os buckets e tabelas; de um bucket só, o que se diz dele."""
    spoken = ROLES.search(text) if "papel" in text or "pode" in text else None
    for pattern, actions in VERBS if spoken else ():
        verb = pattern.search(text, spoken.end())
        if not verb:
            continue
        denied = bool(DENIED.search(PIECE.split(text[:verb.start()])[-1]))
        roles = [role for role in _roles(view, text) if _allowed(view, role)]
        having = [role for role in roles if any(_has(view, role, action) for action in actions.split())]
        lone = len(view.of_type(BUCKET)) == 1 or len(roles) == 1
        if roles and denied and len(having) == len(roles) and lone and not re.match(r"\s+n[oa]s?\b|\s+nem\b", text[verb.end():]):
            yield f"o papel `{having[0].id}` o permite (`{actions.split()[0]}`): acerte a frase, ou a política."
        elif roles and not denied and not having:
            yield f"nenhum dos papéis de que ela fala o permite (`{actions.split()[0]}`): acerte a frase, ou a política."


def _roles(view: View, text: str) -> list[Resource]:
    """Os papéis dos programas de que a frase fala: das funções, das instâncias, ou todos."""
    kinds = (FUNCTION,) if re.search(r"\bfunç", text, re.IGNORECASE) else (INSTANCE,) if "servidor" in text.lower() else (FUNCTION, INSTANCE)
    named = {role.id: role for owner in view.of_type(*kinds) if (role := view.points(view.at(owner, "Role"), ROLE, by=("arn",)))}
    return list(named.values()) or (view.of_type(ROLE) if kinds != (FUNCTION,) else [])


def _answered(view: View, before: str, text: str) -> Iterator[str]:
    """Ao que não existe, o S3 responde 404 a quem pode listar o bucket, e 403 a quem não pode."""
    codes = [(code[1], bool(DENIED.search(PIECE.split(text[:code.start()])[-1]))) for code in STATUS.finditer(text)] if "S3" in text else []
    said = next((code for code, denied in codes if not denied), "") or next(({"403": "404", "404": "403"}[code] for code, _ in codes), "")
    if not said or not (ABSENT.search(text) or len(codes) > 1):
        return
    told = next((code for piece in (text, before) for pattern, code in ((NO_LIST, "403"), (LISTS, "404")) if pattern.search(piece)
                 and not (pattern is LISTS and piece is text and "essa permissão" in text and NO_LIST.search(before))), "")
    able = any(_has(view, role, "s3:ListBucket") for role in view.of_type(ROLE))
    right = told or ("404" if able else "403")
    if said != right:
        yield (f"ao que não existe o S3 responde {right} a quem {'pode' if right == '404' else 'não pode'} listar o bucket "
               "(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html): acerte o código.")


def _allowed(view: View, role: Resource) -> list[Statement]:
    return [part for part in of_role(view, role) if isinstance(part, Statement) and part.allows]


def _names(part: Statement) -> Iterable[Placed]:
    return (each for each in part.actions if isinstance(each.value, str))


def _has(view: View, role: Resource, action: str) -> bool:
    """O papel permite a ação em algum recurso; um padrão dos dois lados vale."""
    return any(fnmatchcase(action, each.value) or fnmatchcase(each.value, action) for part in _allowed(view, role) for each in _names(part))
