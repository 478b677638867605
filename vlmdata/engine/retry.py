"""A second try of a finished fetch: what failed is got again, everything else is kept as it stands."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vlmdata.engine.ledger import DOWNLOAD, Ledger
from vlmdata.errors import InputError
from vlmdata.shards.dropped import dropped_path, read_dropped
from vlmdata.shards.formats import read_keys, read_records
from vlmdata.shards.manifest_file import by_format
from vlmdata.types import Drop, Dropped, Manifest, Record, Sample, ShardInfo, Written

FINAL = frozenset({"opted_out"})
"""Reasons that hold for good: whoever keeps pictures from machine learning is not asked a second time."""

_NAME = re.compile(r"[a-z0-9_]+?-(\d{5,})(-\d+)?\.(parquet|tar)")


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of an earlier generation, as it was stored."""

    record: Record
    split: str


def task_of(shard: ShardInfo) -> int:
    """The number of the task that wrote a shard. ``InputError`` for one that no task wrote, after ``compact``."""
    match = _NAME.fullmatch(Path(shard.path).name)
    if not match:
        raise InputError(f"{shard.path} bears the number of no task: the data set was not left as fetch wrote it")
    return int(match[1])


def failures(root: Path, task: int) -> Counter[str]:
    """Failed downloads of a finished task that may be tried again, by reason."""
    if not dropped_path(root, task).exists():
        return Counter()
    rows = read_dropped(dropped_path(root, task), ("step", "reason"))
    return Counter(row["reason"] for row in rows if _may_try_again(row))


class Earlier:
    """What the shards of a finished task hold, and which of its failures are final.

    Holds keys and the place of each row, at most ``output.max_samples``; records are read one by one.
    """

    def __init__(self, root: Path, manifest: Manifest, task: int) -> None:
        infos = next(iter(by_format(manifest).values()), [])
        self._root = root
        self._infos = [info for info in infos if task_of(info) == task]
        self._keys = {key for info in self._infos for key in read_keys(root / info.path)}
        self._final = self._refusals(dropped_path(root, task))
        self._places: dict[str, int] = {}

    def lacking(self, samples: Iterator[Sample], ledger: Ledger) -> Iterator[Sample]:
        """Those to be got again. Records of final failures are kept."""
        for place, sample in enumerate(samples):
            self._places[sample.key] = place
            if final := self._final.get(sample.key):
                ledger.repeat(replace(final, sample=sample))
            elif sample.key not in self._keys:
                yield sample

    def among(self, written: Iterator[Written]) -> Iterator[Written | Kept]:
        """Old and new in the order of the rows."""
        # New ones first: asking for the first of them reads all rows of the task, and so learns every place.
        return heapq.merge(written, self._kept(), key=lambda one: self._places[_key(one)])

    def _kept(self) -> Iterator[Kept]:
        splits = sorted({info.split for info in self._infos})
        return heapq.merge(*map(self._of_split, splits), key=lambda one: self._places[_key(one)])

    def _of_split(self, split: str) -> Iterator[Kept]:
        for info in self._infos:
            if info.split == split:
                yield from (Kept(record, split) for record in read_records(self._root / info.path))

    def _refusals(self, path: Path) -> dict[str, Dropped]:
        if not path.exists():
            return {}
        rows = read_dropped(path, ("key", "step", "reason", "value", "threshold", "source"))
        return {
            row["key"]: Dropped(
                key=row["key"],
                step=row["step"],
                drop=Drop(reason=row["reason"], value=row["value"], threshold=row["threshold"]),
                source=row["source"],
            )
            for row in rows
            if row["step"] != "read" and not _may_try_again(row)
        }


def _may_try_again(row: Record) -> bool:
    return row["step"] == DOWNLOAD and row["reason"] not in FINAL


def _key(one: Written | Kept) -> str:
    return str(one.record["key"]) if isinstance(one, Kept) else one.sample.key
