"""The header of a JPEG: its segments up to the first scan (ITU-T T.81, annex B)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.exif import orientation_of
from vlmdata.pixels.header.facts import Colour, Header, shown
from vlmdata.types import Size

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_END_OF_IMAGE, _SCAN, _APP1, _APP2 = 0xD9, 0xDA, 0xE1, 0xE2
_EXIF, _ICC = b"Exif\0\0", b"ICC_PROFILE\0"
_COLOURS: dict[int, Colour] = {1: "grey", 3: "rgb", 4: "cmyk"}


def read_jpeg(data: bytes) -> Header:
    """``IndexError`` or ``struct.error`` where the data ends inside the header."""
    frame, exif = b"", b""
    profile: dict[int, bytes] = {}
    for marker, segment in _segments(data):
        if marker in _FRAMES:
            frame = frame or segment
        elif marker == _APP1 and segment.startswith(_EXIF):
            exif = exif or segment
        elif marker == _APP2 and segment.startswith(_ICC):
            profile[segment[12]] = segment[14:]
    if not frame:
        raise BadRecord("corrupt", "a JPEG without a frame header")
    depth, height, width, components = struct.unpack_from(">BHHB", frame)
    if depth != 8 or components not in _COLOURS:
        raise BadRecord("unsupported_format", f"a JPEG of {components} components with {depth} bits")
    sampling = {frame[7 + 3 * number] for number in range(components)}
    orientation = orientation_of(exif)
    return Header(
        media_type="image/jpeg",
        size=shown(Size(width, height), orientation),
        orientation=orientation,
        colour=_COLOURS[components],
        subsampled=len(sampling) > 1,
        icc=b"".join(profile[number] for number in sorted(profile)) if profile else None,
    )


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker in (_SCAN, _END_OF_IMAGE):
            return
        if marker in _BARE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        yield marker, data[at + 2 : at + length]
        at += max(length, 2)
