"""Parquet with pictures in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from vlmdata.datasets.boxed import BoxedText
from vlmdata.datasets.dialogue import Album, as_pictures
from vlmdata.datasets.fields import Spoken, meta_of, spoken
from vlmdata.datasets.formats.columns import Columns, find_columns
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.table.whole_rows import WholeRow, whole_rows
from vlmdata.types import Sample

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_BUFFER = 1 << 20
"""Bytes read ahead of each column; without it a whole row group is read at once."""


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

    def records(self, name: str, start: int, stop: int) -> Iterator[tuple[Columns, WholeRow]]:
        file = self._open(name)
        columns = self._columns(name, file)
        return ((columns, row) for row in whole_rows(file, start, stop))

    def sample_of(self, record: tuple[Columns, WholeRow], place: Place) -> Sample:
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


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
