"""What is in a folder of pictures, as an index with one row per sample."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vlmdata.datasets.fields import as_json
from vlmdata.datasets.pictures import PICTURE_SUFFIXES
from vlmdata.errors import InputError
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.json_rows import JsonRows
from vlmdata.io.paths import files_below, readable
from vlmdata.io.row_index import Row, RowIndex, row_index

METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
"""Tables of rows that name pictures of their folder (datasets, "Create an image dataset")."""

Walk = Callable[[Path], Iterable[tuple[str, list[str], list[str]]]]
"""As ``os.walk``: a folder, its folders (those taken out are not entered), its files."""

_VERSION = 1
_ROWS_AT_ONCE = 256


def folder_digest(root: Path, captions: str | None) -> str:
    """A hash of names and sizes of all pictures and captions, and of the content of metadata tables."""
    suffixes = (*PICTURE_SUFFIXES, *METADATA, *([captions] if captions else []))
    return combined(part for path in files_below(root, suffixes) for part in _described(path, root))


def folder_index(root: Path, digest: str, walk: Walk = os.walk) -> RowIndex:
    """One row per sample, folders in order, each sorted: ``name`` relative to ``root``, and ``fields`` or null.

    Where a folder has a metadata table, its rows are the samples of all that is below it: ``name`` is the
    table, ``fields`` the JSON of the row. Elsewhere each picture is a sample.
    """
    import pyarrow as pa

    schema = pa.schema([("name", pa.binary()), ("fields", pa.binary())])
    return row_index(f"folder-v{_VERSION}-{digest}", schema, lambda: _samples(root, walk))


def _described(path: Path, root: Path) -> tuple[str, str]:
    content = input_digest(path) if path.name in METADATA else str(path.stat().st_size)
    return readable(os.path.relpath(path, root)), content


def _samples(root: Path, walk: Walk) -> Iterator[Row]:
    for parent, folders, names in walk(root):
        table = next((name for name in METADATA if name in names), None)
        if table:
            folders.clear()
            path = Path(parent, table)
            yield from ({"name": os.fsencode(path.relative_to(root)), "fields": fields} for fields in _table(path))
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower().endswith(PICTURE_SUFFIXES):
                yield {"name": os.fsencode(Path(parent, name).relative_to(root)), "fields": None}


def _table(path: Path) -> Iterator[bytes]:
    """The rows of a metadata table, each as JSON."""
    if path.suffix == ".jsonl":
        rows = JsonRows(path, input_digest(path))
        return rows.between(0, rows.rows)
    return _csv(path) if path.suffix == ".csv" else _parquet(path)


def _csv(path: Path) -> Iterator[bytes]:
    # Bytes that are no UTF-8 become escapes that row_object refuses, so that they cost one row.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file, restkey="beyond the header")
        try:
            for row in reader:
                yield json.dumps(row).encode()
        except csv.Error as error:
            raise InputError(f"{path}: line {reader.line_num} is not valid CSV: {error}") from error


def _parquet(path: Path) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches(_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                yield json.dumps(as_json(row)).encode()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a Parquet file, or is damaged: {str(error)[:200]}") from error
