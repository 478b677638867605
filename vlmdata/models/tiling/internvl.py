"""InternVL: tiles of a squashed canvas, then the small whole."""

from __future__ import annotations

import math
from functools import cache

from vlmdata.models.tiling.policy import Grid, Policy, Tiled, TilingOptions, no_range, no_tile, tiles
from vlmdata.types import Resize, Size, View


def closest_grid(size: Size, tile: int, min_tiles: int, max_tiles: int) -> Grid:
    """Columns and rows whose aspect is closest to the picture's.

    Smaller grids come first; of two equally close ones the later wins if the picture has more than half as many
    pixels as its canvas. Source: InternVL ``internvl/train/dataset.py::find_closest_aspect_ratio``.
    """
    aspect, area, half_tile = size.width / size.height, size.area, 0.5 * tile * tile
    best, closest = (1, 1), math.inf
    for grid, grid_aspect, count in _grids(min_tiles, max_tiles):
        distance = abs(aspect - grid_aspect)
        if distance < closest:
            best, closest = grid, distance
        elif distance == closest and area > half_tile * count:
            best = grid
    return best


@cache
def _grids(min_tiles: int, max_tiles: int) -> tuple[tuple[Grid, float, int], ...]:
    """All grids of so many tiles, fewest tiles first, each with its aspect and number of tiles."""
    grids = [
        ((columns, rows), columns / rows, columns * rows)
        for columns in range(1, max_tiles + 1)
        for rows in range(1, max_tiles // columns + 1)
        if columns * rows >= min_tiles
    ]
    return tuple(sorted(grids, key=lambda grid: grid[2]))


def _internvl(size: Size, images: int, *, tile: int, min_tiles: int, max_tiles: int, thumbnail: bool) -> Tiled:
    """Several pictures share ``max_tiles``, each has at least one. Counted: 256 for each view of 448 pixels.

    A token is four patches of 14 pixels (``num_image_token`` with ``down_sample_ratio`` 0.5). Source: InternVL
    ``internvl/train/dataset.py::dynamic_preprocess``, ``internvl_chat_finetune.py`` (several images).
    """
    most = max(1, max_tiles // images)
    columns, rows = grid = closest_grid(size, tile, min(min_tiles, most), most)
    view_tokens = (tile // 28) ** 2
    whole = View("global", (Resize(tile, tile),))
    if columns == rows == 1:
        return Tiled(Size(tile, tile), grid, (whole,), view_tokens)
    canvas = Size(tile * columns, tile * rows)
    views = tiles((Resize(canvas.width, canvas.height),), grid, Size(tile, tile))
    views = (*views, whole) if thumbnail else views
    return Tiled(canvas, grid, views, view_tokens * len(views))


def _check(options: TilingOptions) -> str | None:
    if not isinstance(options["thumbnail"], bool):
        return "thumbnail is true or false"
    return no_tile(options["tile"], 28) or no_range("min_tiles", "max_tiles", options)


INTERNVL = Policy(
    cut=_internvl,
    check=_check,
    defaults={"tile": 448, "min_tiles": 1, "max_tiles": 12, "thumbnail": True},
    source="OpenGVLab/InternVL internvl_chat/internvl/train: dataset.py, internvl_chat_finetune.py",
)
