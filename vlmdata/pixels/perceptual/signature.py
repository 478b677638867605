"""Hash and thumbnail of one picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from vlmdata.pixels.look import look_at
from vlmdata.pixels.perceptual.cells import CELLS, variances
from vlmdata.pixels.raster import Raster
from vlmdata.pixels.resize import resize
from vlmdata.types import Image, Resize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

    Integers = NDArray[np.int64]

SIDE = 64
"""Pixels of a thumbnail, per side, in luma. Half as many cannot tell pages of one form from each other."""
LUMA = SIDE * SIDE
CHROMA_SIDE = 8
THUMBNAIL_BYTES = LUMA + 2 * CHROMA_SIDE * CHROMA_SIDE
"""Luma, then blue and red less luma, halved, about 128; each row by row."""
SIGNATURE_BYTES = 8 + THUMBNAIL_BYTES
MAX_DISTANCE = 10
"""Bits of 64 in which hashes may differ to be compared further. Measured in ``docs/cleaning/near-duplicates.md``."""
_HASH_SIDE = 32
_LUMA_BITS, _CHROMA_BITS = 54, 5
_GREY = 0.3
"""Chroma has to change by so many levels, over the picture, to set a bit: that of grey pictures is noise."""
_FINE = 10, 6
"""Bits of the integers that stand for cosines and for the window."""
_LEAST_DETAIL = 6, 16
"""A picture is blank where fewer cells than the first have a variance of luma of at least the second."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A 64-bit perceptual hash, unsigned, and a thumbnail of ``THUMBNAIL_BYTES``."""

    hash: int
    thumbnail: bytes

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in the picture to know it by: sky, a wall, black, one small spot.

        Such pictures look alike without being copies, and their hashes are noise. Leave them alone.
        """
        import numpy as np

        luma = np.frombuffer(self.thumbnail, np.uint8, LUMA).reshape(1, SIDE, SIDE)
        cells, variance = _LEAST_DETAIL
        return int((variances(luma) >= variance * (SIDE // CELLS) ** 4).sum()) < cells

    def to_bytes(self) -> bytes:
        return self.hash.to_bytes(8, "little") + self.thumbnail

    @classmethod
    def from_bytes(cls, data: bytes) -> Signature:
        """``ValueError`` if these are not ``SIGNATURE_BYTES``."""
        if len(data) != SIGNATURE_BYTES:
            raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(data)}")
        return cls(int.from_bytes(data[:8], "little"), data[8:])


def signature_of(pixels: Pixels) -> Signature:
    """Of uint8 pixels, rows x columns x 3 (RGB) or 4 (RGBX), stretched to a square."""
    import numpy as np

    square = resize(Raster.whole(pixels), Resize(SIDE, SIDE), "fast")[..., :3].astype(np.int64)
    luma = (77 * square[..., 0] + 150 * square[..., 1] + 29 * square[..., 2] + 128) >> 8
    cell = SIDE // CHROMA_SIDE
    planes = [luma.astype(np.uint8).tobytes()]
    for channel in (2, 0):
        less = (square[..., channel] - luma).reshape(CHROMA_SIDE, cell, CHROMA_SIDE, cell).sum(axis=(1, 3))
        planes.append((128 + less // (2 * cell * cell)).astype(np.uint8).tobytes())
    return _signed(b"".join(planes))


def signature_at(image: Image) -> Signature:
    """Of the frame of a loaded picture as its pending edits make it. ``BadRecord`` as ``look_at`` raises it."""
    squared = replace(image, edits=(*image.edits, Resize(SIDE, SIDE)))
    return signature_of(look_at(squared, SIDE))


def mirrored(signature: Signature) -> Signature:
    """Of the picture flipped from left to right."""
    import numpy as np

    return _signed(mirrored_thumbnails(np.frombuffer(signature.thumbnail, np.uint8)[None]).tobytes())


def mirrored_thumbnails(thumbnails: Pixels) -> Pixels:
    """Each flipped from left to right; uint8, count x ``THUMBNAIL_BYTES``."""
    import numpy as np

    luma = thumbnails[:, :LUMA].reshape(-1, SIDE, SIDE)[..., ::-1].reshape(-1, LUMA)
    chroma = thumbnails[:, LUMA:].reshape(-1, 2, CHROMA_SIDE, CHROMA_SIDE)[..., ::-1]
    return np.concatenate([luma, chroma.reshape(-1, THUMBNAIL_BYTES - LUMA)], axis=1)


def distance(one: Signature, other: Signature) -> int:
    """Bits in which the hashes differ."""
    return (one.hash ^ other.hash).bit_count()


def _signed(thumbnail: bytes) -> Signature:
    """With the hash: a bit for each of 54 low frequencies of luma, whether it is above their median, and of 2 x 5 of
    chroma, whether it is well above zero.

    The DCT hash of Zauner, "Implementation and benchmarking of perceptual image hash functions" (2010), but under a
    window that fades towards the edges, since there is what a crop takes away, with colour, and with the frequencies
    of least ``u + v`` in place of a square of them.
    """
    import numpy as np

    values = np.frombuffer(thumbnail, np.uint8).astype(np.int64)
    cell = SIDE // _HASH_SIDE
    luma = values[:LUMA].reshape(_HASH_SIDE, cell, _HASH_SIDE, cell).sum(axis=(1, 3))
    waves, _ = _frequencies(luma, _LUMA_BITS)
    bits = [waves > np.sort(waves)[_LUMA_BITS // 2 - 1]]
    for plane in values[LUMA:].reshape(2, CHROMA_SIDE, CHROMA_SIDE):
        waves, level = _frequencies(plane, _CHROMA_BITS)
        bits.append(waves > round(_GREY * level))
    return Signature(int.from_bytes(np.packbits(np.concatenate(bits)).tobytes(), "big"), thumbnail)


def _frequencies(plane: Integers, count: int) -> tuple[Integers, int]:
    """The lowest frequencies of a square plane under the window, without the constant; and what one level is there."""
    waves, window, order = _basis(len(plane), count)
    total = int(window.sum())
    faded = (plane - (plane * window).sum() // total) * window
    found: Integers = (waves @ faded @ waves.T).ravel()[order]
    return found, total << 2 * _FINE[0]


@cache
def _basis(side: int, count: int) -> tuple[Integers, Integers, Integers]:
    """The first rows of the DCT-II, a cosine window, both as integers, and the places of the frequencies taken."""
    import numpy as np

    most = math.isqrt(2 * count) + 1
    angle = math.pi / (2 * side)
    waves = [[round(math.cos(angle * (2 * x + 1) * k) * 2 ** _FINE[0]) for x in range(side)] for k in range(most)]
    fade = np.array([round(math.sin(angle * (2 * x + 1)) * 2 ** _FINE[1]) for x in range(side)], np.int64)
    lowest = sorted((u + v, max(u, v), u) for u in range(most) for v in range(most) if u + v)[:count]
    order = np.array([u * most + (total - u) for total, _, u in lowest], np.int64)
    return np.array(waves, np.int64), np.outer(fade, fade), order
