"""As cópias que dividem a conferência: cada tarefa uma vez, na ordem, e nada se perde quando uma cópia cai."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from scripts.checks import copies
from scripts.picture import twin, workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="aqui o processo não se copia")
HERE = os.getpid()


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    """O relógio que vigia cada teste é um fio a mais, e com mais de um fio não se copia; o que se copia aqui não olha para ele."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(twin, "possible", lambda: True)


def slow(number: int) -> tuple[int, int]:
    time.sleep(0.02)
    return number, os.getpid()


def test_every_task_is_done_once_in_order_and_by_more_than_one():
    answers = copies.each([partial(slow, number) for number in range(20)])
    assert [number for number, _ in answers] == list(range(20))
    assert {process for _, process in answers} > {HERE}


def test_what_is_only_of_this_process_is_done_here_before_the_rest():
    done: list[int] = []
    answers = copies.each([partial(slow, 1), partial(slow, 2)], [lambda: done.append(os.getpid()), lambda: time.sleep(0.3)])
    assert done == [HERE] and HERE not in {process for _, process in answers}


def elsewhere(what: str) -> int:
    if os.getpid() == HERE:
        return HERE
    if what == "erro":
        raise ValueError(what)
    if what == "saída":
        raise SystemExit(3)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.mark.parametrize("what", ["erro", "saída", "morte"])
def test_what_a_fallen_copy_does_not_answer_is_done_here(what):
    assert copies.each([partial(elsewhere, what) for _ in range(4)], [lambda: time.sleep(0.2)]) == [HERE] * 4


def test_the_error_of_a_task_is_the_one_of_this_process():
    with pytest.raises(ZeroDivisionError):
        copies.each([lambda: 1 // 0, lambda: 2], [lambda: time.sleep(0.1)])


def test_a_long_answer_does_not_stop_who_waits_for_it():
    assert copies.each([lambda: "x" * 1_000_000] * 3, [lambda: time.sleep(0.1)]) == ["x" * 1_000_000] * 3


def test_no_copy_is_left_behind(monkeypatch):
    born, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: born.append(fork()) or born[-1])
    copies.each([partial(slow, 1)] * 2)
    assert born
    for copy in born:
        with pytest.raises(ChildProcessError):  # já se esperou por ela
            os.waitpid(copy, os.WNOHANG)


def test_when_the_drawing_ends_no_thread_of_it_is_left(tmp_path):
    """Um fio que ainda acabasse impediria a cópia, e a conferência inteira correria num núcleo só."""
    (tmp_path / "diagrams_src").mkdir()
    scripts = [tmp_path / "diagrams_src" / f"figura-{number}.py" for number in range(4)]
    for script in scripts:
        script.write_text("from scripts.vocabulary import Diagram\nwith Diagram('Figura'):\n    pass\n", encoding="utf-8")
    before = threading.active_count()
    for _ in range(3):
        drawn: dict[Path, object] = {}
        workers.begin(tmp_path, scripts, busy=1)(drawn.__setitem__)
        assert threading.active_count() == before and set(drawn) == set(scripts)
