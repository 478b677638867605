"""The header of a PNG, and whether its chunks are whole (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.exif import orientation_of
from vlmdata.pixels.header.facts import Colour, Header, shown
from vlmdata.types import Size

_COLOURS: dict[int, Colour] = {0: "grey", 2: "rgb", 3: "palette", 4: "grey", 6: "rgb"}
_WITH_ALPHA = (4, 6)
_PALETTE = 3
_LARGEST_PROFILE = 4 << 20


def read_png(data: bytes) -> Header:
    """``struct.error`` where the data ends inside the header."""
    width, height, depth, kind = struct.unpack_from(">IIBB", data, 16)
    if data[12:16] != b"IHDR" or kind not in _COLOURS:
        raise BadRecord("corrupt", f"a PNG that begins with {data[12:16]!r}, colour type {kind}")
    orientation, icc, alpha, animated = 1, None, kind in _WITH_ALPHA, False
    for name, start, length in _chunks(data):
        if name == b"tRNS":
            alpha = True
        elif name == b"acTL":
            animated = True
        elif name == b"eXIf":
            orientation = orientation_of(data[start : start + length])
        elif name == b"iCCP":
            icc = _profile(data[start : start + length])
    return Header(
        media_type="image/png",
        size=shown(Size(width, height), orientation),
        orientation=orientation,
        colour=_COLOURS[kind],
        depth=8 if kind == _PALETTE else depth,
        alpha=alpha,
        animated=animated,
        icc=icc,
    )


def check_png(data: bytes) -> None:
    """Prove every critical chunk by its checksum, which Pillow does not do for picture data.

    ``BadRecord`` with ``truncated`` or ``corrupt``.
    """
    view, name = memoryview(data), b""
    for name, start, length in _chunks(data):
        stop = start + length
        if stop + 4 > len(data):
            break
        critical = not name[0] & 0x20
        if critical and zlib.crc32(view[start - 4 : stop]) != int.from_bytes(view[stop : stop + 4]):
            raise BadRecord("corrupt", f"the PNG chunk {name!r} at byte {start - 8} does not match its checksum")
        if name == b"IEND":
            return
    raise BadRecord("truncated", f"the PNG ends in or after its chunk {name!r}")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and length of each chunk's content, as far as the data goes."""
    at = 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, at + 8, length
        if name == b"IEND":
            return
        at += 12 + length


def _profile(chunk: bytes) -> bytes:
    _, _, rest = chunk.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(rest[1:], _LARGEST_PROFILE)
    except zlib.error:
        return b""
