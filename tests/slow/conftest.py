"""The command line as real processes, and what must be equal between two outputs of one recipe."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., "subprocess.Popen[str]"]
VERBS_MAY_TAKE_S = 240


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a verb in a process group of its own; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def _start(*arguments: object, home: Path | None = None) -> subprocess.Popen[str]:
        environment = os.environ | ({"VLMDATA_HOME": str(home)} if home else {})
        process = subprocess.Popen(
            [sys.executable, "-m", "vlmdata", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield _start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def vlmdata(start: Start) -> Callable[..., str]:
    """Run a verb that must succeed; what it prints."""

    def _run(*arguments: object, home: Path | None = None) -> str:
        process = start(*arguments, home=home)
        printed, errors = process.communicate(timeout=VERBS_MAY_TAKE_S)
        assert process.returncode == 0, errors
        return printed

    return _run


def hashes(out: Path) -> dict[str, str]:
    """SHA-256 of every file of a data set but the manifest, by relative path."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file() and path.name != "manifest.json")
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def untimed(out: Path) -> dict[str, Any]:
    """The manifest without CPU times, which alone may differ between two runs."""
    manifest = json.loads((out / "manifest.json").read_bytes())
    del manifest["timings"]
    for tally in manifest["funnel"]:
        del tally["seconds"]
    return manifest  # type: ignore[no-any-return]
