"""Making the views of one picture, each shared beginning once; and how coarse a decode serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vlmdata.pixels.transform import apply, flat
from vlmdata.types import HFlip, Image, Resize, Rot90, Size, Transform, VFlip

if TYPE_CHECKING:
    from vlmdata.pixels.policy import Fidelity, PixelPolicy
    from vlmdata.pixels.raster import Pixels, Raster

Edits = tuple[Transform, ...]

_SCALES = (8, 4, 2)


def plan(image: Image, policy: PixelPolicy) -> tuple[Edits, ...]:
    """What is done to the picture for each view that is stored: its own edits, then those of its layout."""
    if policy.views == "planned":
        return (tuple(flat(image.edits)),)
    return tuple(tuple(flat((*image.edits, *view.edits))) for view in image.layout.views)


def cut(raster: Raster, views: Sequence[Edits], fidelity: Fidelity) -> list[Pixels]:
    """The pixels of each view, in order. Edits that several views begin with are done once.

    LLaVA-NeXT's patches, for one, are crops of one resized and padded picture.
    """
    done: dict[Edits, Raster] = {(): raster}
    for edits in views:
        for length, edit in enumerate(edits):
            if edits[: length + 1] not in done:
                done[edits[: length + 1]] = apply(done[edits[:length]], edit, fidelity)
    return [done[edits].pixels for edits in views]


def reduction(stored: Size, turns: Edits, views: Sequence[Edits]) -> int:
    """By which of 8, 4, 2 or 1 a JPEG of ``stored`` size may be shrunk while it is decoded.

    Above 1 only where every view begins by shrinking, flips and turns apart, and none needs a pixel more than the
    smaller picture has. ``turns`` bring the stored picture upright.
    """
    needs = [_first_size((*turns, *edits)) for edits in views]
    for scale in _SCALES:
        if all(need and need.width * scale <= stored.width and need.height * scale <= stored.height for need in needs):
            return scale
    return 1


def _first_size(edits: Edits) -> Size | None:
    """The size of the first resize, as seen before the turns ahead of it; None if anything else comes first."""
    swapped = False
    for edit in edits:
        match edit:
            case Resize(width=width, height=height):
                return Size(height, width) if swapped else Size(width, height)
            case Rot90(turns=turns):
                swapped ^= turns != 2
            case HFlip() | VFlip():
                continue
            case _:
                return None
    return None
