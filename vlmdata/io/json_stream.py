"""JSON of any size, one element at a time.

A window moves over the file. It is read as Latin-1, one character for each byte, so that positions in it are
byte offsets; the structure of JSON is ASCII and the bytes of UTF-8 inside strings never look like it. Callers
decode the bytes of an element as UTF-8 themselves, so that one badly encoded row is one bad row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from vlmdata.errors import InputError

MAX_ELEMENT = 256 << 20
"""Bytes of the largest element that is read; a larger one is taken for broken JSON."""

_CHUNK = 4 << 20
_INK = re.compile(r"[^ \t\n\r]")
_LONGEST_TOKEN = 64
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Element(NamedTuple):
    """A value, its bytes, and where in the file they start. Strings in ``value`` are right only where ASCII."""

    value: Any
    start: int
    raw: bytes

    @property
    def stop(self) -> int:
        return self.start + len(self.raw)


def list_elements(path: Path) -> Iterator[Element]:
    """Elements of a file that is one JSON list. ``InputError`` with the byte offset where it is malformed."""
    with _opened(path) as window:
        yield from window.elements()
        window.expect("", "nothing after the list")


def section_elements(path: Path) -> Iterator[tuple[str, Element]]:
    """Elements of the lists that are direct members of the one JSON object a file holds, each with its key.

    Members that are no lists are passed over. ``InputError`` as for ``list_elements``.
    """
    with _opened(path) as window:
        window.expect("{", "a JSON object")
        while window.peek() != "}":
            key = window.element().value
            window.expect(":", "':' after a key")
            if window.peek() == "[":
                yield from ((str(key), element) for element in window.elements())
            else:
                window.element()
            if window.peek() != "}":
                window.expect(",", "',' or '}'")
        window.expect("}", "'}'")
        window.expect("", "nothing after the object")


def elements_at(path: Path, at: Sequence[str] = (), *, keyed: bool = False) -> Iterator[tuple[str, Element]]:
    """Elements of the list, or where ``keyed`` of the object, at the keys ``at`` of a file that is one JSON value.

    With each comes its key, "" in a list. Holds one element at a time, whatever is passed over. ``InputError`` where
    the file is malformed, and where there is no such list or object.
    """
    with _opened(path) as window:
        for depth, wanted in enumerate(at):
            seen = window.enter(wanted)
            if seen is not None:
                where = " in " + ".".join(at[:depth]) if depth else ""
                raise InputError(f"{path} has no key {wanted!r}{where}; it has {', '.join(seen[:12]) or 'none'}")
        if not keyed:
            yield from (("", element) for element in window.elements())
            return
        window.expect("{", f"an object at {'.'.join(at) or 'the top'}")
        for key in window.names():
            yield key, window.element()


def skip_mark(file: BinaryIO) -> int:
    """Place ``file`` after a UTF-8 byte order mark, if it begins with one; the offset of its first character."""
    file.seek(0)
    if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
        return len(_BYTE_ORDER_MARK)
    file.seek(0)
    return 0


@contextmanager
def _opened(path: Path) -> Iterator[_Window]:
    with path.open("rb") as file:
        yield _Window(file, path)


class _Window:
    """The part of the file in memory: ``text`` begins at byte ``base``, and ``place`` is the next character."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file = file
        self.path = path
        self.base = skip_mark(file)
        self.text = ""
        self.place = 0
        self.decode = json.JSONDecoder(strict=False, parse_int=_integer).raw_decode

    def elements(self) -> Iterator[Element]:
        """From ``[`` to ``]``."""
        self.expect("[", "a JSON list")
        while self.peek() != "]":
            yield self.element()
            if self.peek() != "]":
                self.expect(",", "',' or ']'")
        self.expect("]", "']'")

    def names(self) -> Iterator[str]:
        """Keys of the object just entered; the caller takes the value of each before the next, then ``}`` is passed."""
        while self.peek() != "}":
            key = self.element()
            self.expect(":", "':' after a key")
            yield json.loads(key.raw)
            if self.peek() != "}":
                self.expect(",", "',' or '}'")
        self.expect("}", "'}'")

    def enter(self, wanted: str) -> list[str] | None:
        """Go to the value of a key of the object that comes next. The keys there are where it is none of them."""
        self.expect("{", f"a JSON object with the key {wanted!r}")
        seen = []
        for key in self.names():
            if key == wanted:
                return None
            seen.append(key)
            self.pass_over()
        return seen

    def pass_over(self) -> None:
        """Go behind the next value, of whatever size."""
        match self.peek():
            case "[":
                for _ in self.elements():
                    pass
            case "{":
                self.expect("{", "'{'")
                for _ in self.names():
                    self.pass_over()
            case _:
                self.element()

    def element(self) -> Element:
        """The next value, whole; reads on as far as it goes."""
        self.peek()
        while True:
            try:
                value, end = self.decode(self.text, self.place)
            except json.JSONDecodeError as error:
                unterminated = error.msg.startswith("Unterminated")
                cut_off = unterminated or error.pos > len(self.text) - _LONGEST_TOKEN
                if not (cut_off and self.grow()):
                    self.fail(error.pos, error.msg, ends=unterminated or error.pos >= len(self.text))
            except RecursionError:
                self.fail(self.place, "it is nested too deep")
            else:
                # A number that ends with the window may go on behind it: 1|.5, 1e|-5.
                if end + _LONGEST_TOKEN < len(self.text) or not self.grow():
                    break
        start, raw = self.base + self.place, self.text[self.place : end].encode("latin-1")
        self.place = end
        return Element(value, start, raw)

    def peek(self) -> str:
        """The next character that is no space, "" at the end of the file."""
        while (match := _INK.search(self.text, self.place)) is None:
            self.place = len(self.text)
            if not self.grow():
                return ""
        self.place = match.start()
        return match[0]

    def expect(self, character: str, what: str) -> None:
        """Pass over ``character``, "" being the end of the file."""
        if (found := self.peek()) != character:
            self.fail(self.place, f"expected {what}", ends=not found)
        self.place += len(character)

    def grow(self) -> bool:
        """Drop what lies behind and read on, as much again as is held. False at the end of the file."""
        held = len(self.text) - self.place
        if held > MAX_ELEMENT:
            self.fail(self.place, f"an element is larger than {MAX_ELEMENT >> 20} MiB")
        more = self.file.read(max(_CHUNK, held))
        if more:
            self.text = self.text[self.place :] + more.decode("latin-1")
            self.base, self.place = self.base + self.place, 0
        return bool(more)

    def fail(self, place: int, why: str, *, ends: bool = False) -> NoReturn:
        what = "ends in the middle, at" if ends else "is malformed at"
        raise InputError(
            f"{self.path} {what} byte {self.base + place} ({why}). Get the file again, or mend it there; "
            "in JSON Lines, one row per line, a bad row costs only itself"
        )


def _integer(digits: str) -> int | float:
    """Python refuses to read integers above 4300 digits; here they are only passed over."""
    return int(digits) if len(digits) < 4300 else float("inf")
