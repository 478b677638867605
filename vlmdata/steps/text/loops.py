"""Something said over and over: the same words, the same signs, one right after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Loop:
    """Units ``start`` to ``start + times * period`` are ``times`` times the same ``period`` units.

    ``slack`` more units go on like that, so the loop may as well begin up to so many units later.
    """

    start: int
    period: int
    times: int
    slack: int = 0

    @property
    def end(self) -> int:
        return self.start + self.times * self.period

    def turned(self) -> Iterator[Loop]:
        """The same loop begun at each place where it may begin."""
        for shift in range(self.slack + 1):
            yield replace(self, start=self.start + shift, slack=self.slack - shift)


def loops(units: Sequence[str], *, longest: int, fault: Callable[[Loop], Loop | None]) -> Iterator[Loop]:
    """What ``fault`` takes of all stretches of 1 to ``longest`` units twice or more in a row, from the left.

    They do not overlap; ``fault`` may give the loop turned. Periods tried are the distances at which a pair of
    neighbours comes again, each stretch once, so a text without such pairs costs one pass.
    """
    seen: dict[tuple[str, str], int] = {}
    tried: dict[int, int] = {}
    free = 0
    for place, pair in enumerate(pairwise(units)):
        before = place if pair[0] == pair[1] else seen.get(pair, -1)
        period = max(place - before, 1)
        seen[pair] = place
        if period > longest or before < max(free, tried.get(period, 0)):
            continue
        start, end = _stretch(units, before, period, free)
        tried[period] = end
        times, slack = divmod(end - start, period)
        if times >= 2 and (loop := fault(Loop(start, period, times, slack))):
            yield loop
            free = loop.end


def _stretch(units: Sequence[str], start: int, period: int, first: int) -> tuple[int, int]:
    """From where, not before ``first``, to where each unit around ``start`` comes again ``period`` later."""
    end = start + period
    while end < len(units) and units[end - period] == units[end]:
        end += 1
    while start > first and units[start - 1] == units[start - 1 + period]:
        start -= 1
    return start, end
