"""From pixels to bytes. The same pixels give the same bytes with the same library versions."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from vlmdata.pixels.raster import packed, rgb
from vlmdata.types import Size

if TYPE_CHECKING:
    from vlmdata.pixels.policy import PixelPolicy
    from vlmdata.pixels.raster import Pixels

Stored = Literal["jpeg", "png", "webp"]

_ORIGINAL: dict[str, Stored] = {
    "image/jpeg": "jpeg",
    "image/webp": "webp",
    "image/png": "png",
    "image/gif": "png",
    "image/bmp": "png",
    "image/tiff": "png",
}
_LONGEST_SIDE = {"jpeg": 65_500, "webp": 16_383, "png": 2**31 - 1}
_PNG_LEVEL = 2
_WEBP_METHOD = 2


@dataclass(frozen=True, slots=True)
class EncodedView:
    """One stored picture: its bytes, its media type, its width and height."""

    data: bytes
    media_type: str
    size: Size


def stored_format(policy: PixelPolicy, source: str, size: Size) -> Stored:
    """The format of a view of ``size`` from a picture of media type ``source``.

    For ``original`` the picture's own where a shard may hold it: JPEG, PNG, WebP. GIF, BMP and TIFF, which lose
    nothing, become PNG; AVIF, JPEG 2000 and others JPEG. A lossless WebP becomes a lossy one of the policy's
    quality. PNG in any case where a side is longer than the format can hold.
    """
    form = _ORIGINAL.get(source, "jpeg") if policy.format == "original" else policy.format
    return form if max(size.width, size.height) <= _LONGEST_SIDE[form] else "png"


def chroma(policy: PixelPolicy, *, subsampled: bool) -> str:
    """The chroma sampling of a JPEG, such as ``420``. ``subsampled`` says that its source had coarse chroma.

    Such a one is stored 4:2:0 too, if the policy leaves it open: there is no colour detail to keep. All others are
    stored 4:4:4, for coloured text and thin lines (a third less error for a sixth more bytes at quality 95).
    """
    if policy.subsampling != "auto":
        return policy.subsampling
    return "420" if subsampled else "444"


def encode(pixels: Pixels, policy: PixelPolicy, *, subsampled: bool, source: str = "image/jpeg") -> EncodedView:
    """RGB or RGBX pixels by the policy. ``source`` and ``subsampled`` are of the picture they come from."""
    height, width = pixels.shape[:2]
    form = stored_format(policy, source, Size(width, height))
    match form:
        case "jpeg":
            data = _jpeg(pixels, policy.quality, chroma(policy, subsampled=subsampled))
        case "webp":
            data = _saved(pixels, "WEBP", quality=policy.quality, method=_WEBP_METHOD)
        case "png":
            data = _saved(pixels, "PNG", compress_level=_PNG_LEVEL)
    return EncodedView(data, f"image/{form}", Size(width, height))


def _jpeg(pixels: Pixels, quality: int, subsampling: str) -> bytes:
    import simplejpeg

    space = "RGBX" if pixels.shape[2] == 4 else "RGB"
    data: bytes = simplejpeg.encode_jpeg(packed(pixels), quality, space, subsampling)
    return data


def _saved(pixels: Pixels, form: str, **options: int) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(rgb(pixels)).save(buffer, form, **options)
    return buffer.getvalue()
