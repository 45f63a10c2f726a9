"""Números da página que só o programa do template decide: o tamanho que ele lê, as conexões que aceita, a sessão que dá.

Na linha de um componente, um tamanho que nenhuma propriedade diz precisa estar no programa dele. No resto da página, o
que se diz do que tem nome no programa (a sessão, as conexões) é o que ele escreve. No motivo que o script da figura dá a uma
seta, ou a quem não é recurso, cada número é de um programa ou de uma propriedade.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scripts.base.diagram import Diagram
from scripts.base.findings import Finding
from scripts.page.architecture import Page
from scripts.page.quantities import COUNT, SIZE, TIME, Quantity, quantities
from scripts.proofs.facts.constants import constants
from scripts.proofs.facts.measures import measures, texts, unit_of
from scripts.proofs.facts.view import View
from scripts.proofs.facts.views import Views
from scripts.template.values import Path

CODE = "numero-sem-prova"
WHOLE: tuple[Path, ...] = (("Resources",), ("Mappings",))
NAMED: tuple[tuple[str, str, str], ...] = (
    (r"\bsess(?:ão|ões)\b", TIME, r"SESS(?:ION|AO)"),
    (r"\bconex(?:ão|ões)\b", COUNT, r"^connection-limit$|CONNECTIONS|CONEXOES"),
    (r"\babr\w+\b.*\bconex(?:ão|ões)\b", COUNT, r"^threads$"),
    (r"\bprimeir[oa]s\b|\bcomeço\b", SIZE, r"HEAD|INICIO"),
    (r"\berros?\b.*\bnome\b|\bpor nome\b", COUNT, r"BY_NAME|POR_NOME"),
    (r"\bde um endereço\b|\berros?\b.*\bendereço\b|\bpor endereço\b", COUNT, r"BY_ADDRESS|BY_IP|POR_ENDERECO"),
    (r"\berros?\b(?!.*\b(?:nome|endereço)\b)", COUNT, r"MAX_(?:ERRORS|ERROS|FAILURES)"),
    (r"\btentativas?\b", COUNT, r"ATTEMPTS|TENTATIVAS"),
    (r"\bcolunas\b", COUNT, r"COLUMNS|COLUNAS"),
    (r"\bitens\b|\bprodutos\b", COUNT, r"MAX_(?:ITEMS|ITENS|LINES|PRODUTOS)"),
    (r"\bpixels?\b", COUNT, r"_SIDE|LADO|PIXELS"),
    (r"\bpor página\b", COUNT, r"^PAGE$|PAGINA"),
    (r"\bassina\w*\b|\bvale\w*\b", TIME, r"(?:LINK|URL|SIGN|ASSINA|VALID)\w*_(?:SECONDS|MINUTES|HOURS|SEGUNDOS|MINUTOS|HORAS)"),
)
"""Do que a frase fala, a grandeza, e o nome que o programa lhe dá."""
SPOKEN = re.compile("|".join(("sess", "conex", "primeir", "começo", "erro", "por nome", "endereço", "tentativa", "colunas", "itens", "produtos",
                              "pixel", "por página", "assina")))
"""Sem nada disto, nenhuma das frases: quase toda para aqui."""
PATTERNS = tuple(re.compile(pattern) for pattern, _, _ in NAMED)


def check(page: Page, views: Views, diagram: Diagram) -> Iterator[Finding]:
    """Os números da página que o programa desmente, e os do motivo de uma seta ou de um componente que nada no template traz."""
    yield from _reasoned(diagram, views)
    for line, token, text in page.passages:
        lowered = text.lower()
        told = SPOKEN.search(lowered) and any(pattern.search(lowered) for pattern in PATTERNS)
        for said in quantities(unsourced(text, token.content)) if told else ():
            other = _other(views, said)
            if other:
                yield Finding(page.path, line, CODE,
                              f"A página diz “{said.text}”, e o programa do template diz outra coisa em {other}. Acerte um dos dois.")


def _other(views: Views, said: Quantity) -> str:
    """O que o programa diz disso, se nenhum nome dele vale o que se diz; vazio, se algum vale ou nenhum fala disso."""
    known = {(name, value) for view in views.each for name, value in _named(view, said)}
    if not known or any(value * (unit_of(name) or ("", 1))[1] == said.value for name, value in known):
        return ""
    name, value = min(known)
    return f"`{name}` ({value:.15g})"


def _reasoned(diagram: Diagram, views: Views) -> Iterator[Finding]:
    """Os motivos do script: o que tem nome no programa é o que ele escreve, e o resto está em algum programa ou propriedade."""
    told = [(f"da seta `{edge.id}`", edge.line, f"{edge.declared} {edge.unruled}") for edge in diagram.edges]
    told += [(f"de `{element.id}`", element.line, element.without_resource) for element in diagram.elements.values()]
    for who, line, text in told:
        for said in quantities(text) if text.strip() else ():
            other = _other(views, said)
            if other or not any(anywhere(view, said) for view in views.each):
                found = f"o programa do template diz outra coisa em {other}" if other else "nada no template vale isso"
                yield Finding(diagram.path, line, CODE, f"O motivo {who} diz “{said.text}”, e {found}. Acerte um dos dois, ou tire o número.")


def anywhere(view: View, said: Quantity) -> bool:
    """Uma propriedade, ou um programa do template, traz essa quantidade."""
    roots = [("Resources", name, part) for name in view.resources for part in ("Properties", "Metadata")]
    return any(each.kind == said.kind and each.value == said.value for each in measures(view, roots)) or any(
        said.value == number for text in sources(view) for number in constants(text).every)


def held(views: Views, roots: Iterable[Path], said: Quantity) -> bool:
    """O programa que há nestes caminhos traz esse número; verdadeiro também quando não há programa."""
    found = [constants(text).every for view in views.each for _, text in texts(view, roots, longest=None) if "\n" in text]
    numbers = set().union(*found)
    return not numbers or any(said.value == number for number in numbers)


def sources(view: View) -> list[str]:
    """O texto de cada programa do template, uma vez."""
    return view.once("sources", lambda: list(dict.fromkeys(text for _, text in texts(view, WHOLE, longest=None) if "\n" in text)))


def _named(view: View, said: Quantity) -> Iterator[tuple[str, float]]:
    for pattern, kind, name in NAMED:
        if said.kind == kind and re.search(pattern, said.clause, re.IGNORECASE):
            sign = re.compile(name.replace("^", "").replace("$", ""))  # ler os números de um programa custa: só do que tem o nome
            yield from (pair for text in sources(view) if sign.search(text) for pair in constants(text).named if re.search(name, pair[0]))


def unsourced(text: str, written: str) -> str:
    """A frase sem o que está num link para fora, que é a fonte do que ele diz."""
    for shown in re.findall(r"\[([^\]]*)\]\(https://", written):
        text = text.replace(shown, " " * len(shown), 1)
    return text
