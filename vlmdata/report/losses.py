"""What was dropped, by step and reason, with a few examples of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vlmdata.errors import InputError
from vlmdata.io.digest import number_of
from vlmdata.report.brief import cut
from vlmdata.report.overlay import data_uri
from vlmdata.types import Manifest

EXAMPLES = 4
"""Of each reason."""

PICTURES = 4_000_000
"""Characters that all pictures together may take on the page; later examples go without."""

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
    """All records that steps of one name dropped for one reason."""

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
    found = _counted(manifest)
    for path in sorted((root / "dropped").glob("*.parquet")):
        open_ones = {(one.step, one.reason): one for one in found if one.wanted > 0}
        if not open_ones:
            break
        for place, rows in _best(path, open_ones).items():
            open_ones[place].examples += map(_example, rows[: open_ones[place].wanted])
    _lighten(found)
    return found


def _counted(manifest: Manifest) -> list[Loss]:
    """A step that stands twice in a recipe is counted once, for its records do not say which of the two it was."""
    total: Counter[tuple[str, str]] = Counter()
    for tally in manifest.funnel:
        for reason, count in by_count(tally.dropped):
            total[tally.name, reason] += count
    return [Loss(step=step, reason=reason, count=count) for (step, reason), count in total.items() if count]


def by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    """Names with their counts, the most first; the same list for equal counts."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _lighten(found: list[Loss]) -> None:
    left = PICTURES
    for loss in found:
        for number, example in enumerate(loss.examples):
            left -= len(example.picture or "")
            if left < 0:
                loss.examples[number] = replace(example, picture=None)


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
