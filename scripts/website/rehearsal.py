"""O que rodou, na página: sob cada passo uma linha, que se abre nas chamadas; acima da lista, as contas, os rótulos e os estragos.

Vem do rastro guardado, que a conferência já leu e comparou com esta árvore: um velho não chega aqui. O texto dele é alheio,
como o das provas, e entra só como texto.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from scripts.base.wording import listed, plural
from scripts.checks.replayed import CHECKED, EXECUTED, SIMULATED, Trace
from scripts.page.architecture import Page
from scripts.template.cloudformation import Key, Template
from scripts.website.prose import fold, link, note, paragraph, say
from scripts.website.sections import after

MANY = {EXECUTED: "executados", SIMULATED: "simulados", CHECKED: "conferidos"}
MEANINGS = {
    EXECUTED: "o código do template rodou, ou um servidor de verdade respondeu, com o Python e o processador de quem rodou, não os do template. "
              "Uma segunda instância não roda, e novas tentativas não esperam.",
    SIMULATED: "uma AWS imitada guardou o estado, e as políticas deste template decidiram. Permitido aqui não é permitido na AWS: as políticas "
               "da organização e as de sessão não se veem.",
    CHECKED: "nada rodou, só a prova no template. Rotas, grupos de segurança, balanceador, DNS, CDN, escala e réplicas nunca passam disso.",
}
"""De cada rótulo, o que ele diz e o que não diz."""
UNSEEN = "Alarmes, expiração, criptografia em repouso e montagem de discos, só a implantação mostra."
ARN = re.compile(r"arn:aws:[\w-]*:[\w-]*:\d*:")
DIGITS = 6
"""Um índice de lista tem menos."""
STORAGE = ("s3:", "dynamodb:")
ACTORS, NAMED, LONGEST, QUOTED = 2, 4, 100, 50
"""Na linha de um passo, de quantos se conta, e quantas chamadas de cada um; dentro dela, as letras do que entra e sai, e de uma frase da página."""


def show(root: Element, slug: str, page: Page, template: Template, trace: Trace) -> None:
    """Põe o rastro na seção do fluxo."""
    told = Rehearsal(slug, template, trace)
    for steps in after(root, page.titles.fluxo, "ol"):
        found = {step["passo"]: step for step in trace.steps}
        for number, item in enumerate(steps.findall("li"), 1):
            if number in found:
                item.append(told.step(found[number]))
        place = list(root).index(steps)
        root[place:place] = list(told.above())


class Rehearsal:
    """Os elementos de uma página."""

    def __init__(self, slug: str, template: Template, trace: Trace):
        self.template, self.trace = template, trace
        self.command = f"python3 scripts executar {slug}"

    def above(self) -> Iterator[Element]:
        """O que vem antes da lista."""
        labels = [step["rotulo"] for step in self.trace.steps]
        counts = [plural(labels.count(label), label, many) for label, many in MANY.items() if label in labels]
        steps = plural(len(labels), "passo", "passos")
        line = Element("p", {"class": "arq-counts"})
        say(line, f"Este fluxo já rodou, sem conta na AWS, a partir do template: {steps}, {listed(counts)}. Rode você: `{self.command}`.")
        yield line
        box, inside = fold("O que dizem estes rótulos, e o que não dizem")
        items = SubElement(inside, "ul", {"role": "list"})
        for label, meaning in MEANINGS.items():
            item = SubElement(items, "li")
            say(SubElement(item, "strong"), label.capitalize())
            say(item, f": {meaning}")
        say(paragraph(inside), f"{UNSEEN} ")
        link(inside[-1], "rastro.json", "O rastro inteiro")
        yield box
        yield from map(self._spoil, self.trace.spoils)

    def step(self, step: dict[str, Any]) -> Element:
        """A linha de um passo e, dentro dela, as chamadas."""
        checked, calls = step["conferido"], step["chamadas"]
        skipped = [each for each in step.get("nao_exercitado", ()) if " " in each["frase"]]  # uma palavra só não afirma nada
        only = f"{listed(checked)}, só pela prova" if checked else ""
        if not calls and not skipped:
            return note(step["rotulo"].capitalize(), only or "nenhuma chamada é deste passo")
        box, inside = fold(self._line(step))
        actors: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for call in calls:
            actors.setdefault((call["quem"], call.get("papel", "")), []).append(call)
        for (who, role), made in actors.items():
            title = paragraph(inside, class_="arq-rule")
            say(SubElement(title, "strong"), who)
            say(title, f", com `{role}`" if role else "")
            items = SubElement(inside, "ul", {"class": "arq-evidence", "role": "list"})
            for same in _alike(made):
                self._calls(SubElement(items, "li"), same)
        if only:
            paragraph(inside, f"Conferido: {only}.")
        for sentence in skipped:
            paragraph(inside, f"Não exercitado: “{_short(sentence['frase'], QUOTED)}”: {sentence['motivo']}.")
        return box

    def _spoil(self, spoil: dict[str, Any]) -> Element:
        """Um estrago: a pergunta à vista, a resposta dobrada."""
        box, inside = fold(f"Estrague o template: {spoil['titulo']}. Em que passo o fluxo para?")
        answer = paragraph(inside)
        link(answer, f"#passo-{spoil['passo']}", f"No passo {spoil['passo']}")
        say(answer, f": {spoil['causa'].rstrip('.')}. Rode você: `{self.command} --estragar {spoil['nome']}`.")
        return box

    def _line(self, step: dict[str, Any]) -> str:
        """`Executado · armazenamento simulado. Função validar: s3:GetObject; permitido por …`."""
        calls = step["chamadas"]
        simulated = [call["chamada"] for call in calls if call["rotulo"] == SIMULATED]
        kind = "armazenamento simulado" if all(name.startswith(STORAGE) for name in simulated) else "serviços simulados"
        label = step["rotulo"].capitalize() + (f" · {kind}" if simulated and step["rotulo"] != SIMULATED else "")
        actors: dict[str, dict[str, None]] = {}
        for call in calls:
            actors.setdefault(call["quem"], {})[call["chamada"]] = None
        said = [f"{who}: {', '.join(list(names)[:NAMED])}{'…' if len(names) > NAMED else ''}" for who, names in actors.items()]
        said = [*said[:ACTORS], "…"] if len(said) > ACTORS else said
        grants = list(dict.fromkeys(each["por"] for call in calls for each in call.get("permissao", ())
                                    if each["resposta"] == "permitido" and each.get("por")))
        if grants:
            rest = f" e mais {plural(len(grants) - 1, 'declaração', 'declarações')}" if grants[1:] else ""
            said.append(f"permitido por {grants[0]}, linha {self._where(grants[0])}{rest}")
        return f"{label}. {'; '.join(said)}" if said else f"{label}. Nenhuma chamada é deste passo"

    def _calls(self, item: Element, same: list[dict[str, Any]]) -> None:
        """As chamadas iguais: o rótulo e as permissões, e, da primeira e da primeira recusada, o que entrou e o que saiu."""
        call = same[0]
        say(item, f"`{call['chamada']}`, {call['rotulo']}")
        for ruling in _grants(call):
            action = "" if ruling["acao"] == call["chamada"] else f"`{ruling['acao']}` "
            say(item, f", {action}{ruling['resposta']}")
            if by := ruling.get("por"):
                line = self._where(by)
                say(item, " por ")
                link(item, f"#template-{line}", f"{by.removeprefix(call.get('papel', '') + ' · ')}, linha {line}")
        told = [call, *[each for each in same[1:] if each.get("motivo")][:1]]
        more = [f"e mais {len(same) - len(told)}"] if len(same) > len(told) else []
        say(item, ": " + "; ".join([*map(_passed, told), *more]))

    def _where(self, by: str) -> int:
        """A linha da declaração que o rastro nomeia: pelo `Sid`, se só uma o tem, ou pela posição."""
        owner, _, place = by.partition(" · ")
        resource = self.template.resources.get(owner)
        start: tuple[Key, ...] = ("Resources", owner)
        named = list(_named(resource.body, place, start)) if resource and place else []
        position = (*start, "Properties", *(int(key) if key.isdecimal() and len(key) < DIGITS else key for key in place.split(".")))
        return self.template.line(*(named[0] if len(named) == 1 else position if position in self.template.lines else start))


def _named(value: Any, sid: str, path: tuple[Key, ...]) -> Iterator[tuple[Key, ...]]:
    """Os lugares das declarações com este `Sid`."""
    if isinstance(value, dict) and value.get("Sid") == sid:
        yield path
    inner: Iterable[tuple[Key, Any]] = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _named(item, sid, (*path, key))


def _alike(calls: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """As chamadas iguais no que não é dado, juntas, na ordem da primeira."""
    found: dict[str, list[dict[str, Any]]] = {}
    for call in calls:
        same = repr([call.get(key) for key in ("chamada", "rotulo", "seta")] + _grants(call))
        found.setdefault(same, []).append(call)
    return list(found.values())


def _grants(call: dict[str, Any]) -> list[dict[str, str]]:
    """As permissões de uma chamada, cada uma uma vez, sem o recurso, que o que entrou já diz."""
    asked = [{key: each[key] for key in ("acao", "resposta", "por") if key in each} for each in call.get("permissao", ())]
    return [each for index, each in enumerate(asked) if each not in asked[:index]]


def _passed(call: dict[str, Any]) -> str:
    """O que entrou → o que saiu, ou por que não."""
    given, output, times = (call.get(key) for key in ("entrada", "saida", "vezes"))
    came = f"recusado, {call['motivo']}" if call.get("motivo") else _short(output or call["resultado"])
    return (f"{_short(given)} → {came}" if given else came).replace("`", "") + (f" ({times} vezes)" if times else "")


def _short(text: str, longest: int = LONGEST) -> str:
    """O valor, sem o começo dos ARNs, que é o mesmo em todos, e sem o fim, se é longo."""
    text = ARN.sub("", text)
    return text if len(text) <= longest else f"{text[:longest]}…"
