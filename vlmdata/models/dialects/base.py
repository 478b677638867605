"""What every box dialect says of itself, and what it finds in a text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from vlmdata.errors import BadRecord
from vlmdata.models.dialects.grid import Grid
from vlmdata.types import Annotation, Box, Point, Size

Kind = Literal["box", "point", "label"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place read out of a text: a box or a point in float pixels of the frame, and its label if it has one."""

    box: Box | None = None
    point: Point | None = None
    label: str | None = None


Piece = str | tuple[Place, ...]
"""A stretch of a text: words, or what one region of it shows."""

Found = tuple[int, int, tuple[Place, ...]]
"""Where a region stands in a text (start, end) and what it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect(ABC):
    """How one family of models writes places of a picture.

    Attributes:
        name: as a recipe calls it.
        source: who publishes the form and the formula.
        grid: how pixels become numbers.
        trace: regular expression of what shows that a text holds it, also where it is damaged.
        writes: what of an annotation it has room for; a box goes before a point.
    """

    name: str
    source: str
    grid: Grid
    trace: str
    writes: frozenset[Kind] = frozenset({"box"})

    @abstractmethod
    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        """The text of one region. ``frames`` are the sizes of the sample's pictures; ``annotation.image`` counts them.

        Raises ``BadRecord``: ``no_box``, ``no_point``, ``no_place`` for an annotation without what is written,
        ``unwritable_label`` where the label would be read back as another one.
        """

    @abstractmethod
    def found(self, text: str, frame: Size) -> Iterator[Found]:
        """The regions of a text in their order, none over another. ``BadRecord`` ``wrong_dialect`` as in ``parse``."""

    def parse(self, text: str, frame: Size) -> tuple[Piece, ...]:
        """A text cut at its regions, which lie in a picture of size ``frame``.

        Raises ``BadRecord`` ``wrong_dialect`` for numbers out of range, boxes that are inverted or leave the frame,
        and marks of this dialect that hold something else.
        """
        pieces: list[Piece] = []
        end = 0
        for start, stop, places in self.found(text, frame):
            pieces += [text[end:start], places] if start > end else [places]
            end = stop
        return (*pieces, text[end:]) if end < len(text) else tuple(pieces)

    def resolution(self, frame: Size) -> tuple[float, float]:
        """How far, in pixels of x and y, a box in the frame may move when it is written and read again."""
        return self.grid.resolution(frame)

    def wrong(self, what: str, why: str) -> BadRecord:
        return BadRecord("wrong_dialect", f"{what[:80]!r} is not {self.name}: {why}")

    def boxed(self, annotation: Annotation, frames: Sequence[Size]) -> tuple[float, ...]:
        """The numbers of its box."""
        if annotation.box is None:
            raise BadRecord("no_box", f"annotation {annotation.id!r} has no box, and {self.name} writes boxes")
        return self.grid.of_box(annotation.box, frames[annotation.image])

    def pointed(self, annotation: Annotation, frames: Sequence[Size]) -> tuple[float, ...]:
        """The numbers of its point."""
        if annotation.point is None:
            raise BadRecord("no_point", f"annotation {annotation.id!r} has no point, and {self.name} writes points")
        return self.grid.of_point(annotation.point, frames[annotation.image])

    def placed(self, annotation: Annotation, frames: Sequence[Size]) -> tuple[float, ...]:
        """The four numbers of its box, or the two of its point where it has no box."""
        if annotation.box is None and annotation.point is None:
            raise BadRecord("no_place", f"annotation {annotation.id!r} has neither box nor point")
        return self.boxed(annotation, frames) if annotation.box else self.pointed(annotation, frames)

    def place(self, numbers: Sequence[float], frame: Size, label: str | None, what: str) -> Place:
        """What two or four numbers, read from ``what``, mean."""
        try:
            if len(numbers) == 2:
                return Place(point=self.grid.point(numbers, frame), label=label or None)
            return Place(box=self.grid.box(numbers, frame), label=label or None)
        except ValueError as error:
            raise self.wrong(what, str(error)) from None


def by_label(
    annotations: Sequence[Annotation], unwritable: re.Pattern[str]
) -> Iterator[tuple[str | None, list[Annotation]]]:
    """Neighbours of one label together, with the label: white space around it is not part of it.

    ``BadRecord`` ``unwritable_label`` where it holds what ``unwritable`` finds.
    """
    for label, group in groupby(annotations, key=lambda annotation: (annotation.label or "").strip() or None):
        if label and unwritable.search(label):
            raise BadRecord("unwritable_label", f"{label[:80]!r} cannot be told from what stands around it")
        yield label, list(group)


def first_labelled(groups: Sequence[tuple[str | None, object]]) -> None:
    """Refuse a box without label after one with: in a form where a label goes on until the next, it would get that.

    Raises ``BadRecord`` ``unwritable_label``.
    """
    if any(label is None for label, _ in groups[1:]):
        raise BadRecord("unwritable_label", "a place without label after one with: it would be read as its second box")
