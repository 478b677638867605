"""Qwen2-VL, Qwen2.5-VL and Qwen3-VL: pictures whole, resized to multiples of a token's side."""

from __future__ import annotations

import math

from vlmdata.errors import BadRecord
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions, no_range
from vlmdata.types import Resize, Size, View

_MAX_ASPECT = 200


def smart_resize(size: Size, side: int, min_pixels: int, max_pixels: float) -> Size:
    """Both sides to the nearest multiple of ``side``, within bounds of area, the ratio about kept.

    Halves round to even. ``BadRecord`` where one side is more than 200 times the other. Source: transformers
    ``qwen2_vl/image_processing_qwen2_vl.py::smart_resize``. ``qwen_vl_utils`` keeps a side of at least ``side``
    before it looks at the bounds, so that it gives less for pictures that are thinner than half of that.
    """
    if size.aspect > _MAX_ASPECT:
        raise BadRecord("too_thin", f"{size}: one side is more than {_MAX_ASPECT} times the other")
    width, height = round(size.width / side) * side, round(size.height / side) * side
    if width * height > max_pixels:
        shrink = math.sqrt(size.area / max_pixels)
        width = max(side, math.floor(size.width / shrink / side) * side)
        height = max(side, math.floor(size.height / shrink / side) * side)
    elif width * height < min_pixels:
        grow = math.sqrt(min_pixels / size.area)
        width = math.ceil(size.width * grow / side) * side
        height = math.ceil(size.height * grow / side) * side
    return Size(width, height)


def _qwen2(size: Size, images: int, *, min_pixels: int, max_pixels: int) -> Tiled:
    """Multiples of 28 pixels; each picture by itself. Counted: a token for 28 x 28 pixels."""
    return _resized(size, 28, min_pixels, max_pixels)


def _qwen3(size: Size, images: int, *, min_pixels: int, max_pixels: int) -> Tiled:
    """Multiples of 32 pixels; each picture by itself. Counted: a token for 32 x 32 pixels."""
    return _resized(size, 32, min_pixels, max_pixels)


def _resized(size: Size, side: int, min_pixels: int, max_pixels: int) -> Tiled:
    resized = smart_resize(size, side, min_pixels, max_pixels)
    view = View("global", (Resize(resized.width, resized.height),))
    return Tiled(resized, (1, 1), (view,), resized.area // (side * side))


def _check(options: TilingOptions) -> str | None:
    return no_range("min_pixels", "max_pixels", options)


_SOURCE = "huggingface/transformers src/transformers/models/qwen2_vl/image_processing_qwen2_vl.py; bounds: "

QWEN2_VL = Policy(
    cut=_qwen2,
    check=_check,
    defaults={"min_pixels": 4 * 28 * 28, "max_pixels": 16384 * 28 * 28},
    source=_SOURCE + "Qwen/Qwen2-VL-7B-Instruct preprocessor_config.json",
)
QWEN25_VL = Policy(
    cut=_qwen2,
    check=_check,
    defaults=QWEN2_VL.defaults,
    source=_SOURCE + "Qwen/Qwen2.5-VL-7B-Instruct preprocessor_config.json",
)
QWEN3_VL = Policy(
    cut=_qwen3,
    check=_check,
    defaults={"min_pixels": 64 * 32 * 32, "max_pixels": 16384 * 32 * 32},
    source=_SOURCE + "Qwen/Qwen3-VL-8B-Instruct preprocessor_config.json",
)
