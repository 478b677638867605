"""A fixed number of frames, evenly over a clip: the published ways to say so, which all differ.

Each takes the number of ``frames`` in the clip and the ``count`` wanted, and gives frame numbers in ascending order.
They compute in the floating point of the code they are named after, so that they round as it does. A clip of fewer
frames than wanted repeats some.
"""

from __future__ import annotations

import random
from itertools import pairwise


def linspace_trunc(frames: int, count: int) -> list[int]:
    """From the first to the last, rounded down: ``numpy.linspace(0, frames - 1, count, dtype=int)``."""
    return [int(place) for place in linspace(0, frames - 1, count)]


def linspace_round(frames: int, count: int) -> list[int]:
    """From the first to the last, to the nearest, halves to even: ``linspace(0, frames - 1, count).round()``."""
    return [round(place) for place in linspace(0, frames - 1, count)]


def arange(frames: int, count: int) -> list[int]:
    """The beginning of each of ``count`` parts: ``arange(count) * frames // count``."""
    return [number * frames // count for number in range(count)]


def interior(frames: int, count: int) -> list[int]:
    """What divides ``count + 1`` parts, neither the first frame nor the last."""
    step = frames / (count + 1)
    return [int(number * step) for number in range(1, count + 1)]


def segment_centre(frames: int, count: int) -> list[int]:
    """The middle of each of ``count`` segments between the first frame and the last, whose places are rounded."""
    segment = (frames - 1) / count
    return [int(segment / 2 + round(segment * number)) for number in range(count)]


def interval_middle(frames: int, count: int) -> list[int]:
    """The middle frame of each interval; a clip that is too short repeats its last choice."""
    return _filled([(first + last) // 2 for first, last in _intervals(frames, count)], count)


def interval_random(frames: int, count: int, rng: random.Random) -> list[int]:
    """A frame of each interval by chance; a clip that is too short repeats its last choice.

    The last frame of an interval is never chosen, as published, unless it is the only one.
    """
    return _filled([rng.randrange(first, max(last, first + 1)) for first, last in _intervals(frames, count)], count)


def linspace(start: float, stop: float, count: int) -> list[float]:
    """``numpy.linspace``, bit for bit."""
    if count == 1:
        return [float(start)]
    step = (stop - start) / (count - 1)
    return [*(number * step + start for number in range(count - 1)), float(stop)]


def _intervals(frames: int, count: int) -> list[tuple[int, int]]:
    """First and last frame of each, no more intervals than frames."""
    edges = [int(edge) for edge in linspace(0, frames, min(count, frames) + 1)]
    return [(first, after - 1) for first, after in pairwise(edges)]


def _filled(chosen: list[int], count: int) -> list[int]:
    return chosen + chosen[-1:] * (count - len(chosen))
