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
_COLOURS: dict[str, Colour] = {"1": "grey", "L": "grey", "LA": "grey", "P": "palette", "PA": "palette", "CMYK": "cmyk"}
_BITS_PER_SAMPLE = 258


@contextmanager
def opened(data: bytes, media_type: str) -> Iterator[Image.Image]:
    """A picture opened by Pillow as just this format. Its warnings are not news: the result says what was wrong."""
    from PIL import Image

    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as im:
        yield im


def read_with_pillow(data: bytes, media_type: str) -> Header:
    """Raises what Pillow raises, and ``BadRecord`` for pixels without an agreed white."""
    with opened(data, media_type) as im:
        if im.mode in ("I", "F"):
            raise BadRecord("unsupported_format", f"{media_type} with 32-bit pixels: its white is not defined")
        # Pillow turns a TIFF itself while loading and shows its turned size; the others wait for us.
        orientation = orientation_of(im.info.get("exif", b""))
        return Header(
            media_type=media_type,
            size=shown(Size(*im.size), orientation),
            orientation=orientation,
            colour="grey" if im.mode.startswith("I;16") else _COLOURS.get(im.mode, "rgb"),
            depth=_depth(im),
            alpha=im.has_transparency_data,
            animated=getattr(im, "is_animated", False),
            icc=im.info.get("icc_profile") or None,
        )


def _depth(im: Image.Image) -> int:
    if im.mode.startswith("I;16"):
        return 16
    tags = getattr(im, "tag_v2", None)
    return int(tags.get(_BITS_PER_SAMPLE, (8,))[0]) if tags else 8
