"""Os desenhos que `servir` guarda: feitos de novo quando muda algo que o script leu ou procurou, e guardados só quando se sabe tudo."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.tree import Tree
from scripts.picture import kept
from scripts.website.preview import Preview
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(os.name == "nt", reason="lá não se guarda desenho")
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="{}"/></svg>'
CUSTOM = "from diagrams.custom import Custom"


class Shown:
    """Um `servir` sem o site: rodada a rodada, que scripts ele desenhou."""

    def __init__(self, project, folder: Path):
        self.project, self.root, self.sources = project, project.root, project.sources
        self.preview = Preview(Tree(project.root), folder)

    def drawn(self) -> set[str]:
        """O que a rodada desenhou: tudo, menos o que estava guardado e ficou."""
        before = dict(self.preview.drawings.drawn)
        self.preview.check()
        after = self.preview.drawings.drawn
        return {script.stem for script in self.preview.tree.scripts([]) if script not in after or before.get(script) is not after[script]}

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def shown(project, tmp_path):
    project.script("outro", "EC2('Outro') >> EC2('b')")
    return Shown(project, tmp_path / "site")


@pytest.mark.parametrize("threads", ["um fio", "vários"])
def test_what_did_not_change_is_not_drawn_again(shown, threads, request):
    if threads == "vários":
        request.getfixturevalue("busy")
    shown.project.script("este", "EC2('a')")
    assert shown.drawn() == {"este", "outro"}
    assert shown.drawn() == set()
    shown.project.script("este", "EC2('b')")
    assert shown.drawn() == {"este"} and ">b<" in shown.project.picture("este").read_text()
    assert shown.drawn() == set()
    shown.project.script("novo", "EC2('c')")
    assert shown.drawn() == {"novo"}
    (shown.sources / "novo.py").unlink()
    assert shown.drawn() == set()


READS = [
    ("um arquivo aberto", "EC2(open('nome.txt').read())", "", "diagrams_src/nome.txt"),
    ("um arquivo da raiz", "EC2(Path(__file__).parents[1].joinpath('dados', 'nome.txt').read_text())", "from pathlib import Path", "dados/nome.txt"),
    ("um módulo vizinho", "EC2(_nome.NOME[:3])", "import _nome", "diagrams_src/_nome.py"),
    ("um módulo que ele importa", "EC2(_meio.NOME[:3])", "import _meio", "diagrams_src/_nome.py"),
    ("um módulo de uma pasta", "EC2(NOME[:3])", "from _pasta._nome import NOME", "diagrams_src/_pasta/_nome.py"),
]


@pytest.mark.parametrize(("body", "imports", "file"), [pytest.param(*case, id=name) for name, *case in READS])
@pytest.mark.parametrize("change", ["muda", "some", "é o mesmo"])
def test_a_file_the_script_reads(shown, body, imports, file, change):
    shown.write("diagrams_src/_meio.py", "from _nome import NOME\n")
    path = shown.write(file, "NOME = 'um'\n")
    shown.project.script("este", body, imports=imports)
    assert shown.drawn() == {"este", "outro"} and shown.drawn() == set()
    if change == "some":
        path.unlink()
    elif change == "muda":
        path.write_text("NOME = 'xx'\n")
    assert shown.drawn() == (set() if change == "é o mesmo" else {"este"})


@pytest.mark.usefixtures("busy")
def test_a_module_beside_that_was_compiled_before(shown):
    module = shown.write("diagrams_src/_nome.py", "NOME = 'um'\n")
    py_compile.compile(str(module))
    shown.project.script("este", "EC2(_nome.NOME)", imports="import _nome")
    assert shown.drawn() == {"este", "outro"} and shown.drawn() == set()
    module.write_text("NOME = 'dois'\n")
    assert shown.drawn() == {"este"} and ">dois<" in shown.project.picture("este").read_text()


@pytest.mark.parametrize("name", ["textwrap.py", "textwrap/__init__.py"])
def test_a_module_that_takes_the_place_of_another(shown, name):
    for slug in ("este", "mais"):  # o segundo já acha importado o que o primeiro importou
        shown.project.script(slug, "EC2(textwrap.shorten('a b', 9))", imports="import textwrap")
    assert shown.drawn() == {"este", "mais", "outro"} and shown.drawn() == set()
    shown.write(f"diagrams_src/{name}", "def shorten(*_):\n    return 'vizinho'\n")
    assert shown.drawn() - {"textwrap"} == {"este", "mais"}


@pytest.mark.usefixtures("busy")
def test_an_icon_replaced_and_one_that_comes_to_be_found_first(shown):
    shown.write("icones/a.svg", ICON.format("M0 0h1"))
    for slug in ("este", "mais"):  # o segundo já acha lido o que o primeiro leu
        shown.project.script(slug, "Custom('a', 'icones/a.svg')", imports=CUSTOM)
    assert shown.drawn() == {"este", "mais", "outro"} and shown.drawn() == set()
    before = shown.project.picture("mais").read_text()
    shown.write("icones/a.svg", ICON.format("M0 0v1"))
    assert shown.drawn() == {"este", "mais"}
    replaced = shown.project.picture("mais").read_text()
    shown.write("diagrams_src/icones/a.svg", ICON.format("M1 1v1"))
    assert shown.drawn() == {"este", "mais"}
    assert len({before, replaced, shown.project.picture("mais").read_text()}) == 3
    assert shown.drawn() == set()


def test_an_icon_that_was_missing(shown):
    shown.project.script("este", "Custom('a', 'a.svg')", imports=CUSTOM)
    assert shown.drawn() == {"este", "outro"} and shown.drawn() == {"este"}  # o que falhou não se guarda
    shown.write("diagrams_src/a.svg", ICON.format("M0 0h1"))
    assert shown.drawn() == {"este"} and shown.project.picture("este").is_file()
    assert shown.drawn() == set()


def test_the_icons_of_the_tree(shown):
    shown.project.script("este", "EC2('a')")
    shown.drawn()
    own = shown.write("regras/icones/aws/compute/ec2.svg", ICON.format("M0 0h1"))
    assert shown.drawn() == {"este", "outro"}
    own.write_text(ICON.format("M0 0v1"))
    assert shown.drawn() == {"este", "outro"} and shown.drawn() == set()
    own.unlink()
    assert shown.drawn() == {"este", "outro"} and shown.drawn() == set()


ASKS = [
    ("se existe", "EC2(str(Path('x').exists()))", lambda folder: (folder / "x").touch()),
    ("se é pasta", "EC2(str(Path('x').is_dir()))", lambda folder: (folder / "x").mkdir()),
    ("os nomes de uma pasta", "EC2(str(len(list(Path('.').iterdir()))))", lambda folder: (folder / "x").touch()),
    ("quando mudou", "EC2(str(Path('_y').stat().st_mtime))", lambda folder: os.utime(folder / "_y", (1, 1))),
    ("para onde aponta", "EC2(Path('_z').read_text())", lambda folder: ((folder / "_z").unlink(), (folder / "_z").symlink_to("_w"))),
    ("o que não havia", "try:\n    EC2(open('x').read())\nexcept OSError:\n    EC2('a')", lambda folder: (folder / "x").write_text("x")),
]


@pytest.mark.parametrize(("body", "change"), [pytest.param(*case, id=name) for name, *case in ASKS])
def test_what_the_script_asks(shown, body, change):
    for name in "yw":
        shown.write(f"diagrams_src/_{name}", name)
    (shown.sources / "_z").symlink_to("_y")
    shown.project.script("este", body, imports="from pathlib import Path")
    assert shown.drawn() == {"este", "outro"} and shown.drawn() == set()
    change(shown.sources)
    assert shown.drawn() == {"este"}
    assert shown.drawn() == set()


UNKNOWN = [
    "import subprocess; EC2(subprocess.run(['true']).args[0])", "import os; os.system('true'); EC2('a')", "import os; EC2(os.urandom(1).hex())",
    "import socket; EC2(socket.gethostname())", "import time; EC2(str(time.time()))", "from datetime import date; EC2(str(date.today()))",
    "import random; EC2(str(random.random()))", "import uuid; EC2(uuid.uuid4().hex)", "EC2(str(__import__('time').time()))",
    "import importlib; EC2(str(importlib.import_module('time').time()))", "exec('import time'); EC2('a')", "exec('import time', {}); EC2('a')",
    "from _hora import HORA; EC2(HORA)", "from pathlib import Path; EC2(str(len(list(Path('.').glob('*')))))", "EC2(open('/dev/urandom', 'rb').read(2).hex())",
    "open('escrito', 'a').write('a'); EC2('a')", "from pathlib import Path; Path('escrito').touch(); EC2('a')", "import threading; EC2('a')",
    "import ctypes; EC2('a')", "import sys; EC2(str(sys.modules['time'].time()))", "from pathlib import Path; Path('pasta').mkdir(exist_ok=True); EC2('a')",
]


@pytest.mark.parametrize("body", UNKNOWN)
def test_what_depends_on_what_is_not_known_is_always_drawn(shown, body):
    shown.write("diagrams_src/_hora.py", "import time\nHORA = str(time.time())\n")
    shown.project.script("este", body)
    assert shown.drawn() == {"este", "outro"}
    assert shown.drawn() == {"este"} and shown.project.picture("este").is_file()


def test_a_picture_removed_or_changed_by_hand_is_written_again(shown):
    shown.drawn()
    picture = shown.project.picture("outro")
    drawn = picture.read_text()
    for spoil in (Path.unlink, lambda path: path.write_text("<svg/>")):
        spoil(picture)
        assert shown.drawn() == set() and picture.read_text() == drawn


def test_what_is_said_of_a_kept_drawing_is_said_again(shown, capfd):
    shown.project.script("este", "EC2('a', shape='star', color='cor que não há')", options="graph_attr={'ranksep': '3'}")
    shown.drawn()
    first = capfd.readouterr().err
    assert shown.drawn() == set()
    assert [line for line in first.splitlines() if ": [" in line] == [line for line in capfd.readouterr().err.splitlines() if ": [" in line] != []


def test_a_change_in_what_draws_draws_everything(shown, tmp_path, monkeypatch):
    tool = tmp_path / "ferramenta" / "cores.toml"
    tool.parent.mkdir()
    tool.touch()
    monkeypatch.setattr(kept, "TOOLS", (tool.parent,))
    shown.drawn()
    assert shown.drawn() == set()
    os.utime(tool, (1, 1))
    assert shown.drawn() == {"outro"} and shown.drawn() == set()


MEANWHILE = """
import sys; from pathlib import Path
from scripts.picture.render import render
from scripts.picture.script.noticing import Notebook
root, notebook, known = Path(sys.argv[1]), Notebook(), []
for slug in ("este", "mais"):
    render(root / "diagrams_src" / f"{slug}.py", root, notebook.noting(root / "diagrams_src" / f"{slug}.py"))
    if slug in sys.argv[2:]:
        (root / "diagrams_src" / "nome.txt").write_text("dois")
    known.append(notebook.inputs() is not None)
    if "entre" in sys.argv[2:]:
        (root / "diagrams_src" / "nome.txt").write_text("dois")
