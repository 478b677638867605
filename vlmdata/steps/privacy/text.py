"""Words in pictures, covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.errors import BadRecord
from vlmdata.models.ocr import ENGINES, EngineName, Language, loaded
from vlmdata.pixels import look_at
from vlmdata.steps.base import Context
from vlmdata.steps.noise import READ
from vlmdata.steps.privacy.covering import Covering, recalled
from vlmdata.steps.privacy.kinds import LineKind, is_any_of
from vlmdata.types import Annotation, Box, CoverHow, CoverShape, Image, Sample

_MOSTLY = 0.5
"""The share of a mark that has to be covered for its words to go, too."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    box: Box


class PrivacyText(Covering):
    """Cover lines of text in pictures: all of them, or number plates, e-mail addresses, telephone numbers.

    ## Why
    Plates, badges and notices in photographs say who somebody is. Lines are read as ``ocr`` reads them (``engine``,
    ``languages``, ``min_score`` and ``max_side`` as there), or taken from ``annotations`` that have a text, each by
    itself. ``only`` keeps to lines that hold an e-mail address, or 7 to 15 digits in groups as telephone numbers do, or
    look like a number plate: 4 to 9 letters and digits, some of each. Such a line is covered whole, and so are some
    that only look the same. What the engine cannot read, such as a plate far away or aslant, stays.

    What is covered can no longer be read, so annotations that lie in it lose their text. Words of the conversation
    stay: samples that ask to read (tags ``ocr``, ``document``, ``chart`` and the like) are left alone unless
    ``reading: cover``. The step ``ocr`` sets that tag, so put it behind this one. Clips are left alone.

    Notes, by picture: ``covered``, ``no_text``, ``left_alone:REASON`` (``clip``, or why it cannot be read); by sample
    ``left_alone:read``.

    ## Drops
    none

    ## Example
        - privacy.text: {only: [plate, email, phone]}
    """

    name = "privacy.text"
    extras = ("ocr",)
    moves_pixels = True
    looks = True

    how: CoverHow = "blur"
    shape: CoverShape = "box"
    margin: Annotated[float, Field(ge=0, le=2, description="by which a box grows at each side, as a share")] = 0.05
    only: Annotated[tuple[LineKind, ...], Field(description="kinds of lines; all lines where none is named")] = ()
    reading: Annotated[Literal["leave", "cover"], Field(description="samples that ask to read")] = "leave"
    source: Annotated[Literal["engine", "annotations"], Field(description="where lines come from")] = "engine"
    engine: EngineName = "rapidocr"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en", "ja")
    min_score: Annotated[float, Field(ge=0, le=1, description="least confidence of the engine")] = 0.5
    max_side: Annotated[int, Field(ge=64, le=8192, description="pixels, longer side as it is read")] = 2000

    def digest(self) -> str:
        return self._digest if self.source == "engine" else ""

    def setup(self) -> None:
        if self.source == "engine":
            loaded(self.engine, self.languages)

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        if self.reading == "leave" and not READ.isdisjoint(map(str.lower, sample.tags)):
            ctx.note("left_alone:read")
            return sample
        for number, image in enumerate(sample.images):
            try:
                lines = list(self._lines(sample, number, image, ctx))
            except BadRecord as bad:
                ctx.note(f"left_alone:{bad.reason}")
                continue
            boxes = [line.box for line in lines if not self.only or is_any_of(line.text, self.only)]
            ctx.note("covered" if boxes else "no_text")
            sample = _unread(self.covered(sample, number, boxes, self.how), number, boxes)
        return sample

    def _lines(self, sample: Sample, number: int, image: Image, ctx: Context) -> Iterator[_Line]:
        """Lines of a picture, in pixels of its frame. ``BadRecord`` where it cannot be read."""
        if self.source == "annotations":
            if image.is_clip or image.original is None:
                raise BadRecord("clip" if image.is_clip else "no_header")
            for mark in sample.annotations:
                if mark.image == number and mark.text and mark.box and mark.box.area > 0:
                    yield _Line(mark.text, mark.box)
            return
        for text, score, *corners in recalled(image, ctx, self._question, lambda: self._read(image)):
            if score >= self.min_score:
                yield _Line(text, Box(*corners))

    def _question(self) -> str:
        return f"lines {self._digest} {self.engine} {self.languages} {self.max_side}"

    def _read(self, image: Image) -> list[list[str | float]]:
        """Text, score and corners in pixels of the frame."""
        pixels = look_at(image, self.max_side)
        height, width = pixels.shape[:2]
        across, down = image.size.width / width, image.size.height / height
        found: list[list[str | float]] = []
        for line in loaded(self.engine, self.languages).read(pixels):
            box = Box.around(line.quad)
            corners = (box.x1 * across, box.y1 * down, box.x2 * across, box.y2 * down)
            found.append([line.text, round(line.score, 4), *(round(side, 2) for side in corners)])
        return found

    @cached_property
    def _digest(self) -> str:
        return ENGINES[self.engine].digest(self.languages)


def _unread(sample: Sample, number: int, boxes: Sequence[Box]) -> Sample:
    """Without the text of what is covered."""
    marks = tuple(
        replace(mark, text=None) if mark.image == number and _is_covered(mark, boxes) else mark
        for mark in sample.annotations
    )
    return replace(sample, annotations=marks)


def _is_covered(mark: Annotation, boxes: Sequence[Box]) -> bool:
    if mark.text is None or mark.box is None:
        return False
    common = (mark.box.intersect(box) for box in boxes)
    return any(part.area >= _MOSTLY * mark.box.area for part in common if part)
