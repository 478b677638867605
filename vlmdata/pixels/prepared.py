"""What is known of a picture before any of its pixels: its header, and the edits of each view."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.errors import BadRecord
from vlmdata.pixels.header import Header, read_header
from vlmdata.pixels.outcome import Fault
from vlmdata.pixels.policy import PixelPolicy, is_canonical
from vlmdata.pixels.views import Edits, plan
from vlmdata.types import Image


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture that a backend can take up. All routing between backends goes by this, never by pixels.

    Attributes:
        data: its encoded bytes.
        header: that of ``data``.
        views: what is done to the upright picture for each stored view, flat, first to last.
        is_kept: nothing is pending and the bytes may be stored as they are, once a full decode has proved them.
    """

    data: bytes
    header: Header
    views: tuple[Edits, ...]
    is_kept: bool


def prepared(image: Image, policy: PixelPolicy) -> Prepared | Fault:
    """The header read and the views planned. ``ValueError`` for wrong use, as ``render`` says."""
    if image.data is None:
        raise ValueError(f"{image.source or image.uri or 'an image'} is rendered before its bytes are loaded")
    try:
        header = read_header(image.data, policy.max_pixels, image.frame)
    except BadRecord as bad:
        return Fault(bad.reason, bad.detail)
    if image.original not in (None, header.size):
        raise ValueError(
            f"{image.source or 'an image'} is planned as {image.original} but is {header.size}: "
            "its size must come from its header"
        )
    if header.is_clip:
        return Prepared(image.data, header, (), is_kept=True)
    views = plan(image, policy)
    return Prepared(image.data, header, views, is_kept=views == ((),) and is_canonical(header))
