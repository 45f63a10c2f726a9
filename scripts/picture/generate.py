"""Geração: leva cada script à sua figura no disco, e continua vigiando se pedido."""

from __future__ import annotations

import os
import queue
import re
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

from scripts.base.diagram import Rendered
from scripts.base.findings import Defect, Finding
from scripts.base.tree import Tree, write
from scripts.base.wording import decimal, plural
from scripts.picture import icons
from scripts.picture.kept import Memory
from scripts.picture.workers import Result, render_all

UNWRITABLE = "A figura não pôde ser escrita; confira a permissão e se há uma pasta nesse caminho."
SETTLE = 0.05
DERIVED = re.compile(r"\..*|.*~|diagrama(-\d+)?\.svg|.*\.pyc")
"""O que não se edita: as figuras, que daqui saem, e os rascunhos de quem grava."""


def generate(tree: Tree, scripts: list[Path], memory: Memory | None = None) -> dict[Path, Result]:
    """Escreve as figuras que mudaram e conta o que fez na saída de erros.

    Devolve o resultado de cada script; os achados do que falhou, cuja figura anterior fica como estava. Com `memory`, só roda os
    scripts de que algo mudou.
    """
    start = time.perf_counter()
    icons.use(tree.root / "regras" / "icones")
    results: dict[Path, Result] = {script: findings for script in scripts if (findings := _misnamed(tree, script))}
    for findings in results.values():
        _say(findings)
    changed = 0

    def done(script: Path, result: Result) -> None:
        nonlocal changed
        results[script] = result
        if not isinstance(result, Rendered):
            return _say(result)
        for rendered in (result, *result.others):
            _say(rendered.warnings, "aviso: ")
            _say(_substitutes(rendered), "nota: ")
        try:
            changed += _write(tree, script, result)
        except OSError:
            results[script] = (Finding(tree.name(tree.drawn_by(script)), 1, "figura-nao-escrita", UNWRITABLE),)
            _say(results[script])

    for script, rendered in (memory.kept(scripts) if memory else {}).items():
        done(script, rendered)
    render_all(tree.root, [script for script in scripts if script not in results], done, note=memory and memory.note)
    _say_summary(len(scripts), changed, len(failed(results)), time.perf_counter() - start)
    return results


def failed(results: Mapping[Path, Result]) -> list[Path]:
    """Os scripts que não deram figura."""
    return [script for script, result in results.items() if not isinstance(result, Rendered)]


def _say(findings: Iterable[Finding], kind: str = "") -> None:
    for finding in findings:
        print(f"{kind}{finding}", file=sys.stderr)


def _substitutes(rendered: Rendered) -> Iterable[Finding]:
    """O que se desenha com o PNG de `diagrams`, menos nítido: uma vez por ícone, com a linha que traz o oficial."""
    seen = set()
    for node in rendered.diagram.nodes:
        key = icons.lacking(node.icon)
        if key and key not in seen:
            seen.add(key)
            official = icons.likely(key)
            line = (f"a linha `\"{key}\" = \"{official}\"` em `scripts/picture/icons/catalog.toml`" if official else
                    f"em `scripts/picture/icons/catalog.toml`, uma linha para `{key}`, com um dos nomes de `scripts/picture/icons/names.txt`")
            yield Finding(rendered.diagram.path, node.line, "icone-substituto",
                          f"O catálogo não tem o ícone de “{' '.join(node.label.split())}”, e a figura usa o PNG de `diagrams`. Ponha o "
                          f"SVG em `regras/icones/{key.removesuffix('.png')}.svg` ou, nas ferramentas, {line}, e rode "
                          "`python3 scripts/picture/icons/update.py`.")


def _write(tree: Tree, script: Path, result: Rendered) -> bool:
    """Escreve a figura do script, e as outras se ele tem mais de uma; diz se alguma mudou."""
    first = tree.drawn_by(script)
    changed = []
    for number, rendered in enumerate((result, *result.others), 1):
        picture = first if number == 1 else first.with_name(f"{first.stem}-{number}.svg")
        if write(picture, rendered.svg):
            changed.append(picture)
            print(f"{tree.name(script)} → {tree.name(picture)}", file=sys.stderr)
    for name in os.listdir(first.parent):
        number = name.removeprefix(f"{first.stem}-").removesuffix(first.suffix)
        if number.isdecimal() and name == f"{first.stem}-{number}{first.suffix}" and int(number) > 1 + len(result.others):
            (first.parent / name).unlink()
    return bool(changed)


def _say_summary(total: int, changed: int, failed: int, seconds: float) -> None:
    trouble = f", {failed} com erro" if failed else ""
    print(
        f"{plural(total, 'figura', 'figuras')} em {decimal(seconds, 1)} s: "
        f"{plural(changed, 'atualizada', 'atualizadas')}, {plural(total - changed - failed, 'igual', 'iguais')}{trouble}.",
        file=sys.stderr,
    )


def _misnamed(tree: Tree, script: Path) -> tuple[Finding, ...]:
    try:
        tree.check_slug(script)
    except Defect as defect:
        return tuple(defect.findings)
    return ()


class Watcher:
    """Avisa quando um arquivo das pastas muda; as mudanças de um instante vêm juntas."""

    def __init__(self, *folders: Path):
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        self.changed: queue.SimpleQueue[Path] = queue.SimpleQueue()
        changed = self.changed

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event) -> None:
                path = Path(os.fsdecode(event.dest_path or event.src_path))
                happened = event.event_type in ("created", "modified", "moved", "deleted") and not event.is_directory
                if happened and not DERIVED.fullmatch(path.name):
                    changed.put(path)

        observer = Observer()
        for folder in folders:
            observer.schedule(Handler(), str(folder), recursive=True)
        observer.daemon = True
        observer.start()

    def wait(self) -> set[Path]:
        """Os arquivos da próxima leva de mudanças, quando as gravações sossegam."""
        paths = {self.changed.get()}
        while True:
            try:
                paths.add(self.changed.get(timeout=SETTLE))
            except queue.Empty:
                return paths


def watch(tree: Tree, slugs: list[str]) -> NoReturn:
    """Gera as figuras e as refaz a cada script salvo, até que alguém interrompa.

    Um módulo que não é diagrama pode ser usado por qualquer um deles: refaz todas.
    """
    watcher = Watcher(tree.sources)
    generate(tree, tree.scripts(slugs))
    print("Vigiando `diagrams_src`; Ctrl-C termina.", file=sys.stderr)
    while True:
        touched = {path for path in watcher.wait() if path.suffix == ".py"}
        known = {script.stem: script for script in tree.scripts([])}
        shared = any(path.stem not in known for path in touched)
        stems = {path.stem for path in touched}
        wanted = [slug for slug in known if slug in (slugs or known) and (shared or slug in stems)]
        if wanted:
            generate(tree, tree.scripts(wanted))
