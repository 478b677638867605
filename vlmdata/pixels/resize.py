"""Resizing by convolution: mostly bicubic (Catmull-Rom, a = -0.5), widened when shrinking, so that nothing aliases.

Two implementations of the same filter, Pillow's and cykooz-resizer's. Both round to 8 bits after each of two passes,
but keep the filter's weights at different precision, so they differ on some values, by a few levels. Both compute in
integers: the SIMD instructions of the machine decide the speed and not the result. ``docs/kernels.md`` has the
measurements by which they were chosen.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from vlmdata.pixels.padding import bordered, inner
from vlmdata.pixels.pillow_memory import pixels_of
from vlmdata.types import Pad, Resize, ResizeFilter, Size

if TYPE_CHECKING:
    import cykooz_resizer
    from PIL import Image

    from vlmdata.pixels.policy import Fidelity
    from vlmdata.pixels.raster import Pixels, Raster

_NO_PAD = Pad()


def resize(raster: Raster, to: Resize, fidelity: Fidelity, pad: Pad = _NO_PAD) -> Pixels:
    """The frame of ``raster`` at the size and by the filter of ``to``, with ``pad`` around it.

    ``exact`` is ``PIL.Image.resize`` with that filter, bit for bit. Both give RGBX, without a copy on the way: the
    resizer reads where the decoder wrote, and writes where the encoder or the next resize reads.
    """
    if pad == _NO_PAD and raster.is_whole and raster.size == Size(to.width, to.height):
        return raster.pixels
    return _pillow(raster, to, pad) if fidelity == "exact" else _cykooz(raster, to, pad)


def _pillow(raster: Raster, to: Resize, pad: Pad) -> Pixels:
    from PIL import Image

    kernel = Image.Resampling[to.filter.upper()]
    resized = pixels_of(raster.as_pillow.resize((to.width, to.height), kernel, raster.frame.xyxy))
    if pad == _NO_PAD:
        return resized
    pixels = bordered(Size(to.width, to.height), pad, resized.shape[2])
    inner(pixels, pad)[:] = resized
    return pixels


def _cykooz(raster: Raster, to: Resize, pad: Pad) -> Pixels:
    import cykooz_resizer as cykooz

    pixels = bordered(Size(to.width, to.height), pad, 4)
    options = _options(to.filter)
    if not raster.is_whole:
        options = options.copy()
        options.crop_box = cykooz.CropBox(*raster.frame.xywh)
    source, target = _shared(raster.as_rgbx), _shared(inner(pixels, pad))
    cykooz.Resizer().resize_pil(source, target, options)
    return pixels


@cache
def _options(kernel: ResizeFilter) -> cykooz_resizer.ResizeOptions:
    import cykooz_resizer as cykooz

    filters = {
        "bicubic": cykooz.FilterType.catmull_rom,
        "bilinear": cykooz.FilterType.bilinear,
        "lanczos": cykooz.FilterType.lanczos3,
    }
    return cykooz.ResizeOptions(cykooz.ResizeAlg.convolution(filters[kernel]), use_alpha=False)


def _shared(pixels: Pixels) -> Image.Image:
    """A Pillow image upon the memory of packed RGBX pixels.

    As CMYK, the one mode of four bytes that Pillow can lay on memory not its own and in which cykooz-resizer treats
    all channels alike.
    """
    import numpy as np
    from PIL import Image

    (height, width), stride = pixels.shape[:2], pixels.strides[0]
    # Pillow wants the gap behind the last row as well. Nobody touches it.
    memory = pixels if stride == 4 * width else np.lib.stride_tricks.as_strided(pixels, (height * stride,), (1,))
    return Image.frombuffer("CMYK", (width, height), memory, "raw", "CMYK", stride, 1)
