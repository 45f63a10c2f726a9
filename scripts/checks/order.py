"""A ordem dos comandos da página: cada um espera o que outro começou, e só usa o que ainda há.

Uma operação que começa e não acaba tem na AWS CLI uma espera (`aws ec2 wait …`). Depois que a pilha é removida, o que ela
leva não serve mais a comando nenhum.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-wait.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from scripts.aws.types import BUCKET, EKS_CLUSTER, SCALING_GROUP
from scripts.base.findings import Finding
from scripts.checks.calls import Call, Made
from scripts.checks.cleanup import REMOVAL
from scripts.page.architecture import Page
from scripts.page.commands import commands
from scripts.proofs.facts.remains import GONE, fate
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

OUT, WEAK = "comando-fora-de-ordem", "comando-que-nao-serve"
ENDS = {
    "ec2 run-instances": "instance-running instance-status-ok instance-exists", "ec2 start-instances": "instance-running instance-status-ok",
    "ec2 stop-instances": "instance-stopped", "ec2 terminate-instances": "instance-terminated", "ec2 create-snapshot": "snapshot-completed",
    "ec2 create-volume": "volume-available", "ec2 detach-volume": "volume-available", "ec2 create-image": "image-available image-exists",
    "ec2 copy-snapshot": "snapshot-completed", "ec2 create-nat-gateway": "nat-gateway-available",
    "rds create-db-snapshot": "db-snapshot-available db-snapshot-completed", "rds copy-db-snapshot": "db-snapshot-available db-snapshot-completed",
    "rds restore-db-instance-from-db-snapshot": "db-instance-available", "rds restore-db-instance-to-point-in-time": "db-instance-available",
    "rds create-db-instance": "db-instance-available", "rds start-db-instance": "db-instance-available",
    "rds stop-db-instance": "db-instance-stopped", "rds delete-db-instance": "db-instance-deleted",
    "cloudformation create-stack": "stack-create-complete stack-exists", "cloudformation update-stack": "stack-update-complete",
    "cloudformation create-change-set": "change-set-create-complete", REMOVAL: "stack-delete-complete",
    "dynamodb create-table": "table-exists", "lambda update-function-code": "function-updated function-updated-v2",
    "lambda create-function": "function-active function-active-v2 function-exists", "ssm send-command": "command-executed",
    "eks create-cluster": "cluster-active", "eks delete-cluster": "cluster-deleted", "cloudfront create-invalidation": "invalidation-completed",
}
"""De cada operação cujo fim a seguinte precisa esperar, as esperas que o dizem."""
LOOSE = {
    "ec2 attach-volume": "volume-in-use", "ec2 delete-volume": "volume-deleted", "ec2 reboot-instances": "instance-status-ok",
    "rds modify-db-instance": "db-instance-available", "rds reboot-db-instance": "db-instance-available",
    "rds delete-db-snapshot": "db-snapshot-deleted", "dynamodb delete-table": "table-not-exists", "acm request-certificate": "certificate-validated",
    "elbv2 register-targets": "target-in-service", "elbv2 deregister-targets": "target-deregistered", "s3api put-object": "object-exists",
    "s3api delete-object": "object-not-exists", "s3api create-bucket": "bucket-exists", "s3api delete-bucket": "bucket-not-exists",
    "cloudfront update-distribution": "distribution-deployed",
}
"""As que também têm espera, e depois das quais se pode seguir sem ela."""
WAITS = {name: states.split() for name, states in (ENDS | LOOSE).items()}
NAMED = re.compile(r"\$\{(\w+)[.}]")
KUBECTL = re.compile(r"^[ \t]*(?:sudo )?kubectl (?!config\b)")
DECREMENT = "--should-decrement-desired-capacity"
Calls = list[Call]


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por comando que começa antes de o outro acabar, usa o que já não há, ou perde o que leva."""
    judges: tuple[Callable[[View, Calls], Iterator[tuple[int, str, str]]], ...] = (_awaited, _hurried, _gone, _lost, _small)
    for each in made:
        for section in sections(page, each.calls):
            yield from (Finding(page.path, line, code, message) for judge in judges for line, code, message in judge(each.view, section))
        yield from _clusterless(page, each)


def sections(page: Page, made: Calls) -> list[Calls]:
    """As chamadas de cada seção da página, na ordem."""
    starts = [heading.line for heading in page.headings]
    found: dict[int, Calls] = {}
    for call in made:
        found.setdefault(max((line for line in starts if line < call.line), default=0), []).append(call)
    return list(found.values())


