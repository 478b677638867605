"""Damaged files go through a whole run: each is written sound or dropped under its reason, and nothing stops."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image as Pillow

from tests.slow.conftest import vlmdata
from tests.slow.mutation import chunks, mutated
from vlmdata.datasets.shapes.dataset import sample
from vlmdata.types.manifest import StepTally, closes

REAL = Path(__file__).parents[3] / "shared" / "data" / "photos"
SUFFIXES = (".jpg", ".png", ".webp")
REASONS = {"empty", "not_an_image", "unsupported_format", "bomb", "truncated", "corrupt"}
RECIPE = """
version: 1
name: damaged
inputs: [{path: pictures, format: imagefolder}]
steps: [clean.image, {augment.hflip: {p: 0.3}}, {tile.anyres: {policy: llava-next}}]
output: {formats: [parquet, webdataset], max_samples: 60, shuffle: true}
"""


@pytest.fixture(scope="module")
def sources() -> list[tuple[str, bytes]]:
    """Whole pictures with their suffix: made-up ones of each format, and real photos where there are some."""
    images = [image for row in range(200) for image in sample("train", row).images]
    made = [(Path(str(image.source)).suffix, image.data or b"") for image in images]
    by_suffix = [[one for one in made if one[0] == suffix and len(one[1]) > 1000] for suffix in SUFFIXES]
    photos = [(".jpg", path.read_bytes()) for path in sorted(REAL.glob("*")) if path.stat().st_size < 300_000]
    return [one for group in zip(*by_suffix, strict=False) for one in group] + photos


def test_chunks_lose_nothing(sources: list[tuple[str, bytes]]) -> None:
    for _, data in sources[:9]:
        parts = list(chunks(data))
        assert b"".join(parts) == data
        assert len(parts) > 1


@pytest.mark.slow
@pytest.mark.parametrize("count", [200, pytest.param(3000, marks=pytest.mark.full)])
def test_no_damage_stops_a_run(sources: list[tuple[str, bytes]], tmp_path: Path, count: int) -> None:
    rng = random.Random(count)
    (tmp_path / "pictures").mkdir()
    for number in range(count):
        suffix, data = sources[number % len(sources)]
        (tmp_path / "pictures" / f"{number:05d}{suffix}").write_bytes(mutated(data, rng))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    out = tmp_path / "out"
    vlmdata("preprocess", tmp_path / "recipe.yaml", "--out", out, "--workers", 2)
    vlmdata("verify", out)

    manifest = json.loads((out / "manifest.json").read_bytes())
    funnel = [StepTally.from_json(tally) for tally in manifest["funnel"]]
    assert manifest["rows"] == count
    assert closes(count, manifest["written"], funnel)
    dropped = pq.read_table(out / "dropped").to_pylist()
    assert manifest["written"] + len(dropped) == count
    assert manifest["written"] > count // 20
    assert {record["reason"] for record in dropped} <= REASONS
    assert {record["step"] for record in dropped} == {"clean.image"}
    for file in (out / "parquet").iterdir():
        for row in pq.read_table(file, columns=["images", "image_info"]).to_pylist():
            check_pictures(row)


def check_pictures(row: dict[str, list[dict[str, object]]]) -> None:
    """Every stored view decodes to the size its record says."""
    views = [view for info in row["image_info"] for view in info["views"]]
    assert len(views) == len(row["images"])
    for view, picture in zip(views, row["images"], strict=True):
        with Pillow.open(io.BytesIO(picture["bytes"])) as im:
            im.load()
            assert im.size == (view["width"], view["height"])
