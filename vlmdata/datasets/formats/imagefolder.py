"""Folders of pictures, with captions or metadata beside them where there are any."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from vlmdata.datasets.dialogue import Album, as_pictures
from vlmdata.datasets.fields import TEXT_FIELDS, Spoken, field_named, meta_of, spoken
from vlmdata.datasets.formats.filed import filed
from vlmdata.datasets.formats.files import FileFormat
from vlmdata.datasets.formats.imagefolder_index import METADATA, folder_digest, folder_index
from vlmdata.datasets.pictures import PICTURE_SUFFIXES, PictureFolder, identity
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_rows import row_object
from vlmdata.io.paths import readable
from vlmdata.io.row_index import RowIndex
from vlmdata.types import Image, Partition, Sample


@dataclass(frozen=True, slots=True)
class _Entry:
    """A picture, or a row of a metadata table, by its name relative to the folder."""

    name: str
    fields: bytes | None


class ImageFolder(FileFormat):
    """A folder of pictures, one sample each; captions from ``.txt`` files beside them or from a metadata table.

    Where a folder holds ``metadata.csv``, ``.jsonl`` or ``.parquet``, its rows are the samples: ``file_name`` and
    ``*_file_name`` name the pictures, a text column is the caption or conversation, the rest goes to ``meta``.
    Elsewhere a picture in a folder of its own class has that folder as ``label`` in ``meta``, and as a tag.
    """

    format: Literal["imagefolder"] = "imagefolder"
    captions: Annotated[str, Field(pattern=r"^\.[a-z0-9.]+$")] | None = Field(
        default=".txt", description="suffix of the caption file beside a picture; null for none"
    )
    text_column: str | None = Field(default=None, description="text column of the metadata, told by name by default")

    fills = frozenset({"alternatives"})
    suffixes = PICTURE_SUFFIXES

    @cached_property
    def files(self) -> Mapping[str, Path]:
        if not self.root.is_dir():
            raise InputError(f"{self.root} is not a folder; imagefolder reads a folder of pictures")
        return {self.title: self.root}

    def digest_of(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = folder_digest(self.file(name), self.captions)
        return self._digests[name]

    def partitions(self) -> Sequence[Partition]:
        partitions = super().partitions()
        if not partitions[0].rows:
            raise InputError(
                f"{self.root} has no pictures ({', '.join(PICTURE_SUFFIXES)}) and no rows in {' or '.join(METADATA)}"
            )
        return partitions

    def index(self, name: str) -> RowIndex:
        return folder_index(self.file(name), self.digest_of(name))

    def rows(self, name: str) -> int:
        return self.index(name).rows

    def records(self, name: str, start: int, stop: int) -> Iterator[_Entry]:
        rows = self.index(name).between(start, stop)
        return (_Entry(os.fsdecode(row["name"]), row["fields"]) for row in rows)

    def place(self, name: str, row: int, record: _Entry) -> Place:
        return replace(super().place(name, row, record), source=f"{readable(record.name)}#{row}")

    def sample_of(self, record: _Entry, place: Place) -> Sample:
        return self._picture(record.name, place) if record.fields is None else self._row(record, record.fields, place)

    def _picture(self, name: str, place: Place) -> Sample:
        path = self.present(self.root / name)
        album = Album([Image(uri=str(path), source=readable(name), id=identity(name))])
        caption = _caption(self.present(path.with_suffix(self.captions))) if self.captions else None
        return self.made(place, album, *filed(name, album, caption))

    def _row(self, record: _Entry, fields: bytes, place: Place) -> Sample:
        row = row_object(fields)
        named = [field for field in row if _names_picture(field)]
        if not named:
            raise BadRecord("missing_field", f"no file_name; the row has {', '.join(row) or 'no field'}")
        table = self.root / record.name
        folder = PictureFolder(table.parent, f"the folder of {readable(record.name)}", bring=self.present)
        album = Album([image for field in named for image in as_pictures(row[field], folder.image)])
        if not album.images:
            raise BadRecord("missing_image", "file_name is empty")
        text = self._text_field(row)
        said = spoken(row[text], album, folder) if text else Spoken()
        return self.made(place, album, said, meta_of(row, {text, *named}))

    def _text_field(self, row: dict[str, Any]) -> str | None:
        if self.text_column is None:
            return field_named(row, TEXT_FIELDS)
        if self.text_column not in row:
            raise BadRecord("missing_field", f"no {self.text_column!r}; the row has {', '.join(row)}")
        return self.text_column


def _names_picture(field: str) -> bool:
    """``file_name``, ``left_file_name``, and their plurals."""
    return field.lower().removesuffix("s").endswith("file_name")


def _caption(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadRecord("unreadable_file", f"{readable(path.name)}: {error.strerror}") from error
