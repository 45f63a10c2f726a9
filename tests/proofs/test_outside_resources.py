"""O que gente de fora mudou num recurso só: a mudança falsa é um achado que nomeia a causa, e a certa passa."""

from __future__ import annotations

import pytest
from attempts import Edits, findings, subject
from bench import REAL, REMOVED, R, prop
from test_outside_attacks import ESPECTRO, LOJA, PDV

from scripts.checks import shared

MACHINE = prop("MaquinaAnalise", "Definition", "States")
CATCH_ALL = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.erro"}

FALSE: dict[str, tuple[str, Edits, str]] = {
    "escolha-ao-contrario": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0): {
        "Variable": "$.preparo.mib", "NumericLessThan": 5, "Next": "AnalisarNoBatch"}}, "a escolha é o contrário"),
    "ramos-trocados": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0, "Next"): "AnalisarNaLambda",
                                  (*MACHINE, "Escolher", "Default"): "AnalisarNoBatch"}, "a escolha é o contrário"),
    "o-limite-do-outro-lado": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0): {
        "Variable": "$.preparo.mib", "NumericGreaterThanEquals": 5, "Next": "AnalisarNoBatch"}}, "põe o próprio limite do outro lado"),
    "o-limite-por-extenso": (ESPECTRO, {(*MACHINE, "Escolher"): {"Type": "Choice", "Default": "AnalisarNoBatch", "Choices": [
        {"Variable": "$.preparo.mib", "NumericLessThan": 5, "Next": "AnalisarNaLambda"}]}}, "põe o próprio limite do outro lado"),
    "resultado-noutro-campo": (ESPECTRO, {(*MACHINE, "Preparar", "ResultPath"): "$.pre"}, "lê `$.preparo`, que nenhum estado antes"),
    "escolha-de-outro-campo": (ESPECTRO, {(*MACHINE, "Escolher", "Choices", 0, "Variable"): "$.preparo.tamanho_mib"}, "nenhum programa"),
    "identidade-que-ninguem-manda": (ESPECTRO, {(*MACHINE, "Concluir", "Parameters"): {"etapa": "concluir", "id.$": "$.identidade"}},
                                     "lê `$.identidade`"),
    "ramo-que-acaba-antes": (ESPECTRO, {(*MACHINE, "AnalisarNoBatch"): lambda data: {
        **{key: value for key, value in data[R]["MaquinaAnalise"]["Properties"]["Definition"]["States"]["AnalisarNoBatch"].items()
           if key != "Next"}, "End": True}}, "não passa por `Concluir`"),
    "falha-sem-registro": (ESPECTRO, {(*MACHINE, "Preparar", "Catch"): [{**CATCH_ALL, "Next": "Falhou"}]}, "não passa por `RegistrarFalha`"),
    "so-uma-falha-registrada": (ESPECTRO, {(*MACHINE, "AnalisarNoBatch", "Catch"): [
        {**CATCH_ALL, "ErrorEquals": ["States.Timeout"], "Next": "RegistrarFalha"}]}, "não passa por `RegistrarFalha`"),
    "estado-solto": (ESPECTRO, {(*MACHINE, "Avisar"): {"Type": "Succeed"}}, "nada leva ao estado `Avisar`"),
}
ROLLING = (R, "GrupoInstancias", "UpdatePolicy", "AutoScalingRollingUpdate")
SIGNAL = (R, "GrupoInstancias", "CreationPolicy", "ResourceSignal")
FALSE |= {
    "chave-de-outro-tipo": ("cli-s3-lambda-dynamodb", {prop("TabelaResultados", "AttributeDefinitions", 0, "AttributeType"): "N"}, "use o mesmo tipo"),
    "chaves-trocadas": ("metadados-s3", {prop("TabelaAuditoria", "KeySchema", 0, "KeyType"): "RANGE",
                                         prop("TabelaAuditoria", "KeySchema", 1, "KeyType"): "HASH"}, "não dá a chave de partição"),
    "outra-chave": ("foto-perfil", {prop("TabelaFotos", "KeySchema", 1, "AttributeName"): "envio",
                                    prop("TabelaFotos", "AttributeDefinitions", 1, "AttributeName"): "envio"}, "por outra chave"),
    "versoes-que-ninguem-expira": ("foto-perfil", {prop("BucketFotos", "VersioningConfiguration"): {"Status": "Enabled"}}, "expira as versões"),
    "espera-de-uma-hora-e-tanto": ("envio-e-consulta", {prop("GrupoDestino", "TargetGroupAttributes", 0, "Value"): "4000"}, "da faixa dele"),
    "ocioso-demais": (PDV, {prop("Balanceador", "LoadBalancerAttributes", 0): {"Key": "idle_timeout.timeout_seconds", "Value": "4001"}},
                      "da faixa dele"),
    "nome-sem-certificado": (LOJA, {prop("Distribuicao", "DistributionConfig", "Aliases"): ["loja.exemplo.com.br"]}, "não vale para ele"),
    "orcamento-em-reais": (ESPECTRO, {prop("Orcamento", "Budget", "BudgetLimit", "Unit"): "BRL"}, "só aceita a moeda da conta"),
    "troca-sem-nascer": (PDV, {(*ROLLING, "SuspendProcesses"): ["Launch", "HealthCheck"]}, "suspende `Launch`"),
    "troca-sem-folga": (PDV, {(*ROLLING, "MinInstancesInService"): {"Ref": "InstanciasMaximas"}}, "use menos"),
    "troca-apressada": (PDV, {(*ROLLING, "PauseTime"): "PT1M"}, "`PauseTime` dá 60 s"),
    "troca-lenta-demais": (PDV, {(*ROLLING, "PauseTime"): "PT2H"}, "passa do que o CloudFormation aceita"),
    "sinais-do-pico": (PDV, {(*SIGNAL, "Count"): {"Ref": "InstanciasMaximas"}}, "espera 6 sinais"),
    "nascer-em-um-minuto": ("upload-ec2-ebs-rds", {(R, "Servidor", "CreationPolicy", "ResourceSignal", "Timeout"): "PT1M"}, "`Timeout` dá 60 s"),
}
ATTRIBUTES = prop("GrupoDestino", "TargetGroupAttributes")


