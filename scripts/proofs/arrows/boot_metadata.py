"""O que a máquina pergunta ao serviço de metadados ao nascer: se ele atende, e se cada pergunta leva o token que ele exige.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.images import AL2023
from scripts.aws.types import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE
from scripts.proofs.arrows.images import image
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import Machine
from scripts.proofs.facts.shell import expanded
from scripts.proofs.facts.units import SHEBANG
from scripts.proofs.facts.view import View
from scripts.template.numbers import whole
from scripts.template.values import Path

OPTIONS = {INSTANCE: ("MetadataOptions",), LAUNCH_CONFIGURATION: ("MetadataOptions",), LAUNCH_TEMPLATE: ("LaunchTemplateData", "MetadataOptions")}
ADDRESS = re.compile(r"169\.254\.169\.254|\[?fd00:ec2::254\]?|//instance-data\b")
CALL = re.compile(r"\b(?:curl|wget)\b(?:\"[^\"]*\"|'[^']*'|[^;|&\n\"'`])*")
PUT = re.compile(r"(?:-X|--request|--method)[ =]*[\"']?PUT\b|(?:^|\s)-T\s")
LASTING = re.compile(r"X-aws-ec2-metadata-token-ttl-seconds\s*:\s*(\d+)", re.IGNORECASE)
TOKEN = re.compile(r"X-aws-ec2-metadata-token\s*:\s*\$\{?(\w+)", re.IGNORECASE)
HIDDEN = re.compile(r"\$\{\w+\[[@*]\]\}|(?:-H|--header)[ =]*[\"']?(?:\$|@)|(?:-K|--config)\b")
"""Um cabeçalho que não se lê: de uma lista do shell, de uma variável que não se conhece ou de um arquivo."""
ASKED = "/api/token"
LONGEST = 21600
"""O maior prazo de um token, em segundos."""


def asked_of_metadata(view: View, machine: Machine) -> Iterator[Missing]:
    """As perguntas que o serviço de metadados recusa."""
    keys = OPTIONS[machine.owner.type]
    with view.reading():
        off = view.value(machine.owner, *keys, "HttpEndpoint") == "disabled"
        tokens, known = view.value(machine.owner, *keys, "HttpTokens"), image(view, machine.owner)
    required = tokens == "required" or tokens is None and known is not None and known.packages == AL2023  # o padrão dela
    written = [*((step.path, step.text) for step in machine.steps), *((file.path, file.text) for file in machine.files)]
    for path, text in ((machine.path, machine.script), *written):
        if not ADDRESS.search(text):
            continue
        if off:
            yield Missing(path, f"o programa de `{machine.owner.id}` pergunta ao serviço de metadados, que ela desliga",
                          "use `HttpEndpoint: enabled`")
        elif required and (path == machine.path or path[-2] != "files" or SHEBANG.match(text)):
            yield from _shell(machine, path, text)
        elif required and "x-aws-ec2-metadata-token" not in text.lower():
            yield _bare(machine, path)


def _shell(machine: Machine, path: Path, text: str) -> Iterator[Missing]:
    told = expanded(text, [], {})
    for call in (found for found in CALL.finditer(told) if ADDRESS.search(found[0])):
        token, lasting = TOKEN.search(call[0]), LASTING.search(call[0])
        if ASKED in call[0]:
            if not PUT.search(call[0]) or not lasting or not 1 <= (whole(lasting[1]) or 0) <= LONGEST:
                yield Missing(path, f"o programa de `{machine.owner.id}` não pede o token dos metadados como se deve",
                              f"use `PUT`, com `X-aws-ec2-metadata-token-ttl-seconds` de 1 a {LONGEST}")
        elif token and not (re.search(rf"\b{token[1]}=", told[:call.start()]) and ASKED in told[:call.start()]):
            yield Missing(path, f"o programa de `{machine.owner.id}` manda aos metadados o token `{token[1]}`, que não pediu antes",
                          "peça-o antes, a `/latest/api/token`")
        elif not token and HIDDEN.search(call[0]):
            yield Missing(path, f"não se sabe se o programa de `{machine.owner.id}` manda aos metadados o token que eles exigem",
                          "escreva o cabeçalho no próprio comando")
        elif not token:
            yield _bare(machine, path)


def _bare(machine: Machine, path: Path) -> Missing:
    told = f"o programa de `{machine.owner.id}` pergunta aos metadados sem o token que `HttpTokens: required` exige: a resposta é 401"
    return Missing(path, told, "peça-o a `/latest/api/token`, e mande-o em `X-aws-ec2-metadata-token`")
