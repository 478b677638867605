"""From float pixels to the numbers of a text, and back: the one place where coordinates are rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from vlmdata.types import Box, Point, Size

Order = Literal["xyxy", "yxyx", "xywh", "cxcywh"]
Rounding = Literal["round", "floor", "trunc"]


@dataclass(frozen=True, slots=True)
class Span:
    """One axis: ``offset`` pixels before the frame begins, ``extent`` pixels in all, which ``cells`` numbers cover."""

    offset: int
    extent: int
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Numbers from 0 to ``scale`` over the frame: ``round(x / width * scale)``, half to even, kept in that range.

    ``square``: over the frame padded to a square, the picture in its middle and an odd pixel after it (LLaVA
    ``expand2square``; haotian-liu/LLaVA issues 606, 623, 822; shikras/shikra ``box_xyxy_expand2square``).
    ``decimals``: places kept after the point. Source of the plain form: QwenLM/Qwen3-VL
    ``qwen-vl-finetune/tools/process_bbox.ipynb::convert_to_qwen2vl_format``. Subclasses are other formulas.
    """

    scale: int = 1000
    square: bool = False
    decimals: int = 0

    def number(self, value: float, span: Span) -> float:
        """What is written for a position ``value`` pixels into the span."""
        return max(0, min(self.rounded(value / span.extent * span.cells), span.cells))

    def value(self, number: float, span: Span) -> float:
        """Where in the span a written number lies, in pixels."""
        return number / span.cells * span.extent

    def top(self, span: Span) -> float:
        """The greatest number."""
        return span.cells

    def step(self, span: Span) -> float:
        """The most pixels between a position in the frame and where its number lies."""
        return 0.5 * 10.0**-self.decimals * span.extent / span.cells

    def spans(self, frame: Size) -> tuple[Span, Span]:
        """The axes x and y. ``ValueError`` for a frame that has none."""
        if not self.square:
            return Span(0, frame.width, self.scale), Span(0, frame.height, self.scale)
        side = max(frame.width, frame.height)
        left, top = (side - frame.width) // 2, (side - frame.height) // 2
        return Span(left, side, self.scale), Span(top, side, self.scale)

    def rounded(self, value: float) -> float:
        """To ``decimals`` places, half to even; a whole number where there are none, and never minus zero."""
        return round(value, self.decimals) + 0.0 if self.decimals else round(value)

    def resolution(self, frame: Size) -> tuple[float, float]:
        """The most pixels a position in the frame moves by when it is written and read again, on x and y."""
        across, down = self.spans(frame)
        return self.step(across), self.step(down)

    def of_point(self, point: Point, frame: Size) -> tuple[float, ...]:
        across, down = self.spans(frame)
        return self.number(point.x + across.offset, across), self.number(point.y + down.offset, down)

    def of_box(self, box: Box, frame: Size) -> tuple[float, ...]:
        """X1, y1, x2, y2 as numbers."""
        return *self.of_point(Point(box.x1, box.y1), frame), *self.of_point(Point(box.x2, box.y2), frame)

    def point(self, numbers: Sequence[float], frame: Size) -> Point:
        """From x and y as numbers. ``ValueError`` out of range or out of the frame."""
        across, down = self.spans(frame)
        for number, span in zip(numbers, (across, down), strict=True):
            if not 0 <= number <= self.top(span):
                raise ValueError(f"numbers go from 0 to {self.top(span):g}")
        x, y = numbers
        return self.inside(Point(self.value(x, across) - across.offset, self.value(y, down) - down.offset), frame)

    def box(self, numbers: Sequence[float], frame: Size) -> Box:
        """From x1, y1, x2, y2 as numbers. ``ValueError`` out of range, inverted, or out of the frame."""
        x1, y1, x2, y2 = numbers
        if x1 > x2 or y1 > y2:
            raise ValueError("the box is inverted")
        low, high = self.point((x1, y1), frame), self.point((x2, y2), frame)
        return Box(low.x, low.y, high.x, high.y)

    def inside(self, point: Point, frame: Size) -> Point:
        """The point, if it is in the frame, give or take a pixel and what rounding may have done."""
        dx, dy = self.resolution(frame)
        if not (-dx - 1 <= point.x <= frame.width + dx + 1 and -dy - 1 <= point.y <= frame.height + dy + 1):
            raise ValueError(f"it lies outside of a picture of {frame}")
        return point


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Grid):
    """As ``Grid``, not kept in range: what lies outside the frame is written as it is."""

    def number(self, value: float, span: Span) -> float:
        return self.rounded(value / span.extent * span.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Grid):
    """``int(x / width * scale)``: cut off, not rounded, and not kept in range; read as ``number / scale * width``.

    Source: the maintainers' answer in OpenGVLab/InternVL issue 285; with 999 in OpenGVLab/all-seeing issue 10.
    """

    def number(self, value: float, span: Span) -> float:
        return int(value / span.extent * span.cells)

    def value(self, number: float, span: Span) -> float:
        return settled(number / span.cells * span.extent, number, lambda value: self.number(value, span))

    def step(self, span: Span) -> float:
        return span.extent / span.cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamped(Cut):
    """Kept within the last pixel, then ``int(x * scale / width)``; read as ``number / scale * width``.

    Source: apple/ml-ferret ``ferret/train/train.py::regulate_box`` and ``get_bbox_coor``.
    """

    def number(self, value: float, span: Span) -> float:
        return int(max(0, min(value, span.extent - 1)) * span.cells / span.extent)

    def top(self, span: Span) -> float:
        return span.cells - 1

    def step(self, span: Span) -> float:
        return span.extent / span.cells + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Grid):
    """Four numbers in any ``order``, rounded in any of three ways, of the box cut to its frame."""

    order: Order = "xyxy"
    rounding: Rounding = "round"

    def rounded(self, value: float) -> float:
        if self.rounding == "round":
            return Grid.rounded(self, value)
        cut = math.floor(value * 10.0**self.decimals)  # no value is negative: trunc is floor
        return cut / 10.0**self.decimals if self.decimals else cut

    def value(self, number: float, span: Span) -> float:
        value = Grid.value(self, number, span)
        return value if self.rounding == "round" else settled(value, number, lambda value: self.number(value, span))

    def step(self, span: Span) -> float:
        """A corner that is made of two numbers carries the rounding of both."""
        numbers = {"xyxy": 1.0, "yxyx": 1.0, "xywh": 2.0, "cxcywh": 1.5}[self.order]
        return Grid.step(self, span) * numbers * (1 if self.rounding == "round" else 2)

    def of_box(self, box: Box, frame: Size) -> tuple[float, ...]:
        box = box.clamp(frame)
        values = {
            "xyxy": box.xyxy,
            "yxyx": (box.y1, box.x1, box.y2, box.x2),
            "xywh": box.xywh,
            "cxcywh": (box.center.x, box.center.y, box.width, box.height),
        }[self.order]
        return tuple(self.number(value, span) for value, span in zip(values, self._four(frame), strict=True))

    def box(self, numbers: Sequence[float], frame: Size) -> Box:
        if not all(0 <= number <= self.scale for number in numbers):
            raise ValueError(f"numbers go from 0 to {self.scale}")
        one, two, three, four = (
            self.value(number, span) for number, span in zip(numbers, self._four(frame), strict=True)
        )
        match self.order:
            case "xyxy":
                box = Box(one, two, three, four)
            case "yxyx":
                box = Box(two, one, four, three)
            case "xywh":
                box = Box.from_xywh(one, two, three, four)
            case "cxcywh":
                box = Box.from_cxcywh(one, two, three, four)
        if box.width < 0 or box.height < 0:
            raise ValueError("the box is inverted")
        self.inside(Point(box.x1, box.y1), frame)
        self.inside(Point(box.x2, box.y2), frame)
        return box

    def _four(self, frame: Size) -> tuple[Span, Span, Span, Span]:
        """The axes of the four numbers."""
        across, down = self.spans(frame)
        return (down, across, down, across) if self.order == "yxyx" else (across, down, across, down)


def settled(value: float, number: float, write: Callable[[float], float]) -> float:
    """``value``, or one of the next floats above it, so that it is written as ``number`` again.

    Numbers that are cut off stand for the lower edge of what they cover: a value a hair below it would fall one short.
    """
    for _ in range(4):
        if write(value) >= number:
            break
        value = math.nextafter(value, math.inf)
    return value


def scaled_box(box: Box, frame: Size, scale: int = 1000) -> tuple[int, int, int, int]:
    """XYXY as integers from 0 to ``scale``, relative to the frame, by the rule of ``Grid``."""
    x1, y1, x2, y2 = (int(number) for number in Grid(scale=scale).of_box(box, frame))
    return x1, y1, x2, y2
