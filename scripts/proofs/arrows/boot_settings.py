"""O que uma unidade diz de si, chave por chave: o que não se conhece pode impedir que ela rode, e o servidor tem as suas opções.

https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
https://docs.pylonsproject.org/projects/waitress/en/stable/runner.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.page.quantities import SIZE
from scripts.proofs.evidence import Missing
from scripts.proofs.facts.imports import absent, undefined
from scripts.proofs.facts.machine import Machine
from scripts.proofs.facts.measures import unit_of
from scripts.proofs.facts.units import SHEBANG, Unit, units, words
from scripts.template.numbers import whole

JUDGED = ("Type ExecStart ExecStartPre Environment EnvironmentFile User Group DynamicUser WorkingDirectory AmbientCapabilities "
          "CapabilityBoundingSet PrivateTmp PrivateDevices PrivateMounts ProtectHome ProtectSystem ReadWritePaths ReadOnlyPaths InaccessiblePaths "
          "StateDirectory CacheDirectory LogsDirectory RuntimeDirectory").split()
"""As que alguma pergunta daqui julga."""
CALM = (
    "Description Documentation After Before Wants Requires BindsTo PartOf Upholds OnFailure StartLimitIntervalSec StartLimitBurst "
    "RemainAfterExit ExecReload ExecStop ExecStopPost Restart RestartSec TimeoutStopSec KillMode KillSignal NoNewPrivileges "
    "ProtectClock ProtectHostname ProtectControlGroups ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectProc "
    "RestrictRealtime RestrictSUIDSGID RestrictNamespaces LockPersonality StateDirectoryMode CacheDirectoryMode LogsDirectoryMode "
    "RuntimeDirectoryMode StandardOutput StandardError SyslogIdentifier UMask Nice LimitNOFILE WantedBy RequiredBy Alias Also").split()
"""As que mudam a ordem, o que se registra, o que se proíbe sem que um servidor precise, ou o que se faz depois de parar."""
PREPARING = ("mkdir", "install", "chown", "chmod", "cp", "ln", "rm", "sleep", "systemd-tmpfiles")
ALONE = ("", "simple", "exec", "idle")
WAITING = re.compile(r"^\s*(?:until|while)\b", re.MULTILINE)
SERVER = "waitress-serve"
OPTIONS = frozenset((
    "app asyncore-use-poll asyncore-loop-timeout backlog call channel-request-lookahead channel-timeout cleanup-interval "
    "clear-untrusted-proxy-headers connection-limit expose-tracebacks host ident inbuf-overflow ipv4 ipv6 listen log-socket-errors "
    "log-untrusted-proxy-headers max-request-body-size max-request-header-size outbuf-high-watermark outbuf-overflow port recv-bytes "
    "send-bytes server-name socket-options threads trusted-proxy trusted-proxy-count trusted-proxy-headers unix-socket "
    "unix-socket-perms url-prefix url-scheme").split())
OPTION = re.compile(r"(?:^|\s)--([a-z][\w-]*)(?:[= ](?!-)(\S*))?")
LISTED = re.compile(r"\s(?:--requirement|-r|--constraint|-c)[= ]\s*[\"']?([^\s\"']+)")
"""Os arquivos de que o `pip` lê o que instala: https://pip.pypa.io/en/stable/cli/pip_install/"""
PINNED = re.compile(r"[\w.\[\]-]+==[\w.!+-]+(?:\s*;[^#]*?)?(?:\s+--hash=sha256:[0-9a-f]{64})+(?:\s*\\)?")
"""https://pip.pypa.io/en/stable/topics/secure-installs/"""
LARGE = "um pedido grande"
"""O que não é ponta de seta nenhuma: todas passam, menos com um corpo grande."""
COUNTED = ("threads", "connection-limit", "backlog", "trusted-proxy-count")


def unsettled(machine: Machine) -> Iterator[Missing]:
    """O que uma unidade diz e não se sabe o que faz, ou se sabe que a impede."""
    for unit in units(machine):
        strange = [name for name in unit.settings if name not in JUDGED and name not in CALM]
        if strange:
            yield Missing(unit.file.path, f"não se sabe se `{unit.name}` ainda roda com {', '.join(f'`{name}`' for name in sorted(strange))}",
                          "tire o que o programa não precisa")
        yield from _typed(unit)
        yield from _prepared(unit)
        yield from _placed(unit)
        yield from _served(unit)
        yield from _installed(unit)


