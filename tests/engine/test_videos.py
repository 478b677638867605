"""Runs that make frames of clips, and read them back."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.engine.conftest import Run, hashes
from tests.made_clips import made_clip
from vlmdata.shards.verify import verify

pytest.importorskip("av")

RECIPE = """inputs: [{format: llava, path: talks.json, images: .}]
model: internvl3
steps: [clean.image, {video.frames: {frames: 3}}, {image.resize: {max_side: 32}}]
output: {shuffle: false}
"""


def talks(folder: Path, clips: dict[str, bytes]) -> None:
    turns = [{"from": "human", "value": "<video>\nWhat is it?"}, {"from": "gpt", "value": "A film."}]
    for name, data in clips.items():
        (folder / name).write_bytes(data)
    (folder / "talks.json").write_text(json.dumps([{"video": name, "conversations": turns} for name in clips]))


def test_frames_are_stored_with_their_times_and_bad_clips_dropped(run: Run, tmp_path: Path) -> None:
    whole = made_clip()
    talks(tmp_path, {"a.mp4": whole, "b.webm": made_clip("webm", "libvpx"), "c.mp4": whole[:-500], "d.mp4": b"none"})
    manifest = run(RECIPE)
    assert verify(tmp_path / "out") == []
    assert (manifest.rows, manifest.written) == (4, 2)
    assert manifest.funnel[1].dropped == {"truncated": 1, "not_an_image": 1}
    for row in pq.read_table(tmp_path / "out" / "parquet").to_pylist():
        infos = row["image_info"]
        assert [info["timestamp_s"] for info in infos] == pytest.approx([0.16, 0.48, 0.8])
        assert len({info["clip"] for info in infos}) == 1
        assert [[view["kind"] for view in info["views"]] for info in infos] == [["frame"]] * 3
        assert {(info["width"], info["height"]) for info in infos} == {(32, 24)}
        assert all(picture["path"].endswith(".jpg") for picture in row["images"])
        parts = [part["text"] or part["image_index"] for part in row["messages"][0]["content"]]
        assert parts == ["Frame1: ", 0, "\nFrame2: ", 1, "\nFrame3: ", 2, "\n", "What is it?"]


def test_what_was_stored_is_read_as_frames_again(run: Run, tmp_path: Path) -> None:
    talks(tmp_path, {"a.mp4": made_clip()})
    run(RECIPE)
    run("inputs: [{path: out}]\nmodel: qwen3-vl\nsteps: [video.frames]\n", "again")
    (first,) = pq.read_table(tmp_path / "out" / "parquet").to_pylist()
    (second,) = pq.read_table(tmp_path / "again" / "parquet").to_pylist()
    for name in ("images", "messages"):
        assert first[name] == second[name]
    for one, other in zip(first["image_info"], second["image_info"], strict=True):
        assert one["views"] == other["views"]
        assert (one["id"], one["clip"], one["timestamp_s"]) == (other["id"], other["clip"], other["timestamp_s"])


def test_the_same_bytes_with_any_number_of_workers(run: Run, tmp_path: Path) -> None:
    talks(tmp_path, {f"{number}.mp4": made_clip(times=range(0, 400 + 40 * number, 40)) for number in range(4)})
    recipe = RECIPE.replace("shuffle: false", "max_samples: 2")
    run(recipe, "one")
    run(recipe, "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
