"""Os discos que se prendem às instâncias: pastas da rodada, que só existem se a prova da ligação vale, e que enchem."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from scripts.aws.types import VOLUME
from scripts.proofs.arrows.configured import mounted
from scripts.proofs.facts.machine import Machine
from scripts.replay.browsing import Site
from scripts.replay.fences import SPOKEN
from scripts.replay.hooks import MIB
from scripts.replay.samples import LARGEST
from scripts.replay.session import Session
from scripts.replay.stack import Unresolved
from scripts.replay.trace import EXECUTED, NETWORK, Call

FULL = (LARGEST + SPOKEN) // MIB
"""O tamanho de arquivo, em MiB, que enche um disco da rodada."""


class Volumes:
    """Os volumes montados, e o que havia em cada um da última vez que se olhou."""

    def __init__(self, session: Session):
        self.session = session
        self.mounted: list[tuple[Site, str, Path, dict[str, int]]] = []

    def mount(self, site: Site, machine: Machine, node: str, variable: str) -> Path:
        """A pasta que o volume do nó dá à instância, e que esta variável do programa nomeia. Erro: `Unresolved`."""
        step, cause = self.session.severed(site.node, node)
        folder = site.folder(self._named(site, variable))
        cause = cause or self._elsewhere(site, machine, node, variable)
        if cause:
            self.session.blame(step or self.session.arrows.step(site.node, node), NETWORK, f"o volume não está na instância: {cause}")
        else:
            folder.mkdir(parents=True)
        self.mounted.append((site, node, folder, {}))
        return folder

    def _named(self, site: Site, variable: str) -> str:
        if variable not in site.variables:
            raise Unresolved(f"o programa de `{site.node}` não recebe `{variable}`, que nomeia a pasta do volume")
        return site.variables[variable]

    def _elsewhere(self, site: Site, machine: Machine, node: str, variable: str) -> str:
        """Por que a pasta não é do volume; vazio quando é. Erro: `Unresolved`, se não se acha onde ele se monta."""
        volume, folder = self.session.resource(node, VOLUME), self._named(site, variable)
        points = sorted(mounted(self.session.stack.view, machine, volume)[0])
        if not points:
            raise Unresolved(f"a rodada não acha onde o programa de `{machine.owner.id}` monta `{volume.id}`")
        if any(PurePosixPath(folder).is_relative_to(point) for point in points):
            return ""
        return f"`{variable}` é `{folder}`, e `{volume.id}` se monta em {', '.join(f'`{point}`' for point in points)}"

    def watch(self, said: str) -> None:
        """Arquiva o que mudou em cada um; `said` é o que as aplicações registraram, e explica o que encheu."""
        for site, node, folder, before in self.mounted:
            if site.full:
                cause = f"o disco encheu; na rodada, enche-o um arquivo de {FULL} MiB{said}"
                self.session.blame(self.session.arrows.step(site.node, node), NETWORK, cause)
            now = _sizes(folder)
            if now != before:
                call = Call(site.node, "arquivos", EXECUTED, output=f"{len(now)} no volume, {sum(now.values())} bytes")
                self.session.file(call, site.node, [node], "")
                before.clear()
                before.update(now)

    def stored(self) -> dict[str, dict[str, int]]:
        """O tamanho de cada arquivo, por nó."""
        return {node: _sizes(folder) for _, node, folder, _ in self.mounted}


def _sizes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
