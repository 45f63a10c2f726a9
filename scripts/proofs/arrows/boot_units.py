"""O que o sistema deixa a unidade fazer: o usuário que a roda, a porta que ela abre e as pastas em que grava.

https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.aws.types import VOLUME
from scripts.proofs.arrows.boot_disks import mounts
from scripts.proofs.arrows.program import LISTENING
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import Machine, inside
from scripts.proofs.facts.units import SHEBANG, Unit, units
from scripts.proofs.facts.variables import steers
from scripts.template.values import Path

USERS = frozenset("root ec2-user nobody daemon bin adm mail ftp games operator sync lp systemd-network dbus sshd chrony rpc polkitd".split())
"""Os que o Amazon Linux 2023 já tem, entre os que rodam serviços."""
ADDED = re.compile(r"\b(?:useradd|adduser|groupadd|addgroup)\b([^\n;&|]*)|\bsystemd-sysusers\b([^\n]*)")
PACKAGED = {"nginx": "nginx", "httpd": "apache", "postgresql": "postgres", "docker": "docker", "amazon-cloudwatch-agent": "cwagent"}
"""O usuário que um pacote cria."""
OWNED = re.compile(r"\binstall\b[^\n;&|]*?\s-(?:o|-owner)[ =]?([a-z_][\w-]*)|\brunuser\b[^\n;&|]*?\s-u\s+([a-z_][\w-]*)|"
                   r"\bchown\b\s+(?:-\S+\s+)*([a-z_][\w-]*)|\bsudo\s+-u\s+([a-z_][\w-]*)")
BELOW = 1024
NET_BIND = "CAP_NET_BIND_SERVICE"
UNPRIVILEGED = re.compile(r"ip_unprivileged_port_start|cap_net_bind_service[+=]", re.IGNORECASE)
"""Outros modos de abrir uma porta baixa sem ser `root`. https://man7.org/linux/man-pages/man7/capabilities.7.html"""
HIDDEN = ("/home", "/root", "/run/user")
FULL = ("/usr", "/boot", "/efi", "/etc")
FREE = ("/dev", "/proc", "/sys")
TEMPORARY = ("/tmp", "/var/tmp")
FOLDERS = {"StateDirectory": "/var/lib/", "CacheDirectory": "/var/cache/", "LogsDirectory": "/var/log/", "RuntimeDirectory": "/run/"}
FILE = re.compile(r".*\.\w{1,5}")
PRIVATE = ("PrivateTmp", "PrivateMounts", "PrivateDevices", "ProtectSystem", "ProtectHome", "DynamicUser", "ReadOnlyPaths", "InaccessiblePaths")
OFF = ("", "no", "false", "off", "0")
MOUNTING = re.compile(r"(?:^|[;&|]|\bthen|\bdo)\s*mount\s", re.MULTILINE)


def barred(machine: Machine) -> Iterator[Missing]:
    """O que impede cada unidade de rodar, ou de gravar onde o programa dela grava."""
    known = _users(machine)
    for unit in units(machine):
        yield from _run_by(unit, known)
        yield from _bound(unit)
        yield from _writing(unit)
        yield from _mounted(unit)
    texts: list[tuple[Path, str]] = [(machine.path, machine.script), *((step.path, step.text) for step in machine.steps)]
    for path, text in (*texts, *((file.path, file.text) for file in machine.files if SHEBANG.match(file.text))):
        for name in dict.fromkeys(each for found in OWNED.findall(text) for each in found if each):
            if name not in known:
                yield Missing(path, f"o programa de `{machine.owner.id}` usa o usuário `{name}`, que nada cria", "crie-o, ou corrija o nome")


def _users(machine: Machine) -> set[str]:
    """Os usuários e os grupos que há na máquina."""
    said = machine.texts
    added = {word for text in said for found in ADDED.findall(text) for part in found for word in part.split()}
    packaged = {user for package, user in PACKAGED.items() if package in machine.packages or any(
        package in text and re.search(rf"\binstall\b[^\n]*\b{re.escape(package)}\b", text) for text in said)}
    dynamic = {unit.last("User") or unit.name.partition(".")[0] for unit in units(machine) if _on(unit, "DynamicUser")}
    return {*USERS, *machine.users, *added, *packaged, *dynamic}


def _on(unit: Unit, name: str) -> bool:
    return unit.last(name).lower() not in OFF


