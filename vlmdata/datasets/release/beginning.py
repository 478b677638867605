"""The beginning of a file on a web server, for tables of which few rows are wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from vlmdata.datasets.release.part import Web, by_hand
from vlmdata.io.archive.source import as_file
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
            stop = end(as_file(_Filling(source, out)))
            out.truncate(stop)
    finally:
        source.close()


class _Filling:
    """A file on a server as far as it has been read, in ``out``; what is asked beyond that is read on."""

    block = _FIRST

    def __init__(self, source: RemoteFile, out: BinaryIO) -> None:
        self.name = source.name
        self.size = source.size
        self._source = source
        self._out = out
        self._there = 0

    def read(self, start: int, stop: int) -> bytes:
        """Bytes from ``start`` on, as many of those up to ``stop`` as there are once the first of them is there."""
        while start >= self._there and self._there < self.size:
            more = self._source.read(self._there, self._there + min(max(_FIRST, self._there), _MOST))
            self._out.seek(self._there)
            self._out.write(more)
            self._there += len(more)
        self._out.seek(start)
        return self._out.read(max(0, min(stop, self._there) - start))

    def close(self) -> None:
        """The server's file is closed by whoever opened it."""
