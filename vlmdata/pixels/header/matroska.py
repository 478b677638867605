"""The header of Matroska and WebM clips (RFC 9559; the elements are EBML, RFC 8794)."""

from __future__ import annotations

from collections.abc import Iterator

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.facts import Header
from vlmdata.types import Size

_EBML, _DOC_TYPE = 0x1A45DFA3, 0x4282
_SEGMENT, _TRACKS, _TRACK, _VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0xE0
_WIDTH, _HEIGHT = 0xB0, 0xBA
_MEDIA_TYPES = {b"webm": "video/webm", b"matroska": "video/x-matroska"}


def read_matroska(data: bytes) -> Header:
    """Size in pixels as coded. ``truncated`` where an element reaches over the end; ``corrupt`` without video."""
    media_type = "video/webm"
    for element, start, stop in _elements(data, 0, len(data)):
        if stop > len(data):
            raise BadRecord("truncated", f"its last {stop - len(data)} bytes are missing")
        if element == _EBML:
            media_type = _media_type(data, start, stop)
        elif element == _SEGMENT and (size := _frame(data, start, stop)):
            return Header(media_type=media_type, size=size)
    raise BadRecord("corrupt", "a clip without a video track")


def _media_type(data: bytes, start: int, stop: int) -> str:
    names = (data[at:end].rstrip(b"\0") for name, at, end in _elements(data, start, stop) if name == _DOC_TYPE)
    return _MEDIA_TYPES.get(next(names, b""), "video/x-matroska")


def _frame(data: bytes, start: int, stop: int) -> Size | None:
    """Width and height of the first video track."""
    for video in _inside(data, start, stop, (_TRACKS, _TRACK, _VIDEO)):
        sides = {name: int.from_bytes(data[at:end]) for name, at, end in _elements(data, *video)}
        if sides.get(_WIDTH) and sides.get(_HEIGHT):
            return Size(sides[_WIDTH], sides[_HEIGHT])
    return None


def _inside(data: bytes, start: int, stop: int, path: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """The contents of all elements that lie in each other as ``path`` says."""
    if not path:
        yield start, stop
        return
    for name, at, end in _elements(data, start, stop):
        if name == path[0]:
            yield from _inside(data, at, end, path[1:])


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Id, start of content and end of each element. One of unknown size, as live streams have, goes on to ``end``."""
    while at < end:
        name, at = _number(data, at, keep_marker=True)
        size, start = _number(data, at, keep_marker=False)
        is_unknown = size == (1 << 7 * (start - at)) - 1
        at = end if is_unknown else start + size
        yield name, start, at


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number of variable length, and where it ends. Its length is in the zeros before its first set bit."""
    length = 9 - data[at].bit_length()
    if length > 8:
        raise BadRecord("corrupt", f"no EBML number at byte {at}")
    if at + length > len(data):
        raise IndexError(at)
    value = int.from_bytes(data[at : at + length])
    return value if keep_marker else value & (1 << 7 * length) - 1, at + length
