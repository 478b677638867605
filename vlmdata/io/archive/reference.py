"""An archive by where its files are and what it holds; opened, listed, read, or brought here as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Literal

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.archive.content import content
from vlmdata.io.archive.index import MemberIndex, member_index
from vlmdata.io.archive.member import Member
from vlmdata.io.archive.parts import file_name
from vlmdata.io.archive.source import ByteSource, Joined, LocalFile
from vlmdata.io.archive.tar_headers import tar_members
from vlmdata.io.archive.zip_directory import Directory
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.remote_file import RemoteFile
from vlmdata.io.http.transfer import Stamp

Kind = Literal["zip", "tar", "gzip", "bzip2", "xz", "zstd"]

ANNOTATIONS_MAX_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class First:
    """A tar as far as ``count`` members that end in ``suffixes``, and what comes before the next of them."""

    count: int
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchiveRef:
    """An archive that has been looked at. It travels to workers, who ask nothing twice.

    Attributes:
        kind: ``zip``, ``tar``, or how a tar is compressed as a whole.
        digest: a hash of what it holds; names its indexes.
        parts: paths, or http(s) addresses, in the order of their bytes.
        stamps: of each part on a server; none for files of this machine.
        spans_disks: whether offsets in its directory count from the beginning of a part.
        first: of a tar, the beginning that is meant; what comes after it is not read.
    """

    kind: Kind
    digest: str
    parts: tuple[str, ...]
    stamps: tuple[Stamp, ...] = ()
    spans_disks: bool = False
    first: First | None = None

    @property
    def name(self) -> str:
        return file_name(self.parts[-1] if self.spans_disks else self.parts[0])

    @property
    def key(self) -> str:
        """What its indexes are named by."""
        return f"{self.digest}-{self.first.count}" if self.first else self.digest

    @property
    def remote(self) -> bool:
        return bool(self.stamps)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        if self.remote:
            return sum(stamp.size or 0 for stamp in self.stamps)
        return sum(Path(part).stat().st_size for part in self.parts)


def policy() -> HttpPolicy:
    """How archives are got: as ``HttpPolicy`` has it, with the mirrors of the environment."""
    return HttpPolicy(mirrors=Mirrors.parsed())


@contextmanager
def opened(ref: ArchiveRef) -> Iterator[Joined]:
    """All its bytes, as long as the block lasts. ``InputError`` where a file of it is gone."""
    parts: list[ByteSource] = []
    try:
        for number, part in enumerate(ref.parts):
            parts.append(RemoteFile(part, ref.stamps[number], policy()) if ref.remote else LocalFile(Path(part)))
        yield Joined(parts)
    finally:
        for source in parts:
            source.close()


def members(ref: ArchiveRef) -> MemberIndex:
    """Its members, with their faults.

    ``InputError`` where the archive is damaged or cut off. A compressed tar has to be ``whole`` before.
    """
    return member_index(ref.key, lambda: _listed(ref))


def member_bytes(ref: ArchiveRef, name: str, max_bytes: int = ANNOTATIONS_MAX_BYTES) -> bytes:
    """The bytes of one member. For many of them use ``opened``, ``members`` and ``contents``.

    ``BadRecord`` with ``missing_file`` where there is none of that name, else with the reason it cannot be read.
    """
    index = members(ref)
    number = index.find(name)
    if number is None:
        raise BadRecord("missing_file", f"no file {name!r} in {ref.name}")
    with opened(ref) as source:
        return content(source, index[number], max_bytes)


def directory(ref: ArchiveRef, source: Joined) -> Directory:
    """The directory of a zip. ``InputError`` where it is damaged."""
    return Directory(source, source.starts if ref.spans_disks else (0,))


def indexed(ref: ArchiveRef) -> ArchiveRef:
    """A zip on a server, with its directory as digest, and its members in the cache: both by one reading."""
    with opened(ref) as source, closing(directory(ref, source)) as listed:
        ref = replace(ref, digest=f"{listed.sha256}-{ref.size}")
        member_index(ref.digest, listed.members)
    return ref


def _listed(ref: ArchiveRef) -> Iterator[Member]:
    with opened(ref) as source:
        if ref.kind == "zip":
            with closing(directory(ref, source)) as listed:
                yield from listed.members()
        elif ref.kind == "tar":
            yield from _beginning(tar_members(source), ref.first) if ref.first else tar_members(source)
        else:
            raise InputError(f"{ref.name} is compressed as a whole, so it has to be unpacked before it is listed")


def _beginning(listed: Iterator[Member], first: First) -> Iterator[Member]:
    seen = 0

    def within(member: Member) -> bool:
        nonlocal seen
        seen += member.name.lower().endswith(first.suffixes)
        return seen <= first.count

    return takewhile(within, listed)
