"""The funnel of a run as text: what went in, what each place of the line did, and that the sum closes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from vlmdata.cli.terminal import columns, hanging, several

if TYPE_CHECKING:
    from vlmdata.types import Manifest, StepTally

_COUNTS = ("in", "created", "merged", "dropped")
_GAP = 3


def funnel_lines(manifest: Manifest) -> Iterator[str]:
    """A line of numbers for each step; below it why samples were dropped and what was done to others."""
    numbers = [[_number(count) for count in _counts(tally)] for tally in manifest.funnel]
    first = max(len(tally.name) for tally in manifest.funnel)
    widths = [max(map(len, column)) for column in zip(_COUNTS, *numbers, strict=True)]
    rule = "─" * (first + sum(widths) + _GAP * len(widths))
    yield typer.style(
        f"{manifest.name}: {several(manifest.rows, 'row')} in, {several(manifest.written, 'sample')} out", bold=True
    )
    yield rule
    yield _row("", _COUNTS, first, widths)
    for position, (tally, row) in enumerate(zip(manifest.funnel, numbers, strict=True)):
        yield _row(tally.name, row, first, widths)
        for label, items in _details(tally, manifest.funnel[position + 1 : position + 2]):
            label_width = max(first - 1, len(label) + 2)
            text = "\n".join(_packed(items, columns() - 4 - label_width))
            yield from hanging(label, text, indent=4, label_width=label_width)
    yield rule
    yield _sum(manifest)


def _row(name: str, cells: Sequence[str], first: int, widths: Sequence[int]) -> str:
    return f"{name:{first}}" + "".join(f"{'':{_GAP}}{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _counts(tally: StepTally) -> tuple[int, int, int, int]:
    return tally.entered, tally.created, tally.merged, tally.dropped.total()


def _number(count: int) -> str:
    return f"{count:,}" if count else "·"


def _details(tally: StepTally, following: Sequence[StepTally]) -> Iterator[tuple[str, list[str]]]:
    """What a tally says besides its numbers, as label and items, the largest first."""
    if tally.dropped:
        yield "dropped", _listed(tally.dropped)
    left = tally.entered + tally.created - tally.merged - tally.dropped.total()
    late = sum(one.entered for one in following) - left
    if late > 0:
        yield "", [f"({late:,} of them at the end of the line, where pictures are decoded)"]
    groups: dict[str, Counter[str]] = {}
    for note, count in tally.notes.items():
        kind, _, what = note.partition(":")
        groups.setdefault(kind.replace("_", " "), Counter())[what] += count
    for kind, counter in sorted(groups.items(), key=lambda item: (-item[1].total(), item[0])):
        yield kind, _listed(counter)


def _listed(counter: Counter[str]) -> list[str]:
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return [f"{name} {count:,}".lstrip() for name, count in ordered]


def _packed(items: Sequence[str], width: int) -> Iterator[str]:
    """Items set off by commas, as many to a line as fit; a name stays beside its number."""
    line = items[0]
    for item in items[1:]:
        if len(line) + len(item) + 3 > width:
            yield line + ","
            line = item
        else:
            line += f", {item}"
    yield line


def _sum(manifest: Manifest) -> str:
    created = sum(tally.created for tally in manifest.funnel)
    merged = sum(tally.merged for tally in manifest.funnel)
    dropped = sum(tally.dropped.total() for tally in manifest.funnel)
    return (
        f"{manifest.rows:,} in + {created:,} created"
        f" = {manifest.written:,} written + {merged:,} merged + {dropped:,} dropped"
    )
