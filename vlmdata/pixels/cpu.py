"""The backend that is always there: one picture at a time, on the CPU."""

from __future__ import annotations

from collections.abc import Sequence

from vlmdata.errors import BadRecord
from vlmdata.io.memory import keep_freed_buffers
from vlmdata.pixels.decode import PROOF_SCALE, decode
from vlmdata.pixels.encode import EncodedView, encode
from vlmdata.pixels.header import Header
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.outcome import Fault, RenderClock, Rendered
from vlmdata.pixels.policy import PixelPolicy, conversions
from vlmdata.pixels.prepared import Prepared
from vlmdata.pixels.views import Edits, cut, reduction


def render_one(picture: Prepared, policy: PixelPolicy, clock: RenderClock) -> Rendered | Fault:
    """Decoded once, its views cut and encoded; its very bytes where they are kept."""
    header = picture.header
    if header.is_clip:
        return _untouched(picture)
    keep_freed_buffers()
    scale = PROOF_SCALE if picture.is_kept else scale_of(header, picture.views, policy)
    try:
        with clock.on("decode"):
            raster = decode(picture.data, header, policy, scale, channels=4)
    except BadRecord as bad:
        return Fault(bad.reason, bad.detail)
    if picture.is_kept:
        return _untouched(picture)
    with clock.on("transform"):
        pixels = cut(raster, picture.views, policy.fidelity)
    with clock.on("encode"):
        encoded = tuple(encode(view, policy, subsampled=header.subsampled, source=header.media_type) for view in pixels)
    return Rendered(encoded, conversions(header))


def scale_of(header: Header, views: Sequence[Edits], policy: PixelPolicy) -> int:
    """By what a JPEG is shrunk while it is decoded: as far as its views allow; not at all for ``exact``."""
    if policy.fidelity == "exact":
        return 1
    return reduction(header.stored, UPRIGHT[header.orientation], views)


def _untouched(picture: Prepared) -> Rendered:
    header = picture.header
    return Rendered((EncodedView(picture.data, header.media_type, header.size),), passed_through=True)
