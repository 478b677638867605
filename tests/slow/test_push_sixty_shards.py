"""Sixty shards go to a Hub over a line that breaks three times, and users load them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hub.conftest import Server, server
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed
from vlmdata.shards.manifest_file import read_manifest

__all__ = ["server"]

pytestmark = pytest.mark.slow

RECIPE = """\
version: 1
name: sixty
seed: 3
inputs: [{dataset: shapes, limit: 280}]
steps: [clean.image, boxes.normalize]
output: {max_samples: 8, split: {validation: 0.2}}
"""
LOAD = """
import json
from datasets import load_dataset
from huggingface_hub import HfApi
whole = load_dataset("me/sixty")
streamed = load_dataset("me/sixty", streaming=True)
told = HfApi().dataset_info("me/sixty")
print(json.dumps({
    "whole": {name: [row["key"] for row in part] for name, part in whole.items()},
    "streamed": {name: [row["key"] for row in part] for name, part in streamed.items()},
    "pictures": [[image.size for image in row["images"]] for part in streamed.values() for row in part],
    "views": [
        [[view["width"], view["height"]] for one in row["image_info"] for view in one["views"]]
        for part in streamed.values() for row in part
    ],
    "features": [str(part.features == whole["train"].features) for part in streamed.values()],
    "told": {one["name"]: one["num_examples"] for one in told.card_data["dataset_info"]["splits"]},
    "license": told.card_data["license"],
    "files": len(told.siblings),
}))
"""

Started = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(server: Server, tmp_path: Path) -> Started:
    """Begin a command in a process of its own."""

    def run(*words: str) -> subprocess.Popen[str]:
        where = {**os.environ, "HF_HOME": str(tmp_path / "hf"), "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, *words]
        return subprocess.Popen(
            command, cwd=tmp_path, env=where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return run


def test_cut_thrice_and_whole(server: Server, start: Started, tmp_path: Path) -> None:
    root = tmp_path / "sixty"
    preprocess(parsed(RECIPE, "sixty.yaml", tmp_path), root, Where(workers=2))
    manifest = read_manifest(root)
    assert len(manifest.shards) >= 60
    push = ("-m", "vlmdata", "push", "sixty", "me/sixty", "--json")
    size = sum(info.bytes for info in manifest.shards)

    server.depot.cut("part", after=1000)  # the client mends these itself
    server.depot.cut("part", after=20_000)
    first = start(*push)
    while server.depot.received.total() < size / 3 and first.poll() is None:
        time.sleep(0.01)
    first.kill()
    first.communicate(timeout=60)
    assert first.returncode != 0
    arrived = {path.name for path in server.depot.store.glob("?" * 64)}
    assert 0 < len(arrived) < len(manifest.shards)

    before = Counter(server.depot.received)
    server.depot.cut("commit")
    second = start(*push)
    _, said = second.communicate(timeout=120)
    assert second.returncode == 1
    assert "The same command goes on from there" in said
    assert all(server.depot.received[sha256] == before[sha256] for sha256 in arrived)

    before = Counter(server.depot.received)
    server.depot.cut("committed")
    third = start(*push)
    third.communicate(timeout=120)
    assert third.returncode == 1

    last = start(*push)
    out, said = last.communicate(timeout=120)
    assert last.returncode == 0, said
    told = json.loads(out)
    assert server.depot.received == before
    assert told["sent"] == []
    assert (told["verified"]["rows"], told["verified"]["parquet"]) == (manifest.written, len(manifest.shards))
    assert len(server.depot.committed) == 1

    loaded = start("-W", "error", "-c", LOAD)
    out, said = loaded.communicate(timeout=240)
    assert loaded.returncode == 0, said
    seen = json.loads(out)
    splits = Counter[str]()
    for info in manifest.shards:
        splits[info.split] += info.samples
    assert {name: len(keys) for name, keys in seen["whole"].items()} == splits == seen["told"]
    assert seen["streamed"] == seen["whole"]
    assert set(seen["features"]) == {"True"}
    assert seen["pictures"] == seen["views"]
    assert sum(map(len, seen["pictures"])) > manifest.written
    assert seen["license"] == "cc0-1.0"
