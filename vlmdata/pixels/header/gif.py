"""How many frames a GIF has, by a walk over its blocks (GIF89a specification, appendix B)."""

from __future__ import annotations

from vlmdata.errors import BadRecord

_PICTURE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_HAS_TABLE, _TABLE_BITS = 0x80, 0x07


def gif_frames(data: bytes) -> int:
    """``truncated`` where the data ends before the trailer, ``corrupt`` without a frame.

    Bytes between blocks that mean nothing are passed over, as readers do.
    """
    frames = 0
    try:
        at = 13 + _table(data[10])
        while data[at] != _TRAILER:
            if data[at] == _PICTURE:
                frames += 1
                at = _past_blocks(data, at + 11 + _table(data[at + 9]))
            elif data[at] == _EXTENSION:
                at = _past_blocks(data, at + 2)
            else:
                at += 1
    except IndexError:
        raise BadRecord("truncated", f"the GIF ends in or after its frame {frames}") from None
    if not frames:
        raise BadRecord("corrupt", "a GIF without a frame")
    return frames


def _table(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << (flags & _TABLE_BITS) + 1 if flags & _HAS_TABLE else 0


def _past_blocks(data: bytes, at: int) -> int:
    while length := data[at]:
        at += length + 1
    return at + 1
