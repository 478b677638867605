"""The regions of a mask that is published as a picture, as annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.io.bytes import bytes_of
from vlmdata.pixels.decode import decode
from vlmdata.pixels.header import read_header
from vlmdata.pixels.mask import encode_counts
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.types import Annotation, Box, Image, Mask, Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

_POLICY = PixelPolicy(background=(0, 0, 0), fidelity="exact")
"""What is transparent is outside."""

_Run = tuple[int, int, int]
"""Column, first row, row after the last."""


def mask_regions(mask: Image, picture: Image, label: str | None = None) -> list[Annotation]:
    """One annotation of ``picture``, box and run-length mask, for each region of ``mask`` that is not black.

    Pixels belong together where they touch, at corners too. Regions come in the order of their leftmost, then topmost
    pixel. ``picture`` is image 0 of its sample.

    ``BadRecord`` ``bad_mask`` where the mask has another size; and the reasons of a picture that cannot be read.
    """
    data = bytes_of(mask)
    header, size = read_header(data), read_header(bytes_of(picture)).size
    if header.size != size:
        raise BadRecord("bad_mask", f"a mask of {header.size} for a picture of {size}")
    regions = _connected(_runs(decode(data, header, _POLICY).pixels))
    return [
        Annotation(id=f"r{number}", label=label, box=_box(runs), mask=_mask(runs, size), source="published")
        for number, runs in enumerate(regions)
    ]


def _runs(pixels: Pixels) -> list[_Run]:
    """Runs of pixels that are not black down the columns, columns left to right."""
    import numpy as np

    height, width, _ = pixels.shape
    columns = np.zeros((width, height + 1), np.int8)  # the row more keeps runs of two columns apart
    columns[:, :height] = pixels.any(axis=2).T
    edges = np.flatnonzero(np.diff(columns.ravel(), prepend=0))
    places = zip(*np.divmod(edges[::2], height + 1), edges[1::2] % (height + 1), strict=True)
    return [(int(column), int(top), int(bottom)) for column, top, bottom in places]


def _connected(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Runs by the region they are of."""
    parent = list(range(len(runs)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, other in _touching(runs):
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    regions: dict[int, list[_Run]] = {}
    for number, run in enumerate(runs):
        regions.setdefault(root(number), []).append(run)
    return list(regions.values())


def _touching(runs: Sequence[_Run]) -> Iterable[tuple[int, int]]:
    """Pairs of runs of neighbouring columns that touch."""
    left = 0
    for right, (column, top, bottom) in enumerate(runs):
        while runs[left][0] < column - 1 or (runs[left][0] == column - 1 and runs[left][2] < top):
            left += 1
        place = left
        while runs[place][0] == column - 1 and runs[place][1] <= bottom:
            yield place, right
            place += 1


def _box(runs: Sequence[_Run]) -> Box:
    return Box(
        float(runs[0][0]),
        float(min(top for _, top, _ in runs)),
        float(runs[-1][0] + 1),
        float(max(bottom for _, _, bottom in runs)),
    )


def _mask(runs: Sequence[_Run], size: Size) -> Mask:
    counts: list[int] = []
    place = 0
    for column, top, bottom in runs:
        start = column * size.height + top
        if counts and start == place:  # a run that goes on at the top of the next column
            counts[-1] += bottom - top
        else:
            counts += [start - place, bottom - top]
        place = column * size.height + bottom
    return Mask(encode_counts([*counts, size.area - place]), size)
