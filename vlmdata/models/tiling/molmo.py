"""Molmo: the small whole, then tiles that overlap, both padded in black."""

from __future__ import annotations

import math
from functools import cache

from vlmdata.errors import BadRecord
from vlmdata.models.tiling.padding import centred
from vlmdata.models.tiling.policy import Grid, Policy, Tiled, TilingOptions
from vlmdata.types import Crop, Resize, Size, Transform, View

_TILE, _MARGINS = 336, 112
_STEP = _TILE - _MARGINS


def _molmo(size: Size, images: int, *, max_tiles: int) -> Tiled:
    """Tiles begin every 224 pixels and share 112 with the next. Each picture by itself.

    There torch resizes floats, so pixels are close, not equal. Counted: a token for 28 x 28 pixels of the small whole
    and of the canvas, what overlaps once, and one for the end of each row of both. ``BadRecord`` where nothing is left
    of the shorter side. Source: allenai/Molmo-7B-D-0924 ``image_preprocessing_molmo.py``: ``select_tiling``,
    ``resize_and_pad``, ``image_to_patches_and_tokens``.
    """
    columns, rows = grid = _grid(size, max_tiles)
    canvas = Size(columns * _STEP + _MARGINS, rows * _STEP + _MARGINS)
    fitted = _fitted(size, canvas)
    edits = _padded(fitted, canvas)
    small = Size(_TILE, _TILE)
    whole = View("global", _padded(_fitted(size, small), small))
    crops = (Crop(column * _STEP, row * _STEP, _TILE, _TILE) for row in range(rows) for column in range(columns))
    views = (whole, *(View("tile", (*edits, crop)) for crop in crops))
    return Tiled(fitted, grid, views, _tokens(small) + _tokens(canvas))


def _grid(size: Size, max_tiles: int) -> Grid:
    """The grid that enlarges the picture within its margins least, else shrinks it least; fewest tiles first."""
    width, height = size.width - _MARGINS, size.height - _MARGINS
    best, chosen = (1, 1), (False, -math.inf)
    for columns, rows in _grids(max_tiles):
        # A side that is all margin needs no room: the published code divides by zero there, which gives infinity.
        scale = min(_STEP * rows / height if height else math.inf, _STEP * columns / width if width else math.inf)
        merit = (True, -scale) if scale >= 1 else (False, scale)
        if merit > chosen:
            best, chosen = (columns, rows), merit
    return best


@cache
def _grids(max_tiles: int) -> tuple[Grid, ...]:
    """All of so many tiles, fewest tiles and then fewest rows first."""
    grids = [(columns, rows) for rows in range(1, max_tiles + 1) for columns in range(1, max_tiles // rows + 1)]
    return tuple(sorted(grids, key=lambda grid: (grid[0] * grid[1], grid[1])))


def _fitted(size: Size, canvas: Size) -> Size:
    scale = min(canvas.width / size.width, canvas.height / size.height)
    width, height = int(size.width * scale), int(size.height * scale)
    if min(width, height) == 0:
        raise BadRecord("too_thin", f"{size}: nothing is left of the shorter side on a canvas of {canvas}")
    return Size(width, height)


def _padded(fitted: Size, canvas: Size) -> tuple[Transform, ...]:
    return Resize(fitted.width, fitted.height, "bilinear"), centred(fitted, canvas)


def _tokens(canvas: Size) -> int:
    columns, rows = canvas.width // 28, canvas.height // 28
    return (columns + 1) * rows


def _check(options: TilingOptions) -> str | None:
    return None if options["max_tiles"] >= 1 else "max_tiles is at least 1"


MOLMO = Policy(
    cut=_molmo,
    check=_check,
    defaults={"max_tiles": 12},
    source="allenai/Molmo-7B-D-0924 image_preprocessing_molmo.py",
)
