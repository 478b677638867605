"""Pixtral: the whole picture, in multiples of a patch."""

from __future__ import annotations

import math

from vlmdata.errors import BadRecord
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions
from vlmdata.types import Resize, Size, View

_PATCH = 16


def _pixtral(size: Size, images: int, *, max_side: int) -> Tiled:
    """Shrunk to ``max_side`` where it is larger, then both sides up to a patch. Each picture by itself.

    Counted: a token for each patch and one for the end of each row. mistral-common rounds where transformers
    truncates, so it may have one row or column more. ``BadRecord`` where nothing is left of the shorter side. Source:
    transformers ``pixtral``: ``image_processing_pil_pixtral.py::get_resize_output_image_size``,
    ``processing_pixtral.py::_get_num_multimodal_tokens``.
    """
    width, height = size.width, size.height
    ratio = max(height / max_side, width / max_side)
    if ratio > 1:
        width, height = math.floor(width / ratio), math.floor(height / ratio)
    if min(width, height) == 0:
        raise BadRecord("too_thin", f"{size}: nothing is left of the shorter side at {max_side} pixels of the longer")
    columns, rows = math.ceil(width / _PATCH), math.ceil(height / _PATCH)
    resized = Size(columns * _PATCH, rows * _PATCH)
    view = View("global", (Resize(resized.width, resized.height),))
    return Tiled(resized, (1, 1), (view,), (columns + 1) * rows)


def _check(options: TilingOptions) -> str | None:
    return None if options["max_side"] >= _PATCH else f"max_side is at least {_PATCH}"


PIXTRAL = Policy(
    cut=_pixtral,
    check=_check,
    defaults={"max_side": 1024},
    source="huggingface/transformers src/transformers/models/pixtral: image_processing_pil_pixtral.py, "
    "processing_pixtral.py, configuration_pixtral.py",
)
