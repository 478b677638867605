"""The pixel half of ``vlmdata.types.pixel_edit``: noise, blur, compression, colour, covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlmdata.pixels.cover import covered
from vlmdata.types import Blur, Cover, Jitter, Noise, PixelEdit, Recompress

if TYPE_CHECKING:
    from PIL import Image

    from vlmdata.pixels.raster import Pixels

_ROW_VALUES = 1 << 20


def edited(pixels: Pixels, edit: PixelEdit) -> Pixels:
    """New pixels, rows x columns x 3 as uint8. ``TypeError`` for an unknown edit."""
    match edit:
        case Noise():
            return _noisy(pixels, edit)
        case Blur(sigma=sigma):
            from PIL import ImageFilter

            return _pixels(_image(pixels).filter(ImageFilter.GaussianBlur(sigma)))
        case Recompress(quality=quality):
            return _recompressed(pixels, quality)
        case Jitter():
            return _jittered(pixels, edit)
        case Cover():
            return covered(pixels, edit)
    raise TypeError(f"pixels cannot do {edit!r}")


def _noisy(pixels: Pixels, noise: Noise) -> Pixels:
    """Each value plus the scaled sum of four bytes, whose distribution is near to normal (kurtosis 2.7 for 3).

    Integers all the way: a normal generator takes logarithms, which are not the same on all machines.
    """
    import numpy as np

    rng = np.random.default_rng(noise.seed)
    scale = round(noise.sigma / _FOUR_BYTES_SIGMA * 65_536)
    result = np.empty_like(pixels)
    rows = max(1, _ROW_VALUES // max(1, pixels[0].size))
    for top in range(0, len(pixels), rows):
        part = pixels[top : top + rows]
        drawn = rng.integers(0, 256, (4, *part.shape), dtype=np.uint8).astype(np.int32)
        offset = (drawn.sum(axis=0, dtype=np.int32) - 510) * scale + 32_768 >> 16
        result[top : top + rows] = np.clip(part + offset, 0, 255)
    return result


_FOUR_BYTES_SIGMA = 147.8
"""Standard deviation of the sum of four random bytes: the root of 4 (256**2 - 1) / 12."""


def _recompressed(pixels: Pixels, quality: int) -> Pixels:
    import numpy as np
    import simplejpeg

    data = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "420")
    decoded: Pixels = simplejpeg.decode_jpeg(data, "RGB")
    return decoded


def _jittered(pixels: Pixels, jitter: Jitter) -> Pixels:
    """Brightness, contrast, saturation by Pillow's ``ImageEnhance``, then hue in Pillow's HSV."""
    from PIL import Image, ImageEnhance

    image = _image(pixels)
    if jitter.brightness != 1:
        image = ImageEnhance.Brightness(image).enhance(jitter.brightness)
    if jitter.contrast != 1:
        image = ImageEnhance.Contrast(image).enhance(jitter.contrast)
    if jitter.saturation != 1:
        image = ImageEnhance.Color(image).enhance(jitter.saturation)
    if turn := round(jitter.hue * 256) % 256:
        hue, saturation, value = image.convert("HSV").split()
        turned = hue.point([(level + turn) % 256 for level in range(256)])
        image = Image.merge("HSV", (turned, saturation, value)).convert("RGB")
    return _pixels(image)


def _image(pixels: Pixels) -> Image.Image:
    from PIL import Image

    return Image.fromarray(pixels)


def _pixels(image: Image.Image) -> Pixels:
    import numpy as np

    return np.asarray(image)
