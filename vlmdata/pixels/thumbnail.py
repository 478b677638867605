"""Small pictures of what was dropped, for people."""

from __future__ import annotations

from vlmdata.errors import BadRecord
from vlmdata.pixels.decode import decode
from vlmdata.pixels.encode import encode
from vlmdata.pixels.header import read_header
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.views import cut, reduction
from vlmdata.types import Resize, Size

_POLICY = PixelPolicy(quality=80)


def thumbnail(data: bytes, side: int = 256) -> bytes | None:
    """A JPEG of at most ``side`` x ``side`` pixels, never enlarged; None for what cannot be decoded, clips too."""
    try:
        header = read_header(data)
        if header.is_clip:
            return None
        edits = (_fitting(header.size, side),)
        scale = reduction(header.stored, UPRIGHT[header.orientation], (edits,))
        (pixels,) = cut(decode(data, header, _POLICY, scale), (edits,), _POLICY.fidelity)
    except BadRecord:
        return None
    return encode(pixels, _POLICY, subsampled=True).data


def _fitting(size: Size, side: int) -> Resize:
    factor = min(1.0, side / max(size.width, size.height))
    return Resize(max(1, round(size.width * factor)), max(1, round(size.height * factor)))
