"""Rows of several JSON lists (or CSV files) put together by a value they share, such as all about one picture."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vlmdata.datasets.fields import as_json
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Part, label
from vlmdata.datasets.tables.json_table import KEY
from vlmdata.datasets.tables.table import Record, Table
from vlmdata.errors import BadRecord, InputError, StorageError
from vlmdata.io.cache import indexes
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.json_rows import JsonRows, is_list, row_object
from vlmdata.io.json_stream import elements_at
from vlmdata.io.row_index import RowIndex, row_index
from vlmdata.io.table.convert import FAULT
from vlmdata.io.table.files import TableFile, kind_of
from vlmdata.io.table.whole_rows import whole_rows

_VERSION = 1

_DELIMITED = (".csv", ".csv.gz", ".tsv", ".tsv.gz")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the lists. ``by`` is the field whose value its rows are put together by; ``at``, ``keyed`` as JsonTable.

    ``name`` is what a gathered row calls them. ``by`` may be ``KEY``: the key that a row of an object is found under.
    A row without the field is a fault of the file, and so is a first row without all that it ``needs``:
    ``InputError``. ``only`` is a field and the values of it that are wanted: other rows are passed over.
    """

    name: str
    part: Part
    by: str
    at: tuple[str, ...] = ()
    keyed: bool = False
    needs: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gathered(Table):
    """One row for each value that occurs in the first side, in its order: ``{side: [its rows, in file order]}``.

    Rows of other sides whose value the first does not have are passed over. The join is made once, on disk.
    """

    sides: tuple[Side, ...]
    files: Path | None = None
    _digests: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (label(self.sides[0].part),)

    def digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = combined(
                part
                for side in self.sides
                for part in (side.name, side.by, *side.at, *side.only, self._digest_of(side))
            )
        return self._digests[name]

    def rows(self, name: str) -> int:
        return self._index.rows

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        for row in self._index.between(start, stop):
            try:
                yield {side.name: [_object(one) for one in row[side.name]] for side in self.sides}
            except BadRecord as bad:
                yield bad

    def _digest_of(self, side: Side) -> str:
        return input_digest(brought(side.part, self.files))

    @cached_property
    def _index(self) -> RowIndex:
        import pyarrow as pa

        one = pa.struct([("key", pa.string()), ("raw", pa.binary())])
        schema = pa.schema([(side.name, pa.list_(one)) for side in self.sides])
        return row_index(f"gathered-v{_VERSION}-{self.digest(self.names[0])}", schema, partial(_joined, self))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_index"}


def _object(one: dict[str, Any]) -> dict[str, Any]:
    row = row_object(one["raw"])
    return {KEY: one["key"], **row} if one["key"] else row


def _joined(table: Gathered) -> Iterator[dict[str, Any]]:
    indexes().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=indexes(), prefix=".gathered-") as folder:
        base = sqlite3.connect(Path(folder, "join"))
        try:
            base.execute("PRAGMA journal_mode = OFF")
            base.execute("PRAGMA synchronous = OFF")
            base.execute("CREATE TABLE groups (number INTEGER PRIMARY KEY, value TEXT UNIQUE)")
            base.execute("CREATE TABLE members (value TEXT, side INTEGER, key TEXT, raw BLOB)")
            for number, side in enumerate(table.sides):
                _fill(base, number, side, brought(side.part, table.files))
            base.execute("CREATE INDEX by_value ON members (value)")
            yield from _groups(base, table.sides)
        except sqlite3.OperationalError as error:
            raise StorageError(f"cannot sort {label(table.sides[0].part)} in {folder}: {error}") from error
        finally:
            base.close()


def _fill(base: sqlite3.Connection, number: int, side: Side, path: Path) -> None:
    for count, (key, row, raw) in enumerate(_rows(side, path)):
        fields = row if isinstance(row, dict) else {}
        value = key if side.by == KEY else fields.get(side.by)
        lacking = next((name for name in side.needs if count == 0 and name not in fields), None)
        if lacking or not isinstance(value, int | str):
            found = ", ".join(fields) if fields else type(row).__name__
            raise InputError(
                f"{path}: row {count} has no {lacking or side.by!r}; it has {found}. Has its publisher changed it?"
            )
        if side.only and fields.get(side.only[0]) not in side.only[1:]:
            continue
        name = json.dumps(value)
        if number == 0:
            base.execute("INSERT OR IGNORE INTO groups (value) VALUES (?)", (name,))
        base.execute("INSERT INTO members VALUES (?, ?, ?, ?)", (name, number, key, raw))


def _rows(side: Side, path: Path) -> Iterator[tuple[str, Any, bytes]]:
    if path.name.lower().endswith(_DELIMITED):
        yield from _delimited_rows(path)
        return
    if not side.at and not side.keyed and not is_list(path):
        lines = JsonRows(path, input_digest(path))
        yield from (("", row_object(raw), raw) for raw in lines.between(0, lines.rows))
        return
    for key, element in elements_at(path, side.at, keyed=side.keyed):
        yield key, element.value, element.raw


def _delimited_rows(path: Path) -> Iterator[tuple[str, Any, bytes]]:
    with closing(TableFile(path, *kind_of(path.name)).opened(input_digest(path))) as file:
        for row in whole_rows(file, 0, file.metadata.num_rows):
            fields = {} if isinstance(row, BadRecord) or row.pop(FAULT) else row
            yield "", fields, json.dumps(as_json(fields)).encode()


def _groups(base: sqlite3.Connection, sides: tuple[Side, ...]) -> Iterator[dict[str, Any]]:
    joined = base.execute(
        "SELECT groups.number, members.side, members.key, members.raw FROM groups "
        "JOIN members ON members.value = groups.value ORDER BY groups.number, members.side, members.rowid"
    )
    for _, members in groupby(joined, key=itemgetter(0)):
        row: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
        for _, number, key, raw in members:
            row[sides[number].name].append({"key": key, "raw": raw})
        yield row
