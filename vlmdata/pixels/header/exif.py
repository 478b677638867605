"""The EXIF orientation: where it stands, and the turns that undo it."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from vlmdata.types import HFlip, Rot90, Transform, VFlip

_ORIENTATION = 0x0112
_FORMATS = {3: "H", 4: "I"}

UPRIGHT: Mapping[int, tuple[Transform, ...]] = {
    1: (),
    2: (HFlip(),),
    3: (Rot90(2),),
    4: (VFlip(),),
    5: (Rot90(1), HFlip()),
    6: (Rot90(1),),
    7: (Rot90(1), VFlip()),
    8: (Rot90(3),),
}
"""What brings stored pixels upright, by EXIF orientation (CIPA DC-008; as ``PIL.ImageOps.exif_transpose``)."""


def orientation_of(exif: bytes) -> int:
    """The orientation in an EXIF block, 1 where it has none or cannot be read.

    ``exif`` is a TIFF structure, with or without the ``Exif`` mark that JPEG puts before it. An orientation that
    stands in XMP alone is not looked at, as browsers do not.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, entry)
            if tag == _ORIENTATION:
                (value,) = struct.unpack_from(order + _FORMATS.get(kind, "H"), tiff, entry + 8)
                return int(value) if value in UPRIGHT else 1
    except struct.error:
        return 1
    return 1
