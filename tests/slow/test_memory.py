"""Peak memory does not grow with the number of samples."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.slow.conftest import vlmdata

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
FETCHED = 2000
RECIPE = """
version: 1
name: flat
inputs: [{path: shapes, weight: WEIGHT}]
steps: [clean.image, clean.boxes, {augment.hflip: {p: 0.5}}, boxes.normalize, {tile.anyres: {policy: llava-next}}]
output: {formats: [parquet, webdataset], max_samples: 500, shuffle: true}
"""


def peak_mib(recipe: Path, out: Path) -> float:
    """Peak resident memory of a run in one process, interpreter and libraries included."""
    command = ["-m", "vlmdata", "preprocess", str(recipe), "--out", str(out), "--workers", "1", "--quiet"]
    process = subprocess.Popen([sys.executable, *command])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


def test_ten_thousand_samples_need_the_memory_of_two_thousand(tmp_path: Path) -> None:
    """The larger run reads the fetched rows five times over, each time as samples of their own."""
    vlmdata("fetch", "shapes", "--limit", FETCHED, "--out", tmp_path / "shapes", "--workers", 2)
    peaks = {}
    for weight in (1, 5):
        recipe = tmp_path / f"times-{weight}.yaml"
        recipe.write_text(RECIPE.replace("WEIGHT", str(weight)))
        peaks[weight] = peak_mib(recipe, tmp_path / f"out-{weight}")
    assert peaks[5] <= 1.15 * peaks[1], f"peak MiB, by passes over the {FETCHED} rows: {peaks}"
