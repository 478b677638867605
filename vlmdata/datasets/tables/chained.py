"""Several tables one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from vlmdata.datasets.tables.table import Record, Table


@dataclass(frozen=True)
class Chained(Table):
    """All rows of the first table, then those of the next. No two may have a file of the same name."""

    tables: tuple[Table, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(chain.from_iterable(table.names for table in self.tables))

    def digest(self, name: str) -> str:
        return self._of(name).digest(name)

    def rows(self, name: str) -> int:
        return self._of(name).rows(name)

    def fields(self, name: str) -> tuple[str, ...] | None:
        return self._of(name).fields(name)

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        return self._of(name).records(name, start, stop)

    def _of(self, name: str) -> Table:
        return next(table for table in self.tables if name in table.names)
