"""What may be wrong with a picture, as a few numbers of its pixels.

They come from sums of integers and order statistics, so they are the same on any machine.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Self

from vlmdata.pixels.margins import bars, little_in_the_middle
from vlmdata.pixels.sharpness import detail_and_blur

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

SIDE = 1024
"""Pictures are to be measured fitted into this square, never enlarged."""

_FORM = struct.Struct("<8d")
_OUTLIERS = 1000
"""One pixel in so many may be darker, brighter or more colourful: the ink that makes a page is not much more."""
_EVERY = 4
"""Colours are looked at in each fourth pixel of each fourth row."""
_DIFFERS = 24
"""Levels of 255: what differs so much from the ground is no noise of JPEG's."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures of one picture.

    Attributes:
        content: share of the pixels that differ from the middle one of all values by more than 24 levels of 255.
        detail: as ``detail_and_blur`` says, in levels of 255.
        blur: as ``detail_and_blur`` says, in pixels.
        darkest: the luma, 0 to 1, below which one pixel in a thousand lies.
        brightest: the luma, 0 to 1, above which one pixel in a thousand lies.
        bars: as ``bars`` says, share of the area.
        middle: as ``little_in_the_middle`` says, share of the area; 1 where it says None.
        colour: the difference between the greatest and the least channel, in levels of 255, above which one pixel in a
            thousand lies.
    """

    content: float
    detail: float
    blur: float
    darkest: float
    brightest: float
    bars: float
    middle: float
    colour: float

    def packed(self) -> bytes:
        return _FORM.pack(*astuple(self))

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        return cls(*_FORM.unpack(data))


def measured(pixels: Pixels) -> Quality:
    """The measures of upright sRGB pixels, uint8, rows x columns x 3. Luma is that of ITU-R BT.601, as Pillow's."""
    import numpy as np
    from PIL import Image

    luma = Image.fromarray(pixels).convert("L")
    grey = np.asarray(luma)
    below = np.cumsum(luma.histogram())
    outliers = grey.size // _OUTLIERS
    ground = int(np.searchsorted(below, grey.size // 2, "right"))
    some = pixels[::_EVERY, ::_EVERY].reshape(-1, 3)
    chroma = np.sort(some.max(axis=1) - some.min(axis=1))
    coloured = np.abs(some - np.median(some, axis=0)).max(axis=1) > _DIFFERS
    differing = np.abs(grey - np.int16(ground)) > _DIFFERS
    middle = little_in_the_middle(grey, ground)
    detail, blur = detail_and_blur(grey)
    return Quality(
        content=max(float(differing.mean()), float(coloured.mean())),
        detail=detail,
        blur=blur,
        darkest=int(np.searchsorted(below, outliers, "right")) / 255,
        brightest=int(np.searchsorted(below, grey.size - outliers)) / 255,
        bars=bars(grey),
        middle=1.0 if middle is None else middle,
        colour=float(chroma[-1 - len(chroma) // _OUTLIERS]),
    )
