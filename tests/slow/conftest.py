"""The command line as real processes, and what must be equal between two outputs of one recipe."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

A_VERB_MAY_TAKE_S = 600
TIMED = ("manifest.json", "report.html")


def start(*arguments: object, home: Path | None = None) -> subprocess.Popen[str]:
    """A verb in a process group of its own. ``home`` is its cache, that of the test session by default."""
    return subprocess.Popen(
        [sys.executable, "-m", "vlmdata", *map(str, arguments)],
        env=os.environ | ({"VLMDATA_HOME": str(home)} if home else {}),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def vlmdata(*arguments: object, home: Path | None = None) -> str:
    """Run a verb that must succeed; what it prints."""
    process = start(*arguments, home=home)
    try:
        printed, errors = process.communicate(timeout=A_VERB_MAY_TAKE_S)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    return printed


def hashes(out: Path) -> dict[str, str]:
    """SHA-256 of every file of a data set but the two that hold timings, by relative path."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file() and path.name not in TIMED)
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def untimed(out: Path) -> dict[str, Any]:
    """The manifest without CPU times, which alone may differ between two runs."""
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_bytes())
    del manifest["timings"], manifest["reuse"]
    for tally in manifest["funnel"]:
        del tally["seconds"]
    return manifest
