"""PaliGemma and Gemma 3: the whole picture squashed to one square; Gemma 3 may add crops of a long one."""

from __future__ import annotations

import math

from vlmdata.models.tiling.policy import Grid, Policy, Tiled, TilingOptions
from vlmdata.types import Crop, Resize, Size, View

_PATCH = 14
_GEMMA_SIDE, _GEMMA_TOKENS = 896, 256
_LEAST_CROP = 256
_LEAST_ASPECT = 1.2


def _paligemma(size: Size, images: int, *, tile: int) -> Tiled:
    """Each picture by itself. Counted: its patches of 14 pixels.

    Source: transformers ``paligemma/processing_paligemma.py`` with ``SiglipImageProcessor``.
    """
    whole = View("global", (Resize(tile, tile),))
    return Tiled(Size(tile, tile), (1, 1), (whole,), (tile // _PATCH) ** 2)


def _gemma3(size: Size, images: int, *, split: bool, max_tiles: int) -> Tiled:
    """Bilinear; each picture by itself. ``split`` is Gemma's pan and scan, which is off unless it is asked for.

    It cuts a picture of more than 1.2 times its shorter side along the longer one, into equal parts of at least 256
    pixels; the last part is smaller where that leaves a rest. Counted: 256 for each view; the words that then stand
    between the views are text. Source: transformers ``gemma3``: ``image_processing_pil_gemma3.py::pan_and_scan``,
    ``processing_gemma3.py``.
    """
    squashed = Resize(_GEMMA_SIDE, _GEMMA_SIDE, "bilinear")
    grid = _parts(size, max_tiles) if split else (1, 1)
    views = [View("global", (squashed,))]
    if grid != (1, 1):
        views += [View("tile", (crop, squashed)) for crop in _crops(size, grid)]
    return Tiled(Size(_GEMMA_SIDE, _GEMMA_SIDE), grid, tuple(views), _GEMMA_TOKENS * len(views))


def _parts(size: Size, most: int) -> Grid:
    longer, shorter = max(size.width, size.height), min(size.width, size.height)
    if longer / shorter < _LEAST_ASPECT:
        return 1, 1
    count = min(most, max(2, min(longer // _LEAST_CROP, math.floor(longer / shorter + 0.5))))
    if min(math.ceil(longer / count), shorter) < _LEAST_CROP:
        return 1, 1
    return (count, 1) if size.width >= size.height else (1, count)


def _crops(size: Size, grid: Grid) -> list[Crop]:
    width, height = math.ceil(size.width / grid[0]), math.ceil(size.height / grid[1])
    return [
        Crop(left, top, min(width, size.width - left), min(height, size.height - top))
        for top in range(0, size.height, height)
        for left in range(0, size.width, width)
    ]


def _check_paligemma(options: TilingOptions) -> str | None:
    return None if options["tile"] in (224, 448, 896) else f"a tile is 224, 448 or 896 pixels, not {options['tile']}"


def _check_gemma3(options: TilingOptions) -> str | None:
    return None if 2 <= options["max_tiles"] <= _LEAST_CROP else f"max_tiles is from 2 to {_LEAST_CROP}"


PALIGEMMA_2 = Policy(
    cut=_paligemma,
    check=_check_paligemma,
    defaults={"tile": 224},
    source="huggingface/transformers src/transformers/models/paligemma: processing_paligemma.py, "
    "convert_paligemma2_weights_to_hf.py",
)
GEMMA_3 = Policy(
    cut=_gemma3,
    check=_check_gemma3,
    defaults={"split": False, "max_tiles": 4},
    source="huggingface/transformers src/transformers/models/gemma3: image_processing_pil_gemma3.py, "
    "convert_gemma3_weights.py",
)