def also(*pairs, before=True):
    """Os atributos do grupo de destino do PDV, e mais estes."""
    more = [{"Key": key, "Value": value} for key, value in pairs]
    return {ATTRIBUTES: lambda data: [*(data[R]["GrupoDestino"]["Properties"]["TargetGroupAttributes"] if before else ()), *more]}


ALGORITHM, MITIGATION, SLOW = "load_balancing.algorithm.type", "load_balancing.algorithm.anomaly_mitigation", "slow_start.duration_seconds"
FALSE |= {
    "algoritmo-que-nao-ha": (PDV, also((ALGORITHM, "least_connections")), "não aceita `load_balancing.algorithm.type`"),
    "comeco-curto-demais": (PDV, also((SLOW, "10")), "não aceita `slow_start.duration_seconds`"),
    "comeco-lento-com-outro-algoritmo": (PDV, also((SLOW, "60"), (ALGORITHM, "least_outstanding_requests")), "sem `load_balancing.algorithm.type`"),
    "anomalia-com-outro-algoritmo": (PDV, also((MITIGATION, "on")), "sem `load_balancing.algorithm.type` de `weighted_random`"),
    "saida-que-nao-e-sim": (PDV, also(("deregistration_delay.connection_termination.enabled", "1")), "não aceita `deregistration_delay"),
    "algoritmo-em-tcp": (PDV, {**also((ALGORITHM, "round_robin")), prop("GrupoDestino", "Protocol"): "TCP"}, "só existe num grupo de destino em HTTP"),
    "atributo-que-ninguem-conhece": (PDV, also(("stickiness.algo", "x")), "A prova não leu `TargetGroupAttributes.stickiness.algo`"),
    "versao-padrao": (PDV, {prop("GrupoInstancias", "LaunchTemplate", "Version"): {"Fn::GetAtt": ["ModeloLancamento", "DefaultVersionNumber"]}},
                      "usa a versão padrão de `ModeloLancamento`"),
    "versao-padrao-por-extenso": (LOJA, {prop("GrupoInstancias", "LaunchTemplate", "Version"): "$Default"}, "usa a versão padrão"),
    "apagar-numa-ordem-que-nao-ha": (PDV, {prop("GrupoInstancias", "TerminationPolicies"): ["OldestTemplate"]}, "não conhece a política"),
}
HEALTH = "HealthCheckPath"
FALSE |= {
    "saude-com-barra": (LOJA, {prop("GrupoDestino", HEALTH): "/saude/"}, "pede `/saude/`"),
    "saude-do-django": (ESPECTRO, {prop("GrupoDestino", HEALTH): "/health"}, "pede `/health`"),
    "saude-do-flask": (PDV, {prop("GrupoDestino", HEALTH): "/healthz"}, "pede `/healthz`"),
    "saude-que-so-grava": (PDV, {prop("GrupoDestino", HEALTH): "/vendas"}, "pede `/vendas`"),
    "raiz-que-nao-ha": (LOJA, {prop("Distribuicao", "DistributionConfig", "DefaultRootObject"): "index.html"}, "pede `/index.html`"),
}
FALSE |= {
    "autoridade-vencida": ("upload-ec2-ebs-rds", {prop("Banco", "CACertificateIdentifier"): "rds-ca-2019"}, "não tem a autoridade"),
    "operacoes-demais": ("dois-volumes-ebs", {prop("VolumeDefinitivos", "Iops"): 60000}, "não aceita 60000 operações"),
    "vazao-demais": ("dois-volumes-ebs", {prop("VolumeDefinitivos", "Throughput"): 1000}, "não aceita 1000 MiB/s com 3000 operações por segundo"),
}
FALSE |= {
    "saida-com-o-arn": ("cli-s3-lambda-dynamodb", {("Outputs", "UrlFilaFalhas", "Value"): {"Fn::GetAtt": ["FilaFalhas", "Arn"]}}, "o nome diz o endereço"),
    "comando-com-o-arn": ("metadados-s3", {("Outputs", "ComandoFalhas", "Value"): {
        "Fn::Sub": "aws sqs receive-message --queue-url ${FilaFalhas.Arn} --region ${AWS::Region}"}}, "dá a `--queue-url` o ARN"),
    "comando-de-outra-tabela": ("foto-perfil", {("Outputs", "ComandoFoto", "Value"): {
        "Fn::Sub": "aws dynamodb get-item --table-name ${FuncaoValidar} --key file://x --region ${AWS::Region}"}}, "vai o nome de um `AWS::DynamoDB"),
    "saida-de-outra-funcao": ("foto-perfil", {("Outputs", "NomeFuncaoAutorizar", "Value"): {"Ref": "FuncaoValidar"}}, "use `FuncaoAutorizar`"),
    "saida-da-que-autoriza": ("foto-perfil", {("Outputs", "NomeFuncao", "Value"): {"Ref": "FuncaoAutorizar"}}, "use `FuncaoValidar`"),
    "saida-da-ligacao": ("envio-e-consulta", {("Outputs", "IdVolume", "Value"): {"Ref": "LigacaoVolume"}}, "use `VolumeArquivos`"),
    "site-por-https-sem-tls": ("musicas", {("Outputs", "Endereco", "Value"): {"Fn::Sub": "https://${Servidor.PublicIp}/"}}, "abre `https`"),
    "site-noutra-porta": ("musicas", {("Outputs", "Endereco", "Value"): {"Fn::Sub": "http://${Servidor.PublicIp}:8080/"}}, "chega na porta 8080"),
    "balanceador-sem-esse-ouvinte": ("envio-e-consulta", {("Outputs", "Endereco", "Value"): {
        "Fn::Sub": "http://${Balanceador.DNSName}:8080/"}}, "nenhum ouvinte"),
}
NOTICE = ("NotificationsWithSubscribers", 0, "Notification", "ThresholdType")
PROTECTION = {"Key": "deletion_protection.enabled", "Value": "true"}
FALSE |= {
    "tabela-que-nao-se-apaga": ("cli-s3-lambda-dynamodb", {prop("TabelaResultados", "DeletionProtectionEnabled"): True}, "recusa ser apagado"),
    "banco-que-nao-se-apaga": ("upload-ec2-ebs-rds", {prop("Banco", "DeletionProtection"): True}, "recusa ser apagado"),
    "logs-que-nao-se-apagam": ("musicas", {prop("LogsFuncao", "DeletionProtectionEnabled"): True}, "recusa ser apagado"),
    "balanceador-que-nao-se-apaga": ("envio-e-consulta", {prop("Balanceador", "LoadBalancerAttributes", 0): PROTECTION}, "recusa ser apagado"),
    "nada-se-guarda": (LOJA, {prop("Distribuicao", "DistributionConfig", "CacheBehaviors", 0, "CachePolicyId"):
                              "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}, "nenhum comportamento guarda"),
    "oitenta-dolares": (ESPECTRO, {prop("Orcamento", *NOTICE): "ABSOLUTE_VALUE"}, "avisa em 80 dólares"),
    "so-o-ec2": (ESPECTRO, {prop("Orcamento", "Budget", "CostFilters"): {"Service": ["Amazon Elastic Compute Cloud - Compute"]}}, "só conta uma parte"),
    "outro-padrao": (PDV, {("Parameters", "CreditosCpu", "Default"): "standard"}, "a página, na linha"),
    "fuso-que-nao-ha": ("upload-ec2-ebs-rds", {("Parameters", "FusoHorario", "Default"): "America/SaoPaulo"}, "não há o fuso horário"),
}
LIST = prop("PapelFuncao", "Policies", 0, "PolicyDocument", "Statement", 2)
FALSE |= {
    "lista-outro-prefixo": ("foto-perfil", {(*LIST, "Condition"): {"StringLike": {"s3:prefix": "pessoas/*"}}}, "`StringLike: pessoas/*`), e o pedido leva `*/`"),
    "lista-sem-prefixo": ("foto-perfil", {(*LIST, "Condition"): {"StringEquals": {"s3:prefix": ""}}}, "só deixa `PapelFuncao` fazer"),
}
BUDGET = "Budget"
SENT = {"Sid": "NegarSemCifra", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": {"Fn::Sub": "${BucketEntrada.Arn}/*"},
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}}
STATEMENTS = prop("PoliticaBucket", "PolicyDocument", "Statement")


def _also(statement):
    """As declarações da política do bucket, e mais esta."""
    return lambda data: [*data[R]["PoliticaBucket"]["Properties"]["PolicyDocument"]["Statement"], statement]


FALSE |= {
    "nenhum-fim-bom": (ESPECTRO, {(*MACHINE, "Concluir"): {"Type": "Pass", "Next": "Falhou"}}, "acaba bem"),
    "resultado-descartado": (ESPECTRO, {(*MACHINE, "Preparar", "ResultPath"): REMOVED}, "lê `$.preparo`"),
    "resultado-escolhido": (ESPECTRO, {(*MACHINE, "Preparar", "ResultSelector"): {"tamanho.$": "$.mib"}}, "`ResultSelector` não o deixa"),
    "falha-no-lugar-de-tudo": (ESPECTRO, {(*MACHINE, "Preparar", "Catch"): [{"ErrorEquals": ["States.ALL"], "Next": "RegistrarFalha"}]},
                               "o estado `RegistrarFalha` lê"),
    "gasto-do-ano": (ESPECTRO, {prop("Orcamento", BUDGET, "TimeUnit"): "ANNUALLY"}, "gasto do mês"),
    "uso-e-nao-gasto": (ESPECTRO, {prop("Orcamento", BUDGET, "BudgetType"): "USAGE"}, "não conta o gasto"),
    "sem-impostos": (ESPECTRO, {prop("Orcamento", BUDGET, "CostTypes"): {"IncludeTax": False}}, "só conta uma parte"),
    "aviso-ao-contrario": (ESPECTRO, {prop("Orcamento", "NotificationsWithSubscribers", 0, "Notification", "ComparisonOperator"): "LESS_THAN"},
                           "avisa quando o gasto é menor"),
    "aviso-a-ninguem": (ESPECTRO, {prop("Orcamento", "NotificationsWithSubscribers", 0, "Subscribers"): []}, "não avisa ninguém"),
    "saude-de-onze-vezes": (PDV, {prop("GrupoDestino", "UnhealthyThresholdCount"): 11}, "de 2 a 10"),
    "erro-sem-pagina": (LOJA, {prop("Distribuicao", "DistributionConfig", "CustomErrorResponses", 0, "ResponsePagePath"): "/ausente.html"},
                        "pede `/ausente.html`"),
    "padrao-que-nao-casa": (LOJA, {prop("Distribuicao", "DistributionConfig", "CacheBehaviors", 0, "PathPattern"): "/arquivo/*"},
                            "pede `/arquivos/ausente.html`"),
    "logs-de-outra-coisa": ("foto-perfil", {("Outputs", "ComandoLogs", "Value"): {"Fn::Sub": "aws logs tail ${FuncaoValidar} --follow"}},
                            "dá a `logs tail`"),
    "endereco-privado": ("musicas", {("Outputs", "Endereco", "Value"): {"Fn::Sub": "http://${Servidor.PrivateIp}/"}}, "endereço privado"),
    "registro-de-outro-motor": ("upload-ec2-ebs-rds", {prop("Banco", "EnableCloudwatchLogsExports"): ["error"]}, "não tem o registro"),
    "cifra-que-ninguem-declara": ("cli-s3-lambda-dynamodb", {STATEMENTS: _also(SENT)}, "nega quem não manda"),
}
FALSE |= {
    "etapa-que-nao-ha": (ESPECTRO, {(*MACHINE, "AnalisarNaLambda", "Parameters", "etapa"): "analizar"}, "conhece `analizar`"),
    "comando-noutra-regiao": ("foto-perfil", {("Outputs", "ComandoLogs", "Value"): {
        "Fn::Sub": "aws logs tail ${LogsFuncao} --follow --region us-east-1"}}, "fala com `us-east-1`"),
    "segredo-que-e-endereco": (PDV, {("Outputs", "SegredoBanco", "Value"): {"Fn::GetAtt": ["Banco", "Endpoint.Address"]}}, "não é um segredo"),
    "loja-pelo-bucket": (LOJA, {("Outputs", "Endereco", "Value"): {"Fn::Sub": "https://${BucketLoja.DomainName}/"}}, "abre `BucketLoja` direto"),
}
TASKS = {"Fn::GetAtt": ["FuncaoEtapas", "Arn"]}
BATCH = (*MACHINE, "AnalisarNoBatch")
IN_CODE = ("Mappings", "Codigo", "Etapas", "Texto")


def state(name, *gone, **more):
    """Um estado da máquina, sem umas chaves e com outras."""
    def changed(data):
        kept = data[R]["MaquinaAnalise"]["Properties"]["Definition"]["States"][name]
        return {**{key: value for key, value in kept.items() if key not in gone}, **more}
    return {(*MACHINE, name): changed}


def code(old, new):
    """O código das etapas com esta troca."""
    def changed(data):
        text = data["Mappings"]["Codigo"]["Etapas"]["Texto"]
        assert old in text, old
        return text.replace(old, new)
    return {IN_CODE: changed}


def invoked(**more):
    """A análise na função, por `lambda:invoke`."""
    given = {"FunctionName": TASKS, "Payload": {"etapa": "analisar", "id.$": "$.id"}}
    return state("AnalisarNaLambda", "ResultPath", **{
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:states:::lambda:invoke"}, "Parameters": given, **more})


LOST, ANALYSES = "`$.id`, que se perde em", "AnalisarNaLambda"
RETURNS = ('save(event["id"], "picos.csv", text.getvalue())', 'save(event["id"], "picos.csv", text.getvalue())\n    return ')
FALSE |= {
    "tarefa-no-lugar-de-tudo": (ESPECTRO, state("AnalisarNoBatch", "ResultPath"), f"{LOST} `AnalisarNoBatch`"),
    "tarefa-no-lugar-de-tudo-por-extenso": (ESPECTRO, state("AnalisarNoBatch", ResultPath="$"), f"{LOST} `AnalisarNoBatch`"),
    "funcao-no-lugar-de-tudo": (ESPECTRO, state(ANALYSES, "ResultPath"), f"{LOST} `AnalisarNaLambda`"),
    "funcao-que-devolve-outra-coisa": (ESPECTRO, {**state(ANALYSES, "ResultPath"), **code(RETURNS[0], RETURNS[1] + '{"picos": 1}')}, LOST),
    "funcao-que-nao-se-segue": (ESPECTRO, {**state(ANALYSES, "ResultPath"), **code(RETURNS[0], RETURNS[1] + "json.loads(text.read())")},
                                f"{LOST} `AnalisarNaLambda`"),
    "funcao-de-fora": (ESPECTRO, state("Preparar", "ResultPath", Resource="arn:aws:lambda:sa-east-1:123456789012:function:x", Next=ANALYSES),
                       "não se sabe se nele há"),
    "invocada-no-lugar-de-tudo": (ESPECTRO, invoked(), f"{LOST} `AnalisarNaLambda`"),
    "so-a-carga": (ESPECTRO, invoked(OutputPath="$.Payload"), f"{LOST} `AnalisarNaLambda`"),
    "so-o-resultado-passa": (ESPECTRO, state("AnalisarNoBatch", OutputPath="$.analise"), f"{LOST} `AnalisarNoBatch`"),
    "escolhido-sem-a-identidade": (ESPECTRO, state("AnalisarNoBatch", "ResultPath", ResultSelector={"situacao.$": "$.Status"}), LOST),
    "fixo-no-lugar-de-tudo": (ESPECTRO, {**state(ANALYSES, Next="Marcar"), (*MACHINE, "Marcar"): {
        "Type": "Pass", "Result": {"feito": True}, "Next": "Concluir"}}, f"{LOST} `Marcar`"),
    "parametros-no-lugar-de-tudo": (ESPECTRO, {**state(ANALYSES, Next="Marcar"), (*MACHINE, "Marcar"): {
        "Type": "Pass", "Parameters": {"feito.$": "$.analise"}, "Next": "Concluir"}}, f"{LOST} `Marcar`"),
    "ramos-no-lugar-de-tudo": (ESPECTRO, {(*MACHINE, ANALYSES): {"Type": "Parallel", "Next": "Concluir", "Branches": [
        {"StartAt": "Um", "States": {"Um": {"Type": "Task", "Resource": TASKS, "Parameters": {"etapa": "analisar", "id.$": "$.id"}, "End": True}}}]}},
        f"{LOST} `AnalisarNaLambda`"),
    "dentro-de-um-ramo": (ESPECTRO, {(*MACHINE, ANALYSES): {"Type": "Parallel", "Next": "Concluir", "ResultPath": "$.analise", "Branches": [
        {"StartAt": "Um", "States": {"Um": {"Type": "Task", "Resource": TASKS, "Parameters": {"etapa": "analisar", "id.$": "$.id"}, "Next": "Dois"},
                                     "Dois": {"Type": "Task", "Resource": TASKS, "Parameters": {"etapa": "analisar", "id.$": "$.id"}, "End": True}}}]}},
        f"{LOST} `Um`"),
    "campo-que-o-servico-nao-da": (ESPECTRO, {**state("AnalisarNoBatch", Next="Ver"), (*MACHINE, "Ver"): {
        "Type": "Choice", "Default": "Concluir", "Choices": [{"Variable": "$.analise.Situacao", "StringEquals": "x", "Next": "Concluir"}]}},
        "que não está no que `AnalisarNoBatch` deixa"),
    "fim-de-quem-so-envia": (ESPECTRO, {**state("AnalisarNoBatch", Next="Ver", Resource={"Fn::Sub": "arn:${AWS::Partition}:states:::batch:submitJob"}),
                                        (*MACHINE, "Ver"): {"Type": "Choice", "Default": "Concluir", "Choices": [
                                            {"Variable": "$.analise.Status", "StringEquals": "SUCCEEDED", "Next": "Concluir"}]}},
                             "que não está no que `AnalisarNoBatch` deixa"),
    "campo-que-o-erro-nao-tem": (ESPECTRO, {(*MACHINE, "RegistrarFalha", "Parameters", "erro.$"): "$.erro.Mensagem"}, "`$.erro.Mensagem`"),
    "em-jsonata-sem-saida": (ESPECTRO, {**state(ANALYSES, "ResultPath", "Parameters", "Catch", QueryLanguage="JSONata", Arguments={
        "etapa": "analisar", "id": "{% $states.input.id %}"})}, f"{LOST} `AnalisarNaLambda`: sem o campo em `Output`"),
}
TABLE = ('{"preparar": prepare, "analisar": analyse, "concluir": conclude, "falhar": fail}[event["etapa"]](event)')
SECOND = {"Type": "Task", "Resource": TASKS, "Parameters": {"etapa": "analisar", "id.$": "$.id"}, "ResultPath": "$.analise",
          "Catch": [{**CATCH_ALL, "Next": "RegistrarFalha"}], "Next": "Concluir"}
COMPARED = """prepare(event) if event["etapa"] == "preparar" else analyse(event) if event["etapa"] in ("analisar",) else (
            conclude(event) if event.get("etapa") == "concluir" else fail(event) if event["etapa"] == "falhar" else None)"""
ERRORS = prop("Distribuicao", "DistributionConfig", "CustomErrorResponses")
FALSE |= {
    "um-erro-que-se-guarda": (LOJA, {(*ERRORS, 2, "ErrorCachingMinTTL"): 3600}, "guarda a resposta 503 por 3600 s"),
    "um-erro-pelo-padrao": (LOJA, {(*ERRORS, 3, "ErrorCachingMinTTL"): REMOVED}, "guarda a resposta 502 por 10 s, o padrão"),
    "um-erro-do-codigo-fora-da-lista": (LOJA, {(*ERRORS, 2): REMOVED}, "o programa responde 503"),
}
STAGE = (*MACHINE, ANALYSES, "Parameters", "etapa")
FALSE |= {
    "etapa-que-e-outro-texto-do-codigo": (ESPECTRO, {STAGE: "situacao"}, "o código só tem `analisar`, `concluir`, `falhar` e `preparar`"),
    "etapa-que-nenhuma-comparacao-tem": (ESPECTRO, {STAGE: "situacao", **code(TABLE, COMPARED)}, "o código só tem `analisar`"),
    "etapa-de-outro-estado": (ESPECTRO, {STAGE: "preparar"}, "pelo nome é de `analisar`"),
    "etapas-trocadas": (ESPECTRO, {STAGE: "concluir", (*MACHINE, "Concluir", "Parameters", "etapa"): "analisar"}, "pelo nome é de `concluir`"),
    "etapa-de-outro-estado-por-invoke": (ESPECTRO, invoked(ResultPath="$.analise", Parameters={
        "FunctionName": TASKS, "Payload": {"etapa": "preparar", "id.$": "$.id"}}), "pelo nome é de `analisar`"),
}
SONGS, FILES = prop("FuncaoCatalogar", "Environment", "Variables", "ORIGEM_MUSICAS"), "https://${Bucket%s.RegionalDomainName}"
FALSE |= {
    "endereco-do-que-outra-ja-recebe": ("musicas", {SONGS: {"Fn::Sub": FILES % "Fichas"}}, "`ORIGEM_MUSICAS` recebe `BucketFichas`"),
    "endereco-com-caminho": ("musicas", {SONGS: {"Fn::Sub": FILES % "Fichas" + "/musicas"}}, "`ORIGEM_MUSICAS` recebe `BucketFichas`"),
    "endereco-pelo-atributo": ("musicas", {SONGS: {"Fn::GetAtt": ["BucketFichas", "RegionalDomainName"]}}, "pelo nome é de `BucketMusicas`"),
}
RIGHT: dict[str, tuple[str, Edits]] = {
    "erros-que-se-guardam-todos": (LOJA, {(*ERRORS, index, "ErrorCachingMinTTL"): 5 for index in (1, 2, 3, 4)}),
    "o-arquivo-que-falta-por-mais-tempo": (LOJA, {(*ERRORS, 0, "ErrorCachingMinTTL"): 60}),
    "etapas-por-comparacao": (ESPECTRO, code(TABLE, COMPARED)),
    "etapas-de-nomes-que-nada-dizem": (ESPECTRO, {(*MACHINE, ANALYSES): REMOVED, (*MACHINE, "Segundo"): SECOND,
                                                  (*MACHINE, "Escolher", "Default"): "Segundo"}),
    "resultado-num-campo-do-campo": (ESPECTRO, state("AnalisarNoBatch", ResultPath="$.analise.lote")),
    "resultado-que-ninguem-le": (ESPECTRO, state("Concluir", ResultPath="$")),
    "funcao-que-devolve-o-que-recebe": (ESPECTRO, {**state(ANALYSES, "ResultPath"), **code(RETURNS[0], RETURNS[1] + "event")}),
    "funcao-que-soma-ao-que-recebe": (ESPECTRO, {**state(ANALYSES, "ResultPath"), **code(RETURNS[0], RETURNS[1] + '{**event, "picos": 1}')}),
    "funcao-que-devolve-a-identidade": (ESPECTRO, {**state(ANALYSES, "ResultPath"), **code(
        RETURNS[0], RETURNS[0] + '\n    made = {"picos": 1}\n    made["id"] = event["id"]\n    return made')}),
    "invocada-num-campo": (ESPECTRO, invoked(ResultPath="$.analise")),
    "a-carga-escolhida": (ESPECTRO, {**invoked(OutputPath="$.Payload"), **code(RETURNS[0], RETURNS[1] + '{"id": event["id"]}')}),
    "escolhido-com-a-identidade": (ESPECTRO, state("AnalisarNoBatch", "ResultPath", ResultSelector={"id.$": "$.Tags.id"})),
    "passado-adiante": (ESPECTRO, {**state(ANALYSES, Next="Marcar"), (*MACHINE, "Marcar"): {
        "Type": "Pass", "Parameters": {"id.$": "$['id']"}, "Next": "Concluir"}}),
    "marcado-num-campo": (ESPECTRO, {**state(ANALYSES, Next="Marcar"), (*MACHINE, "Marcar"): {
        "Type": "Pass", "Result": {"feito": True}, "ResultPath": "$.marca", "Next": "Concluir"}}),
    "so-pergunta-se-ha": (ESPECTRO, {**state(ANALYSES, Next="Ver"), (*MACHINE, "Ver"): {"Type": "Choice", "Default": "Concluir", "Choices": [
        {"And": [{"Variable": "$.talvez", "IsPresent": True}, {"Variable": "$.talvez", "NumericEquals": 1}], "Next": "Concluir"}]}}),
    "o-fim-do-trabalho": (ESPECTRO, {**state("AnalisarNoBatch", Next="Ver"), (*MACHINE, "Ver"): {
        "Type": "Choice", "Default": "Concluir", "Choices": [{"Variable": "$.analise.Status", "StringEquals": "SUCCEEDED", "Next": "Concluir"}]}}),
    "em-ramos": (ESPECTRO, {(*MACHINE, ANALYSES): {"Type": "Parallel", "Next": "Concluir", "ResultPath": "$.analise", "Branches": [
        {"StartAt": "Um", "States": {"Um": {"Type": "Task", "Resource": TASKS, "Parameters": {"etapa": "analisar", "id.$": "$.id"}, "End": True}}}],
        "Catch": [{**CATCH_ALL, "Next": "RegistrarFalha"}]}}),
    "o-que-o-erro-tem": (ESPECTRO, {(*MACHINE, "RegistrarFalha", "Parameters", "erro"): {"Error.$": "$.erro.Error", "Cause.$": "$.erro.Cause"},
                                    (*MACHINE, "RegistrarFalha", "Parameters", "erro.$"): REMOVED}),
    "em-jsonata-com-saida": (ESPECTRO, state(ANALYSES, "ResultPath", "Parameters", "Catch", QueryLanguage="JSONata", Arguments={
        "etapa": "analisar", "id": "{% $states.input.id %}"}, Output={"id": "{% $states.input.id %}"}, Catch=[
            {"ErrorEquals": ["States.ALL"], "Next": "RegistrarFalha", "Output": {
                "id": "{% $states.input.id %}", "erro": "{% $states.errorOutput %}"}}])),
    "outro-nome-nos-dois": (ESPECTRO, {(*MACHINE, "Preparar", "ResultPath"): "$.entrada",
                                       (*MACHINE, "Escolher", "Choices", 0, "Variable"): "$.entrada.mib"}),
    "um-passo-a-mais": (ESPECTRO, {(*MACHINE, "Preparar", "Next"): "Seguir", (*MACHINE, "Seguir"): {"Type": "Pass", "Next": "Escolher"},
                                   }),
    "comparado-por-extenso": (ESPECTRO, {(*MACHINE, "Escolher"): {"Type": "Choice", "Default": "AnalisarNoBatch", "Choices": [
        {"Variable": "$.preparo.mib", "NumericLessThanEquals": 5, "Next": "AnalisarNaLambda"}]}}),
    "retencao-padrao": (LOJA, {prop("FilaPedidos"): lambda data: {
        key: value for key, value in data[R]["FilaPedidos"]["Properties"].items() if key != "MessageRetentionPeriod"}}),
    "troca-mais-paciente": (PDV, {(*ROLLING, "PauseTime"): "PT1H"}),
    "raiz-do-bucket": (LOJA, {prop("Distribuicao", "DistributionConfig", "DefaultRootObject"): "arquivos/index.html"}),
    "autoridade-por-extenso": ("upload-ec2-ebs-rds", {prop("Banco", "CACertificateIdentifier"): "rds-ca-rsa2048-g1"}),
    "ritmo-por-extenso": ("dois-volumes-ebs", {prop("VolumeDefinitivos", "Iops"): 3000, prop("VolumeDefinitivos", "Throughput"): 125}),
    "logs-do-banco": ("upload-ec2-ebs-rds", {prop("Banco", "EnableCloudwatchLogsExports"): ["postgresql"]}),
    "saida-pelo-atributo": ("cli-s3-lambda-dynamodb", {("Outputs", "UrlFilaFalhas", "Value"): {"Fn::GetAtt": ["FilaFalhas", "QueueUrl"]}}),
    "site-com-a-porta": ("musicas", {("Outputs", "Endereco", "Value"): {"Fn::Sub": "http://${Servidor.PublicIp}:80/"}}),
    "porcentagem-por-extenso": (ESPECTRO, {prop("Orcamento", *NOTICE): "PERCENTAGE"}),
    "banco-desprotegido-na-pagina": (PDV, {prop("Banco", "DeletionProtection"): True}),
    "outro-fuso": ("upload-ec2-ebs-rds", {("Parameters", "FusoHorario", "Default"): "America/Manaus"}),
    "lista-so-uma-pessoa": ("foto-perfil", {(*LIST, "Condition"): {"StringLike": {"s3:prefix": "*/"}}}),
    "algoritmo-por-pedidos": (PDV, also((ALGORITHM, "least_outstanding_requests"))),
    "algoritmo-ao-acaso": (PDV, also((ALGORITHM, "weighted_random"), (MITIGATION, "on"))),
    "comeco-lento": (PDV, also((SLOW, "60"))),
    "comeco-lento-desligado": (PDV, also((SLOW, "0"), (ALGORITHM, "least_outstanding_requests"))),
    "comeco-lento-de-quinze-minutos": (PDV, also((SLOW, "900"), (ALGORITHM, "round_robin"), before=False)),
    "conexoes-que-acabam": (PDV, also(("deregistration_delay.connection_termination.enabled", "true"))),
    "versao-mais-nova": (PDV, {prop("GrupoInstancias", "LaunchTemplate", "Version"): {"Fn::Sub": "${ModeloLancamento.LatestVersionNumber}"}}),
    "apagar-as-mais-velhas": (PDV, {prop("GrupoInstancias", "TerminationPolicies"): ["OldestLaunchTemplate", "Default"]}),
    "apagar-por-uma-funcao": (PDV, {prop("GrupoInstancias", "TerminationPolicies"): [
        {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:ordem:1"}]}),
    "espera-nenhuma": ("envio-e-consulta", {prop("GrupoDestino", "TargetGroupAttributes", 0, "Value"): "0"}),
}


def test_what_only_adds_to_a_common_part_does_not_diverge():
    denied = {"Sid": "NegarTlsVelho", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
              "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}
    whole = [subject(slug)[0].template for slug in REAL]
    changed = {
        "cli-s3-lambda-dynamodb": _policy("cli-s3-lambda-dynamodb", denied),
        "envio-e-consulta": subject("envio-e-consulta")[0].put(*prop("Balanceador", "LoadBalancerAttributes"), value=[
            {"Key": "idle_timeout.timeout_seconds", "Value": "120"},
            {"Key": "routing.http.desync_mitigation_mode", "Value": "strictest"},
            {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}]).template,
    }
    assert shared.check([changed.get(slug, read) for slug, read in zip(REAL, whole)]) == []


RULE = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
CIPHERS = {
    "s3 com o KMS": ("AWS::S3::Bucket", RULE, {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}),
    "s3 com o KMS duas vezes": ("AWS::S3::Bucket", RULE, {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}}),
    "s3 com uma chave": ("AWS::S3::Bucket", RULE, {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}}),
    "s3 por extenso": ("AWS::S3::Bucket", RULE, {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}),
    "dynamodb por extenso": ("AWS::DynamoDB::Table", ("SSESpecification",), {"SSEEnabled": True, "SSEType": "KMS"}),
    "dynamodb com uma chave": ("AWS::DynamoDB::Table", ("SSESpecification",), {"SSEEnabled": True, "KMSMasterKeyId": "alias/aws/dynamodb"}),
}
LOOSER = {
    "s3 sem dizer": ("AWS::S3::Bucket", ("BucketEncryption",), REMOVED),
    "s3 de um modo que não há": ("AWS::S3::Bucket", RULE, {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES128"}}),
    "s3 com uma chave que ele não usa": ("AWS::S3::Bucket", RULE, {"ServerSideEncryptionByDefault": {
        "SSEAlgorithm": "AES256", "KMSMasterKeyID": "alias/aws/s3"}}),
    "dynamodb com a chave do serviço": ("AWS::DynamoDB::Table", ("SSESpecification",), {"SSEEnabled": False}),
    "dynamodb sem dizer": ("AWS::DynamoDB::Table", ("SSESpecification",), REMOVED),
    "sqs sem cifra": ("AWS::SQS::Queue", ("SqsManagedSseEnabled",), False),
}


def _ciphered(kind, keys, value):
    """Um achado por vez que um recurso do tipo, num dos onze, se cifra assim, e os outros, como sempre."""
    whole = {slug: subject(slug)[0] for slug in REAL}
    for slug, read in whole.items():
        for name in (each.id for each in read.template.resources.values() if each.type == kind):
            changed = read.remove(*prop(name, *keys)) if value is REMOVED else read.put(*prop(name, *keys), value=value)
            yield shared.check([changed.template if other == slug else kept.template for other, kept in whole.items()])


@pytest.mark.parametrize("name", CIPHERS)
def test_a_cipher_that_is_not_weaker_does_not_diverge(name):
    assert not any(_ciphered(*CIPHERS[name]))


@pytest.mark.parametrize("name", LOOSER)
def test_a_weaker_cipher_diverges(name):
    assert all(_ciphered(*LOOSER[name]))


def test_a_queue_with_a_key_does_not_diverge():
    whole = {slug: subject(slug)[0] for slug in REAL}
    changed = whole["musicas"].remove(*prop("FilaFalhas", "SqsManagedSseEnabled")).put(*prop("FilaFalhas", "KmsMasterKeyId"), value="alias/aws/sqs")
    assert shared.check([changed.template if slug == "musicas" else read.template for slug, read in whole.items()]) == []


KMS = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
OWN = {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}, "Action": "kms:*", "Resource": "*"}]}}}
BUCKETS = {"metadados-s3": "BucketResultado", "musicas": "BucketMusicas", "foto-perfil": "BucketFotos", "web-ec2-rds-s3": "BucketArquivos",
           ESPECTRO: "BucketUpload", "cli-s3-lambda-dynamodb": "BucketEntrada"}


@pytest.mark.parametrize("slug", BUCKETS)
def test_a_bucket_may_be_ciphered_by_the_key_that_aws_keeps_and_not_by_one_that_nobody_may_use(slug):
    assert findings(slug, {prop(BUCKETS[slug], *RULE): KMS}) == []
    kept = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Chave", "Arn"]}}}
    assert any("kms:" in found.message for found in findings(slug, {(R, "Chave"): OWN, prop(BUCKETS[slug], *RULE): kept}))


def _policy(slug, statement):
    """O template com mais uma declaração na política do bucket dele."""
    read = subject(slug)[0]
    name = next(resource.id for resource in read.template.resources.values() if resource.type == "AWS::S3::BucketPolicy")
    keys = prop(name, "PolicyDocument", "Statement")
    before = read.template.resources[name].properties["PolicyDocument"]["Statement"]
    return read.put(*keys, value=[*before, statement]).template


FIRST: dict[str, tuple[str, Edits, str, int]] = {
    "rota-de-meia-internet": ("upload-ec2-ebs-rds", {prop("RotaInternet", "DestinationCidrBlock"): "0.0.0.0/1"},
                              "`RotaInternet` só leva 0.0.0.0/1 (NO_ROUTE_TO_DESTINATION); use `DestinationCidrBlock: 0.0.0.0/0`", 1),
    "grupo-em-http2": (PDV, {prop("GrupoDestino", "ProtocolVersion"): "HTTP2"}, "`GrupoDestino` fala HTTP2 com as instâncias", 2),
    "perfil-que-e-papel": ("web-ec2-rds-s3", {prop("Servidor", "IamInstanceProfile"): {"Ref": "PapelServidor"}},
                           "cita no lugar o papel `PapelServidor`; cite `PerfilServidor`", 2),
    "como-o-visitante": (LOJA, {prop("OrigemVpc", "VpcOriginEndpointConfig", "OriginProtocolPolicy"): "match-viewer"},
                         "só ouve HTTP; use `OriginProtocolPolicy: http-only`", 1),
    "permissao-com-os-objetos": ("cli-s3-lambda-dynamodb", {prop("PermissaoInvocar", "SourceArn"): {
        "Fn::Sub": "arn:${AWS::Partition}:s3:::${PrefixoBucket}-${AWS::AccountId}-${AWS::Region}/*"}}, "tire `/*` do fim de `SourceArn`", 1),
    "so-o-que-tem-a-tag": ("metadados-s3", {prop("BucketEntrada", "LifecycleConfiguration", "Rules", 0, "TagFilters"): [{"Key": "a", "Value": "b"}]},
                           "a regra só apaga o que `TagFilters` pega", 2),
    "logs-so-no-grupo": ("cli-s3-lambda-dynamodb", {prop("PapelFuncao", "Policies", 0, "PolicyDocument", "Statement", 2, "Resource"): {
        "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LogsFuncao}"}},
        "é no grupo, e a ação é num fluxo dele, com `:*` no fim do ARN", 4),
    "porta-de-outra-entrada": (PDV, {prop("EntradaHttps", "FromPort"): 8443, prop("EntradaHttps", "ToPort"): 8443},
                               "só há tcp 80 em `GrupoBalanceador` e tcp 8443 em `EntradaHttps`", 1),
    "lote-que-nao-espera": (ESPECTRO, {(*BATCH, "Resource"): {"Fn::Sub": "arn:${AWS::Partition}:states:::batch:submitJob"}},
                            "use `batch:submitJob.sync`; se nada depende do fim", 2),
    "tabelas-trocadas": ("metadados-s3", {prop("FuncaoProcessar", "Environment", "Variables", "METADATA_TABLE"): {"Ref": "TabelaAuditoria"},
                                          prop("FuncaoProcessar", "Environment", "Variables", "AUDIT_TABLE"): {"Ref": "TabelaMetadados"}},
                         "`METADATA_TABLE` recebe `TabelaAuditoria`", 3),
}


@pytest.mark.parametrize("name", FIRST)
def test_the_first_finding_names_the_cause_and_what_follows_from_it_is_not_told(name):
    slug, edits, cause, most = FIRST[name]
    said = [found.message for found in findings(slug, edits)]
    assert said and cause in said[0] and len(said) <= most, said


@pytest.mark.parametrize("name", FALSE)
def test_a_false_change_is_a_finding_that_names_the_cause(name):
    slug, edits, cause = FALSE[name]
    assert any(cause in finding.message for finding in findings(slug, edits)), findings(slug, edits)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_change_has_no_finding(name):
    assert findings(*RIGHT[name]) == []
