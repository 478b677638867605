"""From bytes to a header, whatever they are."""

from __future__ import annotations

import struct

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.facts import Header
from vlmdata.pixels.header.isobmff import check_boxes, read_clip
from vlmdata.pixels.header.jpeg import read_jpeg
from vlmdata.pixels.header.pillow import read_with_pillow
from vlmdata.pixels.header.png import read_png
from vlmdata.pixels.header.signature import CLIPS, DECODED, media_type_of
from vlmdata.pixels.header.webp import read_webp

MAX_PIXELS = 178_956_970 // 2
"""The most pixels a picture may declare: where Pillow starts to warn of a decompression bomb."""

_READERS = {"image/jpeg": read_jpeg, "image/png": read_png, "image/webp": read_webp}


def read_header(data: bytes, max_pixels: int = MAX_PIXELS) -> Header:
    """Media type, size as shown and colour facts of a picture or clip, by its bytes. Decodes no pixel.

    Raises ``BadRecord``: ``empty``; ``not_an_image`` (HTML, text); ``unsupported_format`` (known, not decoded, such
    as HEIC); ``truncated`` and ``corrupt`` (the header cannot be read); ``bomb`` (declares over ``max_pixels``).
    """
    if not data:
        raise BadRecord("empty", "no bytes")
    media_type = media_type_of(data)
    if media_type is None:
        raise BadRecord("not_an_image", f"begins with {data[:16]!r}")
    if media_type not in DECODED | CLIPS:
        raise BadRecord("unsupported_format", media_type)
    header = _read(data, media_type)
    if header.size.area > max_pixels:
        raise BadRecord("bomb", f"declares {header.size}, more than {max_pixels} pixels")
    return header


def _read(data: bytes, media_type: str) -> Header:
    try:
        if media_type in CLIPS or media_type == "image/avif":
            check_boxes(data)
        if media_type in CLIPS:
            return read_clip(data, media_type)
        if reader := _READERS.get(media_type):
            return reader(data)
    except (IndexError, struct.error):
        raise BadRecord("truncated", f"the data ends inside the header of {media_type}") from None
    except ValueError as error:
        raise BadRecord("corrupt", f"{media_type}: {error}") from None
    return _read_rare(data, media_type)


def _read_rare(data: bytes, media_type: str) -> Header:
    from PIL import Image

    try:
        return read_with_pillow(data, media_type)
    except (BadRecord, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise BadRecord("bomb", str(error)) from None
    except Exception as error:  # Pillow's plugins raise a dozen kinds of exception on damaged files.
        raise BadRecord("corrupt", f"{media_type}: {error}") from None
