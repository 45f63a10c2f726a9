"""O que a página promete sobre a pilha inteira, e um recurso desfaz: apagar com a pilha, guardar perto de quem visita, contar tudo, o padrão."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator

from scripts.aws.types import (
    BALANCER, DATABASE, DB_CLUSTER, DISTRIBUTION, EKS_CLUSTER, INSTANCE, LISTENER, LOG_GROUP, SCALING_GROUP, TABLE, TARGET_GROUP,
)
from scripts.base.findings import Finding
from scripts.checks.requested import machine_behind, members
from scripts.page import document
from scripts.page.architecture import Page
from scripts.page.commands import commands
from scripts.proofs.evidence import Path, at
from scripts.proofs.facts.attributes import attributes
from scripts.proofs.facts.barriers import apart, queried
from scripts.proofs.facts.expect import true
from scripts.proofs.facts.machine import machines
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.cloudformation import Resource, Template

CODE = "promessa-desfeita"
BUDGET = "AWS::Budgets::Budget"
UNCACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
PROTECTED = {
    TABLE: ("DeletionProtectionEnabled", "--no-deletion-protection-enabled"), DATABASE: ("DeletionProtection", "--no-deletion-protection"),
    DB_CLUSTER: ("DeletionProtection", "--no-deletion-protection"), EKS_CLUSTER: ("DeletionProtection", "--no-deletion-protection"),
    LOG_GROUP: ("DeletionProtectionEnabled", "put-log-group-deletion-protection"),
    INSTANCE: ("DisableApiTermination", "--no-disable-api-termination"),
    BALANCER: ("deletion_protection.enabled", "deletion_protection.enabled,Value=false"),
}
"""De cada tipo que se protege de ser apagado, a propriedade e o que, num comando, tira a proteção.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
"""
STORED = re.compile(r"\bguarda\w*\b[^.]*\bperto\b|\bcache\b|\bem cache\b", re.IGNORECASE)
MONTHLY = re.compile(r"\bgasto (?:do mês|mensal)\b|\bmês\b[^.]*\bgasto\b", re.IGNORECASE)
USUAL = re.compile(r",\s*(?:que é )?o padrão\b([^.]*)")
NEWER = re.compile(r"\bTLS 1\.([23])\s+(?:ou (?:mais nov|superior|maior|posterior)|em diante|para cima|no mínimo)"
                   r"|\b(?:no mínimo|ao menos|a partir d[eo]|só|somente|apenas|exige)\s+(?:o\s+)?TLS 1\.([23])", re.IGNORECASE)
POLICY = re.compile(r"ELBSecurityPolicy-(?:TLS13|TLS|FS)-1-(\d)-")
"""O nome de uma política traz a versão mais antiga que ela aceita; a que não a traz, como a que vale sem `SslPolicy`, aceita TLS 1.0.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
"""
BUNDLE = re.compile(r"https://truststore\.pki\.[\w.-]+/([a-z]{2}(?:-[a-z]+)+-\d)/")
REGION = re.compile(r"--region[ =]([a-z]{2}(?:-[a-z]+)+-\d)\b")
APART = re.compile(r"\b(?:verificação de saúde|`/[\w/-]*`)[^.?]*\bnão\b\W*\s(?:consulta|pergunta|toca|fala|depende)\w*\b[^.?]*\bbanco\b",
                   re.IGNORECASE)
"""Como a página diz que a saúde de uma instância não é a do banco."""
ZONED = re.compile(r"Fuso|Time_?[Zz]one")


def check(page: Page, views: Views) -> Iterator[Finding]:
    """Um achado por promessa que o template desfaz."""
    regions = {region for command in commands(page) for region in REGION.findall(command.text)}
    removing = "\n".join(command.text for command in commands(page))
    said = " ".join(token.content for token in page.tokens)
    for view in views.each:
        for resource in view.resources.values():
            for path, message in (*_kept(view, resource, removing), *_uncached(view, resource, page), *_narrowed(view, resource, said),
                                  *_negotiated(view, resource, said), *_probed(view, resource, said)):
                yield Finding(view.template.path, view.template.line(*path), CODE, message)
        for path, message in _bundled(view, regions):
            yield Finding(view.template.path, view.template.line(*path), CODE, message)
    yield from _usual(page, views.template)
    yield from _zoned(views.template)


def _kept(view: View, resource: Resource, removing: str) -> Iterator[tuple[Path, str]]:
    """O que recusa ser apagado, e a limpeza da página não desprotege antes."""
    name, command = PROTECTED.get(resource.type, ("", ""))
    if not name or command in removing or str(resource.body.get("DeletionPolicy", "")).startswith("Retain"):
        return
    own, listed = view.at(resource, name), (value for key, value in attributes(view, resource) if key == name)
    for found in (*([own] if own else []), *listed):
        if true(found.value):
            yield found.path, (f"`{resource.id}` recusa ser apagado, e a remoção da pilha para nele; tire a proteção, ou diga na página o comando "
                               f"que a tira antes, com `{command}`.")


def _uncached(view: View, resource: Resource, page: Page) -> Iterator[tuple[Path, str]]:
    """Um passo diz que a distribuição guarda, e nenhum comportamento dela guarda.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
    """
    if resource.type != DISTRIBUTION:
        return
    nodes = {row.node_id for row in page.rows if resource.id in row.resources}
    if not any(STORED.search(step.text) and any(link.target[1:] in nodes for link in step.links) for step in page.steps):
        return
    ways = [view.at(resource, "DistributionConfig", "DefaultCacheBehavior"), *view.items(resource, "DistributionConfig", "CacheBehaviors")]
    policies = [policy for way in ways if way and (policy := view.inside(way, "CachePolicyId"))]
    if policies and len(policies) == len([way for way in ways if way]) and all(str(each.value).lower() == UNCACHED for each in policies):
        yield policies[-1].path, (f"um passo diz que `{resource.id}` guarda o que busca, e nenhum comportamento guarda: a política é "
                                  "`CachingDisabled`; use uma que guarde, como `CachingOptimized`.")


def _narrowed(view: View, budget: Resource, said: str) -> Iterator[tuple[Path, str]]:
    """O que o orçamento conta e quando avisa é o que a página diz: a conta inteira, e a porcentagem do limite.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
    """
    if budget.type != BUDGET:
        return
    period, kind = (view.at(budget, "Budget", name) for name in ("TimeUnit", "BudgetType"))
    if period and period.value != "MONTHLY" and MONTHLY.search(said):
        yield period.path, f"`{budget.id}` conta por outro período (`{period.value}`), e a página fala do gasto do mês; use `MONTHLY`."
    if kind and kind.value != "COST" and "gasto" in said:
        yield kind.path, f"`{budget.id}` não conta o gasto (`{kind.value}`), e a página diz que sim; use `COST`."
    for name in ("CostFilters", "FilterExpression", "CostTypes"):
        found = view.at(budget, "Budget", name)
        if found and found.value and not all(text in said for text in _leaves(found.value)):
            yield found.path, f"`{budget.id}` só conta uma parte do gasto, e a página não diz qual; tire `{name}`, ou diga na página o que ele conta."
    for item in view.items(budget, "NotificationsWithSubscribers"):
        kind, limit = (view.inside(item, "Notification", name) for name in ("ThresholdType", "Threshold"))
        if kind and limit and kind.value == "ABSOLUTE_VALUE" and f"{limit.value}%" in said:
            yield kind.path, f"`{budget.id}` avisa em {limit.value} dólares, e a página diz {limit.value}%; use `ThresholdType: PERCENTAGE`."


def _negotiated(view: View, listener: Resource, said: str) -> Iterator[tuple[Path, str]]:
    """A página diz a versão mais antiga do TLS, e o balanceador aceita outra mais antiga."""
    if listener.type != LISTENER or view.value(listener, "Protocol") not in ("HTTPS", "TLS"):
        return
    least = max((int(found[1] or found[2]) for sentence in re.split(r"\.\s", said) if "CloudFront" not in sentence
                 for found in NEWER.finditer(sentence)), default=0)
    policy = view.at(listener, "SslPolicy")
    known = POLICY.match(str(policy.value)) if policy else None
    if int(known[1] if known else 0) < least:
        yield at(listener, "SslPolicy" if policy else "Protocol"), (
            f"`{listener.id}` aceita um TLS mais antigo que o 1.{least} que a página diz; use `ELBSecurityPolicy-TLS13-1-{least}-2021-06`.")


def _probed(view: View, targets: Resource, said: str) -> Iterator[tuple[Path, str]]:
    """A verificação de saúde não consulta o banco, se a página diz que não, ou se o Auto Scaling troca a instância que ela reprova.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html
    """
    told = targets.type == TARGET_GROUP and bool(APART.search(said))
    path = str(view.value(targets, "HealthCheckPath") or "/") if targets.type == TARGET_GROUP else ""
    for member in members(view, targets) if path else ():
        renewed = member.type == SCALING_GROUP and "ELB" in str(view.value(member, "HealthCheckType"))
        machine = machine_behind(view, member) if told or renewed else None
        if machine and any(queried(text, path) for text in machine.texts):
            why = "a página diz que a verificação de saúde não consulta o banco, e " if told else "na verificação de saúde, "
            then = (f"se o banco cai ou troca de instância, todas são reprovadas de uma vez, e `{member.id}` as troca sem nada resolver"
                    if renewed else "a queda do banco tira todas as instâncias")
            other = next((f", como `{known}`" for text in machine.texts for known in apart(text)), "")
            yield at(targets, "HealthCheckPath"), (f"{why}o programa de `{machine.owner.id}` consulta o banco em `{path}`: {then}; "
                                                   f"use um caminho que não o consulte{other}.")


def _bundled(view: View, regions: set[str]) -> Iterator[tuple[Path, str]]:
    """A máquina confere o certificado do banco com o pacote de uma região que não é a da pilha.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    """
    for machine in machines(view):
        for region in sorted({found for text in machine.texts for found in BUNDLE.findall(text)} - regions):
            yield machine.path, (f"`{machine.owner.id}` baixa os certificados do RDS de `{region}`, e a página não cria a pilha lá: o banco de "
                                 "outra região não confere; use `/global/global-bundle.pem`.")


def _leaves(node: object) -> list[str]:
    if isinstance(node, dict):
        return [text for each in node.values() for text in _leaves(each)]
    if isinstance(node, list):
        return [text for each in node for text in _leaves(each)]
    return [str(node)]


def _usual(page: Page, template: Template) -> Iterator[Finding]:
    """O valor que a página chama de padrão é o de um parâmetro que o aceita."""
    wrong: dict[str, Finding] = {}
    for inline in page.tokens:
        code = ""
        for child, line in document.children(inline):
            found = USUAL.match(child.content) if child.type == "text" and code else None
            if found and (not re.match(r"\s+d[aeo]s?\b", found[1]) or "deste template" in found[1]):
                owners = {name: declared for name, declared in template.parameters.items()
                          if isinstance(declared, dict) and code in map(str, declared.get("AllowedValues") or ())}
                if owners and all(str(declared.get("Default")) != code for declared in owners.values()):
                    name = next(iter(owners))
                    wrong.setdefault(name, Finding(
                        template.path, template.line("Parameters", name, "Default"), CODE,
                        f"o padrão de `{name}` é `{owners[name].get('Default')}`, e a página, na linha {line}, diz que é "
                        f"`{code}`; iguale os dois."))
            code = child.content if child.type == "code_inline" else code if child.type == "link_close" else ""
    yield from wrong.values()


def _zoned(template: Template) -> Iterator[Finding]:
    """O padrão de um fuso horário existe na base de fusos; sem a base nesta máquina, nada se diz."""
    for name, declared in template.parameters.items():
        usual = declared.get("Default") if isinstance(declared, dict) and ZONED.search(name) else None
        if isinstance(usual, str) and usual and _exists("Etc/UTC") and not _exists(usual):
            yield Finding(template.path, template.line("Parameters", name, "Default"), CODE,
                          f"não há o fuso horário `{usual}`, o padrão de `{name}`; use um da base de fusos, como `America/Sao_Paulo`.")


def _exists(name: str) -> bool:
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
