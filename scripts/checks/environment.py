"""As variáveis que um programa lê sem padrão, e ninguém lhe dá: ele não inicia, ou roda sem elas.

Lê-se quem inicia: a função, o contêiner e quem lhe manda um trabalho, a unidade do systemd, o shell dos dados de
usuário. Do que um programa que não está no template lê não se diz nada.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from scripts.aws.types import BUCKET, FUNCTION, JOB_DEFINITION, STATE_MACHINE, TASK_DEFINITION
from scripts.base.findings import Finding
from scripts.base.wording import listed
from scripts.checks.programs import Effect, code, containers, steered
from scripts.page.architecture import Page
from scripts.page.commands import commands
from scripts.proofs.arrows.distribution import addresses
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.code import parsed
from scripts.proofs.facts.environment import Read, read_by_python, read_by_shell
from scripts.proofs.facts.imports import absent
from scripts.proofs.facts.machine import USER_DATA, Machine, machine_of, machines
from scripts.proofs.facts.objects import signed
from scripts.proofs.facts.sourcing import SOURCED, Untold, untold
from scripts.proofs.facts.states import tasks
from scripts.proofs.facts.units import SHEBANG, Unit, contents, units
from scripts.proofs.facts.variables import LIBPQ, speaks_postgres
from scripts.proofs.facts.view import Placed, View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource

SYSTEM = re.compile(r"AWS_\w+|LAMBDA_\w+|_HANDLER|_X_AMZN_TRACE_ID|ECS_\w+|HOME|HOSTNAME|INVOCATION_ID|LANG|LC_\w+|LD_LIBRARY_PATH|LOGNAME|PATH|PWD|"
                    r"PYTHONPATH|SHELL|TZ|USER|\w+_DIRECTORY|NOTIFY_SOCKET|LISTEN_\w+")
"""O que a Lambda, o Batch, o ECS e o systemd dão a quem iniciam.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
"""
INLINE = re.compile(r"\bpython3?(?:\.\d+)?\s+-c\s+\"?\$\{?(\w+)\}?\"?")
NEAR = 0.5
WRITTEN_BY_DATABASE = re.compile(r"\bto_char\(", re.IGNORECASE)
WRITTEN_BY_PYTHON = re.compile(r"\.astimezone\(\)|\blocaltime\(|\bfromtimestamp\([^,()]*\)")
ZONED = re.compile(r"\btime[ ]?zone\b", re.IGNORECASE)
"""Quem diz o fuso ao próprio banco."""
SIGNING = re.compile(r"\bgenerate_presigned_(?:url|post)\(")
REGIONAL = re.compile(r"""["']?(?:us_east_1_regional_endpoint|addressing_style)["']?\s*[:=]\s*["'](?:regional|virtual)["']""")
POLICY = "Content-Security-Policy"
SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")


def starved(view: View, owner: Resource) -> Iterator[Effect]:
    """O que o programa lê e não recebe, por quem o inicia."""
    if owner.type == FUNCTION:
        yield from _function(view, owner)
    elif owner.type in (JOB_DEFINITION, TASK_DEFINITION):
        yield from _containers(view, owner)
    elif owner.type in USER_DATA:
        machine = machine_of(view, owner)
        yield from (*_machine(view, machine), *_addressed(view, machine)) if machine else ()


def _function(view: View, function: Resource) -> Iterator[Effect]:
    source, variables = view.at(function, "Code", "ZipFile"), view.at(function, "Environment", "Variables")
    given = {str(name) for name, _ in view.parts(variables)} if variables else set()
    if source and isinstance(source.value, str) and parsed(source.value):
        yield from _unfed(function.id, variables.path if variables else at(function), read_by_python(source.value), given, [source.value])


