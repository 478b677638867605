"""Pictures in zips and tars, here or on a web server, read without unpacking them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.formats.archive_index import picture_index
from vlmdata.datasets.formats.filed import filed
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.pictures import PICTURE_SUFFIXES, identity
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.archive import (
    FIRST_PARTS,
    SUFFIXES,
    ArchiveRef,
    Content,
    First,
    Member,
    archive_ref,
    beginnings,
    contents,
    file_name,
    is_here,
    is_url,
    member_of,
    members,
    opened,
    stem,
    whole,
)
from vlmdata.io.paths import input_files, plain_part, readable
from vlmdata.io.row_index import RowIndex
from vlmdata.io.source import slug
from vlmdata.types import Image, Partition, Sample

_MOST = 0.5
"""Share of the bytes of an archive above which all of it is downloaded before it is read."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A picture of an archive, with its bytes and those of its caption, or what is wrong with them."""

    member: Member
    data: Content
    caption: Content


class Archive(RowFormat):
    """Zips and tars of pictures, one sample each, in their order; captions from ``.txt`` files beside them.

    They are not unpacked. Of a zip on a web server only what ``limit`` takes is read, as long as that is less than
    half of it; else it is downloaded first, with resume, into ``VLMDATA_HOME``. Compressed tars (gz, bz2, xz, zst)
    are kept there as plain ones. A picture in a folder has that folder as ``label`` in ``meta``, and as a tag.
    """

    format: Literal["archive"] = "archive"
    path: str = Field(
        description="zip or tar: a file, a folder, a pattern or an http(s) address; of one that was cut the first "
        "piece (x.zip.001) or the last disk (x.zip beside x.z01)"
    )
    parts: tuple[str, ...] = Field(
        default=(), description="all pieces of an archive that was cut, in order, where path does not lead to them"
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = Field(
        default=None, description="of the archive as a whole, which is downloaded for it"
    )
    files: str | None = Field(
        default=None, description="folder of files downloaded by hand, which is looked into first"
    )
    captions: Annotated[str, Field(pattern=r"^\.[a-z0-9.]+$")] | None = Field(
        default=".txt", description="suffix of the caption file beside a picture; null for none"
    )

    @property
    def title(self) -> str:
        plain = self.path if is_url(self.path) else str(plain_part(Path(self.path)))
        return slug(stem(plain if file_name(plain) not in ("", ".", "..") else str(plain_part(self.root))))

    @property
    def remote(self) -> bool:
        return any(map(is_url, (self.path, *self.parts)))

    @property
    def homepage(self) -> str | None:
        """Where it comes from, for the manifest."""
        return self.path if is_url(self.path) else None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.archives)

    @cached_property
    def archives(self) -> dict[str, ArchiveRef]:
        """The archives by name, ready to be read: here, or on a server where little of them is wanted."""
        places = self._places()
        if self.sha256 and len(places) > 1:
            raise InputError(f"sha256 is that of one archive, and {self.path} has {len(places)}")
        return {name: self._ready(place) for name, place in places.items()}

    def hashed(self, name: str) -> str:
        return self.archives[name].digest

    def partitions(self) -> Sequence[Partition]:
        partitions = super().partitions()
        if not any(partition.rows for partition in partitions):
            held = (member.name for ref in self.archives.values() for member in members(ref).between(0, 5))
            raise InputError(
                f"{self.path} has no pictures ({', '.join(PICTURE_SUFFIXES)}); "
                f"it holds {', '.join(islice(held, 5)) or 'nothing'}"
            )
        return partitions

    def rows(self, name: str) -> int:
        return self._pictures(self.archives[name]).rows

    def records(self, name: str, start: int, stop: int) -> Iterator[_Entry]:
        ref = self.archives[name]
        pairs = map(_members, self._pictures(ref).between(start, stop))
        with opened(ref) as source:
            for (member, _), (data, caption) in contents(source, pairs):
                yield _Entry(member, data, caption)

    def place(self, name: str, row: int, record: _Entry) -> Place:
        return replace(super().place(name, row, record), source=f"{readable(name)}/{record.member.name}#{row}")

    def sample_of(self, record: _Entry, place: Place) -> Sample:
        name = record.member.name
        album = Album([Image(data=_sound(record.data), source=name, id=identity(name))])
        return self.made(place, album, *filed(name, album, _sound(record.caption)))

    def _pictures(self, ref: ArchiveRef) -> RowIndex:
        return picture_index(ref, self.captions)

    def _places(self) -> dict[str, str]:
        """Where each archive begins, by its name."""
        own = self._by_hand(self.path)
        if own or is_url(self.path) or self.parts:
            return {file_name(self.path): own or self.path}
        if not self.root.exists() and self.files:
            raise InputError(f"there is no file {self.root}, and {self._missing(self.path)}")
        found = input_files(self.root, (*SUFFIXES, *FIRST_PARTS))
        return {name: str(found[name]) for name in beginnings(list(found)) or found}

    def _ready(self, place: str) -> ArchiveRef:
        parts = [self._by_hand(part) or (part if is_url(part) else str(self.located(part))) for part in self.parts]
        ref = archive_ref(place, parts, self._advice())
        if ref.remote and ref.kind == "tar" and self.limit:
            ref = replace(ref, first=First(self.limit, PICTURE_SUFFIXES))
        by_ranges = ref.remote and not (self.sha256 or is_here(ref) or self._share(ref) > _MOST)
        return ref if by_ranges else whole(ref, self.sha256)

    def _share(self, ref: ArchiveRef) -> float:
        """How much of its bytes is wanted."""
        if self.limit is None or ref.kind not in ("zip", "tar"):
            return 1.0
        rows = self._pictures(ref).between(0, self.limit)
        return sum(member.packed for row in rows for member in _members(row) if member) / ref.size

    def _by_hand(self, place: str) -> str | None:
        """The file of that name in the folder of ``files``."""
        path = self.files and self.located(self.files) / file_name(place)
        return str(path) if path and path.is_file() else None

    def _advice(self) -> str:
        if self.files:
            return f"Download it by hand: {self._missing(self.path)}"
        return f"Download {file_name(self.path)} by hand and give its folder with --files (files: in a recipe)"

    def _missing(self, place: str) -> str:
        where = f", which comes from {place}" if is_url(place) else ""
        return f"{self.located(self.files or '')} has no {file_name(place)}{where}"


def _sound(found: Content) -> bytes | None:
    if isinstance(found, BadRecord):
        raise found
    return found


def _members(row: dict[str, dict[str, object]]) -> tuple[Member, Member | None]:
    return member_of(row["picture"]), member_of(row["caption"]) if row["caption"] else None
