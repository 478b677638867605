"""nanoVLM: the small whole, then tiles of a squashed canvas."""

from __future__ import annotations

import math

from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions, tiles
from vlmdata.types import Resize, Size, View

_TILE = 512
_VIEW_TOKENS = 64


def _nanovlm(size: Size, images: int, *, max_side: int, upscale: bool) -> Tiled:
    """Both sides up to multiples of 512, the longer one at most ``max_side``; what is one tile has no small whole.

    The small whole is made of the canvas, bilinear: there torch resizes floats, so its pixels are close, not equal.
    Counted: 64 and one mark for each view. Source: nanoVLM ``data/custom_transforms.py``: ``DynamicResize``,
    ``GlobalAndSplitImages``; ``data/processors.py::get_image_string``.
    """
    canvas = _canvas(size, max_side, upscale)
    to = Resize(canvas.width, canvas.height)
    columns, rows = canvas.width // _TILE, canvas.height // _TILE
    if columns == rows == 1:
        return Tiled(canvas, (1, 1), (View("global", (to,)),), _VIEW_TOKENS + 1)
    whole = View("global", (to, Resize(_TILE, _TILE, "bilinear")))
    views = (whole, *tiles((to,), (columns, rows), Size(_TILE, _TILE)))
    return Tiled(canvas, (columns, rows), views, (_VIEW_TOKENS + 1) * len(views))


def _canvas(size: Size, max_side: int, upscale: bool) -> Size:
    longer, shorter = max(size.width, size.height), min(size.width, size.height)
    target = max_side if upscale else min(max_side, math.ceil(longer / _TILE) * _TILE)
    other = max(math.ceil(shorter * (target / longer) / _TILE) * _TILE, _TILE)
    return Size(target, other) if size.width >= size.height else Size(other, target)


def _check(options: TilingOptions) -> str | None:
    side = options["max_side"]
    # There are marks for eight rows and eight columns.
    return None if side % _TILE == 0 and 1 <= side // _TILE <= 8 else f"max_side is a multiple of {_TILE} up to 4096"


NANOVLM = Policy(
    cut=_nanovlm,
    check=_check,
    defaults={"max_side": 2048, "upscale": False},
    source="huggingface/nanoVLM data/custom_transforms.py, data/processors.py",
)
