"""Small records and manifests made by hand, and a reader of the page that is as strict as the page should be."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from vlmdata.types import Manifest, Record, ShardInfo, SourceInfo, StepTally

VOID = {"img", "meta", "br", "hr", "link", "input"}


@cache
def picture(width: int, height: int, shade: int = 90) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 255 - shade, 77)).save(buffer, "JPEG")
    return buffer.getvalue()


def view(kind: str, x: float, y: float, w: float, h: float, width: int, height: int) -> Record:
    return {"kind": kind, "x": x, "y": y, "w": w, "h": h, "width": width, "height": height}


def info(width: int | None, height: int | None, views: list[Record], **changes: Any) -> Record:
    base = {
        "id": None, "first": 0, "count": len(views), "width": width, "height": height,
        "original": [width, height] if width else None, "policy": "none", "views": views,
        "media_type": "image/jpeg", "sha256": "0" * 64, "source": "a.jpg", "license": None,
        "timestamp_s": None, "clip": None,
    }  # fmt: skip
    return {**base, **changes}


def mark(name: str = "a", **changes: Any) -> Record:
    base = dict.fromkeys(("label", "text", "bbox", "bbox_1000", "point", "polygon", "mask", "score", "source"))
    return {"id": name, "image_index": 0, **base, **changes}


def text(words: str) -> Record:
    return {"type": "text", "text": words, "image_index": None, "regions": None}


def record(**changes: Any) -> Record:
    """One 40x30 picture with a box, a question and an answer."""
    shown = {"type": "image", "text": None, "image_index": 0, "regions": None}
    base = {
        "key": "made-00001",
        "images": [{"bytes": picture(40, 30), "path": "made-00001.0.jpg"}],
        "image_info": [info(40, 30, [view("whole", 0, 0, 40, 30, 40, 30)])],
        "messages": [
            {"role": "user", "content": [shown, text("What is it?")]},
            {"role": "assistant", "content": [text("A circle.")]},
        ],
        "annotations": [mark(label="circle", bbox=[5.0, 6.0, 20.0, 25.0])],
        "tags": ["vqa"],
        "dataset": "made", "config": None, "split": "train", "source": "made.json#1", "language": "en",
        "license": {"annotations": "CC0-1.0", "images": "CC BY 4.0", "commercial": "yes", "generator": None},
        "role": "train", "meta": "{}",
    }  # fmt: skip
    return {**base, **changes}


def manifest(**changes: Any) -> Manifest:
    """12 rows in, 3 more made, 10 written, 1 merged, 4 dropped."""
    funnel = [
        StepTally(name="read", entered=12, dropped=Counter(missing_file=1)),
        StepTally(name="filter.image", entered=11, dropped=Counter(min_side=3), notes=Counter(seen=2)),
        StepTally(name="explode", entered=8, created=3, merged=1),
    ]
    base: dict[str, Any] = {
        "kind": "processed", "role": "train", "name": "made-up", "fingerprint": "f" * 64,
        "sources": [SourceInfo(name="made", digest="d" * 64, rows=12, homepage="https://example.org/made")],
        "recipe": {"version": 1, "name": "made-up"}, "decoder": "cpu", "versions": {"vlmdata": "0"},
        "columns": ["key"], "rows": 12, "written": 10, "funnel": funnel,
        "shards": [
            ShardInfo(path="parquet/train-00000.parquet", split="train", samples=10, bytes=1000, sha256="0" * 64)
        ],
        "timings": {"decode": 1.0, "total": 2.5},
    }  # fmt: skip
    return Manifest(**{**base, **changes})


def write_dropped(root: Path, rows: list[dict[str, Any]], task: int = 0) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from vlmdata.shards.schema import dropped_schema

    schema = dropped_schema()
    full = [{**dict.fromkeys(schema.names), "source": "made.json#9", **row} for row in rows]
    (root / "dropped").mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(full, schema=schema), root / "dropped" / f"train-{task:05d}.parquet")


class Page(HTMLParser):
    """All elements, attributes and text of a page; fails where a tag is not closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.cells: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., Page]:
    """Write the report of a manifest and records, and read it."""
    from vlmdata.report.page import write_report

    def _page(about: Manifest, *records: Record) -> Page:
        return Page(write_report(tmp_path, about, records).read_text("utf-8"))

    return _page
