"""Bad pictures of every format, thousands of them, through the whole CPU stage: no crash, no hang, no growth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fuzz.costly import COSTLY
from tests.fuzz.headers import REASONS
from tests.fuzz.stage import files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
ROOT = Path(__file__).parents[2]
GROWTH_MIB = 32
LARGEST_PICTURE_MIB = 2800
"""What libwebp, OpenJPEG and Pillow take for a picture just under the limit of 89 million pixels: 28 bytes for each."""
COSTLY_MIB = 1000
"""At a limit of 4 million pixels. OpenJPEG's books on 65,025 tiles are 600 of them."""


@dataclass(frozen=True)
class Passage:
    """What became of pictures by name, and the memory it took: after every hundred of them, and at most."""

    fates: dict[str, str]
    resident_mib: list[float]
    peak_mib: float


def passed(which: str, folder: Path) -> Passage:
    """``which`` is what ``tests.fuzz.stage`` takes. The picture that kills the process is kept in ``folder``."""
    note = folder / "picture-at-hand"
    command = [sys.executable, "-W", "error", "-m", "tests.fuzz.stage", which, str(note)]
    with (folder / "errors").open("w+") as errors:
        process = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    if process.returncode:
        name = note.read_text()
        kept = folder / "culprit"
        kept.write_bytes(next(data for one, data in files(which) if one == name))
        last = (folder / "errors").read_text(errors="replace")[-3000:]
        pytest.fail(f"exit code {process.returncode} at {name!r}, kept as {kept}\n{last}")
    told = json.loads(process.stdout)
    fates = {name: fate for name, fate, _ in told["seen"]}
    return Passage(fates, told["resident_mib"], told["peak_mib"])


@pytest.mark.parametrize("count", [2000, pytest.param(20_000, marks=pytest.mark.full)])
def test_damaged_pictures(tmp_path: Path, count: int) -> None:
    passage = passed(f"{count}:{count}", tmp_path)
    fates = Counter(passage.fates.values())
    assert fates.total() == count
    assert fates.keys() == REASONS | {"rendered"}, "damage of every sort"
    assert fates["rendered"] > count // 20
    resident = passage.resident_mib
    assert min(resident[-3:]) <= min(resident[:3]) + GROWTH_MIB, f"MiB after every hundred pictures: {resident}"
    assert passage.peak_mib < LARGEST_PICTURE_MIB


def test_costly_pictures(tmp_path: Path) -> None:
    """Without a limit on each of these there would be minutes, or gigabytes, in a few kilobytes."""
    passage = passed("costly", tmp_path)
    assert passage.fates == {name: costly.fate for name, costly in COSTLY.items()}
    assert passage.peak_mib < COSTLY_MIB
