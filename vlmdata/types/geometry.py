"""Sizes, points and boxes.

Coordinates are float pixels of the *frame*: the picture as shown, EXIF orientation counted in, before any
layout cuts it. The origin is the outer corner of the top-left pixel; x grows right, y grows down; ``x2`` and
``y2`` are exclusive, so a box that covers a picture is ``(0, 0, width, height)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1. Never a bare ``(h, w)`` tuple."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a size is at least 1x1, not {self.width}x{self.height}")

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def aspect(self) -> float:
        """Long side over short side, so never below 1."""
        return max(self.width, self.height) / min(self.width, self.height)

    @property
    def transposed(self) -> Size:
        return Size(self.height, self.width)

    @property
    def box(self) -> Box:
        """The box that covers all of it."""
        return Box(0.0, 0.0, float(self.width), float(self.height))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Point:
    """A position in float pixels of its frame."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.x) and math.isfinite(self.y)):
            raise ValueError(f"a point has finite coordinates, not ({self.x}, {self.y})")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle as XYXY float pixels of its frame, ``x2`` and ``y2`` exclusive.

    A box may be empty, inverted or reach over its frame, as published annotations do; ``clean.boxes`` mends
    that. It is never NaN or infinite (``ValueError``).
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        finite = math.isfinite  # spelled out: a run makes dozens of boxes for each sample
        if not (finite(self.x1) and finite(self.y1) and finite(self.x2) and finite(self.y2)):
            raise ValueError(f"a box has finite coordinates, not {self.xyxy}")

    @classmethod
    def from_xywh(cls, x: float, y: float, width: float, height: float) -> Box:
        """From COCO's top-left corner, width and height."""
        return cls(x, y, x + width, y + height)

    @classmethod
    def from_cxcywh(cls, cx: float, cy: float, width: float, height: float) -> Box:
        """From centre, width and height (YOLO, DETR), in pixels."""
        return cls(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)

    @classmethod
    def around(cls, points: Iterable[Point]) -> Box:
        """The smallest box around all points; at least one is needed."""
        corners = list(points)
        xs = [point.x for point in corners]
        ys = [point.y for point in corners]
        return cls(min(xs), min(ys), max(xs), max(ys))

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        return (self.x1, self.y1, self.x2, self.y2)

    @property
    def xywh(self) -> tuple[float, float, float, float]:
        return (self.x1, self.y1, self.width, self.height)

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Square pixels; 0 for an empty or inverted box."""
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def center(self) -> Point:
        return Point((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """Clockwise from the top left, as seen."""
        return (Point(self.x1, self.y1), Point(self.x2, self.y1), Point(self.x2, self.y2), Point(self.x1, self.y2))

    def clamp(self, size: Size) -> Box:
        """Cut to the frame. A box wholly outside becomes an empty one on the edge."""
        return Box(
            min(max(self.x1, 0.0), size.width),
            min(max(self.y1, 0.0), size.height),
            min(max(self.x2, 0.0), size.width),
            min(max(self.y2, 0.0), size.height),
        )

    def intersect(self, other: Box) -> Box | None:
        """The common part, or None where there is none."""
        left, top = max(self.x1, other.x1), max(self.y1, other.y1)
        right, bottom = min(self.x2, other.x2), min(self.y2, other.y2)
        return Box(left, top, right, bottom) if left < right and top < bottom else None
