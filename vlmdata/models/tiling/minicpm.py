"""MiniCPM-V: the whole at about the area of one slice, then slices of a larger copy; slices are not square."""

from __future__ import annotations

import math
from functools import cache

from vlmdata.models.tiling.policy import Grid, Policy, Tiled, TilingOptions, tiles
from vlmdata.types import Resize, Size, View

_SIDE = 448
_PATCH = 14
_VIEW_TOKENS = 64


def _minicpm_v(size: Size, images: int, *, max_tiles: int) -> Tiled:
    """A picture of at most 448 x 448 pixels of area is not cut, but made as large. Each picture by itself.

    Counted: 64 for each view, as of MiniCPM-V 2.5 and 2.6; marks around views and between rows are not. Source:
    MiniCPM-V ``finetune/dataset.py::slice_image``.
    """
    grid = _best_grid(size, max_tiles)
    if grid is None:
        whole = _about_one_slice(size.width, size.height)
        return Tiled(whole, (1, 1), (View("global", (Resize(whole.width, whole.height),)),), _VIEW_TOKENS)
    columns, rows = grid
    whole = _about_one_slice(size.width, size.height)
    across, down = _multiple(size.width, columns), _multiple(size.height, rows)
    cell = _about_one_slice(across / columns, down / rows)
    canvas = Size(cell.width * columns, cell.height * rows)
    small = View("global", (Resize(whole.width, whole.height),))
    views = (small, *tiles((Resize(canvas.width, canvas.height),), grid, cell))
    return Tiled(canvas, grid, views, _VIEW_TOKENS * len(views))


def _best_grid(size: Size, max_tiles: int) -> Grid | None:
    """The grid of about the picture's area whose aspect is closest by logarithm; fewer tiles and columns first."""
    count = min(math.ceil(size.area / (_SIDE * _SIDE)), max_tiles)
    if count <= 1:
        return None
    aspect = math.log(size.width / size.height)
    best, least = (1, 1), math.inf
    for grid, grid_aspect in _grids(count, max_tiles):
        error = abs(aspect - grid_aspect)
        if error < least:
            best, least = grid, error
    return best


@cache
def _grids(count: int, max_tiles: int) -> tuple[tuple[Grid, float], ...]:
    """Grids of one tile less, as many and one more, each with the logarithm of its aspect."""
    return tuple(
        ((columns, number // columns), math.log(columns / (number // columns)))
        for number in (count - 1, count, count + 1)
        if 1 < number <= max_tiles
        for columns in range(1, number + 1)
        if number % columns == 0
    )


def _about_one_slice(width: float, height: float) -> Size:
    """About 448 x 448 pixels of area, the ratio about kept, in multiples of a patch."""
    aspect = width / height
    scaled = int(_SIDE / math.sqrt(aspect))
    return Size(_multiple(int(scaled * aspect), _PATCH), _multiple(scaled, _PATCH))


def _multiple(length: int, divisor: int) -> int:
    return max(round(length / divisor) * divisor, divisor)


def _check(options: TilingOptions) -> str | None:
    return None if options["max_tiles"] >= 1 else "max_tiles is at least 1"


MINICPM_V = Policy(
    cut=_minicpm_v, check=_check, defaults={"max_tiles": 9}, source="OpenBMB/MiniCPM-V finetune/dataset.py"
)
