"""What was dropped, by step and reason, with a few examples of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlmdata.errors import InputError
from vlmdata.io.digest import number_of
from vlmdata.report.brief import cut
from vlmdata.report.overlay import data_uri
from vlmdata.types import Manifest

EXAMPLES = 4

_ROWS_AT_ONCE = 256
_CHARACTERS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One dropped record. ``picture`` is a data URI."""

    key: str
    source: str
    value: str
    threshold: str
    text: str
    picture: str | None


@dataclass(slots=True, kw_only=True)
class Loss:
    """All records that one step dropped for one reason."""

    step: str
    reason: str
    count: int
    examples: list[Example] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        return min(self.count, EXAMPLES) - len(self.examples)


def losses(root: Path, manifest: Manifest) -> list[Loss]:
    """Counts from the funnel, in its order, largest first; examples from as few files of ``dropped/`` as will do.

    Of each file those with a thumbnail come first, then those whose keys hash lowest. Raises ``InputError`` for a
    damaged file.
    """
    found = [
        Loss(step=tally.name, reason=reason, count=count)
        for tally in manifest.funnel
        for reason, count in sorted(tally.dropped.items(), key=lambda item: (-item[1], item[0]))
        if count
    ]
    for path in sorted((root / "dropped").glob("*.parquet")):
        open_ones = {(one.step, one.reason): one for one in found if one.wanted > 0}
        if not open_ones:
            break
        for place, rows in _best(path, open_ones).items():
            open_ones[place].examples += map(_example, rows[: open_ones[place].wanted])
    return found


def _best(path: Path, wanted: dict[tuple[str, str], Loss]) -> dict[tuple[str, str], list[Any]]:
    best: dict[tuple[str, str], list[Any]] = {}
    for row in _rows(path):
        place = row["step"], row["reason"]
        if place in wanted:
            best[place] = sorted([*best.get(place, ()), row], key=_rank)[:EXAMPLES]
    return best


def _rows(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read ({error}): make the data set again") from error


def _rank(row: Any) -> tuple[bool, int, str]:
    return row["thumbnail"] is None, number_of(row["key"]), row["source"]


def _example(row: Any) -> Example:
    small = row["thumbnail"]
    return Example(
        key=row["key"],
        source=_line(row["source"]),
        value=_line(row["value"]),
        threshold=_line(row["threshold"]),
        text=_line(row["text"]),
        picture=data_uri(small["bytes"]) if small else None,
    )


def _line(text: str | None) -> str:
    return cut(" ".join((text or "").split()), _CHARACTERS)
