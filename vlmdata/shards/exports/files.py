"""Files of an export: text whose hash is told, pictures by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from vlmdata.errors import BadRecord
from vlmdata.io.atomic import PartialFile, publish
from vlmdata.shards.exports.base import is_clip
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record
from vlmdata.types.consistency import KEY

_PER_FOLDER = 5000


class TextFile:
    """UTF-8 text, written front to back."""

    def __init__(self, file: PartialFile) -> None:
        self._file = file

    def write(self, text: str) -> None:
        self._file.write(text.encode())


@contextmanager
def text_file(out: Path, path: str, tally: Tally, **facts: Any) -> Iterator[TextFile]:
    """A file of the export, told of with its size, its hash and ``facts`` when the block ends."""
    file = PartialFile(out / path)
    try:
        yield TextFile(file)
    except BaseException:
        file.discard()
        file.close()
        raise
    file.close()
    publish(out / path)
    tally.file(path, **facts, bytes=file.size, sha256=file.sha256)


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class JsonList:
    """A list of JSON, one row on each line, written as it comes; ``rows`` counts them."""

    def __init__(self, file: Writable) -> None:
        self.rows = 0
        self._file = file

    def add(self, row: Record) -> None:
        self._file.write((",\n" if self.rows else "[\n") + as_json(row))
        self.rows += 1

    def close(self) -> None:
        self._file.write("\n]" if self.rows else "[]")


def as_json(row: Any) -> str:
    """On one line, in the order of its fields."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


class PictureFiles:
    """The pictures of one split as files below ``images/``, clips below ``videos/``.

    ``images/SPLIT-00012/KEY.0.jpg``; a folder holds the pictures of some thousand samples.
    """

    def __init__(self, out: Path, split: str) -> None:
        self._out = out
        self._split = split
        self._samples = 0

    def save(self, record: Record) -> list[str]:
        """Write the pictures of a sample, each stored as one view; their paths in the export, in order.

        ``BadRecord`` ``bad_key`` for a key that is none, before anything is written: it would be a path.
        """
        if not KEY.fullmatch(record["key"]):
            raise BadRecord("bad_key", repr(record["key"][:60]))
        folder = f"{self._split}-{self._samples // _PER_FOLDER:05d}"
        self._samples += 1
        paths = []
        for number, info in enumerate(record["image_info"]):
            stored = record["images"][info["first"]]
            top = "videos" if is_clip(info) else "images"
            path = f"{top}/{folder}/{record['key']}.{number}{_suffix(stored['path'])}"
            target = self._out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(stored["bytes"])
            paths.append(path)
        return paths


def _suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return suffix if suffix[1:].isalnum() else ".bin"
