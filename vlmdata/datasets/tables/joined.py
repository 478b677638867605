"""Rows of Parquet, each with the rows of other files that belong to it: a picture with all questions about it."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vlmdata.datasets.fields import as_json
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Record, Row, Table
from vlmdata.errors import BadRecord, InputError, StorageError
from vlmdata.io.digest import combined
from vlmdata.io.table.made import made_once

_VERSION = 1


@dataclass(frozen=True)
class Joined(Table):
    """Rows of ``main``, each with one field more: under ``name`` the list of those ``others`` that belong to it.

    They belong to it where their field ``by`` has the value of its field ``key``, and keep their order. ``needs`` are
    fields that the others have. They are sorted once, on disk; the cache keeps them as compressed JSON.
    """

    main: Columnar
    key: str
    others: Columnar
    by: str
    name: str
    needs: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.main.names

    def digest(self, name: str) -> str:
        return combined([self.main.digest(name), self.key, self.name, self._sorted])

    def rows(self, name: str) -> int:
        return self.main.rows(name)

    def counts(self, names: Sequence[str], *, at_once: bool) -> Iterator[int]:
        self._made()  # in the plan, so that workers find it
        return self.main.counts(names, at_once=at_once)

    def fields(self, name: str) -> tuple[str, ...]:
        return (*self.main.fields(name), self.name)

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        with closing(sqlite3.connect(f"{self._made().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            for record in self.main.records(name, start, stop):
                if isinstance(record, BadRecord):
                    yield record
                else:
                    yield {**record, self.name: _belonging(base, record.get(self.key))}

    def _made(self) -> Path:
        return made_once(self._sorted, partial(_sort, self))

    @property
    def _sorted(self) -> str:
        digests = (self.others.digest(name) for name in self.others.names)
        return f"joined-v{_VERSION}-{combined([*digests, self.by])[:24]}.sqlite"


def _belonging(base: sqlite3.Connection, value: object) -> list[Row]:
    found = base.execute("SELECT row FROM others WHERE value = ? ORDER BY rowid", (_text(value),))
    return [json.loads(zlib.decompress(row)) for (row,) in found]


def _sort(table: Joined, target: Path) -> None:
    with closing(sqlite3.connect(target)) as base:
        try:
            base.execute("PRAGMA journal_mode = OFF")
            base.execute("PRAGMA synchronous = OFF")
            base.execute("CREATE TABLE others (value TEXT, row BLOB)")
            base.executemany("INSERT INTO others VALUES (?, ?)", _values(table))
            base.execute("CREATE INDEX by_value ON others (value)")
            base.commit()
        except sqlite3.OperationalError as error:
            raise StorageError(f"cannot sort {table.others.names[0]} in {target.parent}: {error}") from error


def _values(table: Joined) -> Iterator[tuple[str, bytes]]:
    """The other rows by their values. ``InputError`` where one is damaged: nothing says what it belongs to."""
    for name in table.others.names:
        fields = table.others.fields(name)
        for wanted in (table.by, *table.needs):
            if wanted not in fields:
                raise InputError(
                    f"{name} has no field {wanted!r}; it has {', '.join(fields)}. Has its publisher changed it?"
                )
        for number, row in enumerate(table.others.records(name, 0, table.others.rows(name))):
            if isinstance(row, BadRecord):
                raise InputError(f"row {number} of {name} cannot be read ({row}): look for another --revision")
            yield _text(row[table.by]), zlib.compress(_text(row).encode(), 1)


def _text(value: object) -> str:
    return json.dumps(as_json(value), ensure_ascii=False)
