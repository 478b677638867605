"""Makers of odd files, byte by byte where Pillow would not write them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import simplejpeg
from PIL import Image as Pillow
from PIL import ImageCms

BMP_MASKS = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + bytes(52)
"""With alpha, for a header of 108 bytes."""
BMP_PALETTE = b"".join(bytes((255 - value, value, value, 0)) for value in range(256))


@dataclass(frozen=True)
class Kit:
    """What the makers work with: the fixtures of ``conftest.py``."""

    scene: Callable[..., Pillow.Image]
    saved: Callable[..., bytes]
    exif: Callable[[int], bytes]
    wide_gamut: bytes
    linear_grey: bytes
    grey_inks: bytes

    def translucent(self) -> Pillow.Image:
        """Clear at the top, solid at the bottom."""
        im = self.scene(64, 40).convert("RGBA")
        im.putalpha(Pillow.linear_gradient("L").resize((64, 40)))
        return im

    def picture(self, form: str, mode: str = "RGB", **options: object) -> bytes:
        """One 64x40 picture."""
        return self.saved(self.scene(64, 40).convert(mode), form, **options)

    def frames(self, form: str, **options: object) -> bytes:
        """Three of them, moving."""
        first, *rest = (self.scene(64, 40, seed) for seed in range(3))
        return self.saved(first, form, save_all=True, append_images=rest, **options)


def png(
    width: int, height: int, depth: int, kind: int, rows: bytes, *extra: tuple[bytes, bytes], interlaced: bool = False
) -> bytes:
    """``rows`` as filtered, not yet compressed."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", head), *extra, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data


def interlaced_png(grey: np.ndarray, passes: int = 7) -> bytes:
    """By Adam7; only the first ``passes`` of its data are there."""
    height, width = grey.shape
    parts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    cuts = (grey[top::down, left::across] for left, top, across, down in parts[:passes])
    rows = b"".join(b"\0" + row.tobytes() for cut in cuts for row in cut)
    return png(width, height, 8, 0, rows, interlaced=True)


def bmp(width: int, height: int, bits: int, data: bytes, *, compression: int = 0, tail: bytes = b"") -> bytes:
    """``tail`` is what stands between the 40-byte header and the pixels: masks of a longer header, or a palette."""
    is_long = compression == 3 and len(tail) == 68
    head = struct.pack(
        "<IiiHHIIiiII", 108 if is_long else 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0
    )
    offset = 14 + len(head) + len(tail)
    return struct.pack("<2sIHHI", b"BM", offset + len(data), 0, 0, offset) + head + tail + data


def tiff(size: tuple[int, int], bits: int, photometric: int, data: bytes, *, kind: int = 1, samples: int = 1) -> bytes:
    """One uncompressed strip, little-endian. ``kind`` is the sample format: 1 unsigned, 2 signed, 3 floating point."""
    width, height = size
    values = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 277: samples, 278: height, 339: kind}
    start = 8 + 2 + 12 * (len(values) + 2) + 4
    values |= {273: start, 279: len(data)}
    entries, tail = b"", b""
    for tag, value in sorted(values.items()):
        if tag in (258, 339) and samples > 1:
            entries += struct.pack("<HHII", tag, 3, samples, start + len(data) + len(tail))
            tail += struct.pack("<H", value) * samples
        else:
            entries += struct.pack("<HHII", tag, 4, 1, value)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(values)) + entries + bytes(4) + data + tail


def big_tiff(grey: np.ndarray) -> bytes:
    """One 8-bit strip with 64-bit offsets, little-endian (Pillow knows no other)."""
    height, width = grey.shape
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 0, 277: 1, 278: height, 279: grey.size}
    start = 16 + 8 + 20 * len(tags) + 8
    entries = b"".join(struct.pack("<HHQQ", tag, 16, 1, start if tag == 273 else value) for tag, value in tags.items())
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(tags)) + entries + bytes(8) + grey.tobytes()


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif_with_thumbnail() -> bytes:
    """Orientation 6 for the picture and 3 for its thumbnail, which must not be heeded."""
    entry = "<HHIHH"
    first = struct.pack("<H", 1) + struct.pack(entry, 0x0112, 3, 1, 6, 0) + struct.pack("<I", 26)
    second = struct.pack("<H", 1) + struct.pack(entry, 0x0112, 3, 1, 3, 0) + bytes(4)
    return b"Exif\0\0II*\0\x08\0\0\0" + first + second


def arithmetic_jpeg() -> bytes:
    """8x8 grey of one value. A first scan in which all is likely takes no byte at all."""
    table = b"\xff\xdb\0\x43\0" + b"\1" * 64
    frame = b"\xff\xca\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
    scan = b"\xff\xda\0\x08\1\1\0\0\0\0"
    return b"\xff\xd8" + table + frame + scan + b"\xff\xd9"


def ycck_jpeg(kit: Kit) -> bytes:
    inks = 255 - np.asarray(kit.scene(64, 40).convert("CMYK"))
    data: bytes = simplejpeg.encode_jpeg(inks, 95, "CMYK", "444")
    return data


def with_jpeg_frame(data: bytes, marker: int | None = None, **fields: int) -> bytes:
    """With another kind of frame header, or with ``depth``, ``height`` or ``width`` changed in it."""
    at = next(data.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in data)
    changed = bytearray(data)
    if marker is not None:
        changed[at + 1] = marker
    for name, value in fields.items():
        place, form = {"depth": (4, ">B"), "height": (5, ">H"), "width": (7, ">H")}[name]
        struct.pack_into(form, changed, at + place, value)
    return bytes(changed)


def without_adobe_mark(data: bytes) -> bytes:
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]


def with_jp2_profile(data: bytes, profile: bytes) -> bytes:
    """A JPEG 2000 whose colour box holds a profile in place of a number."""
    at = data.index(b"colr") - 4
    length = int.from_bytes(data[at : at + 4])
    box = struct.pack(">I4sBBB", 11 + len(profile), b"colr", 2, 0, 0) + profile
    head = data.index(b"jp2h") - 4
    grown = int.from_bytes(data[head : head + 4]) + len(box) - length
    return data[:head] + struct.pack(">I", grown) + data[head + 4 : at] + box + data[at + length :]


def with_size(data: bytes, at: int, width: int, height: int, form: str = "<HH") -> bytes:
    return data[:at] + struct.pack(form, width, height) + data[at + struct.calcsize(form) :]


def with_webp_canvas(data: bytes, side: int) -> bytes:
    return data[:24] + (side - 1).to_bytes(3, "little") * 2 + data[30:]
