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
_DEPTHS = (1, 2, 4, 8, 16)
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ONE_PASS = ((0, 0, 1, 1),)
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Left, top, and steps across and down of Adam7's passes."""
_WITH_ALPHA = (4, 6)
_PALETTE = 3
_ANCILLARY = 0x20
_TOLD = (b"tRNS", b"acTL", b"eXIf", b"iCCP")
_OF_FRAMES = (b"fcTL", b"fdAT")
_LARGEST_PROFILE = 4 << 20


def read_png(data: bytes) -> Header:
    """``struct.error`` where the data ends inside the header."""
    width, height, depth, kind = struct.unpack_from(">IIBB", data, 16)
    if data[12:16] != b"IHDR" or kind not in _COLOURS or depth not in _DEPTHS:
        raise BadRecord("corrupt", f"a PNG that begins with {data[12:16]!r}, colour type {kind} in {depth} bits")
    told: dict[bytes, bytes] = {}
    frames, stands_apart = 0, False
    for name, start, length in _chunks(data):
        if name in _TOLD:
            told.setdefault(name, data[start : start + length])
        elif name == b"fcTL":
            frames += 1
        elif name == b"IDAT":
            stands_apart = stands_apart or not frames
    animated = b"acTL" in told
    orientation = orientation_of(told.get(b"eXIf", b""))
    return Header(
        media_type="image/png",
        size=shown(Size(width, height), orientation),
        orientation=orientation,
        colour=_COLOURS[kind],
        depth=8 if kind == _PALETTE else depth,
        alpha=kind in _WITH_ALPHA or b"tRNS" in told,
        animated=animated,
        # A first picture outside the animation counts too, as it does for Pillow.
        frames=max(1, frames + stands_apart) if animated else 1,
        icc=_profile(told[b"iCCP"]) if b"iCCP" in told else None,
    )


def check_png(data: bytes) -> None:
    """Prove every critical chunk, and those of frames, by its checksum, which Pillow does not do for picture data.

    ``BadRecord`` with ``truncated`` or ``corrupt``.
    """
    view, name = memoryview(data), b""
    for name, start, length in _chunks(data):
        stop = start + length
        if stop + 4 > len(data):
            break
        counts = not name[0] & _ANCILLARY or name in _OF_FRAMES
        if counts and zlib.crc32(view[start - 4 : stop]) != int.from_bytes(view[stop : stop + 4]):
            raise BadRecord("corrupt", f"the PNG chunk {name!r} at byte {start - 8} does not match its checksum")
        if name == b"IEND":
            return
    raise BadRecord("truncated", f"the PNG ends in or after its chunk {name!r}")


def check_rows(data: bytes) -> None:
    """Prove that there is data for every row: those that are missing Pillow leaves black. Inflates all of it.

    ``BadRecord`` with ``truncated``.
    """
    width, height, depth, kind, interlaced = struct.unpack_from(">IIBB2xB", data, 16)
    missing = sum(
        len(range(top, height, down)) * (1 + -(-len(range(left, width, across)) * depth * _SAMPLES[kind] // 8))
        for left, top, across, down in (_PASSES if interlaced else _ONE_PASS)
        if left < width
    )
    inflater = zlib.decompressobj()
    for name, start, length in _chunks(data):
        if name == b"IDAT" and missing:
            missing -= len(inflater.decompress(data[start : start + length], missing))
    if missing:
        raise BadRecord("truncated", f"the PNG lacks {missing} bytes of pixel data")


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
