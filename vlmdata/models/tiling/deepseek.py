"""DeepSeek-VL2: the small whole, then tiles of a canvas, both padded in grey."""

from __future__ import annotations

from functools import cache

from vlmdata.errors import BadRecord
from vlmdata.models.tiling.llava import select_best_resolution
from vlmdata.models.tiling.padding import MEAN_COLORS
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions, tiles
from vlmdata.types import Pad, Resize, Size, Transform, View

_TILE = 384
_SEVERAL = 2
_SIDE_TOKENS = 14


def _deepseek(size: Size, images: int, *, max_tiles: int) -> Tiled:
    """With more than two pictures each has one tile; that tile and the small whole are then the same.

    Counted: 14 x 14 of the small whole and of each tile, one for the end of each row, one between the two.
    ``BadRecord`` where nothing is left of the shorter side. Source: DeepSeek-VL2
    ``deepseek_vl2/models/processing_deepseek_vl_v2.py::tokenize_with_images``; its canvases are all of at most nine
    tiles (arXiv:2412.10302, section 2), and their order decides nothing.
    """
    small = Size(_TILE, _TILE)
    canvas = small if images > _SEVERAL else select_best_resolution(size, _canvases(max_tiles))
    edits, fitted = _padded(size, canvas)
    columns, rows = grid = canvas.width // _TILE, canvas.height // _TILE
    views = (View("global", _padded(size, small)[0]), *tiles(edits, grid, small))
    tokens = _SIDE_TOKENS * (_SIDE_TOKENS + 1) + 1 + rows * _SIDE_TOKENS * (columns * _SIDE_TOKENS + 1)
    return Tiled(fitted, grid, views, tokens)


@cache
def _canvases(max_tiles: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (columns * _TILE, rows * _TILE)
        for columns in range(1, max_tiles + 1)
        for rows in range(1, max_tiles // columns + 1)
    )


def _padded(size: Size, canvas: Size) -> tuple[tuple[Transform, ...], Size]:
    """Fitted and centred as Pillow's ``ImageOps.pad`` does it, whose halves round to even."""
    width, height = canvas.width, canvas.height
    aspect, wanted = size.width / size.height, canvas.width / canvas.height
    if aspect > wanted:
        height = round(size.height / size.width * width)
    elif aspect < wanted:
        width = round(aspect * height)
    if min(width, height) == 0:
        raise BadRecord("too_thin", f"{size}: nothing is left of the shorter side on a canvas of {canvas}")
    left, top = round((canvas.width - width) * 0.5), round((canvas.height - height) * 0.5)
    pad = Pad(left, top, canvas.width - width - left, canvas.height - height - top, MEAN_COLORS["siglip"])
    return (Resize(width, height), pad), Size(width, height)


def _check(options: TilingOptions) -> str | None:
    return None if options["max_tiles"] >= 1 else "max_tiles is at least 1"


DEEPSEEK_VL2 = Policy(
    cut=_deepseek,
    check=_check,
    defaults={"max_tiles": 9},
    source="deepseek-ai/DeepSeek-VL2 deepseek_vl2/models/processing_deepseek_vl_v2.py; arXiv:2412.10302",
)
