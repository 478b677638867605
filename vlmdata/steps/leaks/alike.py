"""How alike a picture is to those of an evaluation set, those with little in them among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlmdata.pixels.perceptual import SIDE, Signature, similarities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

    Floats = NDArray[np.float64]

LUMA = SIDE * SIDE
_ONE_COLOUR = 4
"""Levels of luma that compression may make of one."""
_LEVELS = 1
"""By which two pictures with little in them may differ, in the mean, in luma and in stored chroma."""
_CORRELATION = 0.98
"""Of their luma, at least: of small spots at different places it is near 0."""


def is_empty(look: Signature) -> bool:
    """Whether it is of one colour, as pictures are that stand for a missing one."""
    return max(look.thumbnail[:LUMA]) - min(look.thumbnail[:LUMA]) <= _ONE_COLOUR


def alike(look: Signature, thumbnails: Pixels) -> Floats:
    """From 0 to 1, for each of the thumbnails (uint8, count x ``THUMBNAIL_BYTES``).

    ``pixels.perceptual.similarities``; but where there is little to be seen in one of the two, in skies for instance,
    it is the correlation of their luma, and 0 unless they are the same to about a level. So they are found when they
    were resized and saved again, though not when they were changed.
    """
    import numpy as np

    mine = np.repeat(np.frombuffer(look.thumbnail, np.uint8)[None], len(thumbnails), axis=0)
    pale = np.array([look.is_blank or Signature(0, row.tobytes()).is_blank for row in thumbnails], bool)
    found = np.zeros(len(thumbnails))
    found[~pale] = similarities(mine[~pale], thumbnails[~pale])
    found[pale] = _almost_equal(mine[pale].astype(np.int64), thumbnails[pale].astype(np.int64))
    return found


def _almost_equal(ones: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
    import numpy as np

    apart = np.abs(ones - others)
    chroma = ones.shape[1] - LUMA
    same = (apart[:, :LUMA].sum(axis=1) <= _LEVELS * LUMA) & (apart[:, LUMA:].sum(axis=1) <= _LEVELS * chroma)
    one, other = ones[:, :LUMA], others[:, :LUMA]
    sums = one.sum(axis=1), other.sum(axis=1)
    joint = LUMA * (one * other).sum(axis=1) - sums[0] * sums[1]
    spreads = [LUMA * (rows * rows).sum(axis=1) - total * total for rows, total in zip((one, other), sums, strict=True)]
    found = joint / np.sqrt(np.maximum(spreads[0], 1).astype(float) * np.maximum(spreads[1], 1))
    return np.where(same & (found >= _CORRELATION), found, 0.0)
