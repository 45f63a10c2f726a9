"""Valores que a AWS recusa, ou que desfazem o que o recurso promete: atributos, orçamento, nomes da distribuição e chaves da tabela."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scripts.aws.ranges import ALONGSIDE, BY_REQUEST, TERMINATIONS, accepted
from scripts.checks.programs import Effect, programs
from scripts.proofs.evidence import at
from scripts.proofs.facts.attributes import attributes as written_attributes
from scripts.proofs.facts.callees import callee
from scripts.proofs.facts import tables
from scripts.proofs.facts.lasting import USUAL_FUNCTION
from scripts.proofs.facts.outputs import outputs
from scripts.proofs.facts.view import Placed, View
from scripts.template.cloudformation import Resource
from scripts.template.numbers import whole
from scripts.template.values import text_of

CONFIG = "DistributionConfig"
TYPED = r"[\"']?{}[\"']?\s*:\s*\{{\s*[\"'](S|N|B)[\"']"
KEY = re.compile(r"--key\s+'(\{.*?\})'\s*(?:--|$)", re.DOTALL)
ASKED = re.compile(r"--key-condition-expression\s+(?:'([^']*)'|\"([^\"]*)\")")
INDEXED = "--index-name"
KEPT = "sem-expiracao"
HEADERS = {
    "s3:x-amz-server-side-encryption": ("ServerSideEncryption", "--sse"), "s3:x-amz-acl": ("ACL=", "--acl"),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": ("SSEKMSKeyId", "--sse-kms-key-id"),
    "s3:x-amz-storage-class": ("StorageClass", "--storage-class"),
}
"""De cada condição que olha um cabeçalho do envio, como um programa ou a CLI o mandam."""
LOGS = {
    "postgres": ("postgresql", "upgrade", "iam-db-auth-error"), "mysql": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
    "mariadb": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
}
BETWEEN = (60, 120)
"""Por quantos segundos a Lambda espera entre uma tentativa de um evento e a seguinte."""
LASTING = "erro-guardado"
PATIENT = 300
"""Por quantos segundos quem abre de novo ainda espera."""
ANSWERED = re.compile(r"[,(=]\s*(50[0-4])\s*[,)]")
"""Um erro do servidor que um programa responde por si."""


def attributes(view: View, owner: Resource) -> Iterator[Effect]:
    """Cada atributo do balanceador ou do grupo de destino está na faixa que o ELB aceita."""
    for count in ("HealthyThresholdCount", "UnhealthyThresholdCount"):
        found = view.at(owner, count)
        times = whole(found.value) if found else None
        if found and times is not None and not 2 <= times <= 10:
            yield found.path, f"`{count}` de `{owner.id}` é {times}, e o ELB só aceita de 2 a 10; use um valor da faixa."
    said_of = {name: text_of(value.value) for name, value in written_attributes(view, owner)}
    for name, value in written_attributes(view, owner):
        yield from _alongside(view, owner, name, value, said_of)
        if isinstance(value.value, (str, int, bool)) and "${" not in str(value.value):
            said = text_of(value.value)
            if not accepted(name, said):
                yield value.path, f"o ELB não aceita `{name}` de {said} em `{owner.id}`, e a pilha não se cria; use um valor da faixa dele."


def _alongside(view: View, owner: Resource, name: str, value: Placed, said: dict[str, str]) -> Iterator[Effect]:
    """O atributo é dos que este protocolo tem, e não se liga com outro que o impede."""
    protocol = view.value(owner, "Protocol")
    if name in BY_REQUEST and protocol not in ("HTTP", "HTTPS"):
        yield value.path, f"`{name}` só existe num grupo de destino em HTTP, e `{owner.id}` é `{protocol}`; tire o atributo."
    for (kind, off), (other, wanted) in ALONGSIDE.items():
        if name == kind and said[kind] != off and said.get(other, "round_robin") != wanted:
            yield value.path, f"o ELB não aceita `{kind}` ligado sem `{other}` de `{wanted}` em `{owner.id}`; desligue um dos dois."


def terminated(view: View, group: Resource) -> Iterator[Effect]:
    """A ordem em que o grupo apaga instâncias é uma das que a AWS tem, ou uma função que a dá."""
    for item in view.items(group, "TerminationPolicies"):
        if isinstance(item.value, str) and item.value not in TERMINATIONS and not item.value.startswith(("arn:", "$")):
            yield item.path, f"o Auto Scaling não conhece a política `{item.value}` de `{group.id}`, e a recusa; use `{'`, `'.join(TERMINATIONS)}`."


def budget(view: View, owner: Resource) -> Iterator[Effect]:
    """O limite é em dólar: a AWS recusa outra moeda.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Spend.html
    """
    unit = view.at(owner, "Budget", "BudgetLimit", "Unit")
    if unit and view.value(owner, "Budget", "BudgetType") == "COST" and unit.value != "USD":
        yield unit.path, f"`{owner.id}` conta em `{unit.value}`, e um orçamento só aceita a moeda da conta, `USD`; use `USD`."
    for item in view.items(owner, "NotificationsWithSubscribers"):
        how = view.inside(item, "Notification", "ComparisonOperator")
        if how and how.value == "LESS_THAN":
            yield how.path, f"`{owner.id}` avisa quando o gasto é menor que o limite, e cala quando passa; use `GREATER_THAN`."
        if not view.items_inside(item, "Subscribers"):
            yield item.path, f"`{owner.id}` não avisa ninguém; dê `Subscribers`."


def demanded(view: View, policy: Resource) -> Iterator[Effect]:
    """A política nega o envio sem um cabeçalho, e nem os programas nem os comandos das saídas o mandam.

    Um operador negado também nega quando o cabeçalho falta.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    sources = [*programs(view), *(output.text for output in outputs(view))]
    for item in view.items(policy, "PolicyDocument", "Statement"):
        effect, condition = view.inside(item, "Effect"), view.inside(item, "Condition")
        keys = json.dumps(condition.value, default=str) if condition and effect and effect.value == "Deny" else ""
        for header, ways in HEADERS.items():
            sent = any(way in text for text in sources for way in ways)
            if f'"{header}"' in keys and re.search(r'"(?:StringNot\w+(?<!IfExists)|Null)"', keys) and not sent:
                yield item.path, (f"`{policy.id}` nega quem não manda `{header}`, e nenhum programa nem comando das saídas o manda: o envio é "
                                  "recusado; tire a negação, que a cifra padrão do bucket dispensa, ou mande o cabeçalho.")


