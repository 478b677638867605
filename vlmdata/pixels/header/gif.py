"""How many frames a GIF has and how long each is shown, by a walk over its blocks (GIF89a specification)."""

from __future__ import annotations

from vlmdata.errors import BadRecord

_PICTURE, _EXTENSION, _CONTROL, _TRAILER = 0x2C, 0x21, 0xF9, 0x3B
_HAS_TABLE, _TABLE_BITS = 0x80, 0x07
_SHORTEST, _USUAL = 2, 10
"""Delays under the first mean the second, to browsers and to FFmpeg (``libavformat/gifdec.c``)."""


def gif_frames(data: bytes) -> int:
    """``truncated`` where the data ends before the trailer, ``corrupt`` without a frame."""
    return len(gif_delays(data))


def gif_delays(data: bytes) -> list[int]:
    """For how many hundredths of a second each frame is shown. ``BadRecord`` as ``gif_frames``.

    Bytes between blocks that mean nothing are passed over, as readers do.
    """
    delays = []
    delay = 0
    try:
        at = 13 + _table(data[10])
        while data[at] != _TRAILER:
            if data[at] == _PICTURE:
                delays.append(delay if delay >= _SHORTEST else _USUAL)
                delay = 0
                at = _past_blocks(data, at + 11 + _table(data[at + 9]))
            elif data[at] == _EXTENSION:
                if data[at + 1] == _CONTROL:
                    delay = int.from_bytes(data[at + 4 : at + 6], "little")
                at = _past_blocks(data, at + 2)
            else:
                at += 1
    except IndexError:
        raise BadRecord("truncated", f"the GIF ends in or after its frame {len(delays)}") from None
    if not delays:
        raise BadRecord("corrupt", "a GIF without a frame")
    return delays


def _table(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << (flags & _TABLE_BITS) + 1 if flags & _HAS_TABLE else 0


def _past_blocks(data: bytes, at: int) -> int:
    while length := data[at]:
        at += length + 1
    return at + 1
