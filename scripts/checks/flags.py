"""As opções de um comando que muda alguma coisa: as que só nomeiam ou que outra regra julga, e as que ninguém sabe o que mudam ali.

`--hibernate`, `--skip-final-snapshot` ou `--dryrun` fazem do mesmo comando outro; a página que usa uma explica o que ela faz.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Set

from scripts.aws.cli import CUSTOM, FLAGS, GLOBAL
from scripts.base.findings import Finding
from scripts.checks.calls import Made
from scripts.page import shell
from scripts.page.architecture import Page
from scripts.page.commands import commands

CODE = "opcao-desconhecida"
NAMING = re.compile(
    r"--(?:[a-z]+-)*(?:ids?|names?|arns?|identifiers?|urls?|keys?|body|bucket|device|rules?|targets?|description|tags?|tag-specifications|zones?|"
    r"handle|attributes?|payload|certificate|certificate-chain|private-key|value|item|file|delete|prefix|username|type|mime)")
"""As que dizem de que, ou com que conteúdo, e não como."""
KNOWN = {
    "s3": "--recursive --exclude --include --content-type --only-show-errors --quiet --expected-size", "s3 rb": "--force",
    "cloudformation deploy": "--capabilities --parameter-overrides --no-fail-on-empty-changeset --s3-bucket --s3-prefix",
    "cloudformation create-stack": "--capabilities --parameters --template-body",
    "cloudformation update-stack": "--capabilities --parameters --template-body",
    "lambda invoke": "--invocation-type --log-type", "rds reboot-db-instance": "--force-failover --no-force-failover",
    "rds delete-db-instance": "--final-db-snapshot-identifier",
    "autoscaling terminate-instance-in-auto-scaling-group": "--should-decrement-desired-capacity --no-should-decrement-desired-capacity",
    "ec2 create-volume": "--size --iops --throughput --encrypted", "events": "--force --ids --event-pattern",
    "sqs send-message": "--delay-seconds",
    "dynamodb": "--expression-attribute-values --expression-attribute-names --condition-expression --consistent-read",
    "ssm start-session": "--parameters", "eks": "--alias", "acm": "--domain-name --validation-method", "sqs": "--visibility-timeout",
}
"""De cada serviço, ou de cada comando, as que só mudam o que a própria opção diz, ou que outra regra julga."""
CURL = frozenset("""--silent --show-error --max-time --form --include --connect-to --cacert --output --fail --location --head --data --header
    --request --write-out --retry --connect-timeout --remote-name -s -S -f -L -I -o -O -m -F -H -d -w -i -fsSL -fsS -sS -sSf""".split())


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por opção que a página não explica e que ninguém sabe o que muda."""
    explained = {word for code in page.codes for word in code.text.split()}
    yield from _fetched(page, explained)
    for call in (call for each in made for call in each.calls):
        known = {*KNOWN.get(call.service, "").split(), *KNOWN.get(call.name, "").split(), *GLOBAL, *FLAGS}
        for flag in sorted(call.flags - known - explained) if not call.looks else ():
            named = NAMING.fullmatch(flag) and not (call.name in CUSTOM and flag in CUSTOM[call.name].bare)
            if not named or flag.startswith("--no-"):
                yield Finding(page.path, call.line, CODE, f"Não se sabe o que `{flag}` muda em `aws {call.name}`: tire a opção, ou diga na página, "
                              "com o nome dela, o que ela faz.")


def _fetched(page: Page, explained: Set[str]) -> Iterator[Finding]:
    """As opções do `curl`: `--insecure` e `--resolve`, por exemplo, fazem dele outro pedido."""
    for command in (each for each in commands(page) if each.block):
        with contextlib.suppress(shell.Broken):  # `blocos` já diz o que não termina
            for words in (words for words in shell.read(command.text, command.line) if words[0].text == "curl"):
                for word in (each for each in words[1:] if each.text.startswith("-")):
                    if word.text.partition("=")[0] not in CURL | explained:
                        yield Finding(page.path, word.line, CODE, f"Não se sabe o que `{word.text}` muda em `curl`: tire a opção, ou diga na página, "
                                      "com o nome dela, o que ela faz.")
