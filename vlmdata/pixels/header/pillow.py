"""The header of the rarer formats, read by Pillow: GIF, BMP, TIFF, AVIF, JPEG 2000."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord
from vlmdata.pixels.header.exif import orientation_of
from vlmdata.pixels.header.facts import Colour, Header, shown
from vlmdata.types import Size

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
    "image/jp2": "JPEG2000",
}
_COLOURS: dict[str, Colour] = {
    "1": "grey",
    "L": "grey",
    "LA": "grey",
    "P": "palette",
    "PA": "palette",
    "CMYK": "cmyk",
    "LAB": "lab",
}
_BITS_PER_SAMPLE, _SAMPLE_FORMAT = 258, 339
_UNSIGNED = frozenset({1, 4})
_END_MARK = b"\xff\xd9"
_ENDED = frozenset({"image/jpeg", "image/jp2"})
"""Formats that close with an end mark."""
_SHORT = (
    "truncat",
    "premature end of jpeg file",
    "bogus marker length",
    "unexpected end",
    "end of file",
    "not enough image data",
)
"""What codecs say where the data ends too soon."""


@contextmanager
def opened(data: bytes, media_type: str, frame: int = 0) -> Iterator[Image.Image]:
    """A picture opened by Pillow as just this format, at a frame. Its warnings are not news: the result says all."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings(action="ignore"):
        try:
            im = Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]])
        except UnidentifiedImageError:
            # Its message holds a memory address. A TIFF that comes here is whole: it has been walked through.
            reason = "unsupported_format" if media_type == "image/tiff" else "corrupt"
            raise BadRecord(reason, f"{media_type} that Pillow cannot read") from None
        with im:
            if frame:
                im.seek(frame)
            yield im


def read_with_pillow(data: bytes, media_type: str, frames: int = 1, frame: int = 0) -> Header:
    """With ``frames`` as counted elsewhere. Only pages of a TIFF are looked at one by one: all else has one size.

    Raises what Pillow raises, and ``BadRecord`` for pixels without an agreed white.
    """
    with opened(data, media_type, frame if media_type == "image/tiff" else 0) as im:
        if im.mode in ("I", "F") or not _is_unsigned(im):
            detail = f"{media_type} of signed, 32-bit or floating point samples: its white is not defined"
            raise BadRecord("unsupported_format", detail)
        # Pillow turns a TIFF itself while loading and shows its turned size; the others wait for us.
        orientation = orientation_of(im.info.get("exif", b""))
        frames = max(frames, getattr(im, "n_frames", 1) if media_type == "image/avif" else 1)
        return Header(
            media_type=media_type,
            size=shown(Size(*im.size), orientation),
            orientation=orientation,
            colour="grey" if im.mode.startswith("I;16") else _COLOURS.get(im.mode, "rgb"),
            depth=_depth(im),
            alpha=im.has_transparency_data,
            animated=frames > 1,
            frames=frames,
            icc=im.info.get("icc_profile") or None,
        )


def failure(error: Exception, data: bytes, media_type: str) -> BadRecord:
    """What a codec's exception says about a picture: ``truncated``, ``unsupported_format``, else ``corrupt``."""
    message = str(error).lower()
    unended = media_type in _ENDED and not data.endswith(_END_MARK)
    if unended or any(word in message for word in _SHORT):
        reason = "truncated"
    else:
        reason = "unsupported_format" if "unsupported" in message else "corrupt"
    return BadRecord(reason, f"{media_type}: {error}")


def _is_unsigned(im: Image.Image) -> bool:
    """Pillow reads signed 8-bit samples of a TIFF as if they were not."""
    return _UNSIGNED.issuperset(getattr(im, "tag_v2", {}).get(_SAMPLE_FORMAT, ()))


def _depth(im: Image.Image) -> int:
    tags = getattr(im, "tag_v2", None)
    if tags:
        return int(tags.get(_BITS_PER_SAMPLE, (1,))[0])
    return 16 if im.mode.startswith("I;16") else 8
