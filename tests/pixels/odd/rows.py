"""What a row of the table says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.pixels.odd.makers import Kit

BACKGROUND = (10, 200, 30)
JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
BMP, TIFF, AVIF, JP2, JXL = "image/bmp", "image/tiff", "image/avif", "image/jp2", "image/jxl"

Pixels = Callable[[Kit], np.ndarray]


@dataclass(frozen=True)
class Good:
    """A file that is rendered.

    ``conversions`` stand apart by blanks. ``kept`` files keep their bytes. ``pixels`` are what must come out, where
    Pillow used in the plainest way is not known-good.
    """

    name: str
    media_type: str
    conversions: str
    make: Callable[[Kit], bytes]
    pixels: Pixels | None = None
    kept: bool = False


@dataclass(frozen=True)
class Bad:
    """A file that is refused for one of ``reasons``, apart by blanks."""

    name: str
    reasons: str
    make: Callable[[Kit], bytes]


def kept(name: str, media_type: str, make: Callable[[Kit], bytes], pixels: Pixels | None = None) -> Good:
    return Good(name, media_type, "", make, pixels, kept=True)


def row(*values: int | tuple[int, ...]) -> Pixels:
    """One row of pixels, each a grey or a colour."""
    colours = [[value if isinstance(value, tuple) else (value,) * 3 for value in values]]
    return lambda kit: np.array(colours, np.uint8)


def grey(values: np.ndarray) -> Pixels:
    return lambda kit: values.astype(np.uint8)[..., None].repeat(3, axis=2)
