"""Idefics2 cuts a picture into quarters; Idefics3 and SmolVLM into tiles of a picture made large. The whole is last."""

from __future__ import annotations

import math
from functools import partial

from vlmdata.errors import BadRecord
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions, tiles
from vlmdata.types import Crop, Resize, Size, View

_SHORTEST, _LONGEST, _VIEW_TOKENS = 378, 980, 64
_CAP = 4096


def _idefics2(size: Size, images: int, *, split: bool) -> Tiled:
    """Four quarters, then the whole, each resized by itself, bilinear; the ratio is kept, but for very thin ones.

    A batch is padded to its largest view by the trainer's own code, and the padding masked, so none is stored.
    Counted: 64 for each view, and the marks around and between them. ``split: false`` is the class default of
    transformers. ``BadRecord`` where a side of one pixel would be halved. Source: transformers ``idefics2``:
    ``image_processing_idefics2.py``, ``processing_idefics2.py``.
    """
    whole = _bounded(size)
    views = (*(_quarters(size) if split else ()), View("global", (whole,)))
    grid = (2, 2) if split else (1, 1)
    return Tiled(Size(whole.width, whole.height), grid, views, (_VIEW_TOKENS + 1) * len(views) + 1)


def _quarters(size: Size) -> tuple[View, ...]:
    middle, center = size.width // 2, size.height // 2
    if not middle or not center:
        raise BadRecord("too_small", f"{size}: a side of one pixel cannot be halved")
    right, below = size.width - middle, size.height - center
    crops = (
        Crop(0, 0, middle, center),
        Crop(middle, 0, right, center),
        Crop(0, center, middle, below),
        Crop(middle, center, right, below),
    )
    return tuple(View("tile", (crop, _bounded(Size(crop.width, crop.height)))) for crop in crops)


def _bounded(size: Size) -> Resize:
    """At most 980 on the longer side, at least 378 on each."""
    width, height = size.width, size.height
    aspect = width / height
    if width >= height and width > _LONGEST:
        width, height = _LONGEST, int(_LONGEST / aspect)
    elif height > width and height > _LONGEST:
        width, height = int(_LONGEST * aspect), _LONGEST
    return Resize(max(width, _SHORTEST), max(height, _SHORTEST), "bilinear")


def _idefics3(size: Size, images: int, *, max_side: int, tile: int, view_tokens: int) -> Tiled:
    """The longer side is made ``max_side``, then both multiples of a tile; tiles row by row, then the whole, squashed.

    Lanczos, every resize from the one before. Counted: all that the processor writes for a picture, which is
    ``view_tokens`` and two marks for each tile, a newline for each row, and ``view_tokens`` and three marks for the
    whole. Source: transformers ``idefics3``: ``image_processing_idefics3.py``,
    ``processing_idefics3.py::_get_num_multimodal_tokens``; ``smolvlm`` is the same with other numbers.
    """
    first = _longer_side(size, max_side)
    canvas = _multiples(first, tile)
    made = (Resize(first.width, first.height, "lanczos"), Resize(canvas.width, canvas.height, "lanczos"))
    columns, rows = canvas.width // tile, canvas.height // tile
    if columns == rows == 1:
        return Tiled(canvas, (1, 1), (View("global", made),), view_tokens + 3)
    whole = View("global", (*made, Resize(tile, tile, "lanczos")))
    views = (*tiles(made, (columns, rows), Size(tile, tile)), whole)
    return Tiled(canvas, (columns, rows), views, view_tokens + 3 + rows * ((view_tokens + 2) * columns + 1))


def _longer_side(size: Size, side: int) -> Size:
    """The longer side to ``side``, the other to an even number. (The published cap at 4096 is the bound of options.)"""
    aspect = size.width / size.height
    if size.width >= size.height:
        height = int(side / aspect)
        return Size(side, max(height + height % 2, 1))
    width = int(side * aspect)
    return Size(max(width + width % 2, 1), side)


def _multiples(size: Size, tile: int) -> Size:
    """Both sides up to multiples of a tile; the shorter one follows from the longer one's new length."""
    aspect = size.width / size.height
    if size.width >= size.height:
        width = math.ceil(size.width / tile) * tile
        return Size(width, math.ceil(int(width / aspect) / tile) * tile)
    height = math.ceil(size.height / tile) * tile
    return Size(math.ceil(int(height * aspect) / tile) * tile, height)


def _check_idefics2(options: TilingOptions) -> str | None:
    return None


def _check_idefics3(options: TilingOptions) -> str | None:
    return None if 2 <= options["max_side"] <= _CAP else f"max_side is from 2 to {_CAP}"


def _row(tile: int, view_tokens: int, source: str) -> Policy:
    return Policy(
        cut=partial(_idefics3, tile=tile, view_tokens=view_tokens),
        check=_check_idefics3,
        defaults={"max_side": 4 * tile},
        source=f"huggingface/transformers src/transformers/models/{source}",
    )


IDEFICS2 = Policy(
    cut=_idefics2,
    check=_check_idefics2,
    defaults={"split": True},
    source="huggingface/transformers src/transformers/models/idefics2",
)
IDEFICS3 = _row(364, 169, "idefics3")
SMOLVLM = _row(384, 81, "smolvlm; HuggingFaceTB/SmolVLM-Instruct preprocessor_config.json")
SMOLVLM2 = _row(512, 64, "smolvlm; HuggingFaceTB/SmolVLM2-500M-Video-Instruct preprocessor_config.json")
