"""Publicação: o que só se alcança pelo CloudFront, e por HTTPS."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import BALANCER, CLASSIC_BALANCER, DISTRIBUTION, VPC_ORIGIN
from scripts.proofs.arrows.distribution import HTTPS, behaviours
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.claims.settings import equal, require
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.network.interfaces_by_type import Home, home_of
from scripts.proofs.network.listeners import SECURE, listeners_of, redirections
from scripts.proofs.network.origins import CLOUDFRONT
from scripts.proofs.network.security_groups import all_rules
from scripts.proofs.network.topology import Network, network_of
from scripts.template.cloudformation import Resource


@claim("https-para-quem-visita")
def visitors_use_https(scene: Scene) -> Iterator[Evidence]:
    """Quem visita usa HTTPS.

    O pedido em HTTP é redirecionado ou recusado, e ninguém no caminho lê o que a pessoa manda. O
    CloudFront já tem um certificado para o domínio dele; o balanceador precisa de um.

    - cada comportamento da distribuição com `ViewerProtocolPolicy` de `redirect-to-https` ou `https-only`;
    - cada ouvinte de um balanceador voltado para a internet em HTTPS, com certificado, ou só a
      redirecionar para um que é.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
    """
    for distribution in scene.view.of_type(DISTRIBUTION):
        for behaviour in behaviours(scene.view, distribution):
            said = scene.view.inside(behaviour, "ViewerProtocolPolicy")
            if said and said.value in HTTPS:
                yield Found(said.path, "este comportamento só atende por HTTPS")
            else:
                yield Missing(behaviour.path, f"um comportamento de `{distribution.id}` atende sem TLS",
                              "use `ViewerProtocolPolicy: redirect-to-https`")
    net = network_of(scene.view)
    for balancer in scene.view.of_type(BALANCER):
        if scene.view.value(balancer, "Scheme") == "internet-facing":
            yield from _listens_securely(net, balancer)


def _listens_securely(net: Network, balancer: Resource) -> Iterator[Evidence]:
    yield from (piece for piece in redirections(net, balancer) if isinstance(piece, Missing))
    listeners = listeners_of(net, balancer)
    for listener, lines in listeners.values():
        kinds = {str(action.value.get("Type")) for action in net.view.items(listener, "DefaultActions")
                 if isinstance(action.value, dict)}
        if net.view.value(listener, "Protocol") in SECURE:
            yield from lines
        elif kinds == {"redirect"}:
            yield Found(at(listener, "DefaultActions"), f"`{listener.id}` só redireciona")
        else:
            yield Missing(at(listener, "Protocol"), f"`{listener.id}` atende sem TLS",
                          "use `Protocol: HTTPS` com um certificado, ou só redirecione para quem o tem")
    if not any(net.view.value(listener, "Protocol") in SECURE for listener, _ in listeners.values()):
        yield Missing(at(balancer), f"nenhum ouvinte de `{balancer.id}` é HTTPS", "acrescente um, com um certificado")


@claim("so-o-cloudfront-chega-ao-balanceador")
def only_cloudfront_enters(scene: Scene) -> Iterator[Evidence]:
    """Só o CloudFront chega ao balanceador.

    Quem soubesse o endereço do balanceador passaria por fora do cache e do HTTPS. Aqui ele não
    tem endereço público, e o grupo dele só aceita a lista de endereços do CloudFront.

    - o balanceador da origem de VPC com `Scheme: internal`, e nenhum outro balanceador público;
    - os grupos dele são do template e têm entrada, sempre de uma lista de prefixos, que quem implanta
      informa e não é uma deste template.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
    """
    view, net = scene.view, network_of(scene.view)
    fronted = []
    for private in view.of_type(VPC_ORIGIN):
        written = view.at(private, "VpcOriginEndpointConfig", "Arn")
        balancer = net.view.points(written.value, BALANCER) if written else None
        if written is None or balancer is None:
            yield Missing(at(private), f"não se sabe de que balanceador é `{private.id}`", "escreva `Arn: !Ref Balanceador`")
            continue
        fronted.append(balancer)
        yield Found(written.path, f"o CloudFront entra por `{balancer.id}`")
        yield from require(view, balancer, ("Scheme",), equal("internal"), "sem endereço público",
                           f"`{balancer.id}` pode ter endereço público", "use `Scheme: internal`")
        yield from _entered_by_list(net, home_of(net, balancer) or Home(balancer))
    for balancer in view.of_type(BALANCER, CLASSIC_BALANCER) if fronted else ():
        if balancer not in fronted and view.value(balancer, "Scheme") != "internal":
            yield Missing(at(balancer, "Scheme"), f"`{balancer.id}` pode ter endereço público, fora do CloudFront", "use `Scheme: internal`")


def _entered_by_list(net: Network, home: Home) -> Iterator[Evidence]:
    """Os grupos são conhecidos, e só deixam entrar a lista de prefixos."""
    balancer, entered = home.resource, False
    for ruling in all_rules(net):
        if not ruling.ingress or ruling.group not in (*home.known_groups, ""):
            continue
        if CLOUDFRONT.admitted(ruling, net):
            entered = True
            yield Found(ruling.peers[0][1].path, "só da lista de prefixos")
        else:
            yield Missing(ruling.item.path, f"`{balancer.id}` aceita quem não é o CloudFront", "use só `SourcePrefixListId`")
    if not entered or len(home.known_groups) < len(home.groups):
        yield Missing(at(balancer, "SecurityGroups"), f"não se sabe o que os grupos de `{balancer.id}` deixam entrar",
                      "dê-lhe grupos deste template, com a entrada por `SourcePrefixListId`")
