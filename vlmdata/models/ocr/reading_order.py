"""In which order lines found on a picture are read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from vlmdata.models.ocr.line import Line
from vlmdata.types import Box, Point

_PROSE = 8
"""A line of prose is at least so many times as long as it is high: eight Japanese letters, some sixteen Latin ones."""
_SLOPE_FROM = 4
"""A line shows by what angle the page is turned if it is so many times as long as high."""

Extent = tuple[float, float, list[int]]
"""From where to where lines reach along one axis, and which they are."""


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Rows from top to bottom, each from left to right; columns of prose one after the other.

    The page is cut where nothing stands, along rows and across, and what is cut out in the same way (recursive X-Y
    cut: Nagy and Seth, Hierarchical representation of optically scanned documents, 1984). A gap that goes down through
    several rows parts columns only if what stands on either side is prose, two long lines or more; a table is read
    row by row. Where more letters run downwards than across, the page is read as vertical Japanese: lines from right
    to left, each downwards, tiers from top to bottom. A page that is turned by a few degrees is read straight.
    """
    down = sum(len(line.text) if line.is_vertical else -len(line.text) for line in lines) > 0
    page = _Page(_straight([_corners(line, down) for line in lines]))
    return [lines[number] for number in page.ordered(list(range(len(lines))))]


def _corners(line: Line, down: bool) -> list[Point]:
    """Of its place, where a page written downwards lies on its side: its lines run across and follow each other down.

    The upper left corner comes first in either case.
    """
    if not down:
        return list(line.quad)
    turned = [Point(corner.y, -corner.x) for corner in line.quad]
    return [*turned[1:], turned[0]]


def _straight(quads: Sequence[Sequence[Point]]) -> list[Box]:
    """Boxes around them, turned back by the angle at which most long lines run."""
    slopes = []
    for upper_left, upper_right, _, lower_left in quads:
        across, down = upper_right.x - upper_left.x, upper_right.y - upper_left.y
        height = math.hypot(lower_left.x - upper_left.x, lower_left.y - upper_left.y)
        if across >= _SLOPE_FROM * height:
            slopes.append(math.atan2(down, across))
    angle = median(slopes) if slopes else 0.0
    cos, sin = math.cos(angle), math.sin(angle)
    return [Box.around(Point(at.x * cos + at.y * sin, at.y * cos - at.x * sin) for at in quad) for quad in quads]


class _Page:
    """Boxes of lines, upright; lines are known by their number."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        self.margin = median(box.height for box in boxes) / 4 if boxes else 0.0

    def ordered(self, numbers: Sequence[int]) -> list[int]:
        rows = _apart(self._extent(number, self.boxes[number].y1, self.boxes[number].y2) for number in numbers)
        order: list[int] = []
        begin = 0
        while begin < len(rows):
            parts, end = self._columns([row for _, _, row in rows[begin:]])
            if not parts:
                parts, end = self._side_by_side(rows[begin][2]), 1
            if len(parts) > 1:
                order += [number for part in parts for number in self.ordered(part)]
            else:
                order += sorted(parts[0], key=lambda number: (self.boxes[number].center.y, self.boxes[number].x1))
            begin += end
        return order

    def _columns(self, rows: Sequence[Sequence[int]]) -> tuple[list[list[int]], int]:
        """Columns of prose that begin with the first of ``rows``, and how many rows they have; none if it has none."""
        columns: list[Extent] = []
        count = 0
        for row in rows:
            longer = _apart([*columns, *((self.boxes[number].x1, self.boxes[number].x2, [number]) for number in row)])
            if count and len(longer) < 2:
                break
            columns, count = longer, count + 1
        found = [column for _, _, column in columns]
        is_prose = len(found) > 1 and all(map(self._is_prose, found))
        return (found, count) if is_prose else ([], 0)

    def _is_prose(self, column: Sequence[int]) -> bool:
        long = sum(self.boxes[number].width >= _PROSE * self.boxes[number].height for number in column)
        return len(column) > 1 and 2 * long >= len(column)

    def _side_by_side(self, row: Sequence[int]) -> list[list[int]]:
        extents = (self._extent(number, self.boxes[number].x1, self.boxes[number].x2) for number in row)
        return [part for _, _, part in _apart(extents)]

    def _extent(self, number: int, low: float, high: float) -> Extent:
        """Without the ends, which overlap those of neighbours: engines leave a margin around lines."""
        margin = min(self.margin, (high - low) / 4)
        return low + margin, high - margin, [number]


def _apart(extents: Iterable[Extent]) -> list[Extent]:
    """Those that overlap put together, in order."""
    together: list[Extent] = []
    for low, high, numbers in sorted(extents):
        if together and low < together[-1][1]:
            first, last, others = together[-1]
            together[-1] = (first, max(last, high), others + numbers)
        else:
            together.append((low, high, numbers))
    return together
