"""A document loses a picture that is broken, and goes on."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image as Picture

from tests.engine.conftest import Run
from vlmdata.shards.verify import verify

RECIPE = "inputs: [{format: parquet, path: pages.parquet}]\nsteps: [%s]\noutput: {shuffle: false}\n"
TEXT = "one <image> two <image> three <image> four"


def jpeg(seed: int) -> bytes:
    buffer = io.BytesIO()
    Picture.fromarray(np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def pages(folder: Path, *pictures: list[bytes]) -> None:
    column = [[{"bytes": one, "path": None} for one in page] for page in pictures]
    pq.write_table(pa.table({"images": column, "text": [TEXT] * len(pictures)}), folder / "pages.parquet")


def told(row: dict[str, list[dict[str, list[dict[str, object]]]]]) -> list[object]:
    """Texts, and numbers of pictures."""
    return [
        part["text"].strip() if isinstance(part["text"], str) else part["image_index"]
        for message in row["messages"]
        for part in message["content"]
    ]


def test_it_goes_on_without_pictures_that_are_damaged_or_none(run: Run, tmp_path: Path) -> None:
    good, other = jpeg(1), jpeg(2)
    bad = [b"<html>no picture", b"", good[: len(good) // 2]]
    pages(tmp_path, [good, good, other], *([good, one, other] for one in bad), bad)
    manifest = run(RECIPE % "clean.image")
    assert verify(tmp_path / "out") == []
    assert (manifest.rows, manifest.written) == (5, 4)
    whole, *lacking = pq.read_table(tmp_path / "out" / "parquet").to_pylist()
    assert told(whole) == ["one", 0, "two", 1, "three", 2, "four"]
    for row in lacking:
        assert told(row) == ["one", 0, "two", "three", 1, "four"]
        assert [picture["bytes"] for picture in row["images"]] == [good, other]
    cleaned = manifest.funnel[1]
    assert cleaned.notes == {"left_out:not_an_image": 2, "left_out:empty": 2, "left_out:truncated": 1}
    assert cleaned.dropped == {"truncated": 1}


def test_documents_are_split_with_their_pictures(run: Run, tmp_path: Path) -> None:
    shown = [jpeg(seed) for seed in range(3)]
    pages(tmp_path, shown)
    manifest = run(RECIPE % "document.split: {max_images: 1, min_images: 1}")
    assert verify(tmp_path / "out") == []
    rows = pq.read_table(tmp_path / "out" / "parquet").to_pylist()
    assert [told(row) for row in rows] == [["one", 0, "two"], [0, "three"], [0, "four"]]
    assert [row["images"][0]["bytes"] for row in rows] == shown
    assert [row["key"][-3:] for row in rows] == ["-c1", "-c2", "-c3"]
    assert manifest.written == 3
