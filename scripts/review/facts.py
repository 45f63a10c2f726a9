"""Os fatos de uma arquitetura num dos lados, como valores que passam de um processo a outro.

Vêm das portas da conferência: o que se leu (`Reading`), o que se provou, o que as políticas e a rede
deixam, e a conta. Nada aqui guarda regras nem vistas: só textos, números e o desenho.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.base.diagram import Diagram


@dataclass(frozen=True)
class Line:
    """Uma linha de evidência: o lugar sem posições de lista, o que ela garante, o que está escrito nela e o número."""

    place: str
    text: str
    value: str
    number: int = field(compare=False)


@dataclass(frozen=True)
class Lack:
    """O que falta a uma prova: a frase, o código de explicação da AWS, quando há, e a linha do template."""

    text: str
    code: str
    number: int = field(compare=False)

    def __str__(self) -> str:
        return f"{self.text}{f' ({self.code})' if self.code else ''}, na linha {self.number} do template"


@dataclass(frozen=True)
class Judged:
    """Uma seta ou um benefício julgado. `state` é `provada`, `declarada`, `sem regra` ou `sem prova`; `reason`, o motivo que ela dá."""

    state: str
    title: str = ""
    reason: str = ""
    found: tuple[Line, ...] = ()
    missing: tuple[Lack, ...] = ()

    @property
    def proven(self) -> bool:
        return self.state == "provada"


@dataclass(frozen=True)
class Benefit:
    """Um benefício da página; sem afirmação, `judged` é `None`."""

    name: str
    text: str
    judged: Judged | None


@dataclass(frozen=True)
class Grant:
    """Uma permissão, ou uma negação, de uma ação num alvo.

    `subject` é o recurso de quem se fala; `kind`, se é um papel (`papel`), quem o assume (`confianca`), quem chega a um recurso
    (`recurso`), o que passa por um endpoint (`endpoint`) ou outra política (`politica`).
    `action` e `target` são padrões, e vazios quando valem todos menos os de
    `but_actions` e `but_targets`. `condition` são os pares da condição; `opaque` diz o que não se lê.
    """

    subject: str
    kind: str
    allows: bool
    who: str = ""
    action: str = ""
    target: str = ""
    but_actions: tuple[str, ...] = ()
    but_targets: tuple[str, ...] = ()
    condition: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    opaque: str = ""


@dataclass(frozen=True)
class Opening:
    """Uma regra de um grupo de segurança: sentido, protocolo, portas e a outra ponta. Também um par, com `peer` alcançando `group`."""

    group: str
    ingress: bool
    protocol: str
    first: int
    last: int
    peer: str


@dataclass(frozen=True)
class World:
    """Um mundo do template: o resultado de cada condição e os parâmetros de que dependem."""

    assumed: tuple[tuple[str, bool], ...]
    chosen: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cost:
    """A conta parada: o total por região, com o que falta nele, o de cada preço e quantas unidades dele, e o que ficou sem preço."""

    totals: tuple[tuple[str, float, tuple[str, ...]], ...]
    parts: tuple[tuple[str, float, float], ...]
    unpriced: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Uma arquitetura lida; o que não se lê fica vazio e está dito em `problems`."""

    slug: str
    problems: tuple[str, ...] = ()
    title: str = ""
    diagram: Diagram | None = None
    picture: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    arrows: Mapping[str, Judged] = field(default_factory=dict)
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    benefits: Mapping[str, Benefit] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    template: Mapping[str, Any] = field(default_factory=dict)
    worlds: tuple[World, ...] = ()
    grants: Mapping[Grant, frozenset[int]] = field(default_factory=dict)
    openings: Mapping[Opening, frozenset[int]] = field(default_factory=dict)
    reaches: Mapping[Opening, frozenset[int]] = field(default_factory=dict)
    exposed: Mapping[tuple[str, str, str, bool], frozenset[int]] = field(default_factory=dict)
    cost: Cost | None = None

    @property
    def resources(self) -> Mapping[str, Any]:
        """Os recursos do template, como estão escritos."""
        section = self.template.get("Resources")
        return {name: body for name, body in section.items() if isinstance(body, dict)} if isinstance(section, dict) else {}
