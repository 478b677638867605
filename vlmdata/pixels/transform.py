"""The pixel half of ``vlmdata.types.transform``: what each transform does to a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vlmdata.pixels.raster import Raster
from vlmdata.pixels.resize import resize
from vlmdata.types import Chain, Crop, HFlip, Pad, Resize, Rot90, Transform, VFlip

if TYPE_CHECKING:
    from vlmdata.pixels.policy import Fidelity
    from vlmdata.pixels.raster import Pixels


def flat(transforms: Iterable[Transform]) -> Iterator[Transform]:
    """The same transforms with every ``Chain`` opened."""
    for transform in transforms:
        if isinstance(transform, Chain):
            yield from flat(transform.parts)
        else:
            yield transform


def apply(raster: Raster, transform: Transform, fidelity: Fidelity) -> Raster:
    """One transform of ``flat``. ``ValueError`` where it does not fit, ``TypeError`` for an unknown one.

    Turns, flips and crops share memory with what they were made from; nothing is changed in place.
    """
    match transform:
        case HFlip():
            return _moved(raster, transform, raster.pixels[:, ::-1])
        case VFlip():
            return _moved(raster, transform, raster.pixels[::-1])
        case Rot90():
            return _moved(raster, transform, _turned(raster.pixels, transform.turns))
        case Resize():
            return Raster.whole(resize(raster, transform.size(raster.size), fidelity))
        case Crop() | Pad() if not raster.is_whole:
            raise ValueError(f"{transform} before a resize, on a picture decoded at reduced scale")
        case Crop(left=left, top=top, width=width, height=height):
            transform.size(raster.size)
            return Raster.whole(raster.pixels[top : top + height, left : left + width])
        case Pad():
            return Raster.whole(_padded(raster, transform))
    raise TypeError(f"pixels cannot do {transform!r}")


def _moved(raster: Raster, transform: Transform, pixels: Pixels) -> Raster:
    return Raster(pixels, transform.matrix(raster.size).box(raster.frame))


def _turned(pixels: Pixels, turns: int) -> Pixels:
    import numpy as np

    return np.rot90(pixels, -turns)


def _padded(raster: Raster, pad: Pad) -> Pixels:
    import numpy as np

    inner, outer = raster.size, pad.size(raster.size)
    # Row by row: filling pixel by pixel with a colour takes forty times as long.
    row = np.array([pad.color], np.uint8).repeat(outer.width, axis=0)
    canvas = np.empty((outer.height, outer.width, 3), np.uint8)
    canvas[:] = row
    canvas[pad.top : pad.top + inner.height, pad.left : pad.left + inner.width] = raster.pixels
    return canvas
