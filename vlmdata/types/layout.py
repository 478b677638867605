"""How one picture is cut into the views a model sees.

A layout comes after all geometry. Every view is the frame with a chain of transforms applied, so the same
matrices that move boxes also say which part of the frame a view shows and where a box lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlmdata.types.geometry import Box, Size
from vlmdata.types.transform import Chain, Transform

ViewKind = Literal["whole", "global", "tile", "frame"]


@dataclass(frozen=True, slots=True)
class View:
    """One stored picture: ``kind``, and what is done to the frame to make it.

    ``global`` is the whole picture at tile size, ``tile`` a part of it, ``whole`` the frame itself,
    ``frame`` a frame of a clip.
    """

    kind: ViewKind
    edits: tuple[Transform, ...] = ()

    def size(self, frame: Size) -> Size:
        """Width and height as stored."""
        return Chain(self.edits).size(frame)

    def source(self, frame: Size) -> Box:
        """The part of the frame it shows. Padding lies outside the frame, so the box may reach over it."""
        return self.shown(frame)[0]

    def shown(self, frame: Size) -> tuple[Box, Size]:
        """Both at once: the part of the frame it shows, and the size it is stored at."""
        matrix, size = Chain(self.edits).through(frame)
        return matrix.inverse().box(size.box), size


@dataclass(frozen=True, slots=True)
class Seen:
    """A box as one view shows it: ``view`` number, the box in that view's pixels, the share of its area seen."""

    view: int
    box: Box
    share: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The views of one picture in the order a model reads them, and the ``policy`` that chose them.

    ``grid`` is columns and rows of tiles, ``tokens`` how many image tokens the policy counts, where it does.
    """

    policy: str
    views: tuple[View, ...]
    grid: tuple[int, int] = (1, 1)
    tokens: int | None = None

    def locate(self, box: Box, frame: Size) -> tuple[Seen, ...]:
        """In which views a box of the frame lies, cut to each view's picture."""
        found = []
        for number, view in enumerate(self.views):
            moved = Chain(view.edits).matrix(frame).box(box)
            cut = moved.intersect(view.size(frame).box)
            if cut is not None:
                found.append(Seen(number, cut, cut.area / moved.area))
        return tuple(found)


WHOLE = Layout("none", (View("whole"),))
