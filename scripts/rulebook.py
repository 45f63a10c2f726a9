"""O que um arquivo de `regras/` importa: as portas de quem escreve regras, juntas num lugar que não muda.

`rule` e `claim` registram; `extend` leva uma regra a outro tipo; `add`, `harmless` e `observer` dizem o que um
tipo é; o resto lê o template. O CONTRIBUINDO diz que pergunta cada porta responde.
"""

from __future__ import annotations

from scripts.aws.catalog import ARN, HERE, ID, MANAGED, NAME, OTHER, SERVER, URL, Kind, Service, add, kind_of
from scripts.aws.neutral import harmless, observer
from scripts.aws.questions import FORWARD, IDENTITY, NAMES, REACH
from scripts.proofs.arrows.passage import passage
from scripts.proofs.arrows.ports import misread, ports_of
from scripts.proofs.arrows.registry import OUTSIDE, Case, extend, rule
from scripts.proofs.claims.known import drawn
from scripts.proofs.claims.registry import Scene, claim
from scripts.proofs.evidence import Evidence, Found, Missing, at
from scripts.proofs.facts.expect import expect, false, true
from scripts.proofs.identity.evaluation import Request, decide, evidence
from scripts.proofs.network.path import reach, same_vpc

__all__ = [
    "ARN", "FORWARD", "HERE", "ID", "IDENTITY", "MANAGED", "NAME", "NAMES", "OTHER", "OUTSIDE", "REACH", "SERVER", "URL", "Case",
    "Evidence", "Found", "Kind", "Missing", "Request", "Scene", "Service", "add", "at", "claim", "decide", "drawn", "evidence", "expect",
    "extend", "false", "harmless", "kind_of", "misread", "observer", "passage", "ports_of", "reach", "rule", "same_vpc", "true",
]
