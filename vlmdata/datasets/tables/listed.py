"""Rows that are files: what the path of each says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vlmdata.datasets.release.pictures import Archived
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.tables.table import Record, Table
from vlmdata.errors import InputError
from vlmdata.io.digest import combined
from vlmdata.io.row_index import RowIndex, row_index

PATH = "path"

_VERSION = 1


@dataclass(frozen=True)
class Listed(Table):
    """One row for each file of a store in whose path ``pattern`` is found: its named groups, and ``path``.

    Sorted by path, so that an archive and the folder it is unpacked to give the same rows. Names alone are held
    while they are sorted. ``name`` is what messages call the whole.
    """

    name: str
    store: Archived | Unpacked
    pattern: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def digest(self, name: str) -> str:
        return combined([self.pattern, self._held])

    def rows(self, name: str) -> int:
        if not self._index.rows:
            raise InputError(f"{self.name} holds no file whose path is like {self.pattern}: has it changed?")
        return self._index.rows

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        pattern = re.compile(self.pattern)
        for row in self._index.between(start, stop):
            found = pattern.search(row[PATH])
            assert found
            yield {PATH: row[PATH], **found.groupdict()}

    @cached_property
    def _held(self) -> str:
        return self.store.listing_digest() if isinstance(self.store, Unpacked) else self.store.digest

    @cached_property
    def _index(self) -> RowIndex:
        import pyarrow as pa

        schema = pa.schema([(PATH, pa.string())])
        return row_index(f"listed-v{_VERSION}-{self.digest(self.name)}", schema, self._found)

    def _found(self) -> Iterator[dict[str, str]]:
        pattern = re.compile(self.pattern)
        return ({PATH: path} for path in sorted(filter(pattern.search, self.store.paths())))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_index"}
