"""Coverage-guided fuzzing of the header code finds nothing. atheris is installed for the test alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def atheris(tmp_path_factory) -> Path:
    """A folder to put on the path, so that the environment of the project stays as it is."""
    folder = tmp_path_factory.mktemp("atheris")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
    installed = subprocess.run([*pip, "--target", folder, "atheris>=3.0"], capture_output=True, text=True)
    if installed.returncode:
        pytest.skip(f"atheris cannot be installed here: {installed.stderr[-300:]}")
    return folder


@pytest.mark.parametrize("seconds", [20, pytest.param(600, marks=pytest.mark.full)])
def test_the_fuzzer_finds_nothing(atheris: Path, tmp_path: Path, seconds: int) -> None:
    fuzzing = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.headers", tmp_path / "corpus"),
            *("-seed=1", f"-max_total_time={seconds}", f"-artifact_prefix={tmp_path}/"),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(atheris)},
        capture_output=True,
        text=True,
        errors="replace",
    )
    assert not fuzzing.returncode, f"{sorted(map(str, tmp_path.glob('*-*')))}\n{fuzzing.stderr[-3000:]}"
    done = re.search(r"Done (\d+) runs", fuzzing.stderr)
    assert done, fuzzing.stderr[-1000:]
    assert int(done[1]) > 10 * seconds, "too few to have looked at much"
