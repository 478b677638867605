"""How sizes, lengths and names spread over the samples of a set: counts that add up, the same for any cut into tasks.

Numbers are counted in bins that are fixed beforehand, names are counted whole. So the sum over tasks is the count over
the set, whatever the tasks and their order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Bin = tuple[float, float | None]
"""From its lower edge to its upper, exclusive; None where there is no upper."""

Bins = tuple[Bin, ...]
"""All bins of a number, from the lowest, without gap."""


def _between(edges: Sequence[float]) -> Bins:
    return tuple(zip(edges, [*edges[1:], None], strict=True))


def _quarters(first: int, last: int) -> Iterator[int]:
    """Quarter steps of an octave between two powers of two, as whole numbers."""
    yield from dict.fromkeys(round(2 ** (step / 4)) for step in range(4 * first, 4 * last + 1))


LENGTHS: Bins = _between([0, *_quarters(0, 24)])
"""For pixels, characters and tokens: quarters of an octave, so that four bins double."""

COUNTS: Bins = _between([*range(16), *_quarters(4, 16)])
"""For what is counted on fingers: each number below 16 for itself, then quarters of an octave."""

RATIOS: Bins = _between([0.0, *(round(2 ** ((step + 0.5) / 4), 3) for step in range(-17, 17))])
"""For width over height: quarters of an octave around 1, so that a square lies in the middle of its bin."""

NUMBERS: Mapping[str, Bins] = {
    "width": LENGTHS,
    "height": LENGTHS,
    "aspect": RATIOS,
    "images": COUNTS,
    "views": COUNTS,
    "boxes": COUNTS,
    "turns": COUNTS,
    "characters": LENGTHS,
    "tokens": LENGTHS,
    "trained": LENGTHS,
}
"""What is counted, with its bins.

By picture: ``width`` and ``height`` of the frame in pixels, ``aspect`` (width over height), ``views`` stored of it,
``boxes`` on it. By sample: ``images``, ``turns``, ``characters`` of all of them, ``tokens`` and how many of those are
``trained``.
"""

NAMES = ("dataset", "language", "tag", "media_type")
"""What is counted by name. ``media_type`` is of pictures as stored, the others are by sample; a sample has any number
of tags. ``""`` is no name."""

_LOWER = {name: [low for low, _ in bins] for name, bins in NUMBERS.items()}
_LONGEST = 100
_MOST = 1000


@dataclass(slots=True, kw_only=True)
class Distributions:
    """Counts of ``NUMBERS`` by bin and of ``NAMES`` by name; the name None is all that ``bounded`` put together."""

    samples: int = 0
    numbers: dict[str, Counter[Bin]] = field(default_factory=lambda: {name: Counter() for name in NUMBERS})
    names: dict[str, Counter[str | None]] = field(default_factory=lambda: {name: Counter() for name in NAMES})

    def number(self, name: str, value: float) -> None:
        """Count a number that is not negative."""
        self.numbers[name][NUMBERS[name][bisect_right(_LOWER[name], value) - 1]] += 1

    def name(self, name: str, value: str) -> None:
        """Count a name; of a very long one the beginning counts."""
        self.names[name][value[:_LONGEST]] += 1

    def add(self, other: Distributions) -> None:
        self.samples += other.samples
        for number, bins in other.numbers.items():
            self.numbers.setdefault(number, Counter()).update(bins)
        for name, counts in other.names.items():
            self.names.setdefault(name, Counter()).update(counts)

    def bounded(self, most: int = _MOST) -> Distributions:
        """With no more names than ``most`` of a kind. Only for a finished sum: sums of these would not be exact."""
        return Distributions(
            samples=self.samples,
            numbers=self.numbers,
            names={name: _bounded(counts, most) for name, counts in self.names.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Numbers as ``[from, to, count]`` from the lowest bin, names as ``[name, count]``, the most frequent first."""
        return {
            "samples": self.samples,
            "numbers": {
                name: [[*one, count] for one, count in sorted(bins.items(), key=lambda item: item[0][0])]
                for name, bins in self.numbers.items()
            },
            "names": {name: [list(one) for one in most_frequent(counts)] for name, counts in self.names.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Distributions:
        return cls(
            samples=data["samples"],
            numbers={
                name: Counter({(low, high): count for low, high, count in bins})
                for name, bins in data["numbers"].items()
            },
            names={name: Counter(dict(counts)) for name, counts in data["names"].items()},
        )


def most_frequent(counts: Counter[str | None]) -> list[tuple[str | None, int]]:
    """Names with their counts, the most first; what was put together comes last. The same list for equal counts."""
    return sorted(counts.items(), key=lambda item: (item[0] is None, -item[1], item[0] or ""))


def _bounded(counts: Counter[str | None], most: int) -> Counter[str | None]:
    if len(counts) <= most:
        return counts
    listed = most_frequent(counts)
    rest = sum(count for _, count in listed[most:])
    return Counter({**dict(listed[:most]), None: rest})
