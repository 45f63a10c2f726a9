"""As provas na página: sob cada passo e em cada linha da tabela, dobradas e sem JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element, SubElement

from scripts.base.wording import listed, plural
from scripts.proofs.arrows.registry import Proof
from scripts.proofs.claims.evaluate import ClaimResult
from scripts.proofs.evidence import Found, Missing
from scripts.website.facts import Facts
from scripts.website.prose import fold, link, note, paragraph, say
from scripts.website.reasons import decisive, shown
from scripts.website.spans import alike, spans


REPEATED = 3
"""De quantas linhas já ditas em diante vale mais dizer onde do que repetir."""


def summary(facts: Facts) -> str:
    """`12 setas: 10 provadas, 2 declaradas; 4 benefícios provados`."""
    judged = [result.proven for _, result in facts.claims if result]
    proven, lacking = judged.count(True), judged.count(False)
    opinions = sum(benefit.text.startswith("Opinião") for benefit, _ in facts.claims)
    benefits = [plural(proven, "benefício provado", "benefícios provados")] if proven else []
    benefits += [plural(lacking, "benefício sem prova", "benefícios sem prova")] if lacking else []
    benefits += [plural(opinions, "opinião", "opiniões")] if opinions else []
    arrows = f"{plural(len(facts.proofs), 'seta', 'setas')}: {_states(facts.proofs)}"
    return "; ".join([arrows, ", ".join(benefits)] if benefits else [arrows])


@dataclass
class Evidence:
    """Os elementos de uma página. `rules` é o endereço da página Provas, ou vazio se não há.

    `told` guarda em que passo cada linha que sustenta uma prova já se disse: o caminho da rede, que muitas percorrem, se lê uma vez.
    """

    facts: Facts
    rules: str = ""
    told: dict[Found, int] = field(default_factory=dict)
    current: int = 0

    def counts(self) -> Element:
        """A linha do alto."""
        line = Element("p", {"class": "arq-counts"})
        say(line, f"{summary(self.facts)}. ")
        if self.rules:
            link(line, self.rules, "Como se prova")
        say(line, ". O que o programa faz, as provas não olham.")
        return line

    def step(self, number: int) -> Element | None:
        """O que prova o passo: as setas que o levam ou, sem seta, o recurso de quem o conta."""
        carried = [proof for proof in self.facts.proofs if proof.edge.step == number]
        if not carried:
            return self._tellers(number)
        if all(proof.declared or proof.unruled for proof in carried) and len(reasons := {_reason(proof) for proof in carried}) == 1:
            return note(*reasons.pop())
        box, inside = fold(self._verdict(carried))
        self.current = number
        self._arrows(inside, carried)
        self.current = 0
        return box

    def row(self, identity: str) -> Element | None:
        """As setas do componente: as de um passo apontam para ele, as outras trazem a prova."""
        touching = [proof for proof in self.facts.proofs if identity in (proof.edge.tail, proof.edge.head)]
        reason = self.facts.diagram.elements[identity].without_resource
        if not touching:
            return note("Fora do template", reason) if reason else None
        box, inside = fold(_short(touching))
        if reason:
            paragraph(inside, f"Fora do template: {reason}")
        arrows = SubElement(inside, "ul", {"class": "arq-arrows", "role": "list"})
        for proof in touching:
            self._arrow(SubElement(arrows, "li", {"data-seta": proof.edge.id}), proof, identity)
        return box

    def benefit(self, index: int) -> Element | None:
        """O que prova o benefício que está nessa posição da lista, se ele leva a uma afirmação."""
        result = self.facts.claims[index][1] if index < len(self.facts.claims) else None
        if result is None:
            return None
        box, inside = fold(_permits(shown(self.facts.template, result.found)) if result.proven else "Sem prova")
        self._judged(inside, result)
        return box

    def common(self) -> Element | None:
        """O que prova os benefícios do parágrafo comum: uma dobra só, com o nome de cada um."""
        judged = [(benefit.link.text, result) for benefit, result in self.facts.claims if benefit.common and benefit.link and result]
        if not judged:
            return None
        found = [piece for _, result in judged for piece in result.found]
        box, inside = fold(_permits(shown(self.facts.template, found)) if all(result.proven for _, result in judged) else "Sem prova")
        for name, result in judged:
            say(SubElement(paragraph(inside, class_="arq-rule"), "strong"), name)
            self._judged(inside, result)
        return box

    def _judged(self, inside: Element, result: ClaimResult) -> None:
        if result.proven:
            self._found(inside, result.found)
        else:
            self._missing(inside, result.missing)

    def _arrow(self, item: Element, proof: Proof, identity: str) -> None:
        edge = proof.edge
        outwards = edge.tail == identity
        other = edge.head if outwards else edge.tail
        say(item, "→ " if outwards else "← ")
        link(item, f"#{other}", self.facts.names[other])
        if edge.label:
            say(item, f", {' '.join(edge.label.split())}")
        if edge.step:
            say(item, ": ")
            link(item, f"#passo-{edge.step}", f"passo\N{NO-BREAK SPACE}{edge.step}")
            say(item, "" if proof.proven else f", {_state(proof)}")
        else:
            self._proof(item, paragraph(item, class_="arq-rule"), proof)

    def _arrows(self, inside: Element, carried: Iterable[Proof]) -> None:
        """Cada seta com a sua prova; as de mesma regra, juntas, e à parte o que só uma delas usa."""
        for group, shared in _alike(carried):
            title = paragraph(inside, class_="arq-rule")
            title.set("data-seta", " ".join(proof.edge.id for proof in group))
            say(SubElement(title, "strong"), self._ends(group))
            say(title, ". ")
            self._proof(inside, title, replace(group[0], found=shared))
            for proof in group:
                own = [piece for piece in proof.found if piece not in shared]
                if own and proof.proven:
                    paragraph(inside, f"Só em {self._ends([proof])}:").set("data-seta", proof.edge.id)
                    self._lines(inside, own)

    def _ends(self, group: list[Proof]) -> str:
        """`A → B`, ou `A → B e C`, ou `A e B → C`."""
        tails, heads = ([self.facts.names[id] for id in dict.fromkeys(ids)] for ids in
                        zip(*((proof.edge.tail, proof.edge.head) for proof in group)))
        if len(tails) == 1 or len(heads) == 1:
            return f"{listed(tails)} → {listed(heads)}"
        return "; ".join(f"{self.facts.names[proof.edge.tail]} → {self.facts.names[proof.edge.head]}" for proof in group)

    def _proof(self, parent: Element, title: Element, proof: Proof) -> None:
        """Em `title`, a regra ou o motivo; em `parent`, as linhas."""
        if proof.declared or proof.unruled:
            say(title, ": ".join(_reason(proof)))
            return
        if proof.rule:
            link(title, self.rules and f"{self.rules}#{proof.rule.id}", f"{proof.rule.title}.")
        if proof.proven:
            self._found(parent, proof.found)
        else:
            self._missing(parent, proof.missing)

    def _found(self, parent: Element, found: Iterable[Found]) -> None:
        """A linha que decide, à vista; as outras, dobradas."""
        first, rest = decisive(list(found))
        self._lines(parent, first)
        if rest:
            more = SubElement(parent, "details", {"class": "arq-more"})
            SubElement(more, "summary").text = "e o que a sustenta"
            self._sustained(more, rest)

    def _sustained(self, more: Element, rest: list[Found]) -> None:
        """O que sustenta a linha que decide; do que um passo já mostrou, se é bastante, só onde."""
        before = [piece for piece in rest if piece in self.told]
        before = before if len(before) >= REPEATED else []
        fresh = [piece for piece in rest if piece not in before]
        if fresh:
            self._lines(more, fresh)
        if self.current:
            self.told.update({piece: self.current for piece in fresh if piece not in self.told})
        for index, number in enumerate(sorted({self.told[piece] for piece in before})):
            line = more[-1] if index else paragraph(more, f"{'E o' if fresh else 'O'} que já sustenta o ")
            say(line, ", o " if index else "")
            link(line, f"#passo-{number}", f"passo\N{NO-BREAK SPACE}{number}")

    def _lines(self, parent: Element, found: Iterable[Found]) -> None:
        evidence = SubElement(parent, "ul", {"class": "arq-evidence", "role": "list"})
        for said in alike(spans(self.facts.template, found)):
            item = SubElement(evidence, "li")
            for index, (name, span, text) in enumerate(said):
                say(item, ("; " if index else "") + (f"`{name}`, " if name else ""))
                link(item, f"#template-{span.first}", span.lines)
                say(item, f": {text}" if text else "")

    def _missing(self, parent: Element, missing: Iterable[Missing]) -> None:
        wanted = list(missing)
        items = SubElement(parent, "ul", {"class": "arq-evidence", "role": "list"})
        if not wanted:
            paragraph(items, "Nenhuma regra prova esta seta.", tag="li")
        for piece in wanted:
            item = paragraph(items, tag="li")
            line = self.facts.template.line(*piece.path)
            link(item, f"#template-{line}", f"linha {line}")
            say(item, f" {piece}")

    def _verdict(self, carried: list[Proof]) -> str:
        """O resumo da dobra de um passo."""
        proven = [proof for proof in carried if proof.proven]
        declared = sum(proof.declared for proof in carried)
        unruled = sum(proof.unruled for proof in carried)
        lacking = len(carried) - declared - unruled - sum(proof.proven for proof in carried)
        found = [piece for proof in proven for piece in proof.found]
        parts = [_permits(shown(self.facts.template, found, proven))] if found else []
        parts += [plural(declared, "seta declarada", "setas declaradas")] if declared else []
        parts += [plural(unruled, "seta ainda sem regra", "setas ainda sem regra")] if unruled else []
        parts += [plural(lacking, "seta sem prova", "setas sem prova")] if lacking else []
        return "; ".join(parts)

    def _tellers(self, number: int) -> Element | None:
        """Os recursos dos componentes que contam o passo, com a linha de cada um e o que se prova deles."""
        elements = self.facts.diagram.elements.values()
        names = [name for element in elements if element.step == number for name in element.resources]
        known = [name for name in dict.fromkeys(names) if name in self.facts.template.resources]
        if not known:
            return None
        line = Element("p", {"class": "arq-proof arq-note"})
        say(line, "No template:")
        for name in known:
            number = self.facts.template.resources[name].line
            say(line, f" `{name}`, ")
            link(line, f"#template-{number}", f"linha {number}")
        for index, judged in enumerate(self._claimed(set(known))):
            say(line, ", " if index else ". Provado nos benefícios: ")
            link(line, self.rules and f"{self.rules}#{judged.claim.id}", judged.claim.title)
        return line

    def _claimed(self, resources: set[str]) -> list[ClaimResult]:
        """As afirmações da página que se provam com linhas destes recursos, ou das regras soltas de um grupo."""
        loose = self.facts.template.resources.values()
        resources |= {rule.id for rule in loose if any(rule.properties.get("GroupId") == {"Ref": name} for name in resources)}
        proven = [result for _, result in self.facts.claims if result and result.proven]
        return [result for result in proven if any(piece.path[1] in resources for piece in result.found)]


def _alike(carried: Iterable[Proof]) -> Iterator[tuple[list[Proof], tuple[Found, ...]]]:
    """As setas que se provam pela mesma regra e em parte pelas mesmas linhas, e essas linhas."""
    alike: dict[object, list[Proof]] = {}
    for proof in carried:
        same = (proof.proven, proof.rule and proof.rule.id, proof.missing, proof.edge.declared, proof.edge.unruled)
        alike.setdefault(same, []).append(proof)
    for group in alike.values():
        shared = tuple(piece for piece in group[0].found if all(piece in proof.found for proof in group))
        if shared or not group[0].proven:
            yield group, shared
        else:
            yield from (([proof], proof.found) for proof in group)


def _permits(what: str) -> str:
    return f"O template permite: {what}"


def _reason(proof: Proof) -> tuple[str, str]:
    """O estado de uma seta que não se prova, e o motivo que o script dá."""
    return ("Declarada", proof.edge.declared) if proof.declared else ("Ainda sem regra", proof.edge.unruled)


def _state(proof: Proof) -> str:
    named = {"provada": proof.proven, "declarada": proof.declared, "ainda sem regra": proof.unruled}
    return next((name for name, holds in named.items() if holds), "sem prova")


def _states(proofs: Iterable[Proof]) -> str:
    states = [_state(proof) for proof in proofs]
    words = {"provada": "provadas", "declarada": "declaradas", "ainda sem regra": "ainda sem regra", "sem prova": "sem prova"}
    return ", ".join(plural(states.count(one), one, many) for one, many in words.items() if one in states)


def _short(proofs: list[Proof]) -> str:
    """`2 setas provadas`, ou `3 setas: 2 provadas, 1 declarada`."""
    states = _states(proofs)
    arrows = plural(len(proofs), "seta", "setas")
    return f"{arrows}: {states}" if "," in states else f"{arrows} {states.split(' ', 1)[1]}"
