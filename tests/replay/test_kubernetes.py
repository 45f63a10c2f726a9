"""O manifesto do Kubernetes: o que impede o pod de nascer, de ficar pronto ou de ser achado tem uma causa, e o que não se conhece para a rodada."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.cli import main
from scripts.replay.kubernetes import Manifest
from scripts.replay.stack import Unresolved
from tests.built import alone

ROOT = Path(__file__).resolve().parents[2]
SLUG = "espectrometria"
TEXT = (ROOT / "docs/arquiteturas" / SLUG / "manifesto.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str, place: int = 0) -> str:
    """O manifesto com a troca na ocorrência `place`; -1 é a última."""
    parts = TEXT.split(old)
    assert len(parts) > 1, old
    at = place if place >= 0 else len(parts) - 1 + place
    return old.join(parts[:at + 1]) + new + old.join(parts[at + 1:])


def test_the_manifest_of_the_page_has_no_fault():
    assert Manifest(TEXT, "").fault() == ""


@pytest.mark.parametrize(("old", "new", "place", "cause"), [
    ("replicas: 2", "replicas: 0", 0, "não há pod nenhum"),
    ("    port: 80\n", "    port: 8000\n", -1, "pede a porta 8000 do `Service`, que só tem a 80"),
    ("    name: api\n    port: 80", "    name: outra\n    port: 80", 0, "liga o `Service` `outra`"),
    ("targetPort: 8000", "targetPort: 80", 0, "leva à porta 80 do pod, e o programa atende na 8000"),
    ("  selector:\n    app: api\n", "  selector:\n    app: fastapi\n", 0, "ele não tem endereços"),
    ("      labels:\n        app: api", "      labels:\n        app: outra", 0, "o Kubernetes recusa o manifesto"),
    ("--host, 0.0.0.0", "--host, 127.0.0.1", 0, "só atende em `127.0.0.1`"),
    ("--host, 0.0.0.0, ", "", 0, "só atende em `127.0.0.1`"),
    ("              port: 8000\n            periodSeconds: 5", "              port: 80\n            periodSeconds: 5", 0, "`readinessProbe` pergunta à porta 80"),
    ("              port: 8000\n            periodSeconds: 20", "              port: 80\n            periodSeconds: 20", 0, "`livenessProbe` pergunta à porta 80"),
    ("runAsUser: 10001", "runAsUser: 0", 0, "o contêiner não começa"),
    ("        runAsUser: 10001\n", "", 0, "o usuário é o da imagem, que pode ser o 0"),
    ("            - name: tmp\n              mountPath: /tmp\n", "", 0, "a raiz de `bibliotecas` é só de leitura"),
    ("            - name: tmp\n              mountPath: /tmp\n", "", -1, "a raiz de `api` é só de leitura"),
    ("drop: [ALL]", "drop: [ALL]\n              add: [NET_ADMIN]", -1, "acrescenta a capacidade NET_ADMIN"),
    ("drop: [ALL]", "drop: [NET_RAW]", 0, "falta `capabilities.drop: [ALL]`"),
    ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", -1, "falta `allowPrivilegeEscalation: false`"),
    ("runAsNonRoot: true", "runAsNonRoot: false", 0, "falta `runAsNonRoot: true`"),
    ("type: RuntimeDefault", "type: Unconfined", 0, "falta um `seccompProfile` aceito"),
    ("  namespace: espectrometria\nspec:\n  replicas", "  namespace: outro\nspec:\n  replicas", 0, "do `namespace` `outro`, que o manifesto não cria"),
    ("  namespace: espectrometria\nspec:\n  selector", "  namespace: outro\nspec:\n  selector", 0, "em `namespace` diferentes"),
])
def test_what_keeps_a_request_from_the_pod_has_a_cause(old, new, place, cause):
    assert cause in Manifest(changed(old, new, place), "").fault()


@pytest.mark.parametrize(("old", "new"), [
    ("kind: PodDisruptionBudget", "kind: NetworkPolicy"),
    ("      terminationGracePeriodSeconds: 60", "      nodeSelector: {disco: rapido}\n      terminationGracePeriodSeconds: 60"),
    ("  replicas: 2", "  replicas: 2\n  paused: true"),
    ("          lifecycle:", "          startupProbe: {exec: {command: [sh]}}\n          lifecycle:"),
    ("  serviceRef:", "  nodeSelector: {}\n  serviceRef:"),
    ("  selector:\n    app: api\n", "  sessionAffinity: ClientIP\n  selector:\n    app: api\n"),
])
def test_what_is_not_known_stops_the_replay(old, new):
    with pytest.raises(Unresolved, match="a rodada não sabe o que"):
        Manifest(changed(old, new), "").fault()


def test_what_a_probe_asks_is_asked_of_the_program(tmp_path, capsys):
    """A causa aparece no passo em que alguém chama o pod."""
    tree = alone(tmp_path / "arvore", SLUG)
    (tree / "docs/arquiteturas" / SLUG / "manifesto.yaml").write_text(changed("path: /saude", "path: /healthz"), encoding="utf-8")
    assert main(["executar", SLUG, "--raiz", str(tree)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Falhou no passo 5: `readinessProbe` pede `/healthz`, e o programa responde 404: o pod nunca fica pronto" in said
