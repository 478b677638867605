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
_ROUNDS = ((4, 3), (2, 3), (1, 2))
"""How often the motion is improved on thumbnails shrunk by so much."""
_HOPELESS = 0.6
"""Less than this at half the size is not looked at closer."""
_NOISE = 16
"""Variance of luma that compression leaves, added where two cells are compared."""
_STEPS = 1 << 20
"""Cells are added up in so many steps from 0 to 1: as whole numbers, for whose sum no order matters."""
_AT_ONCE = 32
"""Pairs; more of them fall out of the processor's cache."""


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
    for start in range(0, len(ones), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = _some(*_ordered(ones[part], others[part]))
    return found


def _ordered(ones: Pixels, others: Pixels) -> tuple[Pixels, Pixels]:
    """Each pair in the order of its bytes."""
    import numpy as np

    first = (ones != others).argmax(axis=1)[:, None]
    swapped = np.take_along_axis(ones, first, axis=1) > np.take_along_axis(others, first, axis=1)
    return np.where(swapped, others, ones), np.where(swapped, ones, others)


def _some(ones: Pixels, others: Pixels) -> Floats:
    import numpy as np

    found = np.zeros(len(ones))
    colours = [rows[:, LUMA:].astype(np.int64) for rows in (ones, others)]
    left = np.flatnonzero(np.abs(colours[0] - colours[1]).sum(axis=1) <= MAX_COLOUR * (THUMBNAIL_BYTES - LUMA))
    pairs = [rows[left, :LUMA].reshape(-1, SIDE, SIDE).astype(np.float64) for rows in (ones, others)]
    motions = np.zeros((len(left), 4))
    for shrunk, rounds in _ROUNDS:
        one, other = (_shrunk(rows, shrunk) for rows in pairs)
        motions = aligned(one, other, motions, rounds)
        if shrunk == 2:
            hopeful = _structure(one, other, motions, shrunk) >= _HOPELESS
            left, motions, pairs = left[hopeful], motions[hopeful], [rows[hopeful] for rows in pairs]
    near = np.abs(motions).max(axis=1, initial=0) <= MAX_SHIFT
    found[left[near]] = _structure(pairs[0][near], pairs[1][near], motions[near], 1)
    return np.clip(found, 0, 1)


def _shrunk(luma: Floats, by: int) -> Floats:
    """Sums of squares of ``by`` x ``by`` pixels."""
    count, side = luma.shape[:2]
    found: Floats = luma.reshape(count, side // by, by, side // by, by).sum(axis=(2, 4))
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
    spreads = [sums(rows * rows) - total * total / area for rows, total in zip((one, other), totals, strict=True)]
    joint = sums(one * other) - totals[0] * totals[1] / area
    # The contrast of the second is made that of the first, over all that both show.
    whole = [_spread(rows, both) for rows in (one, other)]
    gain = np.sqrt(whole[0] / np.maximum(whole[1], 1))[:, None, None]
    noise = _NOISE * shrunk**4 * count
    alike = (2 * gain * joint + noise) / np.maximum(spreads[0] + gain * gain * spreads[1] + noise, 1)
    seen = count >= (side // CELLS) ** 2 / 2
    exact = np.rint(alike * seen * _STEPS).sum(axis=(1, 2))
    found: Floats = exact / np.maximum(seen.sum(axis=(1, 2)) * _STEPS, 1)
    return found


def _spread(values: Floats, both: Floats) -> Floats:
    import numpy as np

    count = np.maximum(both.sum(axis=(1, 2)), 1)
    total = values.sum(axis=(1, 2))
    found: Floats = (values * values).sum(axis=(1, 2)) - total * total / count
    return found
