"""From bytes to upright sRGB pixels, or to the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.pixels.colour import flattened, is_srgb
from vlmdata.pixels.header import Header
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.header.pillow import opened
from vlmdata.pixels.header.png import check_png
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.raster import Raster
from vlmdata.pixels.transform import apply
from vlmdata.types import Box, Size

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

_STRAY_BYTES = "extraneous bytes before marker 0xd9"
_ODD_SAMPLING = "Could not determine subsampling level"
_SHORT = ("truncat", "premature end of jpeg file", "bogus marker length", "unexpected end", "end of file")


def decode(data: bytes, header: Header, policy: PixelPolicy, reduction: int = 1) -> Raster:
    """Decode all of it, once. ``header`` is that of ``data``.

    A JPEG is shrunk by ``reduction`` (1, 2, 4 or 8) on the way; all its data is still read and proved. At
    ``reduction`` 1 the pixels are Pillow's.

    Raises ``BadRecord`` with ``truncated``, ``corrupt`` or ``unsupported_format``.
    """
    try:
        if header.media_type == "image/jpeg":
            raster = _jpeg(data, header, policy, reduction)
        else:
            raster = Raster.whole(_by_pillow(data, header, policy))
    except (BadRecord, MemoryError):
        raise
    except Exception as error:  # Pillow's plugins raise a dozen kinds of exception on damaged files.
        raise BadRecord(_reason(error), f"{header.media_type}: {error}") from None
    for turn in UPRIGHT[header.orientation]:
        raster = apply(raster, turn, policy.fidelity)
    return raster


def _reason(error: Exception) -> str:
    message = str(error).lower()
    return "truncated" if any(word in message for word in _SHORT) else "corrupt"


def _jpeg(data: bytes, header: Header, policy: PixelPolicy, scale: int) -> Raster:
    import numpy as np
    from PIL import Image

    managed = header.icc is not None and not is_srgb(header.icc)
    mode = "CMYK" if header.colour == "cmyk" else "L" if managed and header.colour == "grey" else "RGB"
    stored = header.stored
    small = Size(-(-stored.width // scale), -(-stored.height // scale))
    try:
        pixels = _strict(data, "GRAY" if mode == "L" else mode, small, scale)
    except ValueError as error:
        if _ODD_SAMPLING not in str(error):
            raise
        # Rare chroma sampling, such as CMYK 4:2:0. Pillow reads it, but overlooks damage that is no cut.
        return Raster.whole(_by_pillow(data, header, policy))
    _check_size(pixels, small)
    if mode == "CMYK":
        # Adobe's inks are stored inverted; Pillow takes every CMYK JPEG to be Adobe's.
        pixels = 255 - pixels
    if managed or mode == "CMYK":
        im = Image.frombuffer(mode, (small.width, small.height), pixels)
        pixels = np.asarray(flattened(im, header.icc, policy.background))
    return Raster(pixels, Box(0.0, 0.0, stored.width / scale, stored.height / scale))


def _strict(data: bytes, space: str, least: Size, scale: int) -> Pixels:
    """Pixels, if libjpeg-turbo has nothing to complain of but stray bytes before the end mark.

    It reports its first warning. If that one is about the end mark, all the picture's data was read without
    complaint before it: many published photos are so. Any other warning is damage.
    """
    import simplejpeg

    options = {"colorspace": space, "min_width": least.width, "min_height": least.height, "min_factor": scale}
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(data, **options)
    except ValueError as error:
        if _STRAY_BYTES not in str(error):
            raise
        pixels = simplejpeg.decode_jpeg(data, strict=False, **options)
    return pixels


def _by_pillow(data: bytes, header: Header, policy: PixelPolicy) -> Pixels:
    import numpy as np

    if header.media_type == "image/png":
        check_png(data)
    with opened(data, header.media_type) as im:
        im.load()
        pixels = np.asarray(flattened(im, header.icc, policy.background))
    _check_size(pixels, header.stored)
    return pixels


def _check_size(pixels: Pixels, expected: Size) -> None:
    height, width = pixels.shape[:2]
    if Size(width, height) != expected:
        raise BadRecord("corrupt", f"the header promises {expected}, the data holds {width}x{height}")
