"""Places as JSON objects: Qwen2.5-VL, Qwen3-VL, and ``{"point": [250, 500], "label": "dog"}``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vlmdata.models.dialects.base import Dialect, Found, Place
from vlmdata.models.dialects.grid import Grid, Span
from vlmdata.models.tiling.qwen import smart_resize
from vlmdata.types import Annotation, Size

_DECODER = json.JSONDecoder()
_QWEN_TRACE = r"[\"'](?:bbox|point)_2d[\"']\s*:\s*\[\s*-?\d"
_OBJECT = re.compile(r'(?:\[\s*)?\{\s*"(?:bbox_2d|point_2d|point|label)"\s*:\s*(?:"|\[\s*-?\d)')
"""How a mark or a list of marks begins. Braces that begin otherwise are not looked into: they may be nested deep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks(Dialect):
    """``{"bbox_2d": [x1, y1, x2, y2], "label": "dog"}``; several in one region make a list.

    A list of one is read as a region between brackets, so that it is written as a list again. ``box_key`` is None
    where there are no boxes; ``down_first`` puts y before x.
    """

    box_key: str | None = "bbox_2d"
    point_key: str = "point_2d"
    down_first: bool = False

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        marks = [self._mark(annotation, frames) for annotation in annotations]
        return json.dumps(marks[0] if len(marks) == 1 else marks, ensure_ascii=False)

    def _mark(self, annotation: Annotation, frames: Sequence[Size]) -> dict[str, object]:
        numbers = self.placed(annotation, frames) if self.box_key else self.pointed(annotation, frames)
        key = self.box_key if self.box_key and len(numbers) == 4 else self.point_key
        label = (annotation.label or "").strip()
        return {key: self._turned(numbers)} | ({"label": label} if label else {})

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        end = 0
        for match in _OBJECT.finditer(text):
            if match.start() < end or not (read := self._json(text, match.start())):
                continue
            marks, end = read
            bare = text[match.start()] == "{" or len(marks) > 1
            start, stop = (
                (match.start(), end) if bare else (text.index("{", match.start()), text.rindex("}", 0, end) + 1)
            )
            yield start, stop, tuple(self._read(mark, frame) for mark in marks)

    def _json(self, text: str, start: int) -> tuple[list[Mapping[str, object]], int] | None:
        """The marks that begin here and where they end; None where there are none, or none of this dialect."""
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            return None
        marks = value if isinstance(value, list) else [value]
        keys = {self.box_key, self.point_key}
        return (marks, end) if all(isinstance(mark, dict) and keys & mark.keys() for mark in marks) else None

    def _read(self, mark: Mapping[str, object], frame: Size) -> Place:
        what = json.dumps(mark, ensure_ascii=False)
        if others := mark.keys() - {self.box_key, self.point_key, "label"}:
            raise self.wrong(what, f"there is no place for {', '.join(sorted(others))}")
        key, count = (self.box_key, 4) if self.box_key in mark else (self.point_key, 2)
        numbers, label = mark[key or ""], mark.get("label", "")
        if not isinstance(label, str) or len(mark.keys() - {"label"}) > 1:
            raise self.wrong(what, "a mark has one place, and a string as its label")
        if not (isinstance(numbers, list) and len(numbers) == count and all(map(_is_number, numbers))):
            raise self.wrong(what, f"a place is a list of {count} numbers")
        return self.place(self._turned(numbers), frame, label.strip(), what)

    def _turned(self, numbers: Sequence[float]) -> list[float]:
        """With x and y changed round, where y comes first."""
        if not self.down_first:
            return list(numbers)
        return [number for x, y in zip(numbers[::2], numbers[1::2], strict=True) for number in (y, x)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resized(Grid):
    """Pixels of the picture as Qwen2.5-VL's processor resizes it, from 0 to its last: ``round(x * resized / width)``.

    Halves round to even. Source: QwenLM/Qwen3-VL ``qwen-vl-finetune/tools/process_bbox.ipynb``,
    ``convert_to_qwen25vl_format``; it multiplies by the ratio, whose own rounding turns some halves the other way.
    """

    min_pixels: int
    max_pixels: int

    def spans(self, frame: Size) -> tuple[Span, Span]:
        resized = smart_resize(frame, 28, self.min_pixels, self.max_pixels)
        return Span(0, frame.width, resized.width), Span(0, frame.height, resized.height)

    def number(self, value: float, span: Span) -> float:
        return max(0, min(round(value * span.cells / span.extent), span.cells - 1))

    def top(self, span: Span) -> float:
        return span.cells - 1

    def step(self, span: Span) -> float:
        return span.extent / span.cells


def qwen2_5_vl(min_pixels: int = 4 * 28 * 28, max_pixels: int = 16384 * 28 * 28) -> Marks:
    """Bounds of the processor in pixels, by default those of the checkpoints; training and use must have the same."""
    return Marks(
        name="qwen2.5-vl",
        source="QwenLM/Qwen3-VL qwen-vl-finetune/tools/process_bbox.ipynb::convert_to_qwen25vl_format",
        grid=Resized(min_pixels=min_pixels, max_pixels=max_pixels),
        trace=_QWEN_TRACE,
        writes=frozenset({"box", "point", "label"}),
    )


def point_label(order: Literal["xyxy", "yxyx"] = "xyxy") -> Marks:
    """Points from 0 to 1000. ``order``: ``yxyx`` for y first."""
    return Marks(
        name="point-label",
        source="the form of Gemini Robotics-ER (ai.google.dev/gemini-api/docs/robotics-overview), which has y first",
        grid=Grid(),
        trace=r"[\"']point[\"']\s*:\s*\[\s*-?\d",
        writes=frozenset({"point", "label"}),
        box_key=None,
        point_key="point",
        down_first=order == "yxyx",
    )


QWEN3_VL = Marks(
    name="qwen3-vl",
    source="QwenLM/Qwen3-VL cookbooks/2d_grounding.ipynb, evaluation/ODinW-13/run_odinw.py; issue 1486",
    grid=Grid(),
    trace=_QWEN_TRACE,
    writes=frozenset({"box", "point", "label"}),
)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
