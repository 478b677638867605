"""Rows of Parquet by number, a few held at a time, as plain values fit for JSON."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vlmdata.errors import BadRecord
from vlmdata.io.table.convert import FAULT, ROWS_PER_GROUP, fault_of
from vlmdata.io.table.inference import NESTED
from vlmdata.io.table.made import made_once

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    import pyarrow.parquet as pq

    Numbers = npt.NDArray[np.int64]

_ROWS_AT_ONCE = 1024
_DEEP = 1 << 17
_READ_AGAIN = 8
_VERSION = 1


class Row(NamedTuple):
    """Number of a row in its file, and its values by column, or why there are none."""

    number: int
    values: dict[str, Any] | BadRecord


def table_rows(
    file: pq.ParquetFile, digest: str, chosen: Sequence[int] | Numbers, start: int, stop: int
) -> Iterator[Row]:
    """Rows ``chosen[start:stop]`` (ascending numbers) of a file whose content ``digest`` names.

    Columns of bytes are not read. Dates and times are text. What a damaged row group loses is a ``BadRecord`` for
    each row: ``corrupt_row_group``, and ``not_unicode``, ``bad_row`` for single ones.
    """
    import numpy as np

    names = [field.name for field in file.schema_arrow if not _holds_bytes(field.type)]
    first = 0
    for group in range(file.num_row_groups):
        last = first + file.metadata.row_group(group).num_rows
        low, high = bisect_left(chosen, first, start, stop), bisect_left(chosen, last, start, stop)
        if low < high:
            wanted = np.asarray(chosen[low:high]) - first
            of_group = bisect_left(chosen, last) - bisect_left(chosen, first)
            if wanted[0] >= _DEEP and of_group >= _READ_AGAIN * len(wanted):
                rows = _from_copy(file, digest, group, names, wanted)
            else:
                rows = _of_group(file, group, names, wanted)
            yield from (Row(first + number, values) for number, values in rows)
        first = last


def _from_copy(file: pq.ParquetFile, digest: str, group: int, names: list[str], wanted: Numbers) -> Iterator[Row]:
    """Rows of a row group so large that each task would read half of it for nothing: from a copy in small ones."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        path = made_once(f"group-v{_VERSION}-{digest}-{group}.parquet", partial(_cut, file, group, names))
    except (pa.ArrowException, OSError):
        yield from _of_group(file, group, names, wanted)
        return
    with pq.ParquetFile(path) as copy:
        yield from table_rows(copy, "", wanted, 0, len(wanted))


def _cut(file: pq.ParquetFile, group: int, names: list[str], target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([file.schema_arrow.field(name) for name in names])
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=1) as writer:
        for batch in file.iter_batches(ROWS_PER_GROUP, row_groups=[group], columns=names, use_threads=False):
            writer.write_batch(batch)


def _of_group(file: pq.ParquetFile, group: int, names: list[str], wanted: Numbers) -> Iterator[Row]:
    """The ``wanted`` rows of one row group, numbered within it."""
    import numpy as np
    import pyarrow as pa

    place = done = 0
    try:
        for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=names, use_threads=False):
            upto = int(np.searchsorted(wanted, place + batch.num_rows))
            if upto > done:
                taken = batch.take(pa.array(wanted[done:upto] - place))
                for number, values in zip(wanted[done:upto], _values(taken), strict=True):
                    yield Row(int(number), values)
            place, done = place + batch.num_rows, upto
            if done == len(wanted):
                return
    except (pa.ArrowException, OSError):
        lost = BadRecord("corrupt_row_group", f"row group {group} cannot be read: get the file again")
        yield from (Row(int(number), lost) for number in wanted[done:])


def _values(batch: pa.RecordBatch) -> list[dict[str, Any] | BadRecord]:
    nested = [field.name for field in batch.schema if (field.metadata or {}).items() >= NESTED.items()]
    found: list[dict[str, Any] | BadRecord] = []
    for row in _plain(batch):
        if isinstance(row, BadRecord):
            found.append(row)
            continue
        fault = row.pop(FAULT, None)
        for name in nested:
            row[name] = None if row[name] is None else json.loads(row[name])
        found.append(fault_of(fault) if fault else row)
    return found


def _plain(batch: pa.RecordBatch) -> list[dict[str, Any] | BadRecord]:
    import pyarrow as pa

    try:
        return list(_timeless(batch).to_pylist())
    except (ValueError, OverflowError, pa.ArrowException) as error:
        if batch.num_rows > 1:
            return [row for number in range(batch.num_rows) for row in _plain(batch.slice(number, 1))]
        if isinstance(error, UnicodeDecodeError):
            return [BadRecord("not_unicode", "a string of the row is not UTF-8")]
        return [BadRecord("bad_row", f"a value of the row has no meaning ({error})")]


def _timeless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """With dates and times as text: Python's own reach neither nanoseconds nor all years."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [
        pc.cast(column, pa.int64() if pa.types.is_duration(column.type) else pa.string())
        if pa.types.is_temporal(column.type) and not pa.types.is_interval(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _holds_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return _holds_bytes(kind.storage_type)
    if kind.num_fields:
        return any(_holds_bytes(kind.field(number).type) for number in range(kind.num_fields))
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(binary or pa.types.is_binary_view(kind))
