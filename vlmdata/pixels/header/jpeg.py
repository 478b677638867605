"""The header of a JPEG: its segments up to the first scan (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.exif import orientation_of
from vlmdata.pixels.header.facts import Colour, Header, Process, shown
from vlmdata.types import Size

_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_END_OF_IMAGE, _SCAN, _APP1, _APP2 = 0xD9, 0xDA, 0xE1, 0xE2
_MARKER = re.compile(rb"\xff([^\xff])", re.DOTALL)
_EXIF, _ICC = b"Exif\0\0", b"ICC_PROFILE\0"
_COLOURS: dict[int, Colour] = {1: "grey", 3: "rgb", 4: "cmyk"}
_PROCESSES: dict[int, Process] = {
    0xC0: "baseline",
    0xC1: "extended",
    0xC2: "progressive",
    0xC9: "arithmetic",
    0xCA: "arithmetic",
}
_MOST_SEGMENTS = 10_000
_MOST_SCANS = 200
"""Encoders write about 10. Each is a pass over the whole picture, be it of a few bytes."""
_RARE = {0xC3: "lossless", 0xCB: "lossless", 0xF7: "JPEG-LS"}


def read_jpeg(data: bytes) -> Header:
    """``IndexError`` or ``struct.error`` where the data ends inside the header."""
    process, frame, exif = 0, b"", b""
    profile: dict[int, bytes] = {}
    for marker, start, stop in _segments(data):
        segment = data[start:stop]
        if marker == _SCAN:
            _check_scans(data, start, _PROCESSES.get(process))
        elif marker in _FRAMES:
            process, frame = (process, frame) if frame else (marker, segment)
        elif marker == _APP1 and segment.startswith(_EXIF):
            exif = exif or segment
        elif marker == _APP2 and segment.startswith(_ICC):
            profile[segment[12]] = segment[14:]
    if not frame:
        raise BadRecord("corrupt", "a JPEG without a frame header")
    depth, height, width, components = struct.unpack_from(">BHHB", frame)
    if process not in _PROCESSES:
        raise BadRecord("unsupported_format", f"a {_RARE.get(process, 'hierarchical')} JPEG")
    if depth != 8 or components not in _COLOURS:
        raise BadRecord("unsupported_format", f"a JPEG of {components} components with {depth} bits")
    sampling = {frame[7 + 3 * number] for number in range(components)}
    orientation = orientation_of(exif)
    return Header(
        media_type="image/jpeg",
        size=shown(Size(width, height), orientation),
        orientation=orientation,
        colour=_COLOURS[components],
        process=_PROCESSES[process],
        subsampled=len(sampling) > 1,
        icc=b"".join(profile[number] for number in sorted(profile)) if profile else None,
    )


def _check_scans(data: bytes, first: int, process: Process | None) -> None:
    """``bomb`` where the picture is gone over too often. Only these processes can do it in next to no bytes."""
    if process in ("progressive", "arithmetic"):
        scans = 1 + data.count(b"\xff\xda", first, data.find(b"\xff\xd9", first))
        if scans > _MOST_SCANS:
            raise BadRecord("bomb", f"a JPEG of {scans} scans, more than {_MOST_SCANS}")


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the content of each; of the first scan, the last one given, the start alone."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            raise IndexError
        marker, at = found[1][0], found.end()
        if marker == _SCAN:
            yield marker, at, at
        if marker in (_SCAN, _END_OF_IMAGE):
            return
        if marker in _BARE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        yield marker, at + 2, at + length
        at += max(length, 2)
    raise BadRecord("corrupt", f"a JPEG of more than {_MOST_SEGMENTS} segments before its first scan")
