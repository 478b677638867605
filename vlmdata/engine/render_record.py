"""Rendered pictures as bytes and back, and what decides them."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

from vlmdata.io.reuse import identity_of
from vlmdata.pixels.encode import EncodedView
from vlmdata.pixels.outcome import Rendered
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.types import Image, Size

_HEAD = struct.Struct("<I")


def key_of(image: Image, policy: PixelPolicy) -> bytes:
    """A hash of all that decides how a loaded picture comes out, but for the versions of software."""
    layout = image.layout.views if policy.views == "stored" else ()
    return identity_of(image, layout, policy)


def packed(rendered: Rendered) -> Sequence[bytes]:
    """Its record in pieces. Of a picture that passed through nothing but the fact: its bytes are the source's."""
    views = [] if rendered.passed_through else rendered.views
    told = {
        "views": [[view.media_type, view.size.width, view.size.height, len(view.data)] for view in views],
        "conversions": rendered.conversions,
    }
    head = json.dumps(told).encode()
    return (_HEAD.pack(len(head)), head, *(view.data for view in views))


def unpacked(record: bytes, image: Image) -> Rendered:
    """What ``packed`` was given for this ``image``."""
    at = _HEAD.size + _HEAD.unpack_from(record)[0]
    told = json.loads(record[_HEAD.size : at])
    if not told["views"]:
        assert image.data is not None
        assert image.media_type is not None
        assert image.original is not None
        return Rendered((EncodedView(image.data, image.media_type, image.original),), passed_through=True)
    views = []
    for media_type, width, height, length in told["views"]:
        views.append(EncodedView(record[at : at + length], media_type, Size(width, height)))
        at += length
    return Rendered(tuple(views), tuple(told["conversions"]))
