"""Which rows an epoch has and in which order each worker of each rank takes them. Standard library only.

    blocks       row groups of all shards, each as often as the weight of its data set says
    pieces       the blocks in seeded order, end to end
    shares       one run of rows for each rank, cut into one run for each worker
    windows      whole neighbouring pieces of a share, whose rows are mixed

All of it follows from ``Order``, the epoch and who asks, so that a place in the order is one number.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vlmdata.io.digest import number_of

Even = Literal["none", "drop", "repeat"]


class Piece(NamedTuple):
    """Rows ``start`` to ``stop`` (exclusive) of block number ``block``."""

    block: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        return self.stop - self.start


class Window(NamedTuple):
    """Pieces that are read together, and the order of their rows, counted through all of them."""

    pieces: tuple[Piece, ...]
    order: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What decides the order.

    Attributes:
        blocks: rows of each block, all of one data set before those of the next.
        weights: for each block how often an epoch takes its rows; of 2.5 times the third is half of them.
        seed: of all shuffling.
        window: rows that are mixed with each other at least; without ``shuffle`` nothing is.
        even: ranks get shares that differ by a row (``none``), or equal ones: in an epoch some rows are left out
            (``drop``) or taken twice (``repeat``), other ones in each, fewer than there are ranks.
    """

    blocks: Sequence[int]
    weights: Sequence[float] = ()
    seed: int = 0
    shuffle: bool = True
    window: int = 512
    even: Even = "none"

    def share(self, epoch: int, rank: int = 0, ranks: int = 1) -> list[Piece]:
        """The rows of one rank."""
        pieces = self._pieces(epoch)
        total = sum(piece.rows for piece in pieces)
        if self.even == "none":
            return list(_cut(pieces, total * rank // ranks, total * (rank + 1) // ranks))
        each = total // ranks if self.even == "drop" else -(-total // ranks)
        return list(_cut(_endless(pieces), each * rank, each * (rank + 1)))

    def rows(self, rank: int = 0, ranks: int = 1) -> int:
        """How many rows a rank has in any epoch."""
        return sum(piece.rows for piece in self.share(0, rank, ranks))

    def windows(self, epoch: int, share: Sequence[Piece], start: int, stop: int, skip: int = 0) -> Iterator[Window]:
        """Rows ``start`` to ``stop`` of a rank's share, window by window, without the first ``skip`` of their order."""
        group: list[Piece] = []
        begun = start
        pieces = list(_cut(share, start, stop))
        for number, piece in enumerate(pieces):
            group.append(piece)
            rows = sum(one.rows for one in group)
            if not self.shuffle or rows >= self.window or number == len(pieces) - 1:
                if skip < rows:
                    yield Window(tuple(group), self._order(epoch, begun, rows)[skip:])
                skip = max(0, skip - rows)
                begun += rows
                group = []

    def _pieces(self, epoch: int) -> list[Piece]:
        chance = random.Random(number_of(f"{self.seed}/epoch/{epoch}"))
        pieces = list(self._weighted(chance))
        if self.shuffle:
            chance.shuffle(pieces)
        return pieces

    def _weighted(self, chance: random.Random) -> Iterator[Piece]:
        """Blocks as often as their weights say; of the last, broken time a part that begins anywhere in the block.

        How many rows that part has is the same in every epoch.
        """
        owed = 0.0
        for block, rows in enumerate(self.blocks):
            weight = self.weights[block] if self.weights else 1.0
            whole = int(weight)
            yield from (Piece(block, 0, rows) for _ in range(whole))
            before, owed = owed, owed + rows * (weight - whole)
            if part := int(owed) - int(before):
                start = chance.randint(0, rows - part)
                yield Piece(block, start, start + part)

    def _order(self, epoch: int, begun: int, rows: int) -> list[int]:
        order = list(range(rows))
        if self.shuffle:
            random.Random(number_of(f"{self.seed}/window/{epoch}/{begun}/{rows}")).shuffle(order)
        return order


def _cut(pieces: Sequence[Piece] | Iterator[Piece], start: int, stop: int) -> Iterator[Piece]:
    """Rows ``start`` to ``stop`` of pieces that lie end to end."""
    first = 0
    for piece in pieces:
        if first >= stop:
            return
        low, high = max(start - first, 0), min(stop - first, piece.rows)
        if low < high:
            yield Piece(piece.block, piece.start + low, piece.start + high)
        first += piece.rows


def _endless(pieces: Sequence[Piece]) -> Iterator[Piece]:
    while pieces:
        yield from pieces
