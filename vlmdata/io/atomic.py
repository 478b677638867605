"""Files that appear whole or not at all: written beside, flushed to disk, renamed."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from vlmdata.errors import StorageError

PARTIAL = ".partial"

_REFUSALS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than the file system or a limit of this process allows",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "the file system is read-only",
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` that says the disk does not take ``path`` into ``StorageError``; leave others."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise StorageError(
            f"cannot write {path}: {_REFUSALS[error.errno]}. Mend it (free space, permissions, another --out) and "
            "run the same command again: finished shards are kept"
        ) from error


def partial_of(path: Path) -> Path:
    """Where ``path`` is written before it is whole."""
    return path.with_name(path.name + PARTIAL)


def sync(path: Path) -> None:
    """Bring a file, or the list of names in a folder, safely to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(path: Path) -> None:
    """Give the whole and synced partial file of ``path`` its name."""
    with storage_errors(path):
        partial_of(path).replace(path)
        sync(path.parent)


@contextmanager
def publishing(path: Path) -> Iterator[Path]:
    """The place to write to; published as ``path`` when the block ends, removed when it raises.

    Makes the folder. Raises ``StorageError`` as ``storage_errors`` does.
    """
    partial = partial_of(path)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            sync(partial)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        publish(path)


def write_text_atomic(path: Path, text: str) -> None:
    """``text`` as UTF-8 with the line ends it has."""
    with publishing(path) as partial:
        partial.write_bytes(text.encode())


def write_json_atomic(path: Path, data: Any) -> None:
    """JSON with sorted keys, readable, a newline at its end."""
    write_text_atomic(path, json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n")


class PartialFile(io.RawIOBase):
    """The partial file of ``path``, open for writing front to back; knows its size and SHA-256.

    ``close`` syncs; then ``publish(path)``. ``discard`` removes it, and what a library still writes is ignored.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._digest = hashlib.sha256()
        self._discarded = True
        self._file: IO[bytes] = io.BytesIO()  # what the destructor closes where opening fails
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = partial_of(path).open("wb")
        self._discarded = False

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        if not self._discarded:
            with storage_errors(self.path):
                self._file.write(view)
            self._digest.update(view)
        self.size += view.nbytes
        return view.nbytes

    def flush(self) -> None:
        if not self._file.closed:
            with storage_errors(self.path):
                self._file.flush()

    def close(self) -> None:
        if self.closed:
            return
        try:
            if not self._discarded:
                self.flush()
                with storage_errors(self.path):
                    os.fsync(self._file.fileno())
        finally:
            self._file.close()
            super().close()

    def discard(self) -> None:
        """Remove the partial file, open or closed."""
        self._discarded = True
        with suppress(OSError):  # closing writes what is buffered, and the disk may be full
            self._file.close()
        partial_of(self.path).unlink(missing_ok=True)
