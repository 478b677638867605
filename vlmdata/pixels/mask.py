"""COCO run-length masks: their codec, and their pending edits.

Runs alternate between outside and inside, beginning outside, down the columns. The compressed string holds them
as pycocotools does (``rleToString`` and ``rleFrString`` in ``common/maskApi.c`` of cocodataset/cocoapi): from the
fourth run on the difference to the run two before, in groups of 5 bits, low ones first, bit 6 where more follow,
plus 48.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from vlmdata.errors import BadRecord
from vlmdata.pixels.transform import flat
from vlmdata.types import Crop, HFlip, Mask, Pad, Resize, Rot90, Size, Transform, VFlip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Inside = NDArray[np.bool_]


class Rle(TypedDict):
    """As pycocotools and COCO's JSON have it: ``size`` is height, width."""

    size: list[int]
    counts: str


def render_mask(mask: Mask) -> Rle:
    """The mask with its edits done: padding is outside, resizing takes the nearest pixel.

    ``BadRecord`` with ``bad_mask`` for runs that do not fill the mask, or edits that do not fit its size.
    """
    if not mask.edits:
        counts = mask.counts if isinstance(mask.counts, str) else encode_counts(mask.counts)
        return Rle(size=[mask.size.height, mask.size.width], counts=counts)
    inside = raster_of(mask)
    for edit in flat(mask.edits):
        inside = _edited(inside, edit)
    height, width = inside.shape
    return Rle(size=[height, width], counts=encode_counts(_runs(inside)))


def raster_of(mask: Mask) -> Inside:
    """Its pixels before any edit, rows x columns, true inside. ``BadRecord`` as ``render_mask``."""
    import numpy as np

    runs = decode_counts(mask.counts) if isinstance(mask.counts, str) else list(mask.counts)
    if min(runs, default=0) < 0 or sum(runs) != mask.size.area:
        raise BadRecord("bad_mask", f"runs of {sum(runs)} pixels for a mask of {mask.size}")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape(mask.size.width, mask.size.height).T


def decode_counts(text: str) -> list[int]:
    """Run lengths of a compressed string. ``BadRecord`` with ``bad_mask`` where it is not one."""
    runs: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64:
            raise BadRecord("bad_mask", f"{character!r} in a compressed mask")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise BadRecord("bad_mask", "a compressed mask ends inside a number")
    return runs


def encode_counts(runs: Sequence[int]) -> str:
    """The compressed string of run lengths."""
    characters: list[str] = []
    for number, run in enumerate(runs):
        value = run - runs[number - 2] if number > 2 else run
        while True:
            bits, value = value & 0x1F, value >> 5
            is_last = value == (-1 if bits & 0x10 else 0)
            characters.append(chr(48 + bits + (0 if is_last else 0x20)))
            if is_last:
                break
    return "".join(characters)


def _runs(inside: Inside) -> list[int]:
    import numpy as np

    flat_mask = inside.T.ravel()
    edges = np.flatnonzero(flat_mask[1:] != flat_mask[:-1]) + 1
    runs: list[int] = np.diff(np.concatenate(([0], edges, [flat_mask.size]))).tolist()
    return [0, *runs] if flat_mask[0] else runs


def _edited(inside: Inside, edit: Transform) -> Inside:
    import numpy as np

    height, width = inside.shape
    try:
        after = edit.size(Size(width, height))
    except ValueError as error:
        raise BadRecord("bad_mask", str(error)) from None
    match edit:
        case HFlip():
            return inside[:, ::-1]
        case VFlip():
            return inside[::-1]
        case Rot90():
            return np.rot90(inside, -edit.turns)
        case Crop():
            return inside[edit.top : edit.top + edit.height, edit.left : edit.left + edit.width]
        case Pad():
            return np.pad(inside, ((edit.top, edit.bottom), (edit.left, edit.right)))
        case Resize():
            return inside[_nearest(height, after.height)[:, None], _nearest(width, after.width)]
    raise TypeError(f"masks cannot do {edit!r}")


def _nearest(before: int, after: int) -> NDArray[np.intp]:
    """The old position whose pixel holds the centre of each new one."""
    import numpy as np

    return ((2 * np.arange(after) + 1) * before // (2 * after)).astype(np.intp)
