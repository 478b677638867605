"""What formats made of files have in common: which files, how rows are numbered, keyed and rejected."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, PrivateAttr

from vlmdata.datasets.base import Format
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.paths import input_files, labels, plain_part, readable
from vlmdata.io.source import slug
from vlmdata.types import Origin, Partition, Rejected, Sample

Tag = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is and what it is called."""

    file: str
    key: str
    source: str


class RowFormat(Format):
    """Rows in one or several files, here or elsewhere. Subclasses number them, read them, make samples of them."""

    path: str = Field(description="a file, a folder, or a pattern such as data/*.jsonl; relative to the recipe")
    tags: tuple[Tag, ...] = Field(default=(), description="tags every sample bears, such as ocr or chart")

    _digests: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The files by their names relative to the input, sorted. ``InputError`` where there are none."""

    def digest(self) -> str:
        return combined(part for name in self.names for part in (readable(name), self.digest_of(name)))

    def digest_of(self, name: str) -> str:
        """The digest of one file, worked out once and carried to the workers."""
        if name not in self._digests:
            self._digests[name] = self.hashed(name)
        return self._digests[name]

    def partitions(self) -> Sequence[Partition]:
        return [Partition(name, 0, self.rows(name)) for name in self.names]

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        records = self.records(partition.file, partition.start, partition.stop)
        for row in range(partition.start, partition.stop):
            try:
                record = next(records)
            except StopIteration:
                message = f"row {row} of {readable(partition.file)} is gone: the file has changed since the plan"
                raise InputError(message) from None
            place = self.place(partition.file, row, record)
            try:
                yield self.sample_of(record, place)
            except BadRecord as bad:
                yield Rejected(place.key, place.source, bad.reason, bad.detail)
            except RecursionError:
                yield Rejected(place.key, place.source, "bad_json", "it is nested too deep")

    def place(self, name: str, row: int, record: Any) -> Place:
        """Key and source of a row; both follow from the input alone."""
        return Place(name, f"{self.prefixes[name]}-{row:09d}", f"{readable(name)}#{row}")

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """How the keys of each file begin: the title, and a label of the file where there are several."""
        if len(self.names) == 1:
            return dict.fromkeys(self.names, self.title)
        return {name: f"{self.title}-{label}" for name, label in labels(self.names).items()}

    def made(self, place: Place, album: Album, said: Spoken, meta: dict[str, Any]) -> Sample:
        """A sample of what a row came to, with the tags of its pictures and of this input."""
        return Sample(
            key=place.key,
            origin=Origin(dataset=self.title, split=self.split, source=place.source),
            images=tuple(album.images),
            messages=said.messages,
            alternatives=said.alternatives,
            tags=tuple(dict.fromkeys((*self.tags, *said.tags, *album.tags))),
            license=self.license,
            role=self.role,
            meta=meta,
        )

    @abstractmethod
    def hashed(self, name: str) -> str:
        """A hash of what one file holds."""

    @abstractmethod
    def rows(self, name: str) -> int:
        """How many rows a file has. ``InputError`` where it is not of this format."""

    @abstractmethod
    def records(self, name: str, start: int, stop: int) -> Iterator[Any]:
        """Rows ``start`` to ``stop`` (exclusive) as they are stored; raises nothing for a bad one."""

    @abstractmethod
    def sample_of(self, record: Any, place: Place) -> Sample:
        """What a stored row means. ``BadRecord`` where it means nothing."""


class FileFormat(RowFormat):
    """Rows in files of this machine."""

    suffixes: ClassVar[tuple[str, ...]]

    @property
    def title(self) -> str:
        plain = plain_part(Path(self.path))
        return slug((plain if plain.name not in ("", "..") else plain_part(self.root)).stem)

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """The files of the input by their name relative to it. ``InputError`` where there are none."""
        return input_files(self.root, self.suffixes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.files)

    def file(self, name: str) -> Path:
        if name not in self.files:
            raise InputError(f"{self.root} has no file {name!r} any more: it was there when the run was planned")
        return self.files[name]

    def present(self, path: Path) -> Path:
        """``path``, a file that belongs to the input; brought first where the files are kept elsewhere."""
        return path

    def hashed(self, name: str) -> str:
        return input_digest(self.file(name))


class NamedPictures(FileFormat):
    """A format whose rows name their pictures."""

    images: str | None = Field(
        default=None, description="folder that picture names are relative to; by default that of the data file"
    )
    strip: int = Field(
        default=0, ge=0, description="leading parts to take off every picture name, as tar --strip-components"
    )

    def partitions(self) -> Sequence[Partition]:
        if self.images is not None and not self.located(self.images).is_dir():
            raise InputError(f"images: {self.images}: there is no folder {self.located(self.images)}")
        return super().partitions()

    def folder(self, name: str) -> PictureFolder:
        """Where the pictures of one file are."""
        if self.images is None:
            root, shown = self.file(name).parent, f"the folder of {readable(Path(name).name)}"
        else:
            root, shown = self.located(self.images), self.images
        return PictureFolder(Path(os.path.normpath(root)), shown, self.strip, self.present)
