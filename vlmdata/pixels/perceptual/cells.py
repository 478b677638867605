"""Sums over the cells that a thumbnail is divided into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELLS = 8
"""Cells per side."""


def sums(values: NDArray[Any]) -> NDArray[Any]:
    """Over each cell; count x side x side to count x CELLS x CELLS."""
    count, side = values.shape[:2]
    inside = values.reshape(count, CELLS, side // CELLS, side)
    found: NDArray[Any] = inside.sum(axis=2).reshape(count, CELLS, CELLS, side // CELLS).sum(axis=3)
    return found


def variances(luma: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Of each cell, times the square of its number of pixels."""
    import numpy as np

    values = luma.astype(np.int64)
    pixels = (luma.shape[1] // CELLS) ** 2
    found: NDArray[np.int64] = pixels * sums(values * values) - sums(values) ** 2
    return found