def _run_by(unit: Unit, known: set[str]) -> Iterator[Missing]:
    for key in ("User", "Group"):
        name = unit.last(key)
        if name and not name.isdecimal() and name not in known:
            yield Missing(unit.file.path, f"`{unit.name}` roda como `{name}`, que nada cria: ela não inicia",
                          "crie-o em `users`, ou use o usuário que o template cria")


def _bound(unit: Unit) -> Iterator[Missing]:
    """Só `root`, ou quem recebe a capacidade, abre uma porta abaixo de 1024."""
    ports = [int(found) for found in LISTENING.findall(unit.last("ExecStart")) if int(found) < BELOW]
    if not ports or any(UNPRIVILEGED.search(text) for text in unit.machine.texts) or _socket(unit):
        return
    bounding = unit.settings.get("CapabilityBoundingSet")
    narrowed = bounding is not None and not any(NET_BIND in each and not each.startswith("~") for each in bounding)
    narrowed = narrowed and not (bounding and all(each.startswith("~") and NET_BIND not in each for each in bounding))
    plain = unit.last("User") not in ("", "root", "0") or _on(unit, "DynamicUser")
    granted = any(NET_BIND in each and not each.startswith("~") for each in unit.settings.get("AmbientCapabilities", []))
    if narrowed or plain and not granted:
        yield Missing(unit.file.path, f"`{unit.name}` não pode abrir a porta {ports[0]}, abaixo de {BELOW}: é preciso `root`, ou `{NET_BIND}`",
                      f"use `AmbientCapabilities={NET_BIND}`, e a mesma em `CapabilityBoundingSet`")


def _socket(unit: Unit) -> bool:
    """Quem abre a porta é o systemd, e a entrega à unidade."""
    return any(file.name.endswith(unit.name.removesuffix("service") + "socket") for file in unit.machine.units)


def _writing(unit: Unit) -> Iterator[Missing]:
    """As pastas que o ambiente da unidade nomeia são das que ela pode mudar."""
    near, disks = unit.environment_file or unit.file, tuple(mounts(unit.machine))
    if any(SHEBANG.match(file.text) for file, _ in unit.sources):
        return
    given = unit.given(unit.instances[0]).items()
    for name, value in (pair for pair in given if pair[0] == "TMPDIR" or not steers(*pair)):  # das outras, outra regra já diz que não servem
        if re.fullmatch(r"/[\w./-]+", value) and not FILE.fullmatch(value) and not _writable(unit, value):
            yield Missing(near.path, f"`{unit.name}` não pode gravar em `{value}` (`{name}`), pelo que ela diz de si mesma",
                          f"use `ReadWritePaths={value}`, ou tire a proteção", only=(VOLUME,) if value.startswith(disks) else ())


def _writable(unit: Unit, path: str) -> bool:
    protection = "strict" if _on(unit, "DynamicUser") else unit.last("ProtectSystem").lower()
    if inside(path, _listed(unit, "InaccessiblePaths")):
        return False
    own = [base + name for key, base in FOLDERS.items() for name in " ".join(unit.settings.get(key, [])).split()]
    private = TEMPORARY if _on(unit, "PrivateTmp") or _on(unit, "DynamicUser") else ()
    if inside(path, [*_listed(unit, "ReadWritePaths"), *own, *private, *FREE]):
        return True
    if _on(unit, "ProtectHome") and inside(path, HIDDEN) or inside(path, _listed(unit, "ReadOnlyPaths")):
        return False
    if protection == "strict":
        return False
    return not (protection in ("full", "yes", "true", "1", "on") and inside(path, FULL if protection == "full" else FULL[:3]))


def _listed(unit: Unit, name: str) -> list[str]:
    return [each.lstrip("-+").rstrip("/") for each in " ".join(unit.settings.get(name, [])).split()]


def _mounted(unit: Unit) -> Iterator[Missing]:
    """O que se monta de dentro de uma unidade com a sua própria vista dos discos, as outras não veem."""
    alone = next((name for name in PRIVATE if _on(unit, name)), None)
    if alone and any(SHEBANG.match(file.text) and MOUNTING.search(file.text) for file, _ in unit.sources):
        yield Missing(unit.file.path, f"`{unit.name}` monta um disco com `{alone}`, que lhe dá uma vista só dela: ninguém mais o vê",
                      f"tire `{alone}`", only=(VOLUME,))
