"""What every export has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Protocol

from vlmdata.errors import BadRecord, MissingExtraError
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record


class Export(ABC):
    """A way to write a data set directory for other people's readers.

    Attributes:
        name: as ``--to`` takes it.
        takes_views: whether a picture may be stored as several views.
        takes_regions: whether the conversation may speak of places that are not text.
        needs: a module that must be installed; the extra that brings it has the same name.
    """

    name: ClassVar[str]
    takes_views: ClassVar[bool] = False
    takes_regions: ClassVar[bool] = False
    needs: ClassVar[str | None] = None

    def ready(self) -> None:
        """Raise ``MissingExtraError`` where a package is needed and not installed."""
        if self.needs and find_spec(self.needs) is None:
            raise MissingExtraError(f"{self.name} is written by its own package: pip install 'vlmdata[{self.needs}]'")

    @abstractmethod
    def write(self, given: Given, out: Path, tally: Tally) -> None:
        """Write all splits into the folder ``out`` and tell of every sample."""


class RowWriter(Protocol):
    """Takes the samples of one split, one by one."""

    def add(self, record: Record) -> None:
        """Write a sample. ``BadRecord`` where the format has no way to say it; nothing of it is written then."""
        ...


class RowExport(Export):
    """An export that takes samples one by one."""

    @abstractmethod
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> AbstractContextManager[RowWriter]:
        """The files of one split, finished when the block ends."""

    def write(self, given: Given, out: Path, tally: Tally) -> None:
        for split in given.splits:
            with self.opened(given, split, out, tally) as rows:
                for record in given.records(split):
                    try:
                        rows.add(record)
                    except BadRecord as bad:
                        tally.leave_out(split, record["key"], bad)
                    else:
                        tally.wrote(split)


def origin(record: Record) -> Record:
    """Where a sample came from and under which terms, for formats that take further fields."""
    plain = {name: record[name] for name in ("dataset", "config", "split", "source", "role")}
    return plain | {"license": terms(record)}


def terms(record: Record) -> Record:
    """The licence of a sample, its fields in one order whatever was read."""
    return {name: record["license"][name] for name in ("annotations", "images", "commercial", "generator")}


def is_clip(info: Record) -> bool:
    return str(info["media_type"]).startswith("video/")
