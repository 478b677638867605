"""Decoded pixels, and where in them the picture lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vlmdata.types import Box, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Raster:
    """RGB pixels as uint8, rows x columns x 3.

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
        """The pixels in Pillow's own memory: copied once, however many views are resized from them."""
        from PIL import Image

        return Image.fromarray(self.pixels)

    @property
    def is_whole(self) -> bool:
        return self.frame == self.size.box


def _size(pixels: Pixels) -> Size:
    height, width = pixels.shape[:2]
    return Size(width, height)
