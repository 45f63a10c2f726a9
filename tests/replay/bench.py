"""Uma árvore de uma arquitetura só, e rodadas dela com o template trocado."""

from __future__ import annotations

from pathlib import Path

from scripts.base.tree import Tree
from scripts.replay import flows, processes
from scripts.replay.database import Servers
from scripts.replay.flows import Flow
from scripts.replay.replaying import Replayed, Scene, replay, scene


def planted(root: Path, slug: str, script: str, template: str, page: str, flow: str = "") -> Tree:
    """A árvore com estes arquivos; sem `flow`, sem o do fluxo."""
    tree = Tree(root)
    for path, text in ((tree.script(slug), script), (tree.template(slug), template), (tree.page(slug), page), (tree.flow(slug), flow)):
        if text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.lstrip(), encoding="utf-8")
    return tree


def staged(root: Path, slug: str, script: str, template: str, page: str, flow: str) -> Scene:
    """O que se roda, lido da árvore com estes arquivos."""
    tree = planted(root, slug, script, template, page, flow)
    found = flows.read(tree, slug)
    assert isinstance(found, Flow)
    processes.warm()
    return scene(tree, found)


def run(stage: Scene, *edits: tuple[str, str]) -> Replayed:
    """Uma rodada sobre o template com estas trocas; cada trecho que sai está nele uma vez só."""
    template = stage.template
    for old, new in edits:
        assert template.count(old) == 1, old
        template = template.replace(old, new)
    return replay(stage, template, stage.flow.sample, Servers())
