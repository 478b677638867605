"""A sample, or what is left of a dropped one, as lines for people. Long texts are cut, hostile ones made harmless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from vlmdata.cli.terminal import hanging, printable

if TYPE_CHECKING:
    from vlmdata.types import Record

_LINES_OF_A_TEXT = 6
_ROWS_OF_A_LIST = 12


def sample_lines(record: Record, full: bool) -> Iterator[str]:
    """Key and origin, pictures, annotations, conversation."""
    yield typer.style(printable(record["key"]), bold=True)
    origin = " ".join(filter(None, (record["dataset"], record["config"], record["split"], record["source"])))
    yield from _field("from", "; ".join(filter(None, (origin, record["license"]["images"]))), full)
    if tags := " ".join(filter(None, (record["language"], *record["tags"]))):
        yield from _field("tags", tags, full)
    rows = [(f"image {number}", _image(info)) for number, info in enumerate(record["image_info"])]
    yield from _fields(rows, full)
    yield from _fields([(mark["id"], _mark(mark)) for mark in record.get("annotations") or ()], full)
    yield from _fields(list(_conversation(record)), full)
    yield ""


def dropped_lines(row: dict[str, Any], full: bool) -> Iterator[str]:
    """Key, step and reason with what was found and asked for, origin, the beginning of the text."""
    yield typer.style(printable(row["key"]), bold=True)
    found = f": {row['value']}" if row["value"] else ""
    asked = f"; asked for {row['threshold']}" if row["threshold"] else ""
    yield from _field("dropped", f"{row['step']}, {row['reason']}{found}{asked}", full)
    yield from _field("from", row["source"] or "", full)
    if row["text"]:
        yield from _field("text", row["text"], full)
    yield ""


def _fields(rows: Sequence[tuple[str, str]], full: bool) -> Iterator[str]:
    shown = rows if full else rows[:_ROWS_OF_A_LIST]
    for label, text in shown:
        yield from _field(label, text, full)
    if len(shown) < len(rows):
        yield from _field("", f"… {len(rows) - len(shown)} more (--full)", full)


def _field(label: str, text: str, full: bool) -> Iterator[str]:
    return hanging(printable(label), text, indent=2, label_width=11, max_lines=None if full else _LINES_OF_A_TEXT)


def _image(info: dict[str, Any]) -> str:
    size = f"{info['width']}×{info['height']}"
    width, height = info["original"] or (None, None)
    was = f"was {width}×{height}" if width and f"{width}×{height}" != size else ""
    about = ", ".join(filter(None, (size, was, info["media_type"], info["source"])))
    if info["policy"] == "none":
        return about
    views = Counter(f"{view['kind']} {view['width']}×{view['height']}" for view in info["views"])
    listed = ", ".join(f"{count} × {view}" if count > 1 else view for view, count in views.items())
    return f"{about}\n{info['policy']}: {listed}"


def _mark(mark: dict[str, Any]) -> str:
    parts = [mark["label"] or mark["text"] or ""]
    if mark["bbox"]:
        parts.append(f"box {_pixels(mark['bbox'])}")
    if mark["bbox_1000"]:
        parts.append("of 1000 " + " ".join(map(str, mark["bbox_1000"])))
    if mark["point"]:
        parts.append(f"point {_pixels(mark['point'])}")
    return "  ".join(filter(None, parts))


def _pixels(values: Sequence[float]) -> str:
    return " ".join(f"{value:.1f}".removesuffix(".0") for value in values)


def _conversation(record: Record) -> Iterator[tuple[str, str]]:
    """Role and text of each message, below it what else could stand there and what could be chosen."""
    for number, message in enumerate(record["messages"]):
        yield message["role"], "".join(map(_part, message["content"]))
        for other in record.get("alternatives") or ():
            if other["message"] == number:
                yield "  or", other["text"]
        for choice in record.get("choices") or ():
            if choice["message"] == number:
                yield "  options", " | ".join(choice["options"])


def _part(part: dict[str, Any]) -> str:
    if part["type"] == "image":
        return f"<image {part['image_index']}>"
    return part["text"] if part["type"] == "text" else f"<{' '.join(part['regions'])}>"
