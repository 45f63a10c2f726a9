"""O que uma frase diz que um recurso é, e ele é o contrário: interno e público, síncrono e assíncrono, cobrado e gratuito.

Lê as frases da tabela, dos passos, dos benefícios e do resto da página; a de uma linha da tabela fala dos recursos dela, e as outras, dos
componentes que citam por link ou pelo nome do tipo, que na prosa vem na mesma oração, no começo da linha ou no alto da coluna. Uma negação
antes da palavra, na mesma oração, inverte o que ela diz; o que seria, ou que há em outro lugar, não se confere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from scripts.aws.types import (
    BALANCER, BUCKET, DATABASE, DISTRIBUTION, ECS_SERVICE, FUNCTION, INSTANCE, LISTENER, NETWORK_INTERFACE, QUEUE, SCALING_GROUP, SUBNET, TABLE,
    VOLUME, VPC_ENDPOINT,
)
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.page.architecture import Page
from scripts.proofs.claims.encryption import STORES
from scripts.proofs.claims.triggers import triggers
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import network_of
from scripts.template.cloudformation import Key, Resource
from scripts.template.values import Unknown

CODE = "qualidade-contraria"
PIECE, AND = re.compile(r"[,(]"), re.compile(r"\be (?=[oa]s? )")
DENIED = re.compile(r"\b(?:não|nem|nunca|jamais|sem|nenhum\w*)\b", re.IGNORECASE)
SUPPOSED = re.compile(r"\b\w*[aeio]riam?\b(?<!oria)|\bporiam?\b|\bse \w+sse", re.IGNORECASE)
"""O que seria, e não é: “MySQL também serviria”."""
ELSEWHERE = re.compile(r"\b(?:mais comum|em geral|costum\w+|outr[oa]s? (?:página|arquitetura|desenho)|pode\w*|precis\w+|exig\w+|pe[dç]\w+|"
                       r"quando|se|caso|em produção|anotaç\w+|com um[ao]?)\b|\?\s*$|\bcom Multi-AZ\b(?!.*\b(?:aqui|ligad|ativ))", re.IGNORECASE)
"""O que a prosa diz do que não é desta pilha."""
Holds = Callable[[View, Resource], bool | None]
Sentence = tuple[str, int, str, frozenset[str], str | None]


def _words(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


class Quality(NamedTuple):
    """Uma qualidade: de que tipos, como se diz, como se diz o contrário, e se um recurso a tem; `None` quando não se sabe.

    `noun` é como a frase chama o tipo, `name`, como o achado chama a qualidade, e `source`, de onde vem a regra; `signs`, em minúsculas, o que
    não falta a quem a diz: quase toda frase para ali.
    """

    name: str
    types: tuple[str, ...]
    signs: tuple[str, ...]
    noun: re.Pattern[str]
    said: re.Pattern[str]
    contrary: re.Pattern[str]
    holds: Holds
    source: str


def check(page: Page, views: Views, said: Iterable[Sentence]) -> Iterator[Finding]:
    """Um achado por frase que diz de um recurso o contrário do que ele é, em algum mundo; `said` são as da página, de `sentences`."""
    found = {}
    present = [quality for quality in QUALITIES if any(view.of_type(*quality.types) for view in views.each)]
    signs = re.compile("|".join(sorted({re.escape(sign) for quality in present for sign in quality.signs})) or r"(?!)")
    for who, line, text, names, about in said:
        lowered = text.lower()
        for quality in present if signs.search(lowered) else ():
            for told, word, piece in _told(quality, text, about is not None) if any(sign in lowered for sign in quality.signs) else ():
                for view in views.each:
                    spoken = _about(quality, view, text if about is None else f"{about} {piece}", names)
                    known = [quality.holds(view, resource) for resource in spoken]
                    if known and all(each is not None and each != told for each in known):
                        found[line, quality.name] = Finding(
                            page.path, line, CODE, f"{who} diz “{word}”, e `{spoken[0].id}` {'não é' if told else 'é'} {quality.name} "
                            f"(`{view.template.path}`, linha {spoken[0].line}; {quality.source}); iguale os dois.")
    for line, text in _listeners(said, views):
        found[line, text] = Finding(page.path, line, CODE, text)
    yield from found.values()


def sentences(page: Page) -> Iterator[Sentence]:
    """Quem diz, onde, o quê, os recursos dos componentes que a frase cita e, da prosa, o que a tabela diz à volta dela."""
    rows = {row.node_id: frozenset(row.resources) for row in page.rows}
    for row in page.rows:
        for cell in row.cells[1:-1]:
            yield from ((f"A linha de `{row.node_id}`", row.line, text, rows[row.node_id], None) for text in CLAUSE.split(cell))
    told = [(f"O passo {step.number}", step) for step in page.steps]
    for who, part in (*told, *(("O benefício", benefit) for benefit in page.benefits)):
        for text in CLAUSE.split(part.text):
            cited = [rows.get(link.target.removeprefix("#"), frozenset()) for link in part.links if link.text in text]
            yield who, part.line, text, frozenset().union(*cited), None
    known = {part.line for part in (*page.rows, *page.steps, *page.benefits)}
    for line, about, block in page.spoken:
        for text in CLAUSE.split(block) if line not in known else ():
            yield "A página", line, text.replace(", aqui,", " aqui"), frozenset(), about


def _told(quality: Quality, text: str, prose: bool) -> Iterator[tuple[bool, str, str]]:
    """O que a frase diz: que tem a qualidade ou que não tem, com que palavras, e em que oração; a prosa também fala de outras pilhas."""
    for pattern, sense in ((quality.said, True), (quality.contrary, False)):
        words = list(pattern.finditer(text))
        for word in words if words and not SUPPOSED.search(text) and not (prose and ELSEWHERE.search(text)) else ():
            clause = PIECE.split(text[:word.start()])[-1]
            denied = DENIED.search(clause)
            words_said = (denied[0] + clause[denied.end():] if denied else "") + word[0]
            yield sense != bool(denied), words_said, AND.split(clause)[-1] + PIECE.split(text[word.start():])[0]


def _about(quality: Quality, view: View, text: str, names: frozenset[str]) -> list[Resource]:
    """Os recursos desses tipos de que a frase fala: os que ela cita ou, chamados pelo nome do tipo, todos."""
    alike = view.of_type(*quality.types)
    return [each for each in alike if each.id in names] or (list(alike) if quality.noun.search(text) else [])


def _listeners(said: Iterable[Sentence], views: Views) -> Iterator[tuple[int, str]]:
    """O listener de uma porta que a página diz que há, ou que não há."""
    for who, line, text, *_ in (each for each in said if "listener" in each[2]):
        for found in re.finditer(r"\blisteners?\b[^.;]*?\bporta (\d+)", text):
            told = not DENIED.search(text[:found.start()])
            for view in views.each:
                listeners = view.of_type(LISTENER)
                ports = {str(view.value(each, "Port")) for each in listeners}
                if listeners and (found[1] in ports) != told:
                    yield line, (f"{who} diz “{found[0]}”, e o template {'não tem' if told else 'tem'} um listener nessa porta "
                                 f"(`{view.template.path}`, linha {listeners[0].line}); iguale os dois.")


def _valued(view: View, resource: Resource, keys: tuple[Key, ...], *wanted: object) -> bool | None:
    """A propriedade vale um destes, e `None` quando não se sabe o que ela vale."""
    value = view.value(resource, *keys)
    return None if isinstance(value, Unknown) else value in wanted


def _synchronous(view: View, database: Resource) -> bool | None:
    return True if true(view.value(database, "MultiAZ")) and not view.value(database, "SourceDBInstanceIdentifier") else None


def _asynchronous(view: View, function: Resource) -> bool | None:
    return True if any(trigger.function and trigger.function.id == function.id for trigger in triggers(view)) else None


def _redirects(view: View, distribution: Resource) -> bool | None:
    ways = [view.at(distribution, "DistributionConfig", "DefaultCacheBehavior"), *view.items(distribution, "DistributionConfig", "CacheBehaviors")]
    said = [policy.value if (policy := view.inside(way, "ViewerProtocolPolicy")) else "allow-all" for way in ways if way]
    return None if any(isinstance(each, Unknown) for each in said) else all(each in ("redirect-to-https", "https-only") for each in said)


def _encrypted(view: View, resource: Resource) -> bool | None:
    store = STORES[resource.type]
    keys, test = store.keys(view, resource)
    value = view.value(resource, *keys)
    return None if isinstance(value, Unknown) else store.implicit or bool(test(value))


def _true(name: str) -> Holds:
    def holds(view: View, resource: Resource) -> bool | None:
        value = view.value(resource, name)
        return None if isinstance(value, Unknown) else true(value)

    return holds


def _guarded(view: View, bucket: Resource) -> bool | None:
    block = [view.value(bucket, "PublicAccessBlockConfiguration", name) for name in ("BlockPublicPolicy", "RestrictPublicBuckets")]
    return None if any(isinstance(each, Unknown) for each in block) else any(map(true, block))


def _known(*wanted: object, at: tuple[Key, ...]) -> Holds:
    return lambda view, resource: _valued(view, resource, at, *wanted)


def outward(view: View, subnet: Resource) -> bool | None:
    net = network_of(view)
    return net.public(net.subnets[subnet.id]) if subnet.id in net.subnets else None


def _addressed(view: View, subnet: Resource) -> bool | None:
    """A sub-rede dá endereço público a quem nasce nela, ou quem vive nela tem um, pela interface ou por um elástico."""
    mapped, net = view.value(subnet, "MapPublicIpOnLaunch"), network_of(view)
    homes = [home_of(net, each) for each in view.of_type(INSTANCE, SCALING_GROUP, ECS_SERVICE, NETWORK_INTERFACE)]
    public = [home.public.value for home in homes if home and any(one.value == subnet.id for one in home.subnets)]
    if true(mapped) or True in public:
        return True
    return None if isinstance(mapped, Unknown) or any(isinstance(each, Unknown) for each in public) else False


def _always(_view: View, _resource: Resource) -> bool:
    return True


AWS = "https://docs.aws.amazon.com"
NEVER = r"(?!)"
QUALITIES = tuple(Quality(name, types, tuple(signs.split()), _words(noun), _words(said), _words(contrary), holds, f"{AWS}/{source}")
                  for name, types, signs, noun, said, contrary, holds, source in (
    ("interno", (BALANCER,), "intern públic voltad", r"\bbalanceador|\bALB\b|\bLoad Balancer", r"\bintern[oa]\b",
     r"\bé públic[oa]\b|\bbalanceador públic|\bendereço público|\bvoltad[oa] (?:para|à) (?:a )?internet",
     _known("internal", at=("Scheme",)), "elasticloadbalancing/latest/application/application-load-balancers.html"),
    ("de cópia síncrona", (DATABASE,), "síncron", r"\breplica|\bcópia|\bem espera", r"\bsíncron[oa]s?", r"\bassíncron[oa]s?", _synchronous,
     "AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"),
    ("Multi-AZ", (DATABASE,), "multi-az zona", r"\bbanco\b|\bRDS\b", r"\bMulti-AZ\b|\bcópia (?:\w+ )?na outra zona", NEVER, _true("MultiAZ"),
     "AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"),
    ("público", (DATABASE,), "públic", r"\bbanco\b|\bRDS\b", r"\bendereço público|\bé públic[oa]\b", NEVER, _true("PubliclyAccessible"),
     "AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html"),
    ("PostgreSQL", (DATABASE,), "sql mariadb oracle", r"\bbanco\b|\bRDS\b", r"\bPostgreSQL\b", r"\b(?:MySQL|MariaDB|Oracle|SQL Server)\b",
     _known("postgres", at=("Engine",)), "AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html"),
    ("chamada de forma assíncrona", (FUNCTION,), "síncron", r"\bnotificação\b", r"\bassíncron[oa]s?", r"\bsíncron[oa]s?", _asynchronous,
     "lambda/latest/dg/invocation-async.html"),
    ("de Graviton", (FUNCTION,), "graviton arm64 x86 intel amd", r"\bfunç(?:ão|ões)\b", r"\bGraviton\b|\barm64\b", r"\bx86|\bIntel\b|\bAMD\b",
     _known("arm64", at=("Architectures", 0)), "lambda/latest/dg/foundation-arch.html"),
    ("de entrega repetida", (QUEUE,), "vez", r"\bfilas?\b", r"\bpelo menos uma vez\b", r"\bexatamente uma vez\b|\buma única vez\b",
     _known(None, False, "false", at=("FifoQueue",)), "AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html"),
    ("FIFO", (QUEUE,), "fifo ordem", r"\bfilas?\b", r"\bFIFO\b|(?<!\w)na ordem em que", NEVER, _true("FifoQueue"),
     "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html"),
    ("de só atender por HTTPS", (DISTRIBUTION,), "http", r"\bCloudFront\b", r"\bredireciona\w* o HTTP\b|\bsó (?:por )?HTTPS\b",
     r"\b(?:atende|aceita|serve|responde)\b[^.;]*\bHTTP\b", _redirects,
     "AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html"),
    ("cobrado por hora", (VPC_ENDPOINT,), "cobr custa grat graça", r"\bendpoint\b", r"\bcobrad[oa]s?\b|\bcusta\b", r"\bgratuit[oa]|\bde graça",
     _known("Interface", "GatewayLoadBalancer", at=("VpcEndpointType",)), "vpc/latest/privatelink/gateway-endpoints.html"),
    ("preso a uma zona", (VOLUME,), "zona", r"\bvolumes?\b", r"\b(?:da|na) mesma zona", r"\b(?:de|em) (?:qualquer|outra) zona", _always,
     "ebs/latest/userguide/ebs-attaching-volume.html"),
    ("um bucket com versões", (BUCKET,), "versões", r"\bbucket\b", r"\b(?:com|tem|guarda|mantém) versões", NEVER,
     _known("Enabled", at=("VersioningConfiguration", "Status")), "AmazonS3/latest/userguide/Versioning.html"),
    ("fechado ao público", (BUCKET,), "privad públic", r"\bbucket\b", r"\bprivad[oa]\b",
     r"(?<!bloqueia todo )(?<!bloqueia o )(?<!nega o )\bacesso público|\bé públic[oa]\b", _guarded,
     "AmazonS3/latest/userguide/access-control-block-public-access.html"),
    ("com rota para a internet", (SUBNET,), "rota", NEVER,
     r"\brota para (?:a internet|fora|o Internet Gateway|ele\b)", NEVER, outward, "vpc/latest/userguide/configure-subnets.html"),
    ("de endereço público ao nascer, por `MapPublicIpOnLaunch` ou `AssociatePublicIpAddress`", (SUBNET,), "endereço", NEVER,
     r"\bendereço público", NEVER, _addressed, "vpc/latest/userguide/subnet-public-ip.html"),
    ("sob demanda", (TABLE,), "demanda provisionad", r"\btabelas?\b", r"\bsob demanda\b", r"\bprovisionad[oa]",
     _known("PAY_PER_REQUEST", at=("BillingMode",)),
     "amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"),
    ("criptografado", tuple(STORES), "criptografad cifrad claro", NEVER, r"\bcriptografad[oa]s?\b|\bcifrad[oa]s?\b", r"\bem texto claro", _encrypted,
     "whitepapers/latest/efs-encrypted-file-systems/encryption-of-data-at-rest.html"),
))
