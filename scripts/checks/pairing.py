"""Os comandos em que um recurso só serve junto de outro, ou de uma classe: a fila de que se reenvia, a zona em que um volume se cria, o nome em que
se prende, e o grupo de logs que se lê.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from scripts.aws.catalog import ARN, URL
from scripts.aws.types import INSTANCE, LOG_GROUP, QUEUE, VOLUME
from scripts.base.findings import Finding
from scripts.checks.calls import Call, Made, written
from scripts.checks.outputs import CODE, OPTIONS, TOLD, meant
from scripts.page.architecture import Page
from scripts.proofs.arrows.storage import zone_of
from scripts.proofs.facts.outputs import Output
from scripts.proofs.facts.view import View
from scripts.proofs.facts.volumes import links
from scripts.template.cloudformation import Resource
from scripts.template.values import SYMBOL

SUFFIXES = {"-arn": ARN, "-arns": ARN, "-url": URL}
"""O que o fim do nome de uma opção diz que ela pede."""
READING = ("logs get-log-events", "logs filter-log-events", "logs start-live-tail")


def check(page: Page, made: Iterable[Made]) -> Iterator[Finding]:
    """Um achado por comando da página, ou de uma saída, que a AWS recusaria ou que não faria nada."""
    for each in made:
        for call in each.calls:
            yield from (Finding(page.path, call.line, CODE, f"o comando {message}") for message in _judged(each, call))
        for name, output in each.known.items():
            told = [message for call in written(output.text, each.known) for message in _judged(each, call)]
            for message in (*told, *_labeled(each.view, output)):
                yield Finding(each.view.template.path, each.view.template.line(*output.path), CODE, f"a saída `{name}` {message}")


def _judged(made: Made, call: Call) -> Iterator[str]:
    alone = (judge(made.view, call) for judge in (_formed, _tailed, _moved))
    return chain(*alone, _created(made.view, call, made.calls), _attached(made.view, call, made.calls))


def _formed(view: View, call: Call) -> Iterator[str]:
    """De uma opção que não se conhece, o fim do nome diz que forma ela pede."""
    for option in sorted(call.flags - OPTIONS.keys()):
        wanted = next((form for end, form in SUFFIXES.items() if option.endswith(end)), "")
        for symbol in filter(None, (SYMBOL.fullmatch(value) for value in call.option(option) if wanted)):
            named = meant(view, symbol)
            if named and named[1] != wanted:
                yield f"dá a `{option}` {TOLD[named[1]]} de `{named[0].id}`, e ali vai {TOLD[wanted]}."


def _tailed(view: View, call: Call) -> Iterator[str]:
    """Os eventos de um grupo só se pedem um a um se a classe dele é a padrão; das outras, só se consultam."""
    named = call.loose[:1] if call.name == "logs tail" else call.option("--log-group-name") if call.name in READING else []
    for value in named:
        group = view.points(value, LOG_GROUP)
        kind = view.value(group, "LogGroupClass") if group else None
        if group and kind not in (None, "STANDARD"):
            yield f"lê os eventos de `{group.id}`, que é da classe `{kind}`, e a AWS recusa; tire `LogGroupClass`, ou use `aws logs start-query`."


def _moved(view: View, call: Call) -> Iterator[str]:
    """Só se reenvia de uma fila de falhas de outra fila, e para uma fila."""
    if call.name != "sqs start-message-move-task":
        return
    for value in call.option("--source-arn"):
        queue = view.points(value, QUEUE, by=(ARN,))
        if queue is None or not any(view.points(view.at(each, "RedrivePolicy", "deadLetterTargetArn"), QUEUE, by=(ARN,)) == queue
                                    for each in view.of_type(QUEUE)):
            what = f"`{queue.id}`" if queue else f"`{value}`"
            yield f"reenvia de {what}, que não é a fila de falhas de nenhuma fila do template: a AWS recusa; use o ARN da que é."
    for value in call.option("--destination-arn"):
        if view.points(value, QUEUE, by=(ARN,)) is None:
            yield f"reenvia para `{value}`, que não é o ARN de uma fila do template; use o de uma."


def _created(view: View, call: Call, made: list[Call]) -> Iterator[str]:
    """Um volume se cria na zona da instância a que se vai prendê-lo: a que a página diz, ou a que tem os do template."""
    if call.name != "ec2 create-volume":
        return
    attaching = [each for other in made if other.name == "ec2 attach-volume" for each in other.option("--instance-id")]
    told = [view.points(value, INSTANCE) for value in attaching] or [link.instance for link in links(view)]
    homes = {instance.id: instance for instance in told if instance}
    for instance in homes.values():
        zones = [zone for _, ways in zone_of(view, instance) for zone in ways]
        for value in call.option("--availability-zone"):
            if value not in zones and not _volume(view, value, instance):
                yield (f"cria o volume numa zona que não é, com certeza, a de `{instance.id}`: um volume só se prende a uma instância da zona dele; "
                       "use a zona dela.")


def _attached(view: View, call: Call, made: list[Call]) -> Iterator[str]:
    """Um dispositivo é de um volume só: o do template, o disco com que a instância nasce, ou o que a página já prendeu e não soltou.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
    """
    for value in call.option("--device") if call.name == "ec2 attach-volume" else ():
        here = {instance.id for each in call.option("--instance-id") if (instance := view.points(each, INSTANCE))}
        for owner, device in _devices(view, here):
            if _device(device) == _device(value):
                yield f"prende o volume em `{value}`, que já é de `{owner}`: a AWS recusa; use um nome que nenhum disco da instância tenha."
        before = made[:made.index(call)] if call in made else []
        held = [each for each in before if each.name in ("ec2 attach-volume", "ec2 detach-volume")]
        if held and held[-1].name == "ec2 attach-volume" and value in held[-1].option("--device") and held[-1].option("--instance-id") == call.option(
                "--instance-id"):
            yield f"prende o volume em `{value}`, que o comando da linha {held[-1].line} já ocupou: a AWS recusa; use outro nome."


def _devices(view: View, here: set[str]) -> Iterator[tuple[str, object]]:
    """Os nomes que o template já dá aos discos destas instâncias; sem saber de qual se fala, os de todas."""
    for link in links(view):
        if link.device and (not here or link.instance is None or link.instance.id in here):
            yield link.volume.id if link.volume else "outro volume", link.device.value
    for instance in view.of_type(INSTANCE):
        for item in view.items(instance, "BlockDeviceMappings") if not here or instance.id in here else ():
            named = view.inside(item, "DeviceName")
            if named:
                yield f"disco de {instance.id}", named.value


def _device(name: object) -> str:
    """`/dev/sdg` e `/dev/xvdg` são o mesmo dispositivo."""
    return re.sub(r"^(?:/dev/)?(?:xvd|sd)", "", str(name))


def _labeled(view: View, output: Output) -> Iterator[str]:
    """A saída que se diz a zona dos volumes é a de todos eles."""
    if output.name.startswith("Zona") and "volume" in output.about.lower():
        others = [volume.id for volume in view.of_type(VOLUME)
                  if output.text not in (view.value(volume, "AvailabilityZone"), f"${{{volume.id}.AvailabilityZone}}")]
        if others:
            yield f"diz que é a zona dos volumes, e não é, com certeza, a de `{'`, `'.join(others)}`; use a deles."


def _volume(view: View, value: str, instance: Resource) -> bool:
    """A zona é a de um volume que o template prende à instância."""
    return any(link.instance == instance and link.volume and value in (view.value(link.volume, "AvailabilityZone"),
                                                                     f"${{{link.volume.id}.AvailabilityZone}}") for link in links(view))

