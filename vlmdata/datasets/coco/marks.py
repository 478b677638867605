"""One entry of COCO's ``annotations`` as an ``Annotation`` (format: cocodataset.org/#format-data)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vlmdata.errors import BadRecord
from vlmdata.types import Annotation, Box, Mask, Point, Ring, Size


def annotation(entry: Mapping[str, Any], mark: str, label: str | None) -> Annotation:
    """Box from ``bbox`` (x, y, width, height from the top-left corner), rings or run-length mask from ``segmentation``.

    ``mark`` is its id in the sample. ``BadRecord`` ``bad_annotation`` where numbers are not what they should be.
    """
    bbox, shape, score = entry.get("bbox"), entry.get("segmentation"), entry.get("score")
    return Annotation(
        id=mark,
        label=label,
        box=Box.from_xywh(*_numbers(bbox, mark, "bbox", exactly=4)) if bbox else None,
        polygon=tuple(_ring(ring, mark) for ring in shape if ring) if isinstance(shape, list) else (),
        mask=_mask(shape, mark) if isinstance(shape, Mapping) else None,
        score=_numbers([score], mark, "score")[0] if score is not None else None,
        source="published",
    )


def _ring(flat: object, mark: str) -> Ring:
    """A polygon ring from ``[x1, y1, x2, y2, …]``."""
    numbers = _numbers(flat, mark, "segmentation")
    if len(numbers) < 6 or len(numbers) % 2:
        raise _bad(mark, f"a ring of {len(numbers)} numbers is no polygon")
    return tuple(Point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))


def _mask(shape: Mapping[str, Any], mark: str) -> Mask:
    """Run lengths, plain or compressed; ``size`` is height, width."""
    counts = shape.get("counts")
    height, width = _numbers(shape.get("size"), mark, "size", exactly=2)
    if not (1 <= height < 1e6 and 1 <= width < 1e6 and height == int(height) and width == int(width)):
        raise _bad(mark, f"a mask of size {width} x {height}")
    size = Size(int(width), int(height))
    if isinstance(counts, str):
        return Mask(counts, size)
    runs = tuple(int(number) for number in _numbers(counts, mark, "counts"))
    if min(runs, default=0) < 0 or sum(runs) != size.area:
        raise _bad(mark, f"run lengths that sum to {sum(runs)} for a mask of {size}")
    return Mask(runs, size)


def _numbers(value: object, mark: str, name: str, exactly: int | None = None) -> list[float]:
    """A list of finite numbers within what float pixels can hold."""
    if not isinstance(value, list) or (exactly is not None and len(value) != exactly):
        raise _bad(mark, f"{name} is a list of {exactly or 'some'} numbers, not {value!r:.60}")
    numbers = []
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < 1e12:
            raise _bad(mark, f"{name} holds {number!r:.40}")
        numbers.append(float(number))
    return numbers


def _bad(mark: str, what: str) -> BadRecord:
    return BadRecord("bad_annotation", f"annotation {mark}: {what}")
