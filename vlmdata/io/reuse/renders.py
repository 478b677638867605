"""Rendered pictures, in files of one task each, with an index."""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from vlmdata.io.reuse.oldest import without_oldest
from vlmdata.io.reuse.table import Table

INDEX, PACKS, SUFFIX = "index", "packs", ".pack"

_OPEN_AT_MOST = 16
_PARTS_AT_ONCE = 1024  # Linux's IOV_MAX
_PLACE = struct.Struct("<QQ8s")  # offset, length, check
_NAME_BITS = 63  # what SQLite's integers hold


class Renders:
    """Records of bytes by key, for one task, which adds a file (a pack) of its own.

    One file per picture would cost more than twice the CPU time (``docs/cleaning.md``). A process that is killed leaves
    a pack whose last records are in no index, and no other trace. Records are checked as they are read; one that fails,
    or whose pack is gone, counts as absent. Whole packs are removed, those not used longest first.
    """

    def __init__(self, folder: Path, bound: int, room: int) -> None:
        """``bound`` in bytes holds for ``folder`` from when this is closed, ``room`` for what this task adds."""
        self._index = Table(folder / INDEX)
        self._folder = folder / PACKS
        self._bound, self._room = bound, room
        self._own = 0
        self._writing: int | None = None
        self._written = 0
        self._reading: dict[int, int] = {}
        self._used: set[int] = set()

    def get(self, key: bytes) -> bytes | None:
        found = self._index.get(key)
        if found is None:
            return None
        place, pack = found
        offset, length, check = _PLACE.unpack(place)
        try:
            data = os.pread(self._opened(pack), length, offset)
        except OSError:
            return None
        if _check((data,)) != check:
            return None
        self._used.add(pack)
        return data

    def put(self, key: bytes, parts: Sequence[bytes]) -> None:
        """Keep ``parts``, joined, as far as there is room."""
        length = sum(map(len, parts))
        if length > self._room or not self._index.serves:
            return
        try:
            if self._writing is None:
                self._begin()
            assert self._writing is not None
            if _write(self._writing, parts) != length:
                raise OSError("the disk took only a part")
        except OSError:  # the offset is not sure any more
            self._room = 0
            return
        self._room -= length
        self._index.put(key, _PLACE.pack(self._written, length, _check(parts)), self._own)
        self._written += length

    def close(self) -> None:
        self._index.flush()
        for descriptor in self._reading.values():
            os.close(descriptor)
        for pack in self._used:
            with suppress(OSError):
                os.utime(self._path(pack))
        if self._writing is not None:
            os.close(self._writing)
            self._forget_oldest()
        self._index.close()

    def _begin(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._own = secrets.randbits(_NAME_BITS)
        self._writing = os.open(self._path(self._own), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)

    def _opened(self, pack: int) -> int:
        """A descriptor to read from; those of the last few packs stay open."""
        descriptor = self._reading.pop(pack, None)
        if descriptor is None:
            descriptor = os.open(self._path(pack), os.O_RDONLY)
            if len(self._reading) >= _OPEN_AT_MOST:
                os.close(self._reading.pop(next(iter(self._reading))))
        self._reading[pack] = descriptor
        return descriptor

    def _path(self, pack: int) -> Path:
        return self._folder / f"{pack:016x}{SUFFIX}"

    def _forget_oldest(self) -> None:
        gone = without_oldest(self._folder, f"*{SUFFIX}", max(0, self._bound - self._index.bytes))
        if gone:
            self._index.forget(int(path.stem, 16) for path in gone)


def _write(descriptor: int, parts: Sequence[bytes]) -> int:
    """How many bytes of ``parts`` the disk took; they are not joined first, where the kernel takes so many."""
    return os.writev(descriptor, parts if len(parts) <= _PARTS_AT_ONCE else (b"".join(parts),))


def _check(parts: Sequence[bytes]) -> bytes:
    import xxhash

    digest = xxhash.xxh3_64()
    for part in parts:
        digest.update(part)
    return digest.digest()
