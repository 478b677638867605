"""A decoded frame as the bytes of a picture, for render to take up like any other."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from vlmdata.pixels.raster import Raster
from vlmdata.pixels.resize import resize
from vlmdata.types import Resize, Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

MEDIA_TYPE = "image/bmp"
"""Nothing is lost and nothing compressed: the run's pixel policy decides how frames are stored, once, in the end."""


def still(pixels: Pixels, size: Size) -> bytes:
    """RGB pixels as a BMP, resized to ``size`` if they are of another, bicubic, as Pillow does."""
    from PIL import Image

    resized = resize(Raster.whole(pixels), Resize(size.width, size.height), "exact")
    buffer = io.BytesIO()
    Image.fromarray(resized).save(buffer, "BMP")
    return buffer.getvalue()
