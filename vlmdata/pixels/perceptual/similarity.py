"""How alike two thumbnails are, once laid upon each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlmdata.pixels.perceptual.alignment import PARTS, aligned, places, warped
from vlmdata.pixels.perceptual.cells import CELLS, sums
from vlmdata.pixels.perceptual.signature import LUMA, SIDE, THUMBNAIL_BYTES, Signature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

    Floats = NDArray[np.float64]

MIN_SIMILARITY = 0.89
"""From here on two pictures are taken for copies. Measured on the development pictures of
``benchmarks.near_duplicates``; the curve is in ``docs/cleaning/near-duplicates.md``."""
MAX_SHIFT = 0.075
"""What has moved or been stretched further, in sides of the picture, is another cut of the scene and no copy."""
MAX_COLOUR = 14
"""Mean difference of the two chroma planes from which on pictures differ in colour, as stored (halved)."""
_LOOKS = ((4, 3, 0.1, 0.75), (2, 3, 0.1, 0.65), (1, 2, MAX_SHIFT, 0.0))
"""Thumbnails are compared shrunk by the first number, after so many rounds of alignment. Pairs moved further than the
third, or less alike than the fourth, are not looked at closer. Of unrelated pairs with near hashes one in forty is
looked at a second time; of copies 0.3 % are lost by it."""
_NOISE = 16
"""Variance of luma that compression leaves, added where two cells are compared."""
_STEPS = 1 << 20
"""Cells are added up in so many steps from 0 to 1: as whole numbers, for whose sum no order matters."""
_PIXELS_AT_ONCE = 1 << 16
"""More of them fall out of the processor's cache."""


def similarity(one: Signature, other: Signature) -> float:
    """How alike two pictures are, from 0 to 1; see ``similarities``."""
    import numpy as np

    rows = [np.frombuffer(signature.thumbnail, np.uint8)[None] for signature in (one, other)]
    return float(similarities(rows[0], rows[1])[0])


def similarities(ones: Pixels, others: Pixels) -> Floats:
    """How alike the thumbnails are, pair by pair, from 0 to 1, whichever of the two comes first.

    Both are uint8, pairs x ``THUMBNAIL_BYTES``. One is laid upon the other, its contrast made the same; then it is the
    mean of the structural similarity (Wang et al., "Image quality assessment: from error visibility to structural
    similarity", 2004, contrast and structure without luminance) of the 8 x 8 cells that both show. 0 for pairs that
    differ in colour, have to be moved too far, or prove unlike already at half the size.
    """
    import numpy as np

    found = np.zeros(len(ones))
    colours = np.abs(ones[:, LUMA:].astype(np.int64) - others[:, LUMA:]).sum(axis=1)
    left = np.flatnonzero(colours <= MAX_COLOUR * (THUMBNAIL_BYTES - LUMA))
    first, second = _ordered(ones[left], others[left])
    motions, alike = np.zeros((len(left), 4)), np.zeros(len(left))
    rows = np.arange(len(left))
    for shrunk, rounds, furthest, least in _LOOKS:
        count = _PIXELS_AT_ONCE * shrunk**2 // LUMA
        for start in range(0, len(rows), count):
            part = rows[start : start + count]
            one, other = (_luma(some[part], shrunk) for some in (first, second))
            motions[part] = aligned(one, other, motions[part], rounds)
            compared = _correlation if shrunk == 4 else _structure
            alike[part] = compared(one, other, motions[part], shrunk)
        rows = rows[(np.abs(motions[rows]).max(axis=1, initial=0) <= furthest) & (alike[rows] >= least)]
    found[left[rows]] = alike[rows]
    return np.clip(found, 0, 1)


def _ordered(ones: Pixels, others: Pixels) -> tuple[Pixels, Pixels]:
    """Each pair in the order of its bytes."""
    import numpy as np

    first = (ones != others).argmax(axis=1)[:, None]
    swapped = np.take_along_axis(ones, first, axis=1) > np.take_along_axis(others, first, axis=1)
    return np.where(swapped, others, ones), np.where(swapped, ones, others)


def _luma(thumbnails: Pixels, shrunk: int) -> Floats:
    """Count x side x side: sums of ``shrunk`` x ``shrunk`` pixels."""
    import numpy as np

    luma = thumbnails[:, :LUMA].reshape(-1, SIDE, SIDE).astype(np.float64)
    return luma if shrunk == 1 else sums(luma, SIDE // shrunk)


def _correlation(ones: Floats, others: Floats, motions: Floats, _shrunk: int) -> Floats:
    import numpy as np

    one, other = ones, warped(others, motions)
    count = ones.shape[1] ** 2
    joint, *squares = ((a * b).sum(axis=(1, 2)) for a, b in ((one, other), (one, one), (other, other)))
    totals = one.sum(axis=(1, 2)), other.sum(axis=(1, 2))
    spreads = [count * square - total * total for square, total in zip(squares, totals, strict=True)]
    found: Floats = (count * joint - totals[0] * totals[1]) / np.sqrt(np.maximum(spreads[0] * spreads[1], 1))
    return found


def _structure(ones: Floats, others: Floats, motions: Floats, shrunk: int) -> Floats:
    """The mean structural similarity of the cells of which at least half is seen in both."""
    import numpy as np

    side = ones.shape[1]
    across, down = ((at >= 0) & (at <= (side - 1) * PARTS) for at in places(motions, side))
    both = (down[:, :, None] & across[:, None, :]).astype(np.float64)
    one, other = ones * both, warped(others, motions) * both
    count = sums(both)
    area = np.maximum(count, 1)
    totals = sums(one), sums(other)
    squares = sums(one * one), sums(other * other)
    spreads = [square - total * total / area for square, total in zip(squares, totals, strict=True)]
    joint = sums(one * other) - totals[0] * totals[1] / area
    # The contrast of the second is made that of the first, over all that both show.
    whole = [_spread(square, total, count) for square, total in zip(squares, totals, strict=True)]
    gain = np.sqrt(whole[0] / np.maximum(whole[1], 1))[:, None, None]
    noise = _NOISE * shrunk**4 * count
    alike = (2 * gain * joint + noise) / np.maximum(spreads[0] + gain * gain * spreads[1] + noise, 1)
    seen = count >= (side // CELLS) ** 2 / 2
    exact = np.rint(alike * seen * _STEPS).sum(axis=(1, 2))
    found: Floats = exact / np.maximum(seen.sum(axis=(1, 2)) * _STEPS, 1)
    return found


def _spread(squares: Floats, totals: Floats, count: Floats) -> Floats:
    """Of all cells together."""
    import numpy as np

    square, total, pixels = (cells.sum(axis=(1, 2)) for cells in (squares, totals, count))
    found: Floats = square - total * total / np.maximum(pixels, 1)
    return found
