"""From pixels to bytes. The same pixels give the same bytes with the same library versions."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from vlmdata.types import Size

if TYPE_CHECKING:
    from vlmdata.pixels.policy import PixelPolicy
    from vlmdata.pixels.raster import Pixels

_LONGEST_SIDE = {"jpeg": 65_500, "webp": 16_383, "png": 2**31 - 1}
_PNG_LEVEL = 2
_WEBP_METHOD = 2


@dataclass(frozen=True, slots=True)
class EncodedView:
    """One stored picture: its bytes, its media type, its width and height."""

    data: bytes
    media_type: str
    size: Size


def encode(pixels: Pixels, policy: PixelPolicy, *, subsampled: bool) -> EncodedView:
    """RGB pixels in the format of the policy; as PNG where a side is longer than that format can hold.

    ``subsampled`` says that the picture came from a JPEG with coarse chroma. Such a one is stored as JPEG 4:2:0 too:
    there is no colour detail to keep. All others are stored 4:4:4, for coloured text and thin lines (a third less
    error for a sixth more bytes at quality 95).
    """
    height, width = pixels.shape[:2]
    form = policy.format if max(width, height) <= _LONGEST_SIDE[policy.format] else "png"
    match form:
        case "jpeg":
            data = _jpeg(pixels, policy.quality, "420" if subsampled else "444")
        case "webp":
            data = _saved(pixels, "WEBP", quality=policy.quality, method=_WEBP_METHOD)
        case "png":
            data = _saved(pixels, "PNG", compress_level=_PNG_LEVEL)
    return EncodedView(data, f"image/{form}", Size(width, height))


def _jpeg(pixels: Pixels, quality: int, subsampling: str) -> bytes:
    import numpy as np
    import simplejpeg

    data: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", subsampling)
    return data


def _saved(pixels: Pixels, form: str, **options: int) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()
