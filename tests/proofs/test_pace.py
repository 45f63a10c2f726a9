"""O ritmo, o número e o endereço que a página diz, e uma propriedade que os desfaz: a mudança falsa nomeia a causa, e a certa passa."""

from __future__ import annotations

import json

import pytest
from attempts import Case, Edits, findings, refused, text_of
from bench import REMOVED, prop, real
from test_outside_attacks import ESPECTRO, LOJA, PDV

from scripts.aws.neutral import AUTHORS, OBSERVERS, neutral

MUSICAS, FOTO, WEB, CLI, META = "musicas", "foto-perfil", "web-ec2-rds-s3", "cli-s3-lambda-dynamodb", "metadados-s3"
UPLOAD = "upload-ec2-ebs-rds"
MODEL = prop("ModeloLancamento", "LaunchTemplateData")
ERRORS = prop("Distribuicao", "DistributionConfig", "CustomErrorResponses")
RESERVED = prop("FuncaoCatalogar", "ReservedConcurrentExecutions")
PARALLEL = "processam-se em paralelo."


def interface(public: bool) -> Edits:
    return {(*MODEL, "NetworkInterfaces"): [{"DeviceIndex": 0, "AssociatePublicIpAddress": public, "Groups": [{"Ref": "GrupoAplicacao"}]}],
            (*MODEL, "SecurityGroupIds"): {"Ref": "AWS::NoValue"}}


def usual(name: str, value: object) -> Edits:
    return {("Parameters", name, "Default"): value}


def sifted(pattern: object) -> Edits:
    return {prop("LeituraFila", "FilterCriteria"): {"Filters": [{"Pattern": json.dumps(pattern)}]}}


def signal(slug: str, owner: str, timeout: str | None) -> Edits:
    """O prazo da criação; sem um, o de sempre."""
    policy = {**real(slug).template.resources[owner].body["CreationPolicy"]["ResourceSignal"], "Timeout": timeout}
    return {("Resources", owner, "CreationPolicy"): {"ResourceSignal": {key: value for key, value in policy.items() if value}}}


