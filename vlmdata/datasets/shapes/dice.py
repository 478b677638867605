"""Randomness by name: the same names give the same numbers on every machine and Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, shake_128
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Seeded by ``name``, such as split and row number.

    Only ``Random.random()`` is drawn from: its sequence is the one that Python promises to keep (``random``,
    "Notes on Reproducibility"); ``choice``, ``shuffle`` and ``randrange`` may change with a release.
    """

    def __init__(self, *name: str | int) -> None:
        self._name = "/".join(map(str, name)).encode()
        self._random = Random(int.from_bytes(blake2b(self._name, digest_size=8).digest()))

    def unit(self) -> float:
        """From 0 to below 1."""
        return self._random.random()

    def chance(self, share: float) -> bool:
        return self.unit() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        return options[self.between(0, len(options) - 1)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All items in a new order (Fisher-Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.between(0, last)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Up to ``count`` different items."""
        return self.shuffled(items)[:count]

    def noise(self, count: int) -> bytes:
        """Evenly spread bytes; each call gives others."""
        return shake_128(self._name + self.unit().hex().encode()).digest(count)
