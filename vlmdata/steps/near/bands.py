"""Pairs of 64-bit hashes that differ in few bits, without comparing all with all.

Multi-index hashing (Norouzi, Punjani, Fleet, "Fast search in Hamming space with multi-index hashing", 2012). A hash is
cut into bands. By the pigeonhole principle, two hashes within a distance differ in one of the bands by no more than its
radius. So for each band and each choice of so few bits, hashes whose bands are equal after these bits are flipped are
compared. Every pair is found, in whatever order the hashes come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Hashes = NDArray[np.uint64]
    Rows = NDArray[np.int32]

BITS = 64
CROWD, HUBS = 4096, 64
_ENOUGH = 1 << 15, 1 << 19
"""Fewer hashes than each of these are faster found with one more band."""
_PAIRS_AT_ONCE = 1 << 16
"""So few that what is computed of them stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Band:
    """Bits ``low`` to ``low + width`` of a hash, in which the hashes of a pair differ by at most ``radius``."""

    low: int
    width: int
    radius: int

    def keys(self, hashes: Hashes) -> Rows:
        import numpy as np

        found: Rows = ((hashes >> np.uint64(self.low)) & np.uint64((1 << self.width) - 1)).astype(np.int32)
        return found


def bands_for(count: int, distance: int) -> list[Band]:
    """Bands so wide that ``count`` hashes give few a bucket, with radii that miss no pair within ``distance``.

    A pair that is missed differs in each band by more than its radius; these differences add up to more than
    ``distance``.
    """
    number = 3 + sum(count < least for least in _ENOUGH)
    spare = max(0, distance - number + 1)
    edges = [BITS * band // number for band in range(number + 1)]
    bands = [
        Band(low, high - low, spare // number + (band < spare % number))
        for band, (low, high) in enumerate(pairwise(edges))
    ]
    return bands[: distance + 1]


def pairs_within(hashes: Hashes, distance: int) -> Iterator[tuple[Rows, Rows]]:
    """Rows of pairs that differ in at most ``distance`` bits, in batches; each pair once, but for crowds.

    ``hashes`` are distinct. A bucket of more than ``CROWD`` of them is of pictures that are all but equal. There each
    is compared with the ``HUBS`` least ones only, lest the work grow with the square of their number.
    """
    import numpy as np

    searched: list[_Buckets] = []
    for band in bands_for(len(hashes), distance):
        buckets = _Buckets.of(hashes, band)
        for ones, others in buckets.candidates():
            near = np.flatnonzero(np.bitwise_count(buckets.rest[ones] ^ buckets.rest[others]) <= distance)
            ones, others = ones[near], others[near]
            first, second = buckets.hashes[ones], buckets.hashes[others]
            found = np.bitwise_count(first ^ second) <= distance
            for before in searched:
                if found.any():
                    found[found] = ~before.has(first[found], second[found])
            if found.any():
                yield buckets.rows[ones[found]], buckets.rows[others[found]]
        searched.append(buckets)


@dataclass(frozen=True, slots=True)
class _Buckets:
    """Hashes, and their rows, in the order of one band and then of themselves.

    ``rest`` are 32 bits outside the band, compared first: half as much to fetch, and few pairs go on. ``begin`` is
    where each key begins, ``filled`` whether there is one, ``crowded`` whether there are too many.
    """

    band: Band
    rows: Rows
    hashes: Hashes
    rest: NDArray[np.uint32]
    keys: Rows
    begin: Rows
    filled: Flags
    crowded: Flags

    @classmethod
    def of(cls, hashes: Hashes, band: Band) -> _Buckets:
        import numpy as np

        rows = np.lexsort((hashes, band.keys(hashes))).astype(np.int32)
        keys = band.keys(hashes[rows])
        begin = np.searchsorted(keys, np.arange((1 << band.width) + 1, dtype=np.int32)).astype(np.int32)
        sizes = np.diff(begin)
        hashes = hashes[rows]
        end = np.uint64(band.low + band.width)
        rest = (hashes >> end) | (hashes << (np.uint64(BITS) - end)) if end < BITS else hashes
        return cls(band, rows, hashes, rest.astype(np.uint32), keys, begin, sizes > 0, sizes > CROWD)

    def has(self, ones: Hashes, others: Hashes) -> Flags:
        """Whether these pairs are surely among the candidates."""
        import numpy as np

        keys = [self.band.keys(hashes) for hashes in (ones, others)]
        close: Flags = np.bitwise_count(keys[0] ^ keys[1]) <= self.band.radius
        return close & ~self.crowded[keys[0]] & ~self.crowded[keys[1]]

    def candidates(self) -> Iterator[tuple[Rows, Rows]]:
        """Places of pairs whose keys differ by at most the radius, each pair once."""
        import numpy as np

        places = np.arange(len(self.keys), dtype=np.int32)
        yield from self._met(places, self.keys, places)
        for highest in range(self.band.width):
            places = np.flatnonzero(self.keys & (1 << highest) == 0).astype(np.int32)
            keys = self.keys[places]
            for count in range(self.band.radius):
                for lower in combinations(range(highest), count):
                    flipped = (1 << highest) + sum(1 << bit for bit in lower)
                    yield from self._met(places, keys ^ np.int32(flipped))

    def _met(self, places: Rows, keys: Rows, before: Rows | None = None) -> Iterator[tuple[Rows, Rows]]:
        """Each place with all places of the bucket of its key; of its own bucket, with those ``before`` it."""
        import numpy as np

        some = np.flatnonzero(self.filled[keys])
        places, keys = places[some], keys[some]
        begin, end = self.begin[keys], self.begin[keys + 1] if before is None else before
        if self.crowded.any():
            crowded = self.crowded[keys] | self.crowded[self.keys[places]]
            end = np.where(crowded, np.minimum(end, begin + HUBS), end)
        yield from expanded(places, begin, end)


def expanded(places: Rows, begin: Rows, end: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Each place with each of the places from its ``begin`` to its ``end``, in batches."""
    import numpy as np

    ends = np.cumsum(end - begin, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(_PAIRS_AT_ONCE, total, _PAIRS_AT_ONCE)) + 1
    for low, high in pairwise((0, *np.unique(cuts).tolist(), len(places))):
        counts = end[low:high] - begin[low:high]
        starts = begin[low:high] - (np.cumsum(counts, dtype=np.int32) - counts)
        ones = np.repeat(places[low:high], counts)
        others = np.repeat(starts, counts)
        others += np.arange(len(ones), dtype=np.int32)
        yield ones, others
