"""Ctrl-C in the middle of a run: one line, only whole shards, and the same command finishes it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, RECIPE, Here, Vlmdata, half_written, shard_hashes
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed

WORK = Path(".work") / "tasks"
LONG = RECIPE.replace("limit: 60", "limit: 480")
"""Eighty tasks, so that the run is not over before a busy machine sees two of them finished."""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(LONG)
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``LONG`` makes; read only."""
    folder = tmp_path_factory.mktemp("finished")
    preprocess(parsed(LONG, "small.yaml", folder), folder / "small", Where())
    return folder / "small"


def interrupted(recipe: Path, out: Path, workers: int, whole_group: bool) -> tuple[int, str, str]:
    """Run until two tasks are finished, then press Ctrl-C: in a terminal every process of the group gets it."""
    command = [*COMMAND, "preprocess", str(recipe), "--out", str(out), "--workers", str(workers)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while len(list((out / WORK).glob("*.json"))) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


def _finishes_like_an_undisturbed_run(vlmdata: Vlmdata, recipe: Path, out: Path, finished: Path) -> None:
    left = shard_hashes(out)
    whole = shard_hashes(finished)
    assert 0 < len(left) < len(whole)
    assert left.items() <= whole.items()
    assert half_written(out) == []
    done = vlmdata("preprocess", recipe, "--out", out, "--workers", 1)
    assert done.returncode == 0
    assert "tasks are finished already, going on" in done.stderr
    assert shard_hashes(out) == whole


def test_one_worker(vlmdata: Vlmdata, recipe: Path, tmp_path: Path, finished: Path) -> None:
    code, stdout, stderr = interrupted(recipe, tmp_path / "out", workers=1, whole_group=False)
    assert (code, stdout) == (130, "")
    assert stderr == "vlmdata: interrupted. Finished shards are kept; the same command goes on from there\n"
    _finishes_like_an_undisturbed_run(vlmdata, recipe, tmp_path / "out", finished)


@pytest.mark.slow
@pytest.mark.parametrize("whole_group", [False, True], ids=["parent", "group"])
def test_two_workers(vlmdata: Vlmdata, recipe: Path, tmp_path: Path, finished: Path, whole_group: bool) -> None:
    code, stdout, stderr = interrupted(recipe, tmp_path / "out", workers=2, whole_group=whole_group)
    assert (code, stdout) == (130, "")
    assert stderr == "vlmdata: interrupted. Finished shards are kept; the same command goes on from there\n"
    _finishes_like_an_undisturbed_run(vlmdata, recipe, tmp_path / "out", finished)


def test_verbs_that_do_not_resume_promise_nothing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vlmdata.recipe.load", impatient)
    assert here("check", "demo") == (130, "", "vlmdata: interrupted\n")
