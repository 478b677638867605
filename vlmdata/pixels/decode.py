"""From bytes to upright sRGB pixels, or to the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vlmdata.errors import BadRecord
from vlmdata.pixels.colour import flattened, is_srgb
from vlmdata.pixels.header import Header
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.header.pillow import failure, opened
from vlmdata.pixels.header.png import check_png, check_rows
from vlmdata.pixels.pillow_memory import pixels_of
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.raster import Raster, rgb
from vlmdata.pixels.transform import apply
from vlmdata.types import Box, Size

if TYPE_CHECKING:
    from PIL import Image

    from vlmdata.pixels.raster import Pixels

PROOF_SCALE = 8
"""Enough to prove a JPEG whose pixels nobody needs: entropy decoding reads all of it at any scale."""

_STRAY_BYTES = "extraneous bytes before marker 0xd9"
_ODD_SAMPLING = "Could not determine subsampling level"


def decode(
    data: bytes, header: Header, policy: PixelPolicy, reduction: int = 1, *, channels: Literal[3, 4] = 3
) -> Raster:
    """Decode all of the frame that ``header`` is of, once. ``header`` is that of ``data``.

    A JPEG is shrunk by ``reduction`` (1, 2, 4 or 8) on the way; all its data is still read and proved. At
    ``reduction`` 1 the pixels are Pillow's. ``channels`` 4 allows RGBX, which comes where it costs nothing.

    Raises ``BadRecord`` with ``truncated``, ``corrupt`` or ``unsupported_format``.
    """
    try:
        match header.media_type:
            case "image/jpeg":
                raster = _jpeg(data, header, policy, reduction, channels)
            case "image/jxl":
                raster = Raster.whole(_jxl(data, header, policy))
            case _:
                raster = Raster.whole(_by_pillow(data, header, policy))
    except (BadRecord, MemoryError):
        raise
    except Exception as error:  # Pillow's plugins raise a dozen kinds of exception on damaged files.
        raise failure(error, data, header.media_type) from None
    for turn in UPRIGHT[header.orientation]:
        raster = apply(raster, turn, policy.fidelity)
    return raster if channels == 4 else Raster(rgb(raster.pixels), raster.frame)


def _jpeg(data: bytes, header: Header, policy: PixelPolicy, scale: int, channels: Literal[3, 4]) -> Raster:
    from PIL import Image

    managed = header.icc is not None and not is_srgb(header.icc)
    mode = "CMYK" if header.colour == "cmyk" else "L" if managed and header.colour == "grey" else "RGB"
    direct = "RGBX" if channels == 4 and not managed else "RGB"
    space = {"L": "GRAY", "RGB": direct}.get(mode, mode)
    stored = header.stored
    small = Size(-(-stored.width // scale), -(-stored.height // scale))
    try:
        pixels = _strict(data, space, small, scale)
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
        pixels = pixels_of(flattened(im, header.icc, policy.background))
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


def _jxl(data: bytes, header: Header, policy: PixelPolicy) -> Pixels:
    import pylibjxl
    from PIL import Image

    pixels, told = pylibjxl.decode(data, metadata=True)
    _check_size(pixels, header.stored)
    return pixels_of(flattened(Image.fromarray(pixels), told.get("icc"), policy.background))


def _by_pillow(data: bytes, header: Header, policy: PixelPolicy) -> Pixels:

    if header.media_type == "image/png":
        check_png(data)
    with opened(data, header.media_type, header.frame) as im:
        im.load()
        if header.media_type == "image/png" and _may_lack_rows(im):
            check_rows(data)
        pixels = pixels_of(flattened(im, header.icc, policy.background, header.depth))
    _check_size(pixels, header.stored)
    return pixels


def _may_lack_rows(im: Image.Image) -> bool:
    """Whether the lowest two rows, one of which comes in the last pass of an interlaced PNG, are all 0."""
    lowest = im.crop((0, max(0, im.height - 2), im.width, im.height))
    return not all(lowest.crop((0, row, im.width, row + 1)).tobytes().strip(b"\0") for row in range(lowest.height))


def _check_size(pixels: Pixels, expected: Size) -> None:
    height, width = pixels.shape[:2]
    if Size(width, height) != expected:
        raise BadRecord("corrupt", f"the header promises {expected}, the data holds {width}x{height}")
