"""Rows of a JSON list or of JSON Lines, by number: an index of byte offsets, and the bytes in the file itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_stream import MAX_ELEMENT, list_elements, skip_mark
from vlmdata.io.row_index import Row, row_index

_HEAD = 1 << 20
_VERSION = 1
_LINE_SUFFIXES = (".jsonl", ".ndjson")
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonRows:
    """A file of rows whose digest is known. Told apart by content: POPE's JSON Lines are named ``.json``.

    Raises ``InputError`` where the file is neither a JSON list nor JSON Lines, or a list is malformed.
    """

    def __init__(self, path: Path, digest: str) -> None:
        import pyarrow as pa

        self.path = path
        schema = pa.schema([("start", pa.int64()), ("stop", pa.int64())])
        self._index = row_index(f"json-v{_VERSION}-{digest}", schema, self._spans)
        self.rows = self._index.rows

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of rows ``start`` to ``stop`` (exclusive). Rows too large to be one are cut off."""
        with self.path.open("rb") as file:
            for span in self._index.between(start, stop):
                file.seek(span["start"])
                yield file.read(min(span["stop"] - span["start"], MAX_ELEMENT))

    def _spans(self) -> Iterator[Row]:
        if is_list(self.path):
            for element in list_elements(self.path):
                yield {"start": element.start, "stop": element.stop}
        else:
            with self.path.open("rb") as file:
                for start, stop in _lines(file):
                    yield {"start": start, "stop": stop}


def is_list(path: Path) -> bool:
    """Whether the rows are the elements of one JSON list; else each stands on a line of its own.

    Raises ``InputError`` where they are neither.
    """
    with path.open("rb") as file:
        skip_mark(file)
        head = file.read(_HEAD).lstrip()
    line, _, rest = head.partition(b"\n")
    named_lines = path.suffix.lower() in _LINE_SUFFIXES
    if line.startswith(b"["):
        return not (named_lines and rest.strip() and _is_json(line))
    if not head or named_lines or (line.startswith(b"{") and (_is_json(line) or len(head) == len(line) == _HEAD)):
        return False
    found = "begins with a JSON object over several lines" if head.startswith(b"{") else f"begins with {head[:20]!r}"
    raise InputError(f"{path} {found}; expected rows, as a JSON list or as JSON Lines (one object per line)")


def row_object(raw: bytes) -> dict[str, Any]:
    """One row. ``BadRecord``: ``not_unicode``, ``bad_json``, ``not_an_object``. NaN and infinity become null."""
    try:
        text = raw.decode("utf-8")
        row = _DECODER.decode(text)
        if _ESCAPED_SURROGATE.search(text):
            json.dumps(row, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise BadRecord("not_unicode", "its bytes, or its \\u escapes, are no Unicode text") from error
    except json.JSONDecodeError as error:
        raise BadRecord("bad_json", f"{error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise BadRecord("bad_json", "a number is too long, or it is nested too deep") from error
    if not isinstance(row, dict):
        raise BadRecord("not_an_object", f"a row is a JSON object, not {type(row).__name__}")
    return row


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _lines(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Start and end of each line that is not blank; holds at most a piece of it."""
    start = place = skip_mark(file)
    blank = True
    while piece := file.readline(_HEAD):
        place += len(piece)
        blank = blank and piece.isspace()
        if piece.endswith(b"\n"):
            if not blank:
                yield start, place
            start, blank = place, True
    if not blank:
        yield start, place
