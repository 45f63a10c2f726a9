"""O que a AWS CLI aceita: as operações dos serviços que as páginas usam, e as opções e os filtros das que elas chamam.

`cli.json` sai dos modelos do botocore, por `scripts/measure/aws_cli.py`. Os comandos que a CLI acrescenta
aos da API não têm modelo: estão em `CUSTOM`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("cli.json")
GLOBAL = frozenset(("--region", "--output", "--query", "--profile", "--cli-binary-format", "--cli-read-timeout"))
PAGING = frozenset(("--max-items", "--page-size", "--starting-token"))
FLAGS = frozenset(("--no-paginate", "--no-cli-pager", "--debug", "--version"))


HEX = r"-[0-9a-f]{8}(?:[0-9a-f]{9})?"
IDS = {"prefix-list": "pl", "vpc": "vpc", "subnet": "subnet", "volume": "vol", "snapshot": "snap", "instance": "i", "group": "sg", "image": "ami",
       "network-interface": "eni", "allocation": "eipalloc", "route-table": "rtb", "internet-gateway": "igw", "nat-gateway": "nat",
       "network-acl": "acl"}
"""Do nome de um id, o começo dele: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""
ANY_ID = rf"(?:{'|'.join(IDS.values())}){HEX}"
MANAGED = r"com\.amazonaws\.(?:global\.(?:(?:ipv6\.)?cloudfront\.origin-facing|groundstation)|[a-z]{2}-(?:[a-z]+-)+\d\." \
    r"(?:dynamodb|s3|s3express|(?:ipv6\.)?(?:ec2-instance-connect|route53-healthchecks|vpc-lattice)))"
"""As listas de prefixos que a AWS mantém: https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html"""
FORMS = {**{f"{name}-id": (start + HEX, f"um id `{start}-…`") for name, start in IDS.items()},
         "prefix-list-name": (rf"{MANAGED}|(?!com\.amazonaws\.|{ANY_ID}$).+", "o nome de uma lista que existe"),
         "owner-id": (r"\d{12}", "o número de uma conta"),
         "availability-zone": (r"[a-z]{2}-(?:[a-z]+-)+\d[a-z]", "o nome de uma zona, como `sa-east-1a`"),
         "availability-zone-id": (r"[a-z]+\d-az\d+", "o id de uma zona, como `sae1-az1`"),
         "instance-type": (r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "um tipo de instância, como `t3.micro`"),
         **dict.fromkeys(("size", "volume-size", "available-ip-address-count"), (r"\d+", "um número"))}
"""Da última parte do nome de um filtro, a forma do valor, e como se chama."""


class Custom(NamedTuple):
    """Um comando só da CLI: opções com valor, sem valor, obrigatórias, e quantos argumentos soltos."""

    valued: frozenset[str]
    bare: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    least: int = 0
    most: int = 0

    @property
    def options(self) -> frozenset[str]:
        return self.valued | self.bare


S3 = frozenset(("--recursive", "--quiet", "--dryrun", "--only-show-errors"))
CUSTOM = {
    "cloudformation deploy": Custom(
        frozenset(("--template-file", "--stack-name", "--capabilities", "--parameter-overrides", "--s3-bucket", "--s3-prefix",
                   "--tags", "--role-arn")),
        frozenset(("--no-fail-on-empty-changeset", "--disable-rollback", "--no-disable-rollback", "--no-execute-changeset")),
        frozenset(("--template-file", "--stack-name"))),
    "s3 cp": Custom(frozenset(("--content-type", "--exclude", "--include", "--expected-size")), S3, least=2, most=2),
    "s3 sync": Custom(frozenset(("--exclude", "--include")), S3 | {"--delete"}, least=2, most=2),
    "s3 rm": Custom(frozenset(("--exclude", "--include")), S3, least=1, most=1),
    "s3 ls": Custom(frozenset(), frozenset(("--recursive", "--human-readable", "--summarize")), most=1),
    "s3 mb": Custom(frozenset(), least=1, most=1),
    "s3 rb": Custom(frozenset(), frozenset(("--force",)), least=1, most=1),
    "s3 presign": Custom(frozenset(("--expires-in",)), least=1, most=1),
    "eks update-kubeconfig": Custom(frozenset(("--name", "--alias", "--role-arn")), required=frozenset(("--name",))),
    "logs tail": Custom(frozenset(("--since", "--format", "--filter-pattern")), frozenset(("--follow",)), least=1, most=1),
    "configure list": Custom(frozenset()),
}


class Models(NamedTuple):
    """As operações de cada serviço, as opções de cada comando (`ec2 wait volume-available`), os filtros dele, com os valores que aceitam,
    e os campos do que responde, que `answers` separa."""

    operations: dict[str, list[str]]
    options: dict[str, list[str]]
    filters: dict[str, dict[str, list[str]]]
    answers: dict[str, str]


@cache
def models() -> Models:
    return Models(**json.loads(FILE.read_text(encoding="utf-8")))


@cache
def answers(name: str) -> dict[str, frozenset[str]]:
    """Cada campo do que uma chamada responde, como se pede em `--query`, com os valores que pode ter; vazio, quando são quaisquer."""
    pairs = (each.partition("=") for each in models().answers.get(name, "").split())
    return {path: frozenset(values.split("|")) if values else frozenset() for path, _, values in pairs}
