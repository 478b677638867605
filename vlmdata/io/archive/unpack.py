"""One member of an archive to a file, however large it is."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from vlmdata.errors import BadRecord
from vlmdata.io.archive.index import MemberIndex
from vlmdata.io.archive.member import STORED, Member
from vlmdata.io.archive.reference import ArchiveRef, members, opened
from vlmdata.io.archive.source import ByteSource

_PIECE = 4 << 20
_LOCAL_HEADER = 30
_LARGEST = 64 << 30


def unpack_member(ref: ArchiveRef, name: str, target: Path) -> None:
    """Write the member called ``name`` to ``target``, a piece at a time, and check it.

    Where there is none, the only one that is called so in another folder is taken. A compressed tar has to be
    ``whole`` before. ``BadRecord``: ``missing_file``, with the names there are, and the reason it cannot be read.
    """
    index = members(ref)
    number = index.find(name)
    if number is None:
        number = _elsewhere(index, name)
    if number is None:
        held = ", ".join(member.name for member in index.between(0, 8)) or "nothing"
        raise BadRecord("missing_file", f"{ref.name} has no file {name!r}; it holds {held}")
    member = index[number]
    if member.fault:
        raise member.bad(member.fault)
    if member.size > _LARGEST:
        raise member.bad("bomb")
    with opened(ref) as source, target.open("wb") as out:
        crc, size = 0, 0
        for piece in _pieces(source, member):
            size += len(piece)
            if size > member.size:
                raise member.bad("bomb")
            crc = zlib.crc32(piece, crc)
            out.write(piece)
    if size < member.size:
        raise member.bad("corrupt_member")
    if member.crc is not None and crc != member.crc:
        raise member.bad("bad_crc")


def _elsewhere(index: MemberIndex, name: str) -> int | None:
    alike = f"/{name.rpartition('/')[2]}"
    listed = enumerate(index.between(0, index.rows))
    numbers = [number for number, member in listed if f"/{member.name}".endswith(alike)]
    return numbers[0] if len(numbers) == 1 else None


def _pieces(source: ByteSource, member: Member) -> Iterator[bytes]:
    start = member.offset
    if member.lead:
        header = source.read(start, start + _LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise member.bad("corrupt_member")
        start += _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = (
        source.read(place, min(place + _PIECE, start + member.packed))
        for place in range(start, start + member.packed, _PIECE)
    )
    if member.method == STORED:
        yield from packed
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for data in packed:
            while data:
                yield stream.decompress(data, _PIECE)
                data = stream.unconsumed_tail
        yield stream.flush()
    except zlib.error as error:
        raise member.bad("corrupt_member") from error
