"""A recipe killed at any moment and run again ends in the very bytes of a run that nothing disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.slow.conftest import A_VERB_MAY_TAKE_S, hashes, start, untimed, vlmdata

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
RECIPE = """
version: 1
name: every-kind-of-step
seed: 11
inputs: [{dataset: shapes, limit: 400, weight: 1.25}]
steps:
  - clean.image: {issues: usual}
  - filter.image: {min_side: 170}
  - decontaminate: {against: ./measures, min_similarity: 0.95}
  - dedup.near
  - explode: {by: question}
  - filter.text: {max_chars: 200}
  - dedup.exact: {by: sample}
  - group: {window: 40}
  - clean.boxes
  - augment.hflip: {p: 0.7}
  - boxes.normalize
  - boxes.render: {dialect: internvl}
  - tile.anyres: {policy: internvl, max_tiles: 2}
restore: [shapes-train-000000, shapes-train-000009, shapes-train-000001-r1-c1]
output: {formats: [parquet, webdataset], max_samples: 50, max_bytes: 8MB, shuffle: true, split: {validation: 0.1}}
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    """The recipe, its output by one worker, and the seconds that two take, fetching included."""
    base = tmp_path_factory.mktemp("undisturbed")
    recipe = base / "recipe.yaml"
    recipe.write_text(RECIPE)
    vlmdata("fetch", "shapes", "--split", "validation", "--limit", 60, "--out", base / "measures", home=base / "home")
    vlmdata("preprocess", recipe, "--out", base / "one", "--workers", 1, home=base / "home-one")
    began = time.monotonic()
    vlmdata("preprocess", recipe, "--out", base / "two", "--workers", 2, home=base / "home-two")
    took = time.monotonic() - began
    check_equal(base / "two", base / "one")
    return recipe, base / "one", took


def check_equal(out: Path, reference: Path) -> None:
    assert hashes(out) == hashes(reference)
    assert untimed(out) == untimed(reference)
    assert not [path for path in out.rglob("*") if path.suffix == ".partial" or path.name == ".work"]
    assert "all as the manifest says" in vlmdata("verify", out)


def kill(process: subprocess.Popen[str], rng: random.Random) -> None:
    """The whole process group at once, or the parent alone, whose workers then have to end by themselves."""
    if rng.random() < 0.5:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


@pytest.mark.parametrize("kills", [8, pytest.param(30, marks=pytest.mark.full)])
def test_killed_at_random_moments(undisturbed: tuple[Path, Path, float], tmp_path: Path, kills: int) -> None:
    """Each output is killed, into its fetch too, until a run gets through; then comes another one."""
    recipe, reference, took = undisturbed
    rng = random.Random(kills)
    outputs = 0
    while kills > 0:
        outputs += 1
        out, home = tmp_path / f"out-{outputs}", tmp_path / f"home-{outputs}"
        command = ("preprocess", recipe, "--out", out, "--workers", rng.choice([1, 2]), "--quiet")
        while True:
            process = start(*command, home=home)
            try:
                _, errors = process.communicate(timeout=took * rng.uniform(0.15, 0.95))
                break
            except subprocess.TimeoutExpired:
                kill(process, rng)
                kills -= 1
        assert process.returncode == 0, errors
        check_equal(out, reference)


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if _is_worker(child)]


def _is_worker(child: psutil.Process) -> bool:
    try:
        return any("spawn_main" in word for word in child.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def both_workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Once they are there: between two passes of a run there are none for a moment."""
    deadline = time.monotonic() + A_VERB_MAY_TAKE_S
    while len(found := workers_of(process)) < 2:
        assert process.poll() is None, "the run ended before its workers were found"
        assert time.monotonic() < deadline, "no workers ever started"
        time.sleep(0.01)
    return found


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_a_killed_worker_ends_the_run_with_one_line(
    undisturbed: tuple[Path, Path, float], tmp_path: Path, delay: float
) -> None:
    """``delay`` counts from the start of the workers, as a part of a whole run."""
    recipe, reference, took = undisturbed
    home = tmp_path / "home"
    vlmdata("fetch", "shapes", "--limit", 400, home=home)
    command = ("preprocess", recipe, "--out", tmp_path / "out", "--workers", 2, "--quiet")
    process = start(*command, home=home)
    try:
        both_workers_of(process)
        time.sleep(delay * took)
        random.Random(delay).choice(both_workers_of(process)).kill()
        _, errors = process.communicate(timeout=A_VERB_MAY_TAKE_S)
    finally:
        process.kill()
    assert process.returncode == 1
    assert len(errors.splitlines()) == 1
    assert "run the same command again" in errors
    vlmdata(*command, home=home)
    check_equal(tmp_path / "out", reference)
