"""Decontamination by real runs: against a directory, a file, and published sets by name."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.catalogue.fixtures.evaluation import pope_rows
from tests.catalogue.photos import photo
from tests.catalogue.world import as_lines, world, zipped
from tests.engine.conftest import Run, hashes
from vlmdata.engine.run import Where, fetch, fingerprints
from vlmdata.errors import InputError
from vlmdata.recipe import named_source
from vlmdata.steps.leaks import Named
from vlmdata.steps.leaks.fingerprints import read

MIXED = """\
inputs: [{dataset: shapes, split: validation, limit: 30}, {dataset: shapes, split: train, limit: 30}]
steps: [clean.image, {decontaminate: {against: %s}}]
output: {max_samples: 7, shuffle: true}
"""


def reasons(out: Path) -> dict[str, str]:
    """What ``decontaminate`` dropped: source and reason."""
    rows = [row for path in sorted(out.glob("dropped/*.parquet")) for row in pq.read_table(path).to_pylist()]
    return {row["source"]: row["reason"] for row in rows if row["step"] == "decontaminate"}


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    folder, _ = fetch(named_source("shapes", None, {"split": "validation", "limit": 30}), tmp_path / "set", Where())
    return folder


def test_a_directory_and_its_file_find_the_same_on_any_number_of_workers(run: Run, measured: Path) -> None:
    run(MIXED % "./set", "one")
    run(MIXED % "./set", "two", workers=2)
    found = hashes(measured.parent / "one")
    assert found == hashes(measured.parent / "two")
    dropped = reasons(measured.parent / "one")
    assert len([source for source in dropped if source.startswith("validation#")]) >= 25
    assert "leak_image_exact" in dropped.values()

    written = fingerprints(measured, measured.parent / "set.parquet", Where(workers=2))
    assert (written.sets[0].name, written.sets[0].rows, written.sets[0].rejected) == ("shapes", 30, 0)
    run(MIXED % "set.parquet", "three")
    assert reasons(measured.parent / "three") == dropped


def test_the_file_is_the_same_on_any_number_of_workers(measured: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path, workers in zip(files, (1, 2), strict=True):
        fingerprints(measured, path, Where(workers=workers))
    assert files[0].read_bytes() == files[1].read_bytes()
    few = fingerprints(measured, tmp_path / "few.parquet", Where(), limit=3)
    assert few.sets[0].rows == 3
    assert few.pictures < len(read(files[0]).rows)


def test_another_set_is_another_fingerprint(run: Run, measured: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    found = []
    for path, limit in zip(files, (1, 30), strict=True):
        fingerprints(measured, path, Where(), limit=limit)
        path.rename(tmp_path / "same.parquet")
        found.append(run(MIXED % "same.parquet", f"out{limit}").fingerprint)
    assert found[0] != found[1]


@pytest.mark.parametrize("against", ["./nowhere", "gone.parquet", "test.yaml.parquet"])
def test_what_is_not_there_is_refused_before_work_starts(run: Run, tmp_path: Path, against: str) -> None:
    (tmp_path / "test.yaml.parquet").write_text("no Parquet")
    with pytest.raises(InputError, match="vlmdata fingerprints NAME -o FILE"):
        run(MIXED % against)
    assert not (tmp_path / "out").exists()


def test_a_published_set_is_fetched_once_and_its_fingerprints_kept(run: Run, tmp_path: Path) -> None:
    names = ("COCO_val2014_000000310196.jpg", "COCO_val2014_000000210789.jpg")
    at = "https://raw.githubusercontent.com/AoiDragon/POPE/main/output/coco"
    (tmp_path / "images" / "train2017").mkdir(parents=True)
    for number, name in ((0, "000000310196"), (5, "000000000005")):
        (tmp_path / "images" / "train2017" / f"{name}.jpg").write_bytes(photo(number).data)
    turns = '"conversations": [{"from": "human", "value": "<image>\\\\nHi"}, {"from": "gpt", "value": "Hi"}]'
    rows = [f'{{"image": "train2017/{name}.jpg", {turns}}}' for name in ("000000310196", "000000000005")]
    (tmp_path / "chat.json").write_text(f"[{', '.join(rows)}]".replace("\\\\", "\\"))
    recipe = "inputs: [{path: chat.json, format: llava, images: images}]\nsteps: [{decontaminate: {against: [pope]}}]\n"
    with world(tmp_path / "world") as made:
        made.on_web(f"{at}/coco_pope_random.json", as_lines(pope_rows(names)))
        pictures = {f"val2014/{name}": photo(number).data for number, name in enumerate(names)}
        made.on_web("http://images.cocodataset.org/zips/val2014.zip", zipped(pictures))
        run(recipe, "first")
        assert reasons(tmp_path / "first") == {"chat.json#0": "leak_image_exact"}
        asked = len(made.web.asked)
        assert asked
        run(recipe, "second")
        again = fingerprints(Named(dataset="pope"), tmp_path / "pope.parquet", Where())
        assert (again.pictures, again.sets[0].rows) == (2, 6)
    run(recipe.replace("[pope]", "pope.parquet"), "third")
    assert (
        hashes(tmp_path / "first")["dropped/train-00000.parquet"]
        == hashes(tmp_path / "third")["dropped/train-00000.parquet"]
    )
