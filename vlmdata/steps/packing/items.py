"""What is packed, and how much of it a bin takes."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """How much of a bin something takes, or how much a bin has left."""

    tokens: int
    images: int = 0


Bin = list[int]
"""Numbers of items, ascending."""
