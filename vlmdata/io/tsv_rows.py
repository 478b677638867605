"""Rows of tab-separated files whose cells may be megabytes: found once by their bytes, read by number after that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_stream import skip_mark
from vlmdata.io.row_index import Row, row_index

_VERSION = 1
_CHUNK = 1 << 20
_LONGEST_QUOTE = 64 << 20
"""Bytes in which the quote around a cell has to close; else it is part of a text that was written without quoting."""
_LONGEST_ROW = 512 << 20

Cells = list[str] | BadRecord


class Found(NamedTuple):
    """A row as it stands in the file, and where it starts."""

    start: int
    raw: bytes

    @property
    def stop(self) -> int:
        return self.start + len(self.raw)


class TsvRows:
    """A file with a header whose digest is known. ``InputError`` where it has no header that can be read.

    Cells are as ``csv`` and pandas write them: in quotes where they hold tabs, newlines or quotes. A row that comes
    out with another number of cells than the header, or that spans others, is taken as one line without quoting, so
    that a stray quote swallows no rows. (``csv`` itself reads no cell above a limit set for the whole process.)
    """

    def __init__(self, path: Path, digest: str) -> None:
        import pyarrow as pa

        self.path = path
        self.names = header(path)
        schema = pa.schema([("start", pa.int64()), ("stop", pa.int64())])
        self._index = row_index(f"tsv-v{_VERSION}-{digest}", schema, self._spans)
        self.rows = self._index.rows

    def between(self, start: int, stop: int) -> Iterator[Cells]:
        """Cells of rows ``start`` to ``stop`` (exclusive), as many as the header has; ``BadRecord`` as ``cells``."""
        with self.path.open("rb") as file:
            for span in self._index.between(start, stop):
                file.seek(span["start"])
                yield cells(file.read(span["stop"] - span["start"]), len(self.names))

    def _spans(self) -> Iterator[Row]:
        with self.path.open("rb") as file:
            for row in rows_of(file, len(self.names)):
                yield {"start": row.start, "stop": row.stop}


def header(path: Path) -> tuple[str, ...]:
    """The names of the columns, blanks around them gone; one that comes again bears its number."""
    with path.open("rb") as file:
        return header_of(file, str(path))


def header_of(file: BinaryIO, name: str) -> tuple[str, ...]:
    """The same of an open file, which ``name`` says in messages."""
    first = next(_found(file, None), None)
    found = cells(first.raw, None) if first else BadRecord("bad_row", "it is empty")
    if isinstance(found, BadRecord):
        raise InputError(f"{name}: the names of its columns, in the first row, cannot be read ({found.detail})")
    names: dict[str, None] = {}
    for number, one in enumerate(text.strip() for text in found):
        names[one if one not in names else f"{one}_{number}"] = None
    return tuple(names)


def rows_of(file: BinaryIO, width: int) -> Iterator[Found]:
    """The rows after the header of an open file, read on from its beginning; ``width`` cells are right."""
    found = _found(file, width)
    next(found, None)
    return found


def cells(raw: bytes, width: int | None) -> Cells:
    """The cells of a row. ``BadRecord``: ``bad_row`` where they are not ``width``, ``not_unicode``."""
    line = raw.removesuffix(b"\n").removesuffix(b"\r")
    found = _quoted(line)
    if found is None or len(found) != (width or len(found)):
        found = line.split(b"\t")
    if len(found) != (width or len(found)):
        return BadRecord("bad_row", f"{len(found)} cells where {width} are expected")
    try:
        return [cell.decode() for cell in found]
    except UnicodeDecodeError:
        return BadRecord("not_unicode", "its bytes are not UTF-8")


def _quoted(line: bytes) -> list[bytes] | None:
    """The cells of a row with quotes, or None where one is not closed."""
    found = []
    place = 0
    while True:
        cell = b""
        if line.startswith(b'"', place):
            end = _closing(line, place)
            if end is None:
                return None
            cell, place = line[place + 1 : end].replace(b'""', b'"'), end + 1
        tab = line.find(b"\t", place)
        found.append(cell + (line[place:] if tab < 0 else line[place:tab]))
        if tab < 0:
            return found
        place = tab + 1


def _found(file: BinaryIO, width: int | None) -> Iterator[Found]:
    """All rows that are not blank, the header among them."""
    base = skip_mark(file)
    held, place, ended = b"", 0, False
    while True:
        end = _end(held, place, width, ended)
        if end is None:
            more = file.read(max(_CHUNK, len(held) - place))
            held, base, place, ended = held[place:] + more, base + place, 0, not more
            continue
        if end == place:
            return
        raw = held[place:end]
        if raw.strip(b"\r\n"):
            yield Found(base + place, raw)
        place = end


def _end(held: bytes, place: int, width: int | None, ended: bool) -> int | None:
    """Where the row at ``place`` ends, after its newline; None where more has to be read to know."""
    line = held.find(b"\n", place) + 1
    if not line and not ended and len(held) - place < _LONGEST_ROW:
        return None
    line = line or len(held)
    if held.find(b'"', place, line) < 0:
        return line
    end, count = _quoted_end(held, place, ended)
    if end is None and not ended and len(held) - place < _LONGEST_QUOTE:
        return None
    return line if end is None or count != (width or count) or _swallows(held, place, line, end, count) else end


def _swallows(held: bytes, place: int, line: int, end: int, width: int) -> bool:
    """Whether a cell in quotes spans what are rows without it: first and last line have all cells of a row."""
    last = held.rfind(b"\n", place, end - 1) + 1
    tabs = width - 1
    return end > line and tabs > 0 and held.count(b"\t", place, line) == tabs == held.count(b"\t", last, end)


def _quoted_end(held: bytes, place: int, ended: bool) -> tuple[int | None, int]:
    """Where a row with quotes ends, None where that is not seen, and how many cells it has."""
    count = 0
    line = -1
    while True:
        count += 1
        if held.startswith(b'"', place):
            closing = _closing(held, place)
            if closing is None or (closing + 1 == len(held) and not ended):
                return None, count
            place = closing + 1
        if line < place:
            line = held.find(b"\n", place)
        tab = held.find(b"\t", place, line if line >= 0 else len(held))
        if tab < 0:
            return (line + 1 if line >= 0 else len(held) if ended else None), count
        place = tab + 1


def _closing(held: bytes, opening: int) -> int | None:
    """Where the quote that opens at ``opening`` is closed: the next that is not doubled."""
    place = opening + 1
    while (place := held.find(b'"', place)) >= 0:
        if held[place + 1 : place + 2] != b'"':
            return place
        place += 2
    return None
