"""Laying one thumbnail upon another: where each shows what the other does not, a crop has been.

Gauss-Newton on the difference of grey values, from coarse to fine: Lucas and Kanade (1981), with the template's
gradients as in the inverse compositional form of Baker and Matthews, "Lucas-Kanade 20 years on" (2004). A motion is a
shift and a stretch along each side; brightness and contrast are fitted on the way. All sums are of whole numbers below
2**53, though held as floats, so they are exact in whatever order a machine adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

PARTS = 16
"""A place in a thumbnail is known to so many parts of a pixel, along each side."""
FURTHEST = 0.13
"""A motion is followed so far, in sides of the picture."""
_LONGEST_STEP = 0.05
_LEAST_GAIN = 0.2


def aligned(templates: Floats, pictures: Floats, motions: Floats, rounds: int) -> Floats:
    """Motions improved so that each picture, moved, lies on its template.

    Both are count x side x side. A motion is shift and stretch along a row, then down a column, in sides: what is at
    ``x`` in the template, from -1 to 1, is in the picture at ``x + 2 * shift + 2 * stretch * x``.
    """
    import numpy as np

    side = templates.shape[1]
    slopes = _slopes(templates)
    flat = _inner(templates)
    curvature = slopes @ slopes.transpose(0, 2, 1)
    weight = 1e-3 * (1 + np.trace(curvature, axis1=1, axis2=2))
    curvature += weight[:, None, None] * np.eye(4)
    along, on_template = slopes.sum(axis=2), _inner_products(slopes, flat)
    # Slopes are per two pixels, and places in them counted in half pixels; motions are in sides.
    scale = np.array([2 / side, 2, 2 / side, 2])
    for _ in range(rounds):
        moved = _inner(warped(pictures, motions))
        gain, bias = _light(flat, moved)
        errors = gain[:, None] * _inner_products(slopes, moved) + bias[:, None] * along - on_template
        step = np.clip(_solved(curvature, errors) * scale, -_LONGEST_STEP, _LONGEST_STEP)
        motions = np.clip(motions - step, -FURTHEST, FURTHEST)
    return motions


def warped(pictures: Floats, motions: Floats) -> Floats:
    """The pictures moved, by linear interpolation, times ``PARTS`` squared; beyond the edges, the edge."""
    import numpy as np

    # In 32 bits, twice as fast: what is added up stays below 2**24.
    across, down = (_interpolation(at) for at in places(motions, pictures.shape[1]))
    return (down @ pictures.astype(np.float32) @ across.transpose(0, 2, 1)).astype(np.float64)


def places(motions: Floats, side: int) -> tuple[Integers, Integers]:
    """Where in the picture each column, then each row, of the template lies, in parts of a pixel."""
    import numpy as np

    index = np.arange(side)
    middle = (2 * index - (side - 1)) / side
    found = []
    for shift, stretch in ((0, 1), (2, 3)):
        moved = side * (motions[:, shift, None] + motions[:, stretch, None] * middle)
        found.append(np.rint(PARTS * (index + moved)).astype(np.int64))
    return found[0], found[1]


def _interpolation(at: Integers) -> NDArray[np.float32]:
    """Matrices that take from a row of pixels the values at places between them."""
    import numpy as np

    side = at.shape[1]
    pixels = (PARTS * np.arange(side)).astype(np.float32)
    inside = np.clip(at, 0, (side - 1) * PARTS).astype(np.float32)
    found: NDArray[np.float32] = np.maximum(PARTS - np.abs(inside[:, :, None] - pixels), np.float32(0))
    return found


def _inner(pictures: Floats) -> Floats:
    """Without a border: what is there may have no counterpart."""
    count, side = pictures.shape[:2]
    margin = side // 12
    return pictures[:, margin:-margin, margin:-margin].reshape(count, (side - 2 * margin) ** 2)


def _slopes(templates: Floats) -> Floats:
    """How the template changes with each of the four numbers of a motion; count x 4 x pixels."""
    import numpy as np

    across, down = np.zeros_like(templates), np.zeros_like(templates)
    across[:, :, 1:-1] = templates[:, :, 2:] - templates[:, :, :-2]
    down[:, 1:-1] = templates[:, 2:] - templates[:, :-2]
    middle = 2.0 * np.arange(templates.shape[1]) - (templates.shape[1] - 1)
    return np.stack([_inner(one) for one in (across, across * middle, down, down * middle[:, None])], axis=1)


def _inner_products(rows: Floats, values: Floats) -> Floats:
    found: Floats = (rows @ values[:, :, None])[:, :, 0]
    return found


def _light(templates: Floats, moved: Floats) -> tuple[Floats, Floats]:
    """By what factor and summand the moved pictures come nearest to the templates."""
    import numpy as np

    count = templates.shape[1]
    sums = templates.sum(axis=1), moved.sum(axis=1)
    spreads = [count * _dots(one, one) - total * total for one, total in zip((templates, moved), sums, strict=True)]
    joint = count * _dots(templates, moved) - sums[0] * sums[1]
    least = _LEAST_GAIN * np.sqrt(spreads[0] / np.maximum(spreads[1], 1))
    gain = np.maximum(joint / np.maximum(spreads[1], 1), least)
    return gain, (sums[0] - gain * sums[1]) / count


def _dots(ones: Floats, others: Floats) -> Floats:
    found: Floats = (ones[:, None, :] @ others[:, :, None])[:, 0, 0]
    return found


def _solved(matrices: Floats, values: Floats) -> Floats:
    """Gaussian elimination, value by value: no library's order of summation decides."""
    import numpy as np

    rows = np.concatenate([matrices, values[:, :, None]], axis=2)
    for pivot in range(3):
        for row in range(pivot + 1, 4):
            factor = rows[:, row, pivot] / rows[:, pivot, pivot]
            rows[:, row] -= factor[:, None] * rows[:, pivot]
    found = np.zeros_like(values)
    for row in (3, 2, 1, 0):
        rest = rows[:, row, 4]
        for column in range(row + 1, 4):
            rest = rest - rows[:, row, column] * found[:, column]
        found[:, row] = rest / rows[:, row, row]
    return found
