"""Shards as Parquet: pictures as they are, everything else compressed; read and written in small pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.shards.schema import TOLD_COLUMNS
from vlmdata.types import Record, record_size

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

GROUP_ROWS = 100
GROUP_BYTES = 64 << 20
"""Half of what SCHEMA allows, for a group is held in memory until it is written."""

_WRITE_VALUES = 8
"""How often the size of a page is looked at. By default only every 1024 values, so that a group's pictures would
be one page, which is read whole or not at all."""

_READ_ROWS = 8
_READ_BYTES = 1 << 20


class ParquetWriter:
    """Appends rows to a file, in row groups of at most ``GROUP_ROWS`` rows and ``GROUP_BYTES``.

    A row that is larger alone is a group of its own.
    """

    def __init__(self, file: RawIOBase, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        leaves = [leaf for field in schema for leaf in _leaves(field.name, field.type)]
        small = [leaf for leaf in leaves if not leaf.endswith(".bytes")]
        self._schema = schema
        self._rows: list[Record] = []
        self._held = 0
        self._writer = pq.ParquetWriter(
            file,
            schema,
            compression={leaf: "zstd" if leaf in small else "none" for leaf in leaves},
            use_dictionary=small,
            write_statistics=small,
            write_batch_size=_WRITE_VALUES,
        )

    def write(self, record: Record, encoded: bytes) -> None:
        """Add a row. ``encoded`` is its JSON, which stands here for its size."""
        size = record_size(record, encoded)
        if self._rows and (len(self._rows) == GROUP_ROWS or self._held + size > GROUP_BYTES):
            self._write_group()
        self._rows.append(record)
        self._held += size

    def close(self) -> None:
        """Write what is left and the footer; the file stays open."""
        if self._rows:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        import pyarrow as pa

        place = self._schema.get_field_index("images")
        small = pa.Table.from_pylist(self._rows, schema=self._schema.remove(place))
        self._writer.write_table(small.add_column(place, self._schema.field(place), _pictures(self._rows)))
        self._rows, self._held = [], 0


def _pictures(rows: Sequence[Record]) -> pa.ListArray:
    """The column ``images``. Its bytes are laid out in one copy; ``from_pylist`` grows a buffer, in twice the time."""
    import pyarrow as pa

    pictures = [picture for row in rows for picture in row["images"]]
    data = pa.py_buffer(b"".join([picture["bytes"] for picture in pictures]))
    ends = _offsets(len(picture["bytes"]) for picture in pictures).buffers()[1]
    values = pa.Array.from_buffers(pa.binary(), len(pictures), [None, ends, data])
    paths = pa.array([picture["path"] for picture in pictures], pa.string())
    both = pa.StructArray.from_arrays([values, paths], names=["bytes", "path"])
    return pa.ListArray.from_arrays(_offsets(len(row["images"]) for row in rows), both)


def _offsets(lengths: Iterable[int]) -> pa.Int32Array:
    """Where each of some values lying end to end begins, and where the last ends. ``ArrowInvalid`` beyond 2 GiB."""
    import pyarrow as pa

    return pa.array(list(accumulate(lengths, initial=0)), pa.int32())


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """Paths of the Parquet columns under an Arrow column, as Parquet names them."""
    import pyarrow as pa

    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path


def read_parquet(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Record]:
    """Rows ``start`` to ``stop`` (exclusive; to the end by default), a few in memory at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, buffer_size=_READ_BYTES, pre_buffer=False) as file:
        stop = file.metadata.num_rows if stop is None else stop
        first = 0
        for group in range(file.num_row_groups):
            end = first + file.metadata.row_group(group).num_rows
            if first < stop and end > start:
                yield from _read_group(file, group, max(start - first, 0), min(stop, end) - first)
            first = end


def parquet_keys(path: Path) -> Iterator[str]:
    """Its keys, in order; nothing else is read."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["key"]):
            yield from batch.column(0).to_pylist()


def parquet_image_info(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Width, height and media type of the pictures of each row; nothing else is read."""
    import pyarrow.parquet as pq

    columns = [f"image_info.list.element.{field}" for field in ("width", "height", "media_type")]
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=columns):
            yield from batch.column(0).to_pylist()


def parquet_told(path: Path) -> Iterator[pa.Table]:
    """``TOLD_COLUMNS`` of all rows, and nothing else."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield file.read(list(TOLD_COLUMNS))


def _read_group(file: pq.ParquetFile, group: int, start: int, stop: int) -> Iterator[Record]:
    first = 0
    for batch in file.iter_batches(_READ_ROWS, row_groups=[group], use_threads=False):
        here = batch.slice(max(start - first, 0), max(stop - max(start, first), 0))
        yield from here.to_pylist()
        first += len(batch)
        if first >= stop:
            return
