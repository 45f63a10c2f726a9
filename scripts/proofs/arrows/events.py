"""Regras dos eventos do S3: o que um bucket aciona quando um objeto chega."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scripts.aws.catalog import ARN
from scripts.aws.questions import IDENTITY
from scripts.aws.types import BUCKET, EVENT_RULE, FUNCTION, QUEUE, TOPIC
from scripts.proofs.arrows.created import CREATED, missed, reasoned, tells, ways_of
from scripts.proofs.arrows.eventbridge import awake
from scripts.proofs.arrows.permitted import admitted, fifo, invoked
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.callees import Callee, callee
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.services import filtered
from scripts.template.cloudformation import Resource
from scripts.template.values import Unknown

LISTS = {FUNCTION: ("LambdaConfigurations", "Function"), QUEUE: ("QueueConfigurations", "Queue"), TOPIC: ("TopicConfigurations", "Topic")}
ENDS = {"prefix": "que começam por", "suffix": "que acabam em"}
SENDING = {QUEUE: "sqs:SendMessage", TOPIC: "sns:Publish"}
PARTS = {CREATED: tuple(f"s3:ObjectCreated:{way}" for way in ("Put", "Post", "Copy", "CompleteMultipartUpload")),
         "s3:ObjectRemoved:*": ("s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated")}
"""O que cada `*` reúne: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html"""

TOLD = {CREATED: "Object Created", "s3:ObjectRemoved:*": "Object Deleted"}
"""O tipo com que o EventBridge conta o evento que o S3 chama de outro modo:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html"""

Told = tuple[Placed, Placed, Placed]
"""Um aviso: ele, quem ele nomeia e o evento."""


@rule(BUCKET, FUNCTION, asks=(IDENTITY,))
def bucket_triggers_function(case: Case) -> Iterator[Evidence]:
    """Um bucket S3 aciona uma função Lambda.

    O S3 só entrega o evento se o bucket tem a notificação e se a política da função deixa
    aquele bucket, daquela conta, invocá-la. A permissão precisa existir antes: sem ela o S3
    recusa a notificação, e a pilha não se cria.

    - a notificação do bucket cita a função, ou um apelido dela, e o evento: toda criação de objeto, num aviso só ou num
      por modo de criar, os modos dos programas que gravam nele, se se conhecem todos, ou o que a seta diz em `acao`;
    - no filtro, o começo e o fim da chave, sem curingas;
    - uma permissão `lambda:InvokeFunction` para `s3.amazonaws.com` nessa função;
    - `SourceArn` igual ao ARN do bucket e `SourceAccount` igual à conta;
    - o bucket criado depois da permissão;
    - um filtro de chaves que alguém possa gravar.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
    """
    view, bucket, function = case.view, case.tail, case.head
    called = [found for entry in _entries(view, bucket, FUNCTION) if (found := _called(view, entry)) and found.function == function]
    yield from _notification(case, lambda entry: (found := _called(view, entry)) is not None and found.function == function)
    yield from called[0].lines if called else ()
    yield from invoked(view, function, {found.qualifier for found in called} or {""}, "s3.amazonaws.com",
                       lambda arn: arn == view.arn(bucket), bucket.id, before=bucket, SourceAccount="${AWS::AccountId}")


@rule(BUCKET, (QUEUE, TOPIC), asks=(IDENTITY,))
def bucket_sends_event(case: Case) -> Iterator[Evidence]:
    """Um bucket S3 avisa uma fila ou um tópico.

    O S3 só manda o aviso se a política do destino deixa aquele bucket mandar, e confere isso ao
    criar a notificação.

    - a notificação do bucket cita o destino e o evento: toda criação de objeto, ou o da seta (`acao`);
    - o destino do tipo padrão: o S3 não manda a um FIFO;
    - a política do destino, que deixa `s3.amazonaws.com` mandar só o que vem deste bucket, ou desta conta;
    - a chave do KMS do destino, quando há uma, também permitida ao S3;
    - o bucket criado depois da política.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    """
    view, bucket, target = case.view, case.tail, case.head
    name = LISTS[target.type][1]
    yield from _notification(case, lambda entry: view.points(view.inside(entry, name), target.type, by=(ARN,)) == target)
    if fifo(view, target):
        yield Missing(at(target), f"`{target.id}` é FIFO, e o S3 não manda a um destino FIFO", "use o tipo padrão")
    yield from admitted(view, bucket, target, SENDING[target.type], "s3.amazonaws.com", before=bucket)


@rule(BUCKET, EVENT_RULE, asks=())
def bucket_tells_eventbridge(case: Case) -> Iterator[Evidence]:
    """Um bucket S3 conta o que acontece nele ao EventBridge.

    O S3 manda todos os eventos ao barramento padrão da conta, e a regra escolhe os que interessam.

    - `EventBridgeConfiguration` ligado no bucket;
    - a regra ligada, no barramento padrão, com um padrão de evento que se lê;
    - no padrão dela, a origem `aws.s3`, o nome deste bucket, se diz um, e, se diz algum tipo de evento, o da seta:
      `Object Created`, ou o que ela diz em `acao`, como `Object Deleted`;
    - se o padrão pede um motivo, em `detail.reason`, o do modo como se grava no bucket.

    Fonte: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    """
    view, bucket, listening = case.view, case.tail, case.head
    keys = ("NotificationConfiguration", "EventBridgeConfiguration")
    switch, enabled = view.at(bucket, *keys), view.at(bucket, *keys, "EventBridgeEnabled")
    if switch and (enabled is None or true(enabled.value)):
        yield Found(switch.path, f"`{bucket.id}` conta o que acontece nele")
    else:
        yield Missing(at(bucket, keys[0]), f"`{bucket.id}` não conta nada ao EventBridge",
                      "escreva `EventBridgeConfiguration: {EventBridgeEnabled: true}` em `NotificationConfiguration`")
    yield from awake(view, listening, "EventPattern")
    yield from _heard(case)
    yield from reasoned(case)
    if view.value(listening, "EventBusName") not in (None, "default"):
        yield Missing(at(listening, "EventBusName"), f"`{listening.id}` não é do barramento padrão, o único do S3", "tire `EventBusName`")
    source = next((item for item in view.items(listening, "EventPattern", "source") if item.value == "aws.s3"), None)
    named = view.items(listening, "EventPattern", "detail", "bucket", "name")
    if source:
        yield Found(source.path, "a regra ouve o S3")
    if source is None or named and all(view.spelled(item.value) != view.name(bucket) for item in named):
        yield Missing(at(listening, "EventPattern"), f"`{listening.id}` não ouve `{bucket.id}`",
                      f"ponha `aws.s3` em `source`, e `!Ref {bucket.id}` em `detail.bucket.name`")


def _heard(case: Case) -> Iterator[Evidence]:
    """Os tipos de evento que a seta diz são dos que a regra ouve; sem nenhum no padrão, ela ouve todos."""
    kinds = case.view.items(case.head, "EventPattern", "detail-type")
    for wanted in [TOLD.get(said, said) for said in (case.edge.action or CREATED).split(", ")] if kinds else ():
        heard = next((item for item in kinds if item.value == wanted), None)
        if heard:
            yield Found(heard.path, f"a cada evento `{wanted}`")
        else:
            said = ", ".join(f"`{item.value}`" for item in kinds if isinstance(item.value, str)) or "um tipo de evento que não se lê"
            yield Missing(kinds[0].path, f"`{case.head.id}` ouve {said}, e a seta pede `{wanted}`",
                          f"escreva `{wanted}` em `detail-type`, ou diga o evento na seta com `acao`")


@judge(BUCKET)
def _bucket(view: View, bucket: Resource) -> Iterator[Missing]:
    """Dois avisos do mesmo evento não pegam a mesma chave: o S3 recusa a notificação.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
    """
    view.value(bucket, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled")
    said: list[tuple[str, str, str]] = []
    for list_, name in LISTS.values():
        for entry in view.items(bucket, "NotificationConfiguration", list_):
            event, _, seen = view.inside(entry, "Event"), view.inside(entry, name), filtered(view, entry)
            mine = (str(event.value) if event else "", seen.prefix or "", seen.suffix or "")
            if any(_overlap(mine, other) for other in said):
                yield Missing(entry.path, f"dois avisos de `{bucket.id}` pegam o mesmo evento da mesma chave, e o S3 recusa",
                              "separe-os por evento, por começo ou por fim da chave")
            said.append(mine)


def _overlap(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    (event, start, end), (event_, start_, end_) = one, other
    return bool((covers(event, event_) or covers(event_, event)) and (start.startswith(start_) or start_.startswith(start))
                and (end.endswith(end_) or end_.endswith(end)))


def _entries(view: View, bucket: Resource, kind: str) -> list[Placed]:
    return view.items(bucket, "NotificationConfiguration", LISTS[kind][0])


def _called(view: View, entry: Placed) -> Callee | None:
    return callee(view, view.inside(entry, "Function"), by=(ARN,))


def _notification(case: Case, cites: Callable[[Placed], bool]) -> Iterator[Evidence]:
    """A notificação do bucket que cita o destino, no evento da seta."""
    view, bucket, target = case.view, case.tail, case.head
    list_, name = LISTS[target.type]
    wanted = case.edge.action or CREATED
    told = [(entry, named, event) for entry in _entries(view, bucket, target.type)
            if (named := view.inside(entry, name)) and (event := view.inside(entry, "Event")) and cites(entry)]
    serving = [each for each in told if tells(each[2], wanted)][:1] or _together(view, told, PARTS.get(wanted, ()))
    if not serving and not case.edge.action:
        ways, sure = ways_of(case)
        serving = _together(view, told, tuple(f"s3:ObjectCreated:{way}" for way in ways)) if sure else []
    elif serving and case.edge.action:
        yield from missed(case, [each[2] for each in told])
    for entry, named, event in serving:
        yield Found(named.path, f"o bucket notifica {'a função' if target.type == FUNCTION else f'`{target.id}`'}")
        yield Found(event.path, f"a cada evento `{event.value}`")
        yield from _filtered(view, bucket, entry)
    for entry, _, _ in told if serving else ():
        filtered(view, entry)  # o que outro aviso ao mesmo destino pega só acrescenta
    if told and not serving:
        other = told[-1][2]
        said = "um evento desconhecido" if isinstance(other.value, Unknown) else f"`{other.value}`"
        yield Missing(other.path, f"a notificação de `{bucket.id}` é de {said}, e a seta pede `{wanted}`",
                      f"escreva `Event: {wanted}`{', ou diga o evento na seta com `acao`' if ways_of(case) == ((), True) else ''}")
    elif not told:
        yield Missing(at(bucket, "NotificationConfiguration"), f"o bucket `{bucket.id}` não notifica `{target.id}`",
                      f"acrescente um item a `{list_}` com `{name}: !GetAtt {target.id}.Arn`")


def _together(view: View, told: list[Told], ways: tuple[str, ...]) -> list[Told]:
    """Um aviso por parte do que a seta pede, todos das mesmas chaves; nenhum, se falta uma parte."""
    for first in told:
        keys = _keys(view, first[0])
        alike = [each for each in told if _keys(view, each[0]) == keys]
        parts = [next((each for each in alike if tells(each[2], part)), None) for part in ways]
        if parts and all(parts):
            return list({each[2].path: each for each in parts if each}.values())
    return []


def _keys(view: View, entry: Placed) -> tuple[str | None, str | None]:
    seen = filtered(view, entry)
    return seen.prefix, seen.suffix


def _filtered(view: View, bucket: Resource, entry: Placed) -> Iterator[Evidence]:
    """As chaves que o filtro deixa passar; um que não é só um começo e um fim conhecidos pode não deixar nenhuma."""
    if view.inside(entry, "Filter") is None:
        return
    rules = [(view.inside(item, "Name"), view.inside(item, "Value")) for item in view.items_inside(entry, "Filter", "S3Key", "Rules")]
    names = [str(name.value).lower() if name else "" for name, _ in rules]
    written = all(value and isinstance(value.value, str) for _, value in rules)
    if not rules or not written or len(set(names)) != len(names) or not set(names) <= set(ENDS):
        yield Missing(entry.path, f"o filtro da notificação de `{bucket.id}` não se conhece", "escreva-o por extenso")
        return
    for name, value in zip(names, (value for _, value in rules if value)):
        if set("*?") & set(str(value.value)):
            yield Missing(value.path, f"o filtro da notificação de `{bucket.id}` não tem curingas: `{value.value}` só pega chaves com esse "
                          "caractere", f"escreva o {'começo' if name == 'prefix' else 'fim'} da chave sem `*` nem `?`")
        yield Found(value.path, f"só para as chaves {ENDS[name]} `{value.value}`")
