"""Whole runs: counts close, bytes repeat, nothing vanishes, nobody's folder is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import Run, hashes, recipe_of
from vlmdata.engine import workspace
from vlmdata.engine.run import Where, fetch, plan_of, preprocess
from vlmdata.errors import OutputExistsError
from vlmdata.recipe import named_dataset
from vlmdata.shards.verify import verify
from vlmdata.types.manifest import closes

SHAPES = "inputs: [{dataset: shapes, limit: 200}]\n"
CLEANED = SHAPES + "steps: [clean.image, {filter.image: {min_side: 200}}]\n"
SMALL = "output: {formats: [parquet, webdataset], max_samples: 40}\n"
MIXED = (
    "inputs: [{dataset: shapes, limit: 150}, {dataset: shapes, split: validation, limit: 60, weight: 1.5}]\n"
    "steps: [clean.image, {explode: {by: question}}, {group: {window: 50}}, augment.hflip, boxes.normalize,"
    " {boxes.render: {dialect: internvl}}, {tile.anyres: {policy: internvl, max_tiles: 2}}]\n"
    "output: {formats: [parquet, webdataset], max_samples: 64, shuffle: true, split: {held_out: 0.2}}\n"
)


def keys(out: Path) -> list[str]:
    files = sorted((out / "parquet").glob("*.parquet"))
    return [key for file in files for key in pq.read_table(file, columns=["key"])["key"].to_pylist()]


@pytest.mark.parametrize("text", [SHAPES, CLEANED + SMALL, MIXED], ids=["plain", "cleaned", "mixed"])
def test_counts_close_and_the_directory_verifies(run: Run, tmp_path: Path, text: str) -> None:
    manifest = run(text)
    assert closes(manifest.rows, manifest.written, manifest.funnel)
    assert verify(tmp_path / "out") == []
    assert manifest.written == sum(shard.samples for shard in manifest.shards if shard.path.startswith("parquet"))
    assert len(set(keys(tmp_path / "out"))) == manifest.written


def test_every_bad_picture_is_charged_to_clean_image(run: Run, tmp_path: Path) -> None:
    cleaned = {tally.name: tally for tally in run(SHAPES + "steps: [clean.image]\n", "cleaned").funnel}
    raw = {tally.name: tally for tally in run(SHAPES, "raw").funnel}
    assert set(cleaned["clean.image"].dropped) == {"truncated", "not_an_image", "empty"}
    assert cleaned["render"].dropped.total() == 0
    assert raw["render"].dropped == cleaned["clean.image"].dropped


def test_what_is_dropped_is_kept_with_its_reason(run: Run, tmp_path: Path) -> None:
    manifest = run(CLEANED)
    records = pq.read_table(tmp_path / "out" / "dropped").to_pylist()
    assert len(records) == sum(tally.dropped.total() for tally in manifest.funnel)
    small = [record for record in records if record["reason"] == "min_side"]
    assert small
    assert all(record["step"] == "filter.image" and record["threshold"] == "200" for record in small)
    assert any(record["thumbnail"] for record in small)


def test_the_same_bytes_under_any_executor_and_number_of_workers(run: Run, tmp_path: Path) -> None:
    run(MIXED, "one")
    run(MIXED, "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_a_rerun_does_only_what_is_left(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(CLEANED + SMALL, "whole")
    monkeypatch.setattr("vlmdata.engine.output.conclude", lambda *_: whole)
    run(CLEANED + SMALL, "again")
    monkeypatch.undo()
    out = tmp_path / "again"
    kept = {path: path.stat().st_mtime_ns for path in (out / "parquet").glob("*-00002.parquet")}
    for task in (1, 3):
        workspace.report_path(out, task).unlink()
    (out / "parquet" / "train-00001.parquet").unlink()
    run(CLEANED + SMALL, "again")
    assert hashes(out) == hashes(tmp_path / "whole")
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_finished_run_is_found_finished(run: Run, tmp_path: Path) -> None:
    run(CLEANED)
    before = (tmp_path / "out" / "manifest.json").stat().st_mtime_ns
    run(CLEANED)
    assert (tmp_path / "out" / "manifest.json").stat().st_mtime_ns == before


def test_a_run_killed_after_its_manifest_is_finished_and_tidied(run: Run, tmp_path: Path) -> None:
    run(CLEANED)
    (tmp_path / "out" / workspace.WORK / "tasks").mkdir(parents=True)
    run(CLEANED)
    assert not (tmp_path / "out" / workspace.WORK).exists()


def test_another_recipe_is_refused_and_overwrite_takes_only_ours(run: Run, tmp_path: Path) -> None:
    run(CLEANED)
    with pytest.raises(OutputExistsError, match="--overwrite"):
        run(SHAPES)
    (tmp_path / "out" / "mine.txt").write_text("keep me")
    run(SHAPES, overwrite=True)
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep me"
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["written"] > 0


def test_a_folder_of_somebody_else_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years")
    with pytest.raises(OutputExistsError, match="not written by vlmdata"):
        run(SHAPES)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_two_runs_do_not_write_to_one_folder(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / workspace.WORK).mkdir(parents=True)
    with workspace.locked(out), pytest.raises(OutputExistsError, match="another vlmdata run"):
        run(SHAPES)


def test_a_data_set_directory_is_an_input_like_any_other(run: Run, tmp_path: Path) -> None:
    first = run(CLEANED, "first")
    second = run(f"inputs: [{{path: first}}, {{path: first, weight: 2}}]\n{SMALL}", "second")
    assert second.rows == 3 * first.written
    assert second.written == second.rows
    assert verify(tmp_path / "second") == []
    assert len(set(keys(tmp_path / "second"))) == second.written


def test_provenance_goes_back_to_the_published_source(run: Run, tmp_path: Path) -> None:
    run(CLEANED, "first")
    manifest = run("inputs: [{path: first}, {dataset: shapes, limit: 10}]\n", "second")
    origins = [origin for source in manifest.sources for origin in source.origins]
    assert [(origin.name, origin.revision, origin.license_images) for origin in origins] == [
        ("shapes", named_dataset("shapes", {}).revision, "CC0-1.0")
    ] * 2
    assert manifest.written == len(set(keys(tmp_path / "second")))
    assert any(key.endswith("-i2") for key in keys(tmp_path / "second"))


def test_fetch_keeps_original_bytes_good_and_bad(tmp_path: Path) -> None:
    dataset = named_dataset("shapes", {"limit": 100})
    folder, manifest = fetch(dataset, tmp_path / "raw", Where())
    assert (manifest.kind, manifest.rows, manifest.written) == ("fetched", 100, 100)
    stored = [picture["bytes"] for row in pq.read_table(folder / "parquet").to_pylist() for picture in row["images"]]
    (partition,) = dataset.partitions()
    samples = dataset.read(type(partition)(partition.file, 0, 100))
    assert stored == [image.data for sample in samples for image in sample.images]  # type: ignore[union-attr]
    assert b"" in stored


def test_no_output_knows_where_it_was_made(run: Run, tmp_path: Path) -> None:
    run(MIXED)
    (tmp_path / "elsewhere").mkdir()
    preprocess(recipe_of(MIXED, tmp_path / "elsewhere"), tmp_path / "elsewhere" / "deep", Where())
    assert hashes(tmp_path / "out") == hashes(tmp_path / "elsewhere" / "deep")
    assert plan_of(recipe_of(MIXED, tmp_path), Where()).fingerprint


def test_questions_about_one_picture_stay_on_one_side(run: Run, tmp_path: Path) -> None:
    run(SHAPES + "steps: [{explode: {by: question}}]\noutput: {split: {held_out: 0.3}}\n")
    sides: dict[str, set[str]] = {}
    for file in (tmp_path / "out" / "parquet").glob("*.parquet"):
        for row in pq.read_table(file, columns=["image_info"]).to_pylist():
            if row["image_info"]:
                sides.setdefault(row["image_info"][0]["sha256"], set()).add(file.name.split("-")[0])
    assert {len(side) for side in sides.values()} == {1}
    assert set.union(*sides.values()) == {"train", "held_out"}
