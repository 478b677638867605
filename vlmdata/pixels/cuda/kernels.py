"""The transforms of ``vlmdata.types`` on tensors: uint8, pictures x 3 x rows x columns, on any device.

They do what ``pixels/transform.py`` does to one picture on the CPU. The filters of a resize are the same, bicubic with
a = -0.5 or bilinear, widened when shrinking, as Pillow's; torch computes in float32 and rounds once, Pillow in 8-bit
fixed point and rounds after each axis, so values differ by a level here and there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vlmdata.pixels.views import Edits
from vlmdata.types import Crop, HFlip, Pad, Resize, Rot90, Size, Transform, VFlip

if TYPE_CHECKING:
    from torch import Tensor


def cut(pixels: Tensor, views: Sequence[Edits]) -> list[Tensor]:
    """Each view of all pictures, in order. Edits that several views begin with are done once."""
    done: dict[Edits, Tensor] = {(): pixels}
    for edits in views:
        for length, edit in enumerate(edits):
            if edits[: length + 1] not in done:
                done[edits[: length + 1]] = apply(done[edits[:length]], edit)
    return [done[edits] for edits in views]


def apply(pixels: Tensor, transform: Transform) -> Tensor:
    """One transform of ``flat``. ``ValueError`` where it does not fit, ``TypeError`` for an unknown one.

    A crop shares memory with what it was cut from; nothing is changed in place.
    """
    import torch

    match transform:
        case HFlip():
            return pixels.flip(-1)
        case VFlip():
            return pixels.flip(-2)
        case Rot90(turns=turns):
            return torch.rot90(pixels, -turns, (-2, -1))
        case Resize():
            return _resized(pixels, transform)
        case Crop(left=left, top=top, width=width, height=height):
            transform.size(size_of(pixels))
            return pixels[..., top : top + height, left : left + width]
        case Pad():
            return _padded(pixels, transform)
    raise TypeError(f"pixels cannot do {transform!r}")


def size_of(pixels: Tensor) -> Size:
    height, width = pixels.shape[-2:]
    return Size(width, height)


def _resized(pixels: Tensor, to: Resize) -> Tensor:
    import torch
    from torch.nn.functional import interpolate

    if size_of(pixels) == to.size(size_of(pixels)):
        return pixels
    # In float: CUDA has no kernel for 8 bits, and the CPU's is another computation.
    values = interpolate(pixels.float(), (to.height, to.width), mode=to.filter, antialias=True)
    return values.round_().clamp_(0, 255).to(torch.uint8)


def _padded(pixels: Tensor, pad: Pad) -> Tensor:
    inner, outer = size_of(pixels), pad.size(size_of(pixels))
    canvas = pixels.new_empty((*pixels.shape[:2], outer.height, outer.width))
    for channel, value in zip(canvas.unbind(1), pad.color, strict=True):
        channel.fill_(value)
    canvas[..., pad.top : pad.top + inner.height, pad.left : pad.left + inner.width] = pixels
    return canvas
