"""The bytes of members: neighbours by one read, each unpacked within bounds and checked."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from vlmdata.errors import BadRecord
from vlmdata.io.archive.member import STORED, Member
from vlmdata.io.archive.source import ByteSource

MAX_BYTES = 256 << 20
"""Largest picture that is unpacked."""

_SMALL = 16 << 20
_RATIO = 200
_LOCAL_HEADER = 30
_EXTRA = 128  # more than the extra fields that zip tools write into a local header
_GAP = 256 << 10
_READ = 8 << 20

_MEMBERS = 512

Content = bytes | BadRecord | None
Group = TypeVar("Group", bound=Sequence[Member | None])


def contents(
    source: ByteSource, groups: Iterable[Group], max_bytes: int = MAX_BYTES
) -> Iterator[tuple[Group, list[Content]]]:
    """Each group of members beside their bytes; ``BadRecord`` for a bad one, None for None.

    Members near each other are read at once, at most 8 MiB (or one member) at a time, for a hundred thousand
    single requests to a server are slow.
    """
    for window in _windows(groups):
        wanted = (member for group in window for member in group)
        near = _Near(source, [member for member in wanted if member and not _refusal(member, max_bytes)])
        for group in window:
            yield group, [None if member is None else _content(near, member, max_bytes) for member in group]


def content(source: ByteSource, member: Member, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of one member. ``BadRecord`` with the reason it has none."""
    ((_, (found,)),) = contents(source, [(member,)], max_bytes)
    if not isinstance(found, bytes):
        raise found or member.bad()
    return found


def _windows(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Groups in a row that together have at most so many packed bytes, one at least."""
    window: list[Group] = []
    held = 0
    for group in groups:
        size = sum(member.packed for member in group if member)
        if window and (held + size > _READ or len(window) == _MEMBERS):
            yield window
            window, held = [], 0
        window.append(group)
        held += size
    if window:
        yield window


class _Near:
    """The bytes around some members, read in as few pieces as their places allow, each when it is first needed."""

    def __init__(self, source: ByteSource, members: Sequence[Member]) -> None:
        self._source = source
        self._bounds: list[tuple[int, int]] = []
        for start, stop in sorted(map(_span, members)):
            if self._bounds:
                first, last = self._bounds[-1]
                if start - last <= _GAP and stop - first <= _READ:
                    self._bounds[-1] = first, max(last, stop)
                    continue
            self._bounds.append((start, stop))
        self._starts = [start for start, _ in self._bounds]
        self._read: dict[int, bytes] = {}

    def bytes_at(self, start: int, stop: int) -> bytes:
        number = bisect_right(self._starts, start) - 1
        first, last = self._bounds[number]
        if stop > last:  # a local header longer than any usual one
            return self._source.read(start, stop)
        if number not in self._read:
            self._read[number] = self._source.read(first, last)
        return self._read[number][start - first : stop - first]


def _span(member: Member) -> tuple[int, int]:
    return member.offset, member.offset + member.lead + (_EXTRA if member.lead else 0) + member.packed


def _refusal(member: Member, max_bytes: int) -> str | None:
    """The reason a member is not even read."""
    if member.fault:
        return member.fault
    if member.size > max_bytes or (member.size > _SMALL and member.size > _RATIO * member.packed):
        return "bomb"
    # What does not compress takes five bytes more for every 16 KiB (RFC 1951 3.2.4); not more, so reads are bounded.
    return "corrupt_member" if member.packed > member.size + member.size // 1024 + 1024 else None


def _content(near: _Near, member: Member, max_bytes: int) -> bytes | BadRecord:
    if refusal := _refusal(member, max_bytes):
        return member.bad(refusal)
    start = member.offset
    if member.lead:
        header = near.bytes_at(start, start + _LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            return member.bad("corrupt_member")
        start += _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = near.bytes_at(start, start + member.packed)
    data = packed if member.method == STORED else _inflated(packed, member.size)
    if data is None or len(packed) < member.packed or len(data) < member.size:
        return member.bad("corrupt_member")
    if len(data) > member.size:
        return member.bad("bomb")
    if member.crc is not None and zlib.crc32(data) != member.crc:
        return member.bad("bad_crc")
    return data


def _inflated(packed: bytes, size: int) -> bytes | None:
    """At most one byte more than ``size``; None where it does not inflate."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(packed, size + 1)
    except zlib.error:
        return None
    return data if stream.eof or len(data) > size else None
