"""`conferir SLUG --de X --a Y`, pela linha de comando: por que se chega, e, em cada estrago, o salto que recusa e o código dele."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.cli import main
from scripts.proofs.facts.views import views_of
from scripts.proofs.trails.explain import explain
from scripts.template.cloudformation import read
from tests.proofs.bench import bench, real

ROOT = Path(__file__).resolve().parent.parent
PDV, WEB, FOTO = "pdv-alta-disponibilidade", "web-ec2-rds-s3", "foto-perfil"
# https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html, lida em 2026-11-30; só os que se usam.
CODES = {
    "DISCONNECTED_VPCS", "ELBV2_LISTENERS_MISMATCH", "ELBV2_LISTENER_HAS_NO_TG", "ELBV2_LISTENER_REQUIRES_TG_ACCEPT",
    "ELB_INSTALLED_AZ_RESTRICTION", "ENI_SG_RULES_MISMATCH", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    "MORE_SPECIFIC_ROUTE", "NO_ROUTE_TO_DESTINATION", "NO_SOURCE_OR_DESTINATION", "SG_HAS_NO_RULES", "SUBNET_ACL_RESTRICTION",
    "TARGET_PORT_RESTRICTION", "UNASSOCIATED_COMPONENT",
}
FAMILY = re.compile(r'"((?:ELB|ELBV2|ENI|IGW|SG|SUBNET|TARGET|NO|MORE|DISCONNECTED|UNASSOCIATED|VPC|NGW|ROUTE)_[A-Z0-9_]*[A-Z])"')


@dataclass
class Asked:
    """O que o comando respondeu."""

    status: int
    out: str
    said: str

    @property
    def first(self) -> str:
        return self.out.splitlines()[0]


@pytest.fixture
def ask(capsys):
    """`ask("slug", "--de", "a", "--a", "b")`: o comando, na árvore real ou na de `--raiz`."""
    def run(*arguments: str) -> Asked:
        try:
            status = main(["conferir", *arguments])
        except SystemExit as stop:
            status = stop.code
        return Asked(status, *capsys.readouterr())

    return run


@pytest.fixture
def broken(tmp_path, ask):
    """A mesma pergunta à arquitetura com trechos do template trocados; cada um precisa estar lá uma vez só."""
    def run(slug: str, question: str, *changes: tuple[str, str]) -> Asked:
        source, copy = Tree(ROOT), Tree(tmp_path)
        copy.sources.mkdir()
        shutil.copy(source.script(slug), copy.script(slug))
        text = source.template(slug).read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        copy.template(slug).parent.mkdir(parents=True)
        copy.template(slug).write_text(text, encoding="utf-8")
        source, target, *port = question.split()
        return ask(slug, "--de", source, "--a", target, *(["--porta", *port] if port else []), "--raiz", str(tmp_path))

    return run


ACL = """Resources:
  Acl:
    Type: AWS::EC2::NetworkAcl
    Properties:
      VpcId: !Ref Vpc
  AssociacaoAcl:
    Type: AWS::EC2::SubnetNetworkAclAssociation
    Properties:
      NetworkAclId: !Ref Acl
      SubnetId: !Ref SubRedeDadosA"""


def entry(number: int, action: str, ports: str, egress: bool = False, block: str = "10.20.0.0/16") -> str:
    first, last = ports.split("-")
    return f"""
  Entrada{number}:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      NetworkAclId: !Ref Acl
      RuleNumber: {number}
      Protocol: 6
      RuleAction: {action}
      Egress: {str(egress).lower()}
      CidrBlock: {block}
      PortRange: {{From: {first}, To: {last}}}"""


def top(extra: str) -> tuple[str, str]:
    """Recursos a mais, no alto do template do PDV."""
    start = "\nResources:\n  # Rede: três camadas"
    return start, start.replace("Resources:", extra)


def replaced(text: str, old: str, new: str) -> tuple[str, str]:
    """Um trecho do template, com uma parte trocada."""
    assert old in text
    return text, text.replace(old, new)


def in_vpc(subnet: str, vpc: str) -> tuple[str, str]:
    return replaced(f"  {subnet}:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: !Ref Vpc\n", "Ref Vpc", f"Ref {vpc}")


DETOUR = """Resources:
  Desvio:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref TabelaAplicacaoA
      DestinationCidrBlock: {}
      NatGatewayId: !Ref NatA"""
OTHER = """Resources:
  OutraVpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.20.0.0/16"""
ENTRY = "  EntradaBanco:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties:\n"
PORTS = "      FromPort: 5432\n      ToPort: 5432\n      SourceSecurityGroupId: !Ref GrupoAplicacao\n"
LEAVING = "          FromPort: 5432\n          ToPort: 5432\n          DestinationSecurityGroupId: !Ref GrupoBanco\n"
OUT_BY_NAT = "      RouteTableId: !Ref TabelaAplicacaoA\n      DestinationCidrBlock: 0.0.0.0/0\n"
OUT_BY_GATEWAY = "      RouteTableId: !Ref TabelaPublica\n      DestinationCidrBlock: 0.0.0.0/0\n"
GRANT = "                Action: [s3:PutObject, s3:GetObject, s3:DeleteObject]\n"
ALLOW = "              - Sid: UsarArquivos\n                Effect: Allow\n"
DENY = '              - Effect: Deny\n                Action: s3:DeleteObject\n                Resource: "*"\n'
PROFILE = "      IamInstanceProfile: !Ref PerfilServidor\n"
BANK = "    UpdateReplacePolicy: Snapshot\n    Properties:\n      Engine: postgres\n"

NOT, MAYBE = "`app-a` não chega a `primario` em tcp 5432: ", "Não se sabe se `app-a` chega a `primario` em tcp 5432: "
ENTERS = "acrescente a regra de entrada com o grupo `GrupoAplicacao`."
CLOSED = "`GrupoBanco` não deixa entrar tcp 5432 de `GrupoInstancias`"
EXITS = "acrescente a regra de saída com o grupo"
ASSOCIATE = "associe-a a uma tabela com uma rota"
Breakage = tuple[str, str, list[tuple[str, str]], str]

BREAKAGES: dict[str, Breakage] = {
    "regra de entrada tirada": (PDV, "app-a primario", [replaced(ENTRY, "SecurityGroupIngress", "SecurityGroupEgress"), replaced(
        PORTS, "Source", "Destination")], f"{NOT}{CLOSED} (SG_HAS_NO_RULES); {ENTERS}"),
    "porta da entrada trocada": (PDV, "app-a primario", [replaced(PORTS, "5432", "5433")], f"{NOT}{CLOSED}: só há tcp 5433 em "
        f"`EntradaBanco` (ENI_SG_RULES_MISMATCH); {ENTERS}"),
    "porta da saída trocada": (PDV, "app-a primario", [replaced(LEAVING, "5432", "5433")],
        f"{NOT}`GrupoAplicacao` não deixa sair tcp 5432 para `Banco`: só há tcp 443 em `GrupoAplicacao` e tcp 5433 em "
        f"`GrupoAplicacao` (ENI_SG_RULES_MISMATCH); {EXITS} `GrupoBanco`."),
    "motor trocado": (PDV, "app-a primario", [("      Engine: postgres\n", "      Engine: mysql\n")],
        f"{NOT}`Banco` ouve em tcp 3306, e não em tcp 5432; use a porta 3306."),
    "ACL que nega a ida": (PDV, "app-a primario", [top(ACL + entry(100, "deny", "5432-5432") + entry(200, "allow", "0-65535") + entry(
        300, "allow", "0-65535", egress=True))], f"{NOT}a ACL de rede de `SubRedeDadosA` não deixa entrar tcp 5432 de 10.20.10.0/24 "
        "(SUBNET_ACL_RESTRICTION); acrescente uma entrada `allow` de número menor."),
    "ACL que nega a volta": (PDV, "app-a primario", [top(ACL + entry(200, "allow", "0-65535") + entry(300, "allow", "443-443", egress=True))],
        f"{NOT}a ACL de rede de `SubRedeDadosA` não deixa sair tcp 1024 a 65535 para 10.20.10.0/24 (SUBNET_ACL_RESTRICTION); acrescente uma "
        "entrada `allow` de número menor."),
    "ACL de faixa desconhecida": (PDV, "app-a primario", [top(ACL + entry(200, "allow", "0-65535", block="!Ref CidrPermitido") + entry(
        300, "allow", "0-65535", egress=True))], f"{MAYBE}com o que se conhece, a ACL de rede de `SubRedeDadosA` talvez não deixe entrar tcp 5432 "
        "de 10.20.10.0/24: depende de `Entrada200`, que traz um valor que não se conhece ou só pega parte; escreva nela o valor, ou uma entrada que "
        "pegue tudo isso."),
    "rota mais específica": (PDV, "app-a primario", [top(DETOUR.format("10.20.20.0/24"))],
        f"{NOT}`Desvio` desvia o que vai de `SubRedeAplicacaoA` a `SubRedeDadosA` (MORE_SPECIFIC_ROUTE); tire a rota: a local já liga as duas."),
    "rota que talvez desvie": (PDV, "app-a primario", [top(DETOUR.format("10.20.20.128/25"))], f"{MAYBE}com o que se conhece, `Desvio` pode "
        "desviar o que vai de `SubRedeAplicacaoA` a `SubRedeDadosA`; tire a rota: a local já liga as duas."),
    "rota de saída tirada": (PDV, "app-a internet", [replaced(OUT_BY_NAT, "TabelaAplicacaoA", "TabelaDados")],
        "`app-a` não chega a `internet` em tcp 443: `SubRedeAplicacaoA` não tem rota 0.0.0.0/0 por `NatA` (NO_ROUTE_TO_DESTINATION); "
        f"{ASSOCIATE} `NatGatewayId: !Ref NatA`."),
    "sub-rede errada": (PDV, "app-a internet", [("[!Ref SubRedeAplicacaoA, !Ref SubRedeAplicacaoB]", "[!Ref SubRedeDadosA]")],
        "`app-a` não chega a `internet` em tcp 443: `SubRedeDadosA` não tem rota 0.0.0.0/0 por `NatA` (NO_ROUTE_TO_DESTINATION); "
        f"{ASSOCIATE} `NatGatewayId: !Ref NatA`."),
    "NAT sem endereço": (PDV, "app-a internet", [("      AllocationId: !GetAtt EnderecoNatA.AllocationId\n", "")],
        "`app-a` não chega a `internet` em tcp 443: `NatA` não tem um endereço elástico deste template (IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS); "
        "crie um `AWS::EC2::EIP` e escreva `AllocationId: !GetAtt Endereco.AllocationId`."),
    "outra VPC": (PDV, "app-a primario", [top(OTHER), in_vpc("SubRedeDadosA", "OutraVpc"), in_vpc("SubRedeDadosB", "OutraVpc")],
        f"{NOT}`GrupoInstancias` e `Banco` não estão numa mesma VPC deste template (DISCONNECTED_VPCS); ponha as duas pontas em sub-redes da "
        "mesma VPC."),
    "grupo errado": (PDV, "app-a primario", [("[!Ref GrupoBanco]", "[!Ref GrupoBalanceador]")],
        f"{NOT}`GrupoAplicacao` não deixa sair tcp 5432 para `Banco`: só há tcp 443 em `GrupoAplicacao` "
        f"(ENI_SG_RULES_MISMATCH); {EXITS} `GrupoBalanceador`."),
    "grupo que não se conhece": (PDV, "app-a primario", [("[!Ref GrupoBanco]", "[!ImportValue grupo]")],
        f"{MAYBE}não se conhecem todos os grupos de segurança de `Banco`; cite por `!Ref` um grupo deste template."),
    "faixa que quem implanta informa": (PDV, "app-a primario", [replaced(PORTS, "SourceSecurityGroupId: !Ref GrupoAplicacao", "CidrIp: !Ref CidrPermitido")],
        f"{MAYBE}não se sabe se a regra de entrada de `GrupoBanco` vale para tcp 5432 de `GrupoInstancias`; escreva o valor por extenso, ou cite "
        "um grupo."),
    "regra com condição": (PDV, "app-a primario", [replaced(ENTRY, "    Prop", "    Condition: ComCertificado\n    Prop")],
        f"Quando não `ComCertificado`, {NOT}{CLOSED} (SG_HAS_NO_RULES); {ENTERS}\nQuando `ComCertificado`, `app-a` chega a `primario` em tcp 5432."),
    "banco com condição": (PDV, "app-a primario", [replaced(BANK, "    Prop", "    Condition: ComCertificado\n    Prop")],
        "Quando não `ComCertificado`, `app-a` não chega a `primario`: `Banco` não existe (NO_SOURCE_OR_DESTINATION); tire a condição dele.\n"
        "Quando `ComCertificado`, `app-a` chega a `primario` em tcp 5432."),
    "macro": (PDV, "app-a primario", [("\nMetadata:\n  Excecoes:\n    parte", "\nTransform: Minha\nMetadata:\n  Excecoes:\n    parte")],
        f"{MAYBE}a transformação `Minha` pode acrescentar recursos; escreva por extenso."),
    "gateway solto": (PDV, "internet balanceador 80", [replaced("      VpcId: !Ref Vpc\n      InternetGatewayId: !Ref InternetGateway\n",
        "InternetGatewayId: !Ref InternetGateway", "VpnGatewayId: vgw-1")], "`internet` não chega a `balanceador` em tcp 80: nenhum gateway de "
        "internet está ligado à VPC `Vpc` (UNASSOCIATED_COMPONENT); acrescente um `AWS::EC2::VPCGatewayAttachment`."),
    "balanceador interno": (PDV, "internet balanceador 80", [("Scheme: internet-facing", "Scheme: internal")],
        "`internet` não chega a `balanceador` em tcp 80: `Balanceador` não tem endereço público (IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS); associe "
        "um endereço elástico, ou ligue `MapPublicIpOnLaunch` na sub-rede."),
    "ouvinte em outra porta": (PDV, "internet balanceador 80", [("      Protocol: HTTP\n      Port: 80\n", "      Protocol: HTTP\n      Port: 81\n")],
        "`internet` não chega a `balanceador` em tcp 80: nenhum ouvinte de `Balanceador` atende em tcp 80 (ELBV2_LISTENERS_MISMATCH); acrescente "
        "um `AWS::ElasticLoadBalancingV2::Listener`."),
    "sem rota de volta": (PDV, "caixas balanceador 80", [replaced(OUT_BY_GATEWAY, "TabelaPublica", "TabelaDados")],
        "`caixas` não chega a `balanceador` em tcp 80: `SubRedePublicaA` não tem rota 0.0.0.0/0 por `InternetGateway` (NO_ROUTE_TO_DESTINATION); "
        f"ponha numa sub-rede pública o que precisa do gateway; se é esta que devia ser pública, {ASSOCIATE} `GatewayId: !Ref InternetGateway`."),
    "fora do grupo de destino": (PDV, "balanceador app-a", [("      TargetGroupARNs: [!Ref GrupoDestino]\n", "")],
        "`balanceador` não chega a `app-a` em tcp 8080: nenhum ouvinte de `Balanceador` encaminha a um grupo de destino com `GrupoInstancias` "
        "(ELBV2_LISTENER_HAS_NO_TG); ligue o ouvinte ao grupo de destino, e o grupo de destino às instâncias."),
    "permissão tirada": (WEB, "servidor bucket", [replaced(GRANT, "s3:GetObject, ", "")],
        "`servidor` não chega a `bucket`: nada deixa `PapelServidor` fazer `s3:GetObject` em `BucketArquivos` (implicitDeny); acrescente às "
        "políticas dele uma declaração com `s3:GetObject` e o ARN de `BucketArquivos`."),
    "negação explícita": (WEB, "servidor bucket", [(ALLOW, DENY + ALLOW)], "`servidor` não chega a `bucket`: `PapelServidor` nega "
        "`s3:DeleteObject` em `BucketArquivos` (explicitDeny); tire a negação, ou restrinja-a."),
    "condição do IAM": (WEB, "servidor bucket", [(GRANT, "                Condition: {StringEquals: {aws:SourceVpce: vpce-1}}\n" + GRANT)],
        "Não se sabe se `servidor` chega a `bucket`: `PapelServidor` deixa `s3:PutObject` em `BucketArquivos` só com `aws:SourceVpce`, que daqui "
        "não se sabe; confira o valor no pedido."),
    "endpoint fora da tabela": (WEB, "servidor bucket", [("      RouteTableIds: [!Ref TabelaPublica]\n", "")], "`servidor` não chega a `bucket`: "
        "a tabela de `SubRedePublica` não leva a `EndpointS3` (NO_ROUTE_TO_DESTINATION); acrescente-a."),
    "política do endpoint": (WEB, "servidor bucket", [replaced("            Action: [s3:GetObject, s3:PutObject, s3:DeleteObject]\n            Resource",
        ", s3:DeleteObject", "")], "`servidor` não chega a `bucket`: a política de `EndpointS3` não deixa passar `s3:DeleteObject`; corrija-a."),
    "confiança trocada": (WEB, "servidor bucket", [("Service: ec2.amazonaws.com", "Service: ecs.amazonaws.com")], "`servidor` não chega a `bucket`: "
        "`PapelServidor` não confia em `ec2.amazonaws.com`; permita `sts:AssumeRole` a `Service: ec2.amazonaws.com`."),
    "sem papel": (WEB, "servidor bucket", [(PROFILE, "")], "`servidor` não chega a `bucket`: `Servidor` não tem papel, e sem ele não tem "
        "credenciais com que chamar a AWS; dê-lhe um papel do IAM."),
    "papel que não é do template": (WEB, "servidor bucket", [(PROFILE, "      IamInstanceProfile: existente\n")], "Não se sabe se `servidor` chega "
        "a `bucket`: com o que se conhece, `Servidor` não usa um perfil de instância deste template; crie um `AWS::IAM::InstanceProfile` e cite-o."),
    "permissão de uma função": (FOTO, "validar tabela", [("Action: dynamodb:PutItem\n", "Action: dynamodb:GetItem\n")], "`validar` não chega a "
        "`tabela`: nada deixa `PapelFuncao` fazer `dynamodb:PutItem` em `TabelaFotos` (implicitDeny); acrescente às políticas dele uma declaração "
        "com `dynamodb:PutItem` e o ARN de `TabelaFotos`."),
    "permissão de quem aciona": (FOTO, "entrada validar", [("      Principal: s3.amazonaws.com\n", "      Principal: sns.amazonaws.com\n")],
        "`entrada` não chega a `validar`: `Principal` de `PermissaoInvocar` não é `s3.amazonaws.com`; corrija o valor."),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_each_breakage_is_told_by_the_hop_that_refuses(broken, name):
    slug, question, changes, expected = BREAKAGES[name]
    found = broken(slug, question, *changes)
    assert (found.status, found.said) == (1, "")
    assert [line for line in found.out.splitlines() if line[:1] not in ("", " ") and not line.startswith("Códigos: ")] == expected.splitlines()
    if code := re.search(r"\((\w+)\); ", expected):
        page = "IAM/latest/APIReference/API_EvaluationResult.html" if code[1].endswith("Deny") else "vpc/latest/reachability/explanation-codes.html"
        assert f"Códigos: https://docs.aws.amazon.com/{page}\n" in found.out


def test_a_trail_says_each_hop_with_file_and_line(ask):
    found = ask(PDV, "--de", "app-a", "--a", "primario")
    text = (ROOT / f"docs/arquiteturas/{PDV}/template.yaml").read_text(encoding="utf-8").splitlines()
    hops = re.findall(rf"^  \d+\. \[passa\] docs/arquiteturas/{PDV}/template.yaml:(\d+): (.+)$", found.out, re.MULTILINE)
    assert (found.status, found.first) == (0, "`app-a` chega a `primario` em tcp 5432.")
    assert [(text[int(line) - 1].strip(), said) for line, said in hops if "deixa" in said and "ACL" not in said] == [
        ("FromPort: 5432", "o grupo de `GrupoInstancias` deixa sair tcp 5432 para `Banco`"),
        ("FromPort: 5432", "o grupo de `Banco` deixa entrar tcp 5432 de `GrupoInstancias`")]
    assert len(hops) == len(found.out.splitlines()) - 2


def test_the_port_asked_is_the_one_answered(ask):
    found = ask(PDV, "--de", "app-a", "--a", "primario", "--porta", "22")
    assert found.status == 1 and found.out.count("[recusa]") == 3
    assert found.first == ("`app-a` não chega a `primario` em tcp 22: `GrupoAplicacao` não deixa sair tcp 22 para `Banco`: só há "
                           "tcp 443 em `GrupoAplicacao` e tcp 5432 em `GrupoAplicacao` "
                           "(ENI_SG_RULES_MISMATCH); acrescente a regra de saída com o grupo `GrupoBanco`.")


def test_the_answer_says_the_condition_it_depends_on(ask):
    found = ask(PDV, "--de", "internet", "--a", "balanceador", "--porta", "443")
    assert found.status == 1
    assert found.first.startswith("Quando não `ComCertificado`, `internet` não chega a `balanceador` em tcp 443: ")
    assert "\nQuando `ComCertificado`, `internet` chega a `balanceador` em tcp 443.\n" in found.out
    without = ask(PDV, "--de", "internet", "--a", "balanceador")  # sem porta, as que ele atende em cada caso
    assert without.status == 0 and "\nQuando `ComCertificado`, `internet` chega a `balanceador` em tcp 443.\n" in without.out


@pytest.mark.parametrize("format_", [("--json",), ("--formato", "json")])
def test_the_same_in_data(ask, format_):
    told = ask(PDV, "--de", "app-a", "--a", "primario", "--porta", "22")
    found = ask(PDV, "--de", "app-a", "--a", "primario", "--porta", "22", *format_)
    data = json.loads(found.out)
    assert (found.status, data["slug"], data["de"], data["a"], data["chega"], data["falta_a_seta"]) == (1, PDV, "app-a", "primario", False, [])
    case, = data["casos"]
    assert (case["quando"], case["porta"], case["chega"], case["frase"]) == ("", 22, False, told.first)
    hop = case["saltos"][1]
    assert list(hop) == ["passa", "path", "line", "code", "message", "conserto", "linhas"]
    assert f"{hop['path']}:{hop['line']}: {hop['message']} ({hop['code']})" in told.out and hop["passa"] is False
    assert [one["passa"] for one in case["saltos"]].count(True) == told.out.count("[passa]")


def test_what_is_not_known_is_null_in_data(ask):
    found = ask(FOTO, "--de", "pessoa", "--a", "entrada", "--json")
    assert found.status == 1 and json.loads(found.out)["chega"] is None


def test_a_wider_rule_lets_through_and_the_arrow_says_what_it_lacks(broken):
    found = broken(PDV, "app-a primario", replaced(PORTS, "FromPort: 5432", "FromPort: 0"))
    assert found.status == 0 and "deixa entrar tcp 5432 de `GrupoInstancias`, por uma regra mais larga que isso\n" in found.out
    assert "O caminho é esse; à seta desenhada ainda falta:\n" in found.out and "a entrada de `GrupoBanco` abre mais que tcp 5432 só de" in found.out


def test_the_network_reaches_a_bank_whose_secret_cannot_be_read(broken):
    found = broken(WEB, "servidor banco", ("Action: secretsmanager:GetSecretValue\n", "Action: secretsmanager:DescribeSecret\n"))
    assert found.status == 0 and "à seta desenhada ainda falta:\n" in found.out and "secretsmanager:GetSecretValue" in found.out


@pytest.mark.parametrize(("question", "said"), [
    ("validar pessoa", "Não se sabe se `validar` chega a `pessoa` em tcp 443"), ("pessoa regiao", "Não se sabe se `pessoa` chega a `regiao`: "),
    ("tabela validar", "`tabela` não chega a `validar`: `TabelaFotos` não tem fluxo"),
    ("fotos tabela", "Não se sabe se `fotos` chega a `tabela`: nenhuma regra diz como `fotos` (AWS::S3::Bucket) chega a `tabela` (AWS::DynamoDB::Table)"),
])
def test_pairs_that_nobody_drew(ask, question, said):
    source, target = question.split()
    found = ask(FOTO, "--de", source, "--a", target)
    assert found.status == 1 and found.first.startswith(said)


def test_the_standby_does_not_answer(ask):
    assert "e só o primário atende" in ask(PDV, "--de", "app-a", "--a", "espera").first
    assert ask(PDV, "--de", "primario", "--a", "espera").status == 0


@pytest.mark.parametrize(("arguments", "said"), [
    ((WEB, "--de", "servidor", "--a", "banko"), "Não há `banko` na figura de `web-ec2-rds-s3`. Você quis dizer `banco`? Os componentes e grupos são: "),
    ((WEB, "--de", "Servidor", "--a", "banco"), "Não há `Servidor` na figura de `web-ec2-rds-s3`. Você quis dizer `servidor`? "),
    (("web-ec2-rds", "--de", "a", "--a", "b"), "Não há arquitetura `web-ec2-rds`. Você quis dizer `web-ec2-rds-s3`? As que existem são: "),
    ((WEB, "--de", "servidor"), "`--de` e `--a` vão juntos, e dizem de que componente a que componente; falta `--a`."),
    ((WEB, "--a", "banco"), "`--de` e `--a` vão juntos, e dizem de que componente a que componente; falta `--de`."),
    ((WEB, "--porta", "80"), "`--de` e `--a` vão juntos"),
    ((WEB, "--de", "banco", "--a", "banco"), "`--de` e `--a` são o mesmo componente, `banco`; diga dois."),
    (("--de", "servidor", "--a", "banco"), "`--de` e `--a` perguntam de uma arquitetura só; diga qual, como em `conferir "),
    ((WEB, PDV, "--de", "servidor", "--a", "banco"), "`--de` e `--a` perguntam de uma arquitetura só"),
    *(((WEB, "--de", "servidor", "--a", "banco", "--porta", port), f"`--porta {port}` não é uma porta TCP; escreva um número de 1 a 65535, como ")
      for port in ("x", "0", "65536", "-1", "²", "", "80,443")),
    ((WEB, "--de", "servidor", "--a", "banco", "--formato", "sarif"), "A resposta de `--de` e `--a` sai em `texto` ou `json`, e não em `sarif`."),
    ((WEB, "--de", "servidor", "--a", "banco", "--formato", "json", "--json"), "`--json` é o mesmo que `--formato json`"),
])
def test_wrong_use_is_told_with_the_name_that_looks_alike(ask, arguments, said):
    found = ask(*arguments)
    assert (found.status, found.out) == (2, "") and found.said.startswith(f"erro: {said}") and found.said.count("\n") == 1


def test_help_has_an_example(ask):
    found = ask("--help")
    assert found.status == 0 and f"python3 scripts conferir {WEB} --de servidor --a banco --porta 5432\n" in found.out


def test_a_template_that_cannot_be_created_answers_nothing(broken):
    found = broken(PDV, "app-a primario", ("[!Ref GrupoBanco]", "[!Ref GrupoBancos]"))
    assert (found.status, found.out) == (1, "") and "GrupoBancos" in found.said


@pytest.mark.parametrize("slug", Tree(ROOT).architectures())
def test_every_arrow_that_is_proven_reaches_and_no_pair_is_left_without_an_answer(slug):
    known = real(slug)
    for edge in known.diagram.edges:
        found = explain(known.diagram, known.views, edge.tail, edge.head)
        assert found.rest == () and (found.answer or edge.declared), (edge.id, [hop.text for _, hop in found.refusals])
    names = [*known.diagram.elements, "internet"]
    for source in names:
        for target in names:
            if source != target:
                assert all(outcome.hops for outcome in explain(known.diagram, known.views, source, target).outcomes)


def test_explaining_leaves_no_trace_in_what_was_read():
    known = real(PDV)
    views = views_of(known.template)
    with views.each[0].reading() as reads:
        explain(known.diagram, views, "app-a", "primario")
    assert reads == {}


def test_several_resources_of_a_component_all_need_to_reach():
    template = read(ROOT / f"docs/arquiteturas/{FOTO}/template.yaml")
    found = bench(template, "funcoes = FuncaoAutorizar FuncaoValidar", "tabela = TabelaFotos", "funcoes >> tabela acao=dynamodb:PutItem")
    broken = explain(found.diagram, found.views, "funcoes", "tabela").refusals
    assert [hop.text for _, hop in broken] == ["nada deixa `PapelAutorizar` fazer `dynamodb:PutItem` em `TabelaFotos`"]


VPC_FUNCTION = """
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
SubRede: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
Outra: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
Grupo: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: g, SecurityGroupIngress: [
  {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}]}}
