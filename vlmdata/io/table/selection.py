"""Which rows of a table are read: those for which a condition holds, a sample of them, the first of these.

The answer is worked out once, chunk by chunk, reading the columns of the condition alone, and kept in the cache as
row numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from vlmdata.errors import InputError
from vlmdata.io.digest import combined, number_of
from vlmdata.io.expression import Expression
from vlmdata.io.table.columns import column_named
from vlmdata.io.table.convert import FAULT
from vlmdata.io.table.made import made_once

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    import pyarrow.parquet as pq

    Numbers = npt.NDArray[np.int64]

Opener = Callable[[], "pq.ParquetFile"]

_VERSION = 1
_ROWS_AT_ONCE = 1 << 16
_NUMBER = "<i8"
_ROW = "__row"
_FARTHEST = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows asked for: all of them ``where`` it holds, ``sample`` of those by ``seed``, the first ``limit`` of these."""

    where: Expression | None = None
    sample: int | None = None
    seed: int = 0
    limit: int | None = None

    @property
    def takes_all(self) -> bool:
        """Whether no row has to be looked at: a limit alone takes the first ones."""
        return self.where is None and self.sample is None

    def digest(self) -> str:
        return combined(repr(part) for part in (self.where and self.where.text, self.sample, self.seed, self.limit))


class Selection:
    """Row numbers chosen of several files, ascending in each; mapped from disk, not held."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        import numpy as np

        numbers = np.memmap(path, _NUMBER, "r")
        stops = np.cumsum(numbers[-len(names) :])
        self._rows: dict[str, Numbers] = dict(zip(names, np.split(numbers[: -len(names)], stops[:-1]), strict=True))

    def of(self, name: str) -> Numbers:
        """Numbers of the chosen rows of one file, counted from 0."""
        return self._rows[name]


def selected_rows(files: Mapping[str, Opener], digest: str, choice: Choice) -> Selection:
    """What ``choice`` takes of ``files``, whose content ``digest`` names; worked out unless the cache holds it.

    Files are opened in order and no further than the limit asks. Without ``sample`` scanning stops at the last row
    that is wanted. Malformed rows of text tables and of damaged row groups are taken by any condition: nothing says
    that they do not meet it. Raises ``InputError`` for a condition that does not go with the columns.
    """
    name = f"rows-v{_VERSION}-{combined([digest, choice.digest()])}"
    return Selection(made_once(name, partial(_write, files, choice)), tuple(files))


def _write(files: Mapping[str, Opener], choice: Choice, target: Path) -> None:
    import numpy as np

    begins = np.zeros(len(files) + 1, np.int64)
    chosen = _chosen(files, choice.where, begins)
    if choice.sample is not None:
        chosen = _sampled(chosen, begins, choice.sample, number_of(f"{choice.seed}/sample"))
    counts = np.zeros(len(files), _NUMBER)
    with target.open("wb") as out:
        for number, rows in chosen:
            left = len(rows) if choice.limit is None else choice.limit - int(counts.sum())
            _put(out, rows[:left])
            counts[number] += len(rows[:left])
            if left <= len(rows) and choice.limit is not None:
                break
        _put(out, counts)


def _put(out: BinaryIO, numbers: Numbers) -> None:
    out.write(numbers.astype(_NUMBER, copy=False).tobytes())


def _chosen(files: Mapping[str, Opener], where: Expression | None, begins: Numbers) -> Iterator[tuple[int, Numbers]]:
    """Rows that meet the condition, chunk by chunk, each chunk with the number of its file.

    Fills ``begins`` with the number of rows before each file, as far as it has come.
    """
    for number, (name, opened) in enumerate(files.items()):
        with opened() as file:
            begins[number + 1 :] = begins[number] + file.metadata.num_rows
            for rows in _matching(name, file, where) if where else _all_rows(file.metadata.num_rows):
                yield number, rows


def _sampled(
    chosen: Iterator[tuple[int, Numbers]], begins: Numbers, wanted: int, salt: int
) -> Iterator[tuple[int, Numbers]]:
    """The ``wanted`` rows of the smallest hashes, which depend on ``salt`` and the number of a row among all rows.

    Holds these and one chunk, so neither chunks nor files change what is taken.
    """
    import numpy as np

    rows, hashes = np.empty(0, np.int64), np.empty(0, np.uint64)
    for number, found in chosen:
        found = found + begins[number]
        mixed = _mixed(found, salt)
        near = mixed <= (hashes.max() if len(hashes) >= wanted else _FARTHEST)
        rows, hashes = np.concatenate([rows, found[near]]), np.concatenate([hashes, mixed[near]])
        if len(rows) > wanted:
            kept = np.argpartition(hashes, wanted - 1)[:wanted]
            rows, hashes = rows[kept], hashes[kept]
    rows.sort()
    for number in range(len(begins) - 1):
        low, high = np.searchsorted(rows, begins[number : number + 2])
        yield number, rows[low:high] - begins[number]


def _mixed(rows: Numbers, salt: int) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each number, no two the same: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) from ``salt`` on."""
    import numpy as np

    mixed = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _all_rows(rows: int) -> Iterator[Numbers]:
    import numpy as np

    for start in range(0, rows, _ROWS_AT_ONCE):
        yield np.arange(start, min(start + _ROWS_AT_ONCE, rows))


def _matching(name: str, file: pq.ParquetFile, where: Expression) -> Iterator[Numbers]:
    """Rows of one file that meet the condition; what cannot be read or is malformed is among them."""
    import numpy as np
    import pyarrow as pa

    names = [one for one in file.schema_arrow.names if one != FAULT]
    read = {asked: column_named(asked, names, name) for asked in where.names}
    faults = [FAULT] if FAULT in file.schema_arrow.names else []
    _check(name, file, where, read)
    start = 0
    for group in range(file.num_row_groups):
        place, stop = start, start + file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(
                _ROWS_AT_ONCE, row_groups=[group], columns=sorted({*read.values(), *faults}), use_threads=False
            ):
                yield place + _meeting(batch, where, read)
                place += batch.num_rows
        except (pa.ArrowException, OSError):
            yield np.arange(place, stop)
        start = stop


def _meeting(batch: pa.RecordBatch, where: Expression, read: Mapping[str, str]) -> Numbers:
    import numpy as np
    import pyarrow as pa

    rows = np.arange(batch.num_rows)
    table = pa.table({**{asked: batch.column(column) for asked, column in read.items()}, _ROW: rows})
    met = table.filter(where.compute()).column(_ROW).to_numpy()
    if FAULT not in batch.schema.names:
        return np.sort(met)
    return np.union1d(met, rows[batch.column(FAULT).is_valid().to_numpy(zero_copy_only=False)])


def _check(name: str, file: pq.ParquetFile, where: Expression, read: Mapping[str, str]) -> None:
    """Refuse a condition whose values do not go together, on a table without rows."""
    import pyarrow as pa

    fields = {asked: file.schema_arrow.field(column) for asked, column in read.items()}
    try:
        empty = pa.schema([field.with_name(asked) for asked, field in fields.items()]).empty_table()
        empty.filter(where.compute())
    except (pa.ArrowException, TypeError) as error:
        types = ", ".join(f"{field.name} is {field.type}" for field in fields.values())
        raise InputError(f"{name}: the condition {where.text!r} does not go with its columns: {types}") from error
