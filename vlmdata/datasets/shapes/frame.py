"""Picture sizes: long side 192 to 640 pixels, small ones more often, common and odd aspects."""

from __future__ import annotations

from vlmdata.datasets.shapes.dice import Dice
from vlmdata.types import Size

_ASPECTS = (1.0, 1.25, 4 / 3, 4 / 3, 1.5, 1.5, 16 / 9, 2.0)
_SHORTEST = 160


def frame(dice: Dice, longest: int = 640) -> Size:
    """A size at random, a third of them upright."""
    long = 192 + int((longest - 191) * dice.unit() ** 2)
    size = Size(long, max(_SHORTEST, round(long / dice.pick(_ASPECTS))))
    return size.transposed if dice.chance(0.33) else size
