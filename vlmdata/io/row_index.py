"""Indexes of large inputs: Arrow files in the cache, made once, read by batches of rows after that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from vlmdata.errors import StorageError
from vlmdata.io.atomic import publishing
from vlmdata.io.cache import indexes

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]

_ROWS_PER_BATCH = 512


class RowIndex:
    """Rows of an index file, read by number."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self._batches = pa.ipc.open_file(pa.OSFile(str(path)))
        count = self._batches.num_record_batches
        self.rows: int = (count - 1) * _ROWS_PER_BATCH + self._batches.get_batch(count - 1).num_rows if count else 0

    def between(self, start: int, stop: int) -> Iterator[dict[str, Any]]:
        """Rows ``start`` to ``stop`` (exclusive) as far as there are any, in order; holds one batch of them."""
        stop = min(stop, self.rows)
        while start < stop:
            number, offset = divmod(start, _ROWS_PER_BATCH)
            batch = self._batches.get_batch(number).slice(offset, stop - start)
            yield from batch.to_pylist()
            start += batch.num_rows


def row_index(name: str, schema: pa.Schema, rows: Callable[[], Iterable[Row]]) -> RowIndex:
    """The index called ``name``, made of ``rows()`` unless the cache holds it.

    ``name`` tells kind, version of the form, and digest of what is indexed, so an index is never stale. It
    appears whole or not at all; processes that make it at the same time publish equal files. Raises
    ``StorageError`` where the cache cannot be written.
    """
    import pyarrow as pa

    path = indexes() / f"{name}.arrow"
    try:
        return RowIndex(path)
    except (OSError, pa.ArrowInvalid):
        _write(path, schema, rows())
    return RowIndex(path)


def _write(path: Path, schema: pa.Schema, rows: Iterable[Row]) -> None:
    import pyarrow as pa

    own = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        with publishing(own) as partial, pa.ipc.new_file(str(partial), schema) as writer:
            source = iter(rows)
            while batch := list(islice(source, _ROWS_PER_BATCH)):
                writer.write_batch(pa.RecordBatch.from_pylist(batch, schema))
        own.replace(path)
    except (StorageError, OSError) as error:
        raise StorageError(
            f"an index of an input cannot be made: {error}. VLMDATA_HOME sets where they are kept"
        ) from error
