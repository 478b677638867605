"""Text tables as Parquet in the cache: made once, in two passes, a few thousand rows at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_rows import JsonRows, row_object
from vlmdata.io.table.delimited import Delimited, Fields, delimited
from vlmdata.io.table.inference import (
    JsonKind,
    WrittenKinds,
    common_kind,
    json_field,
    json_kind,
    json_value,
    typed,
)

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

FAULT = "__vlmdata_fault"
"""Column of what is wrong with a malformed row, as ``reason: detail``; its other columns are null."""

ROWS_PER_GROUP = 8192
_MOST_COLUMNS = 2000


def write_delimited(source: Path, kind: str, target: Path) -> None:
    """A CSV, TSV or TXT file as Parquet. Blanks are null; a column is of numbers where all of its values are.

    Raises ``InputError`` where it has no header or first row that can be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = delimited(source, kind)
    kinds = [WrittenKinds() for _ in file.names]
    strings = pa.schema([*((name, pa.string()) for name in file.names), (FAULT, pa.string())])
    with TemporaryDirectory(dir=target.parent) as folder:
        written = Path(folder, "strings.parquet")
        with _writer(written, strings) as writer:
            for batch in _string_batches(file, strings):
                for column, seen in zip(batch.columns, kinds, strict=False):
                    seen.see(column)
                writer.write_batch(batch)
        types = [*(seen.kind for seen in kinds), "string"]
        schema = pa.schema(zip(strings.names, types, strict=True))
        with pq.ParquetFile(written) as rows, _writer(target, schema) as writer:
            for batch in rows.iter_batches(ROWS_PER_GROUP):
                columns = [typed(column, to) for column, to in zip(batch.columns, types, strict=True)]
                writer.write_batch(pa.record_batch(columns, schema=schema))


def write_json(source: Path, digest: str, target: Path) -> None:
    """A JSON list or JSON Lines as Parquet. Nested values are JSON in a column of strings that says so.

    Raises ``InputError`` for what is neither, and for objects with no names in common.
    """
    import pyarrow as pa

    rows = JsonRows(source, digest)
    kinds: dict[str, JsonKind | None] = {}
    for row in _objects(rows):
        if isinstance(row, dict):
            for name, value in row.items():
                kinds[name] = common_kind(kinds.get(name), json_kind(value))
            if len(kinds) > _MOST_COLUMNS:
                raise InputError(f"{source} has more than {_MOST_COLUMNS} different fields: it is no table")
    known: dict[str, JsonKind] = {name: kind or "text" for name, kind in kinds.items()}
    schema = pa.schema([*(json_field(name, kind) for name, kind in known.items()), (FAULT, pa.string())])
    with _writer(target, schema) as writer:
        source_rows = _objects(rows)
        while chunk := list(islice(source_rows, ROWS_PER_GROUP)):
            columns = [_json_column(chunk, name, kind, schema.field(name).type) for name, kind in known.items()]
            batch = pa.record_batch([*columns, pa.array(_faults(chunk), pa.string())], schema=schema)
            writer.write_batch(batch)


def unpacked(source: Path, compression: str, target: Path) -> None:
    """``source``, which is ``gzip`` or ``zstd``, decompressed to ``target``. ``InputError`` where it is not whole."""
    import pyarrow as pa

    with pa.OSFile(str(source)) as file, target.open("wb") as out:
        try:
            with pa.CompressedInputStream(file, compression) as stream:
                shutil.copyfileobj(stream, out, 1 << 20)
        except OSError as error:
            if error.errno is not None:
                raise
            raise InputError(f"{source} is not {compression}, or is cut off ({error})") from error


def fault_of(text: str) -> BadRecord:
    """What stands in the column ``FAULT``."""
    reason, _, detail = text.partition(": ")
    return BadRecord(reason, detail)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    import pyarrow.parquet as pq

    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)


def _string_batches(file: Delimited, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    rows = file.rows()
    nothing = (None,) * len(file.names)
    while chunk := list(islice(rows, ROWS_PER_GROUP)):
        columns = zip(*(nothing if isinstance(row, BadRecord) else row for row in chunk), strict=True)
        arrays = [pa.array([value or None for value in column], pa.string()) for column in columns]
        yield pa.record_batch([*arrays, pa.array(_faults(chunk), pa.string())], schema=schema)


def _faults(rows: Iterable[Fields | dict[str, Any]]) -> list[str | None]:
    return [str(row) if isinstance(row, BadRecord) else None for row in rows]


def _objects(rows: JsonRows) -> Iterator[dict[str, Any] | BadRecord]:
    for raw in rows.between(0, rows.rows):
        try:
            yield row_object(raw)
        except BadRecord as bad:
            yield bad


def _json_column(rows: Sequence[dict[str, Any] | BadRecord], name: str, kind: JsonKind, to: pa.DataType) -> pa.Array:
    import pyarrow as pa

    values = (None if isinstance(row, BadRecord) else row.get(name) for row in rows)
    return pa.array([json_value(value, kind) for value in values], to)
