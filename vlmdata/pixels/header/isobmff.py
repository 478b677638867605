"""Files of boxes (ISO/IEC 14496-12; JPEG 2000 and JPEG XL use them too): whether they are whole, and what some say."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.facts import Header
from vlmdata.types import Size

_ICC_METHOD = 2


def read_clip(data: bytes, media_type: str) -> Header:
    """Size as shown, the track's rotation counted in. ``corrupt`` without a video track."""
    for name, start, stop in _boxes(data, 0, len(data)):
        if name == b"moov":
            for inner, at, end in _boxes(data, start, stop):
                if inner == b"trak" and (size := _frame(data, at, end)):
                    return Header(media_type=media_type, size=size)
    raise BadRecord("corrupt", "a clip without a video track")


def jp2_profile(data: bytes) -> bytes | None:
    """The ICC profile of a JPEG 2000 file (ISO/IEC 15444-1, I.5.3.3), which Pillow leaves unread."""
    for name, start, stop in _boxes(data, 0, len(data)):
        if name == b"jp2h":
            for inner, at, end in _boxes(data, start, stop):
                if inner == b"colr" and data[at] == _ICC_METHOD:
                    return data[at + 3 : end]
    return None


def check_boxes(data: bytes) -> None:
    """``truncated`` where a box reaches over the end of the data."""
    for name, _, stop in _boxes(data, 0, len(data)):
        if stop > len(data):
            raise BadRecord("truncated", f"the data ends inside its {name!r} box")


def _frame(data: bytes, start: int, stop: int) -> Size | None:
    """Width and height of one track; None for sound and text, whose tracks have none."""
    for name, at, _ in _boxes(data, start, stop):
        if name == b"tkhd":
            matrix = at + (52 if data[at] == 1 else 40)
            a, b = struct.unpack_from(">ii", data, matrix)
            width, height = (side >> 16 for side in struct.unpack_from(">II", data, matrix + 36))
            if width and height:
                return Size(height, width) if a == 0 and b else Size(width, height)
    return None


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of content and end of each box from ``at`` on. The last one may end after the data."""
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        stop = at + size if size else end
        if stop < at + head:
            raise BadRecord("corrupt", f"a box {name!r} of {size} bytes")
        yield name, at + head, stop
        at = stop
