"""Rows of shards by block, with as little made of them as a trainer needs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from vlmdata.errors import InputError
from vlmdata.io.tar_index import tar_index
from vlmdata.shards.formats import format_of
from vlmdata.types.record import TOKEN_COLUMNS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from vlmdata.types import ShardInfo

TAR_ROWS = 100
"""Rows of a tar that make a block; as many as a row group of our Parquet has at most."""

_IMAGE_FIELDS = ("count", "width", "height", "views.list.element.width", "views.list.element.height")


class Block(NamedTuple):
    """``rows`` rows of a shard: row group ``number`` of a Parquet file, or those from ``number`` on of a tar."""

    shard: int
    number: int
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """One sample as it is stored.

    Attributes:
        images: what ``image_info`` says of each logical image: ``count``, ``width``, ``height`` and ``views``.
        pictures: the encoded views of all of them, in order.
        tokens: the columns of ``tokenize`` and ``pack`` that are there and not empty.
        also: other columns that were asked for.
    """

    key: str
    images: Sequence[Mapping[str, Any]] = ()
    pictures: Sequence[bytes] = ()
    tokens: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What is read: pictures or not, which token columns there are, and what is passed on as it is."""

    pictures: bool
    tokens: tuple[str, ...]
    also: tuple[str, ...]

    @classmethod
    def of(cls, root: Path, present: Sequence[str], *, pictures: bool, also: Sequence[str]) -> Columns:
        """Of a directory with the columns ``present``. ``InputError`` for one of ``also`` that it lacks."""
        if missing := sorted(set(also) - set(present)):
            raise InputError(f"{root} has no column {missing[0]!r}; it has {', '.join(present)}")
        return cls(pictures=pictures, tokens=tuple(one for one in TOKEN_COLUMNS if one in present), also=tuple(also))


class Rows(Protocol):
    """The rows of a block."""

    def __getitem__(self, number: int, /) -> Row: ...


def blocks_of(path: Path, info: ShardInfo, shard: int) -> list[Block]:
    """The blocks of a shard, by its footer or, of a tar, by its length. ``InputError`` where it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if format_of(info.path) == "webdataset":
        return [Block(shard, row, min(TAR_ROWS, info.samples - row)) for row in range(0, info.samples, TAR_ROWS)]
    try:
        footer = pq.read_metadata(path)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    return [Block(shard, group, footer.row_group(group).num_rows) for group in range(footer.num_row_groups)]


def read_block(path: Path, info: ShardInfo, block: Block, columns: Columns) -> Rows:
    """Its rows, by number. ``InputError`` where the shard cannot be read."""
    import pyarrow as pa

    try:
        if format_of(info.path) == "webdataset":
            return list(_tar_rows(path, info, block, columns))
        return ParquetRows(path, block, columns)
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} cannot be read as a shard ({type(error).__name__}: {error}): see `vlmdata verify`")


class ParquetRows:
    """A row group in Arrow's memory; a row becomes Python's when it is asked for."""

    def __init__(self, path: Path, block: Block, columns: Columns) -> None:
        import pyarrow.parquet as pq

        names = ["key", *columns.tokens, *columns.also]
        if columns.pictures:
            names += ["images.list.element.bytes", *(f"image_info.list.element.{name}" for name in _IMAGE_FIELDS)]
        with pq.ParquetFile(path, pre_buffer=False) as file:
            table = file.read_row_group(block.number, columns=names, use_threads=False)
        self._columns = columns
        self._columns_by_name = {name: _whole(table.column(name)) for name in table.column_names}
        self._tokens = {name: _Lists(self._columns_by_name[name]) for name in columns.tokens}

    def __getitem__(self, number: int) -> Row:
        tokens = {name: lists[number] for name, lists in self._tokens.items()}
        return Row(
            self._value("key", number),
            self._value("image_info", number) if self._columns.pictures else (),
            [picture["bytes"] for picture in self._value("images", number)] if self._columns.pictures else (),
            {name: values for name, values in tokens.items() if len(values)},
            {name: self._value(name, number) for name in self._columns.also},
        )

    def _value(self, name: str, number: int) -> Any:
        return self._columns_by_name[name][number].as_py()


class _Lists:
    """A column of lists of whole numbers; each of them without a copy."""

    def __init__(self, column: pa.ListArray) -> None:
        self._ends = column.offsets.to_numpy()
        self._values = column.values.to_numpy(zero_copy_only=True)

    def __getitem__(self, number: int) -> NDArray[np.int32]:
        values: NDArray[np.int32] = self._values[self._ends[number] : self._ends[number + 1]]
        return values


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _tar_rows(path: Path, info: ShardInfo, block: Block, columns: Columns) -> Iterator[Row]:
    import numpy as np

    index = tar_index(path, info.sha256)
    with path.open("rb") as file:
        for entry in index.between(block.number, block.number + block.rows):
            members = {member["suffix"]: member for member in entry["members"]}
            record = json.loads(_read(file.fileno(), members.pop("json")))
            pictures = sorted(members.values(), key=lambda member: int(member["suffix"].split(".")[0]))
            yield Row(
                record["key"],
                record["image_info"] if columns.pictures else (),
                [_read(file.fileno(), one) for one in pictures] if columns.pictures else (),
                {name: np.array(record[name], np.int32) for name in columns.tokens if record[name]},
                {name: record[name] for name in columns.also},
            )


def _read(file: int, member: Mapping[str, Any]) -> bytes:
    data = os.pread(file, member["size"], member["offset"])
    if len(data) != member["size"]:
        raise ValueError("a member ends early")
    return data
