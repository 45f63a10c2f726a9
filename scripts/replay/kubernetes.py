"""O que o Kubernetes decide antes de um pedido chegar ao programa: se o pod nasce, se fica pronto, e quem leva o pedido a ele.

Um manifesto é um mundo fechado: o que aqui não se conhece para a rodada, em vez de passar. Fontes:
https://kubernetes.io/docs/concepts/security/pod-security-standards/ e
https://docs.aws.amazon.com/eks/latest/userguide/auto-elb-example.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from typing import Any

from scripts.replay.stack import Unresolved, only

KINDS = frozenset("Namespace ServiceAccount ConfigMap Deployment Service PodDisruptionBudget TargetGroupBinding".split())
DEPLOYMENT = ("replicas", "selector", "template")
POD = tuple("serviceAccountName terminationGracePeriodSeconds topologySpreadConstraints securityContext initContainers containers volumes".split())
CONTAINER = tuple("name image command env ports readinessProbe livenessProbe lifecycle resources securityContext volumeMounts".split())
SERVICE, BINDING = ("selector", "ports"), ("targetGroupARN", "targetType", "serviceRef")
ALLOWED = {"NET_BIND_SERVICE"}
OPEN = {"0.0.0.0", "::"}
Part = Mapping[str, Any]


class Manifest:
    """Os documentos do manifesto, com as trocas que o comando da saída faz nele. Erro: `Unresolved`, no que não se conhece."""

    def __init__(self, text: str, command: str):
        import yaml

        for old, new in re.findall(r"-e 's\|([^|]+)\|([^|]*)\|'", command):
            text = text.replace(old, new)
        self.documents = [document for document in yaml.safe_load_all(text) if document]
        strange = [document["kind"] for document in self.documents if document["kind"] not in KINDS]
        if strange:
            raise Unresolved(f"a rodada não sabe o que um `{strange[0]}` mudaria no manifesto")

    def only(self, kind: str, name: str = "") -> dict[str, Any]:
        """O documento deste tipo. Erro: `Unresolved` quando não há um, e um só."""
        found = [item for item in self.documents if item["kind"] == kind and name in ("", item["metadata"]["name"])]
        if len(found) != 1:
            raise Unresolved(f"o manifesto tem {len(found)} documentos `{kind}`, e a rodada só sabe usar um")
        return found[0]

    def container(self) -> dict[str, Any]:
        """O contêiner do pod, que é um só."""
        found: list[dict[str, Any]] = self.pod()["containers"]
        if len(found) != 1:
            raise Unresolved("a rodada só sabe rodar um pod de um contêiner")
        return found[0]

    def pod(self) -> dict[str, Any]:
        """A especificação dos pods do `Deployment`."""
        found: dict[str, Any] = self.only("Deployment")["spec"]["template"]["spec"]
        return found

    def probes(self) -> dict[str, str]:
        """De cada sonda HTTP do contêiner, o caminho."""
        found = {name: self.container()[name] for name in ("readinessProbe", "livenessProbe") if name in self.container()}
        for name, probe in found.items():
            if not isinstance(probe.get("httpGet"), Mapping):
                raise Unresolved(f"a rodada só sabe fazer sondas `httpGet`, e `{name}` é outra")
        return {name: str(probe["httpGet"].get("path", "/")) for name, probe in found.items()}

    def fault(self) -> str:
        """O primeiro motivo por que nenhum pedido chegaria a um pod; vazio quando chega. Erro: `Unresolved`."""
        return next(chain(self._born(), self._listening(), self._routed()), "")

    def _born(self) -> Iterator[str]:
        """O que impede o pod de existir."""
        deployment, pod = self.only("Deployment"), self.pod()
        only(deployment["spec"], DEPLOYMENT, "{} mudaria no `Deployment` do manifesto")
        only(pod, POD, "{} mudaria no pod do manifesto")
        labels = deployment["spec"]["template"]["metadata"].get("labels", {})
        if not _matches(deployment["spec"]["selector"].get("matchLabels", {}), labels):
            yield f"o `selector` do `Deployment` não é dos pods dele, que têm {_told(labels)}: o Kubernetes recusa o manifesto"
        if deployment["spec"].get("replicas", 1) < 1:
            yield "o `Deployment` pede `replicas: 0`: não há pod nenhum"
        space = self.only("Namespace")["metadata"]
        if deployment["metadata"].get("namespace", "default") != space["name"]:
            yield f"o `Deployment` é do `namespace` `{deployment['metadata'].get('namespace', 'default')}`, que o manifesto não cria"
        restricted = space.get("labels", {}).get("pod-security.kubernetes.io/enforce") == "restricted"
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            only(container, CONTAINER, f"{{}} mudaria no contêiner `{container['name']}`")
            yield from _secured(container, pod.get("securityContext", {}), restricted)

    def _given(self, option: str, usual: str) -> str:
        """O que o comando do contêiner dá a esta opção, ou o que o `uvicorn` usa sem ela."""
        words = [str(word) for word in self.container().get("command", [])]
        return next((after for before, after in pairwise(words) if before == option), usual)

    def _listening(self) -> Iterator[str]:
        """O que impede o programa de atender no endereço do pod, ou de ficar pronto."""
        host, port = self._given("--host", "127.0.0.1"), self._given("--port", "8000")
        if host not in OPEN:
            yield f"o programa do pod só atende em `{host}`, e quem o chama vem de fora: use `--host 0.0.0.0`"
        for name in self.probes():
            asked = self.container()[name]["httpGet"].get("port")
            if str(asked) != port:
                yield f"`{name}` pergunta à porta {asked}, e o programa atende na {port}: o pod nunca fica pronto"

    def _routed(self) -> Iterator[str]:
        """O que impede o balanceador de achar os pods."""
        binding, labels = self.only("TargetGroupBinding"), self.only("Deployment")["spec"]["template"]["metadata"].get("labels", {})
        only(binding["spec"], BINDING, "{} mudaria no `TargetGroupBinding`")
        named, service = binding["spec"]["serviceRef"], self.only("Service")
        only(service["spec"], SERVICE, "{} mudaria no `Service`")
        spaces = {item["metadata"].get("namespace", "default") for item in (binding, service, self.only("Deployment"))}
        if len(spaces) > 1:
            yield f"o `TargetGroupBinding`, o `Service` e o `Deployment` estão em `namespace` diferentes ({', '.join(sorted(spaces))})"
        if named["name"] != service["metadata"]["name"]:
            yield f"o `TargetGroupBinding` liga o `Service` `{named['name']}`, e o do manifesto se chama `{service['metadata']['name']}`"
        ports = {str(item["port"]): str(item.get("targetPort", item["port"])) for item in service["spec"]["ports"]}
        if str(named["port"]) not in ports:
            asked = f"o `TargetGroupBinding` pede a porta {named['port']} do `Service`"
            yield f"{asked}, que só tem a {', '.join(ports)}: nenhum pod entra no grupo de destino"
        selector = service["spec"].get("selector", {})
        if not selector or not _matches(selector, labels):
            yield f"o `Service` escolhe os pods com {_told(selector)}, e os do `Deployment` têm {_told(labels)}: ele não tem endereços"
        port = self._given("--port", "8000")
        if ports.get(str(named["port"]), port) != port:
            yield f"o `Service` leva à porta {ports[str(named['port'])]} do pod, e o programa atende na {port}"


def _secured(container: Part, pod: Part, restricted: bool) -> Iterator[str]:
    """O que o perfil `restricted` recusa, e o que impede o contêiner de começar: o usuário que ele promete, e onde ele escreve."""
    name, own = container["name"], container.get("securityContext", {})
    said = {**pod, **own}
    if said.get("runAsNonRoot") and said.get("runAsUser") == 0:
        yield f"`{name}` diz `runAsNonRoot` e roda como o usuário 0: o contêiner não começa"
    if said.get("runAsNonRoot") and "runAsUser" not in said:
        yield f"`{name}` diz `runAsNonRoot`, e o usuário é o da imagem, que pode ser o 0: escreva `runAsUser`"
    if own.get("readOnlyRootFilesystem") and not any(mount["mountPath"] == "/tmp" for mount in container.get("volumeMounts", ())):
        yield f"a raiz de `{name}` é só de leitura, e nada se monta em `/tmp`: o Python não tem onde pôr arquivos temporários"
    if not restricted:
        return
    capabilities = own.get("capabilities", {})
    refused = {
        "falta `allowPrivilegeEscalation: false`": own.get("allowPrivilegeEscalation") is not False,
        "falta `runAsNonRoot: true`": said.get("runAsNonRoot") is not True,
        "falta `capabilities.drop: [ALL]`": "ALL" not in capabilities.get("drop", []),
        f"acrescenta a capacidade {', '.join(map(str, capabilities.get('add', [])))}": bool(set(capabilities.get("add", [])) - ALLOWED),
        "falta um `seccompProfile` aceito": said.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"),
        "é `privileged`": bool(own.get("privileged")),
    }
    for why in (why for why, holds in refused.items() if holds):
        yield f"o `namespace` exige pods `restricted`, e o contêiner `{name}` não serve: {why}"


def _matches(selector: Part, labels: Part) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _told(labels: Part) -> str:
    return ", ".join(f"`{key}: {value}`" for key, value in labels.items()) or "rótulo nenhum"
