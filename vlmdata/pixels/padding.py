"""A border of one colour around a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlmdata.types import Pad, Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels


def inner(pixels: Pixels, pad: Pad) -> Pixels:
    """What ``pad`` was put around."""
    height, width = pixels.shape[:2]
    return pixels[pad.top : height - pad.bottom, pad.left : width - pad.right]


def bordered(size: Size, pad: Pad, channels: int) -> Pixels:
    """Pixels for a picture of ``size`` with ``pad`` around it: the border is painted, the inner part is undefined."""
    import numpy as np

    outer = pad.size(size)
    pixels = np.empty((outer.height, outer.width, channels), np.uint8)
    # Row by row: filling pixel by pixel with a colour takes forty times as long.
    row = np.array([(*pad.color, 0)[:channels]], np.uint8).repeat(outer.width, axis=0)
    left, right = pad.left, outer.width - pad.right
    pixels[: pad.top] = row
    pixels[outer.height - pad.bottom :] = row
    pixels[pad.top : outer.height - pad.bottom, :left] = row[:left]
    pixels[pad.top : outer.height - pad.bottom, right:] = row[right:]
    return pixels
