"""``vlmdata inspect``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vlmdata.cli.options import Directory, Json

if TYPE_CHECKING:
    from vlmdata.types import Record


def inspect(
    directory: Directory,
    limit: Annotated[int, typer.Option(min=1, help="Show N samples.")] = 3,
    key: Annotated[str | None, typer.Option(help="Show the sample of this key.")] = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Show what was dropped instead.")] = False,
    reason: Annotated[str | None, typer.Option(help="With --dropped: only this reason.")] = None,
    json: Json = False,
) -> None:
    """Show a few samples in the terminal: text, boxes, sizes, where they came from.

    Example: vlmdata inspect demo-output --dropped --reason truncated
    """
    from itertools import islice

    if reason and not dropped:
        raise typer.BadParameter("--reason goes with --dropped")
    if dropped:
        rows = (row for row in _dropped(directory) if reason in (None, row["reason"]) and key in (None, row["key"]))
    else:
        rows = (record for record in _records(directory) if key in (None, record["key"]))
    shown = 0
    for row in islice(rows, limit):
        shown += 1
        typer.echo(_as_json(row) if json else "\n".join(_dropped_lines(row) if dropped else _lines(row)))
    if not shown and not json:
        asked = " ".join(filter(None, (f"of key {key!r}" if key else "", f"for reason {reason!r}" if reason else "")))
        typer.echo(f"{directory}: nothing {'dropped' if dropped else 'stored'} {asked}".rstrip())


def _records(directory: Path) -> Iterator[Record]:
    from vlmdata.shards.formats import read_records
    from vlmdata.shards.manifest_file import by_format, read_manifest

    for info in next(iter(by_format(read_manifest(directory)).values()), []):
        yield from read_records(directory / info.path)


def _dropped(directory: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    from vlmdata.shards.manifest_file import read_manifest

    read_manifest(directory)
    for path in sorted((directory / "dropped").glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(256):
                yield from batch.to_pylist()


def _as_json(row: dict[str, Any]) -> str:
    import json

    return json.dumps(
        {name: value for name, value in row.items() if name not in ("images", "thumbnail")}, ensure_ascii=False
    )


def _dropped_lines(row: dict[str, Any]) -> Iterator[str]:
    asked = f", asked for {row['threshold']}" if row["threshold"] else ""
    found = f": {row['value']}" if row["value"] else ""
    yield f"{row['key']}  {row['step']}  {row['reason']}{found}{asked}"
    yield f"  from {row['source']}"
    if row["text"]:
        yield f"  {row['text'].splitlines()[0][:100]}"


def _lines(record: Record) -> Iterator[str]:
    origin = " ".join(filter(None, (record["dataset"], record["config"], record["split"], record["source"])))
    about = [origin, record["language"], " ".join(record["tags"]), record["license"]["images"]]
    yield f"{record['key']}  ({'; '.join(filter(None, about))})"
    for number, info in enumerate(record["image_info"]):
        yield from _image_lines(number, info)
    for mark in record.get("annotations") or ():
        yield "  " + "  ".join(_mark(mark))
    for message in record["messages"]:
        yield f"  {message['role']:9}  {''.join(map(_part, message['content']))}"
    for other in record.get("alternatives") or ():
        yield f"  or ({other['message']})     {other['text']}"
    yield ""


def _image_lines(number: int, info: dict[str, Any]) -> Iterator[str]:
    width, height = info["original"] or (None, None)
    was = f", was {width}x{height}" if (width, height) != (info["width"], info["height"]) else ""
    about = (f"{info['width']}x{info['height']}{was}", info["media_type"], info["source"])
    yield f"  image {number}    {'  '.join(filter(None, about))}"
    if info["policy"] != "none":
        views = [f"{view['kind']} {view['width']}x{view['height']}" for view in info["views"]]
        yield f"             {info['policy']}: {', '.join(views)}"


def _mark(mark: dict[str, Any]) -> Iterator[str]:
    yield f"{mark['id']:9}  {mark['label'] or mark['text'] or ''}"
    if mark["bbox"]:
        yield "box " + " ".join(f"{value:.1f}" for value in mark["bbox"])
    if mark["bbox_1000"]:
        yield "of 1000 " + " ".join(map(str, mark["bbox_1000"]))
    if mark["point"]:
        yield "point " + " ".join(f"{value:.1f}" for value in mark["point"])


def _part(part: dict[str, Any]) -> str:
    if part["type"] == "image":
        return f"<image {part['image_index']}>"
    return part["text"] if part["type"] == "text" else f"<{' '.join(part['regions'])}>"