print(known)
"""


@pytest.mark.parametrize(("when", "known"), [("nunca", [True, True]), ("este", [False, False]), ("mais", [True, False]), ("entre", [True, False])])
def test_what_changes_while_it_is_drawn_is_not_known(project, when, known):
    (project.sources / "nome.txt").write_text("um")
    for slug in ("este", "mais"):
        project.script(slug, "EC2(open('nome.txt').read())")
    done = subprocess.run([sys.executable, "-c", MEANWHILE, str(project.root), when], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout == f"{known}\n", done.stderr


def test_only_servir_takes_notes(project):
    project.script("este", "import sys; EC2('a' if 'scripts.picture.script.noticing' in sys.modules else 'b')")
    process = project.start("gerar")
    process.communicate(timeout=60)
    assert ">b<" in project.picture("este").read_text()


def test_the_scripts_of_this_tree_are_kept(tmp_path):
    for name in ("diagrams_src", "docs/arquiteturas"):
        shutil.copytree(REPOSITORY / name, tmp_path / "arvore" / name)
    tree = Tree(tmp_path / "arvore")
    preview = Preview(tree, tmp_path / "site")
    preview.check()
    assert preview.drawings.drawn.keys() == set(tree.scripts([]))
    assert preview.drawings.kept(tree.scripts([])).keys() == set(tree.scripts([]))
