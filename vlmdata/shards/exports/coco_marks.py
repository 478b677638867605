"""An annotation of the schema as COCO's instance."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vlmdata.errors import BadRecord
from vlmdata.pixels.mask import decode_counts, raster_of
from vlmdata.types import Mask, Record, Size

Xywh = tuple[float, float, float, float]


def instance(mark: Record) -> Record:
    """``bbox`` (x, y, width, height), ``area`` in square pixels, ``segmentation``, ``score`` and ``text`` where known.

    The box is that of the mark, else the one around its mask or polygon; the area is that of the mask, else of the
    polygon, else of the box. ``BadRecord``: ``no_box`` for a mere point, ``bad_mask``.
    """
    mask = _mask(json.loads(mark["mask"])) if mark["mask"] else None
    rings = mark["polygon"] or ()
    if mark["bbox"]:
        x1, y1, x2, y2 = mark["bbox"]
        box: Xywh = (x1, y1, x2 - x1, y2 - y1)
    elif mask:
        box = _around_mask(mask)
    elif rings:
        box = _around(rings)
    else:
        raise BadRecord("no_box", mark["id"])
    found: Record = {"bbox": list(box), "area": _area(mask, rings, box)}
    if mask:
        found["segmentation"] = json.loads(mark["mask"])
    elif rings:
        found["segmentation"] = rings
    return found | {name: mark[name] for name in ("score", "text") if mark[name] is not None}


def _mask(rle: Record) -> Mask:
    counts, (height, width) = rle["counts"], rle["size"]
    return Mask(counts if isinstance(counts, str) else tuple(counts), Size(width, height))


def _area(mask: Mask | None, rings: Sequence[Sequence[float]], box: Xywh) -> float:
    if mask:
        runs = decode_counts(mask.counts) if isinstance(mask.counts, str) else mask.counts
        return float(sum(runs[1::2]))
    return sum(map(_ring_area, rings)) if rings else max(0.0, box[2]) * max(0.0, box[3])


def _ring_area(ring: Sequence[float]) -> float:
    """The shoelace formula."""
    xs, ys = ring[::2], ring[1::2]
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))) / 2


def _around(rings: Sequence[Sequence[float]]) -> Xywh:
    xs = [x for ring in rings for x in ring[::2]]
    ys = [y for ring in rings for y in ring[1::2]]
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _around_mask(mask: Mask) -> Xywh:
    import numpy as np

    inside = raster_of(mask)
    xs, ys = np.flatnonzero(np.any(inside, axis=0)), np.flatnonzero(np.any(inside, axis=1))
    if not len(xs):
        raise BadRecord("bad_mask", "a mask of nothing")
    left, top = int(xs[0]), int(ys[0])
    return (left, top, int(xs[-1]) + 1 - left, int(ys[-1]) + 1 - top)
