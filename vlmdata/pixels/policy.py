"""How pictures are stored, and which bytes are good as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlmdata.pixels.colour import is_srgb
from vlmdata.pixels.header import MAX_PIXELS, Header

Fidelity = Literal["fast", "exact"]
Format = Literal["jpeg", "png", "webp", "original"]
Subsampling = Literal["auto", "444", "422", "420"]

CANONICAL = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Media types that a shard may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelPolicy:
    """What becomes of pictures. All of it decides bytes.

    Attributes:
        format: of pictures that are encoded anew; canonical ones that nothing is done to keep theirs. ``original``
            is the source's own where a shard may hold it, PNG for other lossless ones, JPEG for all else.
        quality: 1 to 100, of JPEG and WebP.
        subsampling: of the chroma of a JPEG. ``auto`` is 4:2:0 for what came from a JPEG with coarse chroma, which
            has no colour detail to keep, and 4:4:4 for all else.
        fidelity: ``exact`` gives Pillow's pixels before encoding, value for value; ``fast`` may decode a JPEG at
            reduced scale and resizes with another implementation of the same filter.
        background: RGB that transparency is laid upon.
        max_pixels: a picture that declares more is refused as ``bomb``.
        views: ``stored`` cuts layouts into pictures; ``planned`` stores the frame alone.
    """

    format: Format = "jpeg"
    quality: int = 95
    subsampling: Subsampling = "auto"
    fidelity: Fidelity = "fast"
    background: tuple[int, int, int] = (255, 255, 255)
    max_pixels: int = MAX_PIXELS
    views: Literal["stored", "planned"] = "stored"

    def __post_init__(self) -> None:
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality is 1 to 100, not {self.quality}")
        if not all(0 <= value <= 255 for value in self.background):
            raise ValueError(f"a background colour is three values of 0 to 255, not {self.background}")
        if not 1 <= self.max_pixels <= 2 * MAX_PIXELS:
            raise ValueError(f"max_pixels is 1 to {2 * MAX_PIXELS}, not {self.max_pixels}")


def conversions(header: Header) -> tuple[str, ...]:
    """What must be done to such a picture to make it canonical, in the order it is done.

    ``animated``: one frame is taken, the first unless ``image.frames`` chose others. ``palette``: colours are looked
    up. ``sixteen_bit``: channels are scaled to 8 bits. ``cmyk``, ``lab``: inks and Lab become RGB. ``icc``: a profile
    other than sRGB is applied, or removed if it is not usable. ``alpha``: transparency is laid on the background.
    ``exif``: the picture is turned upright.
    """
    needed = {
        "animated": header.animated,
        "palette": header.colour == "palette",
        "sixteen_bit": header.depth > 8,
        "cmyk": header.colour == "cmyk",
        "lab": header.colour == "lab",
        "icc": header.icc is not None and not is_srgb(header.icc),
        "alpha": header.alpha,
        "exif": header.orientation != 1,
    }
    return tuple(name for name, is_needed in needed.items() if is_needed)


def is_canonical(header: Header) -> bool:
    """Whether such a picture may be stored as it is: JPEG, PNG or WebP, one upright picture in 8-bit sRGB or grey.

    Arithmetic-coded JPEGs are not: browsers and many decoders lack them.
    """
    is_widely_read = header.media_type in CANONICAL and header.process != "arithmetic"
    return is_widely_read and header.depth == 8 and not conversions(header)
