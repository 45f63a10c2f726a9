"""Regras de acesso: uma aplicação chama um serviço da AWS com as permissões do seu papel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scripts.aws.questions import IDENTITY, NAMES, REACH
from scripts.aws.senders import FIXED
from scripts.aws.types import BUCKET, EVENT_BUS, FUNCTION, INSTANCE, LOG_GROUP, QUEUE, SCALING_GROUP, TOPIC
from scripts.proofs.arrows.failures import by_service, delivery
from scripts.proofs.arrows.passage import ORIGIN, origin, passage
from scripts.proofs.arrows.program import handed
from scripts.proofs.arrows.queues import POLLING, polled
from scripts.proofs.arrows.registry import Case, rule
from scripts.proofs.arrows.viable import viable
from scripts.proofs.arrows.viable_keys import stranger
from scripts.proofs.evidence import Evidence, Found, Missing, Path, at
from scripts.proofs.facts.code import listed
from scripts.proofs.facts.measures import texts
from scripts.proofs.identity.evaluation import Decision, Request, decide, evidence
from scripts.proofs.identity.keys import key_of, of_aws, uses
from scripts.proofs.identity.principals import Principal, principal_of
from scripts.proofs.identity.services import SERVICES, Watched, arns, on_objects, reads, watched
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.template.cloudformation import Resource

SENT = (QUEUE, TOPIC, FUNCTION, EVENT_BUS)
LOGS = "logs.${AWS::Region}.amazonaws.com"
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""
LIST = "s3:ListBucket"
HELD = tuple(kind for kind in SERVICES if kind not in (*SENT, LOG_GROUP))


@rule((INSTANCE, SCALING_GROUP), tuple(SERVICES), asks=(REACH, IDENTITY, NAMES))
def server_calls_service(case: Case) -> Iterator[Evidence]:
    """Um servidor chama um serviço da AWS.

    O programa na instância usa as credenciais do perfil dela; sem permissão para aquela ação,
    naquele recurso, a AWS recusa o pedido, e sem caminho de rede ele nem chega.

    - um perfil de instância com um papel em que `ec2.amazonaws.com` confia;
    - uma declaração que permite a ação da seta (`acao`) no recurso dela, e nenhuma que negue;
    - a chave do KMS do recurso, quando há uma, também permitida;
    - o nome do recurso no que o programa recebe do template, quando a AWS o gera, e chaves de objetos que alguém grava;
    - da VPC, um endpoint do serviço, um NAT ou o gateway de internet, e a saída em tcp 443.

    Fonte: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html
    """
    yield from call(case)


@rule(FUNCTION, HELD, asks=(REACH, IDENTITY, NAMES))
def function_uses_service(case: Case) -> Iterator[Evidence]:
    """Uma função Lambda usa um serviço da AWS.

    A função age com o papel de execução dela; sem permissão para aquela ação, naquele recurso,
    a AWS recusa o pedido. Se o bucket aciona a função, ela precisa ler todo objeto que a aciona.

    - um papel de execução em que `lambda.amazonaws.com` confia;
    - uma declaração que permite a ação da seta (`acao`) no recurso dela, e nenhuma que negue;
    - a chave do KMS do recurso, quando há uma, também permitida;
    - se a função está numa VPC, um caminho de rede até o serviço;
    - o nome do recurso no código ou numa variável dele, quando a AWS o gera e o evento não o traz.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    yield from call(case)


