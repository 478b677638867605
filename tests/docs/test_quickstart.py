"""What the quickstart says is done as it stands there, block by block."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import text_of

_BLOCK = re.compile(r"```(sh|yaml|python)\n(.*?)```", re.DOTALL)
_NOT_HERE = ("push",)
"""Verbs that meet the network; ``tests/cli/test_push.py`` does them against a server."""


@pytest.mark.timeout(600)
def test_the_quickstart_works_as_it_stands(tmp_path: Path) -> None:
    said = ""
    for language, block in _BLOCK.findall(text_of("docs/quickstart.md")):
        if language == "yaml":
            (tmp_path / "first.yaml").write_text(block, encoding="utf-8")
        elif language == "python":
            said += _done([sys.executable, "-c", block], tmp_path)
        else:
            lines = [line for line in block.splitlines() if line.split()[1] not in _NOT_HERE]
            said += "".join(_done(["sh", "-c", line], tmp_path) for line in lines)
    assert "in + 0 created" in said
    assert (tmp_path / "first-output/report.html").exists()
    assert (tmp_path / "first-output-energon/.nv-meta").is_dir()


def _done(command: list[str], folder: Path) -> str:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "VLMDATA_HOME": str(folder / "home"),
        "HF_HOME": str(folder / "hf"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
