"""Pillow's RGB images and RGBX arrays on the same memory: Pillow keeps four bytes for each pixel, too.

They meet by the Arrow C data interface, so a picture goes from the decoder through Pillow's resize to the encoder
without being copied (on 640x480, a seventh of what exact tiles cost).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from vlmdata.pixels.raster import Pixels


def image_over(pixels: Pixels) -> Image.Image:
    """An RGB image on the memory of RGBX pixels without gaps. Neither may be changed afterwards."""
    import pyarrow as pa
    from PIL import Image

    height, width = pixels.shape[:2]
    return Image.fromarrow(pa.FixedSizeListArray.from_arrays(pa.array(pixels.reshape(-1)), 4), "RGB", (width, height))


def pixels_of(image: Image.Image) -> Pixels:
    """RGBX pixels on the memory of an RGB image, read only; a copy as RGB where Pillow keeps it in several blocks."""
    import numpy as np
    import pyarrow as pa

    try:
        array = pa.array(image)
    except ValueError:  # above 16 MiB
        return np.asarray(image)
    pixels: Pixels = array.flatten().to_numpy().reshape(image.height, image.width, 4)
    return pixels
