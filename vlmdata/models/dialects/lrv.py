"""LRV-Instruction: top-left corner, width and height in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.models.dialects.base import Dialect, Found
from vlmdata.models.dialects.grid import Grid, Span
from vlmdata.types import Annotation, Size

_NUMBER = r"\s*(-?\d{1,9}(?:\.\d{1,9})?)"
_BOX = re.compile(rf"\bX:{_NUMBER},?\s+Y:{_NUMBER},?\s+Width:{_NUMBER},?\s+Height:{_NUMBER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels(Grid):
    """Whole pixels of the picture as it is; one beyond its edge is read, too, for Visual Genome has such boxes."""

    def spans(self, frame: Size) -> tuple[Span, Span]:
        return Span(0, frame.width, frame.width), Span(0, frame.height, frame.height)

    def top(self, span: Span) -> float:
        return span.cells + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Dialect):
    """``X:105 Y:350 Width:258 Height:258``; several are joined by a comma."""

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        corners = (self.boxed(mark, frames) for mark in annotations)
        return ", ".join(f"X:{x1} Y:{y1} Width:{x2 - x1} Height:{y2 - y1}" for x1, y1, x2, y2 in corners)

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        for match in _BOX.finditer(text):
            x, y, width, height = map(float, match.groups())
            yield *match.span(), (self.place((x, y, x + width, y + height), frame, None, match[0]),)


LRV = Words(
    name="lrv",
    source="FuxiaoLiu/LRV-Instruction evaluation_set.json (pixels of the Visual Genome picture)",
    grid=Pixels(),
    trace=r"\bX:\s*-?\d+,?\s+Y:\s*-?\d+,?\s+Width:",
)
