"""O que um comando da página faz, contra o que se promete dele ali mesmo: a opção que o desfaz, e a chave que não é a que se gravou."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scripts.base.findings import Finding
from scripts.checks.coded import sources
from scripts.checks.qualities import DENIED, PIECE
from scripts.page.architecture import Page
from scripts.page.commands import Command, commands
from scripts.proofs.facts.views import Views

CODE = "comando-contra-promessa"
DOCS = "https://docs.aws.amazon.com"
UNDOES: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple((flag, re.compile(promise, re.IGNORECASE), why, f"{DOCS}/{source}")
                                                                for flag, promise, why, source in (
    ("--should-decrement-desired-capacity", r"\b(?:rep[õo]e|substitu\w+|troca por outra|nasce outra|outra nasce)\b",
     "o grupo encolhe, e não repõe a instância", "autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html"),
    ("--no-should-decrement-desired-capacity", r"\b(?:encolhe|fica com uma a menos|não repõe)\b",
     "o grupo repõe a instância, e não encolhe", "autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html"),
    ("--skip-final-snapshot", r"(?<!sem )\b(?:deixa|faz|guarda|cria|com) (?:um |o )?(?:último )?snapshot|\bsnapshot final",
     "o banco some sem snapshot", "AmazonRDS/latest/APIReference/API_DeleteDBInstance.html"),
    ("--no-force-failover", r"\b(?:força|provoca) a troca|\btroca (?:o banco )?de zona",
     "o banco só reinicia, e não troca de zona", "AmazonRDS/latest/APIReference/API_RebootDBInstance.html"),
    ("--force-delete-without-recovery", r"\bpode (?:ser )?recuper|\bainda se recupera|\bvolta em até",
     "o segredo some sem volta", "secretsmanager/latest/apireference/API_DeleteSecret.html"),
    ("--delete-automated-backups", r"\bbackups? (?:automáticos )?(?:fica|continua)", "os backups automáticos somem com o banco",
     "AmazonRDS/latest/APIReference/API_DeleteDBInstance.html"),
    ("--dryrun", r"(?<!sem )\b(?:envia|copia|apaga|esvazia)\b", "nada se copia nem se apaga", "cli/latest/reference/s3/cp.html"),
))
"""De cada opção, a promessa que ela desfaz, o que acontece, e onde a AWS o diz."""
UPLOADED = re.compile(r"\baws s3 cp \S+ s3://[^/\s]+/(\S+)")
KEY = re.compile(r"\bget-item\b(?:[^\n]|\\\n)*?--key\s+'([^']+)'")
TRIMMED = re.compile(r"\bbasename\b|\brsplit\(|\bsplit\(\"/\"|\.name\b|PurePosixPath")
"""O programa pode gravar só o fim da chave."""


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por opção que desfaz o comentário logo acima do comando, e por linha que se procura com a chave de outro nome."""
    blocks = [command for command in commands(page) if command.block]
    for block in blocks:
        yield from _undone(page, block)
    sent = {key.strip("'\"") for block in blocks for key in UPLOADED.findall(block.text)}
    for block in blocks if sent else ():
        yield from _sought(page, views, block, sent)


def _undone(page: Page, block: Command) -> Iterator[Finding]:
    """A opção de cada comando contra o comentário que o apresenta."""
    told = ""
    for number, text in enumerate(block.text.splitlines(), block.line):
        told = text if text.lstrip().startswith("#") else told
        for flag, promise, why, source in UNDOES if told else ():
            found = promise.search(told)
            denied = found and not found[0].startswith("não") and DENIED.search(PIECE.split(told[:found.start()])[-1])
            if found and not denied and re.search(rf"(?<![\w-]){flag}(?![\w-])", text):
                yield Finding(page.path, number, CODE,
                              f"O comentário diz “{found[0]}”, e com `{flag}` {why} ({source}); acerte a opção, ou o comentário.")


def _sought(page: Page, views: Views, block: Command, sent: set[str]) -> Iterator[Finding]:
    """A chave da linha é a do objeto, com o prefixo: a linha procurada pelo fim dela não existe."""
    for found in KEY.finditer(block.text):
        try:
            values = [str(next(iter(value.values()))) for value in json.loads(found[1]).values()]
        except (ValueError, AttributeError, StopIteration):
            continue  # `blocks` e `calls` dizem o que não se lê
        for value in values:
            whole = next((key for key in sorted(sent) if key.endswith(f"/{value}")), "")
            if whole and value not in sent and not any(TRIMMED.search(text) for view in views.each for text in sources(view)):
                yield Finding(page.path, block.line + block.text.count("\n", 0, found.start()), CODE,
                              f"A página grava o objeto `{whole}` e procura a linha `{value}`: a chave é a do objeto, com o prefixo; use `{whole}`.")
