"""Counts of what was dropped come from the funnel, examples from as few files as will do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import manifest, picture, write_dropped
from vlmdata.errors import InputError
from vlmdata.report.losses import EXAMPLES, losses
from vlmdata.types import StepTally


def dropped(key: str, reason: str = "min_side", thumbnail: bytes | None = None) -> dict[str, Any]:
    small = {"bytes": thumbnail, "path": None} if thumbnail else None
    return {"key": key, "step": "filter.image", "reason": reason, "value": "3", "threshold": "64", "thumbnail": small}


def test_examples_with_a_picture_come_first(tmp_path: Path) -> None:
    rows = [dropped(f"k{number}", thumbnail=picture(8, 8) if number == 17 else None) for number in range(20)]
    write_dropped(tmp_path, rows)
    about = manifest(funnel=[StepTally(name="filter.image", dropped=Counter(min_side=20))])
    (loss,) = losses(tmp_path, about)
    assert (loss.step, loss.reason, loss.count, len(loss.examples)) == ("filter.image", "min_side", 20, EXAMPLES)
    assert loss.examples[0].key == "k17"
    assert loss.examples[0].picture is not None
    assert (loss.examples[0].value, loss.examples[0].threshold) == ("3", "64")


def test_the_choice_does_not_hang_on_the_order_of_rows(tmp_path: Path) -> None:
    about = manifest(funnel=[StepTally(name="filter.image", dropped=Counter(min_side=20))])
    rows = [dropped(f"k{number}") for number in range(20)]
    write_dropped(tmp_path, rows)
    first = losses(tmp_path, about)
    write_dropped(tmp_path, rows[::-1])
    assert losses(tmp_path, about) == first


def test_reading_goes_on_to_a_rare_reason_and_then_stops(tmp_path: Path) -> None:
    write_dropped(tmp_path, [dropped(f"a{number}") for number in range(10)], 0)
    write_dropped(tmp_path, [dropped("b0"), dropped("b1", "max_aspect")], 1)
    (tmp_path / "dropped" / "train-00002.parquet").write_bytes(b"never opened")
    about = manifest(funnel=[StepTally(name="filter.image", dropped=Counter(max_aspect=1, min_side=11))])
    many, rare = losses(tmp_path, about)
    assert (many.reason, many.count) == ("min_side", 11)
    assert [example.key for example in rare.examples] == ["b1"]
    assert {example.key[0] for example in many.examples} == {"a"}


def test_pictures_of_many_reasons_stay_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dropped(tmp_path, [dropped(f"k{number}", thumbnail=picture(8, 8)) for number in range(4)])
    about = manifest(funnel=[StepTally(name="filter.image", dropped=Counter(min_side=4))])
    size = len(losses(tmp_path, about)[0].examples[0].picture or "")
    monkeypatch.setattr("vlmdata.report.losses.PICTURES", 2 * size)
    (loss,) = losses(tmp_path, about)
    assert [example.picture is not None for example in loss.examples] == [True, True, False, False]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "dropped").mkdir()
    (tmp_path / "dropped" / "train-00000.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match=r"train-00000\.parquet cannot be read"):
        losses(tmp_path, manifest())


def test_reasons_without_records_are_still_told(tmp_path: Path) -> None:
    assert [(loss.reason, loss.count, loss.examples) for loss in losses(tmp_path, manifest())] == [
        ("missing_file", 1, []),
        ("min_side", 3, []),
    ]


def test_a_step_that_stands_twice_is_counted_once(tmp_path: Path) -> None:
    write_dropped(tmp_path, [dropped(f"k{number}") for number in range(9)])
    twice = [StepTally(name="filter.image", dropped=Counter(min_side=count)) for count in (3, 6)]
    (loss,) = losses(tmp_path, manifest(funnel=twice))
    assert (loss.count, len(loss.examples)) == (9, EXAMPLES)
