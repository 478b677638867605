"""What the manifest counts is what stands in the rows, with any number of workers and over generations."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from tests.engine.conftest import Run
from tests.made_tokenizers import byte_level
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.types import IGNORED, Distributions

RECIPE = """
model: qwen2-vl
inputs: [{dataset: shapes, limit: 40}]
steps: [clean.image, tile.anyres, chat.render, {tokenize: {tokenizer: bytes}}]
output: {max_samples: 7}
"""


def from_rows(folder: Path) -> Distributions:
    """Counted anew from the Parquet, by another way than the engine's."""
    found = Distributions()
    for row in pq.read_table(folder / "parquet").to_pylist():
        found.samples += 1
        found.number("images", len(row["image_info"]))
        found.number("turns", len(row["messages"]))
        texts = [part["text"] or "" for message in row["messages"] for part in message["content"]]
        found.number("characters", len("".join(texts)))
        found.number("tokens", len(row["input_ids"]))
        found.number("trained", sum(label != IGNORED for label in row["labels"]))
        found.name("dataset", row["dataset"])
        found.name("language", row["language"] or "")
        for tag in set(row["tags"]):
            found.name("tag", tag)
        boxes = Counter(mark["image_index"] for mark in row["annotations"] if mark["bbox"])
        for number, info in enumerate(row["image_info"]):
            found.number("width", info["width"])
            found.number("height", info["height"])
            found.number("aspect", info["width"] / info["height"])
            found.number("views", info["count"])
            found.number("boxes", boxes[number])
        for file in row["images"]:
            found.name("media_type", "image/" + file["path"].rsplit(".")[-1].replace("jpg", "jpeg"))
    return found


def test_the_manifest_counts_what_stands_in_the_rows(run: Run, tmp_path: Path) -> None:
    byte_level(tmp_path / "bytes" / "tokenizer.json")
    manifest = run(RECIPE)
    assert manifest.distributions == from_rows(tmp_path / "out") == read_manifest(tmp_path / "out").distributions


def test_neither_workers_nor_tasks_change_it(run: Run) -> None:
    recipe = "inputs: [{dataset: shapes, limit: 40}]\nsteps: [clean.image]\noutput: {max_samples: %d}\n"
    one, two, coarse = run(recipe % 7), run(recipe % 7, "two", workers=2), run(recipe % 30, "coarse")
    assert one.distributions
    assert one.distributions.to_json() == two.distributions.to_json() == coarse.distributions.to_json()  # type: ignore[union-attr]


def test_a_manifest_without_is_read_and_stays_without(run: Run, tmp_path: Path) -> None:
    manifest = run("inputs: [{dataset: shapes, limit: 5}]\n")
    write_manifest(tmp_path / "out", replace(manifest, distributions=None))
    assert read_manifest(tmp_path / "out").distributions is None
