"""The encoding of Protocol Buffers, as far as an ONNX file is read without the ``onnx`` package.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import NamedTuple

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10


class Field(NamedTuple):
    """Where a field of a message stands: from ``begin`` to ``end``. What has a length has its content from ``body``."""

    number: int
    begin: int
    body: int | None
    end: int


def fields(data: bytes | mmap.mmap, begin: int, end: int) -> Iterator[Field]:
    """Fields of the message between two bytes. ``ValueError`` or ``IndexError`` where it is none."""
    at = begin
    while at < end:
        first, body = at, None
        tag, at = _varint(data, at)
        wire = tag & 7
        if wire == _BYTES:
            size, body = _varint(data, at)
            at = body + size
        elif wire == _VARINT:
            _, at = _varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            at += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire} at byte {first}")
        if at > end:
            raise ValueError(f"field {tag >> 3} at byte {first} reaches over the end of its message")
        yield Field(tag >> 3, first, body, at)


def with_length(number: int, body: bytes) -> bytes:
    """A field that holds ``body``."""
    return _varint_of(number << 3 | _BYTES) + _varint_of(len(body)) + body


def _varint(data: bytes | mmap.mmap, at: int) -> tuple[int, int]:
    """A number and where the next byte is."""
    value = 0
    for place in range(_LONGEST_VARINT):
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError(f"a number without end at byte {at}")


def _varint_of(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
