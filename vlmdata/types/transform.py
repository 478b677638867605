"""Geometry that moves a picture and everything marked on it together.

Each transform says two things: the frame it makes of a frame (``size``) and where a position goes (``matrix``).
Points, boxes and polygons all move by that one matrix; ``pixels`` does the same to the picture. So a step can
choose whether to flip, and cannot forget the boxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from vlmdata.types.geometry import Box, Point, Size

ResizeFilter = Literal["bicubic", "bilinear", "lanczos"]


@dataclass(frozen=True, slots=True)
class Affine:
    """``x' = a*x + b*y + c`` and ``y' = d*x + e*y + f``. Here always a scaled right-angle turn or mirror."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    @property
    def mirrors(self) -> bool:
        """Whether it turns a clockwise ring into a counter-clockwise one."""
        return self.a * self.e - self.b * self.d < 0

    def point(self, point: Point) -> Point:
        return Point(
            self.a * point.x + self.b * point.y + self.c,
            self.d * point.x + self.e * point.y + self.f,
        )

    def box(self, box: Box) -> Box:
        """The moved box, upright again. Exact, for only right angles occur; an inverted box stays inverted."""
        one, two = self.point(Point(box.x1, box.y1)), self.point(Point(box.x2, box.y2))
        flipped_x, flipped_y = self.a + self.b < 0, self.d + self.e < 0
        x1, x2 = (two.x, one.x) if flipped_x else (one.x, two.x)
        y1, y2 = (two.y, one.y) if flipped_y else (one.y, two.y)
        return Box(x1, y1, x2, y2)

    def ring(self, ring: Iterable[Point]) -> tuple[Point, ...]:
        """A moved polygon ring; a mirror reverses the vertices, so that the winding stays."""
        moved = tuple(self.point(point) for point in ring)
        return moved[::-1] if self.mirrors else moved

    def then(self, after: Affine) -> Affine:
        """This one first, ``after`` second."""
        return Affine(
            after.a * self.a + after.b * self.d,
            after.a * self.b + after.b * self.e,
            after.a * self.c + after.b * self.f + after.c,
            after.d * self.a + after.e * self.d,
            after.d * self.b + after.e * self.e,
            after.d * self.c + after.e * self.f + after.f,
        )

    def inverse(self) -> Affine:
        det = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / det, -self.b / det, -self.d / det, self.a / det
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))


@runtime_checkable
class Transform(Protocol):
    """What ``Crop``, ``Resize``, ``Pad``, ``HFlip``, ``VFlip``, ``Rot90`` and ``Chain`` have in common."""

    def size(self, size: Size) -> Size:
        """The frame made of a frame of this size. ``ValueError`` where it cannot be applied."""
        ...

    def matrix(self, size: Size) -> Affine:
        """Where positions in a frame of this size go."""
        ...


@dataclass(frozen=True, slots=True)
class Crop:
    """Keep ``width`` x ``height`` whole pixels from ``(left, top)`` on. It must lie inside the frame."""

    left: int
    top: int
    width: int
    height: int

    def size(self, size: Size) -> Size:
        inside = self.left >= 0 and self.top >= 0
        if not (inside and self.left + self.width <= size.width and self.top + self.height <= size.height):
            raise ValueError(f"{self} reaches over a frame of {size}")
        return Size(self.width, self.height)

    def matrix(self, size: Size) -> Affine:
        return Affine(c=-float(self.left), f=-float(self.top))


@dataclass(frozen=True, slots=True)
class Resize:
    """Scale to exactly ``width`` x ``height`` pixels, each axis by its own factor.

    ``filter`` is the kernel by which the model's own code resizes, by Pillow's name of it.
    """

    width: int
    height: int
    filter: ResizeFilter = "bicubic"

    def size(self, size: Size) -> Size:
        return Size(self.width, self.height)

    def matrix(self, size: Size) -> Affine:
        return Affine(a=self.width / size.width, e=self.height / size.height)


@dataclass(frozen=True, slots=True)
class Pad:
    """Add whole pixels of one RGB ``color`` (0-255 each) around the frame."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    color: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        if min(self.left, self.top, self.right, self.bottom) < 0:
            raise ValueError(f"padding is not negative: {self}")

    def size(self, size: Size) -> Size:
        return Size(size.width + self.left + self.right, size.height + self.top + self.bottom)

    def matrix(self, size: Size) -> Affine:
        return Affine(c=float(self.left), f=float(self.top))


@dataclass(frozen=True, slots=True)
class HFlip:
    """Mirror left and right: ``x' = width - x``."""

    def size(self, size: Size) -> Size:
        return size

    def matrix(self, size: Size) -> Affine:
        return Affine(a=-1.0, c=float(size.width))


@dataclass(frozen=True, slots=True)
class VFlip:
    """Mirror top and bottom: ``y' = height - y``."""

    def size(self, size: Size) -> Size:
        return size

    def matrix(self, size: Size) -> Affine:
        return Affine(e=-1.0, f=float(size.height))


@dataclass(frozen=True, slots=True)
class Rot90:
    """Turn clockwise by ``turns`` quarter turns, 1 to 3."""

    turns: int = 1

    def __post_init__(self) -> None:
        if self.turns not in (1, 2, 3):
            raise ValueError(f"1, 2 or 3 quarter turns, not {self.turns}")

    def size(self, size: Size) -> Size:
        return size if self.turns == 2 else size.transposed

    def matrix(self, size: Size) -> Affine:
        if self.turns == 1:
            return Affine(a=0.0, b=-1.0, c=float(size.height), d=1.0, e=0.0)
        if self.turns == 2:
            return Affine(a=-1.0, c=float(size.width), e=-1.0, f=float(size.height))
        return Affine(a=0.0, b=1.0, d=-1.0, e=0.0, f=float(size.width))


@dataclass(frozen=True, slots=True)
class Chain:
    """Several transforms as one, first to last."""

    parts: tuple[Transform, ...] = ()

    def size(self, size: Size) -> Size:
        for part in self.parts:
            size = part.size(size)
        return size

    def matrix(self, size: Size) -> Affine:
        return self.through(size)[0]

    def through(self, size: Size) -> tuple[Affine, Size]:
        """Both at once: where positions go, and the frame that is made."""
        whole = Affine()
        for part in self.parts:
            whole = whole.then(part.matrix(size))
            size = part.size(size)
        return whole, size
