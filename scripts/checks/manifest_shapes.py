"""O que se conhece de cada documento de um manifesto: um mundo fechado. O que está fora dele não passa em silêncio.

https://kubernetes.io/docs/reference/kubernetes-api/
https://docs.aws.amazon.com/eks/latest/userguide/auto-elb-example.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from scripts.template.manifest import Manifest
from scripts.template.values import Path


class Fault(NamedTuple):
    """O que há de errado num lugar do manifesto; `known` é falso quando só não se sabe o que aquilo mudaria."""

    path: Path
    message: str
    known: bool = True


class Leaf(NamedTuple):
    """Um valor: o que ele precisa ser, e como se pergunta; sem `what`, o que não é assim só não se sabe o que mudaria."""

    what: str
    fits: Callable[[Any], bool]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TEXT = Leaf("um texto (ponha-o entre aspas)", lambda value: isinstance(value, str))
NUMBER = Leaf("um número inteiro", _whole)
FLAG = Leaf("`true` nem `false`", lambda value: isinstance(value, bool))
PORT = Leaf("o número nem o nome de uma porta", lambda value: _whole(value) or isinstance(value, str))
SHARE = Leaf("um número nem uma porcentagem", lambda value: _whole(value) or isinstance(value, str) and value[:-1].isdecimal() and value[-1] == "%")
AMOUNT = Leaf("uma quantidade", lambda value: isinstance(value, (int, float, str)) and not isinstance(value, bool))
TEXTS = Leaf("um mapa de textos (ponha cada um entre aspas)", lambda value: isinstance(value, dict) and all(map(TEXT.fits, value.values())))
WORDS = Leaf("uma lista de textos (ponha cada um entre aspas)", lambda value: isinstance(value, list) and all(map(TEXT.fits, value)))

COUNT = Leaf("uma contagem", lambda value: _whole(value) and value >= 0)
TIME = Leaf("um número de segundos maior que zero", lambda value: _whole(value) and value > 0)
ALWAYS = Leaf("`Always`", lambda value: value == "Always")
ROLLING = Leaf("", lambda value: value == "RollingUpdate")
PULLED = Leaf("", lambda value: value in ("Always", "IfNotPresent"))
NONE = Leaf("", lambda value: _whole(value) and value == 0 or value == "0%")
SOME = Leaf("", lambda value: SHARE.fits(value) and int(str(value).rstrip("%")) > 0)

SELECTOR = {"matchLabels!": TEXTS}
HTTP = {"path": TEXT, "port!": PORT, "scheme": TEXT}
RHYTHM = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold")
PROBE = {"httpGet!": HTTP, **dict.fromkeys(RHYTHM, NUMBER)}
RESOURCES = {name: {"cpu": AMOUNT, "memory": AMOUNT, "ephemeral-storage": AMOUNT} for name in ("requests", "limits")}
USER = {"runAsNonRoot": FLAG, "runAsUser": NUMBER, "runAsGroup": NUMBER, "seccompProfile": {"type!": TEXT}}
CONTAINER = {
    "name!": TEXT, "image!": TEXT, "imagePullPolicy": PULLED, "command!": WORDS, "env": [{"name!": TEXT, "value!": TEXT}],
    "ports": [{"containerPort!": NUMBER, "name": TEXT, "protocol": TEXT}], "readinessProbe": PROBE, "livenessProbe": PROBE, "startupProbe": PROBE,
    "lifecycle": {"preStop!": {"sleep!": {"seconds!": NUMBER}}}, "resources": RESOURCES,
    "securityContext": {**USER, "allowPrivilegeEscalation": FLAG, "readOnlyRootFilesystem": FLAG, "privileged": FLAG,
                        "capabilities": {"drop": WORDS, "add": WORDS}},
    "volumeMounts": [{"name!": TEXT, "mountPath!": TEXT, "readOnly": FLAG}],
}
SPREAD = {"maxSkew!": NUMBER, "topologyKey!": TEXT, "whenUnsatisfiable!": TEXT, "labelSelector!": SELECTOR, "matchLabelKeys": WORDS,
          "minDomains": NUMBER}
POD = {
    "serviceAccountName": TEXT, "automountServiceAccountToken": FLAG, "terminationGracePeriodSeconds": NUMBER, "topologySpreadConstraints": [SPREAD],
    "securityContext": {**USER, "fsGroup": NUMBER}, "initContainers": [CONTAINER], "containers!": [CONTAINER],
    "volumes": [{"name!": TEXT, "configMap": {"name!": TEXT}, "emptyDir": {}}], "restartPolicy": ALWAYS, "enableServiceLinks": FLAG,
}
NOTES = dict.fromkeys(("kubernetes.io/description", "kubernetes.io/change-cause", "kubectl.kubernetes.io/default-container"), TEXT)
"""As anotações que só quem lê usa; outra pode mandar num controlador.

