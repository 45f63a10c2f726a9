"""O que a AWS recusa criar, ou deixa nascer para morrer: tamanhos, prazos e modos que não combinam."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.aws.types import BUCKET, DATABASE, EVENT_SOURCE_MAPPING, INSTANCE, LAUNCH_TEMPLATE, SCALING_GROUP, TABLE, TARGET_GROUP, VOLUME
from scripts.proofs.arrows.viable import judge
from scripts.proofs.evidence import Missing, at
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole

RESERVED = ("rdsadmin", "admin")
"""Nomes que o PostgreSQL do RDS guarda para si; `admin` serve aos outros motores."""
STARTING = 60
"""Segundos: menos que isso, nenhuma instância liga o programa."""
PACED = ("gp3", "io1", "io2")
AUTHORITIES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
"""As autoridades que assinam o certificado de um banco; as três estão no pacote de certificados que a AWS publica.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""
GIB = {"gp2": (1, 16384), "gp3": (1, 65536), "io1": (4, 16384), "io2": (4, 65536), "sc1": (125, 16384), "st1": (125, 16384), "standard": (1, 1024)}
"""O menor e o maior tamanho de cada tipo de volume; sem tipo, o EC2 cria um `gp2`:
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html"""
GROWTH = 10
"""Quanto o banco cresce de cada vez, em GiB, se um décimo dele não é mais:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html"""
COLDER = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
"""As classes do S3, na ordem em que uma passa à seguinte."""
RARE = ("STANDARD_IA", "ONEZONE_IA")
MOVES = {("Transitions", "Transition", "TransitionInDays"): (("ExpirationInDays",),),
         ("NoncurrentVersionTransitions", "NoncurrentVersionTransition", "TransitionInDays"):
             (("NoncurrentVersionExpiration", "NoncurrentDays"), ("NoncurrentVersionExpirationInDays",))}
"""As mudanças de classe de uma regra, e onde ela diz em quantos dias apaga."""


@judge(TABLE)
def _table(view: View, table: Resource) -> Iterator[Missing]:
    """Sem cobrança por pedido, a tabela precisa dizer quanto lê e grava."""
    mode, units = view.value(table, "BillingMode"), view.at(table, "ProvisionedThroughput")
    if mode != "PAY_PER_REQUEST" and units is None and table.properties.get("KeySchema") is not None:
        yield Missing(at(table, "BillingMode"), f"`{table.id}` não diz quanto lê e grava", "use `BillingMode: PAY_PER_REQUEST`")


