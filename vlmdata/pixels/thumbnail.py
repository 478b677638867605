"""Small pictures of what was dropped, for people."""

from __future__ import annotations

from vlmdata.errors import BadRecord
from vlmdata.pixels.encode import encode
from vlmdata.pixels.look import look_at
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.types import Image

_POLICY = PixelPolicy(quality=80)


def thumbnail(data: bytes, side: int = 256) -> bytes | None:
    """A JPEG of at most ``side`` x ``side`` pixels, never enlarged; None for what cannot be decoded, clips too."""
    return thumbnail_of(Image(data=data), side)


def thumbnail_of(image: Image, side: int = 256) -> bytes | None:
    """The same of a loaded picture as its pending edits make it: what they cover is covered here, too."""
    try:
        pixels = look_at(image, side)
    except BadRecord:
        return None
    return encode(pixels, _POLICY, subsampled=True).data
