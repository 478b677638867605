"""The two formats under one roof: where their files lie, who writes them, who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from vlmdata.errors import InputError
from vlmdata.shards.parquet import ParquetWriter, parquet_image_info, parquet_keys, parquet_told, read_parquet
from vlmdata.shards.webdataset import (
    WebDatasetWriter,
    read_webdataset,
    webdataset_keys,
    webdataset_spans,
    webdataset_told,
)
from vlmdata.types import Record

if TYPE_CHECKING:
    import pyarrow as pa

FormatName = Literal["parquet", "webdataset"]
FORMATS: tuple[FormatName, ...] = ("parquet", "webdataset")
"""The first that a data set has is the one that is read."""

SUFFIXES: dict[FormatName, str] = {"parquet": ".parquet", "webdataset": ".tar"}


class RecordWriter(Protocol):
    """What writes one file of a shard."""

    def write(self, record: Record, encoded: bytes) -> None:
        """Add a record; ``encoded`` is ``record_json`` of it."""
        ...

    def close(self) -> None:
        """End the file's content; the file itself stays open."""
        ...


def shard_path(kind: FormatName, name: str) -> str:
    """Path of a shard's file relative to the data set directory."""
    return f"{kind}/{name}{SUFFIXES[kind]}"


def format_of(path: str) -> FormatName:
    """The format of a shard's file, by its relative path."""
    return "parquet" if path.startswith("parquet/") else "webdataset"


def writer(kind: FormatName, file: RawIOBase, schema: pa.Schema) -> RecordWriter:
    """A writer of rows of ``schema`` to an open file."""
    return ParquetWriter(file, schema) if kind == "parquet" else WebDatasetWriter(file)


def read_records(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Record]:
    """Records ``start`` to ``stop`` (exclusive) of a shard, a few in memory at a time.

    Raises ``InputError`` where the file is damaged or missing.
    """
    read = read_webdataset if path.suffix == ".tar" else read_parquet
    with _reading(path):
        yield from read(path, start, stop)


def read_spans(path: Path, spans: Sequence[tuple[int, int]]) -> Iterator[list[Record]]:
    """The records of each span of rows (exclusive ends; apart, in order, none empty) of a shard.

    Passes over the file once, which a tar takes long to. ``InputError`` as ``read_records``.
    """
    with _reading(path):
        if path.suffix == ".tar":
            yield from webdataset_spans(path, spans)
        else:
            yield from (list(read_parquet(path, start, stop)) for start, stop in spans)


def read_keys(path: Path) -> Iterator[str]:
    """The keys of a shard, in order. ``InputError`` as ``read_records``."""
    with _reading(path):
        yield from (webdataset_keys if path.suffix == ".tar" else parquet_keys)(path)


def read_told(path: Path) -> Iterator[pa.Table]:
    """``TOLD_COLUMNS`` of a shard, without pictures. ``InputError`` as ``read_records``."""
    with _reading(path):
        yield from (webdataset_told if path.suffix == ".tar" else parquet_told)(path)


def read_image_info(path: Path) -> Iterator[list[dict[str, Any]]]:
    """What is known of each picture of each record, in order: width, height and media type at least.

    ``InputError`` as ``read_records``.
    """
    with _reading(path):
        if path.suffix == ".tar":
            yield from (record["image_info"] for record in read_webdataset(path))
        else:
            yield from parquet_image_info(path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    import tarfile

    import pyarrow as pa

    try:
        yield
    except (OSError, KeyError, ValueError, tarfile.TarError, pa.ArrowException) as error:
        raise InputError(
            f"{path} cannot be read as a shard ({type(error).__name__}: {error}): make or fetch the data set again"
        ) from error
