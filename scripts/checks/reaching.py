"""`conferir SLUG --de X --a Y`: lê a arquitetura, pergunta por que um componente chega ao outro, e diz a resposta."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.base.diagram import Diagram, Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree, WrongUse
from scripts.checks import citations
from scripts.picture.workers import render_all
from scripts.proofs import own
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.views import views_of
from scripts.proofs.trails.explain import explain, with_internet
from scripts.proofs.trails.hops import Explanation, Hop, Outcome
from scripts.template import cloudformation
from scripts.template.cloudformation import Template
from scripts.template.numbers import whole

NETWORK_CODES = "https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html"
DECISIONS = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html"
MARKS = {True: "passa", False: "recusa", None: "não se sabe"}


def answer(tree: Tree, slugs: list[str], source: str | None, target: str | None, port: str | None, form: str) -> int:
    """Diz por que `source` chega a `target`; devolve 0 se chega e 1 se não chega, ou não se sabe.

    Erro: `WrongUse` quando falta um dos nomes, um deles não existe ou a porta não serve; `Defect` quando a arquitetura não se lê.
    """
    if form not in ("", "texto", "json"):
        raise WrongUse(f"A resposta de `--de` e `--a` sai em `texto` ou `json`, e não em `{form}`.")
    if not source or not target:
        raise WrongUse(f"`--de` e `--a` vão juntos, e dizem de que componente a que componente; falta `{'--a' if source else '--de'}`.")
    if len(slugs) != 1:
        raise WrongUse("`--de` e `--a` perguntam de uma arquitetura só; diga qual, como em "
                       "`conferir web-ec2-rds-s3 --de servidor --a banco`.")
    known = tree.architectures()
    if slugs[0] not in known:
        raise WrongUse(f"Não há arquitetura `{slugs[0]}`.{_near(slugs[0], known)} As que existem são: {', '.join(known) or 'nenhuma'}.")
    ports = [_port(port)] if port is not None else []
    diagram, template = _read(tree, slugs[0])
    _named(diagram, source, target)
    found = explain(diagram, views_of(template), source, target, ports)
    print(json.dumps(data(slugs[0], template, found), ensure_ascii=False, indent=2) if form == "json" else "\n".join(text(template, found)))
    return 0 if found.answer else 1


def text(template: Template, found: Explanation) -> Iterator[str]:
    """A resposta em linhas: uma frase por caso, e abaixo dela cada salto, com arquivo e linha."""
    for outcome in found.outcomes:
        yield sentence(found, outcome)
        for number, hop in enumerate(outcome.hops, 1):
            yield f"  {number}. [{MARKS[hop.passes]}] {_where(template, hop)}{hop.text}{f' ({hop.code})' if hop.code else ''}"
            if not hop.passes and hop.hint:
                yield f"     o que fazer: {hop.hint}"
        yield ""
    if found.rest:
        yield "O caminho é esse; à seta desenhada ainda falta:"
        yield from (f"  - {template.path}:{template.line(*missing.path)}: {missing}" for missing in found.rest)
        yield ""
    codes = {hop.code for outcome in found.outcomes for hop in outcome.hops if hop.code}
    pages = [DECISIONS if code.endswith("Deny") else NETWORK_CODES for code in sorted(codes)]
    yield from (f"Códigos: {page}" for page in dict.fromkeys(pages))


def sentence(found: Explanation, outcome: Outcome) -> str:
    """O que acontece num caso, numa frase: quando, se chega, o salto que recusa e o que fazer."""
    case = f"{outcome.when}, " if outcome.when.startswith("em ") else f"quando {outcome.when}, " if outcome.when else ""
    port = f" em tcp {outcome.port}" if outcome.port else ""
    said = {True: f"`{found.source}` chega a `{found.target}`{port}", False: f"`{found.source}` não chega a `{found.target}`{port}",
            None: f"não se sabe se `{found.source}` chega a `{found.target}`{port}"}[outcome.answer]
    broken = outcome.broken
    reason = f": {broken.text}{f' ({broken.code})' if broken.code else ''}; {broken.hint}" if broken else ""
    whole_ = f"{case}{said}{reason}."
    return f"{whole_[:1].upper()}{whole_[1:]}"


def data(slug: str, template: Template, found: Explanation) -> dict[str, Any]:
    """O mesmo em dados; `chega` e `passa` são `null` onde não se sabe."""
    return {
        "slug": slug, "de": found.source, "a": found.target, "chega": found.answer,
        "casos": [{"quando": outcome.when, "porta": outcome.port, "chega": outcome.answer, "frase": sentence(found, outcome),
                   "saltos": [_hop(template, hop) for hop in outcome.hops]} for outcome in found.outcomes],
        "falta_a_seta": [_missing(template, missing) for missing in found.rest],
    }


def _hop(template: Template, hop: Hop) -> dict[str, Any]:
    lines = [template.line(*path) for path in hop.paths]
    return {"passa": hop.passes, "path": template.path if lines else "", "line": lines[0] if lines else 0, "code": hop.code, "message": hop.text,
            "conserto": hop.hint, "linhas": lines}


def _missing(template: Template, missing: Missing) -> dict[str, Any]:
    return {"path": template.path, "line": template.line(*missing.path), "code": missing.code, "message": missing.need, "conserto": missing.hint}


def _where(template: Template, hop: Hop) -> str:
    return f"{template.path}:{template.line(*hop.paths[0])}: " if hop.paths else ""


def _port(said: str) -> int:
    number = whole(said)
    if number is None or not 0 < number < 65536:
        raise WrongUse(f"`--porta {said}` não é uma porta TCP; escreva um número de 1 a 65535, como `--porta 5432`.")
    return number


def _read(tree: Tree, slug: str) -> tuple[Diagram, Template]:
    """O desenho e o template. Erro: `Defect` com o que impede de lê-los."""
    problems: list[Finding] = list(own.load(tree.root))
    script, results = tree.script(slug), {}
    if not script.is_file():
        raise Defect(Finding(tree.name(script), 1, "script-ausente", "A pasta da arquitetura existe, mas o script não; escreva-o."))
    render_all(tree.root, [script], results.__setitem__, draw=False)
    drawn = results[script]
    if not isinstance(drawn, Rendered):
        raise Defect(*drawn)
    path = tree.template(slug)
    template = cloudformation.read(path, tree.name(path))
    problems += citations.check(template)
    if problems:
        raise Defect(*problems)
    return drawn.diagram, template


def _named(diagram: Diagram, *names: str) -> None:
    """Erro: `WrongUse` quando um nome não é de nada na figura, ou os dois são o mesmo."""
    known = list(with_internet(diagram).elements)
    for name in names:
        if name not in known:
            raise WrongUse(f"Não há `{name}` na figura de `{diagram.slug}`.{_near(name, known)} Os componentes e grupos são: {', '.join(known)}.")
    if len(set(names)) == 1:
        raise WrongUse(f"`--de` e `--a` são o mesmo componente, `{names[0]}`; diga dois.")


def _near(name: str, known: Iterable[str]) -> str:
    alike = difflib.get_close_matches(name.lower(), list(known), 1, 0.5)
    return f" Você quis dizer `{alike[0]}`?" if alike else ""
