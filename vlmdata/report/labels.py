"""Names of marks, placed in a picture so that none lies on another."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.report.brief import cut
from vlmdata.types import Box, Size

FONT = 11
"""Size of the labels, in CSS pixels."""

_CHARACTERS = 24
_NARROW, _WIDE = 0.62, 1.0
"""Width of a character, Latin and East Asian, in units of the font size; a little more than most take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name and the place of its baseline, in pixels of the frame; ``anchor`` is SVG's ``text-anchor``."""

    text: str
    x: float
    y: float
    anchor: str


class Labels:
    """The labels of one picture. ``unit`` is pixels of the frame per CSS pixel."""

    def __init__(self, frame: Size, unit: float) -> None:
        self._frame = frame
        self._font = FONT * unit
        self._taken: dict[str, Box] = {}

    def place(self, name: str, box: Box) -> Label | None:
        """A label at the first free place: above the box, below it, in it.

        None where there is no free place, and for a name that has been placed: its colour stands for it.
        """
        if name in self._taken:
            return None
        text = cut(name, _CHARACTERS)
        width = sum(_WIDE if ord(character) > 0x2E7F else _NARROW for character in text) * self._font
        height = 1.2 * self._font
        at_right = box.center.x > self._frame.width / 2
        edge = max(box.x2, width) if at_right else max(0.0, min(box.x1, self._frame.width - width))
        for top in (box.y1 - height, box.y2, box.y1):
            area = Box.from_xywh(edge - width if at_right else edge, top, width, height)
            if self._is_free(area):
                self._taken[name] = area
                anchor = "end" if at_right else "start"
                return Label(text=text, x=round(edge, 3), y=round(top + 0.8 * height, 3), anchor=anchor)
        return None

    def _is_free(self, area: Box) -> bool:
        inside = area.y1 >= 0 and area.y2 <= self._frame.height
        return inside and not any(area.intersect(other) for other in self._taken.values())
