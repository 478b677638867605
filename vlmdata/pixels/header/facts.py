"""The facts of a header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlmdata.types import Size

Colour = Literal["rgb", "grey", "cmyk", "palette", "lab"]
Process = Literal["baseline", "extended", "progressive", "arithmetic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the bytes declare. Nothing of it is proved until they are decoded.

    Attributes:
        media_type: by content, such as ``image/jpeg`` or ``video/mp4``.
        size: width and height as shown, ``orientation`` counted in.
        orientation: EXIF value 1 to 8 that decoded pixels still wait for.
        colour: how colours are stored; ``rgb`` covers YCbCr.
        depth: bits of one channel.
        alpha: there is transparency, in a channel or by a transparent colour.
        animated: there are several frames or pages, or it is kept as if there were.
        frames: how many frames or pages there are; 1 for a clip, whose frames are not counted.
        frame: which of them this header is of, from 0. Pages of a TIFF each have a size of their own.
        process: how a JPEG is coded: 8-bit Huffman unless ``arithmetic``; None for other formats.
        subsampled: a JPEG whose chroma is stored coarser than its luma.
        icc: the colour profile; empty bytes for one that cannot be unpacked.
    """

    media_type: str
    size: Size
    orientation: int = 1
    colour: Colour = "rgb"
    depth: int = 8
    alpha: bool = False
    animated: bool = False
    frames: int = 1
    frame: int = 0
    process: Process | None = None
    subsampled: bool = False
    icc: bytes | None = None

    @property
    def stored(self) -> Size:
        """Width and height before the orientation is applied."""
        return self.size.transposed if self.orientation >= 5 else self.size

    @property
    def is_clip(self) -> bool:
        return self.media_type.startswith("video/")


def shown(stored: Size, orientation: int) -> Size:
    """The size as shown: EXIF orientations 5 to 8 swap the sides."""
    return stored.transposed if orientation >= 5 else stored
