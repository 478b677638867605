"""Damage to pictures, seeded: by bytes, and by the parts that their containers are made of."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterator

from tests.fuzz.containers import PNG

Damage = Callable[[bytes, bytes, random.Random], bytes]
"""Takes a picture, another of any kind, and the source of all choices."""
Length = Callable[[bytes, int], int]

_HEAD = 200
_EDGES = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 2**31 - 1, 2**31, 2**32 - 1)
_HOLDERS = {b"moov": 8, b"trak": 8, b"meta": 12, b"iprp": 8, b"ipco": 8, b"jp2h": 8}
_WITH_DATA = {b"\xda": re.compile(rb"\xff[^\x00\xff\xd0-\xd7]"), b"\x93": re.compile(rb"\xff[\x90-\xff]")}
"""The head of a JPEG's scan and of a JPEG 2000's tile, and what ends the picture data after it."""


def damaged(data: bytes, other: bytes, rng: random.Random) -> tuple[str, bytes]:
    """One to three kinds of damage, one upon the other: their names, and what is left of ``data``."""
    names = rng.choices(list(DAMAGES), k=rng.choice((1, 1, 1, 2, 3)))
    for name in names:
        data = DAMAGES[name](data, other, rng) if data else data
    return "+".join(names), data


def parts(data: bytes) -> list[tuple[int, int, slice]]:
    """Start, end and place of the length of each chunk, segment, block, box or directory entry.

    As far as ``data`` is in order. The head of a box that holds others is a part, and so is each that it holds.
    """
    found = _container(data)
    if found is None:
        return []
    at, length, (first, last) = found
    spans = []
    while 0 < at < len(data):
        stop = at + length(data, at)
        if not at < stop <= len(data):
            break
        spans.append((at, stop, slice(at + first, at + last)))
        at = stop
    return spans


def _container(data: bytes) -> tuple[int, Length, tuple[int, int]] | None:
    """Where parts begin, how long each is, and where in it that is written."""
    if data.startswith(PNG):
        return 8, lambda data, at: 12 + _number(data, at, 4), (0, 4)
    if data.startswith(b"RIFF"):
        return 12, lambda data, at: 8 + (_number(data, at + 4, 4, "little") + 1) // 2 * 2, (4, 8)
    if data.startswith((b"\xff\xd8", b"\xff\x4f")):
        return 2, _segment_length, (2, 4)
    if data.startswith(b"GIF8"):
        return 13 + _palette_length(data[10:11]), _block_length, (2, 3)
    if data.startswith(b"II*\0"):
        return 2 + _number(data, 4, 4, "little"), _entry_length, (4, 8)
    if data[4:8] in (b"ftyp", b"jP  "):
        return _number(data, 0, 4), lambda data, at: _HOLDERS.get(data[at + 4 : at + 8]) or _number(data, at, 4), (0, 4)
    return None


def _number(data: bytes, at: int, size: int, order: str = "big") -> int:
    return int.from_bytes(data[at : at + size], "little" if order == "little" else "big")


def _segment_length(data: bytes, at: int) -> int:
    """Of a segment of a JPEG or JPEG 2000, with the picture data that follows it."""
    marker = data[at + 1 : at + 2]
    after = at + 2 if marker == b"\x93" else at + 2 + _number(data, at + 2, 2)
    if marker not in _WITH_DATA:
        return after - at
    following = _WITH_DATA[marker].search(data, after)
    return (following.start() if following else len(data)) - at


def _entry_length(data: bytes, at: int) -> int:
    """Of an entry of a TIFF's directory, known by its type; nothing after the last one."""
    return 12 if 1 <= _number(data, at + 2, 2, "little") <= 13 else 0


