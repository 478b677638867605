"""From hashes to clusters: candidates by their bands, verified by their thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.steps.near.bands import expanded, pairs_within
from vlmdata.steps.near.clusters import Clusters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.steps.near.bands import Hashes, Rows

    Flags = NDArray[np.bool_]
    Alike = Callable[[Rows, Rows, Flags], Flags]

_PAIRS_AT_ONCE = 1 << 18
_MOST_OF_A_HASH = 16


def clustered(hashes: Hashes, mirrors: Hashes | None, texts: Hashes, distance: int, alike: Alike) -> Clusters:
    """Rows that are alike, and whose hashes differ in at most ``distance`` bits, belong together, and so on.

    ``mirrors`` are the hashes of the mirrored pictures, where copies may be mirrored. ``alike`` says of pairs of rows,
    the second of them flipped or not, whether they are; they never are where ``texts`` differ. Rows of equal hash and
    text go by the first that they are alike to. Of those alike to none before, at most ``_MOST_OF_A_HASH`` are
    compared further.
    """
    clusters = Clusters(len(hashes))
    entries = _Entries.of(hashes, mirrors, _apart(hashes, texts, clusters, alike))
    for ones, others, flipped in _gathered(entries.pairs(distance)):
        _join_alike(ones, others, flipped, clusters, alike)
    return clusters


def _apart(hashes: Hashes, texts: Hashes, clusters: Clusters, alike: Alike) -> Rows:
    """Join rows of equal hash and text; those that are left to stand for all of them, in order."""
    import numpy as np

    rows = np.lexsort((texts, hashes)).astype(np.int32)
    found = [rows[:0]]
    for _ in range(_MOST_OF_A_HASH):
        begins = np.ones(len(rows), bool)
        begins[1:] = (hashes[rows[1:]] != hashes[rows[:-1]]) | (texts[rows[1:]] != texts[rows[:-1]])
        found.append(rows[begins])
        first, rest = rows[begins][np.cumsum(begins) - 1][~begins], rows[~begins]
        same = alike(first, rest, np.zeros(len(rest), bool))
        clusters.join(first[same], rest[same])
        rows = rest[~same]
    return np.sort(np.concatenate(found))


@dataclass(frozen=True, slots=True)
class _Entries:
    """Rows and which of them are flipped, in the order of the hashes that they have so; ``begin`` is where each of
    the distinct ``hashes`` begins."""

    hashes: Hashes
    begin: Rows
    rows: Rows
    flipped: Flags

    @classmethod
    def of(cls, hashes: Hashes, mirrors: Hashes | None, rows: Rows) -> _Entries:
        import numpy as np

        sides = [hashes[rows]] if mirrors is None else [hashes[rows], mirrors[rows]]
        every = np.concatenate(sides)
        order = np.argsort(every, kind="stable")
        distinct, starts = np.unique(every[order], return_index=True)
        which = order % max(len(rows), 1)
        begin = np.append(starts, len(every)).astype(np.int32)
        return cls(distinct, begin, rows[which], order >= len(rows))

    def pairs(self, distance: int) -> Iterator[tuple[Rows, Rows, Flags]]:
        """Rows of the pairs of entries that are near, and whether one of the two is flipped."""
        import numpy as np

        if self.flipped.any():
            several = np.flatnonzero(np.diff(self.begin) > 1).astype(np.int32)
            yield from self._rows_of(several, several)
        for ones, others in pairs_within(self.hashes, distance):
            yield from self._rows_of(ones, others)

    def _rows_of(self, ones: Rows, others: Rows) -> Iterator[tuple[Rows, Rows, Flags]]:
        """Each entry of one hash with each of the other's, but for pairs of which both are flipped."""
        import numpy as np

        for pair, first in expanded(np.arange(len(ones), dtype=np.int32), self.begin[ones], self.begin[ones + 1]):
            every = np.arange(len(pair), dtype=np.int32)
            for place, other in expanded(every, self.begin[others[pair]], self.begin[others[pair] + 1]):
                one = first[place]
                wanted = (self.rows[one] != self.rows[other]) & ~(self.flipped[one] & self.flipped[other])
                one, other = one[wanted], other[wanted]
                yield self.rows[one], self.rows[other], self.flipped[one] | self.flipped[other]


def _gathered(pairs: Iterator[tuple[Rows, Rows, Flags]]) -> Iterator[tuple[Rows, Rows, Flags]]:
    """The same in larger batches."""
    import numpy as np

    waiting: list[tuple[Rows, Rows, Flags]] = []
    count = 0
    for batch in pairs:
        waiting.append(batch)
        count += len(batch[0])
        if count >= _PAIRS_AT_ONCE:
            yield tuple(map(np.concatenate, zip(*waiting, strict=True)))  # type: ignore[misc]
            waiting, count = [], 0
    if waiting:
        yield tuple(map(np.concatenate, zip(*waiting, strict=True)))  # type: ignore[misc]


def _join_alike(ones: Rows, others: Rows, flipped: Flags, clusters: Clusters, alike: Alike) -> None:
    """Verify pairs, and join those that are alike, leaving out what is joined already.

    Of the pairs between two clusters, one is looked at in the first round, two more in the second, then four. What
    belongs together is so found by few looks, and what does not needs few rounds.
    """
    import numpy as np

    most = 1
    while len(ones):
        first, second = clusters.of(ones), clusters.of(others)
        low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second)
        order = np.argsort((low << 32) | high, kind="stable")
        order = order[low[order] != high[order]]
        between = ((low << 32) | high)[order]
        begins = np.ones(len(order), bool)
        begins[1:] = between[1:] != between[:-1]
        place = np.arange(len(order))
        now = place - place[begins][np.cumsum(begins) - 1] < most
        chosen, rest = order[now], order[~now]
        same = chosen[alike(ones[chosen], others[chosen], flipped[chosen])]
        clusters.join(ones[same], others[same])
        ones, others, flipped = ones[rest], others[rest], flipped[rest]
        most *= 2