https://kubernetes.io/docs/reference/labels-annotations-taints/
"""
META = {"name!": TEXT, "namespace": TEXT, "labels": TEXTS, "annotations": NOTES}
ROLLOUT = {
    "revisionHistoryLimit": COUNT, "progressDeadlineSeconds": TIME,
    "strategy": {"type": ROLLING, "rollingUpdate": {"maxUnavailable": NONE, "maxSurge": SOME}},
}
"""Como uma versão dá lugar a outra, sem que falte pod: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"""
KINDS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "Namespace": ("v1", {}), "ServiceAccount": ("v1", {}), "ConfigMap": ("v1", {"data!": TEXTS}),
    "Deployment": ("apps/v1", {"spec!": {"replicas": NUMBER, "selector!": SELECTOR, **ROLLOUT,
                                        "template!": {"metadata!": {"labels!": TEXTS, "annotations": NOTES}, "spec!": POD}}}),
    "Service": ("v1", {"spec!": {"selector!": TEXTS, "ports!": [{"port!": NUMBER, "targetPort": PORT, "name": TEXT, "protocol": TEXT}]}}),
    "PodDisruptionBudget": ("policy/v1", {"spec!": {"minAvailable": SHARE, "maxUnavailable": SHARE, "selector!": SELECTOR}}),
    "TargetGroupBinding": ("eks.amazonaws.com/v1", {"spec!": {"targetGroupARN!": TEXT, "targetType!": TEXT,
                                                             "serviceRef!": {"name!": TEXT, "port!": PORT}}}),
}
"""De cada tipo, a versão da API e o que ele tem além de `metadata`; o nome com `!` não pode faltar."""
ONCE = ("Deployment", "Service", "TargetGroupBinding")
"""O que um manifesto que se sabe ler tem uma vez só."""


def unfit(manifest: Manifest) -> Iterator[Fault]:
    """O que não se conhece, e o que o Kubernetes recusaria pela forma."""
    for document in manifest.documents:
        version, shape = KINDS.get(document.kind, ("", None))
        if shape is None:
            yield Fault(document.path, f"não se sabe o que um documento `{document.kind or 'sem tipo'}` mudaria no manifesto", False)
            continue
        if document.data.get("apiVersion") != version:
            yield Fault(document.inside("apiVersion"), f"o `{document.kind}` é da versão `{version}` da API, e o documento não diz isso")
        whole = {"apiVersion": TEXT, "kind": TEXT, "metadata!": META, **shape}
        yield from _fits(document.data, whole, document.path, document.kind)
    for kind in ONCE:
        found = manifest.of(kind)
        if len(found) != 1:
            yield Fault(found[1].path if found else (), f"o manifesto tem {len(found)} documentos `{kind}`, e só se sabe ler um com um", False)
    for document in manifest.of("Deployment"):
        yield from (Fault(document.path, "só se sabe ler um pod de um contêiner", False)
                    for found in [_at(document.spec, "template", "spec", "containers")] if isinstance(found, list) and len(found) != 1)


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _fits(value: Any, shape: Any, path: Path, where: str) -> Iterator[Fault]:
    if isinstance(shape, Leaf):
        if not shape.fits(value):
            yield (Fault(path, f"`{where}` não é {shape.what}: o Kubernetes recusa o manifesto") if shape.what else
                   Fault(path, f"não se sabe o que `{value}` mudaria em `{where}` do manifesto", False))
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Fault(path, f"`{where}` não é uma lista: o Kubernetes recusa o manifesto")
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _fits(item, shape[0], (*path, index), where)
    elif not isinstance(value, dict):
        yield Fault(path, f"`{where}` não é um mapeamento: o Kubernetes recusa o manifesto")
    else:
        known = {key.removesuffix("!"): inner for key, inner in shape.items()}
        for key in value:
            if key in known:
                yield from _fits(value[key], known[key], (*path, key), key)
            else:
                yield Fault((*path, key), f"não se sabe o que `{key}` mudaria em `{where}` do manifesto", False)
        for key in (key[:-1] for key in shape if key.endswith("!") and key[:-1] not in value):
            yield Fault(path, f"falta `{key}` em `{where}`: não se sabe o que vale sem ele, ou o Kubernetes recusa o manifesto")
