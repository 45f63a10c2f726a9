"""`novo --projeto`: um repositório que funciona sozinho, com as ferramentas, um exemplo acabado e o que roda no GitHub.

As ferramentas vão copiadas: o repositório novo não depende deste, e o que o GitHub roda nele é o
que roda aqui.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from string import Template

from scripts.base.tree import TOOLKIT, Tree, WrongUse, write
from scripts.picture.generate import failed, generate
from scripts.skeleton import tests

PARTS = Path(__file__).parent / "project"
TOOLS = ("scripts", "requirements", "tests/every", "tests/hostile.py", "tests/proofs/bench.py", ".github/workflows", ".gitattributes",
         ".gitignore", "action.yml", "mkdocs.yml", "docs/assets/favicon.svg")
HERE_ONLY = re.compile(r"<!-- só neste repositório -->.*?<!-- fim -->", re.DOTALL)
"""O que o CONTRIBUINDO diz só deste repositório, que o outro não tem."""
LEFT = shutil.ignore_patterns("__pycache__", ".pytest_cache")


def create(folder: Path) -> int:
    """Escreve o repositório em `folder`, que não existe ou está vazia; devolve o estado de saída.

    Erro: `WrongUse` quando a pasta tem alguma coisa ou é um arquivo; nada é sobrescrito.
    """
    if folder.exists() and (not folder.is_dir() or any(entry.name != ".git" for entry in folder.iterdir())):
        raise WrongUse(f"`{folder}` já tem alguma coisa; escolha uma pasta que não existe, ou vazia.")
    name = " ".join(re.split(r"[\W_]+", folder.name)).strip().capitalize() or "Arquiteturas"
    for tool in TOOLS:
        _copy(TOOLKIT / tool, folder / tool)
    _copy(TOOLKIT / "LICENSE", folder / "scripts" / "LICENSE")
    guide = (TOOLKIT / "CONTRIBUINDO.md").read_text(encoding="utf-8")
    write(folder / "CONTRIBUINDO.md", re.sub(r"\n{3,}", "\n\n", HERE_ONLY.sub("", guide)).rstrip() + "\n")
    locks = folder / "requirements"
    write(locks / "test.in", tests.declared((locks / "test.in").read_text(encoding="utf-8")))
    write(locks / "test.txt", tests.locked((locks / "test.txt").read_text(encoding="utf-8")))
    write(folder / "mkdocs.yml", _settings((TOOLKIT / "mkdocs.yml").read_text(encoding="utf-8"), name))
    for part in sorted(PARTS.rglob("*.txt")):
        text = part.read_text(encoding="utf-8")
        whole = part.name not in ("index.md.txt", "README.md.txt") or "fila-de-pedidos" in part.parts
        write(folder / part.relative_to(PARTS).with_suffix(""), text if whole else Template(text).substitute(name=name))
    (folder / "regras").mkdir(exist_ok=True)
    write(folder / "regras" / ".gitkeep", "")
    tree = Tree(folder)
    results = generate(tree, tree.scripts([]))
    print(f"Repositório pronto em {folder}. Entre nele, rode `git init` se o quer guardar, e `python3 scripts servir`.", file=sys.stderr)
    return 1 if failed(results) else 0


def _copy(source: Path, target: Path) -> None:
    """O arquivo ou a pasta, quando há."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT, dirs_exist_ok=True)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _settings(text: str, name: str) -> str:
    """A configuração desta árvore com o nome da outra, o endereço por dizer e o estilo dela."""
    quoted = name.replace('"', "")
    changes = ((r"^site_name: .*$", f'site_name: "{quoted}"'),
               (r"^site_description: .*$", 'site_description: "Arquiteturas AWS em que figura, texto e template concordam."'),
               (r'^(site_url: .*")https://[^"]*(".*)$', r"\1https://exemplo.example/\2"),
               (r"^extra:$", "extra_css:\n  - assets/estilo.css\nextra:"))
    for pattern, wanted in changes:
        text = re.sub(pattern, wanted, text, count=1, flags=re.MULTILINE)
    return text
