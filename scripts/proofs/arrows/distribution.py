"""Regras do CloudFront: quem chega à distribuição, e como ela chega às origens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scripts.aws.questions import FORWARD, IDENTITY, NAMES, REACH
from scripts.aws.types import BALANCER, BUCKET, DISTRIBUTION, ORIGIN_ACCESS_CONTROL, VPC_ORIGIN
from scripts.proofs.arrows.access import key_used
from scripts.proofs.arrows.failover import groups, targets
from scripts.proofs.arrows.internet import outsider
from scripts.proofs.arrows.registry import OUTSIDE, Case, rule
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect, true
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.wildcards import covers
from scripts.proofs.identity.evaluation import ACCOUNT, Request, applies, decide, evidence
from scripts.proofs.identity.policies import Statement, of_resource
from scripts.proofs.network.origins import private_origin
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Resource

CONFIG = "DistributionConfig"
SIGNED = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
RULE = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault")
HTTPS = ("redirect-to-https", "https-only")
OTHERS = (("arn:${AWS::Partition}:cloudfront::111122223333:distribution/OUTRA", "111122223333"),
          ("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/OUTRA", ACCOUNT))
"""Distribuições que não devem ler o bucket: a de outra conta e outra da mesma."""


@rule(OUTSIDE, DISTRIBUTION, asks=(NAMES,))
def outside_reaches_distribution(case: Case) -> Iterator[Evidence]:
    """Quem está na internet chega à distribuição do CloudFront.

    Uma distribuição atende em qualquer lugar do mundo, sem rede a configurar, desde que esteja
    ligada e que o comportamento padrão leve a uma origem.

    - `Enabled: true`, e sem `Staging`;
    - o comportamento padrão com uma origem, ou um grupo delas, que existe na lista.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-view-specify.html
    """
    view = case.view
    yield from outsider(case)
    yield from enabled(view, case.head)
    target = view.at(case.head, CONFIG, "DefaultCacheBehavior", "TargetOriginId")
    names = [view.inside(each, "Id") for each in (*_origins(view, case.head), *groups(view, case.head))]
    named = [name for name in names if name and target and name.value == target.value]
    if target and named:
        yield Found(target.path, "o que não tem outro comportamento vai a esta origem")
        yield Found(named[0].path, "que está na lista de origens, ou de grupos delas")
    else:
        yield Missing(at(case.head, CONFIG), f"o comportamento padrão de `{case.head.id}` não leva a uma origem",
                      "escreva em `TargetOriginId` o `Id` de uma das `Origins`")


@rule(DISTRIBUTION, BUCKET, asks=(IDENTITY, FORWARD))
def distribution_reads_bucket(case: Case) -> Iterator[Evidence]:
    """A distribuição do CloudFront lê um bucket S3 fechado.

    O bucket continua sem acesso público: o CloudFront assina cada pedido, e a política do
    bucket deixa ler só a quem vem desta distribuição.

    - a distribuição ligada, com uma origem que é o bucket e um comportamento que leva a ela;
    - todo comportamento que leva a ela só por HTTPS, que o CloudFront repete com o S3;
    - um controle de acesso de origem (OAC) que assina sempre;
    - a chave do KMS do bucket, quando há uma, também permitida ao CloudFront;
    - a política do bucket com `s3:GetObject` para `cloudfront.amazonaws.com`, na condição de o
      pedido vir desta distribuição (`AWS:SourceArn`), e nenhuma permissão a qualquer um.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    view, bucket = case.view, case.head
    yield from enabled(view, case.tail)
    origin = _origin(view, case.tail, *addresses(view, bucket))
    if origin is None:
        yield _without_origin(case.tail, bucket, f"!GetAtt {bucket.id}.RegionalDomainName")
        return
    yield from origin.lines
    yield from origin.encrypted(view, case.tail)
    yield from _signed(view, case.tail, bucket, origin.item)
    yield from _admitted(case, case.tail, bucket)


@rule(DISTRIBUTION, BALANCER, asks=(REACH, FORWARD))
def distribution_reaches_balancer(case: Case) -> Iterator[Evidence]:
    """A distribuição do CloudFront chega a um balanceador interno.

    Por uma origem de VPC, o CloudFront entra por interfaces próprias nas sub-redes privadas. O
    balanceador não tem endereço público, e só o CloudFront chega a ele.

    - a distribuição ligada, com uma origem no nome do balanceador e um comportamento que leva a ela;
    - um `AWS::CloudFront::VpcOrigin` do balanceador, que a origem cita;
    - `Scheme: internal`, e a VPC com um gateway de internet, que a AWS exige mesmo sem rota por ele;
    - um ouvinte na porta em que a origem fala, que encaminha ou responde, em vez de só redirecionar;
    - a entrada nessa porta, da lista de prefixos do CloudFront, e nenhuma ACL de rede que a feche.

    Fonte: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
    """
    view, balancer = case.view, case.head
    yield from enabled(view, case.tail)
    origin = _origin(view, case.tail, f"${{{balancer.id}.DNSName}}")
    if origin is None:
        yield _without_origin(case.tail, balancer, f"!GetAtt {balancer.id}.DNSName")
        return
    yield from origin.lines
    written = view.inside(origin.item, "VpcOriginConfig", "VpcOriginId")
    private = view.points(written.value, VPC_ORIGIN) if written else None
    if written is None or private is None:
        yield Missing(origin.item.path, f"a origem de `{balancer.id}` não é uma origem de VPC deste template",
                      "escreva `VpcOriginConfig: {VpcOriginId: !Ref OrigemVpc}`")
        return
    yield Found(written.path, f"a origem entra pela VPC, por `{private.id}`")
    yield from private_origin(network_of(view), private, balancer)


