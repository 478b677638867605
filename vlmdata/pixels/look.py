"""Pixels for steps that only look: near duplicates, faces, text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.pixels.decode import decode
from vlmdata.pixels.header import read_header
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.raster import rgb
from vlmdata.pixels.transform import flat
from vlmdata.pixels.views import cut, reduction
from vlmdata.types import Chain, Image, Resize, Size, Transform

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

_POLICY = PixelPolicy()


def look(data: bytes, side: int, policy: PixelPolicy = _POLICY) -> Pixels:
    """Upright sRGB pixels as uint8, rows x columns x 3, fitted into ``side`` x ``side``, never enlarged.

    A JPEG is decoded at the least scale that still has the pixels asked for; if ``policy`` is ``exact``, at full
    size. ``BadRecord`` as ``read_header`` and ``decode`` raise it, and with ``clip`` for a video.
    """
    return _seen(data, 0, (), side, policy)


def look_at(image: Image, side: int, policy: PixelPolicy = _POLICY) -> Pixels:
    """As ``look``, but the frame of a loaded picture as its pending edits make it, before any layout."""
    if image.data is None:
        raise ValueError(f"{image.source or image.uri or 'an image'} is looked at before its bytes are loaded")
    return _seen(image.data, image.frame, image.edits, side, policy)


def _seen(data: bytes, frame: int, edits: Sequence[Transform], side: int, policy: PixelPolicy) -> Pixels:
    header = read_header(data, policy.max_pixels, frame)
    if header.is_clip:
        raise BadRecord("clip", f"{header.media_type} is not a picture")
    view = (*flat(edits), _fitting(Chain(tuple(edits)).size(header.size), side))
    scale = reduction(header.stored, UPRIGHT[header.orientation], (view,)) if policy.fidelity == "fast" else 1
    (pixels,) = cut(decode(data, header, policy, scale), (view,), policy.fidelity)
    return rgb(pixels)


def _fitting(size: Size, side: int) -> Resize:
    factor = min(1.0, side / max(size.width, size.height))
    return Resize(max(1, round(size.width * factor)), max(1, round(size.height * factor)))
