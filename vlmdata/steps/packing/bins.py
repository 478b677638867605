"""The better of two ways to pack."""

from __future__ import annotations

from collections.abc import Sequence

from vlmdata.steps.packing.best_fit import best_fit
from vlmdata.steps.packing.completion import completed
from vlmdata.steps.packing.items import Bin, Item


def into_bins(items: Sequence[Item], room: Item) -> list[Bin]:
    """The numbers of the items in each bin, in few bins; bins are ordered by their first item.

    Best fit decreasing is near the least number of bins where there are short items to fill gaps with. Texts that
    each hold a picture of 576 tokens have none; there completing bins one by one leaves fewer. ``ValueError`` for an
    item that is larger than the ``room`` of a bin.
    """
    for item in items:
        if item.tokens > room.tokens or item.images > room.images:
            raise ValueError(f"{item} is larger than a bin with {room}")
    bins = best_fit(items, room)
    if len(bins) > -(-sum(item.tokens for item in items) // room.tokens):
        bins = min(bins, completed(items, room), key=len)
    return sorted(sorted(one) for one in bins)
