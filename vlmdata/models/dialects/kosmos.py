"""Kosmos-2: a box as two cells of a grid of 32 x 32."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.errors import BadRecord
from vlmdata.models.dialects.base import Dialect, Found, Place, by_label
from vlmdata.models.dialects.grid import Grid
from vlmdata.types import Annotation, Box, Size

_SIDE = 32
_ODD = re.compile(r"[<>]")
_BETWEEN = "</delimiter_of_multi_objects/>"
_TWO = r"<patch_index_\d{4}>\s*<patch_index_\d{4}>"
_REGION = re.compile(
    rf"(?:<phrase>([^<>]*)</phrase>\s*)?<object>\s*({_TWO}(?:\s*{re.escape(_BETWEEN)}\s*{_TWO})*)\s*</object>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells(Grid):
    """The cells of the upper left and the lower right corner; read as their middles, or edges within a row or column.

    Source: transformers ``kosmos2/processing_kosmos2.py::coordinate_to_patch_index``, ``patch_index_to_coordinate``.
    """

    scale: int = _SIDE

    def resolution(self, frame: Size) -> tuple[float, float]:
        return frame.width / self.scale, frame.height / self.scale

    def of_box(self, box: Box, frame: Size) -> tuple[float, ...]:
        """Both cells, counted row by row. ``ValueError`` for a box that is empty or leaves the frame."""
        if not (box.x1 < box.x2 and box.y1 < box.y2):
            raise ValueError("the box is empty")
        if box != box.clamp(frame):
            raise ValueError(f"the box leaves its picture of {frame}")
        x1, y1, x2, y2 = (value / extent * self.scale for value, extent in zip(box.xyxy, _sides(frame), strict=True))
        first = math.floor(y1) * self.scale + math.floor(x1)
        return first, math.ceil(y2 - 1) * self.scale + math.ceil(x2 - 1)

    def box(self, numbers: Sequence[float], frame: Size) -> Box:
        (y1, x1), (y2, x2) = (divmod(int(number), self.scale) for number in numbers)
        if max(y1, y2) >= self.scale:
            raise ValueError(f"cells go from 0 to {self.scale**2 - 1}")
        if x1 > x2 or y1 > y2:
            raise ValueError("the box is inverted")
        low, high = (0.0, 1.0) if x1 == x2 or y1 == y2 else (0.5, 0.5)
        cells = (x1 + low, y1 + low, x2 + high, y2 + high)
        return Box(*(cell / self.scale * extent for cell, extent in zip(cells, _sides(frame), strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patches(Dialect):
    """``<phrase> a dog</phrase><object><patch_index_0044><patch_index_0863></object>``; neighbours share a phrase."""

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        return "".join(
            (f"<phrase> {label}</phrase>" if label else "")
            + f"<object>{_BETWEEN.join(self._tokens(mark, frames) for mark in marks)}</object>"
            for label, marks in by_label(annotations, _ODD)
        )

    def _tokens(self, mark: Annotation, frames: Sequence[Size]) -> str:
        try:
            return "".join(f"<patch_index_{number:04d}>" for number in map(int, self.boxed(mark, frames)))
        except ValueError as error:
            raise BadRecord("unwritable_box", f"annotation {mark.id!r}: {error}") from None

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        for match in _REGION.finditer(text):
            numbers = [float(number) for number in re.findall(r"\d{4}", match[2])]
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            label = (match[1] or "").strip()
            yield *match.span(), tuple(self._read(pair, frame, label, match[0]) for pair in pairs)

    def _read(self, pair: tuple[float, float], frame: Size, label: str, what: str) -> Place:
        try:
            return Place(box=self.grid.box(pair, frame), label=label or None)
        except ValueError as error:
            raise self.wrong(what, str(error)) from None


def _sides(frame: Size) -> tuple[int, int, int, int]:
    return frame.width, frame.height, frame.width, frame.height


KOSMOS_2 = Patches(
    name="kosmos-2",
    source="transformers kosmos2/processing_kosmos2.py",
    grid=Cells(),
    trace=r"<patch_index_\d+>",
    writes=frozenset({"box", "label"}),
)
