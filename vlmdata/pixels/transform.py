"""The pixel half of ``vlmdata.types.transform``: what each transform does to a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vlmdata.pixels.edit import edited
from vlmdata.pixels.padding import bordered, inner
from vlmdata.pixels.raster import Raster
from vlmdata.pixels.resize import resize
from vlmdata.types import Chain, Crop, HFlip, Pad, PixelEdit, Resize, Rot90, Transform, VFlip

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
        case HFlip() | VFlip() | Rot90():
            return Raster(_moved(raster.pixels, transform), transform.matrix(raster.size).box(raster.frame))
        case Resize():
            return Raster.whole(resize(raster, transform, fidelity))
        case Crop() | Pad() if not raster.is_whole:
            raise ValueError(f"{transform} before a resize, on a picture decoded at reduced scale")
        case Crop(left=left, top=top, width=width, height=height):
            transform.size(raster.size)
            return Raster.whole(raster.pixels[top : top + height, left : left + width])
        case Pad():
            return Raster.whole(_padded(raster, transform))
        case PixelEdit():
            return Raster(edited(raster.pixels[..., :3], transform), raster.frame)
    raise TypeError(f"pixels cannot do {transform!r}")


def resize_and_pad(raster: Raster, to: Resize, pad: Pad, fidelity: Fidelity) -> tuple[Raster, Raster]:
    """Both at once: the resized picture, and the padded one whose memory it shares."""
    pixels = resize(raster, to, fidelity, pad)
    return Raster.whole(inner(pixels, pad)), Raster.whole(pixels)


def _moved(pixels: Pixels, transform: HFlip | VFlip | Rot90) -> Pixels:
    import numpy as np

    match transform:
        case HFlip():
            return pixels[:, ::-1]
        case VFlip():
            return pixels[::-1]
        case Rot90(turns=turns):
            return np.rot90(pixels, -turns)


def _padded(raster: Raster, pad: Pad) -> Pixels:
    pixels = bordered(raster.size, pad, raster.pixels.shape[2])
    inner(pixels, pad)[:] = raster.pixels
    return pixels