def _awaited(view: View, section: Calls) -> Iterator[tuple[int, str, str]]:
    """Cada espera é a do que um comando antes dela começou."""
    for index, call in enumerate(section):
        state = call.words[0] if call.operation == "wait" and call.words else ""
        if not state:
            continue
        begun = [each.name for each in section[:index] if each.service == call.service and each.name in WAITS]
        if not begun or state not in WAITS[begun[-1]]:
            wanted = f"`{begun[-1]}` leva a `{WAITS[begun[-1]][0]}`" if begun else "nenhum comando da seção leva a isso"
            yield call.line, OUT, f"o comando espera `{state}`, e {wanted}: a espera não acaba, ou não espera nada; corrija-a."


def _hurried(view: View, section: Calls) -> Iterator[tuple[int, str, str]]:
    """O que muda alguma coisa vem depois da espera do que outro começou."""
    for index, call in enumerate(section):
        after = section[index + 1:]
        waits = [each for each in after if each.name == f"{call.service} wait"]  # se é outra a espera, já se disse
        following = next((each for each in after if not each.looks), None)
        if call.name in ENDS and following and not any(each.line <= following.line for each in waits):
            yield following.line, OUT, (f"`{following.name}` começa antes de `{call.name}` acabar; espere por ele, com `aws "
                                        f"{call.service} wait {WAITS[call.name][0]}`.")


def _gone(view: View, section: Calls) -> Iterator[tuple[int, str, str]]:
    """Depois de remover a pilha, nada se muda no que saiu com ela; o que dela ficou, e o que se lista, servem."""
    removed = next((index for index, call in enumerate(section) if call.name == REMOVAL), len(section))
    for call in section[removed + 1:]:
        gone = [resource.id for resource in _named(view, call) if fate(resource) == GONE]
        if gone and not call.looks:
            yield call.line, OUT, f"`{gone[0]}` já saiu com a pilha, e o comando ainda o usa; ponha-o antes de removê-la, ou tire-o."
        if call.name == "rds describe-db-snapshots" and "automated" in call.option("--snapshot-type"):
            yield call.line, WEAK, "os snapshots automáticos saem com o banco, e o que fica dele é manual; use `--snapshot-type manual`."


def _named(view: View, call: Call) -> Iterator[Resource]:
    """Os recursos que os argumentos nomeiam."""
    for word in call.words:
        bucket = view.points(word.removeprefix("s3://").partition("/")[0], BUCKET)
        found = [view.resources[name] for name in NAMED.findall(word) if name in view.resources]
        yield from [bucket] if bucket else found


def _clusterless(page: Page, each: Made) -> Iterator[Finding]:
    """Depois que a pilha sai, o `kubectl` não tem com quem falar."""
    clusters = [resource for resource in each.view.of_type(EKS_CLUSTER) if fate(resource) == GONE]
    for call in (call for call in each.calls if call.name == REMOVAL and clusters):
        end = min((heading.line for heading in page.headings if heading.line > call.line), default=10**9)
        for command in commands(page):
            for line, text in command.lines():
                if call.line < line < end and KUBECTL.match(text):
                    yield Finding(page.path, line, OUT, f"`{clusters[0].id}` já saiu com a pilha, e o `kubectl` fala com ele; ponha o comando antes.")


def _lost(view: View, section: Calls) -> Iterator[tuple[int, str, str]]:
    """Quem repete um evento só o apaga da fila depois de entregá-lo a quem, se ele falhar, o põe de volta.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    for index, call in enumerate(section):
        erased = any(each.name == "sqs delete-message" for each in section[index + 1:])
        if call.name == "lambda invoke" and any(each.name == "sqs delete-message" for each in section[:index]):
            yield call.line, OUT, "o evento já saiu da fila, e se esta chamada falhar ele se perde; entregue-o antes de apagá-lo."
        if call.name == "lambda invoke" and erased and "Event" not in call.option("--invocation-type"):
            yield call.line, WEAK, ("a função responde na hora, e o evento que falhar de novo não volta à fila de que o comando seguinte o apaga; "
                                    "use `--invocation-type Event`.")


def _small(view: View, section: Calls) -> Iterator[tuple[int, str, str]]:
    """Um grupo que já está no mínimo não diminui."""
    least = [group for group in view.of_type(SCALING_GROUP) if _least(view, group)]
    for call in section:
        if call.name.endswith("terminate-instance-in-auto-scaling-group") and DECREMENT in call.flags and least:
            yield call.line, WEAK, (f"`{least[0].id}` já está no mínimo, e a AWS não o diminui: recusa o comando; use "
                                    f"`{DECREMENT.replace('--', '--no-')}`.")


def _least(view: View, group: Resource) -> bool:
    """O grupo nasce do tamanho mínimo."""
    asked, least = view.value(group, "DesiredCapacity"), whole(view.value(group, "MinSize"))
    return least is not None and (asked is None or whole(asked) == least)
