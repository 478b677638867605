"""Small files that ask for much: passes without end, memory out of all proportion, work nobody sees."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.fuzz.containers import PNG, RGB, RGBA, bmp, box, jpeg_segment, png, png_chunk
from tests.fuzz.pictures import profile, saved, scene

WIDE, HIGH = 2048, 2000
"""Just under the limit of the stage."""


@dataclass(frozen=True)
class Costly:
    """A file and what must become of it: ``rendered``, or a reason."""

    make: Callable[[], bytes]
    fate: str


def many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG, valid and black, whose scans say in a dozen bytes that there is nothing to add."""
    blocks = -(-width // 8) * -(-height // 8)
    head = jpeg_segment(0xDB, bytes([0, *[16] * 64])) + jpeg_segment(
        0xC2, struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0)
    )
    one_code = bytes([1, *[0] * 15])
    tables = jpeg_segment(0xC4, b"\0" + one_code + b"\0") + jpeg_segment(0xC4, b"\x10" + one_code + b"\xe0")
    first = jpeg_segment(0xDA, bytes([1, 1, 0, 0, 0, 0])) + bytes(-(-blocks // 8))
    # Each run of 15 bits, a code and fourteen ones, ends 32767 blocks.
    bits = "011111111111111" * -(-blocks // 32767)
    bits += "1" * (-len(bits) % 8)
    nothing = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    more = jpeg_segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) + nothing
    return b"\xff\xd8" + head + tables + first + more * (scans - 1) + b"\xff\xd9"


def empty_segments(count: int) -> bytes:
    return b"\xff\xd8" + b"\xff\xfe\0\2" * count + saved(scene(), "JPEG")[2:]


def large_profile(size: int) -> bytes:
    """A JPEG whose profile is all in order, and then goes on."""
    whole = profile().ljust(size, b"\0")
    pieces = [whole[at : at + 65_500] for at in range(0, size, 65_500)]
    count = len(pieces)
    segments = [
        jpeg_segment(0xE2, b"ICC_PROFILE\0" + bytes([number, count]) + piece) for number, piece in enumerate(pieces, 1)
    ]
    return b"\xff\xd8" + b"".join(segments) + saved(scene(), "JPEG")[2:]


def inflating(name: bytes, size: int, copies: int) -> bytes:
    """A PNG with chunks of which each unpacks to ``size`` bytes."""
    packed = zlib.compress(bytes(size), 9)
    head = {b"iTXt": b"\0\1\0\0\0", b"zTXt": b"\0\0", b"iCCP": b"\0\0"}[name]
    chunks = [(name, b"name%d" % number + head + packed) for number in range(copies)]
    return png(np.zeros((8, 8, 3), np.uint8), RGB, before_data=chunks)


def too_much_data(size: int) -> bytes:
    """A PNG of 8 x 8 pixels whose data unpacks to ``size`` bytes."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    return PNG + head + png_chunk(b"IDAT", zlib.compress(bytes(size), 9)) + png_chunk(b"IEND", b"")


def gif(width: int, height: int, frames: int = 1, extension: bytes = b"") -> bytes:
    """Frames of one pixel on a canvas."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return head + extension + frame * frames + b";"


def tiff(body: bytes, *pages: list[tuple[int, int, int, int]]) -> bytes:
    """Little-endian. ``body`` stands at byte 8; a tag is its number, type, count and value."""
    at = 8 + len(body)
    out = [b"II*\0", struct.pack("<I", at), body]
    for number, tags in enumerate(pages, 1):
        at += 6 + 12 * len(tags)
        out += [struct.pack("<H", len(tags)), *(struct.pack("<HHII", *tag) for tag in sorted(tags))]
        out.append(struct.pack("<I", at if number < len(pages) else 0))
    return b"".join(out)


def tiff_tags(width: int, height: int, compression: int) -> list[tuple[int, int, int, int]]:
    return [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)]


def large_tile(side: int) -> bytes:
    """A TIFF of 16 x 16 pixels, all in one tile of ``side`` x ``side``."""
    body = zlib.compress(bytes(1 << 20), 9)
    tile = [(322, 4, 1, side), (323, 4, 1, side), (324, 4, 1, 8), (325, 4, 1, len(body))]
    return tiff(body, tiff_tags(16, 16, 8) + tile)


def tiff_pages(count: int) -> bytes:
    page = [*tiff_tags(1, 1, 1), (273, 4, 1, 4), (278, 3, 1, 1), (279, 4, 1, 1)]
    return tiff(b"", *[page] * count)


def one_column(height: int) -> bytes:
    """A TIFF of one pixel by ``height``."""
    return tiff(bytes(height), [*tiff_tags(1, height, 1), (273, 4, 1, 8), (278, 4, 1, height), (279, 4, 1, height)])


def wide_animation(width: int, height: int) -> bytes:
    """A WebP of two small frames on a large canvas."""
    data = bytearray(saved(scene(), "WEBP", save_all=True, append_images=[scene(seed=1)]))
    data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


def flat(form: str, mode: str = "RGB", width: int = WIDE, height: int = HIGH, **options: object) -> bytes:
    return saved(Image.new(mode, (width, height)), form, **options)


def clip_of_boxes(count: int) -> bytes:
    return box(b"ftyp", b"mp42" + bytes(4) + b"isommp42") + box(b"moov", box(b"free", b"") * count)


COSTLY = {
    "jpeg-of-many-scans": Costly(lambda: many_scans(9000, 9000, 5000), "bomb"),
    "jpeg-of-some-scans": Costly(lambda: many_scans(WIDE, HIGH, 12), "rendered"),
    "jpeg-of-empty-segments": Costly(lambda: empty_segments(4_000_000), "corrupt"),
    "jpeg-of-some-segments": Costly(lambda: empty_segments(500), "rendered"),
    "jpeg-of-fill-bytes": Costly(lambda: b"\xff\xd8" + b"\xff" * (16 << 20), "truncated"),
    "jpeg-of-bare-marks": Costly(lambda: b"\xff\xd8" + b"\xff\0" * (8 << 20), "corrupt"),
    "jpeg-large-profile": Costly(lambda: large_profile(16_000_000), "rendered"),
    "png-many-profiles": Costly(lambda: inflating(b"iCCP", 4 << 20, 5000), "corrupt"),
    "png-long-text": Costly(lambda: inflating(b"iTXt", 64 << 20, 1), "corrupt"),
    "png-much-text": Costly(lambda: inflating(b"zTXt", 1_000_000, 60), "rendered"),
    "png-too-much-data": Costly(lambda: too_much_data(1 << 28), "rendered"),
    "png-many-chunks": Costly(
        lambda: png(np.zeros((8, 8, 3), np.uint8), RGB, before_data=[(b"abCd", b"")] * 200_000), "rendered"
    ),
    "png-16-bit-interlaced": Costly(
        lambda: png(np.zeros((HIGH, WIDE, 4), np.uint16), RGBA, interlaced=True), "rendered"
    ),
    "gif-many-frames": Costly(lambda: gif(1, 1, frames=200_000), "rendered"),
    "gif-many-extensions": Costly(lambda: gif(1, 1, extension=b"\x21\xfe\1a\0" * 200_000), "rendered"),
    "gif-large-canvas": Costly(lambda: gif(WIDE, HIGH, extension=b"\x21\xf9\4\1\0\0\0\0"), "rendered"),
    "gif-larger-canvas": Costly(lambda: gif(65535, 65535), "bomb"),
    "bmp-jumps": Costly(lambda: bmp(WIDE, HIGH, 8, 1, bytes(1024), b"\0\2\xff\xff" * 20_000), "rendered"),
    "tiff-large-tile": Costly(lambda: large_tile(29_984), "bomb"),
    "tiff-one-column": Costly(lambda: one_column(3 << 20), "bomb"),
    "tiff-many-pages": Costly(lambda: tiff_pages(10_000), "rendered"),
    "tiff-cmyk": Costly(lambda: flat("TIFF", "CMYK", compression="tiff_adobe_deflate"), "rendered"),
    "webp-large-canvas": Costly(lambda: wide_animation(WIDE, HIGH), "rendered"),
    "webp-larger-canvas": Costly(lambda: wide_animation(1 << 14, 1 << 14), "bomb"),
    "webp-lossless": Costly(lambda: flat("WEBP", "RGBA", lossless=True), "rendered"),
    "avif": Costly(lambda: flat("AVIF", speed=10), "rendered"),
    "jp2": Costly(lambda: flat("JPEG2000", "RGBA", irreversible=True, quality_layers=[1000]), "rendered"),
    "jp2-many-tiles": Costly(lambda: flat("JPEG2000", "L", 255, 255, tile_size=(1, 1), num_resolutions=1), "rendered"),
    "mp4-many-boxes": Costly(lambda: clip_of_boxes(500_000), "corrupt"),
}
