"""Padding to a canvas: the colours that models pad with, and where the picture stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vlmdata.models.tiling.policy import Color
from vlmdata.types import Pad, Size

BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)
MEAN_COLORS: Mapping[str, Color] = MappingProxyType(
    {"clip": (122, 116, 104), "siglip": (127, 127, 127), "imagenet": (123, 116, 103)}
)
"""``int(mean * 255)`` of each vision tower's normalisation, as LLaVA ``llava/mm_utils.py::process_images`` has it."""


def centred(size: Size, canvas: Size, color: Color = BLACK) -> Pad:
    """Padding of ``size`` up to ``canvas``; an odd pixel goes to the right or the bottom."""
    left, top = (canvas.width - size.width) // 2, (canvas.height - size.height) // 2
    return Pad(left, top, canvas.width - size.width - left, canvas.height - size.height - top, color)


def expand_to_square(size: Size, color: Color = MEAN_COLORS["clip"]) -> Pad:
    """Padding to a square. Source: LLaVA ``llava/mm_utils.py::expand2square``."""
    side = max(size.width, size.height)
    return centred(size, Size(side, side), color)
