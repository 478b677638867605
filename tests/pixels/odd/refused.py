"""Bad rows: cut, too large, lying, of a rare kind, or no picture at all."""

from __future__ import annotations

import struct

from tests.pixels.odd import makers
from tests.pixels.odd.jpeg_png import STEPS
from tests.pixels.odd.makers import Kit
from tests.pixels.odd.rows import Bad

HUGE = 60_000


def cut(form: str, tenth: int, frames: bool = False, **options: object) -> Bad:
    """At a seam between two boxes or tags a file may look whole to a walk, and its codec calls it corrupt."""

    def make(kit: Kit) -> bytes:
        data = kit.frames(form, **options) if frames else kit.picture(form, **options)
        return data[: len(data) * tenth // 10 - (tenth == 10)]

    name = " ".join((form, *map(str, options.values()), *(["frames"] if frames else [])))
    return Bad(f"{name} cut at {tenth}/10", "truncated corrupt" if form in ("AVIF", "TIFF") else "truncated", make)


CUT = [
    row
    for tenth in range(1, 11)
    for row in (
        cut("JPEG", tenth),
        cut("JPEG", tenth, progressive=True),
        cut("PNG", tenth),
        cut("PNG", tenth, frames=True),
        cut("WEBP", tenth),
        cut("WEBP", tenth, lossless=True),
        cut("WEBP", tenth, frames=True),
        cut("GIF", tenth),
        cut("GIF", tenth, frames=True),
        cut("BMP", tenth),
        cut("TIFF", tenth, compression="raw"),
        cut("TIFF", tenth, compression="tiff_lzw"),
        cut("TIFF", tenth, compression="jpeg"),
        cut("AVIF", tenth),
        cut("AVIF", tenth, frames=True),
        cut("JPEG2000", tenth),
        cut("JPEG2000", tenth, no_jp2=True),
        cut("JPEG2000", tenth, tile_size=(16, 16)),
    )
]

BOMBS = [
    Bad("PNG bomb", "bomb", lambda kit: makers.png(HUGE, HUGE, 8, 2, b"\0")),
    Bad("JPEG bomb", "bomb", lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), height=HUGE, width=HUGE)),
    Bad("GIF bomb", "bomb", lambda kit: makers.with_size(kit.picture("GIF"), 6, HUGE, HUGE)),
    Bad("BMP bomb", "bomb", lambda kit: makers.bmp(HUGE, HUGE, 24, b"")),
    Bad("TIFF bomb", "bomb", lambda kit: makers.tiff((HUGE, HUGE), 8, 1, b"")),
    Bad("WebP bomb", "bomb", lambda kit: makers.with_webp_canvas(kit.saved(kit.translucent(), "WEBP"), 16_000)),
    Bad("JPEG 2000 bomb", "bomb", lambda kit: makers.with_size(kit.picture("JPEG2000"), 48, HUGE, HUGE, ">II")),
]

LIES = [
    Bad("JPEG taller than its data", "corrupt", lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), height=80)),
    Bad("PNG taller than its data", "truncated", lambda kit: makers.png(4, 9, 8, 0, b"\0abcd" * 8)),
    Bad("PNG without its last pass", "truncated", lambda kit: makers.interlaced_png(STEPS, passes=6)),
    Bad(
        "WebP unlike its canvas",
        "corrupt",
        lambda kit: makers.with_webp_canvas(kit.saved(kit.translucent(), "WEBP"), 70),
    ),
    Bad(
        "JPEG 2000 unlike its box", "corrupt", lambda kit: makers.with_size(kit.picture("JPEG2000"), 48, 50, 64, ">II")
    ),
    Bad("BMP taller than its data", "truncated", lambda kit: makers.bmp(1, 3, 24, bytes(8))),
    Bad(
        "BMP run-length, short",
        "truncated",
        lambda kit: makers.bmp(4, 2, 8, b"\4\7", compression=1, tail=makers.BMP_PALETTE),
    ),
    Bad("TIFF taller than its data", "truncated", lambda kit: makers.tiff((4, 9), 8, 1, bytes(16))),
    Bad("TIFF of pages, the last cut", "truncated", lambda kit: kit.frames("TIFF")[:-500]),
    Bad("TIFF without a page", "corrupt", lambda kit: b"II*\0" + bytes(4)),
    Bad("TIFF of pages upon pages", "corrupt", lambda kit: overlapping_pages()),
    Bad("GIF without a frame", "corrupt", lambda kit: b"GIF89a\1\0\1\0\0\0\0;"),
    Bad("GIF of frames, the last cut", "truncated", lambda kit: kit.frames("GIF")[:-500]),
]

RARE = [
    Bad("JPEG of 12 bits", "unsupported_format", lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), depth=12)),
    Bad("JPEG lossless", "unsupported_format", lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), 0xC3)),
    Bad("JPEG hierarchical", "unsupported_format", lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), 0xC5)),
    Bad("JPEG-LS", "unsupported_format", lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), 0xF7)),
    Bad("TIFF floats", "unsupported_format", lambda kit: makers.tiff((1, 1), 32, 1, bytes(4), kind=3)),
    Bad("TIFF RGB floats", "unsupported_format", lambda kit: makers.tiff((1, 1), 32, 2, bytes(12), kind=3, samples=3)),
    Bad("TIFF signed", "unsupported_format", lambda kit: makers.tiff((2, 1), 8, 1, b"\xfd\x64", kind=2)),
    Bad("HEIC", "unsupported_format", lambda kit: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
    Bad("SVG", "unsupported_format", lambda kit: b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>"),
    Bad("ICO", "unsupported_format", lambda kit: kit.picture("ICO")),
    Bad("PDF", "unsupported_format", lambda kit: b"%PDF-1.7\n"),
    Bad("Photoshop", "unsupported_format", lambda kit: b"8BPS\0\1" + bytes(30)),
    Bad("nothing", "empty", lambda kit: b""),
    Bad("zeros", "not_an_image", lambda kit: bytes(200)),
    Bad("a web page", "not_an_image", lambda kit: b"<!DOCTYPE html><html><svg></svg></html>"),
]


def overlapping_pages() -> bytes:
    """Directories of 600 entries each, the next one always beginning four bytes on."""
    entries = struct.pack("<H", 600) * 3601
    return struct.pack("<2sHI", b"II", 42, 8) + entries + struct.pack("<1800I", *range(12, 7212, 4))


ROWS = [*CUT, *BOMBS, *LIES, *RARE]
