"""Best fit decreasing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from vlmdata.steps.packing.items import Bin, Item


def best_fit(items: Sequence[Item], room: Item) -> list[Bin]:
    """The longest item first, equal ones in their order, each into the bin it fills best or else into a new one.

    Takes one search of ``room.tokens / 64`` machine words an item, for each number of images a bin may have left.

    Source: D. S. Johnson et al., Worst-Case Performance Bounds for Simple One-Dimensional Packing Algorithms, SIAM
    J. Comput. 3(4), 1974.
    """
    open_bins = _OpenBins()
    bins: list[Bin] = []
    for number in sorted(range(len(items)), key=lambda number: -items[number].tokens):
        item = items[number]
        place, left = open_bins.take(item) or (len(bins), room)
        if place == len(bins):
            bins.append([])
        bins[place].append(number)
        open_bins.put(place, Item(left.tokens - item.tokens, left.images - item.images))
    return bins


@dataclass(slots=True)
class _OpenBins:
    """Bins that are not full. ``rooms`` by images left: bit n is set where a bin has n tokens left."""

    rooms: dict[int, int] = field(default_factory=dict)
    bins: defaultdict[Item, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, item: Item) -> tuple[int, Item] | None:
        """The bin with the least room that takes the item, and its room; it is open no more."""
        fitting = (
            Item(item.tokens + _lowest(room >> item.tokens), images)
            for images, room in self.rooms.items()
            if images >= item.images and room >> item.tokens
        )
        left = min(fitting, default=None)
        if left is None:
            return None
        bins = self.bins[left]
        place = bins.pop()
        if not bins:
            self.rooms[left.images] ^= 1 << left.tokens
        return place, left

    def put(self, place: int, left: Item) -> None:
        if left.tokens:
            self.bins[left].append(place)
            self.rooms[left.images] = self.rooms.get(left.images, 0) | 1 << left.tokens


def _lowest(bits: int) -> int:
    """The place of the lowest bit that is set."""
    return (bits & -bits).bit_length() - 1
