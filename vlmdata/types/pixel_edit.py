"""Edits that change values and no geometry: nothing that is marked on a picture moves.

They stand among a picture's pending edits as transforms do, whose frame and positions they leave as they are. All they
need is in them, a seed included, so the same edit gives the same pixels on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlmdata.types.geometry import Box, Size
from vlmdata.types.transform import Affine


class PixelEdit:
    """Base of the edits below."""

    __slots__ = ()

    def size(self, size: Size) -> Size:
        return size

    def matrix(self, size: Size) -> Affine:
        return Affine()


@dataclass(frozen=True, slots=True)
class Noise(PixelEdit):
    """Add noise that is near to Gaussian, of a standard deviation of ``sigma`` levels of 255, to each value."""

    sigma: float
    seed: int


@dataclass(frozen=True, slots=True)
class Blur(PixelEdit):
    """Gaussian blur with a standard deviation of ``sigma`` pixels."""

    sigma: float


@dataclass(frozen=True, slots=True)
class Recompress(PixelEdit):
    """Once through JPEG at ``quality``, 1 to 100, with coarse chroma."""

    quality: int


@dataclass(frozen=True, slots=True)
class Jitter(PixelEdit):
    """Factors of brightness, contrast and saturation, 1 for none; ``hue`` turns by this share of the circle."""

    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    hue: float = 0.0


CoverHow = Literal["blur", "pixelate", "fill"]
CoverShape = Literal["ellipse", "box"]


@dataclass(frozen=True, slots=True)
class Cover(PixelEdit):
    """Hide what stands in ``boxes``, in pixels of the frame at this place among the edits. All else stays as it is.

    ``blur`` and ``pixelate`` leave the mean colours of ``cells`` squares along a box's longer side and nothing else:
    run into each other, or side by side. ``fill`` leaves ``color``. ``ellipse`` covers the one that a box encloses.
    Boxes are covered one after the other.
    """

    boxes: tuple[Box, ...]
    how: CoverHow = "blur"
    shape: CoverShape = "ellipse"
    cells: int = 3
    color: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        if self.cells < 1:
            raise ValueError(f"a box is covered by one cell or more, not {self.cells}")
