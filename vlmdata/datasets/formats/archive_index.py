"""The pictures of an archive, each with the text beside it, as an index with one row per sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from vlmdata.datasets.pictures import PICTURE_SUFFIXES
from vlmdata.io.archive import ArchiveRef, Member, MemberIndex, member_type, members, row_of
from vlmdata.io.row_index import Row, RowIndex, row_index

_VERSION = 1


def picture_index(ref: ArchiveRef, captions: str | None) -> RowIndex:
    """One row per picture in the order of the archive: ``picture`` and ``caption`` (or null), as members.

    Hidden files are left out. ``captions`` is the suffix of texts.
    """
    import pyarrow as pa

    schema = pa.schema([("picture", member_type()), ("caption", member_type())])
    return row_index(f"pictures-v{_VERSION}-{ref.key}{captions or ''}", schema, lambda: _pictures(ref, captions))


def _pictures(ref: ArchiveRef, captions: str | None) -> Iterator[Row]:
    index = members(ref)
    for number, member in enumerate(index.between(0, index.rows)):
        if not is_picture(member):
            continue
        if not member.fault and not index.is_last(number, member.name):
            member = replace(member, fault="duplicate_member")
        caption = _caption(index, member, captions) if captions and not member.fault else None
        yield {"picture": row_of(member), "caption": caption and row_of(caption)}


def is_picture(member: Member) -> bool:
    hidden = member.fault != "unsafe_name" and any(part.startswith(".") for part in member.name.split("/"))
    return member.name.lower().endswith(PICTURE_SUFFIXES) and not hidden


def _caption(index: MemberIndex, picture: Member, suffix: str) -> Member | None:
    number = index.find(str(PurePosixPath(picture.name).with_suffix(suffix)))
    return None if number is None else index[number]
