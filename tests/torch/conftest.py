"""Small data set directories whose samples say who they are: by key, by tokens, by the shade of their pictures."""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from vlmdata.shards.formats import FormatName
from vlmdata.shards.manifest_file import write_manifest
from vlmdata.shards.schema import BASE_COLUMNS
from vlmdata.shards.store import ShardSet
from vlmdata.types import (
    Crop,
    Image,
    Layout,
    Manifest,
    Origin,
    Sample,
    Size,
    SourceInfo,
    StepTally,
    StoredView,
    Tokens,
    View,
    Written,
)

try:
    import torch  # noqa: F401
except ModuleNotFoundError:
    collect_ignore_glob = ["test_*.py"]
    """Nothing here runs without ``vlmdata[train]``."""

COLUMNS = (*BASE_COLUMNS, "input_ids", "attention_mask", "labels", "position_ids", "sequence_lengths")
SIDE = 28


@cache
def picture(shade: int, width: int = SIDE, height: int = SIDE) -> bytes:
    """One shade of grey, exactly."""
    from PIL import Image as Picture

    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), (shade, shade, shade)).save(buffer, "PNG")
    return buffer.getvalue()


def tokens(ids: Sequence[int]) -> Tokens:
    whole = array("i", ids)
    return Tokens(input_ids=whole, attention_mask=array("i", (1,)) * len(whole), labels=whole)


def written(number: int, images: int = 1, views: int = 1, length: int | None = None) -> Written:
    """A sample of ``1 + number % 7`` tokens, all of them ``number``, and pictures of the shade ``number % 251``."""
    layout = Layout("strips", tuple(View("tile", (Crop(0, 0, SIDE, SIDE),)) for _ in range(views)))
    one = Image(data=picture(number % 251), original=Size(SIDE, SIDE * views), media_type="image/png", layout=layout)
    view = StoredView(picture(number % 251), "image/png", Size(SIDE, SIDE))
    sample = Sample(
        key=f"s-{number:05d}",
        origin=Origin(dataset="made", source=f"#{number}"),
        images=(one,) * images,
        tokens=tokens([number] * (length or 1 + number % 7)),
        meta={"number": number},
    )
    return Written(sample, ((view,) * views,) * images)


def with_tokens(item: Written, made: Tokens) -> Written:
    return replace(item, sample=replace(item.sample, tokens=made))


def directory(
    root: Path, items: Sequence[Written], formats: Sequence[FormatName] = ("parquet",), shard: int = 150, **fields: str
) -> Path:
    """A finished data set directory, ``shard`` samples to a file."""
    shards = []
    for task, start in enumerate(range(0, len(items), shard)):
        with ShardSet(root, task, formats=formats, columns=COLUMNS, max_samples=shard, max_bytes=1 << 30) as writer:
            for item in items[start : start + shard]:
                writer.write(item, fields.get("split", "train"))
            shards += writer.close()
    manifest = Manifest(
        kind="processed",
        role=fields.get("role", "train"),
        name="made",
        fingerprint="f",
        sources=[SourceInfo(name="made", digest="d", rows=len(items))],
        recipe={},
        decoder="cpu",
        versions={},
        columns=list(COLUMNS),
        rows=len(items),
        written=len(items),
        funnel=[StepTally(name="read", entered=len(items))],
        shards=shards,
        timings={},
    )
    write_manifest(root, manifest)
    return root


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """437 samples in three files, five row groups; every tenth without a picture."""
    items = [written(number, images=int(number % 10 != 9)) for number in range(437)]
    return directory(tmp_path_factory.mktemp("shards") / "made", items, ("parquet", "webdataset"))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    def build(items: Sequence[Written], name: str = "made", **fields: object) -> Path:
        return directory(tmp_path / name, items, **fields)  # type: ignore[arg-type]

    return build
