"""O rastro guardado de uma rodada, `rastro.json`: como se lê, de que ele depende, e se ainda é desta árvore.

A conferência não roda o fluxo: compara o resumo de cada coisa de que a rodada depende com o de agora. Um comentário no
template, ou uma linha em branco, não torna o rastro velho: conta o que ele declara, e as linhas se acham ao montar a página.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from scripts.base import source
from scripts.base.diagram import Diagram
from scripts.base.findings import Defect, Finding
from scripts.base.tree import TOOLKIT, Tree
from scripts.base.wording import listed
from scripts.page.architecture import Page
from scripts.template.cloudformation import Template

PINS = TOOLKIT / "requirements" / "replay.txt"
PARTS = {"template": "o template", "diagrama": "o diagrama", "passos": "o texto dos passos", "fluxo": "o fluxo",
         "travas": "as versões dos pacotes com que se roda", "rastro": "o próprio rastro"}
"""De que depende o que o arquivo diz, e como se chama."""

EXECUTED, SIMULATED, CHECKED = "executado", "simulado", "conferido"
"""Os rótulos de uma chamada e de um passo."""
RULING = {"acao": str, "resposta": str, "por?": str}
CALL = {"quem": str, "papel?": str, "chamada": str, "rotulo": str, "seta?": str, "entrada?": str, "permissao?": [RULING], "saida?": str,
        "resultado": str, "motivo?": str, "vezes?": int}
STEP = {"passo": int, "rotulo": str, "chamadas": [CALL], "conferido": [str], "nao_exercitado?": [{"frase": str, "motivo": str}]}
SPOIL = {"nome": str, "titulo": str, "passo": int, "causa": str}
SHAPE = {"digest": dict.fromkeys(PARTS, str), "passos": [STEP], "estragos": [SPOIL]}
"""O que se usa do arquivo; a chave que pode faltar tem `?`, e o que ele traz a mais não se olha."""


class Trace(NamedTuple):
    """Um rastro lido: os passos e os estragos, na forma que `SHAPE` diz."""

    digest: dict[str, str]
    steps: list[dict[str, Any]]
    spoils: list[dict[str, Any]]


def written(steps: list[dict[str, Any]], spoils: list[dict[str, Any]], now: dict[str, str]) -> str:
    """O arquivo: sempre os mesmos bytes para a mesma rodada."""
    whole = {"digest": {**now, "rastro": _content(steps, spoils)}, "passos": steps, "estragos": spoils}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def read(path: Path, name: str) -> Trace:
    """Lê um rastro. Erro: `Defect` quando o arquivo falta ou não tem a forma de um."""
    text = source.read(path, name, Finding(name, 1, "rastro-ausente", "O rastro não existe."))
    line, problem = 1, "não é JSON"
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        line = error.lineno
    except (ValueError, RecursionError):
        problem = "não se lê como JSON"
    else:
        problem = next((f"não tem a forma de um rastro em `{place}`" for place in _unfit(found, SHAPE, "arquivo")), "")
    if problem:
        raise Defect(Finding(name, line, "rastro-ilegivel", f"O arquivo {problem}; {_again(path.parent.name)}."))
    return Trace(found["digest"], found["passos"], found["estragos"])


def beside_template(tree: Tree, slug: str) -> list[Path]:
    """Os outros arquivos YAML da pasta, como um manifesto do Kubernetes, que a rodada também lê."""
    template = tree.template(slug)
    return sorted(file for file in template.parent.glob("*.yaml") if file != template)


def digest(tree: Tree, slug: str, diagram: Diagram, page: Page, template: Template) -> dict[str, str]:
    """O resumo de cada coisa de que a rodada depende. Erro: `Defect` quando o fluxo não se lê."""
    name = tree.name(tree.flow(slug))
    flow = source.read(tree.flow(slug), name, Finding(name, 1, "fluxo-ausente", "O fluxo não existe."))
    pins = source.read(PINS, "requirements/replay.txt", Finding("requirements/replay.txt", 1, "trava-ausente", "A trava não existe."))
    beside = "".join(source.read(file, tree.name(file), Finding(tree.name(file), 1, "arquivo-ausente", "O arquivo não existe."))
                     for file in beside_template(tree, slug))
    values = (json.dumps(template.data) + beside, diagram.digest(), json.dumps([step.text for step in page.steps]), flow, pins)
    return dict(zip(PARTS, map(_hashed, values)))


def kept(tree: Tree, slug: str, diagram: Diagram | None, page: Page | None, template: Template | None) -> tuple[Trace | None, tuple[Finding, ...]]:
    """O rastro da arquitetura, se é o de agora, e os achados; sem fluxo nem rastro não há o que dizer."""
    flow, path = tree.flow(slug), tree.trace(slug)
    name = tree.name(path)
    if not flow.is_file():
        lost = "O rastro não tem fluxo: ninguém o refaz; apague este arquivo, ou escreva " f"`{tree.name(flow)}`."
        return None, (Finding(name, 1, "rastro-sem-fluxo", lost),) if path.exists() else ()
    if not path.exists():
        missing = f"O fluxo não tem rastro guardado, que a página mostra; {_again(slug)}."
        return None, (Finding(tree.name(flow), 1, "rastro-ausente", missing),)
    try:
        found = read(path, name)
        if not (diagram and page and template):  # o que falta já é um achado
            return None, ()
        now = {**digest(tree, slug, diagram, page, template), "rastro": _content(found.steps, found.spoils)}
    except Defect as defect:
        return None, defect.findings
    changed = [PARTS[part] for part in PARTS if found.digest[part] != now[part]]
    if not changed:
        return found, ()
    return None, (Finding(name, 1, "rastro-velho", f"O rastro é de antes de mudar {listed(changed)}; {_again(slug)}."),)


def _again(slug: str) -> str:
    return f"rode `python3 scripts executar {slug} --gravar`"


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _content(steps: list[dict[str, Any]], spoils: list[dict[str, Any]]) -> str:
    return _hashed(json.dumps([steps, spoils]))


def _unfit(value: Any, shape: Any, place: str) -> Iterator[str]:
    """Os lugares em que o valor não tem essa forma."""
    if isinstance(shape, type):
        if not isinstance(value, shape) or isinstance(value, bool) and shape is int:
            yield place
    elif not isinstance(value, type(shape)):
        yield place
    elif isinstance(shape, list):
        for index, item in enumerate(value):
            yield from _unfit(item, shape[0], f"{place}.{index}")
    else:
        for key, inner in shape.items():
            name = key.removesuffix("?")
            if name in value:
                yield from _unfit(value[name], inner, f"{place}.{name}")
            elif name == key:
                yield f"{place}.{name}"
