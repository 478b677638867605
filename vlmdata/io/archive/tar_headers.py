"""The headers of a tar, one by one, without holding them."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from vlmdata.errors import InputError
from vlmdata.io.archive.member import STORED, Member, safe
from vlmdata.io.archive.source import ByteSource, as_file
from vlmdata.io.paths import readable

_SPARSE = -1


def tar_headers(file: BinaryIO, errors: str = "backslashreplace") -> Iterator[tarfile.TarInfo | None]:
    """Every header; None last where the tar is damaged. ``tarfile.TarError`` or ``ValueError`` for what is no tar.

    ``errors`` says what becomes of names that are no UTF-8, as ``bytes.decode`` does.
    """
    tar = tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors=errors)  # noqa: SIM115
    try:
        while (info := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]  # it would keep every header
            yield info
    except (tarfile.TarError, ValueError):
        yield None
        return
    # tarfile takes a damaged header for the end; the true end is a block of zeros, or of the file.
    file.seek(tar.offset)
    if any(file.read(tarfile.BLOCKSIZE)):
        yield None


def tar_members(source: ByteSource) -> Iterator[Member]:
    """All members but folders, with their faults. ``InputError`` where the tar is damaged or cut off."""
    name = ""
    try:
        for info in tar_headers(as_file(source), "surrogateescape"):
            if info is None or info.offset_data + (info.size if info.isreg() else 0) > source.size:
                raise InputError(f"{source.name} is cut off or damaged after {readable(name) or 'its beginning'!r}")
            name = info.name
            if not info.isdir():
                yield _member(info)
    except (tarfile.TarError, ValueError) as error:
        raise InputError(f"{source.name} is not a tar ({source.size} bytes)") from error


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tar: its first header has the right sum, or is the end of an empty one."""
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return len(head) >= tarfile.BLOCKSIZE and not any(head[: tarfile.BLOCKSIZE])
    return True


def _member(info: tarfile.TarInfo) -> Member:
    name, fault = safe(info.name)
    if not info.isreg():
        fault = fault or "link_member"
    sparse = info.issparse()
    return Member(
        name=name,
        offset=info.offset_data,
        lead=0,
        packed=info.size if info.isreg() else 0,
        size=info.size,
        crc=None,
        method=_SPARSE if sparse else STORED,
        fault=fault or ("unsupported_compression" if sparse else None),
    )
