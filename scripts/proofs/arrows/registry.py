"""O que é uma regra de prova, e o registro delas.

Uma regra liga dois tipos de recurso. Dada uma seta entre eles, procura no template o que a
torna verdadeira e devolve `Found`, com o lugar, ou `Missing`, com o que falta e como
acrescentar. A seta está provada quando há ao menos um `Found` e nenhum `Missing`: não achar
nada é defeito, não prova. A página "Provas" sai das docstrings das regras.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from scripts.aws.catalog import kind_of
from scripts.aws.questions import ALL
from scripts.base.diagram import Diagram, Edge
from scripts.proofs.evidence import Evidence, Found, Missing
from scripts.proofs.facts.view import View
from scripts.proofs.network.interfaces import Home
from scripts.proofs.network.interfaces_by_type import drawn_home, lived
from scripts.proofs.network.topology import Network, network_of
from scripts.proofs.docstrings import Repeated, docstring, origin
from scripts.template.cloudformation import Resource
from scripts.template.values import Path

OUTSIDE = "fora da AWS"
"""O "tipo" de um componente sem recurso: uma pessoa, um programa, a internet."""

NOWHERE = Resource("", OUTSIDE, 0, {})
"""O recurso de um componente que não tem nenhum."""

@dataclass(frozen=True)
class Case:
    """Uma seta a provar num mundo. Uma ponta fora da AWS é `NOWHERE`."""

    view: View
    diagram: Diagram
    edge: Edge
    tail: Resource
    head: Resource

    @property
    def net(self) -> Network:
        """A rede deste mundo."""
        return network_of(self.view)

    @property
    def tail_home(self) -> Home:
        """Onde vive a origem da seta. Erro: `KeyError` se o tipo dela não tem morada."""
        return lived(self.net, self.tail)

    @property
    def head_home(self) -> Home:
        """Onde vive o destino da seta. Erro: como em `tail_home`."""
        return lived(self.net, self.head)

    @property
    def drawn_tail(self) -> Home:
        """Onde vive a origem, só nas sub-redes em que está desenhada. Erro: como em `tail_home`."""
        return drawn_home(self.net, self.diagram, self.edge.tail, self.tail_home)

    @property
    def drawn_head(self) -> Home:
        """Onde vive o destino, só nas sub-redes em que está desenhado. Erro: como em `tail_home`."""
        return drawn_home(self.net, self.diagram, self.edge.head, self.head_home)


Prover = Callable[[Case], Iterator[Evidence]]


@dataclass(frozen=True)
class Rule:
    """Uma regra registrada; os textos vêm da docstring da função."""

    id: str
    title: str
    why: str
    needs: tuple[str, ...]
    source: str
    tails: tuple[str, ...]
    heads: tuple[str, ...]
    prove: Prover
    asks: frozenset[str] = ALL

    @property
    def origin(self) -> str:
        """O arquivo de `regras/` de que veio, ou vazio, quando é das ferramentas."""
        return origin(self.prove)


RULES: dict[tuple[str, str], Rule] = {}


def rule(tails: str | Iterable[str], heads: str | Iterable[str], asks: Iterable[str] = ALL) -> Callable[[Prover], Prover]:
    """Registra a função como a regra das setas de `tails` para `heads` (tipos do CloudFormation).

    `asks` é o que ela pergunta; sem ele, tudo: uma propriedade do caminho que ninguém leu é um achado,
    a menos que o catálogo (`scripts/aws/questions.py`) diga que só muda o que a regra não pergunta.

    A docstring tem quatro partes, separadas por linha em branco: o título; por quê; uma
    lista `- ` do que precisa haver; e `Fonte: URL`. Erro: `ValueError` quando uma falta;
    `Repeated` quando já há regra para um dos pares, ou com esse nome.
    """
    starts, ends = _names(tails), _names(heads)

    def register(function: Prover) -> Prover:
        described = _described(function, starts, ends, frozenset(asks))
        same = next((known for known in RULES.values() if known.id == described.id), None)
        if same:
            raise Repeated(f"Já há a regra `{same.id}`", function, same.prove)
        _add(described, ((start, end) for start in starts for end in ends), function)
        return function

    return register


def extend(identity: str, tails: str | Iterable[str] = (), heads: str | Iterable[str] = ()) -> None:
    """Aplica uma regra que existe também a estes tipos: as mesmas exigências, lidas nas mesmas propriedades.

    Os tipos precisam estar no catálogo. Erro: `ValueError` quando a regra não existe ou um tipo não se
    conhece; `Repeated` quando um dos pares já tem regra.
    """
    known = next((rule for rule in RULES.values() if rule.id == identity), None)
    if known is None:
        raise ValueError(f"não há a regra `{identity}`; os nomes estão na página Provas")
    starts, ends = _names(tails), _names(heads)
    strange = [name for name in (*starts, *ends) if name != OUTSIDE and not kind_of(name).type]
    if strange:
        raise ValueError(f"o catálogo não conhece `{strange[0]}`; acrescente-o antes com `add(Kind(…))`")
    wider = replace(known, tails=(*known.tails, *starts), heads=(*known.heads, *ends))
    before = [pair for pair, rule in RULES.items() if rule is known]
    for pair in before:
        RULES[pair] = wider
    _add(wider, [(start, end) for start in wider.tails for end in wider.heads if start in starts or end in ends], known.prove)


def _add(described: Rule, pairs: Iterable[tuple[str, str]], function: Prover) -> None:
    for start, end in pairs:
        if (start, end) in RULES:
            raise Repeated(f"Já há regra para {start} → {end} (`{RULES[start, end].id}`)", function, RULES[start, end].prove)
        RULES[start, end] = described


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _described(function: Prover, tails: tuple[str, ...], heads: tuple[str, ...], asks: frozenset[str]) -> Rule:
    told = docstring(function)
    identity = function.__name__.replace("_", "-")
    return Rule(identity, told.title, told.why, told.needs, told.source, tails, heads, function, asks)


@dataclass(frozen=True)
class Seen:
    """O que uma regra leu num mundo, e as linhas que achou lá; `asks` é o que ela pergunta."""

    view: View
    reads: tuple[Path, ...]
    found: tuple[Found, ...]
    asks: frozenset[str]

    @cached_property
    def by_resource(self) -> dict[str, set[Path]]:
        """O que se leu de cada recurso."""
        known: dict[str, set[Path]] = {}
        for path in self.reads:
            if len(path) > 1:
                known.setdefault(str(path[1]), set()).add(path)
        return known


@dataclass(frozen=True)
class Proof:
    """O resultado de uma seta: provada, declarada, ainda sem regra ou sem prova.

    `found` e `missing` reúnem todos os mundos, sem repetição, na ordem das regras;
    `reversed_rule` é a regra que o template cumpre no sentido contrário, se há; `seen` é o que
    a regra leu e achou em cada mundo, e `outside` diz que uma das pontas está fora da AWS.
    """

    edge: Edge
    rule: Rule | None
    found: tuple[Found, ...] = ()
    missing: tuple[Missing, ...] = ()
    reversed_rule: Rule | None = None
    seen: tuple[Seen, ...] = ()
    outside: bool = False

    @property
    def reads(self) -> set[Path]:
        """Tudo o que a regra leu do template, em qualquer mundo."""
        return {path for seen in self.seen for path in seen.reads}

    @property
    def proven(self) -> bool:
        return bool(self.found) and not self.missing

    @property
    def declared(self) -> bool:
        """Nenhum template a provaria: uma ponta está fora da AWS, e nenhuma regra liga o par."""
        return bool(self.edge.declared.strip()) and self.rule is None and self.outside

    @property
    def unruled(self) -> bool:
        """Ninguém escreveu a regra do par, e o script diz por quê."""
        return bool(self.edge.unruled.strip()) and self.rule is None and not self.declared
