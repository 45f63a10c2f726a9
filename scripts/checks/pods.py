"""O que o Kubernetes decide antes de um pedido chegar ao programa: se o pod nasce, se fica pronto, e quem leva o pedido a ele.

O que aqui não se conhece é uma falta, em vez de passar. Fontes:
https://kubernetes.io/docs/concepts/security/pod-security-standards/
https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
https://www.uvicorn.org/settings/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from scripts.checks.manifest_shapes import Fault
from scripts.proofs.facts.environment import read_by_python
from scripts.proofs.facts.web_paths import answered
from scripts.template.manifest import DEFAULT, Document, Manifest
from scripts.template.values import Path

ALLOWED = {"NET_BIND_SERVICE"}
OPEN = {"0.0.0.0", "::"}
SERVER = (["python", "-m", "uvicorn"], ["python3", "-m", "uvicorn"], ["uvicorn"])
OPTIONS = frozenset("--host --port --app-dir --timeout-graceful-shutdown --timeout-keep-alive --workers --log-level --forwarded-allow-ips".split())
FLAGS = frozenset("--no-access-log --proxy-headers --no-proxy-headers --no-server-header --no-date-header".split())
POD = ("spec", "template", "spec")
INSTALLER = ["python", "-m", "pip", "install"]
GRACE = 30
"""Segundos que o pod tem para sair, se não diz quantos."""
AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)(m|[kMGT]|[KMGT]i)?")
SCALES = {"m": 0.001, None: 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
Part = Mapping[str, Any]


class Program:
    """O programa do contêiner, que o `uvicorn` serve: onde ele atende, e o texto dele. `strange` é o que o comando tem e não se entende."""

    def __init__(self, manifest: Manifest):
        words = [str(word) for word in manifest.container["command"]]
        start = next((start for start in SERVER if words[:len(start)] == start), None)
        self.application, given, self.strange = _read(words[len(start or ()):])
        self.strange = self.strange if start else words[0] if words else "command"
        self.host, self.port = given.get("--host", "127.0.0.1"), given.get("--port", "8000")
        self.folder = given.get("--app-dir", "").rstrip("/")
        self.files = manifest.files(manifest.container).get(self.folder, {})
        self.sources = [text for name, text in self.files.items() if name.endswith(".py")]
        self.module = f"{self.application.partition(':')[0]}.py"

    def answers(self, path: str) -> bool | None:
        """O programa responde a esse caminho; `None`, se não se sabe."""
        return answered(self.sources, path)


def _read(words: list[str]) -> tuple[str, dict[str, str], str]:
    """A aplicação, as opções com valor, e a primeira palavra que não se entende."""
    application, given, rest = "", {}, [piece for word in words for piece in (word.split("=", 1) if word.startswith("--") else [word])]
    while rest:
        word = rest.pop(0)
        if word in OPTIONS and rest:
            given[word] = rest.pop(0)
        elif word not in FLAGS and (word.startswith("-") or application):
            return application, given, word
        elif word not in FLAGS:
            application = word
    return application, given, "" if application else "uvicorn"


def faults(manifest: Manifest, program: Program) -> Iterator[Fault]:
    """O que há de errado no manifesto sozinho, se a forma dele se entende."""
    yield from _placed(manifest)
    yield from _mounted(manifest)
    yield from _installed(manifest)
    yield from _served(manifest, program)
    yield from _routed(manifest, program)
    yield from _kept(manifest)


def _placed(manifest: Manifest) -> Iterator[Fault]:
    """O que impede o pod de existir: o espaço de nomes, a conta de serviço, os rótulos, a segurança."""
    deployment, pod = manifest.deployment, manifest.pod
    labels = deployment.spec["template"]["metadata"]["labels"]
    if not _matches(deployment.spec["selector"]["matchLabels"], labels):
        yield Fault(deployment.inside("spec", "selector"),
                    f"o `selector` do `Deployment` não é dos pods dele, que têm {_told(labels)}: o Kubernetes recusa o manifesto")
    if deployment.spec.get("replicas", 1) < 1:
        yield Fault(deployment.inside("spec", "replicas"), "o `Deployment` pede `replicas: 0`: não há pod nenhum")
    spaces = {document.name: document for document in manifest.of("Namespace")}
    for document in manifest.documents:
        if document.kind != "Namespace" and document.space not in (*spaces, DEFAULT):
            yield Fault(document.inside("metadata"), f"o `{document.kind}` é do `namespace` `{document.space}`, que o manifesto não cria")
    accounts = {(document.space, document.name) for document in manifest.of("ServiceAccount")}
    if manifest.account != DEFAULT and (deployment.space, manifest.account) not in accounts:
        yield Fault(deployment.inside(*POD, "serviceAccountName"),
                    f"o manifesto não cria a conta de serviço `{manifest.account}` em `{deployment.space}`: o Kubernetes não cria o pod")
    space = spaces.get(deployment.space)
    restricted = bool(space and space.data["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") == "restricted")
    for where, container in containers(manifest):
        yield from (Fault((*where, "securityContext"), why) for why in _secured(container, pod.get("securityContext", {}), restricted))
        yield from (Fault((*where, "resources"), why) for why in _bounded(container))


def containers(manifest: Manifest) -> Iterator[tuple[Path, Part]]:
    """Cada contêiner do pod, os iniciais primeiro, com o lugar dele."""
    for name in ("initContainers", "containers"):
        for index, container in enumerate(manifest.pod.get(name, ())):
            yield manifest.deployment.inside(*POD, name, index), container


def _bounded(container: Part) -> Iterator[str]:
    """O pedido acima do limite, e a quantidade que não se lê: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"""
    kept = container.get("resources", {})
    for name, asked in kept.get("requests", {}).items():
        least, most = (AMOUNT.fullmatch(str(value)) for value in (asked, kept.get("limits", {}).get(name, asked)))
        if not least or not most:
            yield f"não se sabe quanto de `{name}` o contêiner `{container['name']}` pede, ou pode usar; escreva como `256Mi` ou `500m`"
        elif float(least[1]) * SCALES[least[2]] > float(most[1]) * SCALES[most[2]]:
            yield f"`{container['name']}` pede {least[0]} de `{name}`, mais do que o limite dele, {most[0]}: o Kubernetes não cria o pod"


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


def _mounted(manifest: Manifest) -> Iterator[Fault]:
    """O que um contêiner monta existe, e o tempo de sair basta ao que ele espera."""
    deployment = manifest.deployment
    maps = {document.name for document in manifest.of("ConfigMap") if document.space == deployment.space}
    volumes = {volume["name"] for volume in manifest.pod.get("volumes", ())}
    for index, volume in enumerate(manifest.pod.get("volumes", ())):
        named = volume.get("configMap", {}).get("name", "")
        if named and named not in maps:
            yield Fault(deployment.inside(*POD, "volumes", index), f"o manifesto não cria o `ConfigMap` `{named}`: o pod espera por ele para sempre")
    grace = manifest.pod.get("terminationGracePeriodSeconds", GRACE)
    for where, container in containers(manifest):
        for index, mount in enumerate(container.get("volumeMounts", ())):
            if mount["name"] not in volumes:
                yield Fault((*where, "volumeMounts", index), f"o pod não tem o volume `{mount['name']}`: o Kubernetes recusa o manifesto")
        if container.get("lifecycle") and not 0 < container["lifecycle"]["preStop"]["sleep"]["seconds"] < grace:
            yield Fault((*where, "lifecycle"),
                        f"`sleep` precisa ser menor que os {grace} segundos que o pod tem para sair: o Kubernetes recusa o pod")


def _installed(manifest: Manifest) -> Iterator[Fault]:
    """O que um contêiner inicial instala vem de um arquivo que ele monta, e vai para onde o programa procura."""
    paths = [path for item in manifest.container.get("env", ()) if item["name"] == "PYTHONPATH" for path in item["value"].split(":")]
    for index, first in enumerate(manifest.pod.get("initContainers", ())):
        where, words = manifest.deployment.inside(*POD, "initContainers", index, "command"), first["command"]
        folder, _, name = _after(words, "--requirement").rpartition("/")
        if words[:4] != INSTALLER or not name:
            yield Fault(where, f"não se sabe o que o contêiner inicial `{first['name']}` faz", False)
        elif name not in manifest.files(first).get(folder, {}):
            yield Fault(where, f"o contêiner inicial lê `{folder}/{name}`, e nenhum `ConfigMap` montado ali o traz: o pod nunca começa")
        elif _after(words, "--target") not in paths:
            yield Fault(where, "o contêiner inicial instala numa pasta que o `PYTHONPATH` do programa não diz: ele não acha as bibliotecas")


def _after(words: list[str], option: str) -> str:
    return dict(pairwise(words)).get(option, "")


def _served(manifest: Manifest, program: Program) -> Iterator[Fault]:
    """O que impede o programa de começar, de atender no endereço do pod, ou de ficar pronto."""
    where = manifest.deployment.inside(*POD, "containers", 0)
    if program.strange:
        yield Fault((*where, "command"), f"não se sabe o que `{program.strange}` muda no comando do contêiner", False)
        return
    if program.module not in program.files:
        yield Fault((*where, "command"), f"o comando roda `{program.module}` de `{program.folder}`, e nenhum `ConfigMap` montado ali o traz")
        return
    given = {item["name"] for item in manifest.container.get("env", ())}
    for name in sorted(set().union(*(read_by_python(text).needed for text in program.sources)) - given):
        yield Fault((*where, "env"), f"o programa lê `{name}` do ambiente, e o contêiner não o recebe: o programa não começa")
    if program.host not in OPEN:
        yield Fault((*where, "command"), f"o programa do pod só atende em `{program.host}`, e quem o chama vem de fora: use `--host 0.0.0.0`")
    if program.port not in {str(item["containerPort"]) for item in manifest.container.get("ports", ({"containerPort": program.port},))}:
        yield Fault((*where, "ports"), f"o contêiner diz outra porta, e o programa atende na {program.port}: iguale as duas")
    for name, asked in manifest.probes():
        path, port = str(asked.get("path", "/")), numbered(manifest, asked["port"])
        if port != program.port:
            yield Fault((*where, name), f"`{name}` pergunta à porta {asked['port']}, e o programa atende na {program.port}: o pod nunca fica pronto")
        if asked.get("scheme", "HTTP") != "HTTP":
            yield Fault((*where, name), f"`{name}` pergunta por `{asked['scheme']}`, e o programa só atende HTTP: o pod nunca fica pronto")
        yield from unanswered(program, path, (*where, name), f"`{name}`", "o pod nunca fica pronto")


def unanswered(program: Program, path: str, where: Path, who: str, outcome: str) -> Iterator[Fault]:
    """O caminho que se pede e o programa não serve, ou não se sabe se serve."""
    answer = program.answers(path) if program.sources else True  # do programa que não se acha já se disse
    if answer is None:
        yield Fault(where, f"{who} pede `{path}`, e não se sabe a que caminhos o programa responde", False)
    elif not answer:
        yield Fault(where, f"{who} pede `{path}`, e o programa não responde a esse caminho: {outcome}")


def numbered(manifest: Manifest, port: object) -> str:
    """O número de uma porta do contêiner, dita por ele ou pelo nome; o texto como está, se ninguém tem esse nome."""
    named = {item["name"]: str(item["containerPort"]) for item in manifest.container.get("ports", ()) if "name" in item}
    return named.get(str(port), str(port))


def _routed(manifest: Manifest, program: Program) -> Iterator[Fault]:
    """O que impede o balanceador de achar os pods."""
    (binding,), (service,), deployment = manifest.of("TargetGroupBinding"), manifest.of("Service"), manifest.deployment
    named, labels = binding.spec["serviceRef"], deployment.spec["template"]["metadata"]["labels"]
    spaces = {document.space for document in (binding, service, deployment)}
    if len(spaces) > 1:
        yield Fault(service.inside("metadata"), f"o `TargetGroupBinding`, o `Service` e o `Deployment` estão em `namespace` diferentes "
                                                f"({', '.join(sorted(spaces))})")
    if named["name"] != service.name:
        yield Fault(binding.inside("spec", "serviceRef"),
                    f"o `TargetGroupBinding` liga o `Service` `{named['name']}`, e o do manifesto se chama `{service.name}`")
    selector = service.spec["selector"]
    if not selector or not _matches(selector, labels):
        yield Fault(service.inside("spec", "selector"),
                    f"o `Service` escolhe os pods com {_told(selector)}, e os do `Deployment` têm {_told(labels)}: ele não tem endereços")
    ports = service.spec["ports"]
    chosen = next((index for index, item in enumerate(ports) if str(named["port"]) in (str(item["port"]), item.get("name"))), None)
    if chosen is None:
        asked = f"o `TargetGroupBinding` pede a porta {named['port']} do `Service`"
        yield Fault(binding.inside("spec", "serviceRef", "port"),
                    f"{asked}, que só tem a {', '.join(str(item['port']) for item in ports)}: nenhum pod entra no grupo de destino")
        return
    led = numbered(manifest, ports[chosen].get("targetPort", ports[chosen]["port"]))
    if led != program.port:
        yield Fault(service.inside("spec", "ports", chosen), f"o `Service` leva à porta {led} do pod, e o programa atende na {program.port}")


def _kept(manifest: Manifest) -> Iterator[Fault]:
    """Na troca de um nó, o orçamento é dos pods do `Deployment` e deixa um sair."""
    labels, replicas = manifest.deployment.spec["template"]["metadata"]["labels"], manifest.deployment.spec.get("replicas", 1)
    for budget in manifest.of("PodDisruptionBudget"):
        if budget.space != manifest.deployment.space or not _matches(budget.spec["selector"]["matchLabels"], labels):
            yield Fault(budget.inside("spec", "selector"), "o `PodDisruptionBudget` não é dos pods do `Deployment`: não guarda nenhum")
        if not _lets(budget, replicas):
            yield Fault(budget.inside("spec"), f"o `PodDisruptionBudget` não deixa sair nenhum pod, de {replicas}: a troca de um nó não acaba")


def _lets(budget: Document, replicas: int) -> bool:
    """Algum pod pode sair. De uma porcentagem o Kubernetes arredonda para cima o que fica, e o que pode sair."""
    least, most = (budget.spec.get(name) for name in ("minAvailable", "maxUnavailable"))
    if least is not None:
        return replicas > (least if isinstance(least, int) else -(-int(least[:-1]) * replicas // 100))
    return most is None or (most if isinstance(most, int) else int(most[:-1])) > 0


def _matches(selector: Part, labels: Part) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _told(labels: Part) -> str:
    return ", ".join(f"`{key}: {value}`" for key, value in labels.items()) or "rótulo nenhum"
