"""Small pictures of what was dropped, for people."""

from __future__ import annotations

from vlmdata.errors import BadRecord
from vlmdata.pixels.encode import encode
from vlmdata.pixels.look import look
from vlmdata.pixels.policy import PixelPolicy

_POLICY = PixelPolicy(quality=80)


def thumbnail(data: bytes, side: int = 256) -> bytes | None:
    """A JPEG of at most ``side`` x ``side`` pixels, never enlarged; None for what cannot be decoded, clips too."""
    try:
        pixels = look(data, side)
    except BadRecord:
        return None
    return encode(pixels, _POLICY, subsampled=True).data
