"""Every executor maps a function over items, and stops cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vlmdata.errors import WorkerError
from vlmdata.executors import EXECUTORS, ProcessExecutor


def square(number: int) -> int:
    return number * number


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("name", EXECUTORS)
def test_every_item_has_one_result(name: str) -> None:
    executor = EXECUTORS[name](2)
    assert sorted(executor.map(square, range(20))) == [number * number for number in range(20)]
    assert list(executor.map(square, [])) == []


@pytest.mark.parametrize("name", EXECUTORS)
def test_an_exception_of_the_function_comes_out(name: str) -> None:
    with pytest.raises(ValueError, match="three"):
        list(EXECUTORS[name](2).map(refuse_three, range(6)))


def test_a_killed_worker_is_said_plainly() -> None:
    with pytest.raises(WorkerError, match="run the same command again"):
        list(ProcessExecutor(2).map(die_at_three, range(6)))


ORPHANS = """
import os, sys, time
from vlmdata.executors import ProcessExecutor
sys.path.insert(0, sys.argv[2])
from sleeper import sleep_long
list(ProcessExecutor(2).map(sleep_long, [sys.argv[1]] * 4))
"""

SLEEPER = """
import os, time, pathlib
def sleep_long(folder):
    pathlib.Path(folder, str(os.getpid())).touch()
    time.sleep(60)
"""


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    code = tmp_path / "code"
    marks = tmp_path / "marks"
    code.mkdir()
    marks.mkdir()
    (code / "sleeper.py").write_text(SLEEPER)
    environment = {**os.environ, "PYTHONPATH": str(code)}
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS, str(marks), str(code)], env=environment)
    deadline = time.monotonic() + 60
    while len(list(marks.iterdir())) < 2:
        assert time.monotonic() < deadline, "the workers never started"
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    workers = [int(mark.name) for mark in marks.iterdir()]
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)