def _unfed(who: str, where: Path, read: Read, given: Iterable[str], texts: Iterable[str] = ()) -> Iterator[Effect]:
    """Cada nome que falta, com o que foi dado e ninguém lê, que talvez seja ele; `texts`, o que roda com essas variáveis, se se conhece."""
    known, told = set(given), tuple(texts)
    libpq = LIBPQ if not told or speaks_postgres(*told) else frozenset()
    spare = sorted(name for name in known - read.needed - read.optional if not SYSTEM.fullmatch(name) and name not in libpq)
    missing = sorted(name for name in read.needed - known if not SYSTEM.fullmatch(name))
    for name in missing:
        near = get_close_matches(name, spare, 1, NEAR)
        other = f" (recebe `{near[0]}`, que ele não lê)" if near else ""
        yield where, f"o programa de `{who}` lê `{name}`, e ninguém lhe dá essa variável{other}; use o mesmo nome nos dois."
    for name in spare if not missing else ():
        strange = name.startswith("PG") and not read.needed & {name}
        unfed = ["TZ"] if name == "PGTZ" else sorted(read.optional - known)
        if strange or unfed and any(_alike(name, each) for each in unfed):
            yield where, f"o programa de `{who}` recebe `{name}`, que nada lê: talvez {f'`{unfed[0]}`' if unfed else 'outro nome'}; use o que ele lê."


def _alike(one: str, other: str) -> bool:
    """Um nome contém o outro, sem os sublinhados."""
    first, second = (name.replace("_", "").upper() for name in (one, other))
    return first in second or second in first


def _containers(view: View, owner: Resource) -> Iterator[Effect]:
    for container in containers(view, owner):
        pairs = {str(name.value): value for key in ("Environment", "Secrets") for pair in view.items_inside(container, key)
                 if (name := view.inside(pair, "Name")) and (value := view.inside(pair, "Value") or view.inside(pair, "ValueFrom"))}
        command = [str(item.value) for item in view.items_inside(container, "Command")]
        read = _commanded(command, pairs)
        where = (view.inside(container, "Command") or container).path
        sent = list(_sent(view, owner))
        yield from (effect for path, extra in sent for name in sorted(extra) for effect in steered(owner, name, path))
        for name in _missing(command, pairs):
            yield where, f"o programa de `{owner.id}` importa `{name}`, que o comando não instala; ponha o pacote entre os que se instalam."
        for path, extra in sent or [(where, frozenset(name for name in read.needed if _named(view, name)))]:
            yield from _unfed(owner.id, path, read, {*pairs, *extra}, _texts(command, pairs))


def _commanded(command: list[str], pairs: dict[str, Placed]) -> Read:
    """O que o comando de um contêiner lê: o shell, e o Python que ele recebe numa variável."""
    if command[:1] == ["python"] and command[1:2] == ["-c"]:
        return read_by_python(command[2] if len(command) > 2 else "", True)
    if not command or command[0] not in SHELLS:
        return Read()
    text = command[-1]
    found = read_by_shell(text)
    for name in INLINE.findall(text):
        found |= read_by_python(str(pairs[name].value), True) if name in pairs else Read()
    return found


def _texts(command: list[str], pairs: dict[str, Placed]) -> tuple[str, ...]:
    """O que o contêiner roda, se é o Python que o template lhe dá; o que a imagem traz não se conhece."""
    text = command[-1] if command else ""
    known = command[:2] == ["python", "-c"] or any(name in pairs for name in INLINE.findall(text))
    return (*command, *(str(value.value) for value in pairs.values())) if known else ()


def _missing(command: list[str], pairs: dict[str, Placed]) -> Iterator[str]:
    """Os pacotes que o Python de uma variável importa, e o comando não instala."""
    text = command[-1] if command and command[0] in SHELLS else ""
    said = "\n".join(str(pairs[name].value) for name in sorted(pairs) if re.search(rf"\${name}\b[^\n]*\|[^\n]*pip3?\s+install", text))
    for name in INLINE.findall(text):
        yield from absent(str(pairs[name].value), (), f"{said}\n{text}") if name in pairs else ()