def exported(view: View, database: Resource) -> Iterator[Effect]:
    """O motor tem os registros que se exportam.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    known = LOGS.get(str(view.value(database, "Engine")))
    for item in view.items(database, "EnableCloudwatchLogsExports"):
        if known and item.value not in known:
            yield item.path, f"o motor de `{database.id}` não tem o registro `{item.value}`, e o RDS o recusa; use `{'`, `'.join(known)}`."


def named(view: View, distribution: Resource) -> Iterator[Effect]:
    """Um nome próprio pede um certificado para ele.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
    """
    names = view.items(distribution, CONFIG, "Aliases")
    own = any(view.at(distribution, CONFIG, "ViewerCertificate", name) for name in ("AcmCertificateArn", "IamCertificateId"))
    if names and not own:
        yield names[0].path, (f"`{distribution.id}` tem o nome `{names[0].value}` e o certificado padrão do CloudFront, que não vale para ele: a "
                              "pilha não se cria; dê `AcmCertificateArn`, ou tire `Aliases`.")


def kept_errors(view: View, distribution: Resource) -> Iterator[Effect]:
    """O erro de um visitante não serve a todos, se o template decidiu isso: os erros do servidor que ele lista não se guardam, nem os do código.

    Sem `ErrorCachingMinTTL`, e sem o código na lista, o CloudFront guarda um erro por 10 s.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
    """
    yield from _long_kept(view, distribution)
    listed = {whole(code.value): item for item in view.items(distribution, "DistributionConfig", "CustomErrorResponses")
              if (code := view.inside(item, "ErrorCode"))}
    terms = {code: view.inside(item, "ErrorCachingMinTTL") for code, item in listed.items() if code and code >= 500}
    decided = [code for code, term in terms.items() if term and whole(term.value) == 0]
    for code, term in terms.items() if len(decided) > 1 else ():
        if code not in decided:
            how_long = f"por {term.value} s" if term else "por 10 s, o padrão"
            yield (term or listed[code]).path, (
                f"`{distribution.id}` guarda a resposta {code} {how_long}, e as outras do servidor não: o erro de um visitante serviria a todos; use "
                "`ErrorCachingMinTTL: 0`.")
    for code in sorted({int(found) for source in programs(view) for found in ANSWERED.findall(source)} - terms.keys()) if len(decided) > 1 else ():
        yield at(distribution, "DistributionConfig", "CustomErrorResponses"), (
            f"o programa responde {code}, e `{distribution.id}` o guardaria por 10 s, o padrão, quando não guarda os outros erros do servidor; "
            f"acrescente `ErrorCode: {code}` com `ErrorCachingMinTTL: 0`.")


def _long_kept(view: View, distribution: Resource) -> Iterator[Effect]:
    """O erro que se guarda por muito tempo continua, para quem volta, depois que a causa dele passou.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
    """
    for item in view.items(distribution, CONFIG, "CustomErrorResponses"):
        code, term = (view.inside(item, name) for name in ("ErrorCode", "ErrorCachingMinTTL"))
        if term and (whole(term.value) or 0) > PATIENT and not distribution.exceptions.get(LASTING, "").strip():
            yield term.path, (
                f"`{distribution.id}` guarda o erro {code.value if code else ''} por {term.value} s: quem abre de novo o que chegou depois, ou "
                f"voltou a funcionar, ainda vê o erro; use `ErrorCachingMinTTL` de até {PATIENT}, ou, se o que falta nunca chega, dê o motivo em "
                f"`Metadata: {{Excecoes: {{{LASTING}: …}}}}`.")


def keyed(view: View, table: Resource) -> Iterator[Effect]:
    """A chave da tabela é a que os comandos das saídas usam: os mesmos nomes, o mesmo tipo, e a de partição na consulta.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
    """
    keys, types = tables.keys(view, table), tables.attributes(view, table)
    for text in (output.text for output in outputs(view) if table.id in output.cites):
        for name, kind in types.items():
            said = set(re.findall(TYPED.format(re.escape(name)), text)) if name in keys else set()
            if said and str(kind.value) not in said:
                yield kind.path, (f"a chave `{name}` de `{table.id}` é `{kind.value}`, e o comando da saída a dá como `{said.pop()}`; use o mesmo "
                                  "tipo.")
        for given in KEY.findall(text):
            if _names(given) not in (set(keys), set()):
                yield at(table, "KeySchema"), f"o comando da saída busca em `{table.id}` por outra chave que a da tabela; use `{'`, `'.join(keys)}`."
        for quoted in ASKED.findall(text) if INDEXED not in text else ():
            hashed = next((name for name, kind in keys.items() if kind.value == "HASH"), "")
            if hashed and not re.search(rf"(?<![\w#]){re.escape(hashed)}\s*=", quoted[0] or quoted[1]) and "#" not in quoted[0] + quoted[1]:
                yield keys[hashed].path, (f"a consulta da saída não dá a chave de partição de `{table.id}`, `{hashed}`, e o DynamoDB a recusa; "
                                          "iguale `KeySchema` e a consulta.")


def _names(key: str) -> set[str]:
    """Os nomes da chave de um item, escrita em JSON; nenhum, se não se lê."""
    try:
        return set(json.loads(key))
    except ValueError:
        return set()


def versioned(view: View, bucket: Resource) -> Iterator[Effect]:
    """O que um programa apaga de um bucket com versões continua guardado, se nenhuma regra expira as versões.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
    """
    status = view.at(bucket, "VersioningConfiguration", "Status")
    if status is None or status.value != "Enabled" or re.search(r"\bvers", bucket.exceptions.get(KEPT, ""), re.IGNORECASE):
        return
    expiring = any(view.inside(rule, name) for rule in view.items(bucket, "LifecycleConfiguration", "Rules")
                   if not _off(view, rule) for name in ("NoncurrentVersionExpiration", "NoncurrentVersionExpirationInDays"))
    if not expiring:
        yield status.path, (f"com versões em `{bucket.id}`, o que se apaga ou se troca continua guardado, e nenhuma regra expira as versões; "
                            "acrescente `NoncurrentVersionExpiration`, ou tire o versionamento.")


def _off(view: View, rule: Placed) -> bool:
    status = view.inside(rule, "Status")
    return status is not None and status.value == "Disabled"


def aged(view: View, config: Resource) -> Iterator[Effect]:
    """O evento vive até a última das tentativas: a função pode levar todo o prazo dela em cada uma, e a Lambda espera entre elas.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    age, called = view.at(config, "MaximumEventAgeInSeconds"), callee(view, view.at(config, "FunctionName"))
    tries = whole(view.value(config, "MaximumRetryAttempts"))
    again = len(BETWEEN) if tries is None else min(tries, len(BETWEEN))
    lasts = (whole(view.value(called.function, "Timeout")) or USUAL_FUNCTION) if called else 0
    least = sum(lasts + wait for wait in BETWEEN[:again])
    if age and again and (whole(age.value) or 0) < least:
        yield age.path, (f"um evento que falha vence em {age.value} s, antes da última das {again + 1} tentativas, que pode começar depois de "
                         f"{least} s: tire `MaximumEventAgeInSeconds`, e ele vale por seis horas, ou use {least} ou mais.")
