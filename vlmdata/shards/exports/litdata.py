"""Chunks of LitData."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from vlmdata.io.atomic import write_text_atomic
from vlmdata.io.digest import sha256_file
from vlmdata.shards.exports.base import RowExport
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.rows import packed
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record

_CHUNK_BYTES = 1 << 26


class LitData(RowExport):
    """LitData's chunks, one folder for each split; needs ``vlmdata[litdata]``.

    ``StreamingDataset("OUT/train")`` gives ``key``, ``images``, ``sizes`` and ``record``: all other columns as JSON.
    LitData keeps no list of bytes: ``images`` are the pictures one behind the other, ``sizes`` how many bytes each
    has, an array of NumPy (rows of nothing but JSON would be Arrow's, which LitData does not bring). Written by
    LitData's own ``BinaryWriter``.
    """

    name = "litdata"
    takes_views = True
    needs = "litdata"

    @contextmanager
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> Iterator[_Chunks]:
        chunks = _Chunks(out / split, given.manifest.columns)
        yield chunks
        if chunks.samples:
            _finish(chunks, split, given.digest, tally)


class _Chunks:
    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        module: Any = import_module("litdata.streaming.writer")
        self.folder = folder
        self.samples = 0
        self.writer: Any = module.BinaryWriter(str(folder), chunk_bytes=_CHUNK_BYTES)
        self._columns = columns

    def add(self, record: Record) -> None:
        import numpy as np

        row = packed(record, self._columns)
        sizes = np.array([len(picture) for picture in row.images], dtype=np.int64)
        self.writer.add_item(
            self.samples, {"key": row.key, "images": b"".join(row.images), "sizes": sizes, "record": row.record}
        )
        self.samples += 1


def _finish(chunks: _Chunks, split: str, digest: str, tally: Tally) -> None:
    """The index names a time; in its place a digest of the input, by which LitData tells its caches apart just so."""
    chunks.writer.done()
    chunks.writer.merge()
    path = chunks.folder / "index.json"
    index = json.loads(path.read_bytes())
    write_text_atomic(path, json.dumps({**index, "updated_at": digest}, sort_keys=True))
    for chunk in index["chunks"]:
        file = chunks.folder / chunk["filename"]
        facts = {"samples": chunk["chunk_size"], "bytes": file.stat().st_size, "sha256": sha256_file(file)}
        tally.file(f"{split}/{file.name}", **facts)
