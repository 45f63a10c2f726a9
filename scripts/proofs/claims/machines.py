"""Servidores e cobrança: o que não há para manter, e o que não se paga parado."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import BUCKET, FUNCTION, GLOBAL_TABLE, TABLE
from scripts.proofs.claims.known import HOURLY, MANAGED, SERVERS, drawn, strangers
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import equal, require
from scripts.proofs.evidence import Evidence, Found, Missing, at

LEFT_RUNNING = ("ProvisionedConcurrencyConfig", "ProvisionedThroughput")


@claim("sem-servidor")
def serverless(scene: Scene) -> Iterator[Evidence]:
    """Sem servidor para manter.

    Não há sistema operacional para atualizar, máquina para dimensionar nem disco para encher:
    cada serviço desenhado é operado pela AWS.

    - nenhum recurso do template é instância, grupo de instâncias, banco com instância ou contêiner;
    - cada componente que executa ou guarda é de um serviço sem servidor.

    Fonte: https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/welcome.html
    """
    yield from strangers(scene)
    for resource in scene.view.resources.values():
        if resource.type in SERVERS:
            yield Missing(("Resources", resource.id, "Type"), f"`{resource.id}` (`{resource.type}`) é um servidor a manter",
                          "troque-o por um serviço sem servidor, ou retire o benefício")
    for resource in drawn(scene):
        if resource.type in MANAGED:
            yield Found(("Resources", resource.id, "Type"), f"`{resource.id}` não tem servidor a manter")


@claim("paga-pelo-uso")
def pays_per_use(scene: Scene) -> Iterator[Evidence]:
    """Paga-se pelo uso.

    Parada, a arquitetura não cobra computação nem capacidade. Continuam o que está guardado e
    tarifas mensais pequenas (alarme, chave, segredo), listados na página.

    - nenhum recurso do template cobra por hora: instância, balanceador, NAT, endereço, endpoint de interface;
    - a tabela do DynamoDB é sob demanda;
    - nenhuma função tem capacidade provisionada.

    Fonte: https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/design-principles.html
    """
    yield from strangers(scene)
    view = scene.view
    for resource in view.resources.values():
        endpoint = resource.type == "AWS::EC2::VPCEndpoint"
        interface = endpoint and view.value(resource, "VpcEndpointType") not in (None, "Gateway")
        if resource.type in HOURLY or interface:
            yield Missing(("Resources", resource.id, "Type"), f"`{resource.id}` (`{resource.type}`) cobra mesmo parado",
                          "troque-o por um serviço sob demanda, ou retire o benefício")
        for name in LEFT_RUNNING:
            if view.at(resource, name):
                yield Missing(at(resource, name), f"`{resource.id}` reserva capacidade", f"tire `{name}`")
    for table in view.of_type(TABLE, GLOBAL_TABLE):
        yield from require(view, table, ("BillingMode",), equal("PAY_PER_REQUEST"), "cobra por leitura e gravação",
                           f"`{table.id}` cobra capacidade provisionada", "use `BillingMode: PAY_PER_REQUEST`")
    for resource in drawn(scene):
        if resource.type in (FUNCTION, BUCKET):
            what = "por execução" if resource.type == FUNCTION else "pelo que guarda e por pedido"
            yield Found(("Resources", resource.id, "Type"), f"`{resource.id}` cobra {what}")
