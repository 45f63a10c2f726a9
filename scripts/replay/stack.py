"""A pilha de um template num mundo só, com valores concretos: o que cada expressão vale, e de quem é cada nome.

É a mesma resolução das provas. Muda só que nada fica simbólico: a conta, a região e os nomes que o
CloudFormation inventaria têm aqui um valor, sempre o mesmo. Por isso as políticas, que as provas leem pela
mesma vista, decidem sobre pedidos concretos.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.aws.catalog import ARN, ID, NAME, URL, kind_of
from scripts.aws.types import BALANCER, BUCKET, DISTRIBUTION, ELASTIC_IP, INSTANCE, LISTENER, QUEUE
from scripts.proofs.facts.view import View
from scripts.template.cloudformation import Resource, Template
from scripts.template.resolution import Resolution
from scripts.template.values import LITERAL, SYMBOL, Unknown, text_of
from scripts.template.worlds import worlds

ACCOUNT, REGION, PARTITION = "123456789012", "sa-east-1", "aws"
STACK = "pilha"
PSEUDO = {
    "AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": PARTITION, "AWS::StackName": STACK, "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:{PARTITION}:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/0",
}
ENDPOINTS = {
    BUCKET: {"DomainName": "{name}.s3.amazonaws.com", "RegionalDomainName": f"{{name}}.s3.{REGION}.amazonaws.com",
             "DualStackDomainName": f"{{name}}.s3.dualstack.{REGION}.amazonaws.com",
             "WebsiteURL": f"http://{{name}}.s3-website-{REGION}.amazonaws.com"},
    BALANCER: {"DNSName": f"{{name}}.{REGION}.elb.amazonaws.com"},
    DISTRIBUTION: {"DomainName": "d{name}.cloudfront.net"},
    ELASTIC_IP: {"": "{public}", "PublicIp": "{public}"},
    INSTANCE: {"PublicIp": "{public}", "PrivateIp": "{private}", "PublicDnsName": f"ec2-{{public}}.{REGION}.compute.amazonaws.com",
               "PrivateDnsName": f"ip-{{private}}.{REGION}.compute.internal"},
}
"""Como a AWS escreve o endereço de cada tipo; o atributo vazio é o que `Ref` devolve.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html#aws-resource-s3-bucket-return-values
"""
PUBLIC, PRIVATE = "18.228.0.{}", "10.0.0.{}"
"""De onde saem os endereços que se inventam; os públicos são do EC2 de `sa-east-1`: https://ip-ranges.amazonaws.com/ip-ranges.json"""
AMONG = range(10, 250)


class Unresolved(Exception):
    """O fluxo precisa de um valor que só a pilha implantada daria."""


@dataclass(frozen=True)
class Names:
    """Os nomes que a pilha teria: o que o fluxo diz (`given`) e, do resto, um nome inventado e fixo."""

    given: Mapping[str, str]

    def of(self, resource: Resource) -> str:
        """O nome de um recurso a que o template não dá um."""
        name = f"{STACK}-{resource.id}-ABC123"
        return name.lower() if resource.type == BUCKET else name


