"""`gerar`, pela porta: um SVG por script, os bons apesar dos ruins, e nada mais no disco."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from scripts.picture import workers
from tests.conftest import COMMAND, REPOSITORY

PAIR = "EC2('a') >> EC2('b')"


def test_one_picture_a_script_and_nothing_else(project):
    project.script("loja", PAIR, options="filename='outro', outformat=['png', 'dot']")
    project.script("fila", PAIR, options="outformat='pdf'").write_text(
        project.script("fila", PAIR).read_text().replace("show=False", "show=True"))
    before = project.files()
    answer = project.run("gerar")
    assert answer.status == 0
    assert project.files() - before == {"docs/arquiteturas/fila/diagrama.svg", "docs/arquiteturas/loja/diagrama.svg"}
    assert "diagrams_src/loja.py → docs/arquiteturas/loja/diagrama.svg" in answer.said
    assert "2 figuras em " in answer.said and "2 atualizadas, 0 iguais." in answer.said
    assert answer.out == ""


def test_only_the_named_ones(project):
    project.script("a", PAIR), project.script("b", PAIR), project.script("c", "raise ValueError")
    assert project.run("gerar", "b", "b").status == 0
    assert project.picture("b").is_file() and not project.picture("a").exists()


def test_the_file_is_touched_only_when_its_bytes_change(project):
    project.script("loja", PAIR)
    project.run("gerar")
    picture = project.picture("loja")
    os.utime(picture, (1, 1))
    answer = project.run("gerar")
    assert picture.stat().st_mtime == 1 and "0 atualizadas, 1 igual." in answer.said
    project.script("loja", "EC2('a') >> EC2('c')")
    assert "1 atualizada, 0 iguais." in project.run("gerar").said
    assert picture.stat().st_mtime > 1 and stat.S_IMODE(picture.stat().st_mode) == 0o644


NO_TEXT = "O script parou com `TypeError: expected string or bytes-like object, got '{}'`. Corrija esta linha e rode de novo."
BROKEN = {
    "raise ValueError('sem\\nsorte')": (6, "script-com-erro", "O script parou com `ValueError: sem sorte`. Corrija esta linha e rode de novo."),
    "import nada_disso": (6, "script-com-erro", "O script parou com `ModuleNotFoundError: No module named 'nada_disso'`. Corrija esta linha e rode de novo."),
    "from diagrams.aws.compute import EC3": (6, "script-com-erro", None),
    "import sys; sys.exit(3)": (6, "script-com-erro", "O script parou com `SystemExit: 3`. Corrija esta linha e rode de novo."),
    "import os; os._exit(4)": (1, "script-com-erro", "O script encerrou o Python (código 4); tire dele o que termina o processo."),
    "raise KeyboardInterrupt('eu')": (1, "script-com-erro", "O desenho deste script parou com `KeyboardInterrupt: eu`; corrija o script."),
    "input()": (6, "script-com-erro", "O script parou com `EOFError: EOF when reading a line`. Corrija esta linha e rode de novo."),
    "EC2('a', width=3)": (6, "script-com-erro", NO_TEXT.format("int")),
    "with Cluster('a'):\n    EC2('b',\n        fontsize=1.5)": (7, "script-com-erro", NO_TEXT.format("float")),
    "with Cluster('a'):\n    with Cluster('b', graph_attr={'margin': 20}):\n        EC2('c', fontcolor=None)": (7, "script-com-erro", NO_TEXT.format("int")),
    "def f(): f()\nf()": (6, "script-com-erro", None),
    "with Diagram('dois'):\n    EC2('b')": (6, "diagrama-unico", "O script declara 2 `Diagram`; deixe exatamente um."),
    "EC2('x', nodeid='a'); EC2('y', nodeid='a')": (6, "id-repetido", "O id `a` já foi usado na linha 6; dê outro a um dos dois."),
    "EC2('x', nodeid='a')\nwith Cluster('y', graph_attr={'id': 'a'}): pass": (7, "id-repetido", "O id `a` já foi usado na linha 6; dê outro a um dos dois."),
    "EC2('a') >> Edge(passo='três') >> EC2('b')": (6, "passo-invalido", "`passo` é `três`; escreva um só número inteiro, de 1 a 99."),
    "EC2('a', passo='1 2')": (6, "passo-invalido", "`passo` é `1 2`; escreva um só número inteiro, de 1 a 99."),
    "EC2('a', passo='0')": (6, "passo-invalido", "`passo` é `0`; escreva um só número inteiro, de 1 a 99."),
    "EC2('a', passo='9' * 5000)": (6, "passo-invalido", f"`passo` é `{'9' * 40}…`; escreva um só número inteiro, de 1 a 99."),
    "from diagrams.custom import Custom\nCustom('x', 'nao-ha.png')": (7, "icone-ausente", "O ícone `nao-ha.png` não existe; confira o caminho, relativo ao script."),
}


def test_a_broken_script_is_named_with_line_and_cause_and_the_others_are_drawn(project):
    slugs = {}
    for number, body in enumerate(BROKEN):
        slugs[body] = f"ruim-{number}"
        project.script(slugs[body], "EC2('ok')", *body.splitlines())
    project.script("zz-boa", PAIR)
    answer = project.run("gerar")
    assert answer.status == 1 and "Traceback" not in answer.said
    assert project.picture("zz-boa").is_file()
    for body, (line, code, message) in BROKEN.items():
        found = next((finding for finding in answer.findings if f"/{slugs[body]}.py:" in finding), body)
        assert found.startswith(f"diagrams_src/{slugs[body]}.py:{line}: [{code}] ")
        assert message is None or found.endswith(f"] {message}")
        assert not project.picture(slugs[body]).exists()
    assert len(answer.findings) == len(BROKEN) and f", {len(BROKEN)} com erro." in answer.said


def test_scripts_without_a_drawable_diagram(project):
    project.script("sintaxe", "with Diagram('x'):\n    )", title="")
    project.script("nenhum", "x = 1", title="")
    project.script("vazio", "pass")
    project.script("nulo", "x = '\0'", title="")
    answer = project.run("gerar")
    assert answer.status == 1
    assert sorted(answer.findings)[0] == (
        "diagrams_src/nenhum.py:1: [diagrama-unico] O script não declara nenhum `Diagram`; declare um "
        "ou, se é um módulo que os outros importam, comece o nome dele por `_`: `_nenhum.py`.")
    assert "diagrams_src/sintaxe.py:2: [script-com-erro] O script parou com `SyntaxError: unmatched ')'`." in answer.said
    assert "diagrams_src/vazio.py:4: [diagrama-vazio] O diagrama não tem componentes; declare ao menos um." in answer.said
    assert len(answer.findings) == 4 and "Traceback" not in answer.said


def test_all_the_problems_of_a_script_at_once(project):
    project.script("ruim", "EC2('a', nodeid='a', passo='x')", "EC2('b', nodeid='a', passo='y')")
    assert [finding.split("]")[0] for finding in project.run("gerar").findings] == [
        "diagrams_src/ruim.py:5: [passo-invalido", "diagrams_src/ruim.py:6: [id-repetido", "diagrams_src/ruim.py:6: [passo-invalido"]


def test_a_broken_script_keeps_its_previous_picture(project):
    project.script("loja", PAIR)
    project.run("gerar")
    before = project.picture("loja").read_bytes()
    project.script("loja", PAIR, "1 / 0")
    assert project.run("gerar").status == 1
    assert project.picture("loja").read_bytes() == before
    assert project.files() == {"diagrams_src/loja.py", "docs/arquiteturas/loja/diagrama.svg"}


def test_a_script_that_never_ends_is_named_and_the_others_finish(project, monkeypatch):
    monkeypatch.setattr(workers, "LIMIT", 1.5)
    project.script("a-eterna", "while True:\n    try: import time; time.sleep(9)\n    except BaseException: pass")
    for number in range(3):
        project.script(f"b-{number}", PAIR)
    answer = project.run("gerar")
    assert answer.findings == ["diagrams_src/a-eterna.py:1: [script-sem-fim] O script não terminou em 2 s; procure um laço sem fim ou uma espera."]
    assert answer.status == 1 and all(project.picture(f"b-{number}").is_file() for number in range(3))


def test_a_file_name_that_cannot_be_an_address(project):
    names = ["Loja", "minha loja", "a_b", "ação", "-a", "a--b", "loja.nova"]
    for name in ["boa", *names]:
        project.script(name, PAIR)
    answer = project.run("gerar")
    assert sorted(answer.findings) == sorted(
        f"diagrams_src/{name}.py:1: [slug-invalido] O nome `{name}` não serve de endereço; "
        "use só minúsculas sem acento, números e hifens, como `pdv-alta-disponibilidade` ou, se os scripts só o importam, comece-o por `_`, como "
        f"`_{name}.py`." for name in names)
    assert answer.status == 1 and "1 atualizada" in answer.said
    assert {name for name in project.files() if name.endswith(".svg")} == {"docs/arquiteturas/boa/diagrama.svg"}


@pytest.mark.parametrize("slug", ["nada", "../loja", "loja.py", "", "_comum"])
def test_an_unknown_slug_is_wrong_use(project, slug):
    project.script("loja", PAIR), project.script("_comum", PAIR)
    answer = project.run("gerar", slug)
    assert answer.status == 2
    assert answer.said == f"erro: Não há script para `{slug}` em `diagrams_src`. As arquiteturas são: loja.\n"
    assert not (project.root / "docs").exists()


def test_a_tree_without_sources_is_wrong_use(project):
    project.sources.rmdir()
    answer = project.run("gerar")
    assert answer.status == 2 and answer.said.startswith("erro: Não há a pasta `diagrams_src` em `")


def test_an_empty_tree_has_nothing_to_draw(project):
    answer = project.run("gerar")
    assert answer.status == 0 and answer.said.startswith("0 figuras em ")


def test_a_place_that_cannot_be_written_is_said_without_traceback(project):
    project.script("loja", PAIR)
    (project.root / "docs").write_text("um arquivo onde devia haver uma pasta")
    answer = project.run("gerar")
    assert answer.status == 1 and answer.findings == [
        "docs/arquiteturas/loja/diagrama.svg:1: [figura-nao-escrita] A figura não pôde ser escrita; confira a permissão e "
        "se há uma pasta nesse caminho."
    ]


def test_what_a_script_does_to_the_process_stays_there(project, monkeypatch):
    monkeypatch.setattr(workers, "SCRIPTS_PER_WORKER", 99)  # todos no mesmo processo
    project.script("a", PAIR, "import os, sys, builtins, vizinho", "vizinho.NOMES.append('sobra')",
                   "print('na saída'); os.write(1, b'direto\\n'); sys.__stdout__.write('outra')",
                   "os.chdir('/'); os.environ.clear(); sys.path.clear(); sys.argv.append('x')")
    (project.sources / "vizinho.py").write_text("NOMES = []\n")
    project.script("b", "import os, sys, vizinho", "assert os.environ['PATH'] and os.getcwd() != '/' and sys.argv[0].endswith('b.py')",
                   "EC2(f'{len(vizinho.NOMES)} sobras')")
    answer = project.run("gerar", "a", "b")
    assert (answer.status, answer.out) == (0, ""), answer.said
    assert "0 sobras" in project.picture("b").read_text()
    assert not list(project.sources.glob("__pycache__"))


def test_shared_modules_are_not_diagrams(project):
    (project.sources / "_comum.py").write_text("from diagrams.aws.compute import EC2\ndef par(): return EC2('um') >> EC2('dois')\n")
    project.script("loja", "from _comum import par", "par()")
    assert project.run("gerar").status == 0
    assert "dois" in project.picture("loja").read_text()
    assert project.files() == {"diagrams_src/_comum.py", "diagrams_src/loja.py", "docs/arquiteturas/loja/diagrama.svg"}


def test_the_script_draws_itself_when_run_alone(project):
    project.script("loja", "from diagrams.aws.compute import EC2", "from scripts.vocabulary import Cluster, Diagram",
                   "with Diagram('Loja'):", "    with Cluster('VPC', id='vpc', grupo='vpc'):", "        EC2('a')", title="")
    done = subprocess.run([sys.executable, "diagrams_src/loja.py"], cwd=project.root, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(workers.TOOLKIT), "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stderr
    assert 'data-group="vpc"' in project.picture("loja").read_text()
    assert project.files() == {"diagrams_src/loja.py", "docs/arquiteturas/loja/diagrama.svg"}


def wait_for(condition, seconds=8.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nada aconteceu"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C")
def test_watching_redraws_what_was_saved_until_interrupted(project):
    project.script("loja", PAIR), project.script("fila", PAIR)
    process = project.start("gerar", "loja", "--vigiar")
    limit = threading.Timer(60, process.kill)
    limit.start()
    try:
        wait_for(project.picture("loja").is_file)
        assert "Vigiando" in iter_until(process, "Vigiando")
        project.script("fila", "EC2('não pedida')")
        project.script("loja", "EC2('agora três')", "EC2('c')", "1 / 0")
        assert "ZeroDivisionError" in iter_until(process, "[script-com-erro]")
        project.script("loja", "EC2('agora três')", "EC2('c')")
        wait_for(lambda: "agora três" in project.picture("loja").read_text())
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=30)
    finally:
        limit.cancel()
        process.kill()
    assert process.returncode == 130 and "Traceback" not in said and said.endswith("\nInterrompido.\n")
    assert not project.picture("fila").exists()


def iter_until(process, wanted):
    for line in process.stderr:
        if wanted in line:
            return line
    raise AssertionError(f"terminou sem dizer {wanted}")


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C")
def test_interrupting_a_drawing_leaves_no_traceback_and_starts_nothing_else(project):
    ready, later = project.root / "pronto", project.root / "depois"
    project.script("a-lenta", f"open({str(ready)!r}, 'w').close()", "import time; time.sleep(30)")
    project.script("b-lenta", f"open({str(later)!r}, 'w').close()", "import time; time.sleep(30)")
    process = project.start("gerar")
    try:
        wait_for(ready.exists)
        os.kill(process.pid, signal.SIGINT)
        out, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130 and said == "\nInterrompido.\n"
    assert not later.exists()


def test_a_worker_that_cannot_start_is_said_for_each_script(project, monkeypatch):
    monkeypatch.setattr(workers._Bench, "_start", lambda self: (_ for _ in ()).throw(OSError("sem memória")))
    project.script("a", PAIR), project.script("b", PAIR)
    answer = project.run("gerar")
    assert answer.status == 1 and sorted(answer.findings) == [
        f"diagrams_src/{slug}.py:1: [script-com-erro] Não foi possível rodar o script: `OSError: sem memória`. Rode de novo." for slug in "ab"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_no_worker_outlives_a_command_that_is_killed(project):
    for slug in "abcd":  # dois processos: nenhum segura aberta a entrada do outro
        project.script(slug, PAIR, "import os, time", f"open({str(project.root / slug)!r}, 'w').write(f'{{os.getpid()}}\\n')", "time.sleep(1)")
    process = project.start("gerar")
    first = (project.root / "a", project.root / "b")
    wait_for(lambda: all(path.exists() and path.read_text().endswith("\n") for path in first))
    process.kill()
    process.wait()
    for pid in (path.read_text().strip() for path in first):
        wait_for(lambda: not os.path.exists(f"/proc/{pid}") or not open(f"/proc/{pid}/cmdline").read())


@pytest.mark.skipif(os.name == "nt", reason="`sh`")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_not_get_in_the_way(project, closed):
    project.script("a", PAIR), project.script("b", PAIR)
    done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, "gerar", "--raiz", str(project.root)], cwd=REPOSITORY)
    assert done.returncode == 0 and all(project.picture(slug).is_file() for slug in "ab")
