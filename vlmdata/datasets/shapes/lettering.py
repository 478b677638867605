"""Text as pixels, in the one font that comes with the package."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from vlmdata.errors import InputError

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONT_SHA256 = "b39265d61f17d1743ef6c0ee1dab6b6779e0a4506cccf072c2c1185592f80087"


def checked_font(data: bytes) -> bytes:
    """The font file's bytes again; ``InputError`` where they are not the ones the pictures are made with."""
    found = hashlib.sha256(data).hexdigest()
    if found != FONT_SHA256:
        raise InputError(
            f"vlmdata/datasets/shapes/font.otf has SHA-256 {found[:12]}…, expected {FONT_SHA256[:12]}…: "
            "the made-up pictures would differ from everyone else's; reinstall vlmdata"
        )
    return data


@cache
def _bytes() -> bytes:
    return checked_font(files(__package__).joinpath("font.otf").read_bytes())


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font at ``size`` pixels. Basic layout: the same with and without libraqm."""
    from io import BytesIO

    from PIL import ImageFont

    return ImageFont.truetype(BytesIO(_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: int) -> int:
    """Pixels from the pen's start to its end."""
    return round(font(size).getlength(text))


def inked(text: str, size: int, anchor: str, stroke: int = 0) -> tuple[Image.Image, tuple[int, int]]:
    """``text`` as an 8-bit mask cut to its ink, and where its corner lies from the anchor point.

    Args:
        text: one line with at least one visible character.
        size: of the font, in pixels.
        anchor: a two-letter Pillow text anchor, such as ``ls`` (left, baseline) or ``mm`` (middle).
        stroke: pixels to embolden by.
    """
    from PIL import Image, ImageDraw

    face = font(size)
    left, top, right, bottom = (round(edge) for edge in face.getbbox(text, anchor=anchor, stroke_width=stroke))
    mask = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), text, fill=255, font=face, anchor=anchor, stroke_width=stroke)
    ink = mask.getbbox()
    if ink is None:
        raise ValueError(f"no ink in {text!r}")
    return mask.crop(ink), (left - 1 + ink[0], top - 1 + ink[1])
