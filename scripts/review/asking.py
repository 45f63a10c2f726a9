"""`conferir SLUG --de a --a b`: a pergunta de um componente a outro, e a resposta como se lê."""

from __future__ import annotations

import argparse
import json
from typing import Any

from scripts.base.diagram import Diagram
from scripts.base.findings import Defect
from scripts.base.tree import Tree, WrongUse
from scripts.checks.reading import Reading
from scripts.page import architecture, titles
from scripts.page.names import names
from scripts.proofs import own
from scripts.review.side import declared
from scripts.review.trail import Answer, ask
from scripts.template import cloudformation
from scripts.template.cloudformation import Template


def answer(tree: Tree, options: argparse.Namespace) -> int:
    """Imprime a resposta; 0 quando se alcança, 1 quando não. Erro: `WrongUse` quando falta dizer algo."""
    if not (options.de and options.a) or len(options.slug) != 1:
        raise WrongUse("Diga uma arquitetura e as duas pontas, como em `conferir pdv-alta-disponibilidade --de app-a --a primario`.")
    form = "json" if options.json else options.formato or "texto"
    if form not in ("texto", "json"):
        raise WrongUse("A resposta sai em `texto` ou em `json`.")
    found = _read(tree, options.slug[0])
    given = ask(found, options.de, options.a, options.porta)
    assert found.diagram and found.template
    shown = names(found.diagram, found.page)
    print(json.dumps(_object(given, found.template, options), ensure_ascii=False, indent=2) if form == "json"
          else _text(given, found.template, f"“{shown[options.de]}” (`{options.de}`)", f"“{shown[options.a]}” (`{options.a}`)"))
    return 0 if given.reached else 1


def _read(tree: Tree, slug: str) -> Reading:
    tree.scripts([slug])
    own.load(tree.root)
    drawn = declared(tree, [slug]).get(slug, ())
    if not isinstance(drawn, Diagram):
        raise Defect(*drawn)
    try:
        page = architecture.read(tree.page(slug), tree.name(tree.page(slug)), titles.read(tree.root))
    except Defect:
        page = None  # sem a página, os nomes são os da figura
    return Reading(drawn, page, cloudformation.read(tree.template(slug), tree.name(tree.template(slug))))


def _text(given: Answer, template: Template, tail: str, head: str) -> str:
    port = f", tcp {given.port}" if given.port else ""
    lines = [f"De {tail} a {head}{port}, {given.way}: {'alcança' if given.reached else 'não alcança'}."]
    if given.reached:
        lines += [f"  {template.path}:{template.line(*piece.path)}: {piece.text}" for piece in given.trail]
    else:
        lines += [f"  {template.path}:{template.line(*piece.path)}: {piece}" for piece in given.stops]
    return "\n".join(lines)


def _object(given: Answer, template: Template, options: argparse.Namespace) -> dict[str, Any]:
    def placed(piece: Any, **more: str) -> dict[str, Any]:
        return {"path": template.path, "line": template.line(*piece.path), **more}

    return {"slug": options.slug[0], "de": options.de, "a": options.a, "porta": given.port, "alcanca": given.reached,
            "trilha": [placed(piece, text=piece.text) for piece in given.trail],
            "paradas": [placed(piece, text=piece.need, code=piece.code, hint=piece.hint) for piece in given.stops]}
