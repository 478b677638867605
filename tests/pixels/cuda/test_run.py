"""Whole runs with the GPU backend: as with the CPU in all but pixels, and whole even if its process dies."""

from __future__ import annotations

import os
import signal
import threading
import time

import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import hashes, recipe_of
from vlmdata.engine.run import Where, preprocess
from vlmdata.errors import DeviceError
from vlmdata.pixels.cuda.device import device_of
from vlmdata.pixels.decoder import Decoder
from vlmdata.shards.verify import verify

RECIPE = """
inputs: [{path: pictures, format: imagefolder}]
steps: [clean.image, {tile.anyres: {policy: llava-next}}]
output: {formats: [parquet, webdataset], max_samples: 200}
"""
PICTURES = 90


@pytest.fixture
def recipe(scene, saved, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(PICTURES):
        data = saved(scene(320, 240, number), "PNG" if number % 10 == 3 else "JPEG")
        (folder / f"{number:03d}.jpg").write_bytes(data[:2000] if number % 30 == 7 else data)
    return recipe_of(RECIPE, tmp_path)


@pytest.fixture
def run(recipe, tmp_path, monkeypatch):
    def _run(decoder, out):
        return preprocess(recipe, tmp_path / out, Where(decoder=decoder))

    return _run


def rows_of(out):
    return [row for path in sorted((out / "parquet").iterdir()) for row in pq.read_table(path).to_pylist()]


def test_a_run_without_its_device_ends_with_the_reason(run):
    with pytest.raises(DeviceError, match=r"drives the GPU failed with .*torch"):
        run(Decoder("cuda", "torchcodec 0.17.0"), "out")


def test_both_backends_write_the_same_but_for_pixels(run, stand_in, tmp_path):
    ours, cpu = run(stand_in, "gpu"), run(Decoder(), "cpu")
    assert ours.decoder == stand_in.label
    assert ours.fingerprint != cpu.fingerprint
    assert verify(tmp_path / "gpu") == []
    assert ours.written == cpu.written == PICTURES - 3
    mine, theirs = (rows_of(tmp_path / out) for out in ("gpu", "cpu"))
    for one, other in zip(mine, theirs, strict=True):
        assert len(one.pop("images")) == len(other.pop("images"))
        assert one == other


def test_a_task_whose_device_dies_is_done_again_whole(run, stand_in, tmp_path):
    run(stand_in, "undisturbed")
    device_of(stand_in).close()
    killed = []

    def kill_once():
        for _ in range(3000):
            if device_of.cache_info().currsize:
                time.sleep(0.5)  # it is at work, or about to be
                pid = device_of(stand_in).pid
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_once)
    killer.start()
    run(stand_in, "disturbed")
    killer.join()
    assert killed
    assert hashes(tmp_path / "disturbed") == hashes(tmp_path / "undisturbed")
    assert verify(tmp_path / "disturbed") == []
