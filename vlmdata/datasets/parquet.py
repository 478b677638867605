"""Parquet with pictures in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from vlmdata.datasets.boxed import BoxedText
from vlmdata.datasets.columns import Columns, find_columns
from vlmdata.datasets.dialogue import Album, as_pictures
from vlmdata.datasets.fields import Spoken, meta_of, spoken
from vlmdata.datasets.files import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS_AT_ONCE = 16
"""Pictures are large: this many rows of them are held."""

_BUFFER = 1 << 20
"""Bytes read ahead of each column; without it a whole row group is read at once."""

_Row = dict[str, Any] | BadRecord


class Parquet(BoxedText):
    """Parquet with a column of pictures and one of text: Hugging Face data sets, The Cauldron, LLaVA-NeXT.

    Pictures are ``{bytes, path}`` structs, plain bytes, file names, or lists of those. Text is a caption, a list
    of captions, ``[{user, assistant}]``, ``[{from, value}]`` or ``[{role, content}]``. All other columns go to
    ``meta``.
    """

    format: Literal["parquet"] = "parquet"
    image_column: str | None = Field(
        default=None, description="column of the pictures; by default it is told by name and type"
    )
    text_column: str | None = Field(
        default=None, description="column of the text; by default texts, conversations, messages, text or caption"
    )

    fills = frozenset({"alternatives"})
    suffixes = (".parquet",)

    def rows(self, name: str) -> int:
        file = self._open(name)
        self._columns(name, file)
        return int(file.metadata.num_rows)

    def records(self, name: str, start: int, stop: int) -> Iterator[tuple[Columns, _Row]]:
        file = self._open(name)
        columns = self._columns(name, file)
        first = 0
        for group in range(file.num_row_groups):
            last = first + file.metadata.row_group(group).num_rows
            begin, end = max(start, first) - first, min(stop, last) - first
            if begin < end:
                yield from ((columns, row) for row in _rows_of_group(file, group, begin, end))
            first = last

    def sample_of(self, record: tuple[Columns, _Row], place: Place) -> Sample:
        columns, row = record
        if isinstance(row, BadRecord):
            raise row
        folder = self.folder(place.file)
        album = Album(as_pictures(row[columns.image], folder.image) if columns.image else ())
        said = spoken(row[columns.text], album, folder) if columns.text else Spoken()
        return self.made(place, album, said, meta_of(row, {columns.image, columns.text}))

    def _open(self, name: str) -> pq.ParquetFile:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.file(name)
        try:
            return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"{path} is not a Parquet file, or is cut off ({_one_line(error)})") from error

    def _columns(self, name: str, file: pq.ParquetFile) -> Columns:
        return find_columns(self.file(name), file.schema_arrow, self.image_column, self.text_column)


def _rows_of_group(file: pq.ParquetFile, group: int, begin: int, end: int) -> Iterator[_Row]:
    """Rows of one row group, a few held at a time. What a damaged group loses is a ``BadRecord`` for each row."""
    import pyarrow as pa

    place = 0
    try:
        for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], use_threads=False):
            low, high = max(begin - place, 0), min(end - place, batch.num_rows)
            if low < high:
                yield from _dicts(batch.slice(low, high - low))
            place += batch.num_rows
            if place >= end:
                return
    except (pa.ArrowException, OSError):
        lost = BadRecord("corrupt_row_group", f"row group {group} cannot be read: get the file again")
        yield from (lost for _ in range(max(begin, place), end))


def _dicts(batch: pa.RecordBatch) -> list[_Row]:
    try:
        return list(batch.to_pylist())
    except UnicodeDecodeError:
        if batch.num_rows > 1:
            return [row for number in range(batch.num_rows) for row in _dicts(batch.slice(number, 1))]
        return [BadRecord("not_unicode", "a string of the row is not UTF-8")]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
