"""A recipe killed at any moment and run again ends in the very bytes of a run that nothing disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.slow.conftest import VERBS_MAY_TAKE_S, Start, hashes, untimed

pytestmark = pytest.mark.timeout(1800)
Vlmdata = Callable[..., str]
RECIPE = """
version: 1
name: every-kind-of-step
seed: 11
inputs: [{dataset: shapes, limit: 400, weight: 1.25}]
steps:
  - clean.image
  - filter.image: {min_side: 170}
  - explode: {by: question}
  - filter.text: {max_chars: 200}
  - dedup.exact: {by: sample}
  - group: {window: 40}
  - clean.boxes
  - augment.hflip: {p: 0.7}
  - boxes.normalize
  - boxes.render: {dialect: internvl}
  - tile.anyres: {policy: internvl, max_tiles: 2}
output: {formats: [parquet, webdataset], max_samples: 50, max_bytes: 8MB, shuffle: true, split: {validation: 0.1}}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "every-kind.yaml"
    path.write_text(RECIPE)
    return path


@pytest.fixture
def reference(recipe: Path, tmp_path: Path, vlmdata: Vlmdata) -> tuple[Path, float]:
    """An undisturbed output of one worker, and the seconds of a run with two, fetching included."""
    vlmdata("preprocess", recipe, "--out", tmp_path / "one", "--workers", 1, home=tmp_path / "home-one")
    began = time.monotonic()
    vlmdata("preprocess", recipe, "--out", tmp_path / "two", "--workers", 2, home=tmp_path / "home-two")
    took = time.monotonic() - began
    check_equal(tmp_path / "two", tmp_path / "one")
    return tmp_path / "one", took


def check_equal(out: Path, reference: Path) -> None:
    assert hashes(out) == hashes(reference)
    assert untimed(out) == untimed(reference)
    assert not [path for path in out.rglob("*") if path.suffix == ".partial" or path.name == ".work"]


def kill(process: subprocess.Popen[str], rng: random.Random) -> None:
    """The whole process group at once, or the parent alone, whose workers then have to end by themselves."""
    if rng.random() < 0.5:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


@pytest.mark.parametrize(
    "kills", [pytest.param(8, marks=pytest.mark.slow), pytest.param(30, marks=[pytest.mark.slow, pytest.mark.full])]
)
def test_killed_at_random_moments(
    recipe: Path, reference: tuple[Path, float], tmp_path: Path, start: Start, vlmdata: Vlmdata, kills: int
) -> None:
    whole, took = reference
    rng = random.Random(kills)
    killed = outputs = 0
    while killed < kills:
        outputs += 1
        out, home = tmp_path / f"killed-{outputs}", tmp_path / f"home-{outputs}"
        command = ("preprocess", recipe, "--out", out, "--workers", rng.choice([1, 2]), "--quiet")
        while True:
            process = start(*command, home=home)
            try:
                process.wait(timeout=took * rng.uniform(0.15, 0.95))
            except subprocess.TimeoutExpired:
                kill(process, rng)
                process.wait()
                killed += 1
                continue
            assert process.returncode == 0, process.communicate()[1]
            break
        check_equal(out, whole)
        assert "all as the manifest says" in vlmdata("verify", out)
    assert killed >= kills


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children()
    return [child for child in children if any("spawn_main" in word for word in child.cmdline())]


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.5, 0.8])
def test_a_killed_worker_ends_the_run_with_one_line(
    recipe: Path, reference: tuple[Path, float], tmp_path: Path, start: Start, vlmdata: Vlmdata, moment: float
) -> None:
    whole, took = reference
    vlmdata("fetch", "shapes", "--limit", 400, home=tmp_path / "home")
    command = ("preprocess", recipe, "--out", tmp_path / "out", "--workers", 2, "--quiet")
    process = start(*command, home=tmp_path / "home")
    deadline = time.monotonic() + VERBS_MAY_TAKE_S
    while not (tmp_path / "out" / ".work" / "heartbeats").is_dir() or len(workers_of(process)) < 2:
        assert time.monotonic() < deadline, "no worker ever started"
        time.sleep(0.01)
    time.sleep((moment - 0.5) * took)
    random.Random(moment).choice(workers_of(process)).kill()
    _, errors = process.communicate(timeout=VERBS_MAY_TAKE_S)
    assert process.returncode == 1
    assert len(errors.splitlines()) == 1
    assert "run the same command again" in errors
    vlmdata(*command, home=tmp_path / "home")
    check_equal(tmp_path / "out", whole)