@judge(VOLUME)
def _volume(view: View, volume: Resource) -> Iterator[Missing]:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"""
    kind, size = str(view.value(volume, "VolumeType") or "gp2"), whole(view.value(volume, "Size"))
    if kind.startswith("io") and view.at(volume, "Iops") is None:
        yield Missing(at(volume, "VolumeType"), f"`{volume.id}` é `{kind}` e não diz `Iops`", "use `gp3`, ou escreva `Iops`")
    least, most = GIB.get(kind, (1, 65536))
    if size is not None and not least <= size <= most:
        usual = "`gp3`, ou " if GIB["gp3"][0] <= size <= GIB["gp3"][1] else ""
        yield Missing(at(volume, "VolumeType"), f"não há volume `{kind}` de {size} GiB: o tipo vai de {least} a {most}",
                      f"use {usual}um tamanho que `{kind}` aceite")
    yield from _pace(volume, kind, size, view.at(volume, "Iops"), view.at(volume, "Throughput"))


@judge(INSTANCE)
@judge(LAUNCH_TEMPLATE)
def _disks(view: View, owner: Resource) -> Iterator[Missing]:
    """O mesmo, do disco que nasce com a máquina; sem tipo, vale o da imagem."""
    keys = ("LaunchTemplateData", "BlockDeviceMappings") if owner.type == LAUNCH_TEMPLATE else ("BlockDeviceMappings",)
    with view.reading():
        for disk in view.items(owner, *keys):
            kind, size, asked, flow = (view.inside(disk, "Ebs", name) for name in ("VolumeType", "VolumeSize", "Iops", "Throughput"))
            yield from _pace(owner, str(kind.value) if kind else "gp3", whole(size.value) if size else None, asked, flow)


def _pace(owner: Resource, kind: str, size: int | None, asked: Placed | None, flow: Placed | None) -> Iterator[Missing]:
    """As operações e a vazão que se pedem, o tipo as dá: no `gp3`, a partir do que ele já dá, e na proporção do tamanho."""
    iops, rate = (whole(found.value) if found else None for found in (asked, flow))
    if asked and (kind not in PACED or kind == "gp3" and not 3000 <= (iops or 0) <= min(80_000, max(3000, 500 * (size or 1)))):
        yield Missing(asked.path, f"`{owner.id}`, `{kind}`, não aceita {asked.value} operações por segundo", "tire `Iops`")
    if flow and (kind != "gp3" or not 125 <= (rate or 0) <= 2000):
        yield Missing(flow.path, f"`{owner.id}`, `{kind}`, não aceita {flow.value} MiB/s", "tire `Throughput`")
    elif flow and 4 * (rate or 0) > (iops or 3000):
        yield Missing(flow.path, f"`{owner.id}`, `{kind}`, não aceita {flow.value} MiB/s com {iops or 3000} operações por segundo: são até 0,25 "
                      "MiB/s por operação", f"peça `Iops` de ao menos {4 * (rate or 0)}, ou tire `Throughput`")


@judge(TARGET_GROUP)
def _target_group(view: View, group: Resource) -> Iterator[Missing]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"""
    interval, limit = (whole(view.value(group, f"HealthCheck{name}Seconds")) for name in ("Interval", "Timeout"))
    if (interval or 30) <= (limit or 5) or not 5 <= (interval or 30) <= 300:
        yield Missing(at(group, "HealthCheckIntervalSeconds"), f"a verificação de saúde de `{group.id}` espera mais que o intervalo dela",
                      "use `HealthCheckTimeoutSeconds` menor que `HealthCheckIntervalSeconds`, que vai de 5 a 300")


@judge(SCALING_GROUP)
def _patient(view: View, group: Resource) -> Iterator[Missing]:
    """Com a saúde do balanceador, a instância que ainda liga seria trocada antes de atender.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html
    """
    grace = view.value(group, "HealthCheckGracePeriod")
    if "ELB" in str(view.value(group, "HealthCheckType")) and "${" not in str(grace) and (whole(grace) or 0) < STARTING:
        yield Missing(at(group, "HealthCheckGracePeriod"), f"`{group.id}` troca as instâncias antes que elas liguem",
                      "use `HealthCheckGracePeriod` de alguns minutos")

WINDOW = 300
"""Quantos segundos, no máximo, a Lambda junta mensagens antes de chamar a função."""


@judge(EVENT_SOURCE_MAPPING)
def _batched(view: View, mapping: Resource) -> Iterator[Missing]:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    size, window = view.value(mapping, "BatchSize"), view.value(mapping, "MaximumBatchingWindowInSeconds")
    if whole(window) is not None and (whole(window) or 0) > WINDOW:
        yield Missing(at(mapping, "MaximumBatchingWindowInSeconds"), f"a Lambda não espera tanto por um lote de `{mapping.id}`",
                      f"use até {WINDOW} segundos")
    if size is not None and (whole(size) == 0 or (whole(size) or 0) > 10 and ":sqs:" in _source(view, mapping) and not whole(window)):
        yield Missing(at(mapping, "BatchSize"), f"a Lambda não aceita o lote de `{mapping.id}`",
                      "use de 1 a 10 mensagens, ou diga `MaximumBatchingWindowInSeconds`")


