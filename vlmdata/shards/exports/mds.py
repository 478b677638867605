"""Shards of MosaicML Streaming."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

from vlmdata.errors import BadRecord
from vlmdata.io.atomic import PartialFile, publish, write_text_atomic
from vlmdata.shards.exports.base import RowExport, is_clip
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.rows import packed
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record

_SHARD_BYTES = 1 << 26
_COLUMNS: Mapping[str, str] = {"images": "list[jpeg]", "key": "str", "record": "json"}
_CONFIG: Mapping[str, Any] = {
    "version": 2,
    "format": "mds",
    "compression": None,
    "hashes": ["sha256"],
    "size_limit": _SHARD_BYTES,
    "column_names": list(_COLUMNS),
    "column_encodings": list(_COLUMNS.values()),
    "column_sizes": [None] * len(_COLUMNS),
}
_HEAD = json.dumps(_CONFIG, sort_keys=True).encode()


class Mds(RowExport):
    """MosaicML Streaming's shards, one folder for each split.

    ``StreamingDataset(local=OUT, split="train")`` gives ``key``, ``images`` as a list of PIL images, and ``record``:
    all other columns. The pictures are the stored bytes, PNG too: Streaming opens what PIL opens. Written here and not
    by ``MDSWriter``, for Streaming 0.13 asks for transformers before 5, which asks for huggingface_hub before 1.
    Source of the form: mosaicml/streaming, ``streaming/base/format/mds/writer.py`` and ``encodings.py``.
    """

    name = "mds"
    takes_views = True

    @contextmanager
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> Iterator[_Shards]:
        shards = _Shards(out, split, given.manifest.columns, tally)
        yield shards
        shards.finish()


class _Shards:
    """Holds the samples of one shard in memory, for its offsets come first."""

    def __init__(self, out: Path, split: str, columns: Sequence[str], tally: Tally) -> None:
        self._out = out
        self._split = split
        self._columns = columns
        self._tally = tally
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._told: list[dict[str, Any]] = []

    def add(self, record: Record) -> None:
        if any(is_clip(info) for info in record["image_info"]):
            raise BadRecord("clip", "the column of pictures takes no video")
        row = packed(record, self._columns)
        sample = _sample(_pictures(row.images), row.key.encode(), row.record.encode())
        size = len(sample) + 4
        if self._waiting and len(_HEAD) + 8 + self._bytes + size > _SHARD_BYTES:
            self._flush()
        self._waiting.append(sample)
        self._bytes += size

    def finish(self) -> None:
        """Write the last shard, then the index."""
        if self._waiting:
            self._flush()
        index = json.dumps({"version": 2, "shards": self._told}, sort_keys=True)
        write_text_atomic(self._out / self._split / "index.json", index)

    def _flush(self) -> None:
        name = f"shard.{len(self._told):05d}.mds"
        path = self._out / self._split / name
        start = 4 + 4 * (len(self._waiting) + 1) + len(_HEAD)
        offsets = list(accumulate(map(len, self._waiting), initial=start))
        file = PartialFile(path)
        for part in (struct.pack(f"<{1 + len(offsets)}I", len(self._waiting), *offsets), _HEAD, *self._waiting):
            file.write(part)
        file.close()
        publish(path)
        raw = {"basename": name, "bytes": file.size, "hashes": {"sha256": file.sha256}}
        self._told.append({"samples": len(self._waiting), "raw_data": raw, "zip_data": None, **_CONFIG})
        self._tally.file(f"{self._split}/{name}", samples=len(self._waiting), bytes=file.size, sha256=file.sha256)
        self._waiting, self._bytes = [], 0


def _sample(*values: bytes) -> bytes:
    """The sizes of its columns, then their values."""
    return struct.pack(f"<{len(values)}I", *map(len, values)) + b"".join(values)


def _pictures(pictures: Sequence[bytes]) -> bytes:
    """A list as Streaming has it: room for later use, the count, the sizes, the elements."""
    return struct.pack(f"<{2 + len(pictures)}I", 0, len(pictures), *map(len, pictures)) + b"".join(pictures)
