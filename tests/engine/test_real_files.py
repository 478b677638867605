"""Whole runs over real published files, read back with the libraries that people train with."""

from __future__ import annotations

import io
import json
from pathlib import Path

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest
import webdataset as wds
from PIL import Image, ImageOps

from tests.engine.conftest import Run
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed
from vlmdata.shards.verify import verify
from vlmdata.types import Manifest

# The webdataset package leaves the tars it has read to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BOTH = "output: {formats: [parquet, webdataset]}\n"


def process(inputs: str, base: Path, out: Path) -> Manifest:
    text = f"version: 1\nname: real\ninputs: [{inputs}]\nsteps: [clean.image]\n{BOTH}"
    manifest = preprocess(parsed(text, "real.yaml", base), out, Where())
    assert verify(out) == []
    return manifest


def with_datasets(out: Path, tmp_path: Path) -> list[dict[str, object]]:
    loaded = datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path / "hf"))
    return list(loaded)


def with_webdataset(out: Path) -> list[dict[str, object]]:
    tars = sorted(str(path) for path in (out / "webdataset").glob("*.tar"))
    return list(wds.WebDataset(tars, shardshuffle=False).decode())


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


def words(messages: list[dict[str, object]]) -> list[str]:
    return [part["text"] for message in messages for part in message["content"] if part["type"] == "text"]  # type: ignore[attr-defined,index]


def test_llava_json(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "qwen-vl-finetune-demo"
    manifest = process("{path: single_images.json, format: llava, strip: 1}", folder, tmp_path / "out")
    assert (manifest.rows, manifest.written) == (3, 3)
    rows, tars = with_datasets(tmp_path / "out", tmp_path), with_webdataset(tmp_path / "out")
    before = json.loads((folder / "single_images.json").read_bytes())
    for old, row, member in zip(before, rows, tars, strict=True):
        name = Path(old["image"]).name
        source = (folder / "images" / name).read_bytes()
        info = row["image_info"][0]  # type: ignore[index]
        assert info["source"].endswith(name)
        (picture,) = row["images"]  # type: ignore[misc]
        assert picture.size == (info["width"], info["height"])
        assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - pixels(source)).mean() < 1
        assert member["json"]["messages"] == row["messages"]  # type: ignore[index]
        said = [turn["value"].replace("<image>\n", "").replace("\n<image>", "") for turn in old["conversations"]]
        assert words(row["messages"]) == said  # type: ignore[arg-type]


def test_clips_that_are_missing_are_counted_and_shown(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "qwen-vl-finetune-demo"
    manifest = process("{path: video.json, format: llava, images: videos}", folder, tmp_path / "out")
    assert (manifest.rows, manifest.written) == (3, 1)
    assert manifest.funnel[0].dropped == {"missing_file": 2}
    records = pq.read_table(tmp_path / "out" / "dropped").to_pylist()
    assert {(record["step"], record["reason"]) for record in records} == {("read", "missing_file")}
    assert [name in record["value"] for name, record in zip(("v_7bUu05RIksU", "v_TpB_zMG3XBA"), records, strict=True)]
    stored = pq.read_table(tmp_path / "out" / "parquet").to_pylist()
    clip = (folder / "videos" / "v_rBMQFpHspmo.mp4").read_bytes()
    assert [row["images"][0]["bytes"] for row in stored] == [clip]
    assert stored[0]["image_info"][0]["media_type"] == "video/mp4"


def test_parquet_of_data_juicer(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "data-juicer" / "demo-dataset-images-bytes.parquet"
    manifest = process(f"{{path: {source.name}, format: parquet}}", source.parent, tmp_path / "out")
    before = pq.read_table(source).to_pylist()
    assert manifest.rows == manifest.written == len(before)
    rows = with_datasets(tmp_path / "out", tmp_path)
    for old, new in zip(before, rows, strict=True):
        stored = old["image_bytes"]
        assert len(stored) == len(new["images"])  # type: ignore[arg-type]
        for data, picture in zip(stored, new["images"], strict=True):  # type: ignore[call-overload]
            assert np.array_equal(pixels(data), np.asarray(picture.convert("RGB")))
        said = " ".join(words(new["messages"]))  # type: ignore[arg-type]
        assert "__dj__" not in said
        assert said.split()[0] in old["text"]


def test_photos_as_an_image_folder(real_data: Path, tmp_path: Path) -> None:
    manifest = process("{path: photos, format: imagefolder}", real_data, tmp_path / "out")
    photos = sorted((real_data / "photos").iterdir())
    assert manifest.rows == manifest.written == len(photos)
    rows, tars = with_datasets(tmp_path / "out", tmp_path), with_webdataset(tmp_path / "out")
    for photo, row, member in zip(photos, rows, tars, strict=True):
        (picture,) = row["images"]  # type: ignore[misc]
        expected = pixels(photo.read_bytes())
        assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - expected).mean() < 1
        assert {name.split(".")[0] for name in member if name[0].isdigit()} == {"0"}


@pytest.mark.parametrize("name", ["captions", "both"])
def test_tiles_of_real_photos_load_too(real_data: Path, tmp_path: Path, run: Run, name: str) -> None:
    inputs = f"inputs: [{{path: {real_data / 'photos'}, format: imagefolder}}]\n"
    steps = "steps: [clean.image, {tile.anyres: {policy: llava-next}}]\n"
    formats = "[webdataset]" if name == "captions" else "[parquet, webdataset]"
    manifest = run(inputs + steps + f"output: {{formats: {formats}}}\n", name)
    members = with_webdataset(tmp_path / name)
    assert len(members) == manifest.written
    for member in members:
        views = member["json"]["image_info"][0]["views"]  # type: ignore[index]
        stored = [key for key in member if key.endswith((".jpg", ".png"))]
        assert len(stored) == len(views) >= 3
