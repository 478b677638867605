"""Rows of CSV and TSV files and of plain lists, where a malformed line costs itself and no more."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_stream import skip_mark

Fields = list[str] | BadRecord

_STRICT: dict[str, dict[str, Any]] = {
    "csv": {"delimiter": ",", "strict": True},
    "tsv": {"delimiter": "\t", "strict": True},
    "txt": {"delimiter": "\t", "quoting": csv.QUOTE_NONE},
}
_LENIENT: dict[str, dict[str, Any]] = {
    "csv": {"delimiter": ","},
    "tsv": {"delimiter": "\t", "quoting": csv.QUOTE_NONE},
    "txt": {"delimiter": "\t", "quoting": csv.QUOTE_NONE},
}
_LONGEST_LINE = 1 << 20
_LINES_OF_A_ROW = 10_000
_NO_TEXT = "its bytes are not UTF-8"
_ADDRESS = re.compile(r"\s*https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file of fields: the ``names`` of its columns, and whether they stand in its first row."""

    path: Path
    kind: str
    names: tuple[str, ...]
    header: bool

    def rows(self) -> Iterator[Fields]:
        """Fields of each row that is not blank, as many as there are names; a ``BadRecord`` for a malformed one.

        ``bad_row``: another number of fields, a quote that is not closed, a line above 1 MiB. ``not_unicode``.
        """
        with self.path.open("rb") as file:
            skip_mark(file)
            records = _records(file, self.kind, len(self.names))
            if self.header:
                next(records)
            yield from records


def delimited(path: Path, kind: str) -> Delimited:
    """The file at ``path``, a ``csv``, ``tsv`` or ``txt``.

    A first row that holds an http(s) address is no header: CC3M, CC12M and plain lists have none. The only column
    of addresses is then called ``url``, and beside it the only other one ``text``. Raises ``InputError`` where
    there is no first row to read.
    """
    with path.open("rb") as file:
        skip_mark(file)
        first = next(_records(file, kind, None), None)
    if first is None:
        raise InputError(f"{path} is empty: a table begins with the names of its columns")
    if isinstance(first, BadRecord):
        raise InputError(f"{path}: the names of the columns, in its first row, cannot be read ({first.detail})")
    addresses = [number for number, field in enumerate(first) if _ADDRESS.match(field)]
    if not addresses:
        return Delimited(path, kind, _distinct([field.strip() for field in first]), header=True)
    names = [f"column_{number}" for number in range(1, len(first) + 1)]
    if len(addresses) == 1:
        names[addresses[0]] = "url"
        if len(names) == 2:
            names[1 - addresses[0]] = "text"
    return Delimited(path, kind, tuple(names), header=False)


def _distinct(names: list[str]) -> tuple[str, ...]:
    """A name for every column: by its number where it has none, marked where two share one."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, start=1):
        known = name or f"column_{number}"
        found[known if known not in found else f"{known}_{number}"] = None
    return tuple(found)


class _Lines:
    """Lines of a file for ``csv.reader``: keeps those of the row under way, so that they can be read again.

    A line that is too long is kept as an empty one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._again: deque[bytes] = deque()
        self.begin()

    def begin(self) -> None:
        self.taken: list[bytes] = []
        self.unicode = True

    def first_alone(self) -> str:
        """The first line of the row; the others are read again."""
        self._again.extendleft(reversed(self.taken[1:]))
        line = self.taken[0]
        self.begin()
        return self._decoded(line)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if line is None:
            raise StopIteration
        self.taken.append(line)
        if len(self.taken) > _LINES_OF_A_ROW:
            raise csv.Error("a quote is not closed")
        return self._decoded(line)

    def _read(self) -> bytes | None:
        line = self._file.readline(_LONGEST_LINE)
        if len(line) < _LONGEST_LINE or line.endswith(b"\n"):
            return line or None
        while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            line = self._file.readline(_LONGEST_LINE)
        return b""

    def _decoded(self, line: bytes) -> str:
        if not line:
            raise csv.Error("a line is longer than 1 MiB")
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.unicode = False
            return line.decode(errors="replace")


def _records(file: BinaryIO, kind: str, width: int | None) -> Iterator[Fields]:
    """Rows that are not blank. What is not well formed is taken line by line, so no quote swallows what follows."""
    lines = _Lines(file)
    reader = csv.reader(lines, **_STRICT[kind])
    while True:
        lines.begin()
        try:
            fields = next(reader)
            whole = len(fields) in (0, width or len(fields)) and not _swallows(fields, kind, len(lines.taken))
        except StopIteration:
            return
        except csv.Error:
            fields, whole = [], False
        if not whole:
            yield _of_one_line(lines, kind, width)
        elif fields:
            yield fields if lines.unicode else BadRecord("not_unicode", _NO_TEXT)


def _swallows(fields: list[str], kind: str, lines: int) -> bool:
    """Whether a field spans rows: TSV is often written without quoting, and a text may begin with a quote."""
    return kind == "tsv" and lines > 1 and any("\n" in field and "\t" in field for field in fields)


def _of_one_line(lines: _Lines, kind: str, width: int | None) -> Fields:
    """The row as far as its first line goes, read leniently."""
    try:
        fields = next(csv.reader([lines.first_alone().rstrip("\r\n") + "\n"], **_LENIENT[kind]), [])
    except csv.Error as error:
        return BadRecord("bad_row", str(error))
    if fields and fields[-1].endswith("\n"):
        return BadRecord("bad_row", "a quote is not closed")
    if not lines.unicode:
        return BadRecord("not_unicode", _NO_TEXT)
    if len(fields) != (width or len(fields)):
        return BadRecord("bad_row", f"{len(fields)} fields where {width} are expected")
    return fields
