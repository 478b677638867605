"""LLaVA-1.5, LLaVA-NeXT and LLaVA-OneVision: one padded square, or a small whole and tiles of a padded canvas."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vlmdata.models.tiling.padding import BLACK, MEAN_COLORS, centred, expand_to_square
from vlmdata.models.tiling.policy import Color, Policy, Tiled, TilingOptions, no_tile, tiles
from vlmdata.types import Pad, Resize, Size, View

Pinpoints = Sequence[tuple[int, int]]

NEXT_PINPOINTS: Pinpoints = ((336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008))
NEXT_HF_PINPOINTS: Pinpoints = tuple((width, height) for height, width in NEXT_PINPOINTS)
ONEVISION_PINPOINTS: Pinpoints = tuple((384 * i, 384 * j) for i in range(1, 7) for j in range(1, 7))

_PATCH = 14


def select_best_resolution(size: Size, candidates: Pinpoints) -> Size:
    """The canvas that keeps most pixels of the picture and, among equals, wastes least; the first of those.

    Source: LLaVA-NeXT ``llava/mm_utils.py::select_best_resolution``.
    """
    width, height = size.width, size.height
    best, most, least = candidates[0], -1, 0
    for candidate in candidates:
        scale = min(candidate[0] / width, candidate[1] / height)
        kept = min(int(width * scale) * int(height * scale), width * height)
        waste = candidate[0] * candidate[1] - kept
        if kept > most or (kept == most and waste < least):
            best, most, least = candidate, kept, waste
    return Size(*best)


def resize_and_pad(size: Size, canvas: Size, color: Color = BLACK) -> tuple[Resize, Pad]:
    """Fit the picture into the canvas, its aspect kept, centred.

    Source: LLaVA-NeXT ``llava/mm_utils.py::resize_and_pad_image``.
    """
    by_width, by_height = canvas.width / size.width, canvas.height / size.height
    if by_width < by_height:
        fitted = Size(canvas.width, min(math.ceil(size.height * by_width), canvas.height))
    else:
        fitted = Size(min(math.ceil(size.width * by_height), canvas.width), canvas.height)
    return Resize(fitted.width, fitted.height), centred(fitted, canvas, color)


def _llava_15(size: Size, images: int, *, tile: int, color: Color) -> Tiled:
    """Padded to a square in CLIP's mean colour. Counted: its patches.

    Source: ``llava/mm_utils.py::process_images`` with ``image_aspect_ratio`` ``pad``.
    """
    return _padded(size, tile, color, (tile // _PATCH) ** 2)


def _llava_next(size: Size, images: int, *, tile: int, pinpoints: Pinpoints) -> Tiled:
    """The small whole, squashed, then tiles of a black canvas; several pictures are only padded to squares.

    Counted: the patches of the small whole, those of the canvas that show the picture, and one newline for each
    row of them; for a padded square its patches and one newline. Source: ``llava/mm_utils.py::process_anyres_image``,
    ``llava/train/train.py::_get_item`` (several images), ``llava/model/llava_arch.py`` with ``spatial_unpad``.
    """
    if images > 1:
        return _padded(size, tile, MEAN_COLORS["clip"], (tile // _PATCH) ** 2 + 1)
    canvas = select_best_resolution(size, pinpoints)
    columns, rows = _unpadded(size, canvas, tile)
    return _anyres(size, canvas, tile, rows * columns + rows)


def _llava_next_hf(size: Size, images: int, *, tile: int, pinpoints: Pinpoints) -> Tiled:
    """As transformers has LLaVA-NeXT: other canvases of equal merit come first, and several pictures are cut too.

    Its pinpoints are the same numbers, read as ``(height, width)``; tokens round to 7 digits before they truncate.
    Source: transformers ``llava_next``: ``image_processing_llava_next.py``,
    ``processing_llava_next.py::_get_unpadded_features``.
    """
    canvas = select_best_resolution(size, pinpoints)
    columns, rows = _unpadded(size, canvas, tile, digits=7)
    return _anyres(size, canvas, tile, rows * columns + rows)


def _llava_onevision(size: Size, images: int, *, tile: int, pinpoints: Pinpoints, max_tiles: int) -> Tiled:
    """As LLaVA-NeXT, with SigLIP; of more patches than 1.21 times ``max_tiles`` tiles have, fewer are made.

    Several pictures are only padded to squares, in SigLIP's mean colour. Counted as for ``llava-next``. Source:
    LLaVA-NeXT ``llava/model/llava_arch.py``, ``anyres_max_9`` of ``scripts/train/finetune_onevision.sh``.
    """
    return _onevision(size, images, tile, pinpoints, max_tiles, digits=None)


def _llava_onevision_hf(size: Size, images: int, *, tile: int, pinpoints: Pinpoints, max_tiles: int) -> Tiled:
    """As transformers has LLaVA-OneVision: tokens round to 7 digits before they truncate, as for ``llava-next-hf``.

    Source: transformers ``llava_onevision/processing_llava_onevision.py::_get_unpadded_features``.
    """
    return _onevision(size, images, tile, pinpoints, max_tiles, digits=7)


def _onevision(
    size: Size, images: int, tile: int, pinpoints: Pinpoints, max_tiles: int, *, digits: int | None
) -> Tiled:
    side = tile // _PATCH
    if images > 1:
        return _padded(size, tile, MEAN_COLORS["siglip"], side * side + 1)
    canvas = select_best_resolution(size, pinpoints)
    columns, rows = _unpadded(size, canvas, tile, digits=digits)
    times = math.sqrt(rows * columns / (max_tiles * side * side))
    if times > 1.1:
        columns, rows = int(columns // times), int(rows // times)
    return _anyres(size, canvas, tile, rows * columns + rows)


def _padded(size: Size, tile: int, color: Color, tokens: int) -> Tiled:
    square = View("global", (expand_to_square(size, color), Resize(tile, tile)))
    return Tiled(Size(tile, tile), (1, 1), (square,), tokens)


def _anyres(size: Size, canvas: Size, tile: int, tokens: int) -> Tiled:
    fitted, pad = resize_and_pad(size, canvas)
    grid = canvas.width // tile, canvas.height // tile
    squashed = View("global", (Resize(tile, tile),))
    views = (squashed, *tiles((fitted, pad), grid, Size(tile, tile)))
    return Tiled(Size(fitted.width, fitted.height), grid, views, (tile // _PATCH) ** 2 + tokens)


def _unpadded(size: Size, canvas: Size, tile: int, *, digits: int | None = None) -> tuple[int, int]:
    """Columns and rows of patches of the canvas, without those that are taken for padding.

    They follow from the size of the picture, not from its padding in pixels. Source: LLaVA-NeXT
    ``llava/model/llava_arch.py::unpad_image``.
    """
    side = tile // _PATCH
    columns, rows = canvas.width // tile * side, canvas.height // tile * side
    if size.width / size.height > columns / rows:
        shown = size.height * (columns / size.width)
        rows -= (rows - int(shown if digits is None else round(shown, digits))) // 2 * 2
    else:
        shown = size.width * (rows / size.height)
        columns -= (columns - int(shown if digits is None else round(shown, digits))) // 2 * 2
    return columns, rows


def _check(options: TilingOptions) -> str | None:
    tile = options["tile"]
    if wrong := no_tile(tile, _PATCH):
        return wrong
    return _no_colour(options.get("color", BLACK)) or _no_pinpoints(options)


def _check_onevision(options: TilingOptions) -> str | None:
    # 384 pixels are 27 patches of 14 and a rest that SigLIP leaves out.
    if options["tile"] < _PATCH:
        return f"a tile has at least {_PATCH} pixels, not {options['tile']}"
    if options["max_tiles"] < 1:
        return "max_tiles is at least 1"
    return _no_pinpoints(options)


def _no_pinpoints(options: TilingOptions) -> str | None:
    tile = options["tile"]
    pinpoints = options.get("pinpoints", ((tile, tile),))
    if not pinpoints or any(side < tile or side % tile for pair in pinpoints for side in pair):
        return f"pinpoints are [width, height] pairs in multiples of the tile of {tile}"
    return None


def _no_colour(color: Color) -> str | None:
    return None if all(0 <= channel <= 255 for channel in color) else "a color is three numbers from 0 to 255"


LLAVA_15 = Policy(
    cut=_llava_15,
    check=_check,
    defaults={"tile": 336, "color": MEAN_COLORS["clip"]},
    source="haotian-liu/LLaVA llava/mm_utils.py",
)
LLAVA_NEXT = Policy(
    cut=_llava_next,
    check=_check,
    defaults={"tile": 336, "pinpoints": NEXT_PINPOINTS},
    source="LLaVA-VL/LLaVA-NeXT llava/mm_utils.py, llava/model/llava_arch.py, llava/train/train.py",
)
LLAVA_NEXT_HF = Policy(
    cut=_llava_next_hf,
    check=_check,
    defaults={"tile": 336, "pinpoints": NEXT_HF_PINPOINTS},
    source="huggingface/transformers src/transformers/models/llava_next",
)
LLAVA_ONEVISION = Policy(
    cut=_llava_onevision,
    check=_check_onevision,
    defaults={"tile": 384, "pinpoints": ONEVISION_PINPOINTS, "max_tiles": 9},
    source="LLaVA-VL/LLaVA-NeXT llava/model/llava_arch.py, scripts/train/finetune_onevision.sh",
)
LLAVA_ONEVISION_HF = Policy(
    cut=_llava_onevision_hf,
    check=_check_onevision,
    defaults=LLAVA_ONEVISION.defaults,
    source="huggingface/transformers src/transformers/models/llava_onevision",
)