def _source(view: View, mapping: Resource) -> str:
    return view.spelled(view.value(mapping, "EventSourceArn")) or ""


@judge(DATABASE)
def _database(view: View, database: Resource) -> Iterator[Missing]:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""
    user, kind = view.at(database, "MasterUsername"), str(view.value(database, "StorageType"))
    size, most = (whole(view.value(database, name)) for name in ("AllocatedStorage", "MaxAllocatedStorage"))
    if user and str(user.value).lower() in RESERVED and "postgres" in str(view.value(database, "Engine")):
        yield Missing(user.path, f"`{user.value}` é um nome que o motor de `{database.id}` guarda para si", "escolha outro `MasterUsername`")
    signer = view.at(database, "CACertificateIdentifier")
    if signer and signer.value not in AUTHORITIES:
        yield Missing(signer.path, f"o RDS não tem a autoridade `{signer.value}`, ou ela já venceu", f"use `{AUTHORITIES[0]}`")
    if kind.startswith("io") and view.at(database, "Iops") is None:
        yield Missing(at(database, "StorageType"), f"`{database.id}` é `{kind}` e não diz `Iops`", "use `gp3`, ou escreva `Iops`")
    if size is not None and (size < 20 or most is not None and most <= size):
        yield Missing(at(database, "AllocatedStorage"), f"o RDS não aceita o tamanho de `{database.id}`",
                      "use ao menos 20 GiB, e `MaxAllocatedStorage` maior que isso")
    elif size is not None and most is not None and most < size + max(GROWTH, size // 10):
        yield Missing(at(database, "MaxAllocatedStorage"), f"`{database.id}` nunca cresce: de {size} GiB, o primeiro passo já passa de {most}",
                      "aumente `MaxAllocatedStorage`")


@judge(BUCKET)
def _lifecycle(view: View, bucket: Resource) -> Iterator[Missing]:
    """As mudanças de classe que o S3 aceita: a do acesso raro só depois de 30 dias, cada uma mais fria, e antes de apagar.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    with view.reading():  # os prazos são das afirmações, que os leem: aqui só conta o que o S3 recusa
        found = list(_ruled(view, bucket))
    yield from found


def _ruled(view: View, bucket: Resource) -> Iterator[Missing]:
    for item in view.items(bucket, "LifecycleConfiguration", "Rules"):
        status = view.inside(item, "Status")
        if status and status.value == "Disabled":
            continue
        for (many, one, days), ends in MOVES.items():
            last = next((number for keys in ends if (end := view.inside(item, *keys)) and (number := whole(end.value))), None)
            yield from _cooling(view, bucket, [*view.items_inside(item, many), *filter(None, [view.inside(item, one)])], days, last)


def _cooling(view: View, bucket: Resource, moves: list[Placed], name: str, last: int | None) -> Iterator[Missing]:
    """As mudanças de uma regra, da classe mais quente à mais fria; `last` é em quantos dias ela apaga."""
    said = [(str(kind.value), whole(days.value) if days else None, move) for move in moves if (kind := view.inside(move, "StorageClass"))
            for days in [view.inside(move, name)]]
    known = [(COLDER.index(kind), days, move) for kind, days, move in said if kind in COLDER and days is not None]
    before = None
    for rank, days, move in sorted(known, key=lambda each: each[0]):
        rare = COLDER[rank] in RARE
        if rare and days < 30 or before and days < before[1] + (30 if COLDER[before[0]] in RARE else 1):
            yield Missing(move.path, f"o S3 recusa passar o que `{bucket.id}` guarda a `{COLDER[rank]}` em {days} dias",
                          "use 30 dias ou mais para o acesso raro, e outros 30 antes da classe seguinte")
        elif last is not None and days >= last:
            yield Missing(move.path, f"`{bucket.id}` passa a `{COLDER[rank]}` em {days} dias o que apaga em {last}: o S3 recusa a regra",
                          "mude de classe antes de apagar")
        before = (rank, days)
