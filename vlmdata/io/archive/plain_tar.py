"""Compressed tars: unpacked once to a plain tar, whose members can then be reached one by one."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

from vlmdata.errors import InputError
from vlmdata.io.archive.source import ByteSource, as_file
from vlmdata.io.atomic import publishing

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_OPEN: dict[str, Callable[[Any], Any]] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
_CHUNK = 1 << 20
_RATIO = 64  # pictures hardly compress


def compression_of(head: bytes) -> str | None:
    """How a file that begins so is compressed as a whole; None for not at all."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def unpack(source: ByteSource, compression: str, to: Path, small: int = 1 << 30) -> None:
    """Write what ``source`` unpacks to as ``to``.

    ``InputError`` where it is damaged, or a bomb: more than ``small`` bytes, and more than 64 for each of its own.
    ``StorageError`` as ``publishing`` raises it.
    """
    most = max(small, _RATIO * source.size)
    own = to.with_name(f"{to.name}.{uuid4().hex}")
    written = 0
    with publishing(own) as partial, partial.open("wb") as out, _stream(source, compression) as stream:
        while data := _read(stream, source):
            written += len(data)
            if written > most:
                raise InputError(f"{source.name} has {source.size} bytes and unpacks to more than {most}: a bomb")
            out.write(data)
    own.replace(to)


def _stream(source: ByteSource, compression: str) -> IO[bytes]:
    if compression in _OPEN:
        return cast(IO[bytes], _OPEN[compression](as_file(source)))
    import pyarrow as pa

    return cast(IO[bytes], pa.CompressedInputStream(pa.PythonFile(as_file(source), "r"), compression))


def _read(stream: IO[bytes], source: ByteSource) -> bytes:
    try:
        return stream.read(_CHUNK)
    except (EOFError, zlib.error, lzma.LZMAError, OSError, ValueError) as error:
        raise InputError(f"{source.name} is cut off or damaged: {error}") from error