@dataclass(frozen=True)
class Concrete(Resolution):
    """Os valores do template com tudo por extenso; o que nem assim se sabe continua `Unknown`."""

    names: Names = field(default_factory=lambda: Names({}))

    def reference(self, name: Any, depth: int = 0) -> Any:
        if name in PSEUDO:
            return PSEUDO[name]
        resource = self.template.resources.get(name) if isinstance(name, str) else None
        if resource is None or name in self.names.given:
            return self.names.given.get(name) or self._given(name, super().reference(name, depth))
        return self._meant(resource, kind_of(resource.type).ref, name, depth)

    def attribute(self, name: str, attribute: str, depth: int = 0) -> Any:
        resource, key = self.template.resources.get(name), f"{name}.{attribute}"
        if resource is None or key in self.names.given:
            return self.names.given.get(key) or super().attribute(name, attribute, depth)
        plain = super().attribute(name, attribute, depth)
        if attribute in ("AvailabilityZone", "CidrBlock"):
            return plain
        return self._meant(resource, kind_of(resource.type).gives.get(attribute, ""), key, depth)

    def _given(self, name: Any, value: Any) -> Any:
        """Um parâmetro sem padrão precisa de um valor: o fluxo o diz em `PARAMETERS`."""
        symbolic = isinstance(value, str) and value == f"${{{name}}}"
        return Unknown(f"o parâmetro `{name}` não tem padrão; diga o valor dele em `PARAMETERS`, no fluxo") if symbolic else value

    def _meant(self, resource: Resource, meaning: str, key: str, depth: int) -> Any:
        name = self.physical(resource, depth)
        if isinstance(name, Unknown):
            return name
        if meaning == ARN:
            return self.arn(resource, depth)
        if meaning == URL and resource.type == QUEUE:
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
        if meaning in (NAME, ID):
            return name
        attribute = key.partition(".")[2]
        if attribute in ENDPOINTS.get(resource.type, {}):
            found = {"public": self.address(resource), "private": self.address(resource, PRIVATE)}
            if attribute.endswith("DnsName"):
                found = {kind: said.replace(".", "-") for kind, said in found.items()}
            return ENDPOINTS[resource.type][attribute].format(name=str(name).lower(), **found)
        written = self._once("property", key, resource.properties.get(attribute), depth)
        return Unknown(f"a rodada não sabe quanto vale `{key}`") if written is None else written

    def address(self, resource: Resource, among: str = PUBLIC) -> str:
        """O endereço IP que o recurso teria, sempre o mesmo."""
        return among.format(AMONG[list(self.template.resources).index(resource.id) % len(AMONG)])

    def physical(self, resource: Resource, depth: int = 0) -> Any:
        """O nome físico: o que o template escreve, ou o inventado."""
        written = resource.properties.get(kind_of(resource.type).named) if kind_of(resource.type).named else None
        name = self._once("name", resource.id, written, depth) if written is not None else None
        return name if isinstance(name, (str, Unknown)) else self.names.of(resource)

    def arn(self, resource: Resource, depth: int = 0) -> str | Unknown:
        """O ARN, por extenso; o de um tipo que o catálogo não sabe escrever é inventado, como o nome."""
        kind = kind_of(resource.type)
        if kind.part_of:
            owner = self.template.resources.get(_cited(resource.properties.get(kind.part_of[0])))
            return f"{self.arn(owner, depth)}:{self.physical(resource, depth)}" if owner else Unknown(f"não se sabe de que `{resource.id}` é parte")
        if not kind.arn:
            _, service, thing = resource.type.lower().split("::")
            return f"arn:{PARTITION}:{service}:{REGION}:{ACCOUNT}:{thing}/{self.physical(resource, depth)}"
        folder = self.value(resource.properties.get(kind.folder), depth + 1) if kind.folder else None
        name = f"{str(folder or '').removeprefix('/')}{self.physical(resource, depth)}"
        return substituted(f"arn:{PARTITION}:{kind.arn.replace('{}', name.removeprefix('/') if kind.arn.startswith('ssm:') else name)}")


def substituted(text: str) -> str:
    """O texto com a conta, a região e os outros pseudoparâmetros no lugar dos símbolos."""
    for name, value in PSEUDO.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _cited(expression: Any) -> str:
    """O recurso que `Ref` ou `GetAtt` cita; vazio quando a expressão é outra coisa."""
    cited = next(iter(expression.values())) if isinstance(expression, dict) and len(expression) == 1 else ""
    return str(cited[0] if isinstance(cited, list) else cited).split(".")[0]


class ConcreteView(View):
    """A vista das provas sobre um mundo concreto."""

    world: Concrete

    def name(self, resource: Resource) -> str:
        return str(self.world.physical(resource))

    def arn(self, resource: Resource) -> str | None:
        found = self.world.arn(resource)
        return found if isinstance(found, str) else None

    def _said(self, resource: Resource, by: tuple[str, ...]) -> list[str]:
        """Também o que `Ref` devolve, que aqui está por extenso: o endereço de uma fila, que a política dela nomeia."""
        cited = self.world.reference(resource.id) if kind_of(resource.type).ref in by else None
        return [*super()._said(resource, by), *([cited] if isinstance(cited, str) else [])]

    def spelled(self, text: Any) -> str | None:
        return substituted(text) if isinstance(text, str) else None


