"""Hashes of files: whole for shards, sampled for large inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_WHOLE_UP_TO = 64 << 20
_PIECE = 1 << 20
_PIECES = 64


def sha256_file(path: Path) -> str:
    """SHA-256 of the whole file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def input_digest(path: Path) -> str:
    """A hash that notices any ordinary change of an input file without reading terabytes.

    Files up to 64 MiB are hashed whole; larger ones by their size and 64 evenly spread pieces of 1 MiB, the
    first and the last bytes among them.
    """
    size = path.stat().st_size
    if size <= _WHOLE_UP_TO:
        return sha256_file(path)
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for piece in range(_PIECES):
            file.seek((size - _PIECE) * piece // (_PIECES - 1))
            digest.update(file.read(_PIECE))
    return digest.hexdigest()


def number_of(text: str) -> int:
    """64 bits that depend on ``text`` alone: for seeds, shares, and an order that has nothing to do with content."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def combined(parts: Iterable[str]) -> str:
    """One hash of several strings, in order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()
