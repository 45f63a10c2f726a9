"""A forma de uma linha do catálogo de tipos.

As linhas estão nos módulos vizinhos, por assunto, e se juntam em `kinds`. Um teste as confere com
os esquemas que o `cfn-lint` traz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Keys = tuple[str | int, ...]
HERE = "${AWS::Region}:${AWS::AccountId}"

ID, ARN, NAME, URL, FULL = "id", "arn", "name", "url", "full"
"""O que um valor é do recurso: o que `Ref` devolve, ou um atributo de `Fn::GetAtt`."""

SERVER, MANAGED, OTHER = "server", "managed", "other"
"""Há máquina ou tamanho a escolher; a AWS opera tudo; o resto do que se desenha."""


class Service(NamedTuple):
    """Um serviço que uma aplicação chama pela API da AWS.

    `usual` são as ações a tentar quando a seta não diz a sua, nessa ordem. `endpoint` é o nome
    dele nos endpoints de VPC, e `key` a propriedade com a chave do KMS. Que recurso cada ação aceita:
    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """

    prefix: str
    usual: tuple[str, ...]
    endpoint: str = ""
    key: Keys = ()


@dataclass(frozen=True)
class Kind:
    """Um tipo do CloudFormation.

    `ref` é o que `Ref` devolve, e `gives` o que cada atributo devolve, quando é um modo de nomear o
    recurso. `arn` é o ARN depois da partição, com `{}` no lugar do nome; `named`, a propriedade que
    dá esse nome, e `folder`, a do caminho que o ARN traz antes dele. `nature` é vazia quando o tipo não se
    desenha. `role` é a propriedade com o papel e quem o assume; `policy`, onde está a política do próprio
    recurso; `policy_of`, de um tipo que é a política de outro, a propriedade que o nomeia, a do documento
    (vazia, se o documento é o próprio recurso) e por que modos o nomeia. `part_of` é a
    propriedade que nomeia o recurso cujo ARN, com o nome deste no fim, é o ARN deste, e o tipo dele. `scope` é `zone`, `region` ou
    `global`; `deputy` diz que o serviço conta à confiança do papel por quem age:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    type: str
    ref: str = ID
    gives: Mapping[str, str] = field(default_factory=dict)
    arn: str = ""
    named: str = ""
    folder: str = ""
    nature: str = ""
    hourly: bool = False
    database: bool = False
    keeps_data: bool = False
    scope: str = "region"
    role: tuple[str, str] | None = None
    deputy: bool = False
    policy: Keys = ()
    policy_of: tuple[str, str, tuple[str, ...]] | None = None
    part_of: tuple[str, str] | None = None
    service: Service | None = None

    @property
    def name_attribute(self) -> str | None:
        """O atributo que devolve o nome; vazio quando é o próprio `Ref`, `None` quando nenhum."""
        if self.ref not in (ARN, URL):
            return ""
        return next((attribute for attribute, meaning in self.gives.items() if meaning == NAME), None)
