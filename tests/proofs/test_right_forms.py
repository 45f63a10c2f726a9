"""Outras formas certas de escrever os templates reais: nenhuma é alarme falso, e a mesma forma, tornada falsa, é achado."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from attempts import Edits, findings, subject
from bench import R, REMOVED, prop
from test_outside_attacks import ESPECTRO, LOJA, PDV

WORLD = "0.0.0.0/0"


def written(slug: str, resource: str, *keys: Any) -> Any:
    """O que o template real escreve nesse lugar, copiado."""
    found = subject(slug)[0].template.data[R][resource]["Properties"]
    for key in keys:
        found = found[key]
    return copy.deepcopy(found)


def ref(name: str) -> dict[str, Any]:
    return {"Ref": name}


def att(name: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


def without(whole: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: item for key, item in whole.items() if key not in names}


def one_by_one(slug: str = "musicas", **more: Any) -> Edits:
    """A rede da instância dita numa interface."""
    whole = written(slug, "Servidor")
    interface = {"DeviceIndex": "0", "SubnetId": whole["SubnetId"], "GroupSet": whole["SecurityGroupIds"],
                 "AssociatePublicIpAddress": True, "DeleteOnTermination": True, **more}
    return {prop("Servidor"): {**without(whole, "SubnetId", "SecurityGroupIds"), "NetworkInterfaces": [interface]}}


def launched(**more: Any) -> Edits:
    """O mesmo, num modelo de lançamento."""
    data = written(PDV, "ModeloLancamento", "LaunchTemplateData")
    interface = {"DeviceIndex": 0, "Groups": data["SecurityGroupIds"], **more}
    return {prop("ModeloLancamento", "LaunchTemplateData"): {**without(data, "SecurityGroupIds"), "NetworkInterfaces": [interface]}}


def leaving(group: str, index: int, **more: Any) -> Edits:
    """Uma saída de `PDV` para uma faixa, em vez de para um grupo."""
    rule = without(written(PDV, group, "SecurityGroupEgress", index), "DestinationSecurityGroupId")
    return {prop(group, "SecurityGroupEgress", index): {**rule, **more}}


def by_subnet(*subnets: str) -> Edits:
    """A saída para o banco, numa regra por sub-rede dele."""
    first, last = written(PDV, "GrupoAplicacao", "SecurityGroupEgress")
    rules = [{**without(last, "DestinationSecurityGroupId"), "CidrIp": written(PDV, name, "CidrBlock")} for name in subnets]
    return {prop("GrupoAplicacao", "SecurityGroupEgress"): [first, *rules]}


def newer_tls(slug: str, policy: str, least: Any) -> Edits:
    """A política do bucket também recusa versões velhas de TLS."""
    bucket = written(slug, policy, "Bucket")["Ref"]
    old = {"Sid": "NegarTlsVelho", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"NumericLessThan": {"s3:TlsVersion": least}},
           "Resource": [att(bucket), {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]}
    return {prop(policy, "PolicyDocument", "Statement"): [*written(slug, policy, "PolicyDocument", "Statement"), old]}


def replaced(node: Any, names: dict[str, Any]) -> Any:
    """A definição com cada função no lugar de um `${Nome}`, que `names` passa a guardar; os textos de `Mappings`, por extenso."""
    if isinstance(node, list):
        return [replaced(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    if list(node) == ["Fn::FindInMap"]:
        first, second, third = node["Fn::FindInMap"]
        return subject(ESPECTRO)[0].template.data["Mappings"][first][second][third]
    if len(node) == 1 and next(iter(node)).startswith(("Ref", "Fn::")):
        names[f"V{len(names)}"] = node
        return f"${{V{len(names) - 1}}}"
    return {key: replaced(item, names) for key, item in node.items()}


def as_text(way: str, **more: Any) -> Edits:
    """A máquina de `ESPECTRO` com a definição em texto: as substituições à parte, ou por `Fn::Sub`."""
    names: dict[str, Any] = {}
    text = json.dumps({**replaced(written(ESPECTRO, "MaquinaAnalise", "Definition"), names), **more})
    apart = {prop("MaquinaAnalise", "DefinitionString"): text, prop("MaquinaAnalise", "DefinitionSubstitutions"): names}
    return {prop("MaquinaAnalise", "Definition"): REMOVED,
            **(apart if way == "apart" else {prop("MaquinaAnalise", "DefinitionString"): {"Fn::Sub": [text, names]}})}


def distributed(action: str = "states:StartExecution", machine: str = "analise") -> Edits:
    """A análise na Lambda, num `Map` distribuído, com a permissão que ele pede."""
    definition = written(ESPECTRO, "MaquinaAnalise", "Definition")
    task = definition["States"]["AnalisarNaLambda"]
    inner = {**without(task, "Next", "Catch", "ResultPath"), "End": True}
    definition["States"]["AnalisarNaLambda"] = {
        "Type": "Map", "ResultPath": "$.analise", "Catch": task["Catch"], "Next": "Concluir", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Um", "States": {"Um": inner}}}
    own = {"Fn::Sub": f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:stateMachine:{machine}"}
    statements = written(ESPECTRO, "PapelMaquina", "Policies", 0, "PolicyDocument", "Statement")
    return {prop("MaquinaAnalise", "StateMachineName"): "analise", prop("MaquinaAnalise", "Definition"): definition,
            prop("PapelMaquina", "Policies", 0, "PolicyDocument", "Statement"): [
                *statements, {"Effect": "Allow", "Action": action, "Resource": own}]}


def enrolled(slug: str, group: str, **more: Any) -> Edits:
    targets = written(slug, group, "TargetGroupARNs")
    return {prop(group, "TargetGroupARNs"): REMOVED, prop(group, "TrafficSources"): [{"Identifier": arn, **more} for arn in targets]}


def grouped(*more: dict[str, Any], apart: bool = True, **changes: Any) -> Edits:
    """O registro de `ESPECTRO` num grupo de registros, com outros; a zona no grupo (`apart`) ou em cada um."""
    record = written(ESPECTRO, "Registro")
    zone = {"HostedZoneId": record["HostedZoneId"]}
    inside = [without({**record, **changes}, *zone), *more]
    properties = {**zone, "RecordSets": inside} if apart else {"RecordSets": [{**zone, **item} for item in inside]}
    return {(R, "Registro"): {"Type": "AWS::Route53::RecordSetGroup", "Properties": properties}}


MAIL = {"Name": ref("NomeDominio"), "Type": "MX", "TTL": "300", "ResourceRecords": ["10 correio.exemplo.com"]}
SIXTH = {**without(written(ESPECTRO, "Registro"), "HostedZoneId"), "Type": "AAAA"}


def born_with(slug: str, instance: str, **devices: str) -> Edits:
    """Os volumes ligados por `Volumes` da instância, cada um no dispositivo dele."""
    attached = {name: REMOVED for name, body in subject(slug)[0].template.data[R].items() if body["Type"].endswith("VolumeAttachment")}
    return {**{(R, name): gone for name, gone in attached.items()},
            prop(instance, "Volumes"): [{"VolumeId": ref(volume), "Device": device} for volume, device in devices.items()]}


def failing_over(*origins: str, behaviour: int | None = 0, codes: int = 2) -> Edits:
    """Os arquivos de `LOJA` por um grupo de origens."""
    group = {"Id": "grupo", "FailoverCriteria": {"StatusCodes": {"Quantity": codes, "Items": [500, 502]}},
             "Members": {"Quantity": len(origins), "Items": [{"OriginId": name} for name in origins]}}
    config = prop("Distribuicao", "DistributionConfig")
    led = (*config, "DefaultCacheBehavior") if behaviour is None else (*config, "CacheBehaviors", behaviour)
    return {(*config, "OriginGroups"): {"Quantity": 1, "Items": [group]}, (*led, "TargetOriginId"): "grupo"}


def published(function: str, **alias: Any) -> Edits:
    """Uma versão da função, e um apelido dela."""
    return {(R, "Versao"): {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": ref(function)}},
            (R, "Apelido"): {"Type": "AWS::Lambda::Alias", "Properties": {
                "Name": "viva", "FunctionName": ref(function), "FunctionVersion": att("Versao", "Version"), **alias}}}


def notified(name: Any, permitted: Any, qualifier: Any, **alias: Any) -> Edits:
    """O bucket de `foto-perfil` aciona a função por esse nome, com a permissão e o destino de falhas de cada um."""
    return {**published("FuncaoValidar", **alias), prop("PermissaoInvocar", "FunctionName"): permitted,
            prop("BucketEntrada", "NotificationConfiguration", "LambdaConfigurations", 0, "Function"): name,
            prop("DestinoFalhas", "Qualifier"): qualifier}


def polled(name: Any, **alias: Any) -> Edits:
    return {**published("FuncaoRecibo", **alias), prop("LeituraFila", "FunctionName"): name}


def by_alias(permitted: Any) -> Edits:
    """Toda tarefa da máquina chama a função das etapas pelo apelido."""
    states = written(ESPECTRO, "MaquinaAnalise", "Definition", "States")
    policy = prop("PapelMaquina", "Policies", 0, "PolicyDocument", "Statement")
    called = {name: {**state, "Resource": ref("Apelido")} if state.get("Resource") == att("FuncaoEtapas") else state for name, state in states.items()}
    given = [{**item, "Resource": permitted} if item["Action"] == "lambda:InvokeFunction" else item
             for item in written(ESPECTRO, *policy[1:2], *policy[3:])]
    return {**published("FuncaoEtapas"), prop("MaquinaAnalise", "Definition", "States"): called, policy: given}


RIGHT: dict[str, tuple[str, Edits]] = {
    "interface": ("musicas", one_by_one(Description="a de sempre")),
    "interface-com-volume": ("web-ec2-rds-s3", one_by_one("web-ec2-rds-s3")),
    "interface-do-modelo": (PDV, launched(AssociatePublicIpAddress=False, DeleteOnTermination=True)),
    "saida-para-a-vpc": (PDV, leaving("GrupoAplicacao", 1, CidrIp=att("Vpc", "CidrBlock"))),
    "saida-para-todos": (PDV, leaving("GrupoAplicacao", 1, CidrIp=WORLD)),
    "saida-por-sub-rede": (PDV, by_subnet("SubRedeDadosA", "SubRedeDadosB")),
    "saida-do-balanceador-para-a-vpc": (PDV, leaving("GrupoBalanceador", 0, CidrIp="10.20.0.0/16")),
    "tls-novo-com-cloudfront": (LOJA, newer_tls(LOJA, "PoliticaBucket", "1.2")),
    "tls-novo-em-numero": ("metadados-s3", newer_tls("metadados-s3", "PoliticaEntrada", 1.2)),
    "definicao-em-texto": (ESPECTRO, as_text("apart")),
    "definicao-em-sub": (ESPECTRO, as_text("sub")),
    "mapa-distribuido": (ESPECTRO, distributed()),
    "grupo-de-registros": (ESPECTRO, grouped(MAIL, SIXTH)),
    "grupo-de-registros-com-a-zona-em-cada-um": (ESPECTRO, grouped(apart=False)),
    "volumes-da-instancia": ("upload-ec2-ebs-rds", born_with("upload-ec2-ebs-rds", "Servidor", VolumeArquivos="/dev/sdf")),
    "dois-volumes-da-instancia": ("dois-volumes-ebs", born_with(
        "dois-volumes-ebs", "Servidor", VolumeRecebidos="/dev/sdf", VolumeDefinitivos="/dev/sdg")),
    "grupo-de-origens": (LOJA, failing_over("arquivos", "aplicacao")),
    "segunda-origem": (LOJA, failing_over("aplicacao", "arquivos")),
    "apelido-que-ninguem-usa": ("foto-perfil", published("FuncaoValidar")),
    "notificacao-por-apelido": ("foto-perfil", notified(ref("Apelido"), ref("Apelido"), "viva")),
    "notificacao-por-apelido-por-extenso": ("foto-perfil", notified(
        att("Apelido", "AliasArn"), {"Fn::Sub": "${FuncaoValidar.Arn}:viva"}, "viva")),
    "notificacao-por-versao": ("foto-perfil", notified(ref("Versao"), ref("Versao"), att("Versao", "Version"))),
    "fila-lida-por-apelido": (LOJA, polled(ref("Apelido"))),
    "fila-lida-pelo-nome-e-o-apelido": (LOJA, polled({"Fn::Sub": "${FuncaoRecibo}:viva"})),
    "maquina-que-chama-o-apelido": (ESPECTRO, by_alias(ref("Apelido"))),
    "origem-de-trafego": (LOJA, enrolled(LOJA, "GrupoInstancias")),
}
WRONG: dict[str, tuple[str, Edits]] = {
    "interface-de-indice-1": ("musicas", one_by_one(DeviceIndex="1")),
    "interface-sem-endereco": ("musicas", one_by_one(AssociatePublicIpAddress=False)),
    "interface-e-sub-rede": ("musicas", {**one_by_one(), prop("Servidor", "SubnetId"): ref("SubRedePublica")}),
    "interface-de-outro-grupo": (PDV, launched(Groups=[ref("GrupoBanco")])),
    "interface-do-modelo-de-indice-1": (PDV, launched(DeviceIndex=1)),
    "saida-para-uma-sub-rede-so": (PDV, by_subnet("SubRedeDadosA")),
    "saida-para-a-sub-rede-errada": (PDV, by_subnet("SubRedeDadosA", "SubRedePublicaB")),
    "saida-noutra-porta": (PDV, leaving("GrupoAplicacao", 1, CidrIp=WORLD, FromPort=5433, ToPort=5433)),
    "saida-para-outra-rede": (PDV, leaving("GrupoAplicacao", 1, CidrIp="10.21.0.0/16")),
    "tls-1.3-com-cloudfront": (LOJA, newer_tls(LOJA, "PoliticaBucket", "1.3")),
    "definicao-em-texto-com-prazo": (ESPECTRO, as_text("apart", TimeoutSeconds=1)),
    "definicao-em-texto-que-nao-comeca": (ESPECTRO, as_text("sub", StartAt="Falhou")),
    "mapa-distribuido-sem-permissao": (ESPECTRO, distributed("states:DescribeExecution")),
    "mapa-distribuido-de-outra-maquina": (ESPECTRO, distributed(machine="outra")),
    "grupo-de-registros-com-outro-nome": (ESPECTRO, grouped(Name="outro.exemplo.com")),
    "grupo-de-registros-que-leva-a-outro": (ESPECTRO, grouped(AliasTarget={
        "DNSName": att("BalanceadorApi", "DNSName"), "HostedZoneId": att("BalanceadorApi", "CanonicalHostedZoneID")})),
    "grupo-de-registros-de-outra-zona-do-destino": (ESPECTRO, grouped(SIXTH | {"AliasTarget": {
        **SIXTH["AliasTarget"], "HostedZoneId": "Z2FDTNDATAQYW2"}})),
    "grupo-com-o-registro-duas-vezes": (ESPECTRO, grouped(without(written(ESPECTRO, "Registro"), "HostedZoneId"))),
    "volume-noutro-dispositivo-da-raiz": ("upload-ec2-ebs-rds", born_with("upload-ec2-ebs-rds", "Servidor", VolumeArquivos="/dev/xvda")),
    "dois-volumes-num-dispositivo": ("dois-volumes-ebs", born_with(
        "dois-volumes-ebs", "Servidor", VolumeRecebidos="/dev/sdf", VolumeDefinitivos="/dev/sdf")),
    "volume-que-ninguem-liga": ("dois-volumes-ebs", born_with("dois-volumes-ebs", "Servidor", VolumeRecebidos="/dev/sdf")),
    "grupo-de-origens-sem-uma": (LOJA, failing_over("arquivos")),
    "grupo-de-origens-que-nao-ha": (LOJA, failing_over("arquivos", "outra")),
    "grupo-de-origens-mal-contado": (LOJA, failing_over("arquivos", "aplicacao", codes=3)),
    "grupo-de-origens-em-que-se-grava": (LOJA, failing_over("aplicacao", "arquivos", behaviour=None)),
    "permissao-so-da-funcao": ("foto-perfil", notified(ref("Apelido"), ref("FuncaoValidar"), "viva")),
    "permissao-so-do-apelido": ("foto-perfil", notified(att("FuncaoValidar"), ref("Apelido"), "viva")),
    "falhas-de-outra-versao": ("foto-perfil", notified(ref("Apelido"), ref("Apelido"), "$LATEST")),
    "apelido-de-outra-funcao": ("foto-perfil", notified(ref("Apelido"), ref("Apelido"), "viva", FunctionName=ref("FuncaoAutorizar"))),
    "apelido-de-versao-que-nao-se-conhece": ("foto-perfil", notified(ref("Apelido"), ref("Apelido"), "viva", FunctionVersion="7")),
    "fila-lida-por-apelido-que-nao-ha": (LOJA, polled({"Fn::Sub": "${FuncaoRecibo}:outro"})),
    "maquina-que-so-pode-chamar-a-funcao": (ESPECTRO, by_alias(att("FuncaoEtapas"))),
    "origem-de-trafego-de-outro-tipo": (LOJA, enrolled(LOJA, "GrupoInstancias", Type="vpc-lattice")),
}


def lettered() -> Iterator[tuple[str, str]]:
    """As sub-redes de `PDV`, cada uma com a letra da zona."""
    yield from ((f"SubRede{layer}{letter}", letter.lower()) for layer in ("Publica", "Aplicacao", "Dados") for letter in "AB")


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_form_has_no_finding(name):
    assert findings(*RIGHT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_the_same_form_made_false_is_a_finding(name):
    assert findings(*WRONG[name])


OBSERVING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "registro-de-fluxo": (PDV, "AWS::EC2::FlowLog", {"ResourceId": ref("Vpc"), "ResourceType": "VPC", "TrafficType": "ALL"}),
    "parametro": ("foto-perfil", "AWS::SSM::Parameter", {"Type": "String", "Value": ref("FuncaoAutorizar")}),
    "espelho-do-trafego": (PDV, "AWS::EC2::TrafficMirrorTarget", {"NetworkLoadBalancerArn": ref("Balanceador")}),
}


@pytest.mark.parametrize("name", OBSERVING)
def test_who_only_watches_what_it_cites_changes_no_arrow(name):
    slug, kind, properties = OBSERVING[name]
    told = {found.code for found in findings(slug, {(R, "Novo"): {"Type": kind, "Properties": properties}})}
    assert ("vizinho-desconhecido" in told) is (name == "espelho-do-trafego")


WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "bloqueio-da-vpc": ("AWS::EC2::VPCBlockPublicAccessOptions", {"InternetGatewayBlockMode": "block-bidirectional"}),
    "politica-da-organizacao": ("AWS::Organizations::Policy", {"Name": "nega", "Type": "SERVICE_CONTROL_POLICY", "Content": {"Statement": []}}),
    "politica-da-conta": ("AWS::Logs::AccountPolicy", {"PolicyName": "a", "PolicyType": "SUBSCRIPTION_FILTER_POLICY", "PolicyDocument": "{}"}),
    "associacao-por-tag": ("AWS::SSM::Association", {"Name": "AWS-RunShellScript", "Targets": [{"Key": "tag:Name", "Values": ["*"]}]}),
}
EXCUSED = {"Excecoes": {"recurso-sem-componente": "É da conta inteira.", "recurso-sem-preco": "Não se cobra."}}


@pytest.mark.parametrize("name", WHOLE)
def test_who_cites_nothing_and_is_not_known_may_change_the_whole_account(name):
    """Uma exceção não o tira da frente: só quem diz que o tipo não muda seta nenhuma."""
    kind, properties = WHOLE[name]
    added: Edits = {(R, "Novo"): {"Type": kind, "Properties": properties, "Metadata": EXCUSED}}
    told = [found.message for slug in (PDV, "foto-perfil") for found in findings(slug, added) if found.code == "vizinho-desconhecido"]
    assert len(told) == 2 and all("não cita nada do template: pode valer para a conta, ou a região, inteira" in message for message in told)


def test_who_cites_nothing_but_is_cited_or_known_is_not_refused_for_it():
    kept: Edits = {(R, "Novo"): {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "a"}}}
    assert "vizinho-desconhecido" not in {found.code for found in findings(PDV, kept)}


def test_two_subnets_in_one_lettered_zone_are_not_two_zones():
    same: Edits = {prop(name, "AvailabilityZone"): {"Fn::Sub": "${AWS::Region}a"} for name, _ in lettered()}
    assert findings(PDV, same)
