"""The tests beside this one that need torch and nvImageCodec, in an environment that has them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.pixels.cuda.conftest import has_stand_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
PACKAGES = ("torch==2.13.0", "nvidia-nvimgcodec-cu12==0.9.*")
"""This torch comes without CUDA, so it is small."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with both packages, and with all that this one has."""
    if has_stand_in():
        pytest.skip("torch and nvImageCodec are installed here: the tests need no other environment")
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    done = subprocess.run([folder / "bin" / "pip", "install", "--quiet", *PACKAGES], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"torch and nvImageCodec cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "python"


def test_they_pass_there(python: Path) -> None:
    ours = os.pathsep.join((str(REPOSITORY), *(path for path in sys.path if "site-packages" in path)))
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", HERE],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": ours},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "not installed" not in done.stdout
