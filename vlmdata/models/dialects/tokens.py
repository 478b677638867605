"""Numbers that are tokens of their own: PaliGemma, Florence-2, OFA."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.models.dialects.base import Dialect, Found, by_label, first_labelled
from vlmdata.models.dialects.grid import Grid, Span
from vlmdata.types import Annotation, Size

_IN_PALIGEMMA = re.compile(r"[;<>\n\r]")
_LISTED = re.compile(r"((?:<loc\d{4}>){4})(?: ?([^;<>\n\r]*[^;<>\s]))?")
_IN_FLORENCE = re.compile(r"[<>\n\r]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loc4(Dialect):
    """``<locY1><locX1><locY2><locX2> label``, y first, four digits; several are joined by `` ; ``.

    Read back, words after a box are its label only where the box begins a line or an item of such a list.
    """

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        return " ; ".join(
            self._tokens(mark, frames) + (f" {label}" if label else "")
            for label, marks in by_label(annotations, _IN_PALIGEMMA)
            for mark in marks
        )

    def _tokens(self, mark: Annotation, frames: Sequence[Size]) -> str:
        x1, y1, x2, y2 = self.boxed(mark, frames)
        return "".join(f"<loc{number:04d}>" for number in map(int, (y1, x1, y2, x2)))

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        for match in _LISTED.finditer(text):
            y1, x1, y2, x2 = (float(number) for number in re.findall(r"\d{4}", match[1]))
            before = text[: match.start()].rstrip(" ")
            label = (match[2] or "").strip() if before[-1:] in ("", ";", "\n") else ""
            stop = match.end() if label else match.end(1)
            yield match.start(), stop, (self.place((x1, y1, x2, y2), frame, label, match[1]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floored(Grid):
    """``floor(x / (width / scale))`` from 0 to ``scale - 1``, read as the middle of what that covers.

    Source: transformers ``florence2/processing_florence2.py``, quantize and dequantize of the post-processor.
    """

    def number(self, value: float, span: Span) -> float:
        return max(0, min(math.floor(value / (span.extent / span.cells)), span.cells - 1))

    def value(self, number: float, span: Span) -> float:
        return (number + 0.5) * span.extent / span.cells

    def top(self, span: Span) -> float:
        return span.cells - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Loc(Dialect):
    """``label<loc_x1><loc_y1><loc_x2><loc_y2>``; several boxes of one label follow each other.

    Read back, a label is what touches the box before it, back to the last mark or the beginning of the line.
    """

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        groups = list(by_label(annotations, _IN_FLORENCE))
        first_labelled(groups)
        return "".join(
            (label or "") + "".join(f"<loc_{number}>" for mark in marks for number in self.boxed(mark, frames))
            for label, marks in groups
        )

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        for match in re.finditer(r"(?:(?:<loc_\d{1,9}>){4})+", text):
            begin = max(text.rfind(mark, 0, match.start()) for mark in "<>\n\r") + 1
            words = text[begin : match.start()]
            label = "" if words[-1:].isspace() else words.strip()
            numbers = [float(number) for number in re.findall(r"\d+", match[0])]
            fours = (numbers[at : at + 4] for at in range(0, len(numbers), 4))
            yield (
                match.start() - len(label),
                match.end(),
                tuple(self.place(four, frame, label, match[0]) for four in fours),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins(Dialect):
    """``<bin_x1> <bin_y1> <bin_x2> <bin_y2>``; several follow each other."""

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        return " ".join(f"<bin_{number}>" for mark in annotations for number in self.boxed(mark, frames))

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        one = r"<bin_\d{1,9}>"
        for match in re.finditer(rf"{one}(?: ?{one}){{3}}", text):
            numbers = [float(number) for number in re.findall(r"\d+", match[0])]
            yield *match.span(), (self.place(numbers, frame, None, match[0]),)


PALIGEMMA = Loc4(
    name="paligemma",
    source="google-research/big_vision big_vision/pp/proj/paligemma/segmentation.py; its demo reads labels up to ;",
    grid=Grid(scale=1023),
    trace=r"<loc\d{4}>",
    writes=frozenset({"box", "label"}),
)
FLORENCE_2 = Loc(
    name="florence-2",
    source="transformers florence2/processing_florence2.py",
    grid=Floored(),
    trace=r"<loc_\d+>",
    writes=frozenset({"box", "label"}),
)
OFA = Bins(
    name="ofa",
    source="OFA-Sys/OFA data/mm_data/refcoco_dataset.py; utils/transforms.py (the picture is squashed to 512 x 512)",
    grid=Grid(scale=999),
    trace=r"<bin_\d+>",
)
