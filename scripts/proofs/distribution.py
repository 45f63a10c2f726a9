"""Regras do CloudFront: quem chega à distribuição, e como ela chega às origens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.proofs.arns import arn_of, canonical
from scripts.proofs.homes import BALANCER, home_of
from scripts.proofs.iam import Request, decide, evidence
from scripts.proofs.internet import outsider
from scripts.proofs.listeners import listeners_of
from scripts.proofs.network import Network, network_of
from scripts.proofs.groups import rules_of
from scripts.proofs.places import Placed, inside, place, places
from scripts.proofs.policies import written_keys
from scripts.proofs.reach import attachment, carried, same_vpc
from scripts.proofs.rules import OUTSIDE, Case, Evidence, Found, Missing, at, rule
from scripts.resolution import Resolution
from scripts.template import Key, Resource

DISTRIBUTION = "AWS::CloudFront::Distribution"
BUCKET = "AWS::S3::Bucket"
CONTROL = "AWS::CloudFront::OriginAccessControl"
VPC_ORIGIN = "AWS::CloudFront::VpcOrigin"
CONFIG = "DistributionConfig"
SIGNED = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
SPOKEN = {"http-only": ("HTTPPort", "HTTP", 80), "https-only": ("HTTPSPort", "HTTPS", 443)}
HTTPS = ("redirect-to-https", "https-only")
BUCKET_NAMES = ("RegionalDomainName", "DomainName")


@rule(OUTSIDE, DISTRIBUTION)
def outside_reaches_distribution(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chega à distribuição do CloudFront.

    Uma distribuição atende em qualquer lugar do mundo, sem rede a configurar, desde que esteja
    ligada e que o comportamento padrão leve a uma origem.

    - `Enabled: true`;
    - o comportamento padrão com uma origem que existe na lista.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-values-specify.html
    """
    assert case.head
    values = case.resolution
    yield from outsider(case)
    yield from _enabled(values, case.head)
    target = place(values, case.head, CONFIG, "DefaultCacheBehavior", "TargetOriginId")
    names = [inside(values, case.head, origin, "Id") for origin in _origins(values, case.head)]
    named = [name for name in names if name and target and name.value == target.value]
    if target and named:
        yield Found(target.path, "o que não tem outro comportamento vai a esta origem")
        yield Found(named[0].path, "que está na lista de origens")
    else:
        yield Missing(at(case.head, CONFIG), f"o comportamento padrão de `{case.head.id}` não leva a uma origem",
                      "escreva em `TargetOriginId` o `Id` de uma das `Origins`")


