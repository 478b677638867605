"""Damage to files: anything a disk, a network or a broken program may do to a picture."""

from __future__ import annotations

import random
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN = 0xDA


def mutated(data: bytes, rng: random.Random) -> bytes:
    """One kind of damage: flipped bits, a cut, inserted or lost bytes, parts in the wrong order."""
    kind = rng.choice(["bits", "bits", "head", "cut", "insert", "remove", "swap", "swap"])
    at = rng.randrange(len(data))
    match kind:
        case "cut":
            return data[:at]
        case "insert":
            return data[:at] + rng.randbytes(rng.randint(1, 64)) + data[at:]
        case "remove":
            return data[:at] + data[at + rng.randint(1, 400) :]
        case "swap":
            return _swapped(data, rng)
    reach = min(200, len(data)) if kind == "head" else len(data)
    changed = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        changed[rng.randrange(reach)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _swapped(data: bytes, rng: random.Random) -> bytes:
    """Two chunks of the container exchanged, each with its length and checksum still right."""
    parts = list(chunks(data))
    one, two = rng.sample(range(len(parts)), 2) if len(parts) > 1 else (0, 0)
    parts[one], parts[two] = parts[two], parts[one]
    return b"".join(parts)


def chunks(data: bytes) -> Iterator[bytes]:
    """The signature and the chunks of a PNG or WebP; the segments of a JPEG, its scans together as the last."""
    at = len(PNG) if data.startswith(PNG) else 12 if data.startswith(b"RIFF") else 2
    yield data[:at]
    while at < len(data):
        end = at + _length(data, at)
        yield data[at:end]
        at = end


def _length(data: bytes, at: int) -> int:
    """Of the chunk that begins at ``at``, its head and checksum counted in."""
    if data.startswith(PNG):
        return 12 + int.from_bytes(data[at : at + 4])
    if data.startswith(b"RIFF"):
        return 8 + (int.from_bytes(data[at + 4 : at + 8], "little") + 1) // 2 * 2
    return len(data) if data[at + 1] == _START_OF_SCAN else 2 + int.from_bytes(data[at + 2 : at + 4])
