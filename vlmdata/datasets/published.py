"""A published data set: which files it has, as data, and what a row of them means, as code."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar

from pydantic import PrivateAttr

from vlmdata.datasets.catalogued import Catalogued
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken
from vlmdata.datasets.release.pictures import Found, Store
from vlmdata.datasets.row_reader import Place, RowReader
from vlmdata.datasets.tables.table import Record, Row, Table
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined
from vlmdata.types import Image, Partition, Sample

_WINDOW = 32
"""Rows whose pictures are got together."""

_LOOKED_AT = 20

Wanted = tuple[Store, str]


class Published(Catalogued, RowReader):
    """A data set of the catalogue. Subclasses give ``entry``, ``table`` and ``sample``.

    Class variables:
        needs: fields that every row has. Where a file lacks one, its publisher has changed it: the plan says so.
    """

    needs: ClassVar[tuple[str, ...]] = ()

    _near: dict[Wanted, Found] = PrivateAttr(default_factory=dict)

    @property
    @abstractmethod
    def table(self) -> Table:
        """The rows of the split, best a ``cached_property``: it travels to workers."""

    @abstractmethod
    def sample(self, row: Row, place: Place) -> Sample:
        """What a row means. ``BadRecord`` where it means nothing."""

    @property
    def needed(self) -> tuple[str, ...]:
        """``needs``, where they depend on the configuration."""
        return self.needs

    def stores(self) -> Sequence[Store]:
        """Where its pictures are, if not in the rows themselves."""
        return ()

    def wanted(self, row: Row) -> Iterable[Wanted]:
        """The pictures of a row, to be got together with those of its neighbours; raises nothing."""
        return ()

    def picture(self, store: Store, name: str) -> Image:
        """A picture of a store. ``BadRecord`` ``missing_file``, or the reason it cannot be read."""
        if (store, name) not in self._near:
            self._near.update({(store, key): found for key, found in store.taken([name]).items()})
        found = self._near[store, name]
        if isinstance(found, BadRecord):
            raise found
        return found

    @property
    def names(self) -> tuple[str, ...]:
        return self.table.names

    def digest(self) -> str:
        tables = combined(self.digest_of(part.file) for part in self.partitions())
        return combined([self.dataset, self.config or "", self.split, tables, *(one.digest for one in self.stores())])

    def hashed(self, name: str) -> str:
        return self.table.digest(name)

    def rows(self, name: str) -> int:
        return self.table.rows(name)

    def partitions(self) -> Sequence[Partition]:
        """One per file, as far as ``limit`` needs them.

        ``InputError`` that names data set, file, row, the field that is expected and those that are there, where a
        file is not as it was when this was written.
        """
        found: list[Partition] = []
        left = self.limit
        for name, rows in zip(self.names, self.table.counts(self.names, at_once=self.limit is None), strict=True):
            found.append(Partition(name, 0, rows))
            left = None if left is None else left - rows
            if left is not None and left <= 0:
                break
        if first := next((one for one in found if one.rows), None):
            self._check(first)
        return found

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        records = self.table.records(name, start, stop)
        together = _WINDOW if self.stores() else 1  # rows that hold their pictures are large
        while window := list(islice(records, together)):
            self._near = self._got(window)
            yield from window

    def sample_of(self, record: Record, place: Place) -> Sample:
        if isinstance(record, BadRecord):
            raise record
        if missing := [name for name in self.needed if name not in record]:
            raise BadRecord("missing_field", f"no {missing[0]!r}; the row has {', '.join(record)}")
        return self.sample(record, place)

    def made(self, place: Place, album: Album, said: Spoken, meta: dict[str, Any]) -> Sample:
        return self.entered(super().made(place, album, said, meta))

    def _got(self, window: Sequence[Record]) -> dict[Wanted, Found]:
        """The pictures that a few rows want, each store asked once."""
        by_store: dict[Store, dict[str, None]] = {}
        for row in window:
            if isinstance(row, dict) and all(name in row for name in self.needed):
                for store, name in self.wanted(row):
                    by_store.setdefault(store, {})[name] = None
        return {
            (store, name): found
            for store, names in by_store.items()
            for name, found in store.taken(list(names)).items()
        }

    def _check(self, partition: Partition) -> None:
        """Refuse a file none of whose first rows has what every row should have."""
        seen = dict.fromkeys(self.table.fields(partition.file) or ())
        if not seen:
            looked = min(partition.rows, self.limit or _LOOKED_AT, _LOOKED_AT)
            for record in self.table.records(partition.file, 0, looked):
                if isinstance(record, dict):
                    if all(name in record for name in self.needed):
                        return
                    seen.update(dict.fromkeys(record))
        lacking = next((name for name in self.needed if name not in seen), None)
        if lacking:
            raise self.changed(partition.file, lacking, seen)
