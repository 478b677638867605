"""The directory of a zip, read as a stream (PKWARE, APPNOTE.TXT 6.3.10).

``zipfile`` holds every member in memory (0.6 GB for a million) and refuses zips of several disks (``.z01``,
``.z02`` …, ``.zip``). Published sets have both, so the directory goes by once, to an index.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from tempfile import SpooledTemporaryFile
from typing import IO

from vlmdata.errors import InputError
from vlmdata.io.archive.member import DEFLATED, STORED, Member, safe
from vlmdata.io.archive.source import ByteSource

_END = Struct("<4s4H2LH")
_END64_PLACE = Struct("<4sLQL")
_END64 = Struct("<4sQ2H2L4Q")
_ENTRY = Struct("<4s6H3L5H2L")
_LOCAL_HEADER = 30
_LONGEST_COMMENT = 0xFFFF
_CHUNK = 4 << 20
_IN_MEMORY = 8 << 20
_UNIX, _DARWIN = 3, 19


@dataclass(frozen=True, slots=True)
class Ending:
    """What stands at the end of a zip: ``disk`` is its own number, so one less than there are disks.

    ``start`` counts from the beginning of disk ``start_disk``; ``stop`` is the first byte that is not directory
    any more, in all parts joined.
    """

    disk: int
    start_disk: int
    start: int
    size: int
    stop: int


def zip_ending(source: ByteSource) -> Ending:
    """Find the end of the directory. ``InputError`` where there is none."""
    tail_start = max(0, source.size - _END.size - _LONGEST_COMMENT - _END64_PLACE.size - _END64.size)
    tail = source.read(tail_start, source.size)
    place = _end_place(tail)
    if place < 0:
        raise InputError(f"{source.name} is no zip, or is cut off: it has no directory at its end{_looks(source)}")
    _, disk, start_disk, _, _, size, start, _ = _END.unpack_from(tail, place)
    stop = tail_start + place
    if place >= _END64_PLACE.size:
        signature, _, offset, disks = _END64_PLACE.unpack_from(tail, place - _END64_PLACE.size)
        if signature == b"PK\x06\x07":
            return _ending64(source, stop - _END64_PLACE.size, offset, disks)
    return Ending(disk, start_disk, start, size, stop)


class Directory:
    """The directory of a zip, fetched once: ``sha256`` of its bytes, and its members in its order.

    ``starts``: where each disk begins in ``source``; (0,) for a zip in one file, or cut without regard to zip.
    """

    def __init__(self, source: ByteSource, starts: Sequence[int] = (0,)) -> None:
        ending = zip_ending(source)
        if ending.disk + 1 != len(starts):
            raise InputError(f"{source.name} is the last of {ending.disk + 1} disks, and {len(starts)} are there")
        start = starts[min(ending.start_disk, ending.disk)] + ending.start
        self._shift = 0
        if len(starts) == 1 and source.read(start, start + 4) != b"PK\x01\x02":
            self._shift = ending.stop - ending.size - start  # something stands before the zip, as in self-extractors
        start += self._shift
        if start < 0 or start + ending.size > ending.stop:
            raise InputError(f"{source.name} is cut off or damaged: its directory is not where it should be")
        self._source, self._starts, self._size = source, starts, ending.size
        digest = hashlib.sha256()
        self._spool: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        for place in range(start, start + ending.size, _CHUNK):
            data = source.read(place, min(place + _CHUNK, start + ending.size))
            digest.update(data)
            self._spool.write(data)
        self.sha256 = digest.hexdigest()

    def members(self) -> Iterator[Member]:
        """All files, with their faults. ``InputError`` where the directory is damaged or its members overlap."""
        self._spool.seek(0)
        packed = 0
        while self._spool.tell() < self._size:
            head = self._spool.read(_ENTRY.size)
            if len(head) < _ENTRY.size or not head.startswith(b"PK\x01\x02"):
                raise InputError(f"{self._source.name}: the directory is damaged at byte {self._spool.tell()} of it")
            fields = _ENTRY.unpack(head)
            name, extra = self._spool.read(fields[10]), self._spool.read(fields[11])
            self._spool.seek(fields[12], 1)
            member = self._member(fields, name, extra)
            packed += member.packed
            if packed > self._source.size:
                raise InputError(f"{self._source.name}: its members overlap, as in a zip bomb")
            if not member.name.endswith("/"):
                yield member

    def close(self) -> None:
        self._spool.close()

    def _member(self, fields: tuple[int, ...], raw: bytes, extra: bytes) -> Member:
        _, made, _, flags, method, _, _, crc, packed, size, _, _, _, disk, _, attributes, offset = fields
        size, packed, offset, disk = _in64(extra, size, packed, offset, disk)
        start = self._starts[disk] if disk < len(self._starts) else self._source.size
        name, unsafe = safe(raw.decode("utf-8" if flags & 0x800 else "cp437", "surrogateescape"))
        return Member(
            name=name,
            offset=min(start + offset + self._shift, self._source.size),
            lead=_LOCAL_HEADER + len(raw),
            packed=packed,
            size=size,
            crc=crc,
            method=method,
            fault=unsafe or _fault(made >> 8, attributes >> 16, flags, method),
        )


def _end_place(tail: bytes) -> int:
    """Where the end record begins: the last whose comment reaches to the end of the file, else the last of all."""
    last = place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if place + _END.size <= len(tail) == place + _END.size + _END.unpack_from(tail, place)[-1]:
            return place
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return last if last + _END.size <= len(tail) else -1


def _ending64(source: ByteSource, locator: int, offset: int, disks: int) -> Ending:
    """By the zip64 record: where its place is told for one disk, else right before its locator."""
    for place in (offset, locator - _END64.size):
        record = source.read(place, place + _END64.size) if place >= 0 else b""
        if len(record) == _END64.size and record.startswith(b"PK\x06\x06"):
            _, _, _, _, disk, start_disk, _, _, size, start = _END64.unpack(record)
            return Ending(disk, start_disk, start, size, place)
    raise InputError(f"{source.name} is cut off or damaged: the end of its directory (zip64, {disks} disks) is missing")


def _in64(extra: bytes, size: int, packed: int, offset: int, disk: int) -> tuple[int, int, int, int]:
    """With what the zip64 extra field says in place of values too large for 32 bits (APPNOTE 4.5.3)."""
    while len(extra) >= 4:
        kind, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == 1:
            values = []
            for value, width, full in ((size, 8, 2**32), (packed, 8, 2**32), (offset, 8, 2**32), (disk, 4, 2**16)):
                if value == full - 1 and len(body) >= width:
                    value, body = int.from_bytes(body[:width], "little"), body[width:]
                values.append(value)
            return values[0], values[1], values[2], values[3]
    return size, packed, offset, disk


def _fault(system: int, mode: int, flags: int, method: int) -> str | None:
    if system in (_UNIX, _DARWIN) and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "link_member"
    if flags & 1:
        return "encrypted_member"
    return None if method in (STORED, DEFLATED) else "unsupported_compression"


def _looks(source: ByteSource) -> str:
    return "; it begins like a page of HTML" if source.read(0, 512).lstrip()[:1] == b"<" else ""
