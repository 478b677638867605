"""Resizing by convolution: bicubic (Catmull-Rom, a = -0.5), widened when shrinking, so that nothing aliases.

Two implementations of the same filter (640x480 to 672x504, one core): Pillow 5.0 ms, cykooz-resizer 0.8 ms. They
differ on an eighth of the values, by up to 4 levels. OpenCV's bicubic takes 0.5 ms, but aliases when it shrinks; its
area filter takes longer than cykooz-resizer for any ratio that is not whole. Neither of the two used depends on the
SIMD instructions of the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlmdata.types import Size

if TYPE_CHECKING:
    from vlmdata.pixels.policy import Fidelity
    from vlmdata.pixels.raster import Pixels, Raster


def resize(raster: Raster, size: Size, fidelity: Fidelity) -> Pixels:
    """The frame of ``raster`` at ``size``. ``exact`` is ``PIL.Image.resize`` with its default filter, bit for bit."""
    if raster.is_whole and raster.size == size:
        return raster.pixels
    return _pillow(raster, size) if fidelity == "exact" else _cykooz(raster, size)


def _pillow(raster: Raster, size: Size) -> Pixels:
    import numpy as np
    from PIL import Image

    box, bicubic = raster.frame.xyxy, Image.Resampling.BICUBIC
    return np.asarray(raster.as_pillow.resize((size.width, size.height), bicubic, box))


def _cykooz(raster: Raster, size: Size) -> Pixels:
    import cykooz_resizer as cykooz
    import numpy as np

    before = raster.size
    source = cykooz.ImageData(before.width, before.height, cykooz.PixelType.U8x3, raster.pixels.tobytes())
    target = cykooz.ImageData(size.width, size.height, cykooz.PixelType.U8x3)
    options = cykooz.ResizeOptions(
        resize_alg=cykooz.ResizeAlg.convolution(cykooz.FilterType.catmull_rom),
        crop_box=cykooz.CropBox(*raster.frame.xywh),
    )
    cykooz.Resizer().resize(source, target, options)
    return np.frombuffer(target.get_buffer(), np.uint8).reshape(size.height, size.width, 3)
