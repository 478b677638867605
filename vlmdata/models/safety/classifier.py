"""What a classifier of unsafe pictures can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vlmdata.types import Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels


class Classifier(Protocol):
    """Scores pictures. The same pixels give the same score, on machines whose processors compute alike."""

    @property
    def digest(self) -> str:
        """A hash of all that decides a score."""
        ...

    def side(self, size: Size) -> int:
        """The longer side, in pixels, at which a picture of this size is best looked at."""
        ...

    def score(self, pixels: Pixels) -> float:
        """0 (safe) to 1 (unsafe), of uint8 RGB, rows x columns x 3."""
        ...
