"""Grids of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vlmdata.models.tiling.llava import resize_and_pad, select_best_resolution
from vlmdata.models.tiling.padding import BLACK
from vlmdata.models.tiling.policy import Color, Grid, Policy, Tiled, TilingOptions, tiles
from vlmdata.types import Resize, Size, Transform, View


def _custom(
    size: Size,
    images: int,
    *,
    tile: int,
    grids: Sequence[Grid],
    thumbnail: Literal["first", "last", "none"],
    fit: Literal["pad", "squash"],
    color: Color,
    view_tokens: int | None,
) -> Tiled:
    """The grid whose canvas keeps most pixels of the picture and, among equals, wastes least; the first of those.

    Each picture by itself. The small whole is fitted as the canvas is, and left out where there is one tile.
    Counted: ``view_tokens`` for each view, or else its patches of 14 pixels.
    """
    canvas = select_best_resolution(size, [(columns * tile, rows * tile) for columns, rows in grids])
    columns, rows = canvas.width // tile, canvas.height // tile
    edits, resized = _fitted(size, canvas, fit, color)
    views = tiles(edits, (columns, rows), Size(tile, tile))
    if columns * rows > 1 and thumbnail != "none":
        whole = View("global", _fitted(size, Size(tile, tile), fit, color)[0])
        views = (whole, *views) if thumbnail == "first" else (*views, whole)
    each = (tile // 14) ** 2 if view_tokens is None else view_tokens
    return Tiled(resized, (columns, rows), views, each * len(views))


def _fitted(
    size: Size, canvas: Size, fit: Literal["pad", "squash"], color: Color
) -> tuple[tuple[Transform, ...], Size]:
    if fit == "squash":
        return (Resize(canvas.width, canvas.height),), canvas
    to, pad = resize_and_pad(size, canvas, color)
    return (to, pad), Size(to.width, to.height)


def _check(options: TilingOptions) -> str | None:
    if options["tile"] < 1 or (options["view_tokens"] or 0) < 0:
        return "tile is at least 1 and view_tokens at least 0"
    if not options["grids"] or any(count < 1 for grid in options["grids"] for count in grid):
        return "grids are [columns, rows] pairs, each at least 1"
    if options["thumbnail"] not in ("first", "last", "none"):
        return "thumbnail is first, last or none"
    return (
        None if all(0 <= channel <= 255 for channel in options["color"]) else "a color is three numbers from 0 to 255"
    )


CUSTOM = Policy(
    cut=_custom,
    check=_check,
    defaults={
        "tile": 336,
        "grids": ((1, 1), (2, 1), (1, 2), (2, 2)),
        "thumbnail": "first",
        "fit": "pad",
        "color": BLACK,
        "view_tokens": None,
    },
    source="the recipe",
)
