"""What a source lacks of what is published, and what is said before reading begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import Run, recipe_of
from tests.made_datasets import register
from vlmdata.engine.progress import Progress
from vlmdata.engine.run import Where, fetch, plan_of
from vlmdata.recipe import named_dataset
from vlmdata.shards.manifest_file import read_manifest
from vlmdata.shards.notes import notes
from vlmdata.shards.verify import verify


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def fetched_notes(out: Path, **fields: object) -> list[str]:
    folder, manifest = fetch(named_dataset("photos", fields), out, Where())
    assert verify(folder) == []
    assert read_manifest(folder).to_json() == manifest.to_json()
    return notes(manifest)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"present": 29}, "photos: 29 of 40 rows that are published; 11 are missing"),
        ({"present": 43}, "photos: 43 rows, 3 more than are published"),
    ],
    ids=["fewer", "more"],
)
def test_what_differs_from_what_is_published_is_noted(tmp_path: Path, fields: dict[str, object], note: str) -> None:
    assert fetched_notes(tmp_path / "raw", **fields)[0] == note


def test_what_is_whole_or_was_asked_for_in_part_is_not(tmp_path: Path) -> None:
    lost = "4 of 40 rows gave no sample: missing_field 4"
    assert fetched_notes(tmp_path / "whole") == [lost]
    assert fetched_notes(tmp_path / "part", present=29, limit=5) == []


def test_what_was_missing_is_known_of_what_is_made_of_it(run: Run, tmp_path: Path) -> None:
    run("inputs: [{dataset: photos, present: 29}, {dataset: photos, present: 29, weight: 2}, {dataset: questions}]\n")
    assert notes(read_manifest(tmp_path / "out")) == ["photos: 29 of 40 rows that are published; 11 are missing"]
    assert verify(tmp_path / "out") == []


class Heard(Progress):
    def __init__(self) -> None:
        super().__init__()
        self.remarks: list[str] = []

    def remark(self, text: str) -> None:
        self.remarks.append(text)


def test_remarks_are_made_before_work_starts(tmp_path: Path) -> None:
    said = "photos: all of train is read to take a part of it"
    first, second, third = Heard(), Heard(), Heard()
    fetch(named_dataset("photos", {"limit": 3}), tmp_path / "raw", Where(progress=first))
    assert first.remarks == [said]
    recipe = recipe_of("inputs: [{dataset: photos, present: 33, limit: 3}]\n", tmp_path)
    plan_of(recipe, Where(progress=second))
    assert second.remarks == [said]
    plan_of(recipe, Where(progress=third))
    assert third.remarks == []
