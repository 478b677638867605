"""Making the views of one picture, each shared beginning once; and how coarse a decode serves them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vlmdata.pixels.transform import apply, flat, resize_and_pad
from vlmdata.types import HFlip, Image, Pad, Resize, Rot90, Size, Transform, VFlip

if TYPE_CHECKING:
    from vlmdata.pixels.policy import Fidelity, PixelPolicy
    from vlmdata.pixels.raster import Pixels, Raster

Edits = tuple[Transform, ...]

_SCALES = (8, 4, 2)
_ENOUGH = 1.5
"""A view is made from a picture already resized if that has so many times its pixels, by side. At this factor it is
38 dB or more from exact by median and 37 at worst; at 1.25, 35 and 32 (``docs/kernels.md``)."""


def plan(image: Image, policy: PixelPolicy) -> tuple[Edits, ...]:
    """What is done to the picture for each view that is stored: its own edits, then those of its layout."""
    if policy.views == "planned":
        return (tuple(flat(image.edits)),)
    return tuple(tuple(flat((*image.edits, *view.edits))) for view in image.layout.views)


def cut(raster: Raster, views: Sequence[Edits], fidelity: Fidelity) -> list[Pixels]:
    """The pixels of each view, in order. Edits that several views begin with are done once.

    LLaVA-NeXT's patches, for one, are crops of one resized and padded picture. Where ``fidelity`` is ``fast``, its
    small whole is made from that resized picture too, if the source is larger still.
    """
    done: dict[Edits, Raster] = {(): raster}
    for edits in sorted(views, key=_first_area, reverse=True):
        for length in range(len(edits)):
            if edits[: length + 1] not in done:
                done |= _made(done, edits, length, fidelity)
    return [done[edits].pixels for edits in views]


def reduction(stored: Size, turns: Edits, views: Sequence[Edits]) -> int:
    """By which of 8, 4, 2 or 1 a JPEG of ``stored`` size may be shrunk while it is decoded.

    Above 1 only where every view begins by shrinking, flips and turns apart, and none needs a pixel more than the
    smaller picture has. ``turns`` bring the stored picture upright. libjpeg-turbo's other scales, such as 3/8, are
    slower than the next larger one of these.
    """
    needs = [_first_size((*turns, *edits)) for edits in views]
    for scale in _SCALES:
        if all(need and need.width * scale <= stored.width and need.height * scale <= stored.height for need in needs):
            return scale
    return 1


def _made(done: Mapping[Edits, Raster], edits: Edits, number: int, fidelity: Fidelity) -> dict[Edits, Raster]:
    """What comes of edit ``number``, and of the padding after it if it is a resize with one."""
    before, edit, after = edits[:number], edits[number], edits[number + 1 : number + 2]
    if not isinstance(edit, Resize):
        return {(*before, edit): apply(done[before], edit, fidelity)}
    source = done[before] if fidelity == "exact" else _least(done, before, edit)
    match after:
        case (Pad() as pad,):
            resized, padded = resize_and_pad(source, edit, pad, fidelity)
            return {(*before, edit): resized, (*before, edit, pad): padded}
    return {(*before, edit): apply(source, edit, fidelity)}


def _least(done: Mapping[Edits, Raster], before: Edits, to: Resize) -> Raster:
    """The smallest picture that can be resized instead of that of ``before``, or itself."""
    whole = done[before]
    resized = (done[key] for key in done if key and key[:-1] == before and isinstance(key[-1], Resize))
    enough = (one for one in resized if one.size.width >= _ENOUGH * to.width and one.size.height >= _ENOUGH * to.height)
    return min((whole, *enough), key=lambda one: one.size.area)


def _first_area(edits: Edits) -> int:
    size = _first_size(edits)
    return size.area if size else 0


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
