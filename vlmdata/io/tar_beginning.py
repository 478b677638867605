"""The beginning of a tar as a tar of its own."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_END = bytes(2 * tarfile.BLOCKSIZE)
_PIECE = 1 << 20


def copy_beginning(source: io.RawIOBase, target: Path, count: int, suffixes: tuple[str, ...]) -> None:
    """Write ``source`` to ``target`` as far as ``count`` members that end in ``suffixes``, and what precedes the next.

    It is read from its first byte on, 1 MiB at a time, and no further. The copy of a damaged tar ends where that is
    damaged.
    """
    seen = 0
    with target.open("wb") as out, suppress(tarfile.TarError):
        tar = tarfile.open(fileobj=_Copied(source, out), mode="r|", bufsize=_PIECE, errors="surrogateescape")  # noqa: SIM115
        for info in tar:
            seen += info.name.lower().endswith(suffixes)
            if seen > count:
                out.truncate(info.offset)
                out.seek(info.offset)
                out.write(_END)
                return


class _Copied(io.BufferedIOBase):
    """Reads, and keeps what was read."""

    def __init__(self, source: io.RawIOBase, out: BinaryIO) -> None:
        self._source = source
        self._out = out

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._source.read(-1 if size is None else size) or b""
        self._out.write(data)
        return data
