"""From a path or an address to an archive: which files it is made of, of which kind, with which digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vlmdata.errors import InputError
from vlmdata.io.archive.parts import disks, file_name, is_url, pieces
from vlmdata.io.archive.plain_tar import compression_of, unpack
from vlmdata.io.archive.reference import ArchiveRef, Kind, indexed, opened, policy
from vlmdata.io.archive.source import LocalFile
from vlmdata.io.archive.tar_headers import is_tar
from vlmdata.io.archive.zip_directory import zip_ending
from vlmdata.io.cache import archives
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.remote_file import HEAD, first_look
from vlmdata.io.http.transfer import Stamp, unreachable
from vlmdata.io.http.whole_file import Progress, download_file

_ABSENT = frozenset({"http_403", "http_404", "http_410"})  # S3 says 403 where it may not say 404
_OTHERS = {b"Rar!": "a RAR", b"7z\xbc\xaf": "a 7z"}
_CHUNK = 8 << 20


@dataclass(frozen=True, slots=True)
class _Part:
    place: str
    head: bytes
    stamp: Stamp | None


def archive_ref(place: str, parts: Sequence[str] = (), advice: str = "") -> ArchiveRef:
    """Look at the archive at a path or an http(s) address. Of a zip on a server the directory is read.

    ``place`` may be the first piece of one that was cut (``x.zip.001``, ``x.tar.gz.aa``) or the last disk of a zip
    (``x.zip`` beside ``x.z01``); the others are found. ``parts`` names them all, in order, instead. A server that
    gives no ranges is asked for the whole at once. ``InputError``, with ``advice`` on how to come by it, where there
    is none or it is no archive.
    """
    looked = [_look(one, advice) for one in parts or pieces(place, _there)]
    kind = _kind(looked, advice)
    spans = False
    if kind == "zip":
        count = _disks(looked[-1])
        if count > 1 and len(looked) == 1:
            looked = [_look(one, advice) for one in disks(place, count)]
        spans = count > 1
    if any(part.stamp for part in looked) and not all(_by_ranges(part, kind) for part in looked):
        looked = [_here(part) for part in looked]
    ref = ArchiveRef(
        kind=kind,
        digest=combined(_identity(part) for part in looked),
        parts=tuple(part.place for part in looked),
        stamps=tuple(part.stamp for part in looked if part.stamp),
        spans_disks=spans,
    )
    return indexed(ref) if ref.remote and kind == "zip" else ref


def whole(ref: ArchiveRef, sha256: str | None = None, progress: Progress | None = None) -> ArchiveRef:
    """The same archive on this machine, downloaded into the cache where it is not there yet; tars without compression.

    ``sha256`` is that of all its bytes, joined. ``InputError`` where it is another, or a tar does not unpack;
    ``RunError``, ``StorageError``.
    """
    tar = archives() / f"{combined([ref.digest, sha256 or ''])[:16]}-{ref.name}.tar"
    packed = ref.kind not in ("zip", "tar")
    if packed and tar.exists():
        return replace(ref, kind="tar", parts=(str(tar),), stamps=())
    here = ref
    if ref.remote:
        paths = (_download(part, stamp, progress) for part, stamp in zip(ref.parts, ref.stamps, strict=True))
        here = replace(ref, parts=tuple(map(str, paths)), stamps=())
    downloaded = [path for path in map(Path, here.parts) if path.is_relative_to(archives())]
    if sha256:
        _check(here, sha256, downloaded)
    if packed:
        with opened(here) as source:
            unpack(source, ref.kind, tar)
        for path in downloaded:
            path.unlink()
        here = replace(ref, kind="tar", parts=(str(tar),), stamps=())
    return here


def is_here(ref: ArchiveRef) -> bool:
    """Whether ``whole`` has nothing to download."""
    return all(_cached(part, stamp).exists() for part, stamp in zip(ref.parts, ref.stamps, strict=False))


def _there(place: str) -> bool:
    if not is_url(place):
        return Path(place).is_file()
    try:
        first_look(place, policy())
    except FetchError as error:
        if error.failed.reason in _ABSENT:
            return False
        raise unreachable(place, error.failed) from error
    return True


def _look(place: str, advice: str) -> _Part:
    if not is_url(place):
        if not Path(place).is_file():
            raise InputError(f"there is no file {place}")
        source = LocalFile(Path(place))
        try:
            return _Part(place, source.read(0, HEAD), None)
        finally:
            source.close()
    try:
        stamp, head = first_look(place, policy())
    except FetchError as error:
        raise unreachable(place, error.failed, advice) from error
    return _Part(place, head, stamp)


def _kind(parts: Sequence[_Part], advice: str) -> Kind:
    """By content, but the name says it for the last disk of a zip, which begins anywhere."""
    place, head = parts[0].place, parts[0].head
    compression: Kind | None = compression_of(head)  # type: ignore[assignment]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if compression:
        return compression
    if is_tar(head):
        return "tar"
    if head.lstrip().startswith(b"<"):
        raise InputError(f"{place} is a page of HTML, not an archive. {advice or 'Check the address'}")
    other = next((f"{what} archive: unpack it" for magic, what in _OTHERS.items() if head.startswith(magic)), None)
    if other:
        raise InputError(f"{place} is {other}, and read the folder with format imagefolder")
    if file_name(place).lower().endswith(".zip") and head:
        return "zip"
    raise InputError(f"{place} is neither a zip nor a tar" + ("" if head else ": it is empty"))


def _disks(part: _Part) -> int:
    """How many disks a zip has, by the last of them."""
    stamps = (part.stamp,) if part.stamp else ()
    if part.stamp and not part.stamp.ranges:
        part = _here(part)
        stamps = ()
    with opened(ArchiveRef("zip", "", (part.place,), stamps)) as source:
        return zip_ending(source).disk + 1


def _by_ranges(part: _Part, kind: Kind) -> bool:
    """Whether parts of it can be read, and told from those of another version."""
    return part.stamp is not None and part.stamp.ranges and (kind == "zip" or part.stamp.validator is not None)


def _here(part: _Part) -> _Part:
    return _Part(str(_download(part.place, part.stamp, None)), part.head, None) if part.stamp else part


def _identity(part: _Part) -> str:
    if part.stamp is None:
        return input_digest(Path(part.place))
    return combined([str(part.stamp.size), part.stamp.validator or ""])


def _cached(place: str, stamp: Stamp) -> Path:
    """By address and stamp, so that a file that changes on its server becomes another here."""
    known = combined([place, str(stamp.size), stamp.validator or ""])
    return archives() / f"{known[:16]}-{file_name(place)[-100:]}"


def _download(place: str, stamp: Stamp | None, progress: Progress | None) -> Path:
    assert stamp
    return download_file(place, _cached(place, stamp), size=stamp.size, policy=policy(), progress=progress)


def _check(ref: ArchiveRef, sha256: str, downloaded: Sequence[Path]) -> None:
    digest = hashlib.sha256()
    with opened(ref) as source:
        for start in range(0, source.size, _CHUNK):
            digest.update(source.read(start, start + _CHUNK))
    if digest.hexdigest() != sha256.lower():
        for path in downloaded:
            path.unlink()
        raise InputError(
            f"{ref.name} is not the file that is meant: its sha256 is {digest.hexdigest()}, not {sha256}"
            + (". It is not kept" if downloaded else "")
        )