@rule(FUNCTION, SENT, asks=(REACH, IDENTITY, NAMES))
def function_delivers(case: Case) -> Iterator[Evidence]:
    """Uma função Lambda manda mensagens, aciona outro serviço ou lê uma fila.

    Ou o código recebe o nome do destino e chama a API, ou a própria Lambda entrega lá o que
    falhou ou deu certo, ou lê a fila pela função quando a seta diz `acao="sqs:ReceiveMessage"`;
    sempre com as permissões do papel de execução.

    - para mandar, um `EventInvokeConfig` ou `DeadLetterConfig` com o destino, ou o nome dele no código;
    - para ler, um `EventSourceMapping` ligado, e a mensagem escondida por mais tempo que o da função;
    - um papel de execução em que `lambda.amazonaws.com` confia;
    - uma declaração que permite a ação da seta nesse destino (para ler, receber, apagar e ver os
      atributos), e nenhuma que negue;
    - se é o código que chama, e a função está numa VPC, um caminho de rede até o serviço.

    Fonte: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    if POLLING[0] in case.edge.action:
        yield from polled(case.view, case.tail, case.head)
        yield from call(replace(case, edge=replace(case.edge, action=" ".join(POLLING))), through_network=False)
        return
    yield from delivery(case.view, case.tail, case.head)
    yield from call(case, through_network=not by_service(case.view, case.tail, case.head))


def call(case: Case, through_network: bool = True, principal: Principal | None = None) -> Iterator[Evidence]:
    """As permissões e, quando é o próprio código que chama, o caminho de rede; sem `principal`, o da origem da seta."""
    view, service = case.view, SERVICES[case.head.type]
    principal = principal or principal_of(view, case.tail)
    yield from principal.evidence
    if principal.role is None:
        return
    actions = case.edge.action.replace(",", " ").split()
    strange = [action for action in actions if action.partition(":")[0] != service.prefix or "*" in action or "?" in action]
    if strange:
        yield Missing(at(case.head), f"a ação `{strange[0]}` da seta não é uma ação de `{service.prefix}`",
                      f"escreva, por exemplo, `acao=\"{service.usual[0]}\"`")
        return
    decisions = [decided(case, principal.role, action) for action in actions or service.usual]
    if not actions:
        decisions = [next((found for found in decisions if found.granted), decisions[0])]
    for decision in decisions:
        yield from _permitted(case, principal.role, decision)
        yield from key_used(decision.request, case.head, at(principal.role), f"`{principal.role.id}`")
    if not through_network:  # em que rede a origem vive não importa, e está lido
        home_of(case.net, case.tail)
    for decision in decisions if through_network else ():
        yield from passage(case, case.tail, service.endpoint, decision.request)


def decided(case: Case, role: Resource, action: str) -> Decision:
    """A decisão no primeiro ARN que passa; se nenhum passa, a que diz mais: no ARN de que uma declaração fala, ou no principal."""
    main, *others = attempts(case, role, action)
    # O que aciona a função ela precisa ler por inteiro; do resto, basta um dos modos.
    if _seen(case, action):
        return next((found for found in (main, *others) if not found.granted), main)
    granted = next((found for found in (main, *others) if found.granted), None)
    return granted or next((found for found in (*others, main) if found.allowed), None) or next(
        (found for found in others if found.unmet or found.maybe), main)


def attempts(case: Case, role: Resource, action: str) -> list[Decision]:
    """A decisão em cada ARN em que a ação serve à seta, o principal primeiro."""
    own = case.view.arn(case.head)
    needed = [f"{own}/{seen.prefix or ''}*{seen.suffix or ''}" for seen in _seen(case, action)]
    names = needed or arns(case.view, role, case.head, action)
    known = {**origin(case, case.tail, SERVICES[case.head.type].endpoint), **(_listing(case) if action == LIST and case.head.type == BUCKET else {})}
    return [decide(Request(case.view, action, name, role, context=known), case.head) for name in names]


def _listing(case: Case) -> dict[str, str]:
    """O prefixo que o programa pede ao listar, se é um só.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    with case.view.reading():  # procurar no código não é julgá-lo
        given = [piece.path for piece in handed(case.view, case.tail)]
        asked = {prefix for _, text in texts(case.view, given, longest=None) for prefix in listed(text)}
    prefix = asked.pop() if len(asked) == 1 else None
    return {"s3:prefix": prefix} if prefix is not None else {}


def _seen(case: Case, action: str) -> list[Watched]:
    """As notificações do bucket que acionam a função que agora o lê."""
    read = case.head.type == BUCKET and case.tail.type == FUNCTION and on_objects(action) and reads(action)
    return watched(case.view, case.head, case.tail) if read else []


def _permitted(case: Case, role: Resource, decision: Decision) -> Iterator[Evidence]:
    action = decision.request.action
    yield from evidence(decision, at(role), f"`{role.id}`", f"`{case.head.id}`",
                        f"acrescente às políticas dele uma declaração com `{action}` e o ARN de `{case.head.id}`")
    whole = replace(decision.request, arn=f"{case.view.arn(case.head)}/*")
    for seen in _seen(case, action):
        if seen.line and decision.granted and not decide(whole, case.head).granted:
            yield Found(seen.line.path, "só aciona a função para as chaves que ela pode ler")


def key_used(request: Request, target: Resource, near: Path, who: str) -> Iterator[Evidence]:
    """A chave do KMS com que o recurso é cifrado, se é de quem escreveu o template, também se deixa usar no pedido.

    `near` é onde a permissão dela deveria estar, e `who` quem pede.
    """
    view, service = request.view, SERVICES.get(target.type)
    written = view.at(target, *service.key) if service and service.key else None
    if service is None or written is None:
        return
    if of_aws(written):
        if request.service and service.prefix in FIXED:
            yield Missing(written.path, f"`{target.id}` é cifrado com a chave que a AWS cria, que não deixa `{request.service}` usá-la, e cuja "
                          "política não se muda", "use uma `AWS::KMS::Key` do template, ou a cifra do próprio serviço")
        return
    key = key_of(view, written)
    if key is None:
        yield stranger(target, written)
        return
    yield Found(written.path, f"`{target.id}` é cifrado com a chave `{key.id}`")
    yield from viable(view, key)
    # quem chama a chave é o serviço do recurso, e não se sabe o que ele diz da rede de quem o chamou
    request = replace(request, context={name: value for name, value in request.context.items() if name not in ORIGIN})
    if service.prefix == "logs":  # quem cifra os logs é o serviço, e não quem os escreve
        request, near, who = replace(request, role=None, service=LOGS), at(key), f"`{LOGS}`"
    for use in uses(service.prefix, request.action):
        yield from evidence(decide(replace(request, action=use, arn=view.arn(key) or ""), key), near, who, f"`{target.id}`",
                            f"permita `{use}` na chave que o cifra")
