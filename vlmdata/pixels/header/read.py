"""From bytes to a header, whatever they are."""

from __future__ import annotations

import struct
from dataclasses import replace

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.codestream import check_tiles
from vlmdata.pixels.header.facts import Header
from vlmdata.pixels.header.gif import gif_frames
from vlmdata.pixels.header.isobmff import check_boxes, jp2_profile, read_clip
from vlmdata.pixels.header.jpeg import read_jpeg
from vlmdata.pixels.header.jxl import read_jxl
from vlmdata.pixels.header.matroska import read_matroska
from vlmdata.pixels.header.pillow import failure, read_with_pillow
from vlmdata.pixels.header.png import read_png
from vlmdata.pixels.header.signature import CLIPS, DECODED, media_type_of
from vlmdata.pixels.header.tiff import tiff_pages
from vlmdata.pixels.header.webp import read_webp

MAX_PIXELS = 178_956_970 // 2
"""The most pixels a picture may declare: where Pillow starts to warn of a decompression bomb."""

_READERS = {
    "image/jpeg": read_jpeg,
    "image/png": read_png,
    "image/webp": read_webp,
    "image/jxl": read_jxl,
    "video/webm": read_matroska,
}
_LONGEST_SIDE = 1 << 20
"""Resizers weigh every pixel of a side: Pillow runs out of memory at some 2**26."""
_COUNTERS = {"image/gif": gif_frames, "image/tiff": tiff_pages}
_NAKED = (b"\xff\x4f\xff\x51", b"\xff\x0a")
"""How JPEG 2000 and JPEG XL begin where they are not in boxes."""
_CLIPS_IN_BOXES = {"video/mp4", "video/quicktime"}
_IN_BOXES = _CLIPS_IN_BOXES | {"image/avif", "image/jp2", "image/jxl"}


def read_header(data: bytes, max_pixels: int = MAX_PIXELS, frame: int = 0) -> Header:
    """Media type, size as shown and colour facts of a picture or clip, by its bytes. Decodes no pixel.

    Raises ``BadRecord``: ``empty``; ``not_an_image`` (HTML, text); ``unsupported_format`` (known, not decoded, such
    as HEIC); ``truncated`` and ``corrupt`` (the header cannot be read, or has no such ``frame``); ``bomb`` (declares
    over ``max_pixels``).
    """
    if not data:
        raise BadRecord("empty", "no bytes")
    media_type = media_type_of(data)
    if media_type is None:
        raise BadRecord("not_an_image", f"begins with {data[:16]!r}")
    if media_type not in DECODED | CLIPS:
        raise BadRecord("unsupported_format", media_type)
    header = _read(data, media_type, frame)
    if header.size.area > max_pixels:
        raise BadRecord("bomb", f"declares {header.size}, more than {max_pixels} pixels")
    if max(header.size.width, header.size.height) > _LONGEST_SIDE:
        raise BadRecord("bomb", f"declares {header.size}, a side of more than {_LONGEST_SIDE} pixels")
    if not frame:
        return header
    if not 0 < frame < header.frames:
        raise BadRecord("corrupt", f"frame {frame} of {header.frames}, counted from 0")
    return replace(header, frame=frame)


def _read(data: bytes, media_type: str, frame: int) -> Header:
    try:
        if media_type in _IN_BOXES and not data.startswith(_NAKED):
            check_boxes(data)
        if media_type == "image/jp2":
            check_tiles(data)
        if media_type in _CLIPS_IN_BOXES:
            return read_clip(data, media_type)
        if reader := _READERS.get(media_type):
            return reader(data)
        frames = _COUNTERS[media_type](data) if media_type in _COUNTERS else 1
        profile = jp2_profile(data) if media_type == "image/jp2" and not data.startswith(_NAKED) else None
    except (IndexError, struct.error):
        raise BadRecord("truncated", f"the data ends inside the header of {media_type}") from None
    except ValueError as error:
        raise BadRecord("corrupt", f"{media_type}: {error}") from None
    header = _read_rare(data, media_type, frames, min(frame, frames - 1))
    return replace(header, icc=profile) if profile else header


def _read_rare(data: bytes, media_type: str, frames: int, frame: int) -> Header:
    from PIL import Image

    try:
        return read_with_pillow(data, media_type, frames, frame)
    except (BadRecord, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise BadRecord("bomb", str(error)) from None
    except Exception as error:  # Pillow's plugins raise a dozen kinds of exception on damaged files.
        raise failure(error, data, media_type) from None
