"""O que a máquina pergunta ao serviço de metadados ao nascer, e o token que ele exige."""

from __future__ import annotations

import pytest
from bench import REMOVED, real
from test_boot import R, edited, needs

PDV, MODEL = "pdv-alta-disponibilidade", (R, "ModeloLancamento")
OPTIONS = (*MODEL, "Properties", "LaunchTemplateData", "MetadataOptions")
HEADER = '--header "X-aws-ec2-metadata-token: $TOKEN"'
FALSE = {
    "sem o cabeçalho": (f"{HEADER} ", "", "sem o token"),
    "com o cabeçalho vazio": ("token: $TOKEN", "token:", "sem o token"),
    "com outro token": ("token: $TOKEN", "token: $CHAVE", "`CHAVE`, que não pediu antes"),
    "sem pedir o token": ("TOKEN=$(curl", "CHAVE=$(curl", "`TOKEN`, que não pediu antes"),
    "o token pedido por GET": ("--request PUT ", "", "como se deve"),
    "o token sem prazo": ("ttl-seconds: 60", "ttl-seconds:", "como se deve"),
    "o token com prazo demais": ("ttl-seconds: 60", "ttl-seconds: 86400", "como se deve"),
    "pelo wget": (f"ZONA=$(curl --fail --silent --retry 5 {HEADER}", "ZONA=$(wget -qO-", "sem o token"),
    "pelo endereço IPv6": (f"{HEADER} $METADATA/", "http://[fd00:ec2::254]/latest/", "sem o token"),
    "um cabeçalho que não se lê": (HEADER, '-H "$CABECALHO"', "não se sabe se o programa"),
}
RIGHT = {
    "com -H e chaves": (HEADER, '-H "X-aws-ec2-metadata-token: ${TOKEN}"'),
    "o nome em minúsculas": ("X-aws-ec2-metadata-token: $TOKEN", "x-aws-ec2-metadata-token: $TOKEN"),
    "o cabeçalho numa variável": (f"ZONA=$(curl --fail --silent --retry 5 {HEADER}",
                                  'CABECALHO="X-aws-ec2-metadata-token: $TOKEN"\nZONA=$(curl --fail --silent -H "$CABECALHO"'),
    "o token com -X": ("--request PUT", "-X PUT"),
    "a ferramenta da imagem": (f"curl --fail --silent --retry 5 {HEADER} $METADATA/meta-data/placement/availability-zone", "ec2-metadata -z --quiet"),
}


@pytest.mark.parametrize(("old", "new", "reason"), FALSE.values(), ids=FALSE)
def test_a_question_without_the_token_stops_the_boot(old, new, reason):
    assert reason in needs(edited(PDV, MODEL, old, new))


@pytest.mark.parametrize(("old", "new"), RIGHT.values(), ids=RIGHT)
def test_other_ways_of_sending_the_token_are_right(old, new):
    assert needs(edited(PDV, MODEL, old, new)) == ""


def test_the_token_is_asked_of_who_requires_it():
    bare = edited(PDV, MODEL, f"{HEADER} ", "")
    assert needs(bare.put(*OPTIONS, "HttpTokens", value="optional")) == ""
    assert "sem o token" in needs(bare.put(*OPTIONS, "HttpTokens", value=REMOVED))  # o padrão da imagem do Amazon Linux 2023


def test_a_service_turned_off_answers_nobody():
    assert "que ela desliga" in needs(real(PDV).put(*OPTIONS, "HttpEndpoint", value="disabled"))


def test_a_program_in_python_sends_the_token_too():
    code, asked = ("Mappings", "Codigo", "Site", "Programa"), 'META = "http://169.254.169.254/latest/meta-data/"\n'
    before = real(PDV).template.data["Mappings"]["Codigo"]["Site"]["Programa"]
    assert "sem o token" in needs(real(PDV).put(*code, value=f"{before}\n{asked}"))
    assert needs(real(PDV).put(*code, value=f'{before}\n{asked}HEADERS = {{"X-aws-ec2-metadata-token": "x"}}\n')) == ""
