"""Text drawn in the font of ``shapes``, and lines at places."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vlmdata.datasets.shapes.lettering import font
from vlmdata.models.ocr import Line, Word
from vlmdata.types import Box


@pytest.fixture
def page():
    """``page((400, 200), (30, 30, "No parking"), ...)``: pixels of black words on white, 38 pixels high."""

    def build(size, *texts, turn=0, letters=38):
        image = Image.new("RGB", size, "white")
        for left, top, text in texts:
            ImageDraw.Draw(image).text((left, top), text, fill="black", font=font(letters))
        return np.asarray(image.rotate(turn, expand=True))

    return build


@pytest.fixture
def line():
    """``line("a", 0, 0, 100, 20)``: a line of that name at a place."""

    def build(text, x1, y1, x2, y2):
        quad = Box(x1, y1, x2, y2).corners
        return Line(text, quad, 1.0, (Word(text, quad, 1.0),))

    return build