def _palette_length(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _block_length(data: bytes, at: int) -> int:
    """Of a GIF's extension or frame, its sub-blocks counted in."""
    here = at + (2 if data[at] == 0x21 else 11 + _palette_length(data[at + 9 : at + 10]))
    while here < len(data) and data[here]:
        here += 1 + data[here]
    return here + 1 - at


def _bits(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return _flipped(data, 0, len(data), rng)


def _head(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return _flipped(data, 0, min(_HEAD, len(data)), rng)


def _flipped(data: bytes, start: int, stop: int, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 12) if stop > start else 0):
        changed[rng.randrange(start, stop)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _garbage(data: bytes, _: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randint(1, 64)) + data[at:]


def _lost(data: bytes, _: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 400) :]


def _overwritten(data: bytes, _: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(data)), rng.randint(1, 300)
    return data[:at] + bytes([rng.choice((0, 0xFF, 0x55))]) * min(length, len(data) - at) + data[at + length :]


def _edge_number(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A number of 1, 2 or 4 bytes, mostly near the beginning, becomes one of those that programs forget."""
    size = rng.choice((1, 2, 4))
    at = rng.randrange(min(len(data), rng.choice((_HEAD, _HEAD, len(data)))))
    value = rng.choice(_EDGES) % (1 << 8 * size)
    return data[:at] + value.to_bytes(size, rng.choice(("big", "little"))) + data[at + size :]


def _spliced(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """The beginning of one file, the rest of another."""
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def _grafted(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """The first parts of one file, the last ones of another."""
    mine, theirs = parts(data), parts(other)
    if not mine or not theirs:
        return _spliced(data, other, rng)
    return data[: rng.choice(mine)[1]] + other[rng.choice(theirs)[0] :]


def _copied(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, stop = _any_part(data, rng)[:2]
    return data[:stop] + data[start:stop] * rng.choice((1, 1, 2, 40)) + data[stop:]


def _removed(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, stop = _any_part(data, rng)[:2]
    return data[:start] + data[stop:]


def _exchanged(data: bytes, _: bytes, rng: random.Random) -> bytes:
    (start, stop), (begin, end) = sorted(_any_part(data, rng)[:2] for _ in range(2))
    if stop > begin:
        return data
    return data[:start] + data[begin:end] + data[stop:begin] + data[start:stop] + data[end:]


def _wrong_length(data: bytes, _: bytes, rng: random.Random) -> bytes:
    place = _any_part(data, rng)[2]
    size = place.stop - place.start
    value = rng.choice((*_EDGES, _number(data, place.start, size) + rng.randint(-9, 9))) % (1 << 8 * size)
    return b"".join((data[: place.start], value.to_bytes(size, "big"), data[place.stop :]))


def _wrong_checksum(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """The last four bytes of a part: in a PNG its checksum."""
    stop = _any_part(data, rng)[1]
    return _flipped(data, max(0, stop - 4), stop, rng)


def _content(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Bits of one part. The checksum of a PNG's chunk is made right again, so that the damage is not seen there."""
    start, stop, place = _any_part(data, rng)
    changed = _flipped(data, min(place.stop, stop), stop, rng)
    if not data.startswith(PNG) or stop - start < 12:
        return changed
    return changed[: stop - 4] + zlib.crc32(changed[start + 4 : stop - 4]).to_bytes(4) + changed[stop:]


def _any_part(data: bytes, rng: random.Random) -> tuple[int, int, slice]:
    """All of it where it has no parts."""
    return rng.choice(parts(data) or [(0, len(data), slice(0, min(4, len(data))))])


DAMAGES: dict[str, Damage] = {
    "bits": _bits,
    "head": _head,
    "cut": _cut,
    "garbage": _garbage,
    "lost": _lost,
    "overwritten": _overwritten,
    "number": _edge_number,
    "spliced": _spliced,
    "grafted": _grafted,
    "copied": _copied,
    "removed": _removed,
    "exchanged": _exchanged,
    "length": _wrong_length,
    "checksum": _wrong_checksum,
    "content": _content,
}


def damaged_pictures(pictures: dict[str, bytes], seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """``count`` of them, in turn of each kind, each with a name that says what was done; the same for a seed.

    Half of the splices are with a relative: a picture whose name begins alike.
    """
    names = list(pictures)
    for number in range(count):
        rng = random.Random(f"{seed}:{number}")
        name = names[number % len(names)]
        family = [one for one in names if one.partition("-")[0] == name.partition("-")[0]]
        what, data = damaged(pictures[name], pictures[rng.choice(rng.choice((names, family)))], rng)
        yield f"{number}: {name} {what}", data
