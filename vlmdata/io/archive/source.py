"""Bytes by place: of a file here, of one on a server, or of several as if they were one."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from vlmdata.errors import InputError


class ByteSource(Protocol):
    """``size`` bytes that can be read anywhere. ``block`` is how much is well read at once when reading on."""

    name: str
    size: int
    block: int

    def read(self, start: int, stop: int, /) -> bytes:
        """Bytes ``start`` to ``stop`` (exclusive), as far as there are any. ``InputError``, ``RunError``."""
        ...

    def close(self) -> None: ...


class LocalFile:
    """A file of this machine. ``InputError`` where it cannot be opened."""

    block = 8192

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        self.size = os.fstat(self._descriptor).st_size

    def read(self, start: int, stop: int) -> bytes:
        pieces = []
        while start < stop:
            try:
                piece = os.pread(self._descriptor, stop - start, start)
            except OSError as error:
                raise InputError(f"{self.name}: {error.strerror} at byte {start}") from error
            if not piece:
                break
            pieces.append(piece)
            start += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


class Joined:
    """Several sources one after the other, as ``cat`` would join them. ``starts`` is where each begins."""

    def __init__(self, parts: Sequence[ByteSource]) -> None:
        self.name = parts[0].name if len(parts) == 1 else f"{parts[0].name} … {parts[-1].name}"
        self.block = max(part.block for part in parts)
        ends = list(accumulate(part.size for part in parts))
        self.size = ends[-1]
        self.starts = (0, *ends[:-1])
        self._parts = parts

    def read(self, start: int, stop: int) -> bytes:
        pieces = []
        number = max(0, bisect_right(self.starts, start) - 1)
        for part, begins in zip(self._parts[number:], self.starts[number:], strict=True):
            if begins >= stop:
                break
            pieces.append(part.read(max(0, start - begins), min(part.size, stop - begins)))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        for part in self._parts:
            part.close()


class _Stream(io.RawIOBase):
    def __init__(self, source: ByteSource) -> None:
        self._source = source
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
        data = self._source.read(self._place, self._place + len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def as_file(source: ByteSource) -> io.BufferedReader:
    """A source as a seekable binary file. Closing it leaves the source open."""
    return io.BufferedReader(_Stream(source), source.block)
