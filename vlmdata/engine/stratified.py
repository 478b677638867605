"""Stratified sampling: so many rows of an input, one out of each of as many equal stretches of it."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.io.digest import number_of


@dataclass(frozen=True, slots=True)
class Stratified:
    """``count`` of ``rows`` rows, at most all of them.

    Stretch k goes from row ``ceil(k * rows / count)`` to that of k + 1; one row of it is taken, chosen by ``seed`` and
    k, so that no period of the input (three questions for each picture) meets one of the sample. Rows of a file count
    from 0; ``base`` rows of the input lie before them.
    """

    count: int
    rows: int
    seed: str
    base: int = 0

    def before(self, row: int) -> int:
        """How many of the rows before ``row`` of this file, and of all files before it, are taken."""
        place = self.base + row
        stretch = place * self.count // self.rows
        return stretch + (stretch < self.count and self._chosen(stretch) < place)

    def takes(self, row: int) -> bool:
        place = self.base + row
        return self._chosen(place * self.count // self.rows) == place

    def end_of(self, taken: int) -> int:
        """The first row before which ``taken`` are taken: the inverse of ``before``."""
        return self._chosen(taken - 1) + 1 - self.base

    def _chosen(self, stretch: int) -> int:
        start, stop = (-(-(one * self.rows) // self.count) for one in (stretch, stretch + 1))
        return start + number_of(f"{self.seed}/{stretch}") % (stop - start)
