"""Good rows: the formats that are stored as they are where nothing is odd about them."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image as Pillow

from tests.pixels.odd import makers
from tests.pixels.odd.makers import Kit
from tests.pixels.odd.rows import BACKGROUND, JPEG, PNG, WEBP, Good, grey, kept, row

RAMP = np.arange(0, 65536, 256, dtype=np.uint16).reshape(16, 16)
STEPS = np.arange(1, 121, dtype=np.uint8).reshape(10, 12)


def plain(kit: Kit) -> np.ndarray:
    """The scene as JPEG."""
    return np.asarray(Pillow.open(io.BytesIO(kit.picture("JPEG"))))


def clear_index(kit: Kit, transparency: int | bytes, form: str = "PNG") -> bytes:
    return kit.saved(kit.scene(64, 40).quantize(16), form, transparency=transparency)


def with_exif(form: str, turn: int) -> Good:
    oddity = "exif" if turn > 1 else ""
    name, is_kept = f"{form} turned {turn}", turn == 1 and form != "AVIF"
    return Good(name, f"image/{form.lower()}", oddity, lambda kit: kit.picture(form, exif=kit.exif(turn)), kept=is_kept)


def saved_as(name: str, **options: object) -> Good:
    return kept(f"JPEG {name}", JPEG, lambda kit: kit.picture("JPEG", **options))


TURNED = [
    *(with_exif(form, turn) for form in ("JPEG", "PNG", "WEBP", "AVIF") for turn in range(1, 9)),
    kept("EXIF of garbage", JPEG, lambda kit: kit.picture("JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"), plain),
    Good("EXIF and thumbnail", JPEG, "exif", lambda kit: kit.picture("JPEG", exif=makers.exif_with_thumbnail())),
]

JPEGS = [
    saved_as("4:4:4", subsampling=0),
    saved_as("4:2:2", subsampling=1),
    saved_as("4:2:0", subsampling=2),
    saved_as("progressive", progressive=True),
    saved_as("with restarts", restart_marker_blocks=3),
    saved_as("stored as RGB", keep_rgb=True),
    kept("JPEG grey", JPEG, lambda kit: kit.picture("JPEG", "L")),
    kept("JPEG of several pictures", JPEG, lambda kit: kit.frames("MPO")),
    kept("JPEG flatter than its data", JPEG, lambda kit: makers.with_jpeg_frame(kit.picture("JPEG"), height=16)),
    Good("JPEG arithmetic-coded", JPEG, "", lambda kit: makers.arithmetic_jpeg()),
    Good("JPEG CMYK", JPEG, "cmyk", lambda kit: kit.picture("JPEG", "CMYK")),
    Good("JPEG CMYK 4:2:0", JPEG, "cmyk", lambda kit: kit.picture("JPEG", "CMYK", subsampling=2)),
    Good("JPEG YCCK", JPEG, "cmyk", makers.ycck_jpeg),
    Good("JPEG CMYK not by Adobe", JPEG, "cmyk", lambda kit: makers.without_adobe_mark(kit.picture("JPEG", "CMYK"))),
]

PNGS = [
    kept("PNG grey", PNG, lambda kit: kit.picture("PNG", "L")),
    kept("PNG interlaced", PNG, lambda kit: makers.interlaced_png(STEPS), grey(STEPS)),
    kept("PNG black below", PNG, lambda kit: kit.saved(Pillow.new("RGB", (9, 9)), "PNG")),
    Good("PNG 1 bit", PNG, "", lambda kit: kit.picture("PNG", "1")),
    Good("PNG grey, alpha", PNG, "alpha", lambda kit: kit.saved(kit.translucent().convert("LA"), "PNG")),
    Good("PNG alpha", PNG, "alpha", lambda kit: kit.saved(kit.translucent(), "PNG")),
    Good("PNG palette", PNG, "palette", lambda kit: kit.picture("PNG", "P")),
    Good("PNG palette, one clear", PNG, "palette alpha", lambda kit: clear_index(kit, 3)),
    Good("PNG palette, half clear", PNG, "palette alpha", lambda kit: clear_index(kit, bytes(range(0, 256, 16)))),
    Good("PNG one colour clear", PNG, "alpha", lambda kit: kit.picture("PNG", transparency=(0, 0, 0))),
    Good(
        "PNG 1 bit, white clear",
        PNG,
        "alpha",
        lambda kit: makers.png(4, 1, 1, 0, b"\0\xa0", (b"tRNS", b"\0\1")),
        row(BACKGROUND, 0, BACKGROUND, 0),
    ),
    Good(
        "PNG 2 bits, one clear",
        PNG,
        "alpha",
        lambda kit: makers.png(4, 1, 2, 0, b"\0\x1b", (b"tRNS", b"\0\1")),
        row(0, BACKGROUND, 170, 255),
    ),
    Good(
        "PNG 16 bits grey",
        PNG,
        "sixteen_bit",
        lambda kit: kit.saved(Pillow.fromarray(RAMP), "PNG"),
        grey(RAMP >> 8),
    ),
    Good(
        "PNG 16 bits grey, one clear",
        PNG,
        "sixteen_bit alpha",
        lambda kit: makers.png(2, 1, 16, 0, b"\0" + struct.pack(">2H", 1000, 1001), (b"tRNS", b"\x03\xe8")),
        row(BACKGROUND, 3),
    ),
    Good(
        "PNG 16 bits RGB",
        PNG,
        "sixteen_bit",
        lambda kit: makers.png(2, 1, 16, 2, b"\0" + struct.pack(">6H", 0, 0x8000, 0xFFFF, 0xFF, 0x100, 0x7FFF)),
        row((0, 128, 255), (0, 1, 127)),
    ),
    Good(
        "PNG 16 bits RGB, one clear",
        PNG,
        "sixteen_bit alpha",
        lambda kit: makers.png(
            2, 1, 16, 2, b"\0" + struct.pack(">6H", 256, 512, 768, 512, 512, 768), (b"tRNS", b"\1\0\2\0\3\0")
        ),
        row(BACKGROUND, (2, 2, 3)),
    ),
    Good(
        "PNG 16 bits RGBA",
        PNG,
        "sixteen_bit alpha",
        lambda kit: makers.png(2, 1, 16, 6, b"\0" + struct.pack(">8H", 256, 512, 768, 65535, 9, 9, 9, 0)),
        row((1, 2, 3), BACKGROUND),
    ),
    Good(
        "PNG 16 bits grey, alpha",
        PNG,
        "sixteen_bit alpha",
        lambda kit: makers.png(2, 1, 16, 4, b"\0" + struct.pack(">4H", 1000, 65535, 9, 0)),
        row(3, BACKGROUND),
    ),
]

WEBPS = [
    kept("WebP lossless", WEBP, lambda kit: kit.picture("WEBP", lossless=True)),
    Good("WebP alpha", WEBP, "alpha", lambda kit: kit.saved(kit.translucent(), "WEBP")),
    Good("WebP lossless, alpha", WEBP, "alpha", lambda kit: kit.saved(kit.translucent(), "WEBP", lossless=True)),
]

ROWS = [*TURNED, *JPEGS, *PNGS, *WEBPS]
