"""A part of a release as a file of this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath

from vlmdata.datasets.release.part import ByHand, OnHub, Part, by_hand, label
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.archive import ArchiveRef, archive_ref, whole
from vlmdata.io.archive.unpack import unpack_member
from vlmdata.io.digest import combined
from vlmdata.io.http.kept import kept
from vlmdata.io.hub import downloaded
from vlmdata.io.table.made import made_once


def brought(part: Part, files: Path | None) -> Path:
    """The file itself: found in ``files``, the folder of what was got by hand, else in the cache, else downloaded.

    Of a zip only the member is read, wherever it is. ``InputError`` that says how to come by it where it is not to
    be had, ``RunError``, ``StorageError``.
    """
    here = by_hand(part, files)
    if here and not here[1]:
        return here[0]
    if part.member is None:
        return _got(part, files)
    ref = opened_archive(part, files)
    return made_once(
        f"part-{combined([ref.key, part.member])[:24]}-{PurePosixPath(part.member).name[-80:]}",
        partial(_unpacked, ref, part.member),
    )


def opened_archive(part: Part, files: Path | None, sparse: bool = True) -> ArchiveRef:
    """The archive a part is (or is in), to be read by ranges where ``sparse`` and possible, else brought here whole.

    ``InputError`` as ``brought``.
    """
    here = by_hand(part, files)
    place = str(here[0]) if here else part.address
    if place is None:
        raise missing(part, files)
    if isinstance(part, OnHub) and not here and not sparse:
        place = str(downloaded(part.repo, part.file))
    ref = archive_ref(place, advice=f"Download {part.name} by hand and give its folder with --files")
    return ref if ref.kind == "zip" and sparse else whole(ref)


def missing(part: Part, files: Path | None) -> InputError:
    """The answer where a part that no program can get is not there."""
    how = part.how if isinstance(part, ByHand) else f"it comes from {part.address}"
    where = f"{files} has no {label(part)}" if files else f"{label(part)} has to be got by hand"
    return InputError(f"{where}: {how}. Give the folder it is in with --files DIR (files: in a recipe)")


def _got(part: Part, files: Path | None) -> Path:
    here = by_hand(part, files)
    if here:
        return here[0]
    if isinstance(part, OnHub):
        return downloaded(part.repo, part.file)
    if isinstance(part, ByHand):
        raise missing(part, files)
    return kept(part.url, f"Download {part.name} by hand and give its folder with --files")


def _unpacked(ref: ArchiveRef, member: str, target: Path) -> None:
    try:
        unpack_member(ref, member, target)
    except BadRecord as bad:
        raise InputError(f"{ref.name}: {member} cannot be read ({bad}). Get the archive again") from bad