Redes: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref SubRede, !Ref Outra]}}
Banco: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, PubliclyAccessible: false, DBSubnetGroupName: !Ref Redes,
  VPCSecurityGroups: [!Ref Grupo]}}
Funcao: {Type: AWS::Lambda::Function, Properties: {Role: x}}
"""
INSIDE = "{VpcConfig: {SubnetIds: [!Ref SubRede], SecurityGroupIds: [!Ref Grupo]}, "


@pytest.mark.parametrize(("template", "target", "answer", "hop"), [
    (VPC_FUNCTION, "banco", False, "`Funcao` não está numa VPC, e não chega a endereços privados"),
    (VPC_FUNCTION, "internet", True, "`Funcao` roda fora de VPC, e sai para a internet pela rede da Lambda"),
    (VPC_FUNCTION.replace("{Role", f"{INSIDE}Role"), "banco", True, "o grupo de `Funcao` deixa sair tcp 5432 para `Banco`, como em todo grupo sem saída escrita"),
    (VPC_FUNCTION.replace("{Role", f"{INSIDE}Role"), "internet", False, "`SubRede` não tem por onde sair para a internet"),
])
def test_a_function_in_a_vpc_and_out_of_it(template, target, answer, hop):
    found = bench(template, "funcao = Funcao", "banco = Banco")
    said = explain(found.diagram, found.views, "funcao", target)
    assert said.answer is answer and hop in [one.text for outcome in said.outcomes for one in outcome.hops]


def test_every_network_code_is_one_that_aws_lists():
    used = {code for path in (ROOT / "scripts/proofs").rglob("*.py") for code in FAMILY.findall(path.read_text(encoding="utf-8"))}
    assert used - {"ELBV2_", "ELB_", "TARGET_"} == CODES
