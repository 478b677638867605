"""What inputs made of rows have in common: which files, how rows are numbered, keyed and rejected."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, PrivateAttr

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined
from vlmdata.io.paths import labels, readable
from vlmdata.io.source import RecipeInput
from vlmdata.types import Origin, Partition, Rejected, Sample

Tag = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is and what it is called."""

    file: str
    key: str
    source: str


class RowReader(RecipeInput):
    """Rows in one or several files, here or elsewhere. Subclasses number them, read them, make samples of them."""

    tags: tuple[Tag, ...] = Field(default=(), description="tags every sample bears, such as ocr or chart")
    split: str | None = "train"

    _digests: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The files by their names relative to the input, in reading order. ``InputError`` where there are none."""

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
            choices=said.choices,
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
