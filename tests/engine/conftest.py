"""Runs of small recipes over the built-in shapes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import Recipe, parsed
from vlmdata.types import Manifest

Run = Callable[..., Manifest]
TIMED = ("manifest.json", "report.html")


def recipe_of(text: str, base: Path) -> Recipe:
    return parsed("version: 1\nname: test\nseed: 3\n" + text, "test.yaml", base)


def hashes(out: Path) -> dict[str, str]:
    """SHA-256 of every file of a data set but the two that hold timings."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file() and path.name not in TIMED)
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run recipe text into a folder of ``tmp_path``."""

    def _run(text: str, out: str = "out", **where: object) -> Manifest:
        return preprocess(recipe_of(text, tmp_path), tmp_path / out, Where(**where))  # type: ignore[arg-type]

    return _run
