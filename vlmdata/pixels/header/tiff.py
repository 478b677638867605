"""How many pages a TIFF has and whether all of them are here (TIFF 6.0; BigTIFF by its version 43)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod

from vlmdata.errors import BadRecord

_KINDS = {3: "H", 4: "I", 7: "B", 16: "Q"}
_STARTS_AND_LENGTHS = ((273, 279), (324, 325))
"""Tags of strips and of tiles."""
_TILE_SIDES = (322, 323)
_DEPTHS, _COLOUR_MAP, _JPEG_TABLES = 258, 320, 347
_NEEDED = frozenset(
    {_DEPTHS, _COLOUR_MAP, _JPEG_TABLES, *_TILE_SIDES, *(tag for pair in _STARTS_AND_LENGTHS for tag in pair)}
)
_LARGEST_TILE = 1 << 26
"""In pixels. A tile is unpacked whole, however little of it the picture shows."""
_SHARED = 4
"""How often a byte may be read on average. Writers share the tags of pages now and then."""


@dataclass(slots=True)
class _File:
    """A TIFF being read. ``left`` bounds what a file of directories on top of each other can cost."""

    data: bytes
    left: int
    order: str
    is_big: bool

    def numbers(self, at: int, form: str) -> tuple[int, ...]:
        """``truncated`` where they reach over the end."""
        size = struct.calcsize("=" + form)
        if at + size > len(self.data):
            raise BadRecord("truncated", f"the TIFF ends before the tags at byte {at}")
        self.left -= size
        if self.left < 0:
            raise BadRecord("corrupt", "a TIFF whose directories lie on top of each other")
        return struct.unpack_from(self.order + form, self.data, at)

    @property
    def offset(self) -> str:
        return "Q" if self.is_big else "I"


def tiff_pages(data: bytes) -> int:
    """The number of pages.

    ``truncated`` where a directory, strip or tile reaches over the end; ``corrupt`` where there is none, or more
    would have to be read than the file holds.
    """
    is_big = 43 in data[2:4]
    file = _File(data, _SHARED * len(data), "<" if data[:2] == b"II" else ">", is_big)
    (at,) = file.numbers(8 if is_big else 4, file.offset)
    seen: set[int] = set()
    while at and at not in seen:
        seen.add(at)
        at = _page(file, at, number=len(seen))
    if not seen:
        raise BadRecord("corrupt", "a TIFF without a page")
    return len(seen)


def _page(file: _File, at: int, number: int) -> int:
    """Prove one page. Gives the place of the next directory, 0 after the last."""
    (count,) = file.numbers(at, "Q" if file.is_big else "H")
    at += 8 if file.is_big else 2
    tags: dict[int, tuple[int, ...]] = {}
    for _ in range(count):
        tag, kind, length = file.numbers(at, "HH" + file.offset)
        at += 4 + struct.calcsize("=" + file.offset)
        if tag in _NEEDED and kind in _KINDS:
            tags[tag] = _values(file, at, f"{length}{_KINDS[kind]}")
        at += struct.calcsize("=" + file.offset)
    if prod(tags.get(side, (1,))[0] for side in _TILE_SIDES) > _LARGEST_TILE:
        raise BadRecord("bomb", f"a TIFF with tiles of more than {_LARGEST_TILE} pixels")
    for starts, lengths in _STARTS_AND_LENGTHS:
        ends = map(sum, zip(tags.get(starts, ()), tags.get(lengths, ()), strict=False))
        if max(ends, default=0) > len(file.data):
            raise BadRecord("truncated", f"the TIFF ends inside its page {number}")
    (following,) = file.numbers(at, file.offset)
    return following


def _values(file: _File, at: int, form: str) -> tuple[int, ...]:
    """Of an entry whose last field stands at ``at``: they themselves if they fit in there, else their place."""
    if struct.calcsize("=" + form) > struct.calcsize("=" + file.offset):
        (at,) = file.numbers(at, file.offset)
    return file.numbers(at, form)