def _sent(view: View, definition: Resource) -> Iterator[tuple[Path, frozenset[str]]]:
    """Cada tarefa de uma máquina de estados que manda um trabalho desta definição, e as variáveis que ela junta."""
    for machine in view.of_type(STATE_MACHINE):
        for task in tasks(view, machine):
            if any(f"${{{definition.id}}}" == task.argument(key) for key in ("JobDefinition", "TaskDefinition")):
                yield task.line(task.given), frozenset(_names(task.arguments))


def _names(node: object) -> Iterator[str]:
    """Os nomes das listas `Environment` de dentro dos argumentos."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if key == "Environment" and isinstance(inner, list):
                yield from (str(pair["Name"]) for pair in inner if isinstance(pair, dict) and "Name" in pair)
            else:
                yield from _names(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _names(inner)


def _named(view: View, name: str) -> bool:
    """Algum programa do template manda um trabalho com essa variável."""
    return any(re.search(rf"[\"'][Nn]ame[\"']\s*:\s*[\"']{re.escape(name)}[\"']", text) for text in code(view))


def _machine(view: View, machine: Machine) -> Iterator[Effect]:
    who = machine.owner.id
    started = {file.name: file.text for unit in units(machine) for file, _ in unit.sources}
    alone = [(file.path, file.text) for file in machine.files if SHEBANG.match(file.text) and file.name not in started]
    run = (*started.values(), *(" ".join(unit.command) for unit in units(machine)), *(text for _, text in alone))
    for unit in units(machine):
        near = unit.environment_file or unit.file
        yield from ((unit.file.path, f"`{unit.name}` {reason}") for reason in dict.fromkeys((*_overruled(unit), *_repeated(unit))))
        for file in (file for file, _ in unit.sources if SHEBANG.match(file.text)):
            yield from _untold(who, file.path, untold(machine, file.text, unit.last("WorkingDirectory"), unit.given(unit.instances[0])))
        for instance in unit.instances if unit.sources else ():
            yield from _unfed(f"{who}` em `{unit.name}", near.path, unit.reads, unit.given(instance), run if _python(unit) else ())
            yield from _clocked(f"{who}` em `{unit.name}", near.path, unit.given(instance), [file.text for file, _ in unit.sources])
    for path, text in ((machine.path, machine.script), *alone):
        yield from _unfed(who, path, _shell(view, machine, text), ())
        yield from _untold(who, path, untold(machine, text))
    for step in machine.steps:
        yield from _unfed(who, step.path, _shell(view, machine, step.text), step.given)
        yield from _untold(who, step.path, untold(machine, step.text, step.folder, step.given))


def _python(unit: Unit) -> bool:
    """Algum programa dela é um Python do template: de um shell que roda outra coisa não se sabe o que lê."""
    return any(not SHEBANG.match(file.text) for file, _ in unit.sources)


def _clocked(who: str, where: Path, given: Mapping[str, str], texts: Iterable[str]) -> Iterator[Effect]:
    """O fuso chega a quem escreve as datas: o banco segue `PGTZ`, e o Python, `TZ`.

    https://www.postgresql.org/docs/current/libpq-envars.html
    https://docs.python.org/3/library/time.html#time.tzset
    """
    said = "\n".join(texts)
    database, local = WRITTEN_BY_DATABASE.search(said), WRITTEN_BY_PYTHON.search(said)
    if database and not local and "TZ" in given and "PGTZ" not in given and not ZONED.search(f"{said}\n{given.get('PGOPTIONS', '')}"):
        yield where, f"o programa de `{who}` recebe o fuso em `TZ`, e é o banco que escreve as datas, em UTC; use `PGTZ`."
    if local and not database and "PGTZ" in given and "TZ" not in given and speaks_postgres(said):
        yield where, f"o programa de `{who}` recebe o fuso em `PGTZ`, e é o Python que escreve as datas, em UTC; use `TZ`."


def told(page: Page, views: Views) -> Iterator[Finding]:
    """O comando da página que carrega um arquivo de ambiente de uma máquina e não o passa ao programa dela."""
    for command in commands(page):
        loads = SOURCED.search(command.text)
        lacking = {each for view in views.each for machine in machines(view) for each in untold(machine, command.text)} if loads else ()
        for each in sorted(lacking):
            line = command.line + command.text.count("\n", 0, loads.start() if loads else 0)
            yield Finding(page.path, line, "comando-sem-ambiente", f"No comando, {_lacking(each)}")


def _untold(who: str, where: Path, found: Iterable[Untold]) -> Iterator[Effect]:
    yield from ((where, f"em `{who}`, {_lacking(each)}") for each in found)


def _lacking(each: Untold) -> str:
    """O que o programa lê e não recebe de quem carrega o arquivo e o roda."""
    names = listed([f"`{name}`" for name in each.names])
    cause = "o comando que o roda começa sem o ambiente de quem o chama" if each.cleared else "quem o carrega não o exporta"
    cure = "use `runuser -u`, ou `sudo --preserve-env`" if each.cleared else "escreva `set -a` antes de carregar o arquivo"
    return f"`{each.program}` lê {names}, de `{each.loaded}`, e não recebe: {cause}; {cure}."


def _overruled(unit: Unit) -> Iterator[str]:
    for earlier, later, lost in (each for instance in unit.instances for each in unit.overruled(instance)):
        named = f", em {' e '.join(f'`{name}`' for name in lost)}" if lost else ""
        if earlier.startswith("/"):
            yield f"lê `{earlier}`, opcional, antes de `{later}`, que vence{named}: o que ele disser não vale; ponha a linha dele depois."
        else:
            yield f"diz em `{earlier}` o que `{later}` troca{named}: vale sempre o arquivo; deixe cada variável num lugar só."


def _repeated(unit: Unit) -> Iterator[str]:
    for instance in unit.instances:
        for place, name in unit.repeated(instance):
            yield f"lê em `{place}` mais de um valor de `{name}`, e só vale o último; deixe um."
        for place, line in unit.unread(instance):
            yield f"lê `{place}`, e o systemd não entende nele a linha `{line}`; escreva `NOME=valor`, sem `export`."


def _addressed(view: View, machine: Machine) -> Iterator[Effect]:
    """O domínio de um bucket que o programa recebe é o dos links que ele assina.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    for unit in units(machine):
        text = "\n".join(file.text for file, _ in unit.sources)
        if not SIGNING.search(text):
            continue
        given = unit.given(unit.instances[0])
        near = (unit.environment_file or unit.file).path
        told = [(name, *found) for name, value in given.items() if name in text for word in value.split() if (found := _bucket(view, word))]
        for name, bucket, regional in told if REGIONAL.search(text) else ():
            if not regional:
                yield near, (f"`{name}` traz o domínio global de `{bucket}`, e os links que o programa assina levam ao da região: o navegador "
                             "os recusa; use `RegionalDomainName`.")
        links = {bucket.id for file, _ in unit.sources for name in signed(file.text) if (bucket := view.points(given.get(name), BUCKET))
                 } if told and POLICY in text else set()
        for name, bucket, _ in told if links and not links & {bucket for _, bucket, _ in told} else ():
            yield near, (f"`{name}` traz o endereço de `{bucket}`, e os links que o programa assina são de `{min(links)}`: a política de conteúdo da "
                         f"página faz o navegador recusá-los; use `${{{min(links)}.RegionalDomainName}}`.")


def _bucket(view: View, value: str) -> tuple[str, bool] | None:
    """O bucket de que este endereço é, e se o domínio é o da região; `None`, do que não é o de um bucket do template."""
    host = str(view.spelled(value.partition("://")[2] or value)).partition("/")[0]
    return next(((bucket.id, known[host]) for bucket in view.of_type(BUCKET) if host in (known := addresses(view, bucket))), None)


def _shell(view: View, machine: Machine, text: str) -> Read:
    """O que este shell lê, sem o que ele mesmo carrega de um arquivo, nem o que o CloudFormation escreve nele."""
    read = read_by_shell(text)
    loaded = {name for file in SOURCED.findall(text) for name in contents(machine, file)}
    return Read(read.needed - loaded - view.resources.keys(), read.optional)
