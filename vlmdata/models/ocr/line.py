"""What an engine reads: lines of words, each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vlmdata.types import Box, Point

if TYPE_CHECKING:
    from vlmdata.models.ocr.languages import Language
    from vlmdata.pixels.raster import Pixels

Quad = tuple[Point, Point, Point, Point]
"""Four corners in pixels of the picture that was read, clockwise, from the upper left one on."""

_TALL = 1.5


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between two spaces. ``score`` is the engine's own confidence, 0 to 1."""

    text: str
    quad: Quad
    score: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line in the order they are read. Japanese has few spaces: often the line is one word."""

    text: str
    quad: Quad
    score: float
    words: tuple[Word, ...]

    @property
    def is_vertical(self) -> bool:
        """Whether it runs downwards: two letters or more in a place that is taller than wide."""
        box = Box.around(self.quad)
        return len(self.text) > 1 and box.height >= _TALL * box.width


class Engine(Protocol):
    """Reads pictures. The same pixels give the same lines, on machines whose processors compute alike."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        """Load the models. ``MissingExtraError`` where a package, a program or a language is not installed."""
        ...

    @staticmethod
    def digest(languages: tuple[Language, ...]) -> str:
        """A hash of all that decides what is read: models and versions. Loads nothing; raises as ``__init__``."""
        ...

    def read(self, pixels: Pixels) -> Sequence[Line]:
        """Lines in no promised order. ``BadRecord`` where the engine fails on these pixels, rows x columns x 3."""
        ...