FALSE: dict[str, Case] = {
    "uma de cada vez": (MUSICAS, {RESERVED: 1}, "tire `ReservedConcurrentExecutions`"),
    "vinte de cada vez": (MUSICAS, {RESERVED: 20}, "tratar 20 de cada vez"),
    "nenhuma": (MUSICAS, {RESERVED: 0}, "a concorrência reservada dela é zero"),
    "uma de cada vez, com o benefício": (META, {prop("FuncaoProcessar", "ReservedConcurrentExecutions"): 1}, "tire `ReservedConcurrentExecutions`"),
    "sem o monitoramento detalhado": (PDV, {(*MODEL, "Monitoring", "Enabled"): False}, "ligue `LaunchTemplateData.Monitoring.Enabled`"),
    "sem dizer o monitoramento": (LOJA, {(*MODEL, "Monitoring"): {"Ref": "AWS::NoValue"}}, "mede a cada 5 minutos"),
    "detalhado, e a página não diz": (WEB, {prop("Servidor", "Monitoring"): True}, "que se cobra, e a página não diz"),
    "endereço público pela interface": (PDV, interface(True), "diz “Sem endereço público”"),
    "endereço público pela sub-rede": (PDV, {prop("SubRedeAplicacaoB", "MapPublicIpOnLaunch"): True}, "diz “Sem endereço público”"),
    "403 por um dia": (LOJA, {(*ERRORS, 0, "ErrorCachingMinTTL"): 86_400}, "guarda o erro 403 por 86400 s"),
    "403 por dez minutos": (LOJA, {(*ERRORS, 0, "ErrorCachingMinTTL"): 600}, "guarda o erro 403 por 600 s"),
    "balanceador mais frouxo": (PDV, {prop("Balanceador", "LoadBalancerAttributes"): [
        {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
        {"Key": "routing.http.desync_mitigation_mode", "Value": "monitor"}]}, "`LoadBalancerAttributes.routing.http.desync_mitigation_mode`"),
    "filtra pelo que a página não diz": (LOJA, sifted({"body": {"total": [{"numeric": [">", 10_000]}]}}), "tire o filtro"),
    "filtra por dois campos": (LOJA, sifted({"body": {"pedido": [{"exists": True}], "total": [{"exists": True}]}}), "`pedido` e `total`"),
    "lado da foto": (FOTO, usual("LadoMaximo", 2000), "o de `LadoMaximo`, 2000"),
    "prazo do registro": (FOTO, usual("DiasHistorico", 45), "`DiasHistorico`, 45"),
    "prazo do backup": (ESPECTRO, usual("DiasBackup", 8), "o de `DiasBackup`, 8"),
    "padrão entre parênteses": (WEB, usual("DiasVersoes", 9), "o de `DiasVersoes`, 9"),
    "cinco minutos para instalar": (UPLOAD, signal(UPLOAD, "Servidor", "PT5M"), "dá 300 s para `Servidor` avisar"),
    "vinte e cinco, de um grupo": (PDV, signal(PDV, "GrupoInstancias", "PT25M"), "dá 1500 s para `GrupoInstancias` avisar"),
    "o de quem não diz": (UPLOAD, signal(UPLOAD, "Servidor", None), "dá 300 s para `Servidor` avisar"),
    "menos instâncias que o mínimo": (PDV, usual("InstanciasMinimas", 3), "diz “duas instâncias”"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "sem endereço, pela interface": (PDV, interface(False)),
    "403 por um minuto": (LOJA, {(*ERRORS, 0, "ErrorCachingMinTTL"): 60}),
    "403 que nunca muda, com o motivo": (LOJA, {(*ERRORS, 0, "ErrorCachingMinTTL"): 600, ("Resources", "Distribuicao", "Metadata"): {
        "Excecoes": {"erro-guardado": "O que falta nunca chega."}}}),
    "mais instâncias no pico": (PDV, usual("InstanciasMaximas", 5)),
    "balanceador mais estrito": (PDV, {prop("Balanceador", "LoadBalancerAttributes"): [
        {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
        {"Key": "routing.http.desync_mitigation_mode", "Value": "strictest"}]}),
    "o mesmo prazo, noutra unidade": (PDV, signal(PDV, "GrupoInstancias", "PT1200S")),
    "alvo da CPU": (PDV, usual("CpuAlvo", 60)),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_breaks_the_pace_is_named(name: str) -> None:
    assert refused(FALSE[name]), [found.message for found in findings(*FALSE[name][:2])]


@pytest.mark.parametrize("name", RIGHT)
def test_what_keeps_it_is_right(name: str) -> None:
    assert findings(*RIGHT[name]) == []


def test_a_ceiling_that_the_page_tells_is_right() -> None:
    told = (PARALLEL, "processam-se em paralelo, até 20 execuções.")
    assert not any("de cada vez" in found.message for found in findings(MUSICAS, {RESERVED: 20}, told))
    assert any("tratar 21 de cada vez" in found.message for found in findings(MUSICAS, {RESERVED: 21}, told))


def test_a_filter_that_the_step_tells_is_right() -> None:
    told = ("7. ", "7. O filtro só passa o que traz `total`. ")
    assert not any(found.code == "filtro-sem-texto" for found in findings(LOJA, sifted({"body": {"total": [{"exists": True}]}}), told))


def guarded(target: object) -> Edits:
    """Uma lista do WAF diante do recurso, com um grupo de regras da AWS."""
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "envios"}
    rule = {"Name": "comuns", "Priority": 0, "OverrideAction": {"None": {}}, "VisibilityConfig": seen, "Statement": {
        "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}}
    return {("Resources", "ListaWaf"): {"Type": "AWS::WAFv2::WebACL", "Properties": {
                "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen, "Rules": [rule]}},
            ("Resources", "LigacaoWaf"): {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": {
                "ResourceArn": target, "WebACLArn": {"Fn::GetAtt": ["ListaWaf", "Arn"]}}}}


def named(acl: object) -> Edits:
    """A lista que a própria distribuição nomeia."""
    body = guarded("")["Resources", "ListaWaf"]
    listed = {} if isinstance(acl, str) else {("Resources", "ListaWaf"): body}
    return {prop("Distribuicao", "DistributionConfig", "WebACLId"): acl, **listed}


def emptied(bucket: str, days: int) -> Edits:
    if bucket in ("BucketArquivos", "BucketLoja"):  # que já têm uma regra
        return {prop(bucket, "LifecycleConfiguration", "Rules", 0, "ExpirationInDays"): days}
    return {prop(bucket, "LifecycleConfiguration"): {"Rules": [{"Id": "limpar", "Status": "Enabled", "ExpirationInDays": days}]}}


FIRST: dict[str, tuple[str, Edits, str]] = {
    "etiqueta que ninguém põe": ("dois-volumes-ebs", {prop("PoliticaSnapshots", "PolicyDetails", "Schedules", 0, "TagsToAdd"): {"Ref": "AWS::NoValue"}},
                                 "é `TagsToAdd` que a põe; ponha a etiqueta `CopiaDiaria`"),
    "versões que ficam": (FOTO, {prop("BucketEntrada", "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration"): {
        "NoncurrentDays": 1, "NewerNoncurrentVersions": 5}}, "tire `NewerNoncurrentVersions`"),
    "alarme calado": (CLI, {prop("AlarmeFalhas", "ActionsEnabled"): False}, "tire `ActionsEnabled`"),
    "alarme noutra unidade": (CLI, {prop("AlarmeFalhas", "Unit"): "Percent"}, "tire `Unit`"),
    "endpoint no grupo do banco": ("envio-e-consulta", {("Resources", "EndpointSegredos"): {"Type": "AWS::EC2::VPCEndpoint", "Properties": {
        "VpcId": {"Ref": "Vpc"}, "VpcEndpointType": "Interface", "PrivateDnsEnabled": True, "SubnetIds": [{"Ref": "SubRedePublicaA"}],
        "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.secretsmanager"}, "SecurityGroupIds": [{"Ref": "GrupoBanco"}]}}},
        "um grupo só dele"),
    "porta do banco": ("dois-volumes-ebs", {prop("Banco", "Port"): "5433"}, "tire `Port`"),
    "ARN do perfil": (WEB, {prop("EndpointS3", "PolicyDocument", "Statement", 0, "Condition"): {
        "ArnEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["PerfilServidor", "Arn"]}}}}, "um perfil de instância"),
    "pod sem etiquetas de sessão": (ESPECTRO, {prop("PapelApi", "AssumeRolePolicyDocument", "Statement", 0, "Action"): "sts:AssumeRole"},
                                    "para fazer `sts:TagSession`"),
    "sem a política de origem": (LOJA, {prop("Distribuicao", "DistributionConfig", "DefaultCacheBehavior", "OriginRequestPolicyId"): {
        "Ref": "AWS::NoValue"}}, "sem `OriginRequestPolicyId`"),
    "fichas que somem": (MUSICAS, emptied("BucketFichas", 1), "apaga em 1 dia o que a página"),
    "arquivos que somem": (WEB, emptied("BucketArquivos", 30), "apaga em 30 dias o que a página"),
    "alvo noutra porta": ("envio-e-consulta", {prop("GrupoDestino", "Targets", 0, "Port"): 80}, "tire `Port` do alvo"),
    "outro motor, na porta dele": ("dois-volumes-ebs", {prop("Banco", "Engine"): "mysql"}, "a do motor `mysql`, e a seta e os grupos"),
    "destino de outra versão": (CLI, {prop("DestinoFalhas", "Qualifier"): "1"}, "escreva `Qualifier: $LATEST`"),
    "uma de cada vez": (META, {prop("FuncaoProcessar", "ReservedConcurrentExecutions"): 1}, "tire `ReservedConcurrentExecutions`"),
    "disco que só existe maior": (WEB, {prop("VolumeTemporarios", "VolumeType"): "st1"}, "o tipo vai de 125 a 16384; use `gp3`"),
    "regras diante do balanceador": ("envio-e-consulta", guarded({"Ref": "Balanceador"}), "recusa o que uma regra dela pega"),
    "regras da distribuição": (LOJA, named({"Fn::GetAtt": ["ListaWaf", "Arn"]}), "`ListaWaf` (`AWS::WAFv2::WebACL`) fica diante de `Distribuicao`"),
    "regras que não estão no template": (LOJA, named("arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/6f1c1f6e-0000-4000-8000-000000000000"),
                                         "tire `WebACLId` de `Distribuicao`"),
    "caminho da saúde": (PDV, {prop("GrupoDestino", "HealthCheckPath"): "/saude/banco"}, "o template diz `/saude/banco` em `HealthCheckPath`"),
}
ALONE = {"porta do banco": {"seta-sem-prova"}, "alvo noutra porta": {"seta-sem-prova"},
         "sem a política de origem": {"seta-sem-prova"}, "alarme noutra unidade": {"beneficio-falso"}, "destino de outra versão": {"seta-sem-prova"}}
"""As causas de que nada decorre: nem uma porta a abrir, nem uma frase a mudar."""


@pytest.mark.parametrize("name", FIRST)
def test_the_first_finding_names_what_changed(name: str) -> None:
    slug, edits, cause = FIRST[name]
    said = findings(slug, edits)
    assert said and cause in said[0].message, [found.message for found in said]


LASTED = {
    "as fichas, na linha": (MUSICAS, "BucketFichas", "A biblioteca: um arquivo JSON por música.", "Um arquivo JSON por música, que some em 1 dia."),
    "os arquivos, na linha": (WEB, "BucketArquivos", "Guarda os arquivos definitivos: fotos", "Guarda por 1 dia os arquivos: fotos"),
    "as páginas do site": (LOJA, "BucketLoja", "páginas fixas e recibos.", "páginas fixas e recibos, por 1 dia."),
    "o que não muda": (LOJA, "BucketLoja", "Guarda imagens, estilo, páginas fixas e recibos.", "Guarda imagens, estilo e recibos, por 1 dia."),
    "as fichas, sem tirar a palavra": (MUSICAS, "BucketFichas", "A biblioteca: um arquivo", "A biblioteca, que some em 1 dia: um arquivo"),
}


@pytest.mark.parametrize("name", LASTED)
def test_to_tell_the_term_is_not_enough_where_the_page_says_that_it_stays(name: str) -> None:
    slug, bucket, *told = LASTED[name]
    assert [found.code for found in findings(slug, emptied(bucket, 1), (told[0], told[1]))] == ["prazo-contrario"]


ERASING = prop("PapelSnapshots", "Policies", 0, "PolicyDocument", "Statement", 2)
OURS = {"Ref": "AWS::StackName"}


@pytest.mark.parametrize("condition", [REMOVED, {"StringNotEquals": {"aws:ResourceTag/CopiaDiaria": "x"}},
                                       {"StringEqualsIfExists": {"aws:ResourceTag/CopiaDiaria": OURS}}, {"Bool": {"aws:SecureTransport": "true"}}])
@pytest.mark.parametrize("tagged", [True, False])
def test_no_reason_lets_a_role_erase_the_snapshots_of_others(condition: object, tagged: bool) -> None:
    untold = {} if tagged else {prop("PoliticaSnapshots", "PolicyDetails", "Schedules", 0, "TagsToAdd"): {"Ref": "AWS::NoValue"}}
    said = findings("dois-volumes-ebs", {(*ERASING, "Condition"): condition, **untold})
    assert any(found.code == "permissao-ampla" and "motivo nenhum explica isso" in found.message for found in said)


def test_the_tag_of_the_stack_may_be_asked_in_other_ways() -> None:
    for operator, key in (("StringEquals", "ec2:ResourceTag/CopiaDiaria"), ("StringLike", "aws:ResourceTag/CopiaDiaria")):
        said = findings("dois-volumes-ebs", {(*ERASING, "Condition"): {operator: {key: OURS}}})
        assert not any(found.code == "permissao-ampla" for found in said)


def test_a_library_of_a_program_and_a_denial_keep_nothing() -> None:
    told = "Com a biblioteca `boto3`, a função lê o objeto do S3. Nada fica no S3 para sempre: nenhum objeto é definitivo.\n\n## Benefícios"
    assert not any(found.code == "prazo-contrario" for found in findings(CLI, {}, ("## Benefícios", told)))
    told = "O objeto do S3 é definitivo.\n\n## Benefícios"
    assert any(found.code == "prazo-contrario" for found in findings(CLI, {}, ("## Benefícios", told)))


def test_no_author_says_that_the_rules_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AUTHORS, "só olha", {"AWS::CloudFront::Distribution": ("DistributionConfig.WebACLId",)})
    neutral.cache_clear()
    assert "barreira-nao-lida" in {found.code for found in findings(*FIRST["regras da distribuição"][:2])}
    neutral.cache_clear()


def test_a_list_of_rules_never_is_an_observer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OBSERVERS, "AWS::WAFv2::WebACLAssociation", "só observa")
    said = {found.code for found in findings("envio-e-consulta", guarded({"Ref": "Balanceador"}))}
    assert "barreira-nao-lida" in said and not said & {"permissao-sem-seta", "vizinho-desconhecido"}
    elsewhere = guarded("arn:aws:apigateway:sa-east-1::/restapis/a/stages/b")
    assert "barreira-nao-lida" not in {found.code for found in findings("envio-e-consulta", elsewhere)}


@pytest.mark.parametrize("name", ALONE)
def test_what_follows_from_the_cause_is_not_said(name: str) -> None:
    said = findings(*FIRST[name][:2])
    assert {found.code for found in said} == ALONE[name] and len({found.message.split("provada: ")[-1] for found in said}) == 1


def test_only_the_arrow_that_the_defect_spoils_says_it() -> None:
    said = findings(*FIRST["sem a política de origem"][:2])
    assert [found.message.split("`")[1] for found in said] == ["distribuicao--balanceador"]


def test_the_way_to_mend_the_endpoint_keeps_its_condition() -> None:
    assert "deixe a condição, com `!GetAtt PapelServidor.Arn`" in findings(*FIRST["ARN do perfil"][:2])[0].message


def test_the_health_of_an_instance_is_not_that_of_the_database() -> None:
    path = prop("GrupoDestino", "HealthCheckPath")
    told = ("Ele pergunta `/saude` a cada uma", "Ele pergunta `/saude/banco` a cada uma")
    assert any("a verificação de saúde não consulta o banco" in found.message for found in findings(PDV, {path: "/saude/banco"}, told))
    assert not any(found.code == "promessa-desfeita" for found in findings(PDV, {}))


CODE = ("Mappings", "Codigo", "Site")
HEALTH = 'return {"aplicacao": "ok", "versao": os.environ["VERSAO"]'
HOOK = """@app.before_request
def remember():
    {guard}with database.connect() as connection:
        connection.execute("SELECT 1")


@app.get("/saude")"""
DEEP: dict[str, tuple[str, Edits]] = {
    "a raiz": (LOJA, {prop("GrupoDestino", "HealthCheckPath"): "/"}),
    "a raiz, que não se escreve": (LOJA, {prop("GrupoDestino", "HealthCheckPath"): REMOVED}),
    "o carrinho": (LOJA, {prop("GrupoDestino", "HealthCheckPath"): "/carrinho"}),
    "uma página do pedido": (LOJA, {prop("GrupoDestino", "HealthCheckPath"): "/pedidos/6f1c1f6e-0000-4000-8000-000000000000"}),
    "a do banco": (PDV, {prop("GrupoDestino", "HealthCheckPath"): "/saude/banco"}),
    "o próprio caminho passa a consultar": (LOJA, text_of(CODE, HEALTH, "database.connect().close()\n    " + HEALTH)),
    "por outra função": (LOJA, text_of(CODE, HEALTH, "database.open().close()\n    " + HEALTH)),
    "antes de todo pedido": (LOJA, text_of(CODE, '@app.get("/saude")', HOOK.format(guard=""))),
    "no Django": (ESPECTRO, text_of(CODE, 'login_not_required(lambda request: JsonResponse({"aplicacao": "ok"}))', "login_not_required(index)")),
}
SHALLOW: dict[str, tuple[str, Edits]] = {
    "antes de todo pedido, menos do da saúde": (LOJA, text_of(CODE, '@app.get("/saude")', HOOK.format(
        guard="if request.path == \"/saude\":\n        return\n    "))),
    "uma função que não consulta": (LOJA, text_of(CODE, HEALTH, "time.monotonic()\n    " + HEALTH)),
    "no Django, por uma função": (ESPECTRO, text_of(CODE, 'login_not_required(lambda request: JsonResponse({"aplicacao": "ok"}))',
                                                    "login_not_required(problem)")),
}


@pytest.mark.parametrize("name", DEEP)
def test_a_group_does_not_replace_its_instances_when_the_database_falls(name: str) -> None:
    slug, edits = DEEP[name]
    assert any("todas são reprovadas de uma vez" in found.message and "como `/saude`" in found.message or "consulta o banco em `/saude`" in found.message
               for found in findings(slug, edits)), findings(slug, edits)


@pytest.mark.parametrize("name", SHALLOW)
def test_a_health_path_that_asks_nothing_of_the_database_has_no_finding(name: str) -> None:
    slug, edits = SHALLOW[name]
    assert not [found for found in findings(slug, edits) if "consulta o banco" in found.message]


def expiring(slug: str, age: object, **others: object) -> bool:
    """O achado diz que um evento desta função vence antes da última tentativa."""
    config = next(each.id for each in real(slug).template.resources.values() if each.type == "AWS::Lambda::EventInvokeConfig")
    edits = {prop(config, "MaximumEventAgeInSeconds"): age, **{prop(config, name): value for name, value in others.items()}}
    return any("vence em" in found.message and "tire `MaximumEventAgeInSeconds`" in found.message for found in findings(slug, edits))


@pytest.mark.parametrize("slug", [CLI, FOTO, META, MUSICAS])
def test_an_event_lives_until_its_last_attempt(slug: str) -> None:
    template = real(slug).template
    timeout = max(int(each.properties.get("Timeout", 3)) for each in template.resources.values() if each.type == "AWS::Lambda::Function")
    least = 60 + 120 + 2 * timeout
    assert expiring(slug, 60) and expiring(slug, 179)
    assert expiring(slug, 60, MaximumRetryAttempts=REMOVED) and expiring(slug, 60, MaximumRetryAttempts=1)
    assert not expiring(slug, least) and not expiring(slug, REMOVED) and not expiring(slug, 60, MaximumRetryAttempts=0)
