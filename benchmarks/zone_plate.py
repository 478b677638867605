"""How much of what cannot be shown comes back as false patterns when a picture is shrunk."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image, ImageDraw

from benchmarks.resizers import Resizer

SIDE = 768
FACTORS = (1.5, 2.3, 3.1)
_GUARD = 1.3
"""Frequencies up to so many times the finest that the small picture can hold are left out: filters fade there."""


def plate(side: int = SIDE) -> np.ndarray:
    """Rings that grow finer outwards, up to one pixel per half wave at the middle of each edge. RGB."""
    across = np.arange(side) - side / 2 + 0.5
    squares = across[:, None] ** 2 + across[None, :] ** 2
    grey = 127.5 + 127.5 * np.cos(np.pi * squares / side)
    return np.repeat(np.round(grey)[..., None], 3, axis=2).astype(np.uint8)


def spurious(resizer: Resizer, factor: float, *, reduced: int = 1) -> float:
    """What of the energy of the too fine rings is left after shrinking, in dB (0: all of it).

    ``reduced`` first decodes the plate, as a JPEG of quality 100, at that part of its size.
    """
    side = round(SIDE / factor)
    small = resizer.run(resizer.fed(_decoded(reduced)), (side, side))[..., 0]
    away = np.abs(np.arange(side) - side / 2 + 0.5)
    radius = np.hypot(away[:, None], away[None, :])
    finest = side / 2 / factor * _GUARD
    outside = small[(radius > finest) & (radius < side / 2)].astype(float)
    return float(10 * np.log10(max(((outside - 127.5) ** 2).mean(), 1e-9) / (127.5**2 / 2)))


def save(path: Path, panes: Sequence[tuple[str, Resizer, int]], factor: float = FACTORS[-1]) -> None:
    """The plate shrunk in several ways, side by side, as one PNG in 32 greys: title, resizer, decoded at one n-th."""
    side = round(SIDE / factor)
    sheet = Image.new("L", (len(panes) * (side + 8) - 8, side + 16), 255)
    pen = ImageDraw.Draw(sheet)
    for number, (title, resizer, reduced) in enumerate(panes):
        left = number * (side + 8)
        pixels = resizer.run(resizer.fed(_decoded(reduced)), (side, side))
        sheet.paste(Image.fromarray(pixels[..., 0].copy()), (left, 16))
        pen.text((left, 2), title, fill=0)
    sheet.quantize(32).save(path, optimize=True)


def _decoded(reduced: int) -> np.ndarray:
    if reduced == 1:
        return plate()
    buffer = BytesIO()
    Image.fromarray(plate()).save(buffer, "JPEG", quality=100, subsampling=0)
    least = -(-SIDE // reduced)
    decoded: np.ndarray = simplejpeg.decode_jpeg(buffer.getvalue(), min_width=least, min_height=least)
    return decoded
