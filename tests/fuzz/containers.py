"""PNG, BMP, MP4 and JPEG written byte by byte: for what Pillow does not write, and for what nobody should."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

import numpy as np

PNG = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def png_chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(
    pixels: np.ndarray, kind: int, *, interlaced: bool = False, before_data: Iterable[tuple[bytes, bytes]] = ()
) -> bytes:
    """Rows x columns x channels, of 8 bits or of 16, filter 0. ``before_data``: further chunks, name and content."""
    height, width = pixels.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, kind, 0, 0, interlaced)
    passes = [pixels[y::dy, x::dx] for y, x, dy, dx in _ADAM7] if interlaced else [pixels]
    big_endian = pixels.dtype.newbyteorder(">")
    rows = b"".join(b"\0" + row.astype(big_endian).tobytes() for part in passes for row in part if row.size)
    chunks = [(b"IHDR", head), *before_data, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return PNG + b"".join(png_chunk(name, content) for name, content in chunks)


def bmp(width: int, height: int, bits: int, compression: int, palette: bytes, body: bytes) -> bytes:
    """With a header of 40 bytes. ``compression`` 1 is RLE8, 2 is RLE4; a negative height runs from the top."""
    start = 54 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 2835, 2835, 0, 0)
    return struct.pack("<2sIHHI", b"BM", start + len(body), 0, 0, start) + info + palette + body


def box(name: bytes, content: bytes) -> bytes:
    """A box of an ISO base media file or of a JPEG 2000 file."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def clip(brand: bytes, width: int, height: int, *, turned: bool = False) -> bytes:
    """An MP4 or QuickTime file of one video track, after one of sound, without its frames."""
    one = 1 << 16
    matrix = (0, one, 0, -one, 0, 0, 0, 0, 1 << 30) if turned else (one, 0, 0, 0, one, 0, 0, 0, 1 << 30)

    def track(width: int, height: int) -> bytes:
        head = bytes(4) + struct.pack(">5I8x4H", 0, 0, 1, 0, 100, 0, 0, 0, 0) + struct.pack(">9i", *matrix)
        return box(b"trak", box(b"tkhd", head + struct.pack(">II", width << 16, height << 16)))

    moov = box(b"mvhd", bytes(100)) + track(0, 0) + track(width, height)
    return box(b"ftyp", brand + bytes(4) + b"isom" + brand) + box(b"moov", moov) + box(b"mdat", bytes(range(64)))


def jpeg_segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content
