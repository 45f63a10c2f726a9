"""A árvore de um projeto: onde ficam scripts, páginas e figuras, e como escrever nela."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.base.diagram import SLUG
from scripts.base.findings import Defect, Finding


TOOLKIT = Path(__file__).resolve().parents[2]
"""A pasta deste projeto, onde estão as ferramentas."""


COMPARISONS, PICTURE = "comparacoes", "diagrama.svg"


TREE_VARIABLE = "ARQUITETURAS_RAIZ"
"""A variável com que `testar --raiz` diz aos testes que árvore julgar."""


class WrongUse(Exception):
    """O comando foi chamado de um jeito que não dá para atender."""


@dataclass(frozen=True)
class Tree:
    """Uma árvore com `diagrams_src/` e, quando há páginas, `docs/` e `mkdocs.yml`."""

    root: Path

    @property
    def sources(self) -> Path:
        return self.root / "diagrams_src"

    @property
    def pages(self) -> Path:
        return self.root / "docs" / "arquiteturas"

    def script(self, slug: str) -> Path:
        return self.sources / f"{slug}.py"

    def page(self, slug: str) -> Path:
        return self.pages / slug / "index.md"

    def template(self, slug: str) -> Path:
        return self.pages / slug / "template.yaml"

    def flow(self, slug: str) -> Path:
        """O que a pessoa faz nesta arquitetura, para `executar`."""
        return self.root / "fluxos" / f"{slug}.py"

    def trace(self, slug: str) -> Path:
        """O rastro guardado da última rodada do fluxo."""
        return self.pages / slug / "rastro.json"

    def picture(self, slug: str) -> Path:
        return self.pages / slug / PICTURE

    @property
    def comparisons(self) -> Path:
        """Os scripts das figuras de decisão: as folhas são arquiteturas, e não há template."""
        return self.sources / COMPARISONS

    def drawn_by(self, script: Path) -> Path:
        """A figura que este script desenha: ao lado da página da arquitetura ou, de uma decisão, na pasta da comparação."""
        return self.root / "docs" / COMPARISONS / script.stem / PICTURE if script.parent == self.comparisons else self.picture(script.stem)

    def name(self, path: Path) -> str:
        """O caminho como os achados o mostram: relativo à raiz, com barras normais."""
        return path.relative_to(self.root).as_posix()

    def architectures(self) -> list[str]:
        """Slugs da árvore: de cada script e de cada pasta, mesmo sem par."""
        folders = {path.name for path in self.pages.glob("[!.]*") if path.is_dir()}
        return sorted(self._diagrams().keys() | folders)

    def decisions(self) -> dict[str, Path]:
        """Os scripts das figuras de decisão, por slug."""
        return self._diagrams(self.comparisons)

    def _diagrams(self, folder: Path | None = None) -> dict[str, Path]:
        """Os scripts por slug: o que começa com `_` é módulo de outros, e o que começa com `.`, rascunho de um editor."""
        return {path.stem: path for path in sorted((folder or self.sources).glob("[!_.]*.py"))}

    def scripts(self, slugs: list[str]) -> list[Path]:
        """Os scripts pedidos, ou todos. Arquivos que começam com `_` não são diagramas.

        Erro: `WrongUse` quando falta `diagrams_src/` ou um dos pedidos não existe.
        """
        if not self.sources.is_dir():
            raise WrongUse(f"Não há a pasta `diagrams_src` em `{self.root}`; use `--raiz` com a pasta de um projeto.")
        found = {**self.decisions(), **self._diagrams()}
        unknown = [slug for slug in slugs if slug not in found]
        if unknown:
            known = ", ".join(found) or "nenhuma"
            raise WrongUse(f"Não há script para `{'`, `'.join(unknown)}` em `diagrams_src`. As arquiteturas são: {known}.")
        return [found[slug] for slug in dict.fromkeys(slugs)] if slugs else list(found.values())

    def check_slug(self, script: Path) -> None:
        """Erro: `Defect` quando o nome do arquivo não serve de endereço."""
        if not SLUG.fullmatch(script.stem):
            raise Defect(unfit(self.name(script), script.stem))


def unfit(name: str, slug: str) -> Finding:
    """O achado de um script, em `name`, cujo nome não serve de endereço."""
    return Finding(name, 1, "slug-invalido", f"O nome `{slug}` não serve de endereço; use só minúsculas sem acento, números e hifens, como "
                   f"`pdv-alta-disponibilidade` ou, se os scripts só o importam, comece-o por `_`, como `_{slug}.py`.")


def content(file: Path) -> bytes | int | None:
    """O que está no arquivo ou, quando não se lê, o motivo."""
    try:
        return file.read_bytes()
    except OSError as error:
        return error.errno


def write(path: Path, content: str) -> bool:
    """Escreve de uma vez só, e só se mudou; devolve se mudou.

    Quem lê o arquivo vê o conteúdo antigo ou o novo, nunca um pedaço.
    """
    data = content.encode()
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return True
