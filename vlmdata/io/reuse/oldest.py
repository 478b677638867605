"""Files of a store by when they were last used, which is their time of modification."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class File(NamedTuple):
    """``used`` in nanoseconds since 1970, ``size`` in bytes."""

    used: int
    size: int
    path: Path


def files_of(folder: Path, pattern: str = "**/*") -> Iterator[File]:
    """Plain files below ``folder``. Those that another process removes meanwhile may be left out."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            if path.is_file() and not path.is_symlink():
                told = path.stat()
                yield File(told.st_mtime_ns, told.st_size, path)


def size_of(folder: Path) -> int:
    """Bytes of all files below it."""
    return sum(file.size for file in files_of(folder))


def without_oldest(folder: Path, pattern: str, bound: int) -> list[Path]:
    """Where files of this pattern take more than ``bound`` bytes, remove the oldest until a tenth of it is free.

    Those that were removed.
    """
    files = sorted(files_of(folder, pattern))
    used = sum(file.size for file in files)
    gone = []
    if used > bound:
        for file in files:
            if used <= bound - bound // 10:
                break
            with suppress(OSError):
                file.path.unlink()
            gone.append(file.path)
            used -= file.size
    return gone
