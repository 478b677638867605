"""Figures: their outlines, places that do not overlap, and what is known of each once drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vlmdata.datasets.shapes.canvas import Canvas, Outline
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.vocabulary import COLORS, KINDS
from vlmdata.types import Annotation, Box, Point, Size

Unit = tuple[tuple[float, float], ...]

_TRIES = 24
_SMALLEST_RADIUS = 15


def _around(count: int, radii: tuple[float, ...] = (1.0,), start: float = -90.0) -> Unit:
    """``count`` corners on circles of ``radii`` in turn, clockwise from ``start`` degrees."""
    turns = [(math.radians(start + 360 * n / count), radii[n % len(radii)]) for n in range(count)]
    return tuple((radius * math.cos(angle), radius * math.sin(angle)) for angle, radius in turns)


def _blunted(corners: Unit, share: float = 0.16) -> Unit:
    """Each corner replaced by a quadratic curve over ``share`` of its sides: a tip of one pixel dies in JPEG."""
    points = []
    for n, (x, y) in enumerate(corners):
        (px, py), (nx, ny) = corners[n - 1], corners[(n + 1) % len(corners)]
        ax, ay, bx, by = x + (px - x) * share, y + (py - y) * share, x + (nx - x) * share, y + (ny - y) * share
        for t in (0.0, 0.25, 0.5, 0.75, 1.0):
            one, two, three = (1 - t) ** 2, 2 * t * (1 - t), t * t
            points.append((one * ax + two * x + three * bx, one * ay + two * y + three * by))
    return tuple(points)


def _heart(count: int = 48) -> Unit:
    """The parametric heart ``16 sin³t, 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t``, in the unit circle, without tip."""
    ring = []
    for n in range(count):
        t = 2 * math.pi * n / count
        if abs(t - math.pi) > 0.5:
            y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
            ring.append((16 * math.sin(t) ** 3 / 17, -(y + 1.5) / 17))
    return tuple(ring)


_A, _E = 0.34, 0.92
_CROSS: Unit = (
    *((_A, -_E), (_A, -_A), (_E, -_A), (_E, _A), (_A, _A), (_A, _E)),
    *((-_A, _E), (-_A, _A), (-_E, _A), (-_E, -_A), (-_A, -_A), (-_A, -_E)),
)
_OUTLINES: dict[str, Unit] = {
    "circle": _around(96),
    "square": _blunted(_around(4, start=-45.0), 0.06),
    "triangle": _blunted(_around(3)),
    "diamond": _blunted(_around(4, (1.0, 0.68))),
    "star": _blunted(_around(10, (1.0, 0.54)), 0.3),
    "cross": _blunted(_CROSS, 0.08),
    "hexagon": _blunted(_around(6), 0.08),
    "heart": _heart(),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure to draw: centre and radius (of the circle around it) in pixels, ``tilt`` in degrees clockwise."""

    kind: str
    color: str
    x: int
    y: int
    radius: int
    tilt: int = 0

    @property
    def label(self) -> str:
        return f"{self.color} {self.kind}"

    @property
    def outline(self) -> Outline:
        """Corners in the frame, to a thousandth of a pixel, so that no libm shows in it."""
        cos, sin = math.cos(math.radians(self.tilt)) * self.radius, math.sin(math.radians(self.tilt)) * self.radius
        return tuple(
            (round(self.x + 0.5 + ux * cos - uy * sin, 3), round(self.y + 0.5 + ux * sin + uy * cos, 3))
            for ux, uy in _OUTLINES[self.kind]
        )


def place(dice: Dice, size: Size, width: int, height: int, taken: list[Box]) -> tuple[int, int] | None:
    """A left top corner for a ``width`` x ``height`` rectangle clear of the edge and of all ``taken``, or None.

    Rectangles keep a gap along one axis at least, so of any two one is left of, right of, above or below the other.
    """
    gap = max(6, min(size.width, size.height) // 40)
    if width + 2 * gap > size.width or height + 2 * gap > size.height:
        return None
    for _ in range(_TRIES):
        left = dice.between(gap, size.width - width - gap)
        top = dice.between(gap, size.height - height - gap)
        room = Box(left - gap, top - gap, left + width + gap, top + height + gap)
        if not any(room.intersect(box) for box in taken):
            taken.append(Box(left, top, left + width, top + height))
            return left, top
    return None


def scattered(dice: Dice, size: Size, count: int, colors: tuple[str, ...], taken: list[Box]) -> list[Figure]:
    """Up to ``count`` figures, no color twice, clear of ``taken`` (which grows by them)."""
    figures = []
    side = min(size.width, size.height)
    kinds = dice.some(KINDS, max(2, count - 1))
    for color in dice.some(colors, count):
        kind, tilt = dice.pick(kinds), dice.between(-12, 12)
        wanted = max(_SMALLEST_RADIUS, int(side * (0.095 + 0.105 * dice.unit())))
        for radius in (wanted, _SMALLEST_RADIUS):
            corner = place(dice, size, 2 * radius + 1, 2 * radius + 1, taken)
            if corner is not None:
                figures.append(Figure(kind, color, corner[0] + radius, corner[1] + radius, radius, tilt))
                break
    return figures


def drawn(canvas: Canvas, figures: list[Figure], image: int = 0, first: int = 0) -> list[Annotation]:
    """Draw them, and tell of each: exact box, a point inside, the outline (within a pixel), numbered from ``first``."""
    return [
        Annotation(
            id=f"a{number}",
            image=image,
            label=figure.label,
            box=canvas.fill(figure.outline, COLORS[figure.color]),
            point=Point(figure.x + 0.5, figure.y + 0.5),
            polygon=(tuple(Point(x, y) for x, y in figure.outline),),
            source="published",
        )
        for number, figure in enumerate(figures, first)
    ]
