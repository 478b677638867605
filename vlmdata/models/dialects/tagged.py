"""Boxes between tags, after their label between tags: Qwen-VL, Qwen2-VL, InternVL, All-Seeing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.models.dialects.base import Dialect, Found, Place, by_label, first_labelled
from vlmdata.models.dialects.grid import Cut, Grid
from vlmdata.types import Annotation, Size

_INTEGER = r"(-?\d{1,9})"
_PAIR = rf"\(\s*{_INTEGER}\s*,\s*{_INTEGER}\s*\)"
_FOUR = rf"\[\s*{_INTEGER}\s*,\s*{_INTEGER}\s*,\s*{_INTEGER}\s*,\s*{_INTEGER}\s*\]"
_ODD = re.compile(r"[\n\r]|</?(?:ref|box)>|<\|(?:object_ref|box)_(?:start|end)\|>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The marks around a label and around a box."""

    ref: tuple[str, str] = ("<ref>", "</ref>")
    box: tuple[str, str] = ("<box>", "</box>")

    @property
    def label(self) -> str:
        """Regular expression of the label in its tags, where it is there."""
        start, stop = map(re.escape, self.ref)
        return rf"(?:{start}\s*((?:(?!{start}|{stop})[^\n])*){stop}\s*)?"

    @property
    def one(self) -> str:
        """Regular expression of one tagged box, whatever numbers it holds."""
        start, stop = map(re.escape, self.box)
        return rf"{start}(?=[\s\[(]*-?\d)(?:(?!{start}|{stop})[^\n])*{stop}"

    def inner(self, what: str) -> str:
        return what.removeprefix(self.box[0]).removesuffix(self.box[1]).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs(Dialect):
    """``<ref>label</ref><box>(x1,y1),(x2,y2)</box>``, one ``<box>`` after the other for several of one label."""

    tags: Tags = Tags()

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        groups = list(by_label(annotations, _ODD))
        first_labelled(groups)
        return "".join(
            (f"{self.tags.ref[0]}{label}{self.tags.ref[1]}" if label else "")
            + "".join(self._box(mark, frames) for mark in marks)
            for label, marks in groups
        )

    def _box(self, mark: Annotation, frames: Sequence[Size]) -> str:
        numbers = self.placed(mark, frames) if "point" in self.writes else self.boxed(mark, frames)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return self.tags.box[0] + ",".join(f"({x},{y})" for x, y in pairs) + self.tags.box[1]

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        one = self.tags.one
        for match in re.finditer(rf"{self.tags.label}({one}(?:{one})*)", text):
            label = (match[1] or "").strip()
            yield *match.span(), tuple(self._read(box, frame, label) for box in re.findall(one, match[2]))

    def _read(self, what: str, frame: Size, label: str) -> Place:
        match = re.fullmatch(rf"{_PAIR}(?:\s*,\s*{_PAIR})?", self.tags.inner(what))
        numbers = [float(number) for number in match.groups() if number is not None] if match else []
        if not numbers or (len(numbers) == 2 and "point" not in self.writes):
            raise self.wrong(what, f"a box is {self.tags.box[0]}(x1,y1),(x2,y2){self.tags.box[1]}")
        return self.place(numbers, frame, label, what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists(Dialect):
    """``<ref>label</ref><box>[[x1, y1, x2, y2]]</box>``; neighbours of one label share a ``<box>``."""

    tags: Tags = Tags()

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        return "".join(
            (f"<ref>{label}</ref>" if label else "")
            + f"<box>{[list(self.boxed(mark, frames)) for mark in marks]}</box>"
            for label, marks in by_label(annotations, _ODD)
        )

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        for match in re.finditer(rf"{self.tags.label}({self.tags.one})", text):
            yield *match.span(), self._read(match[2], frame, (match[1] or "").strip())

    def _read(self, what: str, frame: Size, label: str) -> tuple[Place, ...]:
        inner = self.tags.inner(what)
        if not re.fullmatch(rf"\[\s*{_FOUR}(?:\s*,\s*{_FOUR})*\s*\]", inner):
            raise self.wrong(what, "a box is <box>[[x1, y1, x2, y2]]</box>")
        fours = re.findall(_FOUR, inner)
        return tuple(self.place([float(number) for number in four], frame, label, what) for four in fours)


def all_seeing(square: bool = True) -> Lists:
    """``square``: over the padded square, as are all All-Seeing v2 data but those called ``wo_square_pad``."""
    return Lists(
        name="all-seeing",
        source="OpenGVLab/all-seeing issues 6 and 10",
        grid=Cut(scale=999, square=square),
        trace=r"<box>\s*\[[\s\[]*-?\d",
        writes=frozenset({"box", "label"}),
    )


QWEN_VL = Pairs(
    name="qwen-vl",
    source="QwenLM/Qwen-VL README.md; eval_mm/evaluate_grounding.py divides by 999 (rounding is not published)",
    grid=Grid(scale=999),
    trace=r"<box>\s*\(\s*-?\d",
    writes=frozenset({"box", "label"}),
)
QWEN2_VL = Pairs(
    name="qwen2-vl",
    source="QwenLM/Qwen3-VL qwen-vl-finetune/tools/process_bbox.ipynb::convert_to_qwen2vl_format; "
    "modelscope/ms-swift Template._get_bbox_str for points",
    grid=Grid(),
    trace=r"<\|box_start\|>[\s(]*-?\d",
    writes=frozenset({"box", "point", "label"}),
    tags=Tags(ref=("<|object_ref_start|>", "<|object_ref_end|>"), box=("<|box_start|>", "<|box_end|>")),
)
INTERNVL = Lists(
    name="internvl",
    source="OpenGVLab/InternVL documentation, Chat Data Format, grounding data; formula in issue 285",
    grid=Cut(),
    trace=r"<box>\s*\[[\s\[]*-?\d",
    writes=frozenset({"box", "label"}),
)
