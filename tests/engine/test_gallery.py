"""Samples to show come from all over the set, and the same ones every time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.engine.conftest import Run
from vlmdata.engine.gallery import picked
from vlmdata.shards.manifest_file import by_format

TEXT = "inputs: [{dataset: shapes, limit: 130}]\noutput: {formats: [parquet, webdataset], max_samples: 50}\n"


def test_picks_are_spread_and_repeat(run: Run, tmp_path: Path) -> None:
    manifest = run(TEXT + "steps: [clean.image]\n")
    first = [record["key"] for record in picked(tmp_path / "out", manifest, 12)]
    assert first == [record["key"] for record in picked(tmp_path / "out", manifest, 12)]
    rows = [int(key.rsplit("-", 1)[1]) for key in first]
    assert rows == sorted(rows)
    assert len(set(rows)) == 12
    assert {row // 50 for row in rows} == {0, 1, 2}
    assert max(after - before for before, after in pairwise(rows)) <= 22


def test_both_formats_show_the_same_samples(run: Run, tmp_path: Path) -> None:
    manifest = run(TEXT)
    tars = replace(manifest, shards=by_format(manifest)["webdataset"])
    one, other = (list(picked(tmp_path / "out", about, 5)) for about in (manifest, tars))
    assert [record["key"] for record in one] == [record["key"] for record in other]
    assert [record["images"] for record in one] == [record["images"] for record in other]


@pytest.mark.parametrize("limit", [1, 3, 24, 25])
def test_all_are_shown_where_there_are_few(run: Run, tmp_path: Path, limit: int) -> None:
    manifest = run(f"inputs: [{{dataset: shapes, limit: {limit}}}]\nsteps: [clean.image]\n")
    found = list(picked(tmp_path / "out", manifest, 24))
    assert len(found) == len({record["key"] for record in found}) == min(24, manifest.written)


def test_only_a_few_rows_are_read(run: Run, tmp_path: Path) -> None:
    """Shards that hold no pick need not be there."""
    manifest = run(TEXT.replace("max_samples: 50", "max_samples: 20"))
    for folder in ("parquet", "webdataset"):
        for number in (1, 3, 5):
            path = next((tmp_path / "out" / folder).glob(f"train-{number:05d}.*"))
            path.unlink()
    assert len(list(picked(tmp_path / "out", manifest, 3))) == 3


def test_nothing_written_nothing_shown(run: Run, tmp_path: Path) -> None:
    manifest = run("inputs: [{dataset: shapes, limit: 5}]\nsteps: [{filter.text: {min_chars: 99999}}]\n")
    assert manifest.written == 0
    assert list(picked(tmp_path / "out", manifest)) == []
    assert (tmp_path / "out" / "report.html").is_file()