@rule(DISTRIBUTION, BUCKET)
def distribution_reads_bucket(case: Case) -> Iterator[Evidence]:
    """A distribuição do CloudFront lê um bucket S3 fechado.

    O bucket continua sem acesso público: o CloudFront assina cada pedido, e a política do
    bucket deixa ler só a quem vem desta distribuição.

    - a distribuição ligada, com uma origem que é o bucket e um comportamento que leva a ela;
    - esse comportamento só por HTTPS, que o CloudFront repete com o S3;
    - um controle de acesso de origem (OAC) que assina sempre;
    - a política do bucket com `s3:GetObject` para `cloudfront.amazonaws.com`, na condição de o
      pedido vir desta distribuição (`AWS:SourceArn`).

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    assert case.tail and case.head
    values, bucket = case.resolution, case.head
    yield from _enabled(values, case.tail)
    names = [f"${{{bucket.id}.{name}}}" for name in BUCKET_NAMES]
    origin = _origin(values, case.tail, *names)
    if origin is None:
        yield _without_origin(case.tail, bucket, f"!GetAtt {bucket.id}.RegionalDomainName")
        return
    yield from origin.lines
    yield from origin.encrypted(values, case.tail)
    yield from _signed(values, case.tail, bucket, origin.item)
    yield from _admitted(case, case.tail, bucket)


@rule(DISTRIBUTION, BALANCER)
def distribution_reaches_balancer(case: Case) -> Iterator[Evidence]:
    """A distribuição do CloudFront chega a um balanceador interno.

    Por uma origem de VPC, o CloudFront entra por interfaces próprias nas sub-redes privadas. O
    balanceador não tem endereço público, e só o CloudFront chega a ele.

    - a distribuição ligada, com uma origem no nome do balanceador e um comportamento que leva a ela;
    - um `AWS::CloudFront::VpcOrigin` do balanceador, que a origem cita;
    - `Scheme: internal`, e a VPC com um gateway de internet, que a AWS exige mesmo sem rota por ele;
    - um ouvinte na porta em que a origem fala;
    - a entrada nessa porta, da lista de prefixos do CloudFront.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
    """
    assert case.tail and case.head
    values, balancer = case.resolution, case.head
    yield from _enabled(values, case.tail)
    origin = _origin(values, case.tail, f"${{{balancer.id}.DNSName}}")
    if origin is None:
        yield _without_origin(case.tail, balancer, f"!GetAtt {balancer.id}.DNSName")
        return
    yield from origin.lines
    written = inside(values, case.tail, origin.item, "VpcOriginConfig", "VpcOriginId")
    private = values.resource(written.value) if written else None
    if written is None or private is None or private.type != VPC_ORIGIN:
        yield Missing(origin.item.path, f"a origem de `{balancer.id}` não é uma origem de VPC deste template",
                      "escreva `VpcOriginConfig: {VpcOriginId: !Ref OrigemVpc}`")
        return
    yield Found(written.path, f"a origem entra pela VPC, por `{private.id}`")
    yield from _private_origin(network_of(values), private, balancer)


@dataclass(frozen=True)
class Origin:
    """Uma origem usada por algum comportamento, com as linhas que o dizem."""

    item: Placed
    behaviour: tuple[Key, ...]
    lines: tuple[Found, ...]

    def encrypted(self, values: Resolution, distribution: Resource) -> Iterator[Evidence]:
        """O comportamento não aceita HTTP sem TLS."""
        said = place(values, distribution, *self.behaviour, "ViewerProtocolPolicy")
        if said and said.value in HTTPS:
            yield Found(said.path, "só por HTTPS")
        else:
            yield Missing(at(distribution, *self.behaviour), f"um comportamento de `{distribution.id}` aceita HTTP sem TLS",
                          "use `ViewerProtocolPolicy: redirect-to-https`")


def _enabled(values: Resolution, distribution: Resource) -> Iterator[Evidence]:
    written = place(values, distribution, CONFIG, "Enabled")
    if written and str(written.value).lower() == "true":
        yield Found(written.path, "a distribuição está ligada")
    else:
        yield Missing(at(distribution, CONFIG), f"`{distribution.id}` não está ligada", "use `Enabled: true`")


def _origins(values: Resolution, distribution: Resource) -> list[Placed]:
    return places(values, distribution, CONFIG, "Origins")


def _origin(values: Resolution, distribution: Resource, *domains: str) -> Origin | None:
    """A origem com um destes nomes de domínio, se algum comportamento leva a ela."""
    ways = behaviours(values, distribution)
    for item in _origins(values, distribution):
        name, domain = (inside(values, distribution, item, key) for key in ("Id", "DomainName"))
        used = [(keys, target) for keys in ways if (target := place(values, distribution, *keys, "TargetOriginId"))
                and name and target.value == name.value]
        if name and domain and domain.value in domains and used:
            keys, target = used[0]
            return Origin(item, keys, (Found(domain.path, "a origem"), Found(name.path, "tem este nome"),
                                       Found(target.path, "e um comportamento leva a ela")))
    return None


def behaviours(values: Resolution, distribution: Resource) -> list[tuple[Key, ...]]:
    """Os caminhos do comportamento padrão e dos outros."""
    others = places(values, distribution, CONFIG, "CacheBehaviors")
    return [(CONFIG, "DefaultCacheBehavior"), *(written_keys(item.path) for item in others)]


def _without_origin(distribution: Resource, target: Resource, domain: str) -> Missing:
    return Missing(at(distribution, CONFIG), f"nenhum comportamento de `{distribution.id}` leva a `{target.id}`",
                   f"acrescente a `Origins` um item com `DomainName: {domain}`, e cite o `Id` dele num comportamento")


def _signed(values: Resolution, distribution: Resource, bucket: Resource, origin: Placed) -> Iterator[Evidence]:
    written = inside(values, distribution, origin, "OriginAccessControlId")
    control = values.resource(written.value) if written else None
    if written is None or control is None or control.type != CONTROL:
        yield Missing(origin.path, f"a origem de `{bucket.id}` não usa um controle de acesso de origem deste template",
                      "escreva `OriginAccessControlId: !Ref ControleOrigem`")
        return
    yield Found(written.path, f"os pedidos seguem `{control.id}`")
    for name, value in SIGNED.items():
        said = place(values, control, "OriginAccessControlConfig", name)
        if said and said.value == value:
            yield Found(said.path, f"`{name}` é `{value}`")
        else:
            yield Missing(at(control, "OriginAccessControlConfig"), f"`{name}` de `{control.id}` não é `{value}`", "corrija o valor")


def _admitted(case: Case, distribution: Resource, bucket: Resource) -> Iterator[Evidence]:
    """A política do bucket deixa o CloudFront ler, e só para esta distribuição."""
    values = case.resolution
    own = arn_of(values, distribution) or ""
    context = {"aws:SourceArn": own, "aws:SourceAccount": "${AWS::AccountId}", "aws:PrincipalIsAWSService": "true",
               "aws:SecureTransport": "true"}
    name = f"{arn_of(values, bucket)}/*"
    request = Request(values, "s3:GetObject", name, service="cloudfront.amazonaws.com", context=context)
    decision = decide(request, bucket)
    yield from evidence(decision, at(bucket), "o CloudFront", f"`{bucket.id}`",
                        "permita `s3:GetObject` a `Service: cloudfront.amazonaws.com` na política do bucket")
    stranger = Request(values, "s3:GetObject", name, service="cloudfront.amazonaws.com",
                       context={**context, "aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/OUTRA",
                                "aws:SourceAccount": "111122223333"})
    if decision.allowed and decide(stranger, bucket).granted:
        yield Missing(decision.allowed.path, f"qualquer distribuição, de qualquer conta, leria `{bucket.id}`",
                      f"acrescente `Condition` com `AWS:SourceArn` igual ao ARN de `{distribution.id}`")
    elif decision.allowed:
        yield Found((*decision.allowed.path, "Condition"), "só se o pedido vem desta distribuição")


def _private_origin(net: Network, private: Resource, balancer: Resource) -> Iterator[Evidence]:
    values, keys = net.values, ("VpcOriginEndpointConfig",)
    named = place(values, private, *keys, "Arn")
    if named and net.named(named.value, BALANCER) == balancer:
        yield Found(named.path, f"entra por `{balancer.id}`")
    else:
        yield Missing(at(private, *keys), f"`{private.id}` não é de `{balancer.id}`", f"escreva `Arn: !Ref {balancer.id}`")
    spoken = place(values, private, *keys, "OriginProtocolPolicy")
    if spoken is None or spoken.value not in SPOKEN:
        yield Missing(at(private, *keys), f"não se sabe em que porta `{private.id}` fala",
                      "use `OriginProtocolPolicy: http-only` ou `https-only`")
        return
    yield Found(spoken.path, f"o CloudFront fala {spoken.value}")
    name, protocol, usual = SPOKEN[spoken.value]
    written = place(values, private, *keys, name)
    port = usual if written is None else int(written.value) if str(written.value).isdecimal() else None
    if written and port and port != usual:  # sem a linha, valeria a porta de costume
        yield Found(written.path, f"na porta {port}")
    yield from _internal(net, balancer)
    yield from _listens(net, balancer, port, protocol)
    if port:
        yield from _entered(net, balancer, port)


def _internal(net: Network, balancer: Resource) -> Iterator[Evidence]:
    home, scheme = home_of(net, balancer), place(net.values, balancer, "Scheme")
    assert home
    yield from home.lines(2)
    yield from home.spread(net)
    yield from same_vpc(net, home)
    subnets = home.known_subnets(net)
    yield from attachment(net, subnets[0].vpc if subnets else None)
    if scheme and scheme.value == "internal":
        yield Found(scheme.path, "o balanceador não tem endereço público")
    else:
        yield Missing(at(balancer, "Scheme"), f"`{balancer.id}` não é interno", "escreva `Scheme: internal`")


def _listens(net: Network, balancer: Resource, port: int | None, protocol: str) -> Iterator[Evidence]:
    listener, lines = listeners_of(net, balancer).get(port or 0, (None, []))
    if listener is not None and net.values.property(listener, "Protocol") == protocol:
        yield from lines
    else:
        yield Missing(at(balancer), f"`{balancer.id}` não ouve {protocol} na porta em que o CloudFront fala",
                      "acrescente o `AWS::ElasticLoadBalancingV2::Listener`", "ELBV2_LISTENERS_MISMATCH")


def _entered(net: Network, balancer: Resource, port: int) -> Iterator[Evidence]:
    """A entrada nessa porta vem só da lista de prefixos que a AWS mantém para o CloudFront."""
    home = home_of(net, balancer)
    assert home
    for group in home.known_groups:
        for ruling in rules_of(net, group, True) or []:
            kinds = [kind for kind, _ in ruling.peers]
            if ruling.group == group and ruling.exactly(port) and kinds == ["SourcePrefixListId"] and _chosen(net, ruling.peers[0][1]):
                yield from carried(net, home, group)
                yield from ruling.lines()
                return
    yield Missing(at(balancer, "SecurityGroups"), f"nenhum grupo de `{balancer.id}` deixa o CloudFront entrar em tcp {port}",
                  "acrescente a entrada com `SourcePrefixListId` da lista `com.amazonaws.global.cloudfront.origin-facing`",
                  "ENI_SG_RULES_MISMATCH")


def _chosen(net: Network, written: Placed) -> bool:
    """A lista é a que quem implanta informa (ou a de id escrito): não é uma deste template."""
    text = canonical(net.values, written.value) or ""
    return text.startswith(("${Parameters.", "pl-"))
