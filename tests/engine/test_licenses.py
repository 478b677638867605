"""The licence policy of a recipe, and the account of what is inside by licence, through whole runs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import Run
from tests.made_datasets import BAD, PICTURES, ROWS, register
from vlmdata.engine.run import Where, fetch
from vlmdata.recipe import named_dataset
from vlmdata.shards.compact import compact
from vlmdata.shards.dropped import read_dropped
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.shards.verify import verify
from vlmdata.types import License, LicenseCounts, Manifest

GOOD = [number for number in range(ROWS) if number % 10 != BAD]


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def rows(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "parquet").iterdir()) for row in pq.read_table(path).to_pylist()]


def counted(out: Path) -> LicenseCounts:
    return Counter(License(**row["license"]) for row in rows(out))


def with_picture(*numbers: int) -> int:
    return sum(number % len(PICTURES) in numbers for number in GOOD)


def read_tally(manifest: Manifest) -> Counter[str]:
    return manifest.funnel[0].dropped


@pytest.mark.parametrize(
    ("policy", "kept", "reason"),
    [
        ("{commercial: true}", (0, 3), "license_not_commercial"),
        ("{allow: [CC-BY*]}", (0, 1), "license_not_allowed"),
        ("{allow: [CC-BY-4.0, 'cc by 2.0', 'no known*']}", (0, 3), "license_not_allowed"),
        ("{deny: ['*-NC-*']}", (0, 2, 3), "license_denied"),
    ],
    ids=["commercial", "allow", "allow several", "deny"],
)
def test_samples_that_fall_out_are_counted(
    run: Run, tmp_path: Path, policy: str, kept: tuple[int, ...], reason: str
) -> None:
    manifest = run(f"inputs: [{{dataset: photos}}]\nlicenses: {policy}\n")
    assert manifest.written == with_picture(*kept)
    assert read_tally(manifest) == {reason: len(GOOD) - with_picture(*kept)}
    (path,) = (tmp_path / "out" / "dropped").iterdir()
    records = [record for record in read_dropped(path) if record["step"] == "read"]
    assert len(records) == len(GOOD) - manifest.written
    assert all(record["value"] and record["threshold"] for record in records)
    assert verify(tmp_path / "out") == []


def test_what_states_no_licence_is_unknown(run: Run, tmp_path: Path) -> None:
    text = "inputs: [{path: chat.json, format: llava}]\nlicenses: {allow: [MIT]}\n"
    turns = [{"from": "human", "value": "how many?"}, {"from": "gpt", "value": "two"}]
    (tmp_path / "chat.json").write_text(json.dumps([{"id": str(n), "conversations": turns} for n in range(3)]))
    assert read_tally(run(text)) == {"license_unknown": 3}
    assert run(text.replace("MIT", "unknown"), "taken").written == 3


def test_the_manifest_lists_what_is_inside(run: Run, tmp_path: Path) -> None:
    manifest = run(
        "inputs: [{dataset: photos}, {dataset: questions, weight: 2}]\noutput: {max_samples: 16}\n", workers=2
    )
    assert manifest.licenses == counted(tmp_path / "out")
    assert manifest.licenses.total() == manifest.written == 3 * len(GOOD)
    again = read_manifest(tmp_path / "out")
    assert again.licenses == manifest.licenses
    listed = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["licenses"]
    assert listed[0].keys() == {"annotations", "images", "commercial", "generator", "samples"}
    assert [one["samples"] for one in listed] == sorted(manifest.licenses.values(), reverse=True)
    credit = {origin.name: origin.credit for origin in manifest.origins}
    assert credit["photos"] == "Photos of Nothing, Nobody et al. 2024, https://photos.example"
    card = (tmp_path / "out" / "README.md").read_text()
    assert f"| CC-BY-4.0 | CC-BY-2.0 | yes |  | {with_picture(0)} |" in card
    assert credit["photos"] in card
    assert "chosen by each photographer" in (tmp_path / "out" / "report.html").read_text()


def test_the_list_counts_what_steps_make_of_samples(run: Run, tmp_path: Path) -> None:
    run(
        "inputs: [{dataset: shapes, limit: 60}, {dataset: photos}]\n"
        "steps: [clean.image, {filter.image: {min_side: 32}}, {explode: {by: question}}, dedup.exact]\n"
        "output: {formats: [webdataset, parquet], max_samples: 32, shuffle: true}\n"
    )
    manifest = read_manifest(tmp_path / "out")
    assert manifest.licenses == counted(tmp_path / "out")
    assert len(manifest.licenses) == 1


def test_compacting_leaves_the_list_true(run: Run, tmp_path: Path) -> None:
    before = run("inputs: [{dataset: photos}]\noutput: {max_samples: 8}\n")
    made = compact(tmp_path / "out", max_samples=20)
    assert made.licenses == before.licenses == counted(tmp_path / "out")
    assert len(made.shards) < len(before.shards)
    assert verify(tmp_path / "out") == []


def test_a_fetch_lists_its_licences_too(tmp_path: Path) -> None:
    folder, manifest = fetch(named_dataset("photos", {}), tmp_path / "raw", Where())
    assert manifest.licenses == counted(folder)


def test_verify_finds_a_list_that_is_not_true(run: Run, tmp_path: Path) -> None:
    manifest = run("inputs: [{dataset: photos, limit: 4}]\n")
    assert manifest.licenses
    manifest.licenses[License(annotations="CC-BY-4.0", images="CC-BY-2.0", commercial="yes")] += 1
    write_manifest(tmp_path / "out", manifest)
    (problem,) = verify(tmp_path / "out")
    assert problem.startswith("manifest.json: 2 samples under License(annotations='CC-BY-4.0', images='CC-BY-2.0'")
    assert problem.endswith("1 in the shards")


def test_a_manifest_from_before_the_list_is_read(run: Run, tmp_path: Path) -> None:
    run("inputs: [{dataset: photos, limit: 4}]\n")
    path = tmp_path / "out" / "manifest.json"
    old = json.loads(path.read_bytes())
    del old["licenses"]
    for source in old["sources"]:
        for origin in source["made_of"]:
            del origin["attribution"], origin["expected_rows"]
    path.write_text(json.dumps(old))
    assert read_manifest(tmp_path / "out").licenses is None
    assert verify(tmp_path / "out") == []
    assert compact(tmp_path / "out").licenses is None
    assert run("inputs: [{path: out}]\n", "next").licenses == counted(tmp_path / "next")
