"""Sums over the cells that a thumbnail is divided into."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CELLS = 8
"""Cells per side."""


def sums(values: Floats, cells: int = CELLS) -> Floats:
    """Over ``cells`` x ``cells`` squares; count x side x side to count x cells x cells.

    Exact for whole numbers whose sums stay below 2**53, and ten times as fast by matrices as by adding along axes.
    """
    across = _squares(values.shape[1], cells)
    found: Floats = across @ values @ across.T
    return found


def variances(luma: NDArray[np.uint8]) -> Floats:
    """Of each cell, times the square of its number of pixels."""
    import numpy as np

    values = luma.astype(np.float64)
    pixels = (luma.shape[1] // CELLS) ** 2
    found: Floats = pixels * sums(values * values) - sums(values) ** 2
    return found


@cache
def _squares(side: int, cells: int) -> Floats:
    import numpy as np

    return np.repeat(np.eye(cells, dtype=np.float64), side // cells, axis=1)
