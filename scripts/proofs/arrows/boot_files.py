"""Se o que o template escreve na máquina chega a ela como é, na ordem certa, e quem o usa pode lê-lo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.proofs.evidence import Missing
from scripts.proofs.facts.machine import CALL, File, Machine
from scripts.proofs.facts.measures import written_at
from scripts.proofs.facts.units import Unit, units
from scripts.proofs.facts.view import View

STARTS = ("#!", "#cloud-config", "#include", "#cloud-boothook", "#part-handler", "#upstart-job", "Content-Type:", "MIME-Version:", "<script>",
          "<powershell>")
"""Como começam os dados de usuário que a máquina roda.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
"""
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
RENDERED = re.compile(r"\brender_template\(\s*[\"']([\w./-]+)[\"']|\btemplate_name\s*=\s*[\"']([\w./-]+\.\w+)[\"']")
TRUST = re.compile(r"https://truststore\.pki\.(?:rds|us-gov-\w+-\d\.rds)\.amazonaws\.com(/[^\s\"']*)")
BUNDLES = re.compile(r"/global/global-bundle\.(?:pem|p7b)|/([a-z]{2}(?:-gov)?-[a-z]+-\d|\$\{AWS::Region\})/\1-bundle\.(?:pem|p7b)")
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"""
INSTALLED = re.compile(r"\b(?:dnf|yum)\b[^\n]*\binstall\b")
PROBED = re.compile(r"\b(?:curl|wget)\b[^\n]*\shttp://(?:127\.0\.0\.1|localhost)")


def garbled(view: View, machine: Machine) -> Iterator[Missing]:
    """O que a máquina não roda, não entende, não lê ou roda antes da hora."""
    if not machine.script.lstrip().startswith(STARTS):
        yield Missing(machine.path, f"os dados de usuário de `{machine.owner.id}` não dizem em que rodam, e a máquina não os roda",
                      "comece-os por `#!/bin/bash`")
    yield from _disordered(machine)
    for file in machine.files:
        yield from _encoded(view, file)
    for text in machine.texts:
        for path in TRUST.findall(text):
            if not BUNDLES.fullmatch(path):
                yield Missing(machine.path, f"`{machine.owner.id}` baixa `{path}`, que não é um dos pacotes de certificados do RDS",
                              "use `/global/global-bundle.pem`")
    for unit in units(machine):
        yield from _readable(unit)
        yield from _rendered(unit)


def _disordered(machine: Machine) -> Iterator[Missing]:
    """Instala-se antes de o `cfn-init` rodar, e só depois dele se pergunta se o programa responde."""
    calls = [found.start() for found in CALL.finditer(machine.script) if found[1] == "cfn-init"]
    if not calls:
        return
    late = [found for found in INSTALLED.finditer(machine.script) if found.start() > calls[0]]
    early = [found for found in PROBED.finditer(machine.script) if found.start() < calls[0]]
    if late and not any(found.start() < calls[0] for found in INSTALLED.finditer(machine.script)):
        yield Missing(machine.path, f"`{machine.owner.id}` roda o `cfn-init` antes de instalar o que ele usa", "instale antes")
    if early:
        yield Missing(machine.path, f"`{machine.owner.id}` pergunta se o programa responde antes de o `cfn-init` o escrever", "pergunte depois")


def _encoded(view: View, file: File) -> Iterator[Missing]:
    """O conteúdo em Base64 se diz em Base64, e só ele.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html
    """
    content = written_at(view.template.data, (*file.path, "content"))
    packed = isinstance(content, dict) and "Fn::Base64" in content
    if packed and file.encoding != "base64":
        yield Missing(file.path, f"`{file.name}` está em Base64 e não o diz: a máquina escreve o texto codificado", "use `encoding: base64`")
    elif file.encoding == "base64" and not packed and not BASE64.fullmatch(file.text):
        yield Missing(file.path, f"`{file.name}` diz que está em Base64, e não está: o `cfn-init` falha", "tire `encoding`, ou use `Fn::Base64`")


def _readable(unit: Unit) -> Iterator[Missing]:
    """Quem roda a unidade pode ler os programas dela e o que há na pasta em que ela roda."""
    user, folder = unit.last("User"), unit.last("WorkingDirectory")
    if user in ("", "root", "0") and unit.last("DynamicUser").lower() in ("", "no", "false", "0"):
        return
    for file in unit.machine.files:
        near = folder and file.name.startswith(f"{folder}/") or any(file is source for source, _ in unit.sources)
        last = file.mode[-1:] if re.fullmatch(r"\d{3,6}", file.mode) else "4"
        if near and not (user and file.owner == user) and last in "0123":
            yield Missing((*file.path, "mode"), f"quem roda `{unit.name}` não pode ler `{file.name}`",
                          'use `mode: "000644"`, ou dê-lhe o arquivo em `owner`')


def _rendered(unit: Unit) -> Iterator[Missing]:
    """As páginas que o programa usa estão na pasta `templates` dele; as de um Django que as traz no código, não se perguntam."""
    folder = f"{unit.last('WorkingDirectory')}/templates/"
    stored = {file.name.removeprefix(folder) for file in unit.machine.files if file.name.startswith(folder)}
    for file, _ in unit.sources if stored else ():
        for name in dict.fromkeys(first or second for first, second in RENDERED.findall(file.text)):
            if name not in stored:
                yield Missing(unit.file.path, f"`{unit.name}` usa a página `{name}`, que nada escreve em `{folder}`",
                              "escreva-a ali, ou corrija o nome")
