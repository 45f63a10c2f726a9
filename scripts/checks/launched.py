"""O que o comando que cria, ou muda, a pilha escolhe para as instâncias: a imagem que ele passa é da arquitetura de todo tipo que se aceita."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.base.findings import Finding
from scripts.checks.calls import Call, Made
from scripts.checks.cleanup import deploys
from scripts.page.architecture import Page
from scripts.proofs.arrows.processors import LAUNCHED, unlike

CODE = "comando-de-outra-arquitetura"
PASSED = re.compile(r"ParameterKey=(\w+),ParameterValue=(.*)|(\w+)=(.*)", re.DOTALL)


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por comando que passa uma imagem, ou um tipo, que o EC2 recusaria; o que o template já erra, a prova dele diz."""
    for each in made:
        view, given = each.view, dict[str, str]()
        with view.reading():
            owners = [owner for owner in view.of_type(*LAUNCHED) if not any(unlike(view, owner))]
            for call in each.calls if owners else ():
                passed = _passed(call) if deploys(call, view.template) else {}
                given |= passed
                lost = next((missing for owner in owners for missing in unlike(view, owner, given)), None) if passed else None
                if lost:
                    yield Finding(page.path, call.line, CODE, f"Com este comando, {lost.need} (`{view.template.path}`, linha "
                                                              f"{view.template.line(*lost.path)}); {lost.hint}.")
                    break


def _passed(call: Call) -> dict[str, str]:
    """Os parâmetros que a chamada passa, e o valor de cada um."""
    words = [found for option in ("--parameter-overrides", "--parameters") for word in call.option(option) if (found := PASSED.fullmatch(word))]
    return {found[1] or found[3]: found[2] if found[1] else found[4] for found in words}
