"""What is refused as a whole, with the line of the recipe to change."""

from __future__ import annotations

from vlmdata.errors import UsageError
from vlmdata.shards.exports.base import Export
from vlmdata.shards.exports.given import Given
from vlmdata.types import Record


def check(export: Export, given: Given) -> None:
    """Look at all rows, not at their pictures.

    ``UsageError`` for pictures cut into views where the format has one picture for each place in the text, and for
    places in the conversation that are not text yet.
    """
    wanted = {"image_info": not export.takes_views, "messages": not export.takes_regions}
    for row in given.columns(["key", *(name for name, looked_at in wanted.items() if looked_at)]):
        if not export.takes_views:
            _check_views(export, given, row)
        if not export.takes_regions:
            _check_regions(export, given, row)


def _check_views(export: Export, given: Given, row: Record) -> None:
    for info in row["image_info"]:
        if info["count"] != 1 or not _is_whole(info):
            raise UsageError(
                f"{given.root}: the pictures of sample {row['key']!r} are stored as the views of {info['policy']!r}, "
                f"and {export.name} has one picture for each place in the text: make the data set again without "
                "`tile.anyres`, or with `output: {views: planned}`"
            )


def _is_whole(info: Record) -> bool:
    """Whether the first view is all of the frame, pixel for pixel."""
    view, width, height = info["views"][0], info["width"], info["height"]
    shown = [view[name] for name in ("x", "y", "w", "h", "width", "height")]
    return view["kind"] == "whole" or shown == [0, 0, width, height, width, height]


def _check_regions(export: Export, given: Given, row: Record) -> None:
    if any(part["type"] == "region" for message in row["messages"] for part in message["content"]):
        raise UsageError(
            f"{given.root}: the conversation of sample {row['key']!r} speaks of places that are not text yet, and "
            f"{export.name} takes text: make the data set again with `boxes.render: {{dialect: …}}` or `chat.render` "
            "among its steps"
        )
