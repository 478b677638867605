"""Molmo: points as XML, in percent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.errors import BadRecord
from vlmdata.models.dialects.base import Dialect, Found, by_label
from vlmdata.models.dialects.grid import Open
from vlmdata.types import Annotation, Size

_ODD = re.compile(r'["<>\n\r]')
_NUMBER = r'="(-?\d{1,9}(?:\.\d{1,9})?)"'
_TAG = re.compile(r'<(points?)((?:\s+[xy]\d*="[^"<>]*")+)\s+alt="([^"<>]*)">([^<>]*)</\1>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Dialect):
    """``<point x="10.5" y="20.3" alt="dog">dog</point>``, ``<points x1="…" y1="…" x2="…" …>`` for several of one label.

    Points are sorted by ``x * 10000 + y`` after rounding. No points at all are ``There are none.``
    """

    def render(self, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
        groups = by_label(annotations, _ODD)
        return "".join(self._tag(label, marks, frames) for label, marks in groups) or "There are none."

    def _tag(self, label: str | None, marks: Sequence[Annotation], frames: Sequence[Size]) -> str:
        if label is None:
            raise BadRecord("no_label", f"annotation {marks[0].id!r} has no label, and {self.name} writes labels")
        points = sorted((self.pointed(mark, frames) for mark in marks), key=lambda point: point[0] * 10000 + point[1])
        if len(points) == 1:
            x, y = points[0]
            return f'<point x="{x:.1f}" y="{y:.1f}" alt="{label}">{label}</point>'
        numbers = " ".join(f'x{at}="{x:.1f}" y{at}="{y:.1f}"' for at, (x, y) in enumerate(points, start=1))
        return f'<points {numbers} alt="{label}">{label}</points>'

    def found(self, text: str, frame: Size) -> Iterator[Found]:
        for match in _TAG.finditer(text):
            tag, attributes, alt, words = match.groups()
            if alt != words:
                raise self.wrong(match[0], "alt and text differ, and a place has one label")
            numbers = [float(number) for number in re.findall(_NUMBER, attributes)]
            names = [f"{axis}{at}" for at in range(1, len(numbers) // 2 + 1) for axis in "xy"]
            if re.findall(r"[xy]\d*", attributes) != (["x", "y"] if tag == "point" else names):
                raise self.wrong(match[0], "points are x1, y1, x2, y2 and so on")
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            yield *match.span(), tuple(self.place(pair, frame, words.strip(), match[0]) for pair in pairs)


MOLMO = Points(
    name="molmo",
    source="allenai/molmo olmo/data/data_formatter.py::points_to_text",
    grid=Open(scale=100, decimals=1),
    trace=r"<points?\s+[xy]\d*=\"-?\d",
    writes=frozenset({"point", "label"}),
)
