"""Shards as tars in the webdataset layout: ``KEY.json`` and ``KEY.0.jpg``, ``KEY.1.png`` …"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from vlmdata.types import Record


class WebDatasetWriter:
    """Appends samples to a tar without owner or time, so that equal samples make equal bytes."""

    def __init__(self, file: RawIOBase) -> None:
        from webdataset import TarWriter

        self._writer = TarWriter(file, user="", group="", mode=0o644, mtime=0, encoder=False)

    def write(self, record: Record, encoded: bytes) -> None:
        """Add a sample: ``encoded`` is all of it but its pictures."""
        key = record["key"]
        pictures = {picture["path"].removeprefix(f"{key}."): picture["bytes"] for picture in record["images"]}
        self._writer.write({"__key__": key, "json": encoded, **pictures})

    def close(self) -> None:
        """Write the end of the archive; the file stays open."""
        self._writer.close()


def read_webdataset(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Record]:
    """Samples ``start`` to ``stop`` (exclusive; to the end by default), one in memory at a time.

    Raises ``tarfile.TarError``, ``KeyError`` or ``ValueError`` where the file is not such a shard.
    """
    with tarfile.open(path, "r:") as tar:
        for number, members in enumerate(_samples(tar)):
            if stop is not None and number >= stop:
                return
            if number >= start:
                yield _record(tar, members)


def webdataset_keys(path: Path) -> Iterator[str]:
    """Its keys, in order; pictures are passed over. Raises as ``read_webdataset``."""
    with tarfile.open(path, "r:") as tar:
        yield from (members["json"].name.removesuffix(".json") for members in _samples(tar))


def _samples(tar: tarfile.TarFile) -> Iterator[dict[str, tarfile.TarInfo]]:
    """Neighbouring members of one key, by what follows its dot."""
    current, members = None, dict[str, tarfile.TarInfo]()
    while (member := tar.next()) is not None:
        key, _, rest = member.name.partition(".")
        if key != current and members:
            yield members
            members = {}
        current = key
        members[rest] = member
        # A TarFile keeps every member it has met; forget them, as a shard may hold many.
        tar.members = []  # type: ignore[attr-defined]
    if members:
        yield members


def _record(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> Record:
    record: Record = json.loads(_read(tar, members.pop("json")))
    numbered = sorted(members.values(), key=lambda member: int(member.name.split(".")[1]))
    record["images"] = [{"bytes": _read(tar, member), "path": member.name} for member in numbered]
    return record


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is not a plain file")
    data = file.read()
    if len(data) != member.size:
        raise ValueError(f"{member.name} ends early")
    return data
