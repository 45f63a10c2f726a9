"""O manifesto do Kubernetes ao lado do template, contra ele: o papel dos pods, o grupo de destino, a porta e as zonas que a página promete.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html
https://docs.aws.amazon.com/eks/latest/userguide/auto-elb-example.html
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from scripts.aws.catalog import ARN, NAME, URL
from scripts.aws.types import POD_IDENTITY_ASSOCIATION, ROLE, TARGET_GROUP
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree
from scripts.base.wording import NUMBERS
from scripts.checks import pods
from scripts.checks.handing import may
from scripts.checks.manifest_shapes import Fault, unfit
from scripts.checks.pods import Program, unanswered
from scripts.checks.replayed import beside_template
from scripts.page.architecture import Page
from scripts.page.commands import commands
from scripts.proofs.arrows.clusters import TAG
from scripts.proofs.facts.code import calls
from scripts.proofs.facts.outputs import outputs
from scripts.proofs.facts.variables import steers
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.identity.services import SERVICES
from scripts.template import manifest as reader
from scripts.template.cloudformation import Resource
from scripts.template.manifest import Manifest
from scripts.template.numbers import whole

BROKEN, STRANGE, ABSENT = "manifesto-quebrado", "manifesto-desconhecido", "manifesto-ausente"
ZONES = re.compile(r"\bpods?\b[^.]*\b(duas|três) zonas|\b(duas|três) zonas\b[^.]*\bpods?\b", re.IGNORECASE)
ZONE = "topology.kubernetes.io/zone"
BLANK = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""O que, num valor, é para trocar: `ARN_GRUPO_DESTINO`."""
POD = ("spec", "template", "spec")