class Origin(NamedTuple):
    """Uma origem usada por algum comportamento, com as linhas que o dizem."""

    item: Placed
    behaviours: tuple[Placed, ...]
    lines: tuple[Found, ...]

    def encrypted(self, view: View, distribution: Resource) -> Iterator[Evidence]:
        """Nenhum dos comportamentos aceita HTTP sem TLS."""
        for behaviour in self.behaviours:
            said = view.inside(behaviour, "ViewerProtocolPolicy")
            if said and said.value in HTTPS:
                yield Found(said.path, "só por HTTPS")
            else:
                yield Missing(behaviour.path, f"um comportamento de `{distribution.id}` aceita HTTP sem TLS",
                              "use `ViewerProtocolPolicy: redirect-to-https`")


def enabled(view: View, distribution: Resource) -> Iterator[Evidence]:
    """A distribuição está ligada, e não é a de ensaio, que só atende por uma política de implantação."""
    staging = view.at(distribution, CONFIG, "Staging")
    if staging and str(staging.value).lower() != "false":
        yield Missing(staging.path, f"`{distribution.id}` é uma distribuição de ensaio", "tire `Staging`")
    yield from expect(view, distribution, (CONFIG, "Enabled"), true, "a distribuição está ligada", f"`{distribution.id}` não está ligada",
                      "use `Enabled: true`")


def _origins(view: View, distribution: Resource) -> list[Placed]:
    return view.items(distribution, CONFIG, "Origins")


def addresses(view: View, bucket: Resource) -> dict[str, bool]:
    """Os nomes de domínio do bucket, por `GetAtt` ou escritos com o nome dele; verdadeiro, o da região."""
    name = view.name(bucket)
    return {f"${{{bucket.id}.RegionalDomainName}}": True, f"{name}.s3.${{AWS::Region}}.amazonaws.com": True,
            f"${{{bucket.id}.DomainName}}": False, f"{name}.s3.amazonaws.com": False}


def _origin(view: View, distribution: Resource, *domains: str) -> Origin | None:
    """A origem com um destes nomes de domínio, se algum comportamento leva a ela."""
    ways = [way for way in behaviours(view, distribution) if not _shadowed(view, distribution, way)]
    listed = [(item, view.inside(item, "Id"), view.inside(item, "DomainName")) for item in _origins(view, distribution)]
    for item, name, domain in listed:
        if name is None or domain is None or view.spelled(domain.value) not in domains:
            continue
        led = targets(view, distribution, str(name.value))
        used = [(way, target) for way in ways if (target := view.inside(way, "TargetOriginId")) and target.value in led]
        if used:
            target = used[0][1]
            return Origin(item, tuple(way for way, _ in used), (
                Found(domain.path, "a origem"), Found(name.path, "tem este nome"), *led[target.value], *_for(view, used[0][0]),
                Found(target.path, "e um comportamento leva a ela")))
    return None


def _for(view: View, way: Placed) -> Iterator[Found]:
    """Os caminhos que o comportamento pega."""
    pattern = view.inside(way, "PathPattern")
    if pattern:
        yield Found(pattern.path, f"para os caminhos `{pattern.value}`")


def _shadowed(view: View, distribution: Resource, way: Placed) -> bool:
    """Outro comportamento da lista, antes deste, pega todo caminho que seria dele; o padrão é o último."""
    own = "*" if way.path[-1] == "DefaultCacheBehavior" else _pattern(view.inside(way, "PathPattern"))
    for item in view.items(distribution, CONFIG, "CacheBehaviors"):
        if item.path == way.path:
            return not own
        earlier = _pattern(view.inside(item, "PathPattern"))
        if not earlier or not own or "${" in earlier or covers(earlier, own):
            return True
    return False


def _pattern(written: Placed | None) -> str:
    """O caminho sem a barra do começo, que não faz diferença; vazio quando não se conhece."""
    return written.value.removeprefix("/") if written and isinstance(written.value, str) else ""


