"""At which sizes a picture is looked at for faces, and in which pieces.

A detector knows faces of a certain range of sizes. Large ones are found in a small picture, small ones in a large one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from vlmdata.types import Box, Crop, Size

COARSE = 640
"""The longer side of the first look, in pixels: a face that fills the picture is still found there."""
TRUSTED = 256
"""The longer side of the largest face that a finer look may report: of larger ones it sees parts."""
_MOST_ENLARGED = 4
_WORTHWHILE = 1.5
"""A second look at less than this times the size of the first finds nothing new."""
_PIECE = 1280
_CUT = 4
"""Pixels: a face that comes so near to where a piece was cut may go on beyond."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a look that is seen at once, and the edges at which it was cut off from the rest."""

    crop: Crop
    inner: Box

    def sees_whole(self, box: Box) -> bool:
        """Whether a box in the look's pixels ends before every cut."""
        return (
            self.inner.x1 <= box.x1 and self.inner.y1 <= box.y1 and box.x2 <= self.inner.x2 and box.y2 <= self.inner.y2
        )


def looks(size: Size, detail: int) -> list[Size]:
    """Sizes at which a picture is looked at, the coarse one first.

    Small pictures are enlarged for the coarse look, up to four times. The fine one has a longer side of ``detail``
    pixels at most and is never enlarged; there is none where it would hardly be finer.
    """
    longer = max(size.width, size.height)
    coarse = min(COARSE, _MOST_ENLARGED * longer)
    fine = min(detail, longer)
    sides = (coarse, fine) if fine >= _WORTHWHILE * coarse else (coarse,)
    return [_scaled(size, side / longer) for side in sides]


def pieces(size: Size) -> Iterator[Piece]:
    """A look in pieces of bounded memory that overlap by the largest trusted face; mostly one piece."""
    for (left, width), (top, height) in product(_spans(size.width), _spans(size.height)):
        inner = Box(
            left + _CUT if left else -size.width,
            top + _CUT if top else -size.height,
            left + width - _CUT if left + width < size.width else 2 * size.width,
            top + height - _CUT if top + height < size.height else 2 * size.height,
        )
        yield Piece(Crop(left, top, width, height), inner)


def _spans(length: int) -> Iterator[tuple[int, int]]:
    """Where pieces begin, and how long they are."""
    if length <= _PIECE:
        yield 0, length
        return
    step = _PIECE - TRUSTED - 2 * _CUT
    for start in range(0, length - _PIECE + step, step):
        yield min(start, length - _PIECE), _PIECE


def _scaled(size: Size, factor: float) -> Size:
    return Size(max(1, round(size.width * factor)), max(1, round(size.height * factor)))
