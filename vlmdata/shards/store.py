"""What one task writes: shards of each split in every format, and the records of what was dropped."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from vlmdata.errors import BadRecord, RunError
from vlmdata.io.atomic import PartialFile, publish
from vlmdata.shards.dropped import DroppedFile
from vlmdata.shards.formats import FormatName, shard_path, writer
from vlmdata.shards.schema import OPTIONAL_COLUMNS, sample_schema
from vlmdata.types import Record, ShardInfo, Written, record_json, record_size, to_record

if TYPE_CHECKING:
    import pyarrow as pa

_SPLIT = re.compile(r"[a-z0-9_]+")


class Shard:
    """One shard: the same samples in a file of each format, partial until ``publish``."""

    def __init__(self, root: Path, split: str, name: str, formats: Sequence[FormatName], schema: pa.Schema) -> None:
        self.split = split
        self.samples = 0
        self.bytes = 0
        self.columns: tuple[str, ...] = tuple(schema.names)
        self._files = {path: PartialFile(root / path) for path in (shard_path(one, name) for one in formats)}
        self._writers = [writer(one, file, schema) for one, file in zip(formats, self._files.values(), strict=True)]

    def write(self, record: Record, encoded: bytes) -> None:
        """Add a record and its ``record_json``."""
        for one in self._writers:
            one.write(record, encoded)
        self.samples += 1
        self.bytes += record_size(record, encoded)

    def finish(self) -> None:
        """Bring all of it to disk, still under partial names."""
        for file, one in zip(self._files.values(), self._writers, strict=True):
            if not file.closed:
                one.close()
                file.close()

    def publish(self, generation: int = 0) -> list[ShardInfo]:
        """Give the finished files their names."""
        for file in self._files.values():
            publish(file.path)
        return [
            ShardInfo(
                path=path,
                split=self.split,
                samples=self.samples,
                bytes=file.size,
                sha256=file.sha256,
                generation=generation,
            )
            for path, file in self._files.items()
        ]

    def discard(self) -> None:
        """Leave nothing of what is not published."""
        for file, one in zip(self._files.values(), self._writers, strict=True):
            file.discard()
            with suppress(Exception):
                one.close()
            file.close()


class ShardSet:
    """The shards of task number ``task``: ``SPLIT-{task:05d}``, then ``-1``, ``-2`` … where one is full.

    A shard is full at ``max_samples`` or when the next sample would lift it over ``max_bytes``; a sample larger
    than that is a shard of its own. Nothing has its final name before ``close``. Leaving the ``with`` block without
    ``close`` removes everything.
    """

    def __init__(
        self,
        root: Path,
        task: int,
        *,
        formats: Sequence[FormatName],
        columns: Collection[str],
        max_samples: int,
        max_bytes: int,
        generation: int = 0,
    ) -> None:
        self.dropped = DroppedFile(root, task)
        self._root = root
        self._task = task
        self._formats = formats
        self._schema = sample_schema(columns)
        self._absent = [column for column in OPTIONAL_COLUMNS if column not in self._schema.names]
        self._max_samples = max_samples
        self._max_bytes = max_bytes
        self._generation = generation
        self._shards: dict[str, list[Shard]] = {}
        self._closed = False

    def write(self, written: Written, split: str) -> None:
        """Add a sample to a split.

        Raises ``BadRecord`` for one that cannot be stored (see ``to_record`` and ``record_json``; ``bad_split``)
        and is as if it had not been handed in; ``StorageError`` where the disk takes no more; ``RunError`` for a
        column that nothing in the recipe declared.
        """
        if not _SPLIT.fullmatch(split):
            raise BadRecord("bad_split", f"a split is named in a-z, 0-9 and _, not {split!r}")
        record = to_record(written)
        for column in self._absent:
            if record[column]:
                raise RunError(
                    f"sample {record['key']!r} from {record['dataset']} {record['source']} has {column}, but no input "
                    "or step of the recipe declares them: add the column to its `fills`"
                )
        self.keep(record, split)

    def keep(self, record: Record, split: str) -> None:
        """Add a row as it was read from a shard with the same columns; nothing of it changes."""
        encoded = record_json(record, self._schema.names)
        self._room(split, record_size(record, encoded)).write(record, encoded)

    def close(self) -> list[ShardInfo]:
        """Publish everything; the files by split, in order. Splits without a sample have none."""
        shards = [shard for split in sorted(self._shards) for shard in self._shards[split]]
        for shard in shards:
            shard.finish()
        self.dropped.publish()
        infos = [info for shard in shards for info in shard.publish(self._generation)]
        self._closed = True
        return infos

    def abort(self) -> None:
        """Remove what is not published."""
        for shards in self._shards.values():
            for shard in shards:
                shard.discard()
        self.dropped.discard()

    def _room(self, split: str, size: int) -> Shard:
        shards = self._shards.setdefault(split, [])
        last = shards[-1] if shards else None
        if last and last.samples < self._max_samples and last.bytes + size <= self._max_bytes:
            return last
        if last:
            last.finish()
        name = f"{split}-{self._task:05d}" + (f"-{len(shards)}" if shards else "")
        shards.append(Shard(self._root, split, name, self._formats, self._schema))
        return shards[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._closed:
            self.abort()
