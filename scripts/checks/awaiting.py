"""O que a página diz que a máquina de estados espera, ela espera: o fim do trabalho, e não só a resposta de quem o aceitou.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import STATE_MACHINE
from scripts.base.diagram import Diagram, Edge
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE, plain
from scripts.page.architecture import Page, Step
from scripts.proofs.arrows.workflows import NAMED, naming
from scripts.proofs.facts.states import INTEGRATION, Task
from scripts.proofs.facts.views import Views

WAITS = re.compile(r"(?<!nao )(?<!sem )\b(?:esper|aguard)(?:a|am|ar|ando)\b|\bate (?:o fim|que|el[ea]|acabar|terminar)\b")
AT_ONCE = ("dynamodb", "s3")
"""Os que já respondem com o que se pediu."""
BY_TOKEN = ("lambda", "sqs", "sns")
"""Os que, para que se espere quem recebe, pedem o sinal dele; uma função que se invoca sem `Event` já se espera."""


def check(page: Page, diagram: Diagram, views: Views) -> Iterator[Finding]:
    """Um achado por tarefa que só pede, no passo que diz que a máquina espera o fim."""
    steps = {step.number: step for step in page.steps}
    for edge in diagram.edges:
        step = steps.get(edge.step or 0)
        for task in {task.path: task for task in _tasks(diagram, views, edge)}.values() if step and _waits(step, edge, diagram) else ():
            found = INTEGRATION.fullmatch(task.resource)
            if step and found and not found["way"] and found["service"] not in AT_ONCE and _at_once(found["service"], task):
                way = ".waitForTaskToken" if found["service"] in BY_TOKEN or found["sdk"] else ".sync"
                yield Finding(views.template.path, views.template.line(*task.line("Resource")), "espera-que-nao-ha",
                              f"O passo {step.number} diz que `{edge.tail}` espera o fim do que pede a `{edge.head}`, e `{task.name}` segue "
                              f"assim que o pedido é aceito: use `{found['service']}:{found['action']}{way}`, com as permissões que ele pede, ou "
                              "diga na página que não espera.")


def _at_once(service: str, task: Task) -> bool:
    """A tarefa segue com o pedido aceito; uma função, só se a invocação é `Event`."""
    return service != "lambda" or task.argument("InvocationType") == "Event"


def _tasks(diagram: Diagram, views: Views, edge: Edge) -> Iterator[Task]:
    """As tarefas da máquina de onde a seta parte que chamam a outra ponta."""
    for view in views.each:
        ends = [[view.resources[name] for name in diagram.elements[end].resources if name in view.resources] for end in (edge.tail, edge.head)]
        for machine in ends[0] if edge.step else ():
            for target in ends[1] if machine.type == STATE_MACHINE else ():
                yield from (task for task, _ in naming(view, machine, target)) if target.type in NAMED else ()


def _waits(step: Step, edge: Edge, diagram: Diagram) -> bool:
    """Uma oração do passo diz que se espera, e nenhum outro componente vem nela antes do verbo: quem espera é a máquina."""
    others = [plain(link.text) for link in step.links
              if (name := link.target.removeprefix("#")) in diagram.elements and name not in (edge.tail, edge.head)]
    for clause in CLAUSE.split(step.text):
        said = WAITS.search(plain(clause))
        if said and not any(name in plain(clause)[:said.start()] for name in others):
            return True
    return False
