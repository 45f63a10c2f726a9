"""Regras de filas: quem lê de uma fila, e para onde ela manda o que ninguém consegue ler."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.catalog import ARN
from scripts.aws.questions import FORWARD, IDENTITY
from scripts.aws.types import EVENT_SOURCE_MAPPING, QUEUE
from scripts.proofs.arrows.program import program
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts.filters import FILTERED, sifted
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""O que a Lambda faz com o papel da função para ler a fila por ela."""
USUAL_WAIT = 30
"""Quantos segundos a mensagem se esconde quando a fila não diz."""
USUAL_LIFE = 345600
"""Quantos segundos ela dura na fila quando a fila não diz: quatro dias."""

ROOM = (262_144, 1_048_576)
"""De que tamanho deixar passar mensagens: tudo o que se podia mandar até 2025, e o máximo de hoje.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""
FIFO_BATCH = 10
FIRST = re.compile(r"(?:\[[\"']Records[\"']\]|\.get\([\"']Records[\"'][^)]*\)|\.Records)\[0\]")
EVERY = re.compile(r"\b(?:in|of)\s+\w+(?:\[[\"']Records|\.get\([\"']Records|\.Records)|\bRecords[\"']?\]?\.(?:map|forEach)\(")
"""Como um programa trata a primeira mensagem de um lote, e como trata todas."""
REDRIVES, LISTED = ("allowAll", "denyAll", "byQueue"), 10


@judge(QUEUE)
def _queue(view: View, queue: Resource) -> Iterator[Missing]:
    """Cabe na fila o que lhe mandam, e o SQS aceita o que ela diz de quem a usa para pôr de lado o que falha.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    size = view.at(queue, "MaximumMessageSize")
    room = whole(size.value) if size else ROOM[0]
    if size and (room is None or not ROOM[0] <= room <= ROOM[1]):
        yield Missing(size.path, f"`{queue.id}` pode recusar uma mensagem pelo tamanho",
                      f"use `MaximumMessageSize` de {ROOM[0]} a {ROOM[1]}, ou tire-o")
    permission = view.at(queue, "RedriveAllowPolicy", "redrivePermission")
    sources = view.items(queue, "RedriveAllowPolicy", "sourceQueueArns")
    if permission and (permission.value not in REDRIVES or (permission.value == "byQueue") is not (0 < len(sources) <= LISTED)):
        yield Missing(permission.path, f"o SQS não aceita o `RedriveAllowPolicy` de `{queue.id}`",
                      f"use `byQueue` com até {LISTED} filas em `sourceQueueArns`, ou `allowAll` ou `denyAll` sem elas")


