"""Which pictures the GPU takes. Headers and markers alone decide, so the same pictures go the same way every time.

The GPU takes baseline JPEG in grey or YCbCr with the common samplings of chroma: what the JPEG engine of an A100 or
H100 decodes. Whatever else there is goes to the CPU in the same window: other formats, progressive and CMYK JPEG,
colour profiles, very small and very large pictures, those with data after their end (a second picture, a clip), and
those that are kept as they are, of which the CPU decodes an eighth of the scale as proof.

Metadata is not sent: libraries turn pictures by their EXIF, which we do ourselves, and nvJPEG has crashed on malformed
EXIF (NVIDIA/CUDALibrarySamples, issue 116).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from vlmdata.pixels.cuda.order import Order
from vlmdata.pixels.header.exif import UPRIGHT
from vlmdata.pixels.policy import conversions
from vlmdata.pixels.prepared import Prepared
from vlmdata.pixels.views import Edits
from vlmdata.types import PixelEdit, Resize, Size, Transform

SIDES = range(64, 16_384 + 1)
"""Of a picture as stored. The JPEG engine takes up to 16384; the CPU decodes what is tiny faster than it is sent."""

MOST_SHRINK = 32
"""By which a side may shrink at once. torch's antialiasing kernel keeps its weights in shared memory, of which 48 kB
hold a bicubic filter for a factor of about 47 (``upsample_gen2d_aa_out_frame`` in ``UpSampleBilinear2d.cu``)."""

_START, _END = b"\xff\xd8", 0xD9
_TABLES = frozenset({0xDB, 0xC4})
_FRAME, _SCAN, _RESTART, _COMMENT, _JFIF, _ADOBE = 0xC0, 0xDA, 0xDD, 0xFE, 0xE0, 0xEE
_APPLICATION = range(0xE0, 0xF0)
_KEPT = _TABLES | {_FRAME, _RESTART, _JFIF}
_SAMPLINGS = frozenset({(0x11, 0x11, 0x11), (0x21, 0x11, 0x11), (0x22, 0x11, 0x11), (0x12, 0x11, 0x11)})
"""4:4:4, 4:2:2, 4:2:0 and 4:4:0; the order of components is Y, Cb, Cr."""


def order_of(picture: Prepared) -> Order | None:
    """The picture as an order for the GPU; None where the CPU takes it."""
    header = picture.header
    if picture.is_kept or header.process != "baseline" or conversions(header) not in ((), ("exif",)):
        return None
    stored = header.stored
    if stored.width not in SIDES or stored.height not in SIDES:
        return None
    views = tuple((*UPRIGHT[header.orientation], *edits) for edits in picture.views)
    if any(_is_for_cpu(edit) for edits in views for edit in edits):
        return None
    if any(factor > MOST_SHRINK for edits in views for factor in _shrinks(stored, edits)):
        return None
    data = bare(picture.data)
    return Order(data, stored, views, header.subsampled) if data else None


def bare(data: bytes) -> bytes | None:
    """A baseline JPEG without its metadata; None for one that the GPU should not have, as said above.

    Markers are those of ITU-T T.81, annex B.
    """
    kept, at = [_START], 2
    seen: set[int] = set()
    try:
        while data[at + 1] != _SCAN:
            prefix, marker, length = struct.unpack_from(">BBH", data, at)
            segment = data[at : at + 2 + length]
            if prefix != 0xFF or len(segment) < 2 + length or not _is_plain(marker, segment, seen):
                return None
            if marker in _KEPT:
                kept.append(segment)
            seen.add(marker)
            at += 2 + length
        (length,) = struct.unpack_from(">H", data, at + 2)
        components = data[at + 4]
    except (IndexError, struct.error):
        return None
    complete = seen >= {*_TABLES, _FRAME} and any(segment[9] == components for segment in kept if _frame(segment))
    if not complete or _marks(data, at + 2 + length) != bytes((_END,)):
        return None
    return b"".join(kept) + data[at:]


def _is_plain(marker: int, segment: bytes, seen: set[int]) -> bool:
    """Whether a segment is of a kind that every decoder reads alike."""
    if marker == _FRAME:
        return marker not in seen and _is_plain_frame(segment)
    if marker == _ADOBE and segment[4:9] == b"Adobe":
        return segment[15] == 1  # the transform: 1 is YCbCr, 0 is RGB
    return marker in _KEPT or marker in _APPLICATION or marker == _COMMENT


def _is_plain_frame(segment: bytes) -> bool:
    """Grey, or Y, Cb, Cr by the names that JFIF gives them (or counted from 0) in a common sampling."""
    count = segment[9]
    names, samplings = tuple(segment[10 : 10 + 3 * count : 3]), tuple(segment[11 : 11 + 3 * count : 3])
    return count == 1 or (names in ((1, 2, 3), (0, 1, 2)) and samplings in _SAMPLINGS)


def _frame(segment: bytes) -> bool:
    return segment[1] == _FRAME and len(segment) > 9


def _marks(data: bytes, start: int) -> bytes:
    """Every marker from ``start`` on that is neither a stuffed byte nor a restart, without its prefix.

    By numpy: 0.1 ms for a picture of 170 kB, half of what a regular expression takes.
    """
    import numpy as np

    values = np.frombuffer(data, np.uint8)[start:]
    after = values[1:][values[:-1] == 0xFF]
    found: bytes = after[(after != 0) & (after >> 3 != 0xD0 >> 3)].tobytes()
    return found


def _is_for_cpu(edit: Transform) -> bool:
    """Edits of values are made of integers and Pillow's filters; torch has no Lanczos kernel."""
    return isinstance(edit, PixelEdit) or (isinstance(edit, Resize) and edit.filter == "lanczos")


def _shrinks(size: Size, edits: Edits) -> Iterable[float]:
    """By how much each resize shrinks the side that it shrinks most."""
    for edit in edits:
        after = edit.size(size)
        if isinstance(edit, Resize):
            yield max(size.width / after.width, size.height / after.height)
        size = after
