"""O que uma prova mostra, por pergunta, e qual das linhas dela decide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scripts.proofs.arrows.registry import Proof
from scripts.proofs.evidence import Found
from scripts.proofs.identity.policies import DOCUMENTS, TRUST
from scripts.template.cloudformation import Template
from scripts.template.values import Path

QUESTIONS: tuple[tuple[str, str], ...] = (
    (r"::(Listener|TargetGroup|ListenerRule)$", "encaminhamento"),
    (r"::(Route|RouteTable|SubnetRouteTableAssociation|VPCGatewayAttachment|InternetGateway|NatGateway|VPCEndpoint)$", "rota"),
    (r"::NetworkAcl", "listas de acesso"),
    (r"::SecurityGroup", "grupos"),
    (r"::IAM::|::PodIdentityAssociation$", "papel"),
    (r"::Lambda::Permission$|::(Bucket|Queue|Topic|Resource)Policy$", "política do recurso"),
    (r"::KMS::", "chave"),
)
"""Do tipo do recurso de uma linha, a pergunta que ela responde; a dos outros é a própria ligação."""
LINK = "ligação"
PORT = re.compile(r"^(?:entrada|saída): da porta (\d+)$")
INWARDS = "entrada: de "


def shown(template: Template, found: Iterable[Found], proofs: Iterable[Proof] = ()) -> str:
    """`rota · grupos (tcp 5432) · papel · nenhuma negação em 3 políticas`."""
    asked: dict[str, dict[str, None]] = {}
    for piece in found:
        resource = template.resources.get(str(piece.path[1])) if len(piece.path) > 1 else None
        name = next((name for pattern, name in QUESTIONS if resource and re.search(pattern, resource.type)), LINK)
        port = PORT.match(piece.text)
        asked.setdefault(name, {}).update({f"tcp {port[1]}": None} if port else {})
    order = [LINK, *(name for _, name in QUESTIONS)]
    parts = [f"{name} ({', '.join(asked[name])})" if asked[name] else name for name in order if name in asked]
    policies = {document for proof in proofs for seen in proof.seen for path in seen.reads if (document := _document(path))}
    if policies and "papel" in asked:
        parts.append(f"nenhuma negação em {len(policies)} {'política' if len(policies) == 1 else 'políticas'}")
    return " · ".join(parts)


def _document(path: Path) -> Path:
    """A política em que está esta leitura, sem as de confiança; vazio fora de uma."""
    end = next((end for end, key in enumerate(path, 1) if key in DOCUMENTS and key != TRUST), 0)
    return path[:end]


def decisive(found: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """As linhas que decidem, e as que as sustentam: a entrada que deixa passar, ou a permissão, ou a primeira."""
    if not found:
        return [], []
    inwards = [piece for piece in found if piece.text.startswith(INWARDS)]
    granted = [piece for piece in found if "Statement" in piece.path and TRUST not in piece.path]
    chosen = (inwards or granted or list(found[:1]))[-1 if inwards else 0]
    start = _statement(chosen.path)
    first = [piece for piece in found if piece.path[:len(start)] == start and piece.text.split(": ")[0] == chosen.text.split(": ")[0]
             or piece.path[:len(start)] == start and chosen in granted]
    return first or [chosen], [piece for piece in found if piece not in (first or [chosen])]


def _statement(path: Path) -> Path:
    """O começo comum às linhas de uma mesma declaração, ou de uma mesma regra de grupo."""
    last = max((end for end, key in enumerate(path, 1) if isinstance(key, int) and end < len(path)), default=len(path) - 1)
    if "Statement" in path:
        last = path.index("Statement") + 2
    return path[:last]


def told(texts: Sequence[str]) -> list[str]:
    """Os textos de linhas vizinhas, com o protocolo e as portas numa palavra (`tcp 5432`), e a permissão noutra."""
    said = ", ".join(texts)
    said = re.sub(r"protocolo (\w+), da porta (\d+), até a porta \2\b", r"\1 \2", said)
    said = re.sub(r"protocolo (\w+), da porta (\d+), até a porta (\d+)", r"\1 \2–\3", said)
    said = re.sub(r"a declaração permite, a ação (`[^`]+`(?:, a ação `[^`]+`)*)(?:, neste recurso)?", r"permite \1", said)
    return [said.replace(", a ação `", ", `").replace(", a quem se permite: ", " a ")]
