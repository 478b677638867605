"""How many rows the files of a data set on the Hub have, asked for as few of them as will do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.hub.files import HubParquet, HubUrls
from vlmdata.types import Partition

_FOOTERS_AT_ONCE = 16
_FILES_AT_ONCE = 8


def counted(reader: RowFormat, limit: int | None, known: dict[str, int]) -> list[Partition]:
    """One partition per file, in order, until ``limit`` rows are reached; ``known`` keeps what was counted.

    Footers of Parquet are read by ranges, some at once and more each time. Other files are downloaded to be
    counted: one after the other where there is a limit. Tables of addresses know best which rows they take.
    """
    if isinstance(reader, HubUrls):
        return list(reader.partitions())
    if isinstance(reader, HubParquet):
        count, most = reader.counter(), _FOOTERS_AT_ONCE
    else:
        count, most = reader.rows, 1 if limit else _FILES_AT_ONCE
    found: list[Partition] = []
    names = list(reader.names)
    with ThreadPoolExecutor(most) as pool:
        width = 1
        while names and (limit is None or sum(part.rows for part in found) < limit):
            batch, names = names[:width], names[width:]
            found += pool.map(lambda name: Partition(name, 0, _rows(count, name, known)), batch)
            width = min(2 * width, most)
    return found


def _rows(count: Callable[[str], int], name: str, known: dict[str, int]) -> int:
    if name not in known:
        known[name] = count(name)
    return known[name]
