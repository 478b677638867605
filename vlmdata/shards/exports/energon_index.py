"""Where each sample and each of its parts stands in the tars, as Megatron-Energon looks it up."""

from __future__ import annotations

import sqlite3
import struct
import tarfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from vlmdata.errors import InputError

_TABLES = """
CREATE TABLE samples (
    tar_file_id INTEGER NOT NULL, sample_key TEXT NOT NULL UNIQUE, sample_index INTEGER NOT NULL,
    byte_offset INTEGER, byte_size INTEGER
);
CREATE TABLE sample_parts (
    tar_file_id INTEGER, sample_index INTEGER, part_name TEXT, content_byte_offset INTEGER, content_byte_size INTEGER
);
"""
_INDEXES = """
CREATE INDEX idx_samples_by_tar_and_idx ON samples (tar_file_id, sample_index);
CREATE INDEX idx_sample_parts_seq ON sample_parts (tar_file_id, sample_index, content_byte_offset);
CREATE INDEX idx_sample_parts_full
    ON sample_parts (tar_file_id, sample_index, part_name, content_byte_offset, content_byte_size);
"""


class EnergonIndex:
    """``index.sqlite`` over all tars, and ``NAME.tar.idx`` beside each: the offsets of its samples and of their end.

    Source of the tables: NVIDIA/Megatron-Energon, ``flavors/webdataset/indexing.py`` and ``itar.py``.
    """

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.executescript(_TABLES)
        self._tars = 0

    def add(self, tar: Path) -> int:
        """Index the next tar; how many samples it has. ``InputError`` where it is none, or a key is there twice."""
        offsets: list[int] = []
        try:
            with tarfile.open(tar, "r:") as file:
                for key, group in groupby(_members(file), key=_key):
                    members = list(group)
                    self._add_sample(key, len(offsets), members)
                    offsets.append(members[0].offset)
                offsets.append(file.offset)
        except (OSError, tarfile.TarError, sqlite3.IntegrityError) as error:
            raise InputError(f"{tar.name} cannot be indexed ({type(error).__name__}: {error})") from error
        tar.with_suffix(".tar.idx").write_bytes(struct.pack(f"<{len(offsets)}Q", *offsets))
        self._tars += 1
        return len(offsets) - 1

    def close(self) -> None:
        self._base.executescript(_INDEXES)
        self._base.commit()
        self._base.close()

    def _add_sample(self, key: str, number: int, members: list[tarfile.TarInfo]) -> None:
        start, last = members[0].offset, members[-1]
        stop = last.offset_data + -(-last.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        self._base.execute("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", (self._tars, key, number, start, stop - start))
        self._base.executemany(
            "INSERT INTO sample_parts VALUES (?, ?, ?, ?, ?)",
            ((self._tars, number, one.name.partition(".")[2], one.offset_data, one.size) for one in members),
        )


def _key(member: tarfile.TarInfo) -> str:
    return member.name.partition(".")[0]


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        yield member
        tar.members = []  # type: ignore[attr-defined]  # it keeps every member it has met
