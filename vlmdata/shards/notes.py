"""What is no fault of a data set directory and yet good to know of it."""

from __future__ import annotations

from collections import Counter

from vlmdata.types import Manifest, SourceInfo


def notes(manifest: Manifest) -> list[str]:
    """One line for each source that has more or fewer rows than are published, and for what a fetch did not get."""
    found = [_compared(source, source.expected_rows) for source in manifest.origins if source.expected_rows]
    if manifest.kind == "fetched":
        found.append(_lost(manifest))
    return [note for note in dict.fromkeys(found) if note]


def _compared(source: SourceInfo, published: int) -> str:
    missing = published - source.rows
    if missing > 0:
        return f"{source.name}: {source.rows:,} of {published:,} rows that are published; {missing:,} are missing"
    return f"{source.name}: {source.rows:,} rows, {-missing:,} more than are published" if missing else ""


def _lost(manifest: Manifest) -> str:
    dropped = sum((tally.dropped for tally in manifest.funnel), Counter[str]())
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(dropped.items()))
    return f"{dropped.total():,} of {manifest.rows:,} rows gave no sample: {reasons}" if dropped else ""
