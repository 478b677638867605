"""Phi-3.5-vision and Phi-4-multimodal: the small whole, then tiles of a canvas padded in white."""

from __future__ import annotations

import math

from vlmdata.errors import BadRecord
from vlmdata.models.tiling.internvl import closest_grid
from vlmdata.models.tiling.padding import WHITE
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions, tiles
from vlmdata.types import HFlip, Pad, Resize, Rot90, Size, View

_TRANSPOSE = (Rot90(1), HFlip())
"""Rows become columns: ``x' = y``, ``y' = x``."""

_PHI3_TILE, _PHI4_TILE = 336, 448
_SEVERAL = 4
_PATCH = 14


def _phi3(size: Size, images: int, *, max_tiles: int) -> Tiled:
    """As many columns as ``max_tiles`` allow, however small the picture; padded above and below.

    Tall pictures are transposed, resized, padded and transposed back, which decides the last bit of their pixels.
    With several pictures ``max_tiles`` is at most 4, as the model card advises. The small whole is made of the
    canvas; there torch resizes floats without antialiasing, so its pixels are close, not equal. Counted: 144 for
    each view, 12 row ends for each row of tiles and for the small whole, one between them. ``BadRecord`` where
    nothing is left of the shorter side. Source: microsoft/Phi-3-vision-128k-instruct ``image_processing_phi3_v.py``:
    ``HD_transform``, ``calc_num_image_tokens_from_image_size``.
    """
    most = min(max_tiles, _SEVERAL) if images > 1 else max_tiles
    turned = size.width < size.height
    wide = size.transposed if turned else size
    ratio = wide.width / wide.height
    scale = 1
    while (scale + 1) * math.ceil((scale + 1) / ratio) <= most:
        scale += 1
    width = scale * _PHI3_TILE
    height = int(width / ratio)
    if height == 0:
        raise BadRecord("too_thin", f"{size}: nothing is left of the shorter side at {width} pixels of the longer")
    rows = math.ceil(height / _PHI3_TILE)
    missing = rows * _PHI3_TILE - height
    made = (Resize(width, height, "bilinear"), Pad(0, missing // 2, 0, missing - missing // 2, WHITE))
    resized, grid = Size(width, height), (scale, rows)
    if turned:
        resized, grid = resized.transposed, (rows, scale)
    edits = (*_TRANSPOSE, *made, *_TRANSPOSE) if turned else made
    whole = View("global", (*edits, Resize(_PHI3_TILE, _PHI3_TILE)))
    views = (whole, *tiles(edits, grid, Size(_PHI3_TILE, _PHI3_TILE)))
    return Tiled(resized, grid, views, len(views) * 144 + 1 + (grid[1] + 1) * 12)


def _phi4(size: Size, images: int, *, max_tiles: int) -> Tiled:
    """As many tiles as the picture covers, or the grid of closest aspect; padded to the right or below.

    Each picture by itself. The small whole is made of the canvas, as for Phi-3.5. Counted: 256 and 16 row ends of
    the small whole, one between, and of the canvas one for each 28 x 28 pixels that are not all padding, with a row
    end each. ``BadRecord`` where a side comes out below 10 pixels. Source: transformers
    ``phi4_multimodal/image_processing_phi4_multimodal.py::dynamic_preprocess``.
    """
    grid = math.ceil(size.width / _PHI4_TILE), math.ceil(size.height / _PHI4_TILE)
    if grid[0] * grid[1] > max_tiles:
        grid = closest_grid(size, _PHI4_TILE, 1, max_tiles)
    canvas = Size(grid[0] * _PHI4_TILE, grid[1] * _PHI4_TILE)
    by_width, by_height = canvas.width / size.width, canvas.height / size.height
    if by_width < by_height:
        width, height = canvas.width, int(size.height * by_width)
    else:
        width, height = int(size.width * by_height), canvas.height
    if min(width, height) < 10:
        raise BadRecord("too_thin", f"{size}: {width}x{height} when it is resized, and 10 pixels are the least")
    right, below = canvas.width - width, canvas.height - height
    edits = (Resize(width, height, "bilinear"), Pad(0, 0, right, below, WHITE))
    whole = View("global", (*edits, Resize(_PHI4_TILE, _PHI4_TILE)))
    views = (whole, *tiles(edits, grid, Size(_PHI4_TILE, _PHI4_TILE)))
    columns, rows = _shown(canvas.width, right), _shown(canvas.height, below)
    return Tiled(Size(width, height), grid, views, 256 + 1 + rows * columns + rows + 16)


def _shown(side: int, padding: int) -> int:
    """Tokens along a side: every other patch, those of padding alone left out."""
    return math.ceil((side // _PATCH - padding // _PATCH) / 2)


def _check(options: TilingOptions) -> str | None:
    return None if options["max_tiles"] >= 1 else "max_tiles is at least 1"


PHI_35 = Policy(
    cut=_phi3,
    check=_check,
    defaults={"max_tiles": 16},
    source="microsoft/Phi-3-vision-128k-instruct image_processing_phi3_v.py",
)
PHI_4_MM = Policy(
    cut=_phi4,
    check=_check,
    defaults={"max_tiles": 36},
    source="huggingface/transformers src/transformers/models/phi4_multimodal/image_processing_phi4_multimodal.py",
)