@rule(QUEUE, QUEUE, asks=(IDENTITY, FORWARD))
def queue_sets_aside(case: Case) -> Iterator[Evidence]:
    """Uma fila põe de lado as mensagens que ninguém consegue processar.

    Depois de recebida várias vezes sem ser apagada, a mensagem vai para a fila de mensagens
    mortas, em vez de voltar para sempre.

    - `RedrivePolicy` da fila com o ARN da outra em `deadLetterTargetArn`;
    - `maxReceiveCount` de 1 a 1.000;
    - `MessageRetentionPeriod` maior que o `VisibilityTimeout` somado em todas as tentativas;
    - as duas do mesmo tipo, padrão ou FIFO, e a outra sem recusar esta.

    Fonte: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    yield from set_aside(case.view, case.tail, case.head)


def set_aside(view: View, queue: Resource, dead: Resource) -> Iterator[Evidence]:
    """A fila manda para `dead` o que foi recebido vezes demais."""
    target = view.at(queue, "RedrivePolicy", "deadLetterTargetArn")
    count = view.at(queue, "RedrivePolicy", "maxReceiveCount")
    if target is None or view.points(target.value, QUEUE, by=(ARN,)) != dead:
        yield Missing(at(queue, "RedrivePolicy"), f"`{queue.id}` não manda a `{dead.id}` o que falha",
                      f"escreva `RedrivePolicy: {{deadLetterTargetArn: !GetAtt {dead.id}.Arn, maxReceiveCount: 5}}`")
        return
    yield Found(target.path, f"o que falha vai para `{dead.id}`")
    tries = whole(count.value) if count else None
    if count and tries and tries <= 1000:
        yield Found(count.path, f"depois de {tries} tentativas")
        yield from _kept(view, queue, tries)
    else:
        yield Missing(at(queue, "RedrivePolicy"), f"`{queue.id}` não diz depois de quantas tentativas",
                      "escreva `maxReceiveCount` de 1 a 1000")
    if _fifo(view, queue) != _fifo(view, dead):
        yield Missing(at(dead), f"`{queue.id}` e `{dead.id}` não são do mesmo tipo", "use `FifoQueue` nas duas, ou em nenhuma")
    yield from _accepted(view, queue, dead)


def _kept(view: View, queue: Resource, tries: int) -> Iterator[Evidence]:
    """A mensagem não vence antes da última tentativa: a fila a apagaria sem a pôr de lado."""
    hidden, limit = view.at(queue, "VisibilityTimeout"), view.at(queue, "MessageRetentionPeriod")
    waits, keeps = whole(hidden.value) if hidden else USUAL_WAIT, whole(limit.value) if limit else USUAL_LIFE
    if waits is None or keeps is None or keeps <= waits * tries:
        yield Missing(at(queue, "MessageRetentionPeriod"), f"uma mensagem pode vencer em `{queue.id}` antes de {tries} tentativas",
                      "use `MessageRetentionPeriod` maior que `VisibilityTimeout` vezes `maxReceiveCount`")
        return
    for written, alone in ((hidden, USUAL_WAIT * tries >= keeps), (limit, waits * tries >= USUAL_LIFE)):
        if written and alone:  # sem a linha, o valor de costume não bastaria
            yield Found(written.path, f"a mensagem dura {keeps} segundos, mais que {tries} vezes {waits}")


def _accepted(view: View, queue: Resource, dead: Resource) -> Iterator[Evidence]:
    """`RedriveAllowPolicy` da outra fila, quando há: nem toda fila pode mandar para lá."""
    permission = view.at(dead, "RedriveAllowPolicy", "redrivePermission")
    if permission is None:
        if view.at(dead, "RedriveAllowPolicy") is not None:
            yield Missing(at(dead, "RedriveAllowPolicy"), f"não se sabe quem pode mandar para `{dead.id}`",
                          "escreva `redrivePermission`")
        return
    if permission.value == "byQueue":
        for item in view.items(dead, "RedriveAllowPolicy", "sourceQueueArns"):
            if view.points(item.value, QUEUE, by=(ARN,)) == queue:
                yield Found(permission.path, "só as filas desta lista mandam para lá")
                yield Found(item.path, f"`{queue.id}` está nela")
                return
    if permission.value != "allowAll":
        yield Missing(permission.path, f"`{dead.id}` não aceita o que `{queue.id}` manda",
                      f"ponha o ARN de `{queue.id}` em `sourceQueueArns`, com `redrivePermission: byQueue`")


def polled(view: View, function: Resource, queue: Resource) -> Iterator[Evidence]:
    """A Lambda lê a fila e chama a função com cada lote."""
    mappings = [mapping for mapping in view.of_type(EVENT_SOURCE_MAPPING)
                if view.points(view.value(mapping, "EventSourceArn"), QUEUE, by=(ARN,)) == queue
                and (called := callee(view, view.at(mapping, "FunctionName"))) and called.function == function]
    if not mappings:
        yield Missing(at(function), f"nada faz `{function.id}` ler `{queue.id}`",
                      f"crie um `{EVENT_SOURCE_MAPPING}` com `EventSourceArn: !GetAtt {queue.id}.Arn` e `FunctionName: !Ref {function.id}`")
        return
    yield from view.complete(_running(view, mapping, function, queue) for mapping in mappings)
    yield from _patient(view, function, queue)
    yield from invocable(view, function)


def invocable(view: View, function: Resource) -> Iterator[Missing]:
    """O defeito de uma função com concorrência reservada de zero: a Lambda recusa toda chamada."""
    reserved = view.at(function, "ReservedConcurrentExecutions")
    if reserved and not whole(reserved.value):
        yield Missing(reserved.path, f"`{function.id}` não pode rodar: a concorrência reservada dela é zero, ou não se conhece",
                      "tire `ReservedConcurrentExecutions`, ou use 1 ou mais")


def _running(view: View, mapping: Resource, function: Resource, queue: Resource) -> Iterator[Evidence]:
    yield Found(at(mapping, "EventSourceArn"), f"a Lambda lê `{queue.id}`")
    yield Found(at(mapping, "FunctionName"), f"e chama `{function.id}`")
    called = callee(view, view.at(mapping, "FunctionName"))
    yield from called.lines if called else ()
    if str(view.value(mapping, "Enabled")).lower() not in ("none", "true"):
        yield Missing(at(mapping, "Enabled"), f"`{mapping.id}` está desligado", "tire `Enabled`, ou use `true`")
    window = view.at(mapping, "MaximumBatchingWindowInSeconds")
    if _fifo(view, queue) != "false" and window and whole(window.value) != 0:
        yield Missing(window.path, f"`{queue.id}` é FIFO, e a Lambda não junta por tempo as mensagens de uma FIFO",
                      "tire `MaximumBatchingWindowInSeconds`")
    yield from _paced(view, mapping, function, queue)
    if not sifted(view, mapping):
        yield Missing(at(mapping, "FilterCriteria"), f"o filtro de `{mapping.id}` não se lê, e apaga mensagens sem processar", FILTERED)


def _paced(view: View, mapping: Resource, function: Resource, queue: Resource) -> Iterator[Missing]:
    """O ritmo da leitura cabe no da fila e no da função: o lote se junta antes de a mensagem reaparecer, e alguém o processa.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    window, hidden = view.at(mapping, "MaximumBatchingWindowInSeconds"), whole(view.value(queue, "VisibilityTimeout") or USUAL_WAIT)
    runs = whole(view.value(function, "Timeout") or 3)
    if window and hidden is not None and runs is not None and (whole(window.value) or 0) + runs > hidden:
        yield Missing(window.path, f"uma mensagem de `{queue.id}` reaparece enquanto a Lambda ainda junta o lote dela ou a função o processa",
                      "use `VisibilityTimeout` de seis vezes o `Timeout` da função mais `MaximumBatchingWindowInSeconds`")
    most, reserved = view.at(mapping, "ScalingConfig", "MaximumConcurrency"), whole(view.value(function, "ReservedConcurrentExecutions"))
    if most and reserved is not None and (whole(most.value) or 0) > reserved:
        yield Missing(most.path, f"`{mapping.id}` chama `{function.id}` {most.value} vezes ao mesmo tempo, e a concorrência reservada dela é "
                      f"{reserved}: a Lambda recusa o resto, e a mensagem pode ir para a fila de falhas", "reserve ao menos `MaximumConcurrency`")
    size = view.at(mapping, "BatchSize")
    if size and _fifo(view, queue) != "false" and (whole(size.value) or 0) > FIFO_BATCH:
        yield Missing(size.path, f"`{queue.id}` é FIFO, e um lote dela tem até {FIFO_BATCH} mensagens", f"use até {FIFO_BATCH}")
    with view.reading():
        said = program(view, function)
    if (size is None or whole(size.value) != 1) and FIRST.search(said) and not EVERY.search(said):
        yield Missing(size.path if size else at(mapping), f"o programa de `{function.id}` só trata a primeira mensagem de cada lote, e as outras se "
                      "perdem", "use `BatchSize: 1`, ou trate todas")


def _patient(view: View, function: Resource, queue: Resource) -> Iterator[Evidence]:
    """A mensagem fica escondida ao menos enquanto a função pode estar com ela; senão, a Lambda recusa a ligação."""
    hidden, limit = view.at(queue, "VisibilityTimeout"), view.at(function, "Timeout")
    waits, runs = whole(hidden.value if hidden else USUAL_WAIT), whole(limit.value if limit else 3)
    if waits is None or runs is None or waits < runs:
        yield Missing(at(queue, "VisibilityTimeout"), f"`VisibilityTimeout` de `{queue.id}` é menor que o `Timeout` de `{function.id}`",
                      "use seis vezes o `Timeout`")
        return
    if hidden and runs > USUAL_WAIT:  # sem a linha, a espera de costume não bastaria
        yield Found(hidden.path, f"a mensagem fica escondida por {waits} segundos, mais que os {runs} da função")


def _fifo(view: View, queue: Resource) -> str:
    return str(view.value(queue, "FifoQueue") or False).lower()
