"""When each frame of a clip is shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

_AGREES = 0.01
"""A declared rate this near to the measured one is believed: it has not been rounded to milliseconds."""


@dataclass(frozen=True)
class Timeline:
    """The frames of a clip in the order they are shown, each by its presentation timestamp.

    Attributes:
        pts: of each frame, ascending, in units of ``unit`` seconds.
        unit: the time base of the stream.
        end: when the last frame ends, where that is known; else it lasts as long as frames do on average.
        declared: frames a second as the file says, where it does.
        keys: timestamps at which decoding can begin, ascending.
    """

    pts: tuple[int, ...]
    unit: Fraction
    end: int | None = None
    declared: Fraction | None = None
    keys: tuple[int, ...] = ()

    @cached_property
    def times(self) -> tuple[float, ...]:
        """Of each frame, in seconds from the first one."""
        return tuple(float((one - self.pts[0]) * self.unit) for one in self.pts)

    @property
    def duration(self) -> float:
        """Seconds from the beginning of the first frame to the end of the last."""
        return float(self._span)

    @cached_property
    def rate(self) -> float:
        """Frames a second on average: as declared where the timestamps bear that out, else by them."""
        measured = len(self.pts) / self._span
        if self.declared and abs(self.declared / measured - 1) < _AGREES:
            return float(self.declared)
        return float(measured)

    @property
    def _span(self) -> Fraction:
        """The duration; of a single frame without an end a period of the declared rate, or a second."""
        if self.end is not None:
            return (self.end - self.pts[0]) * self.unit
        if len(self.pts) > 1:
            return (self.pts[-1] - self.pts[0]) * self.unit * Fraction(len(self.pts), len(self.pts) - 1)
        return 1 / self.declared if self.declared else Fraction(1)

    def between(self, start: float, end: float) -> range:
        """The numbers of the frames that begin at seconds ``start`` to ``end``, both counted in."""
        return range(bisect_left(self.times, start), bisect_right(self.times, end))

    def part(self, numbers: range) -> Timeline:
        """These frames alone; their times count from the first of them."""
        end = self.pts[numbers.stop] if numbers.stop < len(self.pts) else self.end
        return replace(self, pts=self.pts[numbers.start : numbers.stop], end=end)

    def shown_at(self, second: float) -> int:
        """The number of the frame that stands at a time; the first one before its own."""
        return max(0, bisect_right(self.times, second) - 1)

    @classmethod
    def of_delays(cls, hundredths: Sequence[int]) -> Timeline:
        """Of an animation whose frames are shown for so long each."""
        *starts, end = accumulate(hundredths, initial=0)
        return cls(tuple(starts), Fraction(1, 100), end)