class Stack:
    """A pilha imaginária de um template.

    `parameters` são os valores que quem implanta escolheria; `given`, o que só a pilha implantada saberia,
    como `Banco.Endpoint.Port`, que o laboratório preenche ao criar o que o fluxo usa.
    """

    def __init__(self, template: Template, parameters: Mapping[str, str], given: Mapping[str, str]):
        found = worlds(template)
        if found.unknown:
            raise Unresolved(found.unknown[0][1])
        varying = {name for world in found.each for name in world.chosen}
        wanted = {name: value for name, value in parameters.items() if name in varying}
        world = next((world for world in found.each if {**world.chosen} == wanted), found.each[0])
        defaults = {name: text_of(spec["Default"]) for name, spec in template.parameters.items() if isinstance(spec, dict) and "Default" in spec}
        lists = {name for name, spec in template.parameters.items() if "List" in str(spec.get("Type"))}
        chosen = {name: value for name, value in {**defaults, **parameters, **world.chosen}.items() if name not in lists}
        self.template = template
        self.view = ConcreteView(Concrete(template, world.assumed, chosen, names=Names(given)))

    def resource(self, name: str) -> Resource:
        """O recurso com esse id. Erro: `Unresolved` quando ele não existe neste mundo."""
        if name not in self.view.resources:
            raise Unresolved(f"o recurso `{name}` não existe nesta pilha")
        return self.view.resources[name]

    def value(self, expression: Any) -> Any:
        """O valor que o CloudFormation daria. Erro: `Unresolved`, com o motivo, quando não se sabe."""
        return plain(self.view.world.value(expression))

    def property(self, resource: Resource, *keys: str | int, default: Any = None) -> Any:
        """O valor de uma propriedade, ou `default`, se ela falta. Erro: `Unresolved`."""
        found = self.view.value(resource, *keys)
        return default if found is None else plain(found)

    def physical(self, resource: Resource) -> str:
        return self.view.name(resource)

    def arn(self, resource: Resource) -> str:
        """Erro: `Unresolved` quando o tipo não tem ARN no catálogo."""
        found = self.view.arn(resource)
        if found is None:
            raise Unresolved(f"não se sabe escrever o ARN de `{resource.id}`")
        return found

    def listeners(self, balancers: Collection[str]) -> list[Resource]:
        """Os ouvintes destes balanceadores, por id lógico."""
        return [found for found in self.view.of_type(LISTENER)
                if (owner := self.named(str(self.property(found, "LoadBalancerArn")), BALANCER)) and owner.id in balancers]

    def named(self, text: str, *types: str) -> Resource | None:
        """O recurso, de um destes tipos, que tem exatamente este nome, ARN ou endereço."""
        return next((resource for resource in self.view.of_type(*types)
                     if text in (resource.id, self.physical(resource), self.view.arn(resource), self.view.world.reference(resource.id))), None)


def only(node: Mapping[str, Any], known: Collection[str], what: str) -> None:
    """Erro: `Unresolved` quando há uma chave que não se conhece; `what` diz, com `{}` no lugar dela, o que não se sabe."""
    unknown = sorted(set(node) - set(known))
    if unknown:
        raise Unresolved("a rodada não sabe o que " + what.replace("{}", f"`{unknown[0]}`", 1))


def plain(value: Any) -> Any:
    """O valor sem marcas; um texto de CloudFormation com `${` escrito à mão volta a ser o que era."""
    if isinstance(value, Unknown):
        raise Unresolved(value.reason)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, str):
        return value
    if found := SYMBOL.search(value):
        raise Unresolved(f"não se sabe quanto vale `{found[0][2:-1]}`; diga-o no fluxo")
    return value.replace(LITERAL, "${")
