"""Decoded pixels, and where in them the picture lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vlmdata.pixels.pillow_memory import image_over
from vlmdata.types import Box, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Raster:
    """Pixels as uint8, rows x columns x 3 (RGB) or x 4 (RGBX, whose fourth value means nothing).

    RGBX is what fast kernels work on: libjpeg-turbo writes and reads it, and one pixel is one machine word.

    ``frame`` is the part of them, in their own pixels, that the picture covers. It is all of them except after a
    decode at reduced scale of a picture whose sides the scale does not divide: the last column and row then
    reach a fraction over the picture's edge.
    """

    pixels: Pixels
    frame: Box

    @classmethod
    def whole(cls, pixels: Pixels) -> Raster:
        return cls(pixels, _size(pixels).box)

    @property
    def size(self) -> Size:
        """Of the pixels at hand."""
        return _size(self.pixels)

    @cached_property
    def as_pillow(self) -> Image.Image:
        """The pixels as an RGB image on the same memory, or on that of ``as_rgbx``."""
        return image_over(self.as_rgbx)

    @cached_property
    def as_rgbx(self) -> Pixels:
        """The pixels as packed RGBX: copied once, and only if they are not."""
        return packed(_with_values(self.pixels, 4))

    @property
    def is_whole(self) -> bool:
        return self.frame == self.size.box


def rgb(pixels: Pixels) -> Pixels:
    """Without the fourth value."""
    return _with_values(pixels, 3)


def packed(pixels: Pixels) -> Pixels:
    """The same pixels, each row without gaps and below the one before, as C libraries take them. Copied if need be."""
    import numpy as np

    down, across, value = pixels.strides
    if value == 1 and across == pixels.shape[2] and down >= across * pixels.shape[1]:
        return pixels
    if value == 1 and across % 4 == 0 and pixels.shape[2] == 4:
        # Word by word: ten times as fast as byte by byte.
        return np.ascontiguousarray(pixels.view(np.uint32)).view(np.uint8)
    return np.ascontiguousarray(pixels)


def _with_values(pixels: Pixels, count: int) -> Pixels:
    import numpy as np

    if pixels.shape[2] == count:
        return pixels
    result = np.zeros((*pixels.shape[:2], count), np.uint8)
    for channel in range(3):  # one by one: five times as fast as all at once
        result[..., channel] = pixels[..., channel]
    return result


def _size(pixels: Pixels) -> Size:
    height, width = pixels.shape[:2]
    return Size(width, height)
