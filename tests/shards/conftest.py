"""Samples as the engine hands them over, made by hand and at random, and directories of them."""

from __future__ import annotations

import hashlib
import io
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from vlmdata.shards.card import write_card
from vlmdata.shards.formats import FORMATS, FormatName
from vlmdata.shards.manifest_file import write_manifest
from vlmdata.shards.schema import BASE_COLUMNS, OPTIONAL_COLUMNS, sample_schema
from vlmdata.shards.store import ShardSet
from vlmdata.types import (
    IGNORED,
    WHOLE,
    Alternative,
    Annotation,
    Box,
    Choices,
    Crop,
    Download,
    HFlip,
    Image,
    ImagePart,
    Layout,
    License,
    Manifest,
    Mask,
    Message,
    Origin,
    Point,
    RegionPart,
    Rendered,
    Resize,
    Sample,
    ShardInfo,
    Size,
    SourceInfo,
    Span,
    StepTally,
    StoredView,
    TextPart,
    Tokens,
    View,
    Written,
)

COLUMNS = (*BASE_COLUMNS, *OPTIONAL_COLUMNS)
TILES = Layout(
    "two-halves",
    (
        View("global", (Resize(8, 8),)),
        View("tile", (Crop(0, 0, 8, 12),)),
        View("tile", (Crop(8, 0, 8, 12),)),
    ),
)


@cache
def picture(width: int, height: int, shade: int, kind: str = "JPEG") -> bytes:
    from PIL import Image as Picture

    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), (shade, 255 - shade, 77)).save(buffer, kind)
    return buffer.getvalue()


def view(size: Size, shade: int, kind: str = "JPEG") -> StoredView:
    return StoredView(picture(size.width, size.height, shade, kind), f"image/{kind.lower()}", size)


def image_with_views(layout: Layout, shade: int, planned: bool = False) -> tuple[Image, tuple[StoredView, ...]]:
    """A flipped 16x12 picture and its stored views."""
    data = picture(16, 12, shade)
    image = Image(data=data, original=Size(16, 12), edits=(HFlip(),), id=f"made:{shade}", media_type="image/jpeg")
    image = replace(image, sha256=hashlib.sha256(data).hexdigest(), source=f"pictures/{shade}.jpg", license="CC0")
    address = f"https://pictures.example/{shade}.jpg"
    download = Download(url=address, final_url=f"{address}?moved", status=200, content_type="image/jpeg")
    image = replace(image, layout=layout, download=download)
    sizes = [image.size] if planned else [one.size(image.size) for one in layout.views]
    return image, tuple(view(size, shade, "PNG" if number % 2 else "JPEG") for number, size in enumerate(sizes))


def written(
    number: int, text: str = '何が見えますか? "quoted"', layout: Layout = WHOLE, planned: bool = False
) -> Written:
    """A sample that fills every column; every third has two images, every fifth none."""
    count = 0 if number % 5 == 4 else 1 + (number % 3 == 2)
    pairs = [image_with_views(layout, (number * 7 + n) % 256, planned) for n in range(count)]
    marks = (
        Annotation(
            id="a",
            image=0,
            label="kreis",
            text="a red circle",
            box=Box(1.5, 2.0, 7.25, 8.0),
            box_1000=(93, 166, 453, 666),
            point=Point(4.0, 5.0),
            polygon=((Point(1.0, 2.0), Point(3.5, 4.0), Point(5.0, 1.0)),),
            mask=Mask("05b2P1", Size(16, 12)),
            score=0.5,
            source="published",
        ),
        Annotation(id="b", mask=Mask((1, 2, 3), Size(16, 12))),
    )
    region = (RegionPart(("a", "b")),) if count else ()
    sample = Sample(
        key=f"made-{number:05d}",
        origin=Origin(dataset="made", source=f"made.json#{number}", split="train"),
        images=tuple(image for image, _ in pairs),
        messages=(
            Message("user", (*(ImagePart(n) for n in range(count)), TextPart(text))),
            Message("assistant", (TextPart("ein "), *region)),
        ),
        annotations=marks if count else (),
        alternatives=(Alternative(1, "another", 0.25),),
        choices=(Choices(0, ("yes", "no"), 1), Choices(0, ("alone",))),
        tags=("vqa", "grounding"),
        language="de",
        license=License(annotations="CC BY 4.0", commercial="yes"),
        meta={"score": 0.5, "nested": {"ü": [1, None, "x"]}},
        rendered=Rendered("USER: 何? ein", (Span(0, 9, "context"), Span(9, 12, "trained"))),
        tokens=Tokens(
            input_ids=array("i", (5, 6, 7)),
            attention_mask=array("i", (1, 1, 0)),
            labels=array("i", (IGNORED, 6, IGNORED)),
            position_ids=array("i", (0, 0, 1)),
            sequence_lengths=array("i", (1, 2)),
        ),
    )
    return Written(sample, tuple(views for _, views in pairs))


def write_task(
    root: Path,
    items: Iterable[tuple[str, Written]],
    task: int = 0,
    formats: Sequence[FormatName] = FORMATS,
    max_samples: int = 5000,
    max_bytes: int = 512_000_000,
    columns: tuple[str, ...] = COLUMNS,
) -> list[ShardInfo]:
    with ShardSet(root, task, formats=formats, columns=columns, max_samples=max_samples, max_bytes=max_bytes) as shards:
        for split, item in items:
            shards.write(item, split)
        return shards.close()


def finish(
    root: Path, shards: list[ShardInfo], written: int, dropped: int = 0, columns: tuple[str, ...] = COLUMNS
) -> Manifest:
    """Write manifest and card as the engine does at the end of a run."""
    read = StepTally(name="read", entered=written + dropped)
    if dropped:
        read.dropped["missing_file"] = dropped
    manifest = Manifest(
        kind="processed",
        role="train",
        name="made-up",
        fingerprint="f" * 64,
        sources=[SourceInfo(name="made|up", digest="d" * 64, rows=written + dropped, license_images="CC BY 4.0")],
        recipe={"version": 1, "name": "made-up"},
        decoder="cpu",
        versions={"vlmdata": "0"},
        columns=list(columns),
        rows=written + dropped,
        written=written,
        funnel=[read],
        shards=shards,
        timings={},
    )
    write_card(root, manifest)
    write_manifest(root, manifest)
    return manifest


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The makers above, for tests cannot import each other."""
    return SimpleNamespace(
        COLUMNS=COLUMNS, TILES=TILES, picture=picture, image_with_views=image_with_views,
        arrow_schema=lambda: sample_schema(COLUMNS), written=written, write_task=write_task, finish=finish,
    )  # fmt: skip


@pytest.fixture
def make_directory(tmp_path: Path) -> Callable[..., Path]:
    """A finished directory of ``tasks`` shards with ``each`` train samples, and one validation sample per task."""

    def make(tasks: int = 2, each: int = 7, formats: Sequence[FormatName] = FORMATS) -> Path:
        root = tmp_path / "made-up"
        shards: list[ShardInfo] = []
        for task in range(tasks):
            items = [("train", written(task * 100 + n)) for n in range(each)]
            items.insert(3, ("validation", written(task * 100 + 99)))
            shards += write_task(root, items, task, formats)
        finish(root, shards, tasks * (each + 1))
        return root

    return make
