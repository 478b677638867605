"""The header of a WebP: its RIFF chunks (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.exif import orientation_of
from vlmdata.pixels.header.facts import Header, shown
from vlmdata.types import Size

_ANIMATION, _ALPHA = 0x02, 0x10


def read_webp(data: bytes) -> Header:
    """``struct.error`` where the data ends inside the header; ``truncated`` where it is shorter than it declares."""
    (declared,) = struct.unpack_from("<I", data, 4)
    if declared + 8 > len(data):
        raise BadRecord("truncated", f"a WebP of {declared + 8} bytes, of which {len(data)} are here")
    size, alpha, animated = _first_chunk(data)
    frames, chunks = 0, {}
    for name, start, length in _chunks(data):
        if name == b"ANMF":
            frames += 1
        elif name in (b"EXIF", b"ICCP"):
            chunks[name] = data[start : start + length]
    orientation = orientation_of(chunks.get(b"EXIF", b""))
    return Header(
        media_type="image/webp",
        size=shown(size, orientation),
        orientation=orientation,
        alpha=alpha,
        animated=animated,
        frames=max(1, frames),
        icc=chunks.get(b"ICCP"),
    )


def _first_chunk(data: bytes) -> tuple[Size, bool, bool]:
    """Canvas size, alpha, animation."""
    name = data[12:16]
    if name == b"VP8X":
        flags, wide, high = struct.unpack_from("<I6x", data, 20)[0], data[24:27], data[27:30]
        size = Size(int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1)
        return size, bool(flags & _ALPHA), bool(flags & _ANIMATION)
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bool(bits >> 28 & 1), False
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Size(width & 0x3FFF, height & 0x3FFF), False, False
    raise BadRecord("corrupt", f"a WebP that begins with {name!r}")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        yield name, at + 8, length
        at += 8 + length + (length & 1)
