"""A picture being drawn: hard-edged areas and words, each with the exact box of its pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vlmdata.datasets.shapes.lettering import inked
from vlmdata.datasets.shapes.vocabulary import Rgb
from vlmdata.types import Box, Size

if TYPE_CHECKING:
    from PIL import Image

#: A closed ring of corners in float pixels of the frame.
Outline = tuple[tuple[float, float], ...]

_SHADOW: Rgb = (58, 60, 68)
_SHADOW_SCALE = 4


def rectangle(x1: int, y1: int, x2: int, y2: int) -> Outline:
    """The outline whose fill is exactly the pixels from ``(x1, y1)`` to below ``(x2, y2)``."""
    left, top, right, bottom = x1 + 0.5, y1 + 0.5, x2 - 0.5, y2 - 0.5
    return ((left, top), (right, top), (right, bottom), (left, bottom))


class Canvas:
    """RGB pixels, and a ``cover``: the mask (255) of all that was drawn onto the background.

    ``gray`` says that nothing on it is colored, so that it may be stored in one channel.
    """

    def __init__(self, background: Image.Image, *, gray: bool = False) -> None:
        from PIL import Image

        self.image = background
        self.cover = Image.new("L", background.size)
        self.gray = gray

    @property
    def size(self) -> Size:
        return Size(*self.image.size)

    def shade(self, outlines: Iterable[Outline]) -> None:
        """Soft shadows under what will be drawn; background, so no part of the cover."""
        from PIL import Image, ImageDraw, ImageFilter

        width, height = self.image.size
        low = Image.new("L", (width // _SHADOW_SCALE + 1, height // _SHADOW_SCALE + 1))
        draw = ImageDraw.Draw(low)
        drop = max(2, min(width, height) // 70)
        for outline in outlines:
            draw.polygon([((x + drop) / _SHADOW_SCALE, (y + drop) / _SHADOW_SCALE) for x, y in outline], fill=110)
        soft = low.filter(ImageFilter.BoxBlur(1)).filter(ImageFilter.BoxBlur(1))
        grown = (low.width * _SHADOW_SCALE, low.height * _SHADOW_SCALE)
        mask = soft.resize(grown, Image.Resampling.BILINEAR).crop((0, 0, width, height))
        self.image.paste(_SHADOW, (0, 0, width, height), mask)

    def fill(self, outline: Outline, color: Rgb) -> Box:
        """Fill it without blended edges; the answer is the exact box of its pixels. It must lie inside."""
        from PIL import Image, ImageDraw

        # Pillow draws between whole pixels, both ends included: each corner fills the pixel it lies in.
        corners = [(int(x), int(y)) for x, y in outline]
        left, top = min(x for x, _ in corners), min(y for _, y in corners)
        right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
        mask = Image.new("L", (right - left + 1, bottom - top + 1))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in corners], fill=255)
        return self._stamp(mask, left, top, color)

    def write(
        self, text: str, at: tuple[int, int], size: int, color: Rgb, *, anchor: str = "ls", stroke: int = 0
    ) -> Box:
        """One line of text; the answer is the box of its ink. ``anchor`` as in ``lettering.inked``."""
        mask, (left, top) = inked(text, size, anchor, stroke)
        return self._stamp(mask, at[0] + left, at[1] + top, color)

    def _stamp(self, mask: Image.Image, left: int, top: int, color: Rgb) -> Box:
        self.image.paste(color, (left, top), mask)
        self.cover.paste(255, (left, top), mask)
        x1, y1, x2, y2 = mask.getbbox() or (0, 0, 0, 0)
        return Box(left + x1, top + y1, left + x2, top + y2)
