"""Rows of JSON files: a list, lines, a list somewhere inside an object, or the values of an object by their keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Part, label
from vlmdata.datasets.tables.table import Record, Table
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.json_rows import JsonRows, row_object
from vlmdata.io.json_stream import MAX_ELEMENT, elements_at
from vlmdata.io.row_index import RowIndex, row_index

_VERSION = 1

_AT_ONCE = 8
"""Files that are got at the same time, where all are wanted."""

KEY = "__key__"
"""Where a row that was found under a key keeps it."""


@dataclass(frozen=True)
class JsonTable(Table):
    """One JSON file per part: a list or JSON Lines, told apart by content.

    Attributes:
        at: keys that lead to the list from the top of a file that is one object, such as ``("data", "dialogs")``.
        keyed: whether an object is there instead, whose values are the rows; their keys are kept under ``KEY``.
        files: folder of files got by hand.
    """

    parts: tuple[Part, ...]
    at: tuple[str, ...] = ()
    keyed: bool = False
    files: Path | None = None
    _digests: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = input_digest(self._path(name))
        return self._digests[name]

    def rows(self, name: str) -> int:
        return self._lines(name).rows if self._plain else self._index(name).rows

    def counts(self, names: Sequence[str], *, at_once: bool) -> Iterator[int]:
        if not at_once:
            return super().counts(names, at_once=at_once)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return iter(list(pool.map(self.rows, names)))

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        if self._plain:
            yield from (_row(raw) for raw in self._lines(name).between(start, stop))
            return
        with self._path(name).open("rb") as file:
            for span in self._index(name).between(start, stop):
                file.seek(span["start"])
                row = _row(file.read(min(span["stop"] - span["start"], MAX_ELEMENT)))
                yield {KEY: span["key"], **row} if self.keyed and isinstance(row, dict) else row

    @cached_property
    def _by_name(self) -> dict[str, Part]:
        return {label(part): part for part in self.parts}

    @property
    def _plain(self) -> bool:
        return not self.at and not self.keyed

    def _path(self, name: str) -> Path:
        return brought(self._by_name[name], self.files)

    def _lines(self, name: str) -> JsonRows:
        return JsonRows(self._path(name), self.digest(name))

    def _index(self, name: str) -> RowIndex:
        import pyarrow as pa

        schema = pa.schema([("key", pa.string()), ("start", pa.int64()), ("stop", pa.int64())])
        where = combined([*self.at, str(self.keyed)])[:8]
        made = f"json-part-v{_VERSION}-{where}-{self.digest(name)}"
        return row_index(made, schema, partial(_spans, self._path(name), self.at, self.keyed))


def _row(raw: bytes) -> dict[str, Any] | BadRecord:
    try:
        return row_object(raw)
    except BadRecord as bad:
        return bad


def _spans(path: Path, at: tuple[str, ...], keyed: bool) -> Iterator[dict[str, Any]]:
    for key, element in elements_at(path, at, keyed=keyed):
        yield {"key": key, "start": element.start, "stop": element.stop}
