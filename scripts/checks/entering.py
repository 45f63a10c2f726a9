"""Quem atende HTTP e quem entra em quem: o que a página diz contra cada listener do template e as setas da figura, que ele prova.

De um nome que não se reconhece em nenhum componente, nada se diz aqui.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import BALANCER, FUNCTION, INSTANCE, LISTENER, SCALING_GROUP
from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, plain
from scripts.checks.qualities import DENIED, PIECE, SUPPOSED
from scripts.checks.verbs import linked
from scripts.page.architecture import Page, Step
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource, Template
from scripts.template.values import Unknown

ANSWERS, ENTERS, THROUGH = "http-diferente", "quem-entra", "caminho-diferente"
BY = re.compile(r"\b(?:passa(?:ndo)?|vai|volta|vem)?\s*(?:pel[oa]|por meio d[oa]|atraves d[oa]) (?P<by>[\w-]+)", re.IGNORECASE)
REDIRECTED = re.compile(r"\b(?:respond|devolv|d[áê])\w* (?:um |com |o )?(?:código |status )?30[1278]\b"
                        r"|\b(?:redireciona|leva|manda|passa)\w* (?:o |do |todo )?HTTP (?:ao|para o?|a) ?HTTPS\b", re.IGNORECASE)
NOBODY = re.compile(r"\b(?:não há quem|ninguém) (?:atend\w+|respond\w+|ouve|escuta)\s+(?:\w+ )?HTTP(?!S)\b", re.IGNORECASE)
SIGNS = ("30", "redireciona", "leva", "manda", "passa", "quem atend", "quem respond", "inguém")
"""Sem nada disto, não se diz quem atende: quase todo trecho para aqui."""
OTHERS = re.compile(r"\bCloudFront\b|\bS3\b|\bcom (?:um )?certificado\b|\bsem (?:o )?certificado\b", re.IGNORECASE)
"""Quem responde é outro, ou depende de um parâmetro."""
ONLY = (re.compile(r"(?:^|[;:.]\s*)(?:[oa]s? )(?P<head>[\w-]+), só (?:[oa]s? )(?P<tail>[\w-]+)(?=\s*[;.,]|$)", re.IGNORECASE),
        re.compile(r"\bsó (?:[oa] )(?P<tail>[\w-]+) (?:chega|entra|fala|alcança|conversa)\w* (?:ao?|à|n[oa]|com [oa]|[oa]) (?P<head>[\w-]+)",
                   re.IGNORECASE))


def check(page: Page, diagram: Diagram, views: Views) -> Iterator[Finding]:
    """Um achado por frase que dá a outro o que um listener, ou uma seta, não dá."""
    for step in page.steps:
        if any(map(step.text.__contains__, (" pel", "por meio", "através"))):
            yield from _through(page, diagram, views.template, step)
    for line, _, block in page.spoken:
        if "HTTP" in block and any(map(block.__contains__, SIGNS)):
            yield from _answering(page, views, line, block)
        if any(map(block.lower().__contains__, (", só ", "só o ", "só a "))):
            yield from _entering(page, diagram, views.template, line, block)


def _answering(page: Page, views: Views, line: int, block: str) -> Iterator[Finding]:
    """O que se diz de quem chega por HTTP: que alguém o leva ao HTTPS, ou que ninguém atende."""
    for text in CLAUSE.split(block):
        for pattern in (REDIRECTED, NOBODY) if not SUPPOSED.search(text) and not OTHERS.search(text) and not text.rstrip().endswith("?") else ():
            found = pattern.search(text)
            told = pattern is REDIRECTED and "HTTP" in block
            if not found or pattern is REDIRECTED and (not told or DENIED.search(PIECE.split(text[:found.start()])[-1])):
                continue
            for view in views.each:
                open_to_http = _plain_listeners(view)
                if open_to_http is not None and bool(open_to_http) != told:
                    where = f"`{view.template.path}`, linha {(open_to_http or view.of_type(LISTENER))[0].line}"
                    yield Finding(page.path, line, ANSWERS, f"A página diz “{found[0]}”, e o template {'não tem' if told else 'tem'} um listener "
                                  f"público em HTTP ({where}); iguale os dois.")
                    break


def _plain_listeners(view: View) -> list[Resource] | None:
    """Cada listener em HTTP dos balanceadores públicos; `None` quando não há listener nenhum, ou não se sabe."""
    public = []
    for listener in view.of_type(LISTENER):
        owner = view.points(view.at(listener, "LoadBalancerArn"), BALANCER)
        scheme = view.value(owner, "Scheme") if owner else None
        protocol = view.value(listener, "Protocol")
        if isinstance(scheme, Unknown) or isinstance(protocol, Unknown):
            return None
        public += [listener] if scheme != "internal" else []
    return [each for each in public if view.value(each, "Protocol") == "HTTP"] if public else None


def _entering(page: Page, diagram: Diagram, template: Template, line: int, block: str) -> Iterator[Finding]:
    """“O banco, só a API”: pela figura, é dela que parte o que chega a ele, direto ou por um balanceador."""
    for pattern in ONLY:
        for found in pattern.finditer(block):
            heads, tails = (_called(page, diagram, found[name]) for name in ("head", "tail"))
            entering = _reaching(diagram, template, heads)
            if heads and tails and entering and not tails & entering and not heads & tails:
                yield Finding(page.path, line, ENTERS, f"A página diz “{found[0].strip(' ;:.')}”, e na figura, que o template prova, quem chega a "
                              f"`{min(heads)}` é `{'`, `'.join(sorted(entering))}`; acerte a frase, ou a seta.")


def _through(page: Page, diagram: Diagram, template: Template, step: Step) -> Iterator[Finding]:
    """“Do bucket para a pessoa, passando pelo servidor”: a seta do passo liga os dois sem ninguém no meio."""
    text = plain(step.text)
    for found in BY.finditer(text):
        clause = re.split(r"[.;]\s", text[:found.start()])[-1]
        ends = [name for place, name in linked(diagram, text, step.links) if found.start() - len(clause) <= place < found.start()][-2:]
        between = {name for name in _called(page, diagram, found["by"]) if _runs(diagram, template, name)} - set(ends)
        drawn = any({edge.tail, edge.head} == set(ends) and edge.step == step.number for edge in diagram.edges)
        denied = re.search(r"\b(?:nao|nem|sem|nunca)\b", PIECE.split(clause)[-1] + found[0])
        if len(ends) == 2 and between and drawn and not denied:
            yield Finding(page.path, step.line, THROUGH, f"O passo {step.number} diz “{found[0].strip()}”, e na figura a seta dele liga `{ends[0]}` "
                          f"e `{ends[1]}` sem passar por `{min(between)}`; acerte a frase, ou as setas.")


def _runs(diagram: Diagram, template: Template, name: str) -> bool:
    """O nó é um programa ou um balanceador, que só repassa o que uma seta lhe leva."""
    return any(template.resources[each].type in (BALANCER, INSTANCE, FUNCTION, SCALING_GROUP) for each in diagram.elements[name].resources
               if each in template.resources)


def _called(page: Page, diagram: Diagram, noun: str) -> set[str]:
    """Os nós que a página ou a figura chamam assim, por uma palavra do rótulo, do nome na tabela ou do id."""
    word, names = plain(noun), {row.node_id: row.cells[0] for row in page.rows}
    return {node.id for node in diagram.nodes
            if word in re.findall(r"\w+", plain(f"{node.label} {names.get(node.id, '')} {node.id.replace('-', ' ')}"))}


def _reaching(diagram: Diagram, template: Template, heads: set[str]) -> set[str]:
    """De onde partem as setas até eles; de um balanceador, também quem chega ao balanceador."""
    found: set[str] = set()
    pending = list(heads)
    while pending:
        head = pending.pop()
        for edge in diagram.edges:
            if edge.head == head and edge.tail not in found:
                found.add(edge.tail)
                owners = [template.resources[name].type for name in diagram.elements[edge.tail].resources if name in template.resources]
                pending += [edge.tail] if BALANCER in owners else []
    return found
