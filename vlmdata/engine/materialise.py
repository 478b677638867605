"""From a reference to a picture whose size is known: load the bytes, hash them, read the header."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from vlmdata.errors import BadRecord
from vlmdata.io.bytes import read_bytes
from vlmdata.pixels.header import read_header
from vlmdata.types import Image


def load(image: Image) -> Image:
    """With its bytes and the SHA-256 of its source, which a data set made of another carries on.

    ``BadRecord`` (``missing_file``, ``unreadable_file``) where there are no bytes.
    """
    data = image.data
    if data is None:
        if image.uri is None:
            raise BadRecord("missing_file", f"{image.source or 'an image'} has neither bytes nor a path")
        data = read_bytes(image.uri, image.source or image.uri)
    return replace(image, data=data, sha256=image.sha256 or sha256(data).hexdigest())


def measure(image: Image, max_pixels: int) -> Image:
    """With media type and original size, by content. ``BadRecord`` with one of render's reasons."""
    assert image.data is not None
    header = read_header(image.data, max_pixels)
    return replace(image, original=header.size, media_type=header.media_type)
