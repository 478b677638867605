"""Rows of Parquet with all their columns, those of bytes too, a few held at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vlmdata.errors import BadRecord

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS_AT_ONCE = 16
"""Pictures are large: this many rows of them are held."""

WholeRow = dict[str, Any] | BadRecord


def whole_rows(file: pq.ParquetFile, start: int, stop: int) -> Iterator[WholeRow]:
    """Rows ``start`` to ``stop`` (exclusive), read no further than that.

    What a damaged row group loses is a ``BadRecord`` for each row: ``corrupt_row_group``; ``not_unicode`` for one.
    """
    first = 0
    for group in range(file.num_row_groups):
        last = first + file.metadata.row_group(group).num_rows
        begin, end = max(start, first) - first, min(stop, last) - first
        if begin < end:
            yield from _of_group(file, group, begin, end)
        first = last


def _of_group(file: pq.ParquetFile, group: int, begin: int, end: int) -> Iterator[WholeRow]:
    import pyarrow as pa

    place = 0
    try:
        for batch in file.iter_batches(min(_ROWS_AT_ONCE, end), row_groups=[group], use_threads=False):
            low, high = max(begin - place, 0), min(end - place, batch.num_rows)
            if low < high:
                yield from _dicts(batch.slice(low, high - low))
            place += batch.num_rows
            if place >= end:
                return
    except (pa.ArrowException, OSError):
        lost = BadRecord("corrupt_row_group", f"row group {group} cannot be read: get the file again")
        yield from (lost for _ in range(max(begin, place), end))


def _dicts(batch: pa.RecordBatch) -> list[WholeRow]:
    try:
        return list(batch.to_pylist())
    except UnicodeDecodeError:
        if batch.num_rows > 1:
            return [row for number in range(batch.num_rows) for row in _dicts(batch.slice(number, 1))]
        return [BadRecord("not_unicode", "a string of the row is not UTF-8")]
