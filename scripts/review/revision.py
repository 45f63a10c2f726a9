"""As duas revisões que se comparam, cada uma como uma pasta: a árvore de trabalho, outra pasta ou uma revisão do Git.

De uma revisão só se tira o que uma arquitetura lê, para uma pasta temporária; o repositório não muda.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.base.tree import WrongUse

READ = ("diagrams_src", "docs/arquiteturas", "regras", "arquiteturas.toml")
"""O que uma arquitetura lê da árvore dela."""


@dataclass(frozen=True)
class Pair:
    """Os dois lados: as pastas, como se chamam, e o que é preciso dizer de como se chegou a elas."""

    old: Path
    new: Path
    old_name: str
    new_name: str
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def pair(root: Path, base: str, revision: str) -> Iterator[Pair]:
    """As pastas de `base` e de `revision` (vazia: a árvore `root`, como está); somem no fim do bloco.

    De duas revisões, a velha é o ancestral comum. Erro: `WrongUse` quando uma não existe, ou falta o Git.
    """
    with tempfile.TemporaryDirectory(prefix="comparar-", ignore_cleanup_errors=True) as folder:
        old, new = Path(folder, "antes"), Path(folder, "depois")
        is_folder = Path(base).is_dir() and not (_git_exists(root) and _resolved(root, base))
        if is_folder and not revision:
            yield Pair(Path(base).resolve(), root, base, "a árvore de trabalho")
            return
        head = _commit(root, revision) if revision else _head(root)
        if is_folder:
            old, notes, name = Path(base).resolve(), (), base
        else:
            commit, notes = _ancestor(root, _commit(root, base), head, base)
            notes += _tools(root, commit, head if revision else "")
            extract(root, commit, old)
            name = f"{base} ({commit[:10]})"
        if revision:
            extract(root, head, new)
        yield Pair(old, new if revision else root, name, f"{revision} ({head[:10]})" if revision else "a árvore de trabalho", notes)


def _resolved(root: Path, name: str) -> str | None:
    return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")


def _git_exists(root: Path) -> bool:
    with contextlib.suppress(OSError):
        return _git(root, "rev-parse", "--git-dir") is not None
    return False


def _head(root: Path) -> str:
    if not _git_exists(root):
        raise WrongUse(f"`{root}` não está num repositório do Git; compare com uma pasta, como em `comparar ../copia`.")
    return _commit(root, "HEAD")


def _commit(root: Path, name: str) -> str:
    """O resumo da revisão que o nome diz. Erro: `WrongUse`, com o que fazer, quando não há um."""
    if not _git_exists(root):
        raise WrongUse(f"`{name}` não é uma pasta, e `{root}` não está num repositório do Git; compare com uma pasta, ou dentro de um repositório.")
    found = _resolved(root, name)
    if found is None:
        shallow = _shallow(root)
        hint = ("este clone é raso, e ela pode estar no que falta: rode `git fetch --unshallow` ou, no `actions/checkout`, use `fetch-depth: 0`"
                if shallow else "confira o nome, ou busque-a com `git fetch`")
        raise WrongUse(f"Não há a revisão `{name}` aqui; {hint}.")
    return found.strip()


def _ancestor(root: Path, old: str, new: str, base: str) -> tuple[str, tuple[str, ...]]:
    """O ancestral comum das duas; sem um, a própria base, e a frase que diz por quê."""
    found = _git(root, "merge-base", old, new)
    if found:
        return found.strip(), ()
    why = ("este clone é raso e não mostra onde as duas se separam; `git fetch --unshallow` o traz" if _shallow(root)
           else "as duas não têm um ancestral comum")
    return old, (f"Compara-se com `{base}` como está, e não com o ponto em que o trabalho saiu dela: {why}.",)


def _tools(root: Path, old: str, new: str) -> tuple[str, ...]:
    """O aviso de que as ferramentas também mudaram: os dois lados se leem com as de agora."""
    same = _git(root, "diff", "--quiet", old, *filter(None, (new,)), "--", "scripts") is not None
    return () if same else ("As ferramentas, em `scripts/`, também mudaram; os dois lados foram lidos com as de agora.",)


def _shallow(root: Path) -> bool:
    return (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"


def extract(root: Path, commit: str, folder: Path, names: Sequence[str] = READ) -> None:
    """Escreve em `folder` o que esta revisão tem destes caminhos da árvore. Erro: `WrongUse` quando o Git não a dá."""
    folder.mkdir()
    top = Path((_git(root, "rev-parse", "--show-toplevel") or "").strip())
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    prefix = "" if inside == "." else f"{inside}/"
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", "--name-only", commit, "--", *(prefix + name for name in names)) or ""
    raw = Path(f"{folder}-tudo")
    environment = {**os.environ, "GIT_INDEX_FILE": f"{folder}-indice"}
    for arguments, given in ((("read-tree", commit), ""), (("checkout-index", "--prefix", f"{raw}/", "-z", "--stdin"), listed)):
        done = subprocess.run(["git", "-C", str(top), *arguments], input=given.encode(errors="surrogateescape"), env=environment,
                              capture_output=True, check=False)
        if done.returncode:
            raise WrongUse(f"O Git não deu a revisão `{commit[:10]}`: {done.stderr.decode(errors='replace').strip()}.")
    if (raw / prefix).is_dir():
        folder.rmdir()
        (raw / prefix).rename(folder)


def touching(root: Path, names: Sequence[str], most: int) -> list[tuple[str, str]]:
    """As últimas revisões que tocaram nestes caminhos, da mais nova à mais velha, com o dia; nenhuma, sem história inteira."""
    if not _git_exists(root) or _shallow(root):
        return []
    listed = _git(root, "log", f"-{most}", "--no-merges", "--format=%H %cs", "HEAD", "--", *names) or ""
    return [(line.split()[0], line.split()[1]) for line in listed.splitlines()]


def _git(root: Path, *arguments: str) -> str | None:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None
