"""``vlmdata inspect``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vlmdata.cli.options import Directory, Json, Quiet
from vlmdata.cli.terminal import columns, printable, say, say_json
from vlmdata.cli.terminal_picture import Pictures, picture_lines, spoken

if TYPE_CHECKING:
    from vlmdata.types import Record

_PICTURES = 4


def inspect(
    directory: Directory,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Show N of them.")] = 3,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Only what bears this key.")] = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Show what was dropped instead.")] = False,
    reason: Annotated[str | None, typer.Option(metavar="REASON", help="With --dropped: only this reason.")] = None,
    keys: Annotated[bool, typer.Option("--keys", help="With --dropped: all keys and no more, for `restore`.")] = False,
    funnel: Annotated[bool, typer.Option("--funnel", help="Show what each step did instead, and why.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show long texts and lists whole.")] = False,
    pictures: Annotated[
        Pictures,
        typer.Option(
            metavar="HOW",
            help="On a terminal: auto, kitty, iterm, sixel, blocks or none; auto takes what it knows the terminal can.",
        ),
    ] = Pictures.auto,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a few samples: text, boxes, sizes, origin.

    Example: vlmdata inspect demo-output --dropped --reason truncated
    """
    from vlmdata.cli.sample_text import dropped_lines, sample_lines
    from vlmdata.errors import UsageError

    if (reason or keys) and not dropped:
        raise UsageError(f"--{'reason' if reason else 'keys'} goes with --dropped")
    if keys:
        say(row["key"] for row in _dropped(directory, reason))
        return
    if funnel:
        _funnel(directory, as_json=json, quiet=quiet)
        return
    rows = _dropped(directory, reason) if dropped else _records(directory)
    found = islice((row for row in rows if key in (None, row["key"])), limit)
    first = next(found, None)
    if first is None and key:
        raise UsageError(f"{directory} has no {'dropped ' if dropped else ''}sample of key {key!r}")
    shown = () if first is None else chain([first], found)
    if json:
        say(_as_json(shown))
    elif first is None and not quiet:
        typer.echo(printable(f"{directory}: nothing was {'dropped' if dropped else 'written'}"))
    elif not quiet:
        by = spoken(pictures, os.environ, sys.stdout.isatty())
        for row in shown:
            lines = dropped_lines(row, full) if dropped else sample_lines(row, full)
            say(islice(lines, 1))
            say(_pictures(row, by))
            say(lines)


def _pictures(row: dict[str, Any], by: Pictures) -> Iterator[str]:
    """Of each picture of a sample the first view, which shows all of it; of what was dropped the thumbnail."""
    views: Iterator[bytes]
    if "image_info" in row:
        views = (row["images"][info["first"]]["bytes"] for info in row["image_info"] if info["count"])
    else:
        views = iter([row["thumbnail"]] if row["thumbnail"] else [])
    true_color = os.environ.get("COLORTERM") in ("truecolor", "24bit")
    for data in islice(views, _PICTURES):
        yield from picture_lines(data, by, columns(), true_color=true_color)


def _funnel(directory: Path, *, as_json: bool, quiet: bool) -> None:
    from vlmdata.cli.funnel import funnel_lines
    from vlmdata.shards.manifest_file import read_manifest

    manifest = read_manifest(directory)
    if as_json:
        say_json(manifest.to_json()["funnel"])
    elif not quiet:
        say(funnel_lines(manifest))


def _records(directory: Path) -> Iterator[Record]:
    from vlmdata.shards.formats import read_records
    from vlmdata.shards.manifest_file import by_format, read_manifest

    for info in next(iter(by_format(read_manifest(directory)).values()), []):
        yield from read_records(directory / info.path)


def _dropped(directory: Path, reason: str | None) -> Iterator[dict[str, Any]]:
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest
    from vlmdata.shards.dropped import read_dropped
    from vlmdata.shards.manifest_file import read_manifest

    reasons = {one for tally in read_manifest(directory).funnel for one in tally.dropped}
    if reason and reason not in reasons:
        raise UsageError(f"{directory} dropped nothing as {reason!r}{nearest(reason, reasons)}")
    for path in sorted((directory / "dropped").glob("*.parquet")):
        yield from (row for row in read_dropped(path) if reason in (None, row["reason"]))


def _as_json(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON list, written as it is read."""
    import json

    start = "[\n"
    for row in rows:
        shown = {name: value for name, value in row.items() if name not in ("images", "thumbnail")}
        yield start + json.dumps(shown, ensure_ascii=False)
        start = ","
    yield "]" if start == "," else "[]"
