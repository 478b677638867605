"""Which samples of a finished run are shown to people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vlmdata.io.digest import number_of
from vlmdata.shards.formats import read_spans
from vlmdata.shards.manifest_file import by_format
from vlmdata.types import Manifest, Record

_NEIGHBOURS = 8
"""Rows looked at for each that is shown. Position alone might meet the same template of questions every time."""


def picked(root: Path, manifest: Manifest, count: int = 24) -> Iterator[Record]:
    """At most ``count`` records, spread evenly over all shards, in their order; all of them where there are few.

    The set is cut into ``count`` equal stretches. Of the first few rows of each the one whose key hashes lowest is
    taken, so the choice depends on the set alone, and time and memory on ``count`` alone.
    """
    shards = next(iter(by_format(manifest).values()), [])
    total = sum(shard.samples for shard in shards)
    starts = sorted({total * number // count for number in range(count)})
    first = 0
    for shard in shards:
        end = first + shard.samples
        spans = [
            (start - first, min(stop, end, start + _NEIGHBOURS) - first)
            for start, stop in zip(starts, [*starts[1:], total], strict=True)
            if first <= start < end
        ]
        for rows in read_spans(root / shard.path, spans) if spans else ():
            yield min(rows, key=lambda record: number_of(record["key"]))
        first = end
