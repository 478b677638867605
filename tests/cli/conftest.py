"""The command as users run it: real processes, and one small finished output that tests look at."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vlmdata.cli.main import exit_code
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed

RECIPE = """\
version: 1
name: small
seed: 3
inputs: [{dataset: shapes, limit: 60}]
steps: [clean.image, augment.hflip, boxes.normalize, {tile.anyres: {policy: llava-next}}]
output: {formats: [parquet, webdataset], max_samples: 6, shuffle: true, split: {validation: 0.1}}
"""
COMMAND = (sys.executable, "-m", "vlmdata")

Done = subprocess.CompletedProcess[str]
Vlmdata = Callable[..., Done]
Here = Callable[..., tuple[int, str, str]]


@pytest.fixture
def vlmdata(tmp_path: Path) -> Vlmdata:
    """Run a command line in a process of its own, in ``tmp_path``; ``before`` are words put before it."""

    def run(*words: object, before: tuple[str, ...] = (), **env: str) -> Done:
        command = [*before, *COMMAND, *map(str, words)]
        where = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **env}
        return subprocess.run(command, cwd=tmp_path, env=where, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Here:
    """Run a command line in this process, in ``tmp_path``: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = exit_code([str(word) for word in words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(RECIPE)
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``RECIPE`` makes; read only."""
    folder = tmp_path_factory.mktemp("finished")
    preprocess(parsed(RECIPE, "small.yaml", folder), folder / "small", Where())
    return folder / "small"


def shard_hashes(out: Path) -> dict[str, str]:
    """SHA-256 by name of everything in the folders of data."""
    files = (path for kind in ("parquet", "webdataset", "dropped") for path in sorted((out / kind).glob("*")))
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def half_written(out: Path) -> list[Path]:
    return list(out.rglob("*.partial"))