def check(tree: Tree, slug: str, page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por coisa errada num manifesto da pasta, e por pod que o template espera e nenhum manifesto cria."""
    files = beside_template(tree, slug)
    written = [command.text for command in commands(page)]
    for view in views.each if files or _expected(views) else ():
        read = []
        for file in files:
            try:
                read.append(read_for(view, file, tree.name(file), written))
            except Defect as defect:
                yield from defect.findings
        for manifest in read:
            wrong = list(faults(manifest, view))
            for fault in chain(wrong or _handed(manifest, view), _promised(manifest, page)):
                yield Finding(manifest.path, manifest.line(fault.path), BROKEN if fault.known else STRANGE, f"{fault.message}.")
        yield from _absent(view, read) if len(read) == len(files) else ()


def read_for(view: View, file: Path, name: str, commands: Iterable[str] = ()) -> Manifest:
    """O manifesto como o comando de uma saída do template, ou um destes da página, o aplica. Erro: `Defect`."""
    return reader.read(file, name, [*(output.text for output in outputs(view)), *commands])


def faults(manifest: Manifest, view: View) -> Iterator[Fault]:
    """O que há de errado no manifesto, sozinho ou contra o template; enquanto a forma dele não se entende, só ela."""
    strange = list(unfit(manifest))
    yield from strange
    if not strange:
        program = Program(manifest)
        yield from pods.faults(manifest, program)
        yield from _steered(manifest)
        yield from _swapped(manifest)
        yield from _role(manifest, view)
        yield from _bound(manifest, view, program)


def _expected(views: Views) -> bool:
    """O template tem com que um manifesto case."""
    return any(resource.type in (POD_IDENTITY_ASSOCIATION, TARGET_GROUP) for resource in views.template.resources.values())


def _steered(manifest: Manifest) -> Iterator[Fault]:
    """As variáveis que mudam como o programa age: `PYTHONPATH` outra regra julga, e uma pasta que se monta serve de casa."""
    for where, container in pods.containers(manifest):
        places = ["/tmp", *(mount["mountPath"] for mount in container.get("volumeMounts", ()))]
        for index, (name, value) in enumerate((item["name"], item["value"]) for item in container.get("env", ())):
            if steers(name, value) and name != "PYTHONPATH" and not (name in ("HOME", "TMPDIR") and value in places):
                yield Fault((*where, "env", index, "value"), f"não se sabe o que `{name}` muda no que o contêiner `{container['name']}` roda; tire a "
                            "variável, ou dê-lhe outro nome", False)


def _swapped(manifest: Manifest) -> Iterator[Fault]:
    """O que o comando troca está no manifesto, e o que nele é para trocar, o comando troca."""
    for old in manifest.unused:
        yield Fault((), f"o comando que aplica o manifesto troca `{old}`, que nenhum valor dele tem")
    (binding,) = manifest.of("TargetGroupBinding")
    places = [(binding.inside("spec", "targetGroupARN"), binding.spec["targetGroupARN"])]
    for name in ("initContainers", "containers"):
        for index, container in enumerate(manifest.pod.get(name, ())):
            places += [(manifest.deployment.inside(*POD, name, index, "env", place, "value"), item["value"])
                       for place, item in enumerate(container.get("env", ()))]
    for where, value in places:
        if BLANK.fullmatch(value):
            yield Fault(where, f"`{value}` é para trocar, e nenhum comando do template ou da página o troca")


def _role(manifest: Manifest, view: View) -> Iterator[Fault]:
    """A conta de serviço dos pods é a de uma associação, quando o template tem uma."""
    given = [_account(view, each) for each in view.of_type(POD_IDENTITY_ASSOCIATION)]
    used = manifest.deployment.space, manifest.account
    if given and used not in given:
        known = ", ".join(f"`{account}` de `{space}`" for space, account in given)
        yield Fault(manifest.deployment.inside(*POD, "serviceAccountName"),
                    f"os pods usam a conta de serviço `{used[1]}` de `{used[0]}`, e o template só associa um papel a {known}: eles não têm papel "
                    "nenhum")


def _account(view: View, association: Resource) -> tuple[str, str]:
    return str(view.value(association, "Namespace")), str(view.value(association, "ServiceAccount"))


def _handed(manifest: Manifest, view: View) -> Iterator[Fault]:
    """O que cada variável nomeia é o que o papel dos pods deixa o programa usar como ele o usa; os pods nascem, e quem roda o vê na chamada."""
    used = manifest.deployment.space, manifest.account
    roles = [role for each in view.of_type(POD_IDENTITY_ASSOCIATION) if _account(view, each) == used
             and (role := view.points(view.at(each, "RoleArn"), ROLE, by=(ARN,)))]
    asked = {pair for source in Program(manifest).sources for pair in calls(source)} if roles else set()
    for index, item in enumerate(manifest.container.get("env", ()) if asked else ()):
        target = view.points(item["value"], *SERVICES, by=(NAME, ARN, URL))
        denied = sorted(action for name, action in asked if name == item["name"] and target and not all(
            may(view, role, action, target) and action.startswith(f"{SERVICES[target.type].prefix}:") for role in roles))
        if denied and target:
            yield Fault(manifest.deployment.inside(*POD, "containers", 0, "env", index, "value"),
                        f"`{item['name']}` recebe `{target.id}`, e `{roles[0].id}` não deixa o programa fazer nele `{denied[0]}`: passe, no comando "
                        "que aplica o manifesto, o recurso que a seta dos pods chama")


def _bound(manifest: Manifest, view: View, program: Program) -> Iterator[Fault]:
    """O grupo de destino é o do cluster, recebe endereços, e fala com a porta em que o programa atende."""
    (binding,) = manifest.of("TargetGroupBinding")
    targets = _targets(manifest, view)
    if targets is None:
        if not BLANK.fullmatch(binding.spec["targetGroupARN"]):
            yield Fault(binding.inside("spec", "targetGroupARN"), "`targetGroupARN` não é o ARN de um grupo de destino do template")
        return
    kind = view.value(targets, "TargetType") or "instance"
    if binding.spec["targetType"] != kind:
        yield Fault(binding.inside("spec", "targetType"),
                    f"o `TargetGroupBinding` diz `targetType: {binding.spec['targetType']}`, e `{targets.id}` é de `{kind}`: nenhum pod entra nele")
    if not _tagged(view, targets):
        yield Fault(binding.inside("spec", "targetGroupARN"), f"`{targets.id}` não tem a etiqueta `{TAG}`, e o cluster não registra pods nele")
    port = whole(view.value(targets, "Port"))
    if str(port) != program.port:
        yield Fault(manifest.deployment.inside(*POD, "containers", 0, "command"),
                    f"o programa atende na porta {program.port}, e a que o template abre até os pods é a de `{targets.id}`, {port}")
    if view.value(targets, "Protocol") != "HTTP":
        yield Fault(binding.inside("spec"), f"`{targets.id}` não fala HTTP com os pods, e o programa só atende HTTP")
    yield from unanswered(program, str(view.value(targets, "HealthCheckPath") or "/"), binding.inside("spec"),
                          f"a verificação de saúde de `{targets.id}`", "nenhum pod fica saudável")


def _targets(manifest: Manifest, view: View) -> Resource | None:
    return view.points(manifest.of("TargetGroupBinding")[0].spec["targetGroupARN"], TARGET_GROUP, by=(ARN,))


def _tagged(view: View, targets: Resource) -> bool:
    return any((key := view.inside(item, "Key")) and key.value == TAG for item in view.items(targets, "Tags"))


def _promised(manifest: Manifest, page: Page) -> Iterator[Fault]:
    """A página diz que os pods ficam em mais de uma zona, e o manifesto garante isso: pods que bastem, e que se espalhem."""
    if list(unfit(manifest)):
        return
    found = [match for _, text in page.texts for match in ZONES.finditer(text)]
    most = max((NUMBERS[(match[1] or match[2]).lower()] for match in found), default=0)
    replicas, deployment = manifest.deployment.spec.get("replicas", 1), manifest.deployment
    if replicas < most:
        yield Fault(deployment.inside("spec", "replicas"), f"o `Deployment` tem {replicas} pod, e a página o promete em {most} zonas")
    labels = deployment.spec["template"]["metadata"]["labels"].items()
    spread = [each for each in manifest.pod.get("topologySpreadConstraints", ())
              if each["topologyKey"] == ZONE and each["whenUnsatisfiable"] == "DoNotSchedule" and 0 < each["maxSkew"] < max(replicas, 2)
              and each["labelSelector"]["matchLabels"].items() <= labels]
    if most and not spread:
        yield Fault(deployment.inside(*POD, "topologySpreadConstraints"),
                    f"a página promete os pods em {most} zonas, e nada os espalha: use `topologyKey: {ZONE}`, `maxSkew: 1` e "
                    "`whenUnsatisfiable: DoNotSchedule`, com os rótulos deles")


def _absent(view: View, manifests: list[Manifest]) -> Iterator[Finding]:
    """O papel e o grupo de destino que o template dá a pods, e nenhum manifesto usa."""
    fit = [manifest for manifest in manifests if not list(unfit(manifest))]
    if len(fit) < len(manifests):
        return
    used, bound = [(manifest.deployment.space, manifest.account) for manifest in fit], [_targets(manifest, view) for manifest in fit]
    given = {each.id: _account(view, each) for each in view.of_type(POD_IDENTITY_ASSOCIATION)}
    tagged = [each for each in view.of_type(TARGET_GROUP) if _tagged(view, each)]
    lost = [view.resources[id] for id, account in given.items() if account not in used and set(used) <= set(given.values())]
    lost += [each for each in tagged if each not in bound and all(found in tagged for found in bound)]
    for resource in lost:  # de um manifesto que usa outra conta, ou outro grupo, já se disse
        yield Finding(view.template.path, resource.line, ABSENT,
                      f"`{resource.id}` espera pods, e nenhum manifesto ao lado do template os cria; ponha o manifesto na pasta.")
