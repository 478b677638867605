"""Covers through a whole run: stored for good, the same with any number of workers."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image as Pillow

from tests.engine.conftest import hashes
from vlmdata.types import from_record

COVERED = """
inputs: [{dataset: shapes, limit: 60}]
steps:
  - clean.image
  - clean.boxes
  - privacy.faces: {source: annotations, labels: [%s], how: fill, shape: box, margin: 0, color: [1, 2, 3]}
  - augment.hflip: {p: 0.5}
output: {formats: [parquet], max_samples: 20, image: {format: png}}
"""


@pytest.fixture
def label(run, tmp_path):
    """The commonest label of the shapes."""
    run("inputs: [{dataset: shapes, limit: 60}]\noutput: {formats: [parquet], max_samples: 20}", "plain")
    labels = [mark.label for sample in samples(tmp_path / "plain") for mark in sample.annotations if mark.label]
    return max(sorted(set(labels)), key=labels.count)


def samples(folder):
    return [
        from_record(row)
        for path in sorted((folder / "parquet").glob("*.parquet"))
        for row in pq.ParquetFile(path).read().to_pylist()
    ]


def test_what_is_stored_is_covered_and_waits_for_nothing(run, tmp_path, label):
    run(COVERED % repr(label), "one")
    run(COVERED % repr(label), "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    checked = 0
    for sample in samples(tmp_path / "one"):
        marks = [mark for mark in sample.annotations if mark.label == label]
        for mark in marks:
            image = sample.images[mark.image]
            assert image.edits == ()
            with Pillow.open(io.BytesIO(image.data)) as im:
                pixels = np.asarray(im.convert("RGB"))
            left, top, right, bottom = map(round, mark.box.xyxy)
            assert (pixels[top + 1 : bottom - 1, left + 1 : right - 1] == (1, 2, 3)).all()
            checked += 1
    assert checked > 5