def _typed(unit: Unit) -> Iterator[Missing]:
    kind, scripted = unit.last("Type"), [file for file, _ in unit.sources if SHEBANG.match(file.text)]
    if kind == "oneshot" and scripted and not any(WAITING.search(file.text) for file in scripted):
        return
    if kind not in ALONE and unit.sources:
        yield Missing(unit.file.path, f"`{unit.name}` é `Type={kind}`, e o que ela roda não acaba nem avisa: quem a inicia espera em vão",
                      "use `Type=exec`")


def _prepared(unit: Unit) -> Iterator[Missing]:
    files = {file.name for file in unit.machine.files}
    for line in unit.settings.get("ExecStartPre", []):
        first = next(iter(words(line.lstrip("@:+!"))), "")
        if not first.startswith("-") and first not in files and first.rpartition("/")[2] not in PREPARING:
            yield Missing(unit.file.path, f"não se sabe se `{first}` deixa `{unit.name}` iniciar", "tire-o, ou escreva-o em `files`")


def _placed(unit: Unit) -> Iterator[Missing]:
    """A pasta em que ela roda existe: sem ela, o sistema não a inicia."""
    folder = unit.last("WorkingDirectory").rstrip("/")
    said = [file.name for file in unit.machine.files] + [step.folder for step in unit.machine.steps]
    if folder.startswith("/") and not any(f"{name}/".startswith(f"{folder}/") for name in said) and not any(
            re.search(rf"\bmkdir\b[^\n]*{re.escape(folder)}\b", text) for text in unit.machine.texts):
        yield Missing(unit.file.path, f"`{unit.name}` roda em `{folder}`, que nada cria, e não inicia", "use a pasta que o template escreve")


def _served(unit: Unit) -> Iterator[Missing]:
    """As opções do servidor são as dele, e ele aceita o corpo do tamanho que o programa diz aceitar."""
    said = options(unit)
    strange = sorted(name for name in said if name.removeprefix("no-") not in OPTIONS)
    if strange:
        yield Missing(unit.file.path, f"`{SERVER}` não conhece `--{strange[0]}`, e não inicia", "tire a opção, ou corrija o nome")
    for name in COUNTED:
        if name in said and not whole(said[name]):
            yield Missing(unit.file.path, f"`{SERVER}` com `--{name}={said[name]}` não atende ninguém", "use ao menos 1")
    most = whole(said.get("max-request-body-size", "")) or 2**30
    for name, value in unit.given(unit.instances[0]).items():
        kind, scale = unit_of(name) or ("", 1)
        number = whole(value)
        if kind == SIZE and number and number * scale >= most:
            yield Missing(unit.file.path, f"`{SERVER}` recusa o que passa de {most} bytes, e `{name}` deixa enviar {value}, fora o resto do pedido",
                          "aumente o limite do servidor", only=(LARGE,))


def options(unit: Unit) -> dict[str, str]:
    """As opções do servidor web que ela roda; nenhuma, se não roda um."""
    serving = bool(unit.command) and unit.command[0].rpartition("/")[2] == SERVER
    return dict(OPTION.findall(" ".join(unit.command[1:]))) if serving else {}


def _installed(unit: Unit) -> Iterator[Missing]:
    """O que os programas dela importam, e o servidor que ela roda, estão entre os pacotes que a máquina instala."""
    machine = unit.machine
    named = {found.rpartition("/")[2] for step in machine.steps if "pip" in step.text for found in LISTED.findall(step.text)}
    listed = [file.text for file in machine.files if file.name.rpartition("/")[2] in named]
    said = "\n".join((*listed, machine.script, *machine.commands, *machine.packages))
    if not re.search(r"\bpip3?\b[^\n]*\binstall\b", said):
        return
    for line in "\n".join(listed).splitlines() if "--require-hashes" in said else ():
        if line.strip() and not line.lstrip().startswith("#") and not PINNED.fullmatch(line.strip()):
            yield Missing(unit.file.path, f"`{line.split()[0]}` não diz a versão e o resumo que `--require-hashes` pede",
                          "use `nome==versão --hash=sha256:…`")
    own = [file.name.rpartition("/")[2].removesuffix(".py") for file in machine.files if file.name.endswith(".py")]
    source = "\n".join([f"import {SERVER.partition('-')[0]}" for word in unit.command[:1] if word.endswith(SERVER)])
    for text in (source, *(file.text for file, _ in unit.sources if not SHEBANG.match(file.text))):
        for name in absent(text, own, said):
            yield Missing(unit.file.path, f"`{unit.name}` usa `{name}`, que nada instala", "ponha o pacote entre os que se instalam")
        for name in undefined(text):
            yield Missing(unit.file.path, f"um programa de `{unit.name}` usa o nome `{name}`, que ele não define", "defina-o, ou importe-o")
