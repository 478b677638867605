"""Records of dropped samples: who, at which step, why; a few with a thumbnail."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from vlmdata.errors import InputError
from vlmdata.io.atomic import publishing, storage_errors
from vlmdata.shards.schema import DROPPED_COLUMNS, dropped_schema
from vlmdata.types import Dropped, Sample

TEXT_CHARACTERS = 500

_IN_MEMORY = 4 << 20
_ROWS_AT_ONCE = 1000


def dropped_path(root: Path, task: int) -> Path:
    """Where records of the task are, if it dropped anything."""
    return root / "dropped" / f"train-{task:05d}.parquet"


def read_dropped(path: Path, columns: Sequence[str] = DROPPED_COLUMNS) -> Iterator[dict[str, Any]]:
    """Records of one file, some at a time. ``InputError`` where it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(256, columns=list(columns)):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read ({error}): make the data set again") from error


class DroppedFile:
    """``dropped/train-{task:05d}.parquet``, made only where something was dropped.

    Thumbnails come last, so rows wait in a nameless temporary file beside the shards until ``publish``.
    """

    def __init__(self, root: Path, task: int) -> None:
        self.path = dropped_path(root, task)
        self._root = root
        self._spool: IO[bytes] | None = None
        self._thumbnails: Mapping[int, bytes] = {}

    def write(self, dropped: Dropped) -> None:
        """Add a record. Text that is not Unicode, which may be why it was dropped, is shown with ``?``."""
        row = {
            "key": dropped.key,
            "step": dropped.step,
            "reason": dropped.drop.reason,
            "value": dropped.drop.value,
            "threshold": dropped.drop.threshold,
            "source": dropped.source,
            "text": _beginning(dropped.sample) if dropped.sample else None,
        }
        with storage_errors(self.path):
            if self._spool is None:
                self._root.mkdir(parents=True, exist_ok=True)
                self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(self._root))  # noqa: SIM115
            self._spool.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def thumbnails(self, pictures: Mapping[int, bytes]) -> None:
        """Encoded pictures for some records, by number of the record from 0."""
        self._thumbnails = pictures

    def publish(self) -> None:
        """Write the file, if there is anything to write."""
        if self._spool is None:
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = dropped_schema()
        rows = self._rows(self._spool)
        with (
            self._spool,
            publishing(self.path) as partial,
            pq.ParquetWriter(partial, schema, compression="zstd") as writer,
        ):
            while batch := list(islice(rows, _ROWS_AT_ONCE)):
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
        self._spool = None

    def discard(self) -> None:
        """Forget the records."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _rows(self, spool: IO[bytes]) -> Iterator[dict[str, object]]:
        spool.seek(0)
        for number, line in enumerate(spool):
            picture = self._thumbnails.get(number)
            yield {**json.loads(line), "thumbnail": {"bytes": picture, "path": None} if picture else None}


def _beginning(sample: Sample) -> str:
    """The first characters of what the sample says."""
    shown = ""
    for text in sample.texts():
        shown += ("\n" if shown else "") + text[:TEXT_CHARACTERS]
        if len(shown) >= TEXT_CHARACTERS:
            break
    return shown[:TEXT_CHARACTERS]
