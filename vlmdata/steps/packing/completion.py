"""One bin at a time, filled up as exactly as some of the items allow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from vlmdata.steps.packing.items import Bin, Item

_CANDIDATES = 24
"""More find sums that are no better and use up the short items, which later bins need (``benchmarks/packing.py``)."""


def completed(items: Sequence[Item], room: Item) -> list[Bin]:
    """Into each bin the longest item left, then those of some candidates whose sum comes nearest to the room.

    The sum is found exactly, by dynamic programming over the bits of one integer. Candidates are spread over all
    items that fit, more of them among the long ones.

    Source: the idea is that of minimum bin slack, J. N. D. Gupta and J. C. Ho, A new heuristic algorithm for the
    one-dimensional bin-packing problem, Production Planning & Control 10(6), 1999; the candidates are ours.
    """
    numbers = sorted(range(len(items)), key=lambda number: (items[number].tokens, -number))
    tokens = [items[number].tokens for number in numbers]
    bins: list[Bin] = []
    while numbers:
        longest = items[numbers[-1]]
        one = [numbers.pop()]
        tokens.pop()
        left = Item(room.tokens - longest.tokens, room.images - longest.images)
        places = _spread(bisect_right(tokens, left.tokens))
        for place in _nearest([items[numbers[place]] for place in places], left):
            one.append(numbers.pop(places[place]))
            del tokens[places[place]]
        bins.append(one)
    return bins


def _spread(count: int) -> list[int]:
    """Some of the places below ``count``, ascending, denser towards the end."""
    return sorted({count - 1 - count * n * n // _CANDIDATES**2 for n in range(_CANDIDATES)}) if count else []


def _nearest(items: Sequence[Item], room: Item) -> list[int]:
    """Which of the items, the last one first, come nearest to the tokens of a room; of equal ones, most images.

    A sum of ``t`` tokens and ``i`` images is the bit ``i * width + t``. Rows are wide enough for a sum that is too
    long not to reach the next one.
    """
    width = 2 * (room.tokens + 1)
    row = (1 << (room.tokens + 1)) - 1
    valid = sum(row << images * width for images in range(room.images + 1))
    steps = [item.images * width + item.tokens for item in items]
    reached = [1]
    for step in reversed(steps):
        reached.append(reached[-1] | (reached[-1] << step) & valid)
    sums = ((reached[-1] >> images * width & row, images) for images in range(room.images + 1))
    tokens, images = max((bits.bit_length() - 1, images) for bits, images in sums)
    place, chosen = images * width + tokens, []
    for number, step in enumerate(steps):
        if not reached[len(steps) - 1 - number] >> place & 1:
            place -= step
            chosen.append(number)
    return chosen[::-1]
