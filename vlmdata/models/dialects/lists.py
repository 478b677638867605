"""Boxes as lists of numbers in brackets, without labels: LLaVA-1.5, Ferret, GLM-V, Shikra, and others by options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from vlmdata.models.dialects.base import Dialect, Found, Place
from vlmdata.models.dialects.grid import Chosen, Clamped, Grid, Open, Order, Rounding
from vlmdata.types import Annotation, Size

Scale = Literal[1, 100, 999, 1000]

_NUMBER = r"-?\d{1,9}(?:\.\d{1,9})?"
_TWO = rf"{_NUMBER}\s*,\s*{_NUMBER}"
_FOUR = rf"{_TWO}\s*,\s*{_TWO}"
BOX = rf"\[\s*{_FOUR}\s*[\];]"
_PLACE = rf"\[\s*(?:{_FOUR}|{_TWO})\s*[\];]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brackets(Dialect):
    """``[x1, y1, x2, y2]``, and ``[x, y]`` where the dialect has points.

    ``comma`` stands between numbers, ``between`` between boxes, ``digits`` is the format of a number. ``shared``:
    one pair of brackets holds all boxes of a region; ``nested``: another pair stands around them all.
    """

    comma: str = ", "
    between: str = ", "
    digits: str = ""
    shared: bool = False
    nested: bool = False

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        lists = [self._list(mark, frames) for mark in annotations]
        text = self.between.join(lists if self.shared else (f"[{one}]" for one in lists))
        return f"[{text}]" if self.shared or self.nested else text

    def _list(self, mark: Annotation, frames: Sequence[Size]) -> str:
        numbers = self.placed(mark, frames) if "point" in self.writes else self.boxed(mark, frames)
        return self.comma.join(format(number, self.digits) for number in numbers)

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        one = rf"(?:{_FOUR}|{_TWO})" if "point" in self.writes else _FOUR
        pattern = rf"\[\s*{one}\s*\]"
        if self.shared:
            pattern = rf"\[\s*{one}(?:\s*;\s*{one})*\s*\]"
        if self.nested:
            pattern = rf"\[\s*{pattern}(?:\s*,\s*{pattern})*\s*\]|{pattern}"
        for match in re.finditer(pattern, text):
            yield *match.span(), tuple(self._read(each, frame) for each in re.findall(one, match[0]))

    def _read(self, what: str, frame: Size) -> Place:
        return self.place([float(number) for number in what.split(",")], frame, None, what)


def generic(scale: Scale = 1000, order: Order = "xyxy", rounding: Rounding = "round") -> Brackets:
    """Numbers from 0 to ``scale`` of the frame, whole ones, or with three decimals where the scale is 1."""
    decimals = 3 if scale == 1 else 0
    return Brackets(
        name="generic",
        source="none: as the options say",
        grid=Chosen(scale=scale, decimals=decimals, order=order, rounding=rounding),
        trace=BOX,
        digits=".3f" if decimals else "",
    )


LLAVA = Brackets(
    name="llava",
    source="llava_v1_5_mix665k.json (two decimals, as Python prints them); haotian-liu/LLaVA issues 606, 623 and 822",
    grid=Open(scale=1, square=True, decimals=2),
    trace=BOX,
)
FERRET = Brackets(
    name="ferret",
    source="apple/ml-ferret ferret/train/train.py::regulate_box, get_bbox_coor",
    grid=Clamped(),
    trace=_PLACE,
    writes=frozenset({"box", "point"}),
)
GLM_V = Brackets(
    name="glm-v",
    source="zai-org/GLM-V, grounding skill: [[x1,y1,x2,y2]] from 0 to 1000",
    grid=Grid(),
    trace=BOX,
    comma=",",
    between=",",
    nested=True,
)
SHIKRA = Brackets(
    name="shikra",
    source="shikras/shikra mllm/dataset/process_function/box_process_function.py::PlainBoxFormatter, "
    "utils/transform.py::norm_box_xyxy (of the picture as it is given: Shikra itself pads it to a square first)",
    grid=Grid(scale=1, decimals=3),
    trace=_PLACE,
    writes=frozenset({"box", "point"}),
    comma=",",
    between=";",
    digits=".3f",
    shared=True,
)
