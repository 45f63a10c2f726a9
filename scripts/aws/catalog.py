"""O catálogo: o que se sabe de cada tipo do CloudFormation, perguntado num lugar só.

Um tipo novo é uma linha num dos módulos vizinhos. De um tipo que não está aqui nada se prova.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from scripts.aws import application, compute, networking, storage
from scripts.aws.kind import ARN, FULL, HERE, ID, MANAGED, NAME, OTHER, SERVER, URL, Kind, Service

__all__ = ["ARN", "FULL", "HERE", "ID", "KINDS", "MANAGED", "NAME", "OTHER", "SERVER", "URL", "Kind", "Service", "add", "kind_of", "types"]

KINDS: dict[str, Kind] = {kind.type: kind for kind in (*compute.KINDS, *networking.KINDS, *storage.KINDS, *application.KINDS)}
UNKNOWN = Kind("")

SUPPORT = (
    # Quem pode o quê
    "::Role", "::InstanceProfile", "Policy", "Permission", "::OriginAccessControl", "EKS::AccessEntry",
    "EKS::PodIdentityAssociation",
    # Como a rede se liga: o gateway, a sub-rede e a VPC são desenhados
    "::Route", "::RouteTable", "Association", "Attachment", "::EIP", "::VPCEndpoint", "::SecurityGroup",
    "::SecurityGroupIngress", "::SecurityGroupEgress", "::NetworkAcl", "::NetworkAclEntry", "::DHCPOptions",
    "::VPCCidrBlock", "::FlowLog", "::RecordSet", "::RecordSetGroup", "::Certificate",
    # Como se configura ou se reparte um serviço já desenhado
    "SubnetGroup", "ParameterGroup", "::OptionGroup", "::Listener", "::ListenerRule", "::ListenerCertificate",
    "::TargetGroup", "::LaunchTemplate", "::ScheduledAction", "::ScalableTarget", "::LifecycleHook", "::WarmPool",
    "::EventSourceMapping", "::EventInvokeConfig", "Lambda::Version", "Lambda::Alias", "::LayerVersion",
    "::Subscription", "::MountTarget", "::AccessPoint", "ApiGateway::Resource", "ApiGateway::Method",
    "ApiGateway::Deployment", "ApiGateway::Stage", "ApiGateway::Account", "ApiGatewayV2::Integration",
    "ApiGatewayV2::Route", "ApiGatewayV2::Stage", "ApiGatewayV2::Authorizer", "ApiGateway::Authorizer",
    "Cognito::UserPoolClient", "Batch::JobDefinition", "ECS::TaskDefinition",
    "CloudFront::VpcOrigin",
    # O que se observa, se guarda em segredo ou espera
    "::LogGroup", "::LogStream", "::MetricFilter", "::SubscriptionFilter", "Logs::QueryDefinition", "::Alarm",
    "::CompositeAlarm", "::AnomalyDetector", "::Dashboard", "::Secret", "::RotationSchedule", "KMS::Key", "KMS::Alias",
    "SSM::Parameter", "SSM::Document", "::WaitCondition", "::WaitConditionHandle", "::CustomResource",
)
"""Finais de tipo. `::X` é o nome inteiro; sem `::`, qualquer nome que termine assim."""


def kind_of(type_: str) -> Kind:
    """A linha do tipo; a de um que não se conhece é vazia, e não nomeia nada."""
    return KINDS.get(type_, UNKNOWN)


@dataclass(frozen=True)
class Types(Collection[str]):
    """Os tipos do catálogo de que isso é verdade agora, também os que uma árvore lhe acrescentou."""

    facts: tuple[tuple[str, object], ...]

    def __contains__(self, type_: object) -> bool:
        kind = KINDS.get(type_) if isinstance(type_, str) else None
        return kind is not None and all(getattr(kind, name) == value for name, value in self.facts)

    def __iter__(self) -> Iterator[str]:
        return (type_ for type_ in KINDS if type_ in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def types(**facts: object) -> Types:
    """Os tipos de que isso é verdade: `types(database=True)`."""
    return Types(tuple(facts.items()))


def add(kind: Kind) -> None:
    """Acrescenta um tipo ao catálogo. Erro: `ValueError` quando ele já o conhece."""
    if kind.type in KINDS:
        raise ValueError(f"o catálogo já conhece `{kind.type}`; apague a linha")
    KINDS[kind.type] = kind


def is_support(type_: str) -> bool:
    """O tipo só existe para servir a outro recurso, e por isso não precisa ser desenhado."""
    return type_.endswith(SUPPORT) or type_.startswith("Custom::")
