"""The funnel as people read it."""

from __future__ import annotations

from collections import Counter

import pytest

from vlmdata.cli.funnel import funnel_lines
from vlmdata.types import Manifest, StepTally

TALLIES = [
    StepTally(name="read", entered=1300),
    StepTally(name="clean.image", entered=1300, dropped=Counter(empty=30, truncated=10)),
    StepTally(name="explode", entered=1270, created=2500),
    StepTally(
        name="augment.hflip",
        entered=3770,
        notes=Counter({"flipped": 47, "left_alone:sides": 81, "left_alone:tag": 87, "clamped": 3}),
    ),
    StepTally(name="group", entered=3770, merged=2000),
    StepTally(name="render", entered=1770, notes=Counter({"converted:cmyk": 6})),
]
SHOWN = """\
demo: 1,300 rows in, 1,760 samples out
──────────────────────────────────────────────────
                   in   created   merged   dropped
read            1,300         ·        ·         ·
clean.image     1,300         ·        ·        40
    dropped     empty 30, truncated 10
                (10 of them at the end of the line, where pictures are decoded)
explode         1,270     2,500        ·         ·
augment.hflip   3,770         ·        ·         ·
    left alone  tag 87, sides 81
    flipped     47
    clamped     3
group           3,770         ·    2,000         ·
render          1,770         ·        ·         ·
    converted   cmyk 6
──────────────────────────────────────────────────
1,300 in + 2,500 created = 1,760 written + 2,000 merged + 40 dropped
"""


def manifest(tallies: list[StepTally]) -> Manifest:
    return Manifest(
        kind="processed",
        role="train",
        name="demo",
        fingerprint="",
        sources=[],
        recipe={},
        decoder="cpu",
        versions={},
        columns=[],
        rows=1300,
        written=1760,
        funnel=tallies,
        shards=[],
        timings={},
    )


def plain(lines: list[str]) -> list[str]:
    return [line.replace("\x1b[1m", "").replace("\x1b[0m", "").rstrip() for line in lines]


@pytest.mark.parametrize("width", ["80", "100", "140"])
def test_numbers_stand_under_each_other_and_reasons_below_their_step(
    monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert plain(list(funnel_lines(manifest(TALLIES)))) == plain(SHOWN.splitlines())


def test_many_reasons_are_wrapped_beside_their_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    tally = StepTally(name="filter.text", entered=1300, dropped=Counter({f"reason_{n}": n for n in range(1, 20)}))
    lines = plain(list(funnel_lines(manifest([tally]))))
    start = lines.index("    dropped   reason_19 19, reason_18 18, reason_17 17,")
    assert all(line.startswith(" " * 14 + "reason_") for line in lines[start + 1 : -2])
    assert all(len(line) <= 60 for line in lines[start:-2])
