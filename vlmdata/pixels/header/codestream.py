"""The codestream of a JPEG 2000, in a file of boxes or alone: whether all its tiles are here (ISO/IEC 15444-1, A)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from vlmdata.errors import BadRecord

_BEGINNING = b"\xff\x4f\xff\x51"
_TILE_PART, _END = 0xFF90, 0xFFD9
_SHORTEST = 14
"""Bytes of a tile-part that holds nothing."""


def check_tiles(data: bytes) -> None:
    """``truncated`` where a tile is missing: OpenJPEG leaves it blank without a word.

    ``struct.error`` where the data ends before the codestream does.
    """
    at = data.find(_BEGINNING)
    length, right, bottom, width, height, left, top = struct.unpack_from(">H2x2I8x4I", data, at + 4)
    if at < 0 or not (width and height):
        raise BadRecord("corrupt", "a JPEG 2000 without a codestream, or with tiles of no size")
    tiles = -(-(right - left) // width) * -(-(bottom - top) // height)
    missing = tiles - len(set(_tiles(data, at + 4 + length)))
    if missing > 0:
        raise BadRecord("truncated", f"a JPEG 2000 that lacks {missing} of its {tiles} tiles")


def _tiles(data: bytes, at: int) -> Iterator[int]:
    """The tile that each tile-part is of, as far as they are in order. One without a length is the last."""
    (marker,) = struct.unpack_from(">H", data, at)
    while marker not in (_TILE_PART, _END):
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
        (marker,) = struct.unpack_from(">H", data, at)
    while marker == _TILE_PART:
        tile, length = struct.unpack_from(">HI", data, at + 4)
        yield tile
        if length < _SHORTEST:
            return
        at += length
        (marker,) = struct.unpack_from(">H", data, at)