def behaviours(view: View, distribution: Resource) -> list[Placed]:
    """O comportamento padrão e os outros."""
    usual = view.at(distribution, CONFIG, "DefaultCacheBehavior")
    return [*([usual] if usual else []), *view.items(distribution, CONFIG, "CacheBehaviors")]


def _without_origin(distribution: Resource, target: Resource, domain: str) -> Missing:
    return Missing(at(distribution, CONFIG), f"nenhum comportamento de `{distribution.id}` leva a `{target.id}`",
                   f"acrescente a `Origins` um item com `DomainName: {domain}`, e cite o `Id` dele num comportamento")


def _signed(view: View, distribution: Resource, bucket: Resource, origin: Placed) -> Iterator[Evidence]:
    written = view.inside(origin, "OriginAccessControlId")
    control = view.points(written.value, ORIGIN_ACCESS_CONTROL) if written else None
    if written is None or control is None:
        yield Missing(origin.path, f"a origem de `{bucket.id}` não usa um controle de acesso de origem deste template",
                      "escreva `OriginAccessControlId: !Ref ControleOrigem`")
        return
    yield Found(written.path, f"os pedidos seguem `{control.id}`")
    older = view.inside(origin, "S3OriginConfig", "OriginAccessIdentity")
    if older and older.value != "":
        yield Missing(older.path, f"a origem de `{bucket.id}` diz duas identidades", "deixe `OriginAccessIdentity` vazio")
    for name, value in SIGNED.items():
        yield from expect(view, control, ("OriginAccessControlConfig", name), value, f"`{name}` é `{value}`",
                          f"`{name}` de `{control.id}` não é `{value}`", "corrija o valor")


def _admitted(case: Case, distribution: Resource, bucket: Resource) -> Iterator[Evidence]:
    """A política do bucket deixa o CloudFront ler, e só para esta distribuição."""
    view = case.view
    own = view.arn(distribution) or ""
    name = f"{view.arn(bucket)}/*"
    asked = [_asked(view, name, arn, ACCOUNT) for arn in (own, own.replace(f"${{{distribution.id}}}", f"${{{distribution.id}.Id}}"))]
    decisions = [decide(request, bucket) for request in asked]
    decision = next((found for found in decisions if found.granted), decisions[0])
    yield from evidence(decision, at(bucket), "o CloudFront", f"`{bucket.id}`",
                        "permita `s3:GetObject` a `Service: cloudfront.amazonaws.com` na política do bucket")
    yield from _managed(view, bucket)
    yield from key_used(decision.request, bucket, at(bucket), "o CloudFront")
    strangers = list(_strangers(view, distribution, bucket, name))
    yield from strangers
    if decision.allowed and not strangers:
        yield Found((*decision.allowed.path, "Condition"), "só se o pedido vem desta distribuição")


def _asked(view: View, name: str, arn: str, account: str) -> Request:
    # Por TLS, o S3 só atende a partir da versão 1.2: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingEncryptionInTransit.html
    context = {"aws:SourceArn": arn, "aws:SourceAccount": account, "aws:PrincipalIsAWSService": "true", "aws:SecureTransport": "true",
               "s3:TlsVersion": "1.2"}
    return Request(view, "s3:GetObject", name, service="cloudfront.amazonaws.com", context=context)


def _strangers(view: View, distribution: Resource, bucket: Resource, name: str) -> Iterator[Missing]:
    """As permissões que deixam, ou talvez deixem, outra distribuição ou qualquer um ler."""
    allowing = [part for part in of_resource(view, bucket) if isinstance(part, Statement) and part.allows]
    for part in allowing:
        foreign, near = (applies(part, _asked(view, name, arn, account), identity=False) for arn, account in OTHERS)
        if (foreign, near) != (False, False):
            yield Missing(part.path, f"qualquer distribuição, {'de qualquer' if foreign else 'desta'} conta, leria `{bucket.id}`",
                          f"acrescente `Condition` com `AWS:SourceArn` igual ao ARN de `{distribution.id}`")
        anyone = any(item.value == "*" for _, item in part.principals)
        if anyone and applies(part, Request(view, "s3:GetObject", name), identity=True) is not False:
            yield Missing(part.path, f"qualquer um leria `{bucket.id}`, sem passar por `{distribution.id}`", "tire a permissão a `Principal: \"*\"`")


def _managed(view: View, bucket: Resource) -> Iterator[Missing]:
    """O defeito da chave que a AWS mantém para o S3: a política dela não deixa o CloudFront decifrar."""
    said = view.at(bucket, *RULE, "SSEAlgorithm")
    key = view.at(bucket, *RULE, "KMSMasterKeyID")
    if said and said.value != "AES256" and (key is None or str(key.value).startswith("alias/aws/")):
        yield Missing(said.path, f"a chave que cifra `{bucket.id}` não deixa o CloudFront ler", "use `AES256`, ou uma chave do template")
