"""The beginning of a file on a web server, for tables of which few rows are wanted."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from vlmdata.datasets.release.part import Web, by_hand
from vlmdata.io.digest import combined
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.kept import kept_path
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.remote_file import RemoteFile, first_look
from vlmdata.io.http.transfer import Stamp, unreachable
from vlmdata.io.table.made import made_once

_FIRST, _MOST = 256 << 10, 8 << 20


def beginning(part: Web, files: Path | None, purpose: str, end: Callable[[BinaryIO], int]) -> Path | None:
    """A file of the cache with the beginning of ``part``: ``end`` reads on in it and returns where that ends.

    ``purpose`` names what ``end`` looks for. None where the file itself is here, or its server gives no ranges:
    ``brought`` is for those. ``InputError``, ``RunError``, ``StorageError``.
    """
    if by_hand(part, files) is not None:
        return None
    policy = HttpPolicy(mirrors=Mirrors.parsed())
    try:
        stamp, _ = first_look(part.url, policy)
    except FetchError as error:
        advice = f"Download {part.name} by hand and give its folder with --files"
        raise unreachable(part.url, error.failed, advice) from error
    if not stamp.ranges or kept_path(part.url, stamp).exists():
        return None
    known = combined([part.url, str(stamp.size), stamp.validator or "", purpose])
    return made_once(
        f"beginning-{known[:24]}-{part.name[-80:]}", lambda target: _copied(part.url, stamp, policy, end, target)
    )


def in_part(part: Web, files: Path | None) -> bool:
    """Whether it need not come whole: its server gives ranges of it, as far as that can be known, or it is here."""
    try:
        return by_hand(part, files) is not None or first_look(part.url, HttpPolicy(mirrors=Mirrors.parsed()))[0].ranges
    except FetchError:
        return True  # whoever asks for it will hear why


def _copied(url: str, stamp: Stamp, policy: HttpPolicy, end: Callable[[BinaryIO], int], target: Path) -> None:
    source = RemoteFile(url, stamp, policy)
    try:
        with target.open("w+b") as out:
            stop = end(cast(BinaryIO, io.BufferedReader(_Filling(source, out), _FIRST)))
            out.truncate(stop)
    finally:
        source.close()


class _Filling(io.RawIOBase):
    """A file on a server as far as it has been read, in ``out``; what is asked beyond that is read on."""

    def __init__(self, source: RemoteFile, out: BinaryIO) -> None:
        self._source = source
        self._out = out
        self._there = 0
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._source.size}[whence]
        return self._place

    def readinto(self, buffer: Any, /) -> int:
        while self._place >= self._there and self._there < self._source.size:
            more = self._source.read(self._there, self._there + min(max(_FIRST, self._there), _MOST))
            self._out.seek(self._there)
            self._out.write(more)
            self._there += len(more)
        self._out.seek(self._place)
        data = self._out.read(min(len(buffer), self._there - self._place))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
