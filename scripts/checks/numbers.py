"""Números e nomes: cada um que um passo, um benefício ou um rótulo da figura diz é uma linha do que o prova, ou vem com a fonte.

Na tabela dos componentes e no que mudou em relação às anotações, que também explicam, basta que nenhuma propriedade o desminta.

O que prova um passo são as setas dele, o que elas leram e os recursos dos componentes que a frase cita; um
benefício, o que a afirmação dele leu. Um número que não é do template vai dentro de um link para a fonte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus

from scripts.aws.types import ALARM, BALANCER, BUCKET, DATABASE, FUNCTION, INSTANCE, NAT_GATEWAY, QUEUE, SUBNET, TABLE, VOLUME
from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.base.wording import CLAUSE
from scripts.checks.coded import held
from scripts.page.architecture import Page
from scripts.page.document import Link
from scripts.page.quantities import COUNT, EVERY, PORT, SIZE, Quantity, quantities
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.claims.evaluate import ClaimResult
from scripts.proofs.facts.measures import DAILY, Measure, measures, parameters, texts, written_at
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.proofs.network.interfaces_by_type import home_of
from scripts.proofs.network.topology import network_of
from scripts.template.values import Path

COUNTED = {"bucket": BUCKET, "fila": QUEUE, "funç": FUNCTION, "tabela": TABLE, "volume": VOLUME, "banco": DATABASE, "alarme": ALARM,
           "balanceador": BALANCER, "instância": INSTANCE, "nat": NAT_GATEWAY, "sub-rede": SUBNET}
"""Do que se conta pelo número de recursos, o começo do nome e o tipo."""
TRIED = {"maxReceiveCount": 0, "MaximumRetryAttempts": 1, "MaxAttempts": 1, "Attempts": 0}
AGAIN = re.compile(r"\bde novo\b|\boutras? vez|\bnovamente\b|\bnovas? tentativa|\brepet|\bretent|\bmais \w+ vez", re.IGNORECASE)
"""O que conta as repetições: a primeira tentativa não entra na conta."""
ANSWERED = re.compile(r"\bHTTP\b|\bstatus\b|\bcódigos?\b|\brespo\w+|\bdevolv\w+|\berros?\b|\brecus\w+", re.IGNORECASE)
FAMILIES: tuple[tuple[str, dict[str, int]], ...] = (
    (r"(?:de cada|por) vez|em cada lote", {"BatchSize": 0, "MaxBatchSize": 0, "MaxConcurrency": 0, "MaximumConcurrency": 0,
                                           "ReservedConcurrentExecutions": 0}),
    (r"instância|máquina", {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}),
    (r"vez|tentativa|falha", TRIED),
)
"""Do que se conta por uma propriedade, as que servem, e quanto somar: a primeira tentativa não é uma repetição."""
RETRYING = ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping")
ORDINALS = {"primeira": 1, "segunda": 2, "terceira": 3, "quarta": 4, "quinta": 5, "sexta": 6, "sétima": 7, "oitava": 8, "nona": 9, "décima": 10}
ORDERED = re.compile(rf"\b({'|'.join(ORDINALS)}) (?:tentativa|vez)\b", re.IGNORECASE)
COUNTING = re.compile(r"\w+ (?:vez(?:es)?|tentativas?)\b", re.IGNORECASE)
RETRIED = re.compile(r"\bfalh\w+|\btentativas?\b", re.IGNORECASE)
SENT = re.compile(r"\bfilas?\b|\bavisos?\b|\bmensage\w+", re.IGNORECASE)
PATHLIKE = re.compile(r"[/.][\w./-]+|[\w./-]+/")
NAMED = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+")
DATABASES = re.compile(r"\b(?:bancos?|RDS)\b")
LINKED = re.compile(r"\[([^\]]*)\]\([^)]*\)")
SHOWN = 3
SHORT = 3
"""Até onde vai o caminho das propriedades de um recurso."""


@dataclass(frozen=True)
class Sentence:
    """O que a página diz num lugar, e os trechos do template que o provam."""

    who: str
    line: int
    text: str
    codes: tuple[str, ...]
    paths: Callable[[], Iterable[Path]]
    strict: bool = True
    """Tudo o que se diz precisa de uma linha; na tabela, que também explica, basta que nenhuma o desminta."""
    path: str = ""
    """O script, se é nele que se diz, e não na página."""
    waits: bool = False
    """A prova já é um achado: o que ela não chegou a ler espera por ela."""

    @cached_property
    def roots(self) -> tuple[Path, ...]:
        """Os caminhos que provam a frase, sem os que estão dentro de outro deles."""
        known = dict.fromkeys(self.paths())
        whole = {root for root in known if len(root) <= SHORT}
        apart = (root for root in known if len(root) <= SHORT or root[:SHORT] not in whole)  # quase tudo está num recurso inteiro
        return tuple(root for root in apart if not any(root[:end] in known for end in range(1, len(root))))


def check(page: Page, views: Views, spoken: Iterable[Sentence]) -> Iterator[Finding]:
    """O que um passo ou um benefício diz e nada do que o prova vale; `spoken` é o que a página diz, de `sentences`."""
    for said in (said for said in spoken if not said.waits):
        for quantity in quantities(said.text):
            if not _status(said, quantity) and not supported(views, said, quantity) and (said.strict or _denied(views, said, quantity)):
                yield Finding(said.path or page.path, said.line, "numero-sem-prova", _unsupported(views, said, quantity))
        yield from _names(page, views, said)


def sentences(page: Page, diagram: Diagram, views: Views, proofs: Sequence[Proof],
              judged: Iterable[ClaimResult | None]) -> Iterator[Sentence]:
    """Os passos e os benefícios, sem o que está num link para a fonte."""
    for step in page.steps:
        text, codes = _unsourced(step.text, step.codes, step.links)
        linked = {link.target[1:] for link in step.links if link.target.startswith("#")}
        yield Sentence(f"O passo {step.number}", step.line, text, codes,
                       partial(_step_roots, diagram, views, proofs, step.number, linked))
    for row in page.rows:
        touching = [proof for proof in proofs if row.node_id in (proof.edge.tail, proof.edge.head)]
        yield Sentence(f"A linha de `{row.node_id}`", row.line, ". ".join(row.cells[1:-1]), (),
                       partial(_roots, views, touching, row.resources), strict=False)
    for benefit, result in zip(page.benefits, judged):
        text, codes = _unsourced(benefit.text, benefit.codes, benefit.links)
        roots = (*(piece.path for piece in result.found), *result.reads) if result else ()
        yield Sentence("O benefício", benefit.line, text, codes, partial(tuple, roots), waits=bool(result and result.missing))


def labels(diagram: Diagram, views: Views, proofs: Sequence[Proof]) -> Iterator[Sentence]:
    """Os rótulos da figura que dizem um número: o de um componente, por ele e pelas setas dele; o de um grupo, pelo que há dentro."""
    for element in diagram.elements.values():
        text = " ".join(element.label.split())
        if quantities(text):
            names = {name for node in (element, *diagram.nodes) if element in (node, *diagram.ancestors(node)) for name in node.resources}
            touching = [proof for proof in proofs if element.id in (proof.edge.tail, proof.edge.head)]
            yield Sentence(f"O rótulo de `{element.id}`", element.line, text, (), partial(_roots, views, touching, names), path=diagram.path)
    for proof in proofs:
        edge, text = proof.edge, ". ".join(" ".join(each.split()) for each in (proof.edge.label, *proof.edge.near) if each)
        if quantities(text):
            names = {name for end in (edge.tail, edge.head) for name in diagram.elements[end].resources}
            yield Sentence(f"O rótulo da seta `{edge.id}`", edge.line, text, (), partial(_roots, views, [proof], names), path=diagram.path)


def changes(page: Page, views: Views) -> Iterator[Sentence]:
    """As frases com número do que mudou em relação às anotações, pelos recursos de que falam; a que tem fonte, ou conta as anotações, não."""
    start = next((each.line for each in page.headings if each.level == 2 and each.text == page.titles.mudancas), None)
    end = min((each.line for each in page.headings if start and each.level <= 2 and each.line > start), default=0)
    for token in page.tokens if start else ():
        if token.type == "inline" and token.map and start <= token.map[0] and (not end or token.map[0] + 1 < end):
            for text in CLAUSE.split(token.content):
                named = [kind for noun, kind in COUNTED.items() if re.search(rf"\b{noun}", text, re.IGNORECASE)]
                if named and "](https://" not in text and "anotaç" not in text and quantities(text):
                    names = [resource.id for view in views.each for kind in named for resource in view.of_type(kind)]
                    yield Sentence("O que mudou", token.map[0] + 1, LINKED.sub(r"\1", text), (), partial(_roots, views, (), names), strict=False)


def tries(page: Page, views: Views) -> Iterator[Sentence]:
    """No resto da página, quantas vezes se diz que uma mensagem falha antes de ir para a outra fila, também por ordem: a quinta tentativa."""
    told = {part.line for part in (*page.rows, *page.steps, *page.benefits)}
    names = [resource.id for view in views.each for resource in view.of_type(QUEUE, *RETRYING)]
    for line, _, block in page.spoken if names else ():
        for text in CLAUSE.split(block) if line not in told else ():
            if RETRIED.search(text) and SENT.search(block):
                counted = COUNTING.findall(ORDERED.sub(lambda found: f"{ORDINALS[found[1].lower()]} tentativas", text))
                yield Sentence("A página", line, ". ".join(counted), (), partial(_roots, views, (), names), strict=False)


def supported(views: Views, said: Sentence, quantity: Quantity) -> list[Measure]:
    """As linhas que valem o que se diz, em todos os mundos em que há do que dizer."""
    found: list[Measure] = []
    for _, known in views.told(partial(_known, said, quantity)):
        serving = [each for each in known if _equal(each, quantity)]
        if known and not serving:
            return []
        found += serving
    return found


def _known(said: Sentence, quantity: Quantity, view: View) -> list[Measure]:
    """O que um mundo diz dessa grandeza, nas linhas que provam a frase."""
    counted = _counted(view, said, quantity) if quantity.kind == COUNT else []
    return counted or [each for each in measures(view, said.roots) if each.kind == quantity.kind]


def _status(said: Sentence, quantity: Quantity) -> bool:
    """É um código de resposta do HTTP, entre crases, numa oração que fala de resposta: um nome, e não uma conta."""
    known = re.match(r"[1-5]\d\d(?!\d)", quantity.text)
    return bool(known and known[0] in said.codes and int(known[0]) in set(HTTPStatus) and ANSWERED.search(quantity.clause))


def _equal(measure: Measure, quantity: Quantity) -> bool:
    """O valor é o dito; do que só certas propriedades contam, é uma delas, e a cópia do RDS só vale de quem fala do banco."""
    if quantity.kind == EVERY and measure.name == DAILY and not DATABASES.search(quantity.clause):
        return False
    for pattern, names in FAMILIES if measure.name not in COUNTED.values() else ():
        if quantity.kind == COUNT and re.search(pattern, quantity.noun):
            again = 1 if AGAIN.search(quantity.clause) and measure.name in TRIED else 0
            return measure.name in names and measure.value + names[measure.name] - again == quantity.value
    return measure.value == quantity.value


def _counted(view: View, said: Sentence, quantity: Quantity) -> list[Measure]:
    """Quantas zonas têm os recursos que provam a frase, ou quantos recursos do tipo há no template."""
    if quantity.noun.startswith("zona"):
        net = network_of(view)
        names = dict.fromkeys(str(root[1]) for root in said.roots if root[0] == "Resources" and len(root) > 1)
        homes = [home_of(net, view.resources.get(name)) for name in names]
        zones = {str(subnet.zone): subnet.id for home in homes if home for subnet in home.known_subnets(net)}
        return [Measure(("Resources", name, "Properties", "AvailabilityZone"), COUNT, len(zones), "zona") for name in zones.values()]
    kind = next((kind for start, kind in COUNTED.items() if quantity.noun.startswith(start)), "")
    found = view.of_type(kind) if kind else []
    return [Measure(("Resources", found[0].id), COUNT, len(found), kind)] if found else []


def _step_roots(diagram: Diagram, views: Views, proofs: Sequence[Proof], number: int, linked: set[str]) -> Iterator[Path]:
    """O que prova o passo: as setas dele, o que ele mostra e os componentes que a frase cita."""
    carried = [proof for proof in proofs if proof.edge.step == number]
    shown = linked | {end for proof in carried for end in (proof.edge.tail, proof.edge.head)}
    shown |= {element.id for element in (*diagram.nodes, *diagram.groups) if element.step == number}
    shown |= {node.id for node in diagram.nodes for group in diagram.ancestors(node) if group.step == number}
    names = {name for identity in shown & diagram.elements.keys() for name in diagram.elements[identity].resources}
    yield from _roots(views, carried, names)


def _roots(views: Views, proofs: Iterable[Proof], names: Iterable[str]) -> Iterator[Path]:
    """Estes recursos por inteiro, o que as setas leram e os recursos de que elas dependem."""
    path = set(names)
    for proof in proofs:
        path |= {str(piece.path[1]) for piece in proof.found if piece.path[0] == "Resources" and len(piece.path) > 1}
        yield from (piece.path for piece in proof.found)
        yield from proof.reads
    yield from (("Resources", name, part) for name in sorted(path & views.template.resources.keys()) for part in ("Properties", "Metadata"))


def _unsourced(text: str, codes: tuple[str, ...], links: Iterable[Link]) -> tuple[str, tuple[str, ...]]:
    """A frase sem o que está dentro de um link para fora, que é a fonte do que ele diz."""
    for link in links:
        if link.target.startswith("https://"):
            text = text.replace(link.text, " " * len(link.text), 1)
            codes = tuple(code for code in codes if code not in link.text)
    return text, codes


def _denied(views: Views, said: Sentence, quantity: Quantity) -> bool:
    """Uma propriedade desmente o que a tabela diz, ou o programa do componente não traz esse tamanho."""
    return not held(views, said.roots, quantity) if quantity.kind == SIZE else bool(_near(views, said, quantity))


def _near(views: Views, said: Sentence, quantity: Quantity) -> list[str]:
    """As propriedades que diriam isso, e dizem outra coisa."""
    if quantity.kind in (SIZE, PORT) and not said.strict:
        return []  # a tabela também fala do que o programa lê, e de portas que não há
    return list({f"`{each.name}` (linha {views.template.line(*each.path)})": None for view in views.each for each in measures(view, said.roots)
                 if each.kind == quantity.kind and (quantity.kind != COUNT or _family(quantity, each))})


def _unsupported(views: Views, said: Sentence, quantity: Quantity) -> str:
    close = _near(views, said, quantity)[:SHOWN]
    near = f" De {quantity.kind}, o que há ali é {', '.join(close)}." if close else ""
    outside = "tire-o do rótulo." if said.path else "ponha-o num link para a fonte, com a data, ou tire-o."
    return (f"{said.who} diz “{quantity.text}”, e nada do que o prova vale isso.{near} Acerte o texto ou o template; se o número não é do "
            f"template, {outside}")


def _family(quantity: Quantity, measure: Measure) -> bool:
    return any(re.search(pattern, quantity.noun) and measure.name in names for pattern, names in FAMILIES)


def _names(page: Page, views: Views, said: Sentence) -> Iterator[Finding]:
    """Os parâmetros e os valores entre crases que nada do que prova a frase usa."""
    template = views.template
    for code in dict.fromkeys(said.codes):
        if code in template.parameters:
            bound = any(root[:2] == ("Parameters", code) or code in parameters(written_at(template.data, root)) for root in said.roots)
        elif PATHLIKE.fullmatch(code):
            bound = any(code == text for view in views.each for _, text in texts(view, said.roots))
        else:
            bound = not NAMED.fullmatch(code) or code in template.text
        if not bound:
            yield Finding(page.path, said.line, "nome-sem-prova",
                          f"{said.who} diz `{code}`, e {_instead(views, said, code)}")


def _instead(views: Views, said: Sentence, code: str) -> str:
    """O caminho que o template diz no lugar deste, e onde: o que mudou pode ter sido ele."""
    for view in views.each if PATHLIKE.fullmatch(code) else ():
        for path, text in texts(view, said.roots):
            if text != code and text.startswith("/") and PATHLIKE.fullmatch(text) and (text.startswith(code) or code.startswith(text)):
                return (f"o template diz `{text}` em `{path[-1]}`, na linha {views.template.line(*path)}: acerte o template, ou diga na página o "
                        "caminho certo.")
    return "nada do que o prova usa esse nome; acerte o texto ou o template, ou tire-o."
