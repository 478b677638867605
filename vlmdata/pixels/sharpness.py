"""How much detail a picture has, and how blurred its sharpest edges are, from the energies of small tiles."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Grey = npt.NDArray[np.uint8]
    Energies = npt.NDArray[np.int64]

_TILE = 32
"""Pixels, side of a tile."""
_BUSIEST = 100
"""One tile in so many makes a picture detailed: a line of text on a page is enough."""
_SHARPEST = 20
"""One tile with edges in so many makes it sharp: the rest may be out of focus."""
_EDGES = 4
"""Squared levels a pixel: the gradients of a tile with edges by which its blur can be told."""
_GAIN = 16
"""Of the binomial filter."""
_IDEAL = 0.875
"""Square pixels that an ideal edge measures: half a pixel is the variance of the binomial filter."""


def detail_and_blur(grey: Grey) -> tuple[float, float]:
    """Detail in levels of 255 and blur in pixels, of luma, rows x columns.

    Detail is the root mean square of the gradient in the busiest tiles. Blur is the standard deviation of the Gaussian
    that would have made the edges of the sharpest tiles from ideal ones, 0 where no tile has edges. For an ideal edge
    blurred by ``s``, the integrals of its squared first and second derivatives are to each other as ``2 s²`` to 1,
    whatever its contrast; so ``s² = G / 2L`` with the energies of gradient and Laplacian, less what an ideal edge
    measures. A filter, 1 2 1 both ways, keeps noise and JPEG's from looking sharp; a blur that shows at half the
    size, where noise is halved, counts too.
    """
    detail, blur = _at_one_scale(grey)
    return detail, max(blur, 2 * _at_one_scale(_halved(grey))[1])


def _at_one_scale(grey: Grey) -> tuple[float, float]:
    import numpy as np

    gradient, laplacian, area = _energies(grey)
    unit = area * _GAIN**2
    busiest = np.sort(gradient)[-1 - len(gradient) // _BUSIEST]
    edged = gradient >= _EDGES * unit
    if not edged.any():
        return sqrt(busiest / unit), 0.0
    squares = np.sort(gradient[edged] / (2 * np.maximum(laplacian[edged], 1)))
    return sqrt(busiest / unit), sqrt(max(0.0, squares[len(squares) // _SHARPEST] - _IDEAL))


def _halved(grey: Grey) -> Grey:
    """The means of two by two pixels."""
    import numpy as np

    height, width = (max(1, side // 2) * min(side, 2) for side in grey.shape)
    wide = grey[:height, :width].astype(np.uint16)
    rows = wide[::2] + wide[1::2] if height > 1 else 2 * wide
    sums = rows[:, ::2] + rows[:, 1::2] if width > 1 else 2 * rows
    return ((sums + 2) >> 2).astype(np.uint8)


def _energies(grey: Grey) -> tuple[Energies, Energies, int]:
    """Of each tile: sums of squared gradients and Laplacians of the filtered luma, and its pixels."""
    import numpy as np

    least = _TILE // 4
    short = [(0, max(0, least - side)) for side in grey.shape]
    y = (np.pad(grey, short, mode="edge") if any(after for _, after in short) else grey).astype(np.int16)
    y = y[:-2] + 2 * y[1:-1] + y[2:]
    y = y[:, :-2] + 2 * y[:, 1:-1] + y[:, 2:]
    middle, left, right, up, down = y[1:-1, 1:-1], y[1:-1, :-2], y[1:-1, 2:], y[:-2, 1:-1], y[2:, 1:-1]
    tile = min(_TILE, *middle.shape)
    across, along = _tiled(right - left, tile), _tiled(down - up, tile)
    return (across + along) // 4, _tiled(left + right + up + down - 4 * middle, tile), tile * tile


def _tiled(values: npt.NDArray[np.int16], tile: int) -> Energies:
    """Sums of squares over each whole tile."""
    import numpy as np

    rows, columns = (side // tile for side in values.shape)
    squares = np.square(values[: rows * tile, : columns * tile], dtype=np.int32)
    lines = squares.reshape(rows, tile, columns * tile).sum(axis=1, dtype=np.int64)
    sums: Energies = lines.reshape(rows, columns, tile).sum(axis=2)
    return sums.ravel()
